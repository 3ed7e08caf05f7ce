"""How the demo's answers came about: phones and networks, a tablet, calls, decisions, an objection.

Nine homes of one community answered within an hour on one tablet. Head office holds the result,
the office objects, calls settle it: the nine are real, and one other answer is nobody's.
"""

import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from sqlalchemy.orm import Session

from app.clock import start_of
from app.demo.accounts import community_of, staff_of
from app.demo.company import COMMUNITIES
from app.demo.gates import HELD
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import find_campaign, find_gate, get_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.integrity import jobs, queries, services
from app.surveys.integrity.calls.queries import find_sample, list_calls
from app.surveys.integrity.collected.queries import Collected, list_answered
from app.surveys.integrity.deciding.services import (
    AppealAnswer,
    Judgement,
    answer_appeal,
    appeal,
    decide,
)
from app.surveys.integrity.models import AppealOutcome, Filler, FindingKind, Verdict
from app.surveys.integrity.rows import CallRow
from app.surveys.integrity.services import Found, Told, points_of
from app.surveys.response.models import Channel, Entrance
from app.surveys.response.queries import find_comment
from app.surveys.response.signals import Trace, signal_of
from app.surveys.response.vector import decode
from app.vault import Vault

CALLED = (HELD, "GYY")
"""Communities whose answers are called back."""

_TABLET, _EVERY = 9, timedelta(minutes=6)
_DAYS_BEFORE_THE_END, _EVENT = 3, timedelta(hours=14, minutes=30)
_FAMILY, _GATEWAY = 0.05, 0.45  # share a phone with another home; go through a city's gateway
_GATEWAYS = 60
_SECONDS, _SPREAD = 330.0, 0.45
_LEFT = 5  # calls that nobody has made yet
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_HELPED, _SILENT, _VAGUE = 9, 11, 17  # every so many calls: read out, not reached, forgotten

_HOLD = "同一部平板在一小时内交来九份，先核对是不是业主本人的意思。"
_OBJECTION = (
    "这九份是中心办便民日时，业主在平板上自己填的，有签到表和照片；工作人员只递平板，没有代填。"
)
_GRANTED = "签到表与九户一致，逐户电话核对属实，异议成立。"
_FINDING = "九户逐户电话核对：物业中心办活动时由业主在平板上自己填写，均为本人意思，无改动。"
_NOBODY = "电话核对发现一份：家里没有人填过，为前租户用旧信函作答。该份不再计入。"
_NINE = "便民日平板上的九户，按签到表逐户电话，请业主说出当时的两项打分。"
_FOLDS = "随机抽二十份纸卷看折痕、笔迹和笔色，未见异常。"
_ACCEPTED = "与其他小区相比没有异常，电话核对未发现代填。"
_SLIP = "一户两题说法与原卷相差较大，业主确认是自己填的，属记忆出入，不作处理。"
_NOTES = ("语气很干脆，说是自己填的。", "", "", "女儿接的电话，转给了老人。", "", "")


def on_the_tablet(times: Sequence[datetime], closes_on: date) -> dict[int, datetime]:
    """Return which answers came in on the tablet, and when: the last before that afternoon."""
    event = start_of(closes_on) - _DAYS_BEFORE_THE_END * _DAY + _EVENT
    before = [at for at, instant in enumerate(times) if instant < event]
    return {at: event + _EVERY * number for number, at in enumerate(before[-_TABLET:])}


def note_traces(session: Session, vault: Vault, code: str, *, seed: int) -> None:
    """Note for every answer sent from a browser which phone, network and pace it had."""
    campaign = _campaign(session, code)
    for company in COMMUNITIES:
        rng = np.random.default_rng([seed, zlib.crc32(f"traces {code} {company.code}".encode())])
        place = community_of(session, company.code)
        sent = [
            one
            for one in list_answered(session, campaign, place.id)
            if one.answer.channel is Channel.PHONE and one.answer.device is None
        ]
        on_tablet = set(_on_tablet(sent, campaign) if company.code == HELD else ())
        for at, one in enumerate(sent):
            home = int(rng.integers(len(sent))) if rng.random() < _FAMILY else at
            line = int(rng.integers(_GATEWAYS)) if rng.random() < _GATEWAY else None
            device, address = f"{company.code}-{home}", _address(company.code, at, line)
            if one.response_id in on_tablet:
                device, address = "centre-tablet", "198.51.100.7"
            entrance = Entrance.LINK if rng.random() < 0.9 else Entrance.CODE
            ended_at = one.answer.received_at
            made = signal_of(
                vault,
                None,
                Trace(device, address, entrance),
                campaign_id=campaign.id,
                ended_at=ended_at,
            )
            row = made.row(one.response_id)
            row.seconds = max(60, int(rng.lognormal(np.log(_SECONDS), _SPREAD)))
            row.started_at = ended_at - timedelta(seconds=row.seconds)
            session.add(row)
    session.flush()


