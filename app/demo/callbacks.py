"""Call-backs of the demo: four weeks called, this week's list half done, some links answered."""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import start_of
from app.config import ROOT
from app.service.callbacks import calling, complained, drawing, linking, messages, queries
from app.service.callbacks.effects import settle
from app.service.callbacks.models import CallBack, CallKind, CallResult
from app.service.callbacks.questions import CODES, check, find_asked, get_asked
from app.service.callbacks.rules import week_to_draw
from app.service.repairs.services import mark_called_back
from app.staff.scope import Scope
from app.surveys.campaign.services import publish_instrument
from app.surveys.instrument.load import load_instrument
from app.vault import Vault

WEEKS = 5  # four called, and the one drawn last
_WEEK = timedelta(days=7)
_FIRST_CALL = timedelta(days=8, hours=9, minutes=30)  # Tuesday after the drawn week
_FINE: Mapping[str, str] = {
    "handling.came": "yes",
    "handling.on_time": "on_time",
    "handling.fixed": "fixed",
    "handling.attitude": "5",
    "handling.charge": "none",
    "overall": "5",
}
_OTHERS: tuple[Mapping[str, str], ...] = (
    {"overall": "4", "handling.attitude": "4"},
    {"handling.on_time": "late_told", "overall": "4"},
    {"handling.charge": "told_before"},
    {
        "handling.fixed": "broken_again",
        "overall": "2",
        "comment.reason": "才两天，厨房水龙头又滴水了。",
    },
    {"handling.charge": "not_told", "overall": "3"},
    {"overall": "4", "comment.more": "楼道三层的灯也不亮，请一起看看。"},
    {
        "handling.came": "no",
        "overall": "2",
        "comment.reason": "单子上说来过，家里一直有人，没见到师傅。",
    },
    {"handling.on_time": "late_not_told", "overall": "3"},
)
_PLAIN = 14  # of twenty answers so many are plainly satisfied


def make_call_backs(session: Session, vault: Vault, caller: Scope, *, now: datetime) -> None:
    """Draw the last weeks, call, answer by link, and leave the newest list half done.

    Args:
        session: A writing transaction; the repair orders of the demo are there.
        vault: Seals words, makes seeds and tokens.
        caller: Somebody of the role CALLER.
        now: The present of the demo.
    """
    _publish(session, now)
    newest = week_to_draw(now)
    for back in range(WEEKS - 1, -1, -1):
        monday = newest - back * _WEEK
        drawn_at = start_of(monday) + _WEEK + timedelta(hours=8)
        for community_id in queries.list_undrawn(session, monday):
            drawing.draw_community(session, vault, community_id, monday, now=drawn_at)
        drawing.end_week(session, monday, now=drawn_at)
        calls = queries.list_week(session, monday)
        if back == 0:
            calls = calls[: len(calls) // 2]
        for place, call in enumerate(calls):
            at = min(start_of(monday) + _FIRST_CALL + timedelta(minutes=37 * place), now)
            _call(session, vault, caller, call, at)
        _click(session, vault, drawn_at, now)
        if back:
            messages.take_file(
                session,
                vault,
                caller,
                public_url="http://localhost",
                limit=1000,
                now=drawn_at + timedelta(hours=1),
            )
            _finish(session, vault, now=min(drawn_at + timedelta(days=5), now))
    complained.make_calls(session, vault, now=now)


def _publish(session: Session, now: datetime) -> None:
    for kind, code in CODES.items():
        if find_asked(session, kind) is None:
            path = ROOT / "instruments" / code / "v1.yaml"
            loaded = load_instrument(path.read_text("utf-8"), path.name)
            publish_instrument(session, loaded.instrument, now=now)


def _call(session: Session, vault: Vault, caller: Scope, call: CallBack, at: datetime) -> None:
    luck = _luck("call", call.order_id)
    key = hashlib.sha256(f"demo {call.id}".encode()).hexdigest()[:32]
    if luck % 11 == 0:
        for number in range(3):
            calling.record_try(
                session,
                vault,
                caller,
                call.id,
                CallResult.NO_ANSWER,
                key=f"{key}{number}",
                now=at + timedelta(days=number // 2, hours=2 * (number % 2)),
            )
        return
    if luck % 17 == 0:
        calling.record_try(session, vault, caller, call.id, CallResult.REFUSED, key=key, now=at)
        return
    calling.complete(
        session, vault, caller, call.id, _fields(_luck("said", call.order_id)), key=key, now=at
    )


def _click(session: Session, vault: Vault, drawn_at: datetime, now: datetime) -> None:
    """Let about a fourth of the customers answer by their link."""
    asked = get_asked(session, CallKind.REPAIR)
    for link in queries.list_made_at(session, drawn_at):
        luck = _luck("link", link.order_id)
        at = drawn_at + timedelta(hours=3 + luck % 60)
        if luck % 4 or at > now:
            continue
        said = check(asked, _fields(luck // 4), final=True)
        answer = linking.answer_link(session, vault, link, asked, said, now=at)
        settle(session, vault, answer, scope=None, now=at)


def _finish(session: Session, vault: Vault, *, now: datetime) -> None:
    for draw in drawing.finish_draws(session, vault, now=now):
        for order_id in queries.list_called_orders(session, draw.id):
            mark_called_back(session, order_id, now=now, by=None)


def _fields(luck: int) -> dict[str, list[str]]:
    place = luck % 20
    change = {} if place < _PLAIN else _OTHERS[(luck // 20 + place) % len(_OTHERS)]
    return {name: [value] for name, value in {**_FINE, **change}.items()}


def _luck(what: str, number: int | None) -> int:
    return int.from_bytes(hashlib.sha256(f"{what} {number}".encode()).digest()[:4])
