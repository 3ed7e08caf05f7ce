"""When messages may go out and to whom: quiet hours, the ladder, who is left out. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.clock import BEIJING, beijing_date, start_of
from app.surveys.campaign.models import Outcome
from app.surveys.distribution.models import MessageReason, RunKind, SendChannel

QUIET_FROM = time(21)
QUIET_TO = time(8)
USUAL_CAP = 2
GAP_DAYS = 2  # between two reminders of a home, whatever brings them
REMINDERS = frozenset({RunKind.REMINDER_1, RunKind.REMINDER_2})
# A letter is printed at night as well: it reaches nobody before somebody carries it.
LOUD = frozenset({SendChannel.SMS, SendChannel.WECHAT, SendChannel.EMAIL})
# Heard once, these hold for messages until head office records something else (`queries`).
LEFT_ALONE = frozenset({Outcome.REFUSED_FOR_GOOD, Outcome.DECEASED})
_USUAL_HOUR = time(10)
_EVENING = time(18)
_NUMBERS = re.compile(r"\d+")
_MOBILE = re.compile(r"(?:\+?86|0086)?(1[3-9]\d{9})")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the ladder.

    Attributes:
        kind: What is said.
        day: Planned day; None for the results, which wait for the gate.
        at: Usual time of the day, in Beijing.
    """

    kind: RunKind
    day: date | None
    at: time

    @property
    def instant(self) -> datetime | None:
        """Return the usual instant of the step."""
        return None if self.day is None else datetime.combine(self.day, self.at, BEIJING)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What decides whether a home of the frame gets a message.

    Attributes:
        is_excluded: Head office approved that it leaves the base.
        has_answered: It has a counted answer.
        is_left_alone: It wants no further contact, or somebody died; see `LEFT_ALONE`.
        has_opted_out: It asked for no more reminders.
        was_told: Another run brought it this step before: a reminder over any channel, the launch
            and the results over this one.
        reminders: Reminders it got in this campaign, over all channels.
        last_reminder_at: When the last of them left.
    """

    is_excluded: bool
    has_answered: bool
    is_left_alone: bool
    has_opted_out: bool
    was_told: bool
    reminders: int
    last_reminder_at: datetime | None


def left_out(  # noqa: PLR0911 - one reason after the other
    one: Candidate, *, kind: RunKind, channel: SendChannel, cap: int, at: datetime
) -> MessageReason | None:
    """Return why a home gets no message, None when it gets one if it can be reached.

    Who asked for no more reminders still finds the launch letter in the letterbox: without it the
    home could not answer at all. Nothing else reaches it. `at` is when the message would leave.
    """
    is_reminder = kind in REMINDERS
    wants_quiet = is_reminder or channel in LOUD
    if one.is_excluded:
        return MessageReason.EXCLUDED
    if one.has_answered and kind is not RunKind.RESULT:
        return MessageReason.ANSWERED
    if wants_quiet and one.is_left_alone:
        return MessageReason.REFUSED
    if wants_quiet and one.has_opted_out:
        return MessageReason.OPTED_OUT
    if one.was_told:
        return MessageReason.ALREADY_TOLD
    if is_reminder and one.reminders >= cap:
        return MessageReason.AT_CAP
    if is_reminder and _is_soon(one.last_reminder_at, at):
        return MessageReason.TOO_SOON
    return None


def _is_soon(last: datetime | None, at: datetime) -> bool:
    return last is not None and (beijing_date(at) - beijing_date(last)).days < GAP_DAYS


def is_quiet(instant: datetime) -> bool:
    """Say whether an instant lies in the quiet hours: 21:00 up to 08:00, Beijing time."""
    hour = instant.astimezone(BEIJING).time()
    return hour >= QUIET_FROM or hour < QUIET_TO


def next_loud(instant: datetime) -> datetime:
    """Return the first instant from this one on at which messages may go out."""
    if not is_quiet(instant):
        return instant
    local = instant.astimezone(BEIJING)
    day = local.date() + timedelta(days=local.time() >= QUIET_FROM)
    return start_of(day) + timedelta(hours=QUIET_TO.hour)


def ladder(opens_on: date, closes_on: date) -> tuple[Step, ...]:
    """Return the steps of a campaign: launch, one week, two weeks in the evening, results.

    A campaign of two weeks or less has its reminders at a third and two thirds of its days, and
    never closer together than `GAP_DAYS`.
    """
    days = (closes_on - opens_on).days
    first = 7 if days > 14 else max(1, days // 3)
    second = 14 if days > 14 else max(first + GAP_DAYS, days * 2 // 3)
    return (
        Step(RunKind.LAUNCH, opens_on, _USUAL_HOUR),
        Step(RunKind.REMINDER_1, opens_on + timedelta(days=first), _USUAL_HOUR),
        Step(RunKind.REMINDER_2, opens_on + timedelta(days=second), _EVENING),
        Step(RunKind.RESULT, None, _USUAL_HOUR),
    )


def walking_place(room: str, *, has_lift: bool) -> tuple[int, int, int, str]:
    """Return the place of a room on the way through its building.

    Unit by unit; with a lift from the top floor down, without one from the ground up.
    """
    numbers = [int(part) for part in _NUMBERS.findall(room)]
    floor, door = divmod(numbers[-1], 100) if numbers else (0, 0)
    unit = numbers[0] if len(numbers) > 1 else 0
    return unit, -floor if has_lift else floor, door, room


def mobile_of(phone: str) -> str | None:
    """Return a mainland mobile number in eleven digits, None when it is something else."""
    found = _MOBILE.fullmatch(re.sub(r"[\s()-]", "", phone))
    return found[1] if found else None