def order_measuring(session: Session, code: str, *, now: datetime) -> None:
    """Let the worker compare the communities of a campaign, as it does every day."""
    jobs.order_measuring(session, _campaign(session, code).id, now=now)


def hold(session: Session, vault: Vault, code: str) -> None:
    """Hold a community two days before the deadline; its office objects on the day after."""
    campaign = _campaign(session, code)
    at = start_of(campaign.closes_on) - 2 * _DAY + 10 * _HOUR
    _decide(session, vault, campaign, HELD, Verdict.HOLD, _HOLD, now=at)
    decision, _objection = queries.list_decisions(
        session, campaign.id, community_of(session, HELD).id
    )[0]
    office = staff_of(session, "office3")
    appeal(session, vault, decision, text=_OBJECTION, staff_id=office.id, now=at + _DAY)


def order_calls(session: Session, code: str, *, now: datetime) -> None:
    """Let the worker draw the calls of two communities."""
    head, campaign = staff_of(session, "hq"), _campaign(session, code)
    for place in CALLED:
        community = community_of(session, place)
        jobs.order_draw(session, campaign.id, community.id, staff_id=head.id, now=now)


def check_answers(session: Session, vault: Vault, code: str, *, after: datetime, seed: int) -> None:
    """Make most of the calls, answer the objection, and decide about every community.

    Args:
        session: A writing transaction.
        vault: Seals reasons and notes.
        code: The campaign; its calls are drawn.
        after: The deadline.
        seed: Decides who was reached.
    """
    campaign = _campaign(session, code)
    instrument = get_instrument(session, campaign.instrument_digest)
    rng = np.random.default_rng([seed, zlib.crc32(f"calls {code}".encode())])
    for place in CALLED:
        left = 0 if place == HELD else _LEFT
        _call(
            session, vault, campaign, place, instrument, rng=rng, left=left, now=after + 34 * _HOUR
        )
    _find(session, vault, campaign, HELD, Found(FindingKind.RECALL, 0, 9, _NINE), after=after)
    _find(
        session, vault, campaign, "GYY", Found(FindingKind.HANDWRITING, 0, 20, _FOLDS), after=after
    )
    head, at = staff_of(session, "hq"), after + 2 * _DAY + 9 * _HOUR
    decision, _objection = queries.list_decisions(
        session, campaign.id, community_of(session, HELD).id
    )[0]
    _decide(session, vault, campaign, HELD, Verdict.VOID, _NOBODY, now=at)
    answer_appeal(
        session,
        vault,
        decision,
        answer=AppealAnswer(AppealOutcome.CHANGED, _GRANTED + _FINDING, Verdict.ACCEPT),
        staff_id=head.id,
        now=at + _HOUR,
    )
    for number, company in enumerate(one for one in COMMUNITIES if one.code != HELD):
        reason = _SLIP if company.code == "GYY" else _ACCEPTED
        when = at + 2 * _HOUR + number * _HOUR / 4
        _decide(session, vault, campaign, company.code, Verdict.ACCEPT, reason, now=when)


def _on_tablet(sent: Sequence[Collected], campaign: Campaign) -> Iterator[int]:
    """Yield the answers of the tablet: those at the minutes on which it was handed on."""
    event = start_of(campaign.closes_on) - _DAYS_BEFORE_THE_END * _DAY + _EVENT
    minutes = {event + _EVERY * number for number in range(_TABLET)}
    return (one.response_id for one in sent if one.answer.received_at in minutes)


def _address(place: str, home: int, gateway: int | None) -> str:
    """Return a network address: a home's own line, or a provider's gateway for many."""
    if gateway is not None:
        return f"100.64.{gateway}.9"
    number = zlib.crc32(f"{place}:{home}".encode())
    return f"10.{number >> 8 & 255}.{number & 255}.5"


