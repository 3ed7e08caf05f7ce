"""Rules of a case: which step follows, who may close, its own clock, hints, capacity. Pure.

The circle is the handbook's: accepted, verified, in work, answered, called back, improved or
closed; a closed case may be opened again (requirements R72, R85, R103; docs/adr/0011).

- One person answers for a case from acceptance to the reply; handing it over needs a reason.
- **Low risk** is everything but a danger to people and a complaint. The front line closes it
  without approval: the talk in which the owner hears the answer and says what he thinks of it is
  reply and call-back in one. An owner who is not satisfied keeps the case open; then only the
  director or head office may close it, with a reason. A published reply that the owner rates
  "satisfied" himself closes it as well.
- **Otherwise** the case is answered first and then called back by somebody else than who
  answered. The call-back needs the owner's own view; a dissatisfied owner opens the case again.
  That the owner declines, or is not reached, ends such a case no sooner: one person says so in
  words, another finds the same, in words.
- "Not reached" ends a case only after three tries on three different half days in two ways.
  Tries count from the last time the owner was reached, or the case opened again.
- A danger written with "no reply" is seen to by head office without contacting the home: looked
  at on site, then closed by hand, by two people.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.clock import BEIJING, beijing_date
from app.followup.cases.errors import StepRefusedError
from app.followup.errors import FieldError
from app.followup.models import CaseState, Outcome, Source, Stage, Urgency
from app.followup.rules import (
    TRIES_TO_GIVE_UP,
    WAYS_TO_GIVE_UP,
    ContactInput,
    DueDates,
    needs_call_back,
)
from app.staff.models import Role
from app.surveys.campaign.planning.workdays import (
    Calendar,
    add_working_days,
    is_working_day,
)

UNDO_SECONDS = 60
SAFETY_START_DAYS = 1  # whole days, holidays included: danger does not keep office hours
SAFETY_CLOSE_WORKING_DAYS = 3
CALLERS = 3  # of a community where nobody said otherwise
CALLS_A_DAY = 20
_NOON = 12
_DAY = timedelta(days=1)

ENDED = frozenset({Stage.IMPROVED, Stage.CLOSED, Stage.DECLINED})
REPLIES = frozenset({Outcome.SOLVED, Outcome.EXPLAINED, Outcome.PRAISE_PASSED})
_BY_HAND = {
    Stage.VERIFIED: frozenset({Stage.ACCEPTED, Stage.REOPENED}),
    Stage.IN_WORK: frozenset({Stage.ACCEPTED, Stage.REOPENED, Stage.VERIFIED}),
    Stage.CLOSED: frozenset({Stage.ANSWERED}),
    Stage.REOPENED: ENDED,
}
# Of a home that wishes no reply: nobody asks it, so a danger is closed once it was looked at.
_BY_HAND_UNASKED = {
    **{to: _BY_HAND[to] for to in (Stage.VERIFIED, Stage.IN_WORK)},
    Stage.CLOSED: frozenset({Stage.VERIFIED, Stage.IN_WORK}),
    Stage.REOPENED: frozenset({Stage.CLOSED, Stage.IMPROVED}),
}
SOURCES_AFTER = {Outcome.TO_COMPLAINT: Source.COMPLAINT, Outcome.TO_REPAIR: Source.REPAIR}
_PRAISE_TEXTS = frozenset({"comment.praise"})
_DANGER = (
    *("着火", "起火", "火灾", "火警", "冒烟", "消防通道", "飞线", "拉线充电"),
    *("困人", "被困", "困在", "坠落", "坠梯", "急坠", "掉层", "夹人"),
    *("漏电", "触电", "电线裸露", "煤气", "燃气", "泄漏", "爆炸"),
    *("高空抛物", "坠物", "脱落", "砸到", "砸伤", "坍塌", "塌陷", "井盖"),
    *("摔伤", "受伤", "骨折", "溺水", "伤人", "咬人", "尾随", "入室", "失窃", "被盗", "持刀"),
    *("gas leak", "fire", "trapped", "injur", "electric shock", "stolen"),
)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a case stands before a contact.

    Attributes:
        stage: Its step.
        source: Where it comes from.
        urgency: What it is about.
        answered_by: Who gave the answer that waits to be called back.
    """

    stage: Stage
    source: Source
    urgency: Urgency
    answered_by: int | None


