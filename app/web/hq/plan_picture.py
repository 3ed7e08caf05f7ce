"""The whole campaign as one picture: weeks from left to right, one row for each owner of tasks.

Plain numbers; the template draws them. Tasks counted from T0 stand where they would fall if the
rate were reached by the deadline, until T0 is there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.clock import beijing_date
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.limits import task_days
from app.surveys.campaign.planning.models import Anchor, TaskOwner
from app.surveys.campaign.planning.queries import TaskRow
from app.surveys.campaign.planning.workdays import Calendar, holidays_between
from app.web.hq import plan_words
from app.web.words import short_date

WIDTH, LEFT, RIGHT = 1040, 128, 16
ROW, TOP = 44, 44
_WEEK = timedelta(days=7)
_RADIUS = 6


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of days: the collection, or a holiday."""

    x: float
    width: float
    name: str


@dataclass(frozen=True, slots=True)
class Mark:
    """One task: where it stands, its state (done, late, open, later) and its words."""

    x: float
    y: float
    state: str
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything the template draws."""

    width: int
    height: int
    left: int
    bottom: int
    weeks: tuple[tuple[float, str], ...]
    rows: tuple[tuple[float, str], ...]
    collection: Band
    holidays: tuple[Band, ...]
    marks: tuple[Mark, ...]
    today: float | None


def draw(
    campaign: Campaign, rows: Sequence[TaskRow], calendar: Calendar, *, today: date
) -> Picture | None:
    """Return the picture of a campaign, None when it has no tasks."""
    if not rows:
        return None
    placed = [(row, _place(row, campaign)) for row in rows]
    days = [day for _row, day in placed]
    scale = _Scale(min(*days, campaign.opens_on), max(*days, campaign.closes_on))
    owners = [owner for owner in TaskOwner if any(row.task.owner is owner for row in rows)]
    height = TOP + ROW * len(owners) + 12
    return Picture(
        width=WIDTH,
        height=height,
        left=LEFT,
        bottom=height - 12,
        weeks=tuple(scale.weeks()),
        rows=tuple(
            (TOP + ROW * (at + 0.5), plan_words.owner_name(owner))
            for at, owner in enumerate(owners)
        ),
        collection=scale.band(campaign.opens_on, campaign.closes_on, ""),
        holidays=tuple(
            scale.band(max(span.first, scale.first), min(span.last, scale.last), span.name)
            for span in holidays_between(scale.first, scale.last, calendar)
        ),
        marks=tuple(_marks(placed, owners, scale, today)),
        today=scale.x(today) if scale.first <= today <= scale.last else None,
    )


class _Scale:
    """Turns days into places."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first - timedelta(days=first.weekday())
        self.last = last + timedelta(days=6 - last.weekday())
        self._step = (WIDTH - LEFT - RIGHT) / ((self.last - self.first).days + 1)

    def x(self, day: date) -> float:
        return round(LEFT + ((day - self.first).days + 0.5) * self._step, 1)

    def band(self, first: date, last: date, name: str) -> Band:
        left = LEFT + (first - self.first).days * self._step
        return Band(round(left, 1), round(((last - first).days + 1) * self._step, 1), name)

    def weeks(self) -> Iterable[tuple[float, str]]:
        """Yield the place of every Monday, every second one with its date."""
        day, at = self.first, 0
        while day <= self.last:
            left = LEFT + (day - self.first).days * self._step
            yield round(left, 1), "" if at % 2 else f"{day.month}/{day.day}"
            day, at = day + _WEEK, at + 1


def _day(row: TaskRow, campaign: Campaign) -> date:
    if row.task.due_on is not None:
        return row.task.due_on
    anchor = campaign.closes_on if row.task.anchor is Anchor.T0 else campaign.opens_on
    return anchor + timedelta(days=row.task.offset_days)


def _place(row: TaskRow, campaign: Campaign) -> date:
    """Return where a task stands: one far away stands at the edge, so that the rest is seen."""
    first, last = task_days(campaign.opens_on, campaign.closes_on)
    return min(max(_day(row, campaign), first), last)


def _marks(
    placed: Sequence[tuple[TaskRow, date]],
    owners: Sequence[TaskOwner],
    scale: _Scale,
    today: date,
) -> Iterable[Mark]:
    """Yield the tasks; several of one owner on one day stand below one another."""
    taken: dict[tuple[TaskOwner, date], int] = {}
    for row, day in placed:
        owner = row.task.owner
        at = taken[owner, day] = taken.get((owner, day), -1) + 1
        y = TOP + ROW * owners.index(owner) + 10 + at * 2.2 * _RADIUS
        words = f"{short_date(row.task.due_on or day)} · {plan_words.task_name(row.task.key)}"
        yield Mark(scale.x(day), round(y, 1), state_of(row, today), words)


def state_of(row: TaskRow, today: date) -> str:
    """Return whether a task is done, late, open or has no day yet (later)."""
    if row.task.done_at is not None:
        return "done"
    if row.task.due_on is None:
        return "later"
    return "late" if row.task.due_on < today else "open"


def done_day(row: TaskRow) -> str:
    """Return the day a task was done, in words; nothing while it is not."""
    at = row.task.done_at
    return "" if at is None else short_date(beijing_date(at))
