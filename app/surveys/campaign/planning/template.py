"""The campaign every June and November: its dates and the calendar of its tasks, as data.

Tasks of the preparation are due on the working day before a day off, so that nothing slips into
the launch; so are the limits of one and two weeks after T0. The others wait for the next one.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.surveys.campaign.planning.models import Anchor, TaskOwner
from app.surveys.campaign.planning.workdays import (
    Calendar,
    first_working_day,
    on_or_after,
    on_or_before,
)

COLLECTION_DAYS = 20  # the deadline is the end of D+20
DRAFT_DAYS = 30  # a draft is prepared so many days before the first day

_ENGLISH_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


class Shift(StrEnum):
    """Where a task goes whose day is no working day."""

    EARLIER = "earlier"
    LATER = "later"
    NONE = "none"  # a date of its own: the launch, the deadline


@dataclass(frozen=True, slots=True)
class TaskTemplate:
    """One task of every campaign; its words stand in the catalogue under its key."""

    key: str
    offset: int
    owner: TaskOwner
    anchor: Anchor = Anchor.LAUNCH
    shift: Shift = Shift.LATER


@dataclass(frozen=True, slots=True)
class Proposal:
    """A campaign of the template: what a draft is made with."""

    code: str
    title: str
    title_en: str
    opens_on: date
    closes_on: date


def _before(owner: TaskOwner, *tasks: tuple[str, int]) -> tuple[TaskTemplate, ...]:
    return tuple(TaskTemplate(key, day, owner, shift=Shift.EARLIER) for key, day in tasks)


def _during(owner: TaskOwner, *tasks: tuple[str, int]) -> tuple[TaskTemplate, ...]:
    return tuple(TaskTemplate(key, day, owner) for key, day in tasks)


def _after(owner: TaskOwner, *tasks: tuple[str, int]) -> tuple[TaskTemplate, ...]:
    return tuple(
        TaskTemplate(key, day, owner, Anchor.T0, Shift.EARLIER if day in (7, 14) else Shift.LATER)
        for key, day in tasks
    )


_HEAD, _OFFICE = TaskOwner.HEAD_OFFICE, TaskOwner.OFFICE
_LEADER, _COMMITTEE = TaskOwner.LEADER, TaskOwner.COMMITTEE

# Closing a campaign asks for this one: the results were reviewed and decided upon.
REVIEW = "review"
# They are the campaign's own dates: nobody moves them alone.
FIXED = frozenset({"launch", "deadline"})

TASKS: tuple[TaskTemplate, ...] = (
    *_before(_HEAD, ("plan", -30), ("effect_check", -30), ("benchmark", -21), ("pilot", -14)),
    *_before(_HEAD, ("lock", -14), ("print", -10), ("notices", -7)),
    *_before(_LEADER, ("approve", -30)),
    *_before(_OFFICE, ("register", -30), ("lists", -21), ("training", -14), ("receive", -10)),
    *_before(_OFFICE, ("posters", -7)),
    *_before(_COMMITTEE, ("items", -21), ("committee_plan", -7)),
    TaskTemplate("launch", 0, _HEAD, shift=Shift.NONE),
    TaskTemplate("distribute", 0, _OFFICE, shift=Shift.NONE),
    *_during(_HEAD, ("delivery_check", 3), ("reminder_1", 7), ("weak", 10), ("reminder_2", 14)),
    *_during(_OFFICE, ("delivered", 3), ("buildings", 7), ("elder_visits", 10), ("second", 14)),
    TaskTemplate("deadline", COLLECTION_DAYS, _HEAD, shift=Shift.NONE),
    TaskTemplate("hand_over", COLLECTION_DAYS, _OFFICE, shift=Shift.NONE),
    TaskTemplate("witness", COLLECTION_DAYS, _COMMITTEE, shift=Shift.NONE),
    *_after(_HEAD, ("statistics", 0), ("integrity", 3), ("analysis", 7), ("answers", 10)),
    *_after(_HEAD, ("report", 21), ("progress_30", 30), ("progress_60", 60)),
    *_after(_OFFICE, ("follow_up", 7), ("post_answers", 10), ("follow_up_done", 14)),
    *_after(_OFFICE, ("actions", 21), ("notes_30", 30), ("notes_60", 60)),
    *_after(_LEADER, ("summary", 3), (REVIEW, 21)),
    *_after(_COMMITTEE, ("committee_copy", 10)),
)

BY_KEY = {task.key: task for task in TASKS}


def propose(year: int, month: int, calendar: Calendar) -> Proposal:
    """Return the campaign of a month: from its first working day to the twentieth day after."""
    opens_on = first_working_day(year, month, calendar)
    return Proposal(
        code=f"{year}-{month:02}",
        title=f"{year}年{month}月业主满意度调查",
        title_en=f"Owners' satisfaction survey, {_ENGLISH_MONTHS[month - 1]} {year}",
        opens_on=opens_on,
        closes_on=opens_on + timedelta(days=COLLECTION_DAYS),
    )


def coming(today: date, months: tuple[int, ...], calendar: Calendar) -> list[Proposal]:
    """Return the campaigns of the template whose first day is still to come, the next first."""
    found = [
        propose(year, month, calendar)
        for year in (today.year, today.year + 1)
        for month in sorted(months)
    ]
    return [one for one in found if one.opens_on > today][: len(months)]


def half_of(day: date) -> tuple[int, int]:
    """Return the year and the half of it (1 or 2) a day lies in."""
    return day.year, 1 if day.month <= 6 else 2


def day_of(task: TaskTemplate, anchor: date, calendar: Calendar) -> date:
    """Return the day a task is due, counted from the day of its anchor."""
    day = anchor + timedelta(days=task.offset)
    if task.shift is Shift.EARLIER:
        return on_or_before(day, calendar)
    return on_or_after(day, calendar) if task.shift is Shift.LATER else day


def launch_day(task: TaskTemplate, opens_on: date, closes_on: date, calendar: Calendar) -> date:
    """Return the day of a task counted from the launch; those of the deadline follow it."""
    if task.shift is Shift.NONE and task.offset == COLLECTION_DAYS:
        return closes_on
    return day_of(task, opens_on, calendar)