@dataclass(frozen=True, slots=True)
class Try:
    """A contact, as far as it decides whether an owner counts as not reachable."""

    at: datetime
    way: str
    is_failed: bool = True
    recorded_at: datetime | None = None


def tries_since(contacts: Sequence[Try], opened_at: datetime | None) -> list[Try]:
    """Return the failed tries that count: since the owner was reached, and the case opened again.

    Args:
        contacts: All contacts that stand, oldest first.
        opened_at: When the case was opened again, None when it never was.
    """
    counted: list[Try] = []
    for one in contacts:
        if not one.is_failed:
            counted = []
        elif opened_at is None or min(one.at, one.recorded_at or one.at) > opened_at:
            counted.append(one)
    return counted


def state_of(stage: Stage) -> CaseState:
    """Return whether anybody must still move in a stage."""
    if stage is Stage.DECLINED:
        return CaseState.DECLINED
    return CaseState.CLOSED if stage in ENDED else CaseState.OPEN


def has_given_up(tries: Sequence[Try]) -> bool:
    """Say whether an owner counts as not reachable: three half days, two ways."""
    halves = {half_day(one.at) for one in tries}
    ways = {one.way for one in tries}
    return len(halves) >= TRIES_TO_GIVE_UP and len(ways) >= WAYS_TO_GIVE_UP


def half_day(at: datetime) -> tuple[date, bool]:
    """Return the Beijing day of an instant, and whether it lies after noon."""
    local = at.astimezone(BEIJING)
    return local.date(), local.hour >= _NOON


def stages_after(
    contact: ContactInput, position: Position, *, staff_id: int, tries: Sequence[Try]
) -> tuple[Stage, ...]:
    """Return the steps a case takes with a contact, in order; none when it stays where it is.

    Args:
        contact: The contact, already checked.
        position: Where the case stands.
        staff_id: Who made the contact.
        tries: The tries without success that count, this one included (`tries_since`).

    Raises:
        FieldError: A call-back without the owner's view; a danger or a complaint declined
            without a word.
    """
    if contact.outcome is Outcome.DECLINED or contact.outcome is Outcome.UNREACHABLE:
        return _stages_without_reply(contact, position, staff_id=staff_id, tries=tries)
    if contact.outcome not in REPLIES:
        return (Stage.IN_WORK,)
    is_unhappy = contact.owner_view == "dissatisfied"
    is_better = contact.outcome is Outcome.SOLVED and contact.owner_view == "satisfied"
    end = Stage.IMPROVED if is_better else Stage.CLOSED
    if not needs_call_back(position.source, position.urgency):
        return (Stage.ANSWERED,) if is_unhappy else (Stage.ANSWERED, end)
    if position.stage is not Stage.ANSWERED or position.answered_by == staff_id:
        return (Stage.ANSWERED,)
    if contact.owner_view is None:
        raise FieldError("owner_view", "empty")
    return (Stage.REOPENED,) if is_unhappy else (Stage.CALLED_BACK, end)


def _stages_without_reply(
    contact: ContactInput, position: Position, *, staff_id: int, tries: Sequence[Try]
) -> tuple[Stage, ...]:
    """Return the steps after an owner declined, or was not reached.

    A try without words is a try all the same, and ends no danger and no complaint.
    """
    is_declined = contact.outcome is Outcome.DECLINED
    if not is_declined and not has_given_up(tries):
        return ()
    end = Stage.DECLINED if is_declined else Stage.CLOSED
    if not needs_call_back(position.source, position.urgency):
        return (end,)
    if not contact.result.strip():
        if is_declined:
            raise FieldError("result", "empty")
        return ()
    if position.stage is not Stage.ANSWERED or position.answered_by == staff_id:
        return (Stage.ANSWERED,)
    return (end,)


def check_step(
    position: Position, to: Stage, *, role: Role, staff_id: int, is_no_reply: bool = False
) -> None:
    """Refuse a step by hand that the circle does not have, or that is not this person's.

    Raises:
        StepRefusedError: Names the step.
    """
    allowed = _BY_HAND.get(to, frozenset())
    if is_no_reply:
        allowed = _BY_HAND_UNASKED.get(to, frozenset())
    if position.stage not in allowed:
        raise StepRefusedError(position.stage, to)
    if to is Stage.CLOSED:
        _check_closer(position, role, staff_id)


