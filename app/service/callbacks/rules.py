"""The draw, its weeks, the tries of a call, and what follows from an answer. Pure.

The draw ranks orders by HMAC-SHA-256 of their key under the seed: the same seed gives the same
orders on every machine and in every version of Python. Whoever holds seed and list can check it.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum

from app.clock import BEIJING, beijing_date
from app.service.callbacks.models import CallKind, CallResult, CallState

ONE_IN = 5  # a fifth, rounded up: 20 %
DRAWN_AT = timedelta(hours=8)  # Monday, Beijing time
MOST_TRIES = 3
TRY_DAYS = 2  # no answer ends a call after so many tries on at least so many days
LATE_WEEKS = 3  # an order told so late is drawn from with a later week
LAPSES_AFTER = timedelta(days=21)  # from the drawn Monday: two weeks for the calls
FRIDAY = 4
WANTED_PERCENT = 90  # of a week's calls tried by Friday
LINK_DAYS = 14
HOLD = timedelta(minutes=15)  # so long a call is its opener's; nobody rings a home twice
COMPLAINT_DAYS = 3
LOW = 2  # of five points: the reason is asked and somebody must move
SATISFIED = 4
_WEEK = timedelta(days=7)
_NO_VISIT = ("handling.on_time", "handling.fixed", "handling.attitude", "handling.charge")
_STATES = {
    CallResult.COMPLETED: CallState.DONE,
    CallResult.WRONG_NUMBER: CallState.WRONG_NUMBER,
    CallResult.REFUSED: CallState.REFUSED,
    CallResult.LANGUAGE: CallState.LANGUAGE,
}

Values = Mapping[str, str | int]


class Effect(StrEnum):
    """What an answer sets going."""

    NOBODY_CAME = "nobody_came"
    FEE_NOT_TOLD = "fee_not_told"
    FEE_DIFFERED = "fee_differed"
    REWORK = "rework"
    CASE = "case"
    REOPEN = "reopen"
    REPEAT = "repeat"
    ESCALATE = "escalate"


def draw_week(order_ids: Sequence[int], seed: bytes) -> list[int]:
    """Return the orders to call: exactly a fifth, rounded up, in the order of the draw.

    Args:
        order_ids: Closed in the week; each counts once, their order does not matter.
        seed: Secret until the calls are made.
    """
    listed = set(order_ids)
    ranked = sorted(listed, key=lambda one: (_rank(seed, one), one))
    return ranked[: -(-len(listed) // ONE_IN)]


def commitment_of(seed: bytes) -> str:
    """Return what is shown of a seed before the calls: SHA-256, in hexadecimal digits."""
    return hashlib.sha256(seed).hexdigest()


def _rank(seed: bytes, order_id: int) -> bytes:
    return hmac.new(seed, str(order_id).encode("ascii"), hashlib.sha256).digest()


def week_to_draw(now: datetime) -> date:
    """Return the Monday of the newest week that is drawn by now.

    The week from Monday to Sunday is drawn on the Monday after it at 08:00 in Beijing.
    """
    local = now.astimezone(BEIJING) - DRAWN_AT
    monday = local.date() - timedelta(days=local.weekday())
    return monday - _WEEK


def weeks_missed(last_drawn: date | None, newest: date, *, most: int) -> list[date]:
    """Return the weeks still to draw, the oldest first; at the very beginning only the newest."""
    if last_drawn is None:
        return [newest]
    count = min(most, (newest - last_drawn).days // 7)
    return [newest - _WEEK * back for back in range(count - 1, -1, -1)]


def listed_since(first_drawn: date | None, monday: date) -> date:
    """Return the first day a week is drawn from: late orders of the weeks before count with it.

    Args:
        first_drawn: The first week ever drawn here, None before there is one.
        monday: Of the week that is drawn.
    """
    if first_drawn is None:
        return monday
    return min(monday, max(first_drawn, monday - LATE_WEEKS * _WEEK))


def friday_of(monday: date) -> date:
    """Return the day by which the calls of a drawn week shall be tried: the Friday after it."""
    return monday + _WEEK + timedelta(days=FRIDAY)


def month_of(day: date) -> date:
    """Return the first day of a month: the key figures stand under."""
    return day.replace(day=1)


def month_after(month: date) -> date:
    """Return the first day of the month after."""
    return (month.replace(day=28) + timedelta(days=7)).replace(day=1)


def week_shown_until(now: datetime) -> date:
    """Return the newest Monday whose draw an office may see.

    It hangs on the calendar alone, never on how far the calls are: three weeks after its Monday
    every call of a week is over, and until then nothing an office can open changes.
    """
    return beijing_date(now) - LAPSES_AFTER


def month_shown(month: date, now: datetime) -> bool:
    """Say whether an office may see the results of a month: all its weeks may be seen."""
    return month_after(month) - timedelta(days=1) <= week_shown_until(now)


def next_state(
    result: CallResult, *, tries: int, days: int, already: CallState = CallState.WAITING
) -> CallState:
    """Return the state of a call after a try.

    Args:
        result: Of the try.
        tries: Tries without an answer, this one included.
        days: Beijing days of these tries.
        already: The state before.
    """
    if result in _STATES:
        return _STATES[result]
    if result is CallResult.NO_ANSWER and tries >= MOST_TRIES and days >= TRY_DAYS:
        return CallState.UNREACHED
    return already


def counts_as_reached(result: CallResult) -> bool:
    """Say whether a person of the home was spoken to."""
    return result not in {CallResult.NO_ANSWER, CallResult.WRONG_NUMBER}


def is_due(not_before: datetime | None, now: datetime) -> bool:
    """Say whether a call stands on today's list: no other day was wished for."""
    return not_before is None or beijing_date(not_before) <= beijing_date(now)


