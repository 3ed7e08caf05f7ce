"""The weekly draw: made by the worker, secret until the calls are finished. No commit.

The seed is an HMAC under a key of the vault, which no office has; its SHA-256 is kept when the
draw is made, and the seed itself is told when the calls are over. So nobody can foresee a draw,
and anybody can check it afterwards.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.service.callbacks import queries
from app.service.callbacks.answering import Subject
from app.service.callbacks.linking import make_links
from app.service.callbacks.models import (
    CallBack,
    CallBackDraw,
    CallBackWeek,
    CallKind,
    CallState,
)
from app.service.callbacks.rules import (
    LAPSES_AFTER,
    commitment_of,
    draw_week,
    friday_of,
    listed_since,
    month_of,
    week_to_draw,
    weeks_missed,
)
from app.service.repairs.queries import closed_between, closed_in_week
from app.vault import Vault

MOST_WEEKS = 8  # missed weeks drawn late
_SEED_PURPOSE = "draw-seed"


@dataclass(frozen=True, slots=True)
class Check:
    """What checking a finished draw found.

    Attributes:
        is_committed: The seed told is the one committed to.
        is_same: Drawing again from the list gives the orders that were called.
        drawn: The orders, in the order of the draw.
        late: Orders of the week that came in after the draw; a later week is drawn from them.
        gone: Orders of the list that are closed in its weeks no more.
    """

    is_committed: bool
    is_same: bool
    drawn: tuple[int, ...]
    late: tuple[int, ...]
    gone: tuple[int, ...]

    @property
    def is_good(self) -> bool:
        """Say whether the draw is what it should be."""
        return self.is_committed and self.is_same


def weeks_due(session: Session, now: datetime) -> list[date]:
    """Return the weeks to draw by now, the oldest first; usually none."""
    newest = week_to_draw(now)
    if queries.find_week(session, newest) is not None:
        return []
    return weeks_missed(queries.last_week(session), newest, most=MOST_WEEKS)


def seed_of(vault: Vault, community_id: int, monday: date) -> bytes:
    """Return the seed of a week: nobody without the key of the vault can work it out."""
    return vault.keyed_hash("call-back-draw", f"{community_id}:{monday.isoformat()}")


def draw_community(
    session: Session, vault: Vault, community_id: int, monday: date, *, now: datetime
) -> CallBackDraw | None:
    """Draw the week of one community and make its calls and links; None when it was drawn."""
    if queries.find_draw(session, community_id, monday) is not None:
        return None
    listed = _listed(session, community_id, monday)
    seed = seed_of(vault, community_id, monday)
    drawn = draw_week(listed, seed)
    draw = CallBackDraw(
        community_id=community_id,
        monday=monday,
        order_ids=json.dumps(listed, separators=(",", ":")),
        orders=len(listed),
        drawn=len(drawn),
        commitment=commitment_of(seed),
        seed_sealed=vault.seal(seed.hex(), _SEED_PURPOSE),
        drawn_at=now,
    )
    try:
        with session.begin_nested():
            session.add(draw)
    except IntegrityError:  # another worker was quicker
        return None
    month = month_of(monday)
    for order_id in drawn:
        session.add(
            CallBack(
                kind=CallKind.REPAIR,
                community_id=community_id,
                draw_id=draw.id,
                order_id=order_id,
                month=month,
                due_on=friday_of(monday),
                made_at=now,
            )
        )
        session.flush()  # one by one: the keys keep the order of the draw
    subjects = (Subject(CallKind.REPAIR, community_id, one, 1, month) for one in listed)
    make_links(session, vault, subjects, now=now)
    return draw


def _listed(session: Session, community_id: int, monday: date) -> list[int]:
    """Return what a week is drawn from: its closed orders, and late ones of the weeks before.

    A file that is sent on Monday after eight tells of orders no draw has seen; they stand in the
    list of the next Monday. Every order that was in a list has a link, so none is listed twice.
    """
    closed = _closed_until(session, community_id, monday)
    linked = {key for key, _round in queries.list_linked(session, CallKind.REPAIR, closed)}
    return sorted(set(closed) - linked)


def _closed_until(session: Session, community_id: int, monday: date) -> list[int]:
    since = listed_since(queries.first_week(session), monday)
    last = end_of(monday + timedelta(days=6))
    return closed_between(session, community_id, start_of(since), last)


def end_week(session: Session, monday: date, *, now: datetime) -> None:
    """Note that a week was drawn in every community."""
    if queries.find_week(session, monday) is None:
        session.add(CallBackWeek(monday=monday, drawn_at=now))
        session.flush()


def finish_draws(session: Session, vault: Vault, *, now: datetime) -> list[CallBackDraw]:
    """Tell the seeds of the draws whose calls are over; what nobody got round to lapses.

    Returns:
        The draws just finished; their completed orders count as called back from now on.
    """
    finished = queries.list_open_draws(session, beijing_date(now) - LAPSES_AFTER)
    for draw in finished:
        for call in queries.list_waiting_of(session, draw.id):
            call.state, call.ended_at = CallState.LAPSED, now
            call.draft = call.draft_sealed = None
        draw.seed = vault.open(draw.seed_sealed, _SEED_PURPOSE)
        draw.finished_at = now
    session.flush()
    return finished


def has_finished(session: Session, *, now: datetime) -> bool:
    """Say whether `finish_draws` has anything to do."""
    return bool(queries.list_open_draws(session, beijing_date(now) - LAPSES_AFTER))


def listed_of(draw: CallBackDraw) -> list[int]:
    """Return the orders a draw was made from."""
    found: list[int] = json.loads(draw.order_ids)
    return found


def check_draw(session: Session, draw: CallBackDraw) -> Check:
    """Draw a finished week once more, from what is told of it, and compare.

    Raises:
        ValueError: Its calls are not finished, so nothing is told of it.
    """
    if draw.seed is None:
        raise ValueError(draw.id)
    seed, listed = bytes.fromhex(draw.seed), listed_of(draw)
    called = [one.call.order_id for one in queries.list_drawn(session, draw.id)]
    now_closed = set(_closed_until(session, draw.community_id, draw.monday))
    of_week = set(closed_in_week(session, draw.community_id, draw.monday))
    again = draw_week(listed, seed)
    return Check(
        is_committed=commitment_of(seed) == draw.commitment,
        is_same=again == called and len(listed) == draw.orders,
        drawn=tuple(again),
        late=tuple(sorted(of_week - set(listed))),
        gone=tuple(sorted(set(listed) - now_closed)),
    )