def _call(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    place: str,
    instrument: Instrument,
    *,
    rng: np.random.Generator,
    left: int,
    now: datetime,
) -> None:
    """Let the caller work through a sheet; a few are not reached, one tells of nobody's answer."""
    sample = find_sample(session, campaign.id, community_of(session, place).id)
    if sample is None:
        raise LookupError(place)
    caller, head = staff_of(session, "caller"), staff_of(session, "hq")
    services.give_to(session, sample, caller.id, staff_id=head.id, now=now - _HOUR)
    rows = list_calls(session, sample.id)
    odd = next(row for row in rows if _is_quiet(session, row, campaign))
    for number, row in enumerate(rows[: len(rows) - left] if odd in rows[:-5] else rows):
        said = _said(instrument, row, rng)
        note = _NOTES[number % len(_NOTES)]
        if row is odd and place == HELD:
            told = Told(Filler.NOBODY, note="业主说家里没人填过，前租户半年前已搬走。")
        elif row is odd:
            told = Told(
                Filler.OWNER, points=_far(instrument, row), note="业主说记不太清当时打几分。"
            )
        elif number % _SILENT == _SILENT - 1:
            told = Told(None, note="响铃无人接，换时间再打。")
        elif number % _VAGUE == _VAGUE - 1:
            told = Told(Filler.UNSURE, points={}, note="说可能是爱人填的，不在家。")
        else:
            filler = Filler.HELPED if number % _HELPED == _HELPED - 1 else Filler.OWNER
            told = Told(Filler.FAMILY if number % 5 == 3 else filler, points=said, note=note)
        at = now + number * timedelta(minutes=4)
        services.record_call(
            session, vault, row, told, instrument=instrument, staff_id=caller.id, now=at
        )


def _is_quiet(session: Session, row: CallRow, campaign: Campaign) -> bool:
    """Say whether nobody waits for a reply to this answer, and it is none of the tablet's."""
    event = start_of(campaign.closes_on) - _DAYS_BEFORE_THE_END * _DAY + _EVENT
    is_tablet = event <= row.response.received_at <= event + _TABLET * _EVERY
    has_items = len([one for one in row.call.items.split(",") if one]) == 2
    return has_items and not is_tablet and find_comment(session, row.response.id) is None


def _said(instrument: Instrument, row: CallRow, rng: np.random.Generator) -> dict[str, int]:
    """Return what a home says on the telephone: what it wrote, now and then one point beside."""
    stored = decode(instrument, row.response.vector).values
    said = {}
    for code in (one for one in row.call.items.split(",") if one):
        points = points_of(instrument, code)
        near = stored[code] + (int(rng.integers(-1, 2)) if rng.random() < 0.3 else 0)
        said[code] = min(max(near, points[0]), points[-1])
    return said


def _far(instrument: Instrument, row: CallRow) -> dict[str, int]:
    """Return points at the other end of both scales."""
    stored = decode(instrument, row.response.vector).values
    said = {}
    for code in (one for one in row.call.items.split(",") if one):
        points = points_of(instrument, code)
        middle = (points[0] + points[-1]) / 2
        said[code] = points[0] if stored[code] > middle else points[-1]
    return said


def _find(
    session: Session, vault: Vault, campaign: Campaign, place: str, found: Found, *, after: datetime
) -> None:
    services.record_finding(
        session,
        vault,
        campaign,
        community_of(session, place).id,
        found,
        staff_id=staff_of(session, "hq").id,
        now=after + _DAY + 15 * _HOUR,
    )


def _decide(
    session: Session,
    vault: Vault,
    campaign: Campaign,
    place: str,
    verdict: Verdict,
    reason: str,
    *,
    now: datetime,
) -> None:
    decide(
        session,
        vault,
        _gate(session, campaign, place),
        Judgement(verdict, reason),
        staff_id=staff_of(session, "hq").id,
        now=now,
    )


def _gate(session: Session, campaign: Campaign, place: str) -> Gate:
    found = find_gate(session, campaign.id, community_of(session, place).id)
    if found is None:
        raise LookupError(place)
    return found


def _campaign(session: Session, code: str) -> Campaign:
    found = find_campaign(session, code)
    if found is None:
        raise LookupError(code)
    return found