def holder_of(
    held_by: int | None, held_at: datetime | None, *, staff_id: int, now: datetime
) -> int | None:
    """Return which other person is on a call just now, None when nobody is."""
    if held_by is None or held_at is None or held_by == staff_id:
        return None
    return held_by if held_at <= now < held_at + HOLD else None


def skipped(kind: CallKind, values: Values) -> frozenset[str]:
    """Return the questions that make no sense after these answers."""
    found: set[str] = set()
    if kind is not CallKind.REPAIR:
        return frozenset()
    if values.get("handling.came") == "no":
        found.update(_NO_VISIT)
    if not is_low(kind, values):
        found.add("comment.reason")
    return frozenset(found)


def verdict_item(kind: CallKind) -> str:
    """Return the code of the rating that says whether somebody is satisfied."""
    return "overall" if kind is CallKind.REPAIR else "handling.result"


def is_satisfied(kind: CallKind, values: Values) -> bool | None:
    """Say whether the customer is satisfied (the two upper points of five), None unsaid."""
    point = values.get(verdict_item(kind))
    return point >= SATISFIED if isinstance(point, int) else None


def is_low(kind: CallKind, values: Values) -> bool:
    """Say whether the rating is so low that the reason is asked."""
    point = values.get(verdict_item(kind))
    return isinstance(point, int) and point <= LOW


def effects_of(kind: CallKind, values: Values, *, has_wish: bool) -> tuple[Effect, ...]:
    """Return what an answer sets going, each once, in the order it is done.

    Args:
        kind: After a repair or a complaint.
        values: Item code to option code or point.
        has_wish: The customer said what else we should do.
    """
    said = {(code, value) for code, value in values.items()}
    if kind is CallKind.COMPLAINT:
        return tuple(effect for effect, when in _AFTER_COMPLAINT if said & when)
    found = [effect for effect, when in _AFTER_REPAIR if said & when]
    if has_wish or is_low(kind, values):
        found.append(Effect.CASE)
    return tuple(found)


_AFTER_REPAIR: tuple[tuple[Effect, frozenset[tuple[str, str | int]]], ...] = (
    (
        Effect.NOBODY_CAME,
        frozenset({("handling.came", "no"), ("handling.on_time", "did_not_come")}),
    ),
    (Effect.FEE_NOT_TOLD, frozenset({("handling.charge", "not_told")})),
    (Effect.FEE_DIFFERED, frozenset({("handling.charge", "differed")})),
    (
        Effect.REWORK,
        frozenset({("handling.fixed", "broken_again"), ("handling.fixed", "not_fixed")}),
    ),
)
_AFTER_COMPLAINT: tuple[tuple[Effect, frozenset[tuple[str, str | int]]], ...] = (
    (
        Effect.REOPEN,
        frozenset(
            {
                ("handling.answered", "no"),
                ("handling.solved", "partly"),
                ("handling.solved", "not_solved"),
            }
        ),
    ),
    (
        Effect.REPEAT,
        frozenset({("handling.before", one) for one in ("once", "twice", "more")}),
    ),
    (Effect.ESCALATE, frozenset({("handling.leader", "yes")})),
)
