"""Shapes of collection: how many returns a day may be expected to bring, relative to others.

A shape is a row of numbers, one per day since the opening; only its proportions matter, the level
is learnt from the returns. Days are counted from 0, the day of the opening. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import exp
from statistics import fmean

# Collection goes on after the deadline until the rate is reached; nobody plans further than this.
DAYS_AFTER = 30
_FADING = (3.0, 7.0, 16.0, 60.0)  # days in which the response to the letters falls to 1/e
_RISING = (3.0, 6.0, 12.0)  # day of the peak where letters arrive over a week or word spreads
_BUMPS = (0.0, 0.25, 0.7)  # first day after a reminder over the strongest day of the letters
_BUMP_FADES = 3.0
_WEEK = 7
_PRIOR_WEEKS = 1.5  # how many weeks of "every weekday is alike" the data have to outweigh
TAIL_FADES = (4.0, 20.0)  # days in which what comes after an earlier curve's end falls to 1/e


@dataclass(frozen=True, slots=True)
class Calendar:
    """What is known beforehand about the days of a campaign.

    Attributes:
        days: Days from the opening to the deadline, both included.
        reminders: Days since the opening on which silent homes are reminded.
        weekday: Weekday of the opening, 0 for Monday.
        factors: Returns of each weekday, Monday first, over those of a mean day.
    """

    days: int
    reminders: tuple[int, ...] = ()
    weekday: int = 0
    factors: tuple[float, ...] = (1.0,) * _WEEK

    @property
    def horizon(self) -> int:
        """Days that are looked at in all."""
        return self.days + DAYS_AFTER

    def factor(self, day: int) -> float:
        """Return the factor of a day's weekday."""
        return self.factors[(self.weekday + day) % _WEEK]


@dataclass(frozen=True, slots=True)
class Earlier:
    """The curve of an earlier campaign.

    Attributes:
        daily: Returns of each day since its opening.
        base: Homes that were asked.
        is_own: It is of the same community; else of the whole company.
        weekday: Weekday of its opening.
    """

    daily: tuple[int, ...]
    base: int
    is_own: bool
    weekday: int = 0


def weekday_factors(series: Sequence[tuple[Sequence[int], int]]) -> tuple[float, ...]:
    """Return the factor of each weekday, Monday first, learnt from daily returns.

    Each day is compared with the seven days around it, so that the fall of the curve does not
    count as a weekday. Few weeks move the factors only a little away from 1.

    Args:
        series: Daily returns, each with the weekday of its first day.
    """
    seen: list[list[float]] = [[] for _ in range(_WEEK)]
    for daily, weekday in series:
        for day in range(3, len(daily) - 3):
            around = sum(daily[day - 3 : day + 4]) / _WEEK
            if around > 0:
                seen[(weekday + day) % _WEEK].append(daily[day] / around)
    raw = [(sum(ratios) + _PRIOR_WEEKS) / (len(ratios) + _PRIOR_WEEKS) for ratios in seen]
    mean = fmean(raw)
    return tuple(max(0.2, one / mean) for one in raw)


def general_shapes(calendar: Calendar) -> list[tuple[float, ...]]:
    """Return the shapes a campaign may take of which nothing is known.

    The response to the letters fades at once or after a rise; each reminder adds a part of it.
    """
    days = range(calendar.horizon)
    letters = [[exp(-day / fade) for day in days] for fade in _FADING]
    letters += [[(day + 1) / peak * exp(1 - (day + 1) / peak) for day in days] for peak in _RISING]
    reminded = [_reminded(day, calendar.reminders) for day in days]
    bumps = _BUMPS if calendar.reminders else _BUMPS[:1]
    return [
        tuple(calendar.factor(day) * (first[day] + bump * reminded[day]) + 1e-6 for day in days)
        for first in letters
        for bump in bumps
    ]


def earlier_shape(earlier: Earlier, calendar: Calendar, tail: float) -> tuple[float, ...]:
    """Return an earlier curve as a shape in shares of the base, its own weekdays taken out.

    Neighbouring days are smoothed except over the day after a reminder, where the curve jumps.
    Days it did not reach follow its last week and fade in `tail` days.
    """
    then = Calendar(calendar.days, calendar.reminders, earlier.weekday, calendar.factors)
    plain = [
        count / earlier.base / then.factor(day)
        for day, count in enumerate(earlier.daily[: calendar.horizon])
    ]
    smooth = [_around(plain, day, calendar.reminders) for day in range(len(plain))]
    last = fmean(smooth[-_WEEK:]) if smooth else 0.0
    missing = calendar.horizon - len(smooth)
    smooth += [last * exp(-(1 + day) / tail) for day in range(missing)]
    return tuple(calendar.factor(day) * share + 1e-6 for day, share in enumerate(smooth))


def sums(shape: Sequence[float]) -> tuple[float, ...]:
    """Return the sums of a shape before each day, and of all of it."""
    return tuple(accumulate(shape, initial=0.0))


def _reminded(day: int, reminders: Sequence[int]) -> float:
    return sum(exp(-(day - one) / _BUMP_FADES) for one in reminders if day >= one)


def _around(plain: Sequence[float], day: int, reminders: Sequence[int]) -> float:
    """Return the mean of a day and its neighbours that lie on the same side of each reminder."""
    side = sum(day >= one for one in reminders)
    near = [
        plain[other]
        for other in (day - 1, day, day + 1)
        if 0 <= other < len(plain) and sum(other >= one for one in reminders) == side
    ]
    return fmean(near)