def _check_closer(position: Position, role: Role, staff_id: int) -> None:
    """Let the director close what an owner is not satisfied with, another person a danger."""
    if not needs_call_back(position.source, position.urgency):
        is_allowed = role in {Role.HEAD_OFFICE, Role.OFFICE}
    else:
        is_allowed = role is Role.HEAD_OFFICE and position.answered_by != staff_id
    if not is_allowed:
        raise StepRefusedError(position.stage, Stage.CLOSED)


def steps_by_hand(
    position: Position, *, role: Role, staff_id: int, is_no_reply: bool
) -> tuple[Stage, ...]:
    """Return the steps this person may take by hand, as buttons."""
    found = []
    for stage in _BY_HAND:
        try:
            check_step(position, stage, role=role, staff_id=staff_id, is_no_reply=is_no_reply)
        except StepRefusedError:
            continue
        found.append(stage)
    return tuple(found)


def safety_dates(known_at: datetime, calendar: Calendar) -> DueDates:
    """Return the clock of a danger to people: it starts at once, before any release.

    Somebody is there by the end of the next day, working day or not; the case is closed within
    three working days.
    """
    known_on = beijing_date(known_at)
    return DueDates(
        known_on + SAFETY_START_DAYS * _DAY,
        add_working_days(known_on, SAFETY_CLOSE_WORKING_DAYS, calendar),
    )


def hint_of(texts: Mapping[str, str]) -> Urgency | None:
    """Return what the words of a home look like, for the order in which people look at them.

    Decides nothing. Words of danger come first, whatever else is said.
    """
    whole = " ".join(texts.values()).lower()
    if any(word in whole for word in _DANGER):
        return Urgency.SAFETY
    said = {code for code, text in texts.items() if text.strip()}
    return Urgency.PRAISE_ONLY if said and said <= _PRAISE_TEXTS else None


@dataclass(frozen=True, slots=True)
class Capacity:
    """People who call for a community, and calls of one of them in a day."""

    callers: int = CALLERS
    calls_a_day: int = CALLS_A_DAY

    @property
    def a_day(self) -> int:
        """Return the calls of a day."""
        return self.callers * self.calls_a_day


@dataclass(frozen=True, slots=True)
class Forecast:
    """How far the people there are will come.

    Attributes:
        days: Working days it takes, today included when it is one.
        done_by: Day on which the last case is through; None when nothing is left.
        behind_start: Cases that will not have been begun on the day all must be begun.
        behind_close: Cases that will not be closed on the day all should be closed.
    """

    days: int
    done_by: date | None
    behind_start: int
    behind_close: int


def forecast(
    left: int,
    untouched: int,
    capacity: Capacity,
    *,
    due: DueDates | None,
    today: date,
    calendar: Calendar,
) -> Forecast:
    """Return when a list will be through at this pace, and by how many cases it is behind.

    Args:
        left: Open cases; each takes one call.
        untouched: Those of them nobody has contacted.
        capacity: People and calls.
        due: Days of the list's clock; without them nothing is behind.
        today: The present Beijing day, which still counts.
        calendar: Working days; nobody calls on others.
    """
    days = math.ceil(left / capacity.a_day)
    done_by = last_of(today, days, calendar) if days else None
    if due is None:
        return Forecast(days, done_by, 0, 0)
    to_start = capacity.a_day * working_days(today, due.start_by, calendar)
    to_close = capacity.a_day * working_days(today, due.close_by, calendar)
    return Forecast(days, done_by, max(0, untouched - to_start), max(0, left - to_close))


def working_days(first: date, last: date, calendar: Calendar) -> int:
    """Count the working days from one day to another, both included."""
    span = max(0, (last - first).days + 1)
    return sum(is_working_day(first + at * _DAY, calendar) for at in range(span))


def last_of(first: date, count: int, calendar: Calendar) -> date:
    """Return the last of `count` working days from `first` on, which counts when it is one."""
    return add_working_days(first - _DAY, count, calendar)
