"""On which day will the required rate be reached? A forecast with an 80 % interval. Pure.

Many shapes of a campaign are followed side by side. For each the level of the returns is learnt
day by day, recent days counting more (a Gamma posterior with discount); a shape keeps weight as
far as it foretold each day (negative binomial: days differ by more than chance). What is still to
come is their mixture. See docs/methods/forecast.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from math import erfc, exp, lgamma, log, sqrt

from app.surveys.response.progress.shapes import (
    TAIL_FADES,
    Calendar,
    Earlier,
    earlier_shape,
    general_shapes,
    sums,
)

INTERVAL = 0.8
LOW, HIGH = 0.1, 0.9  # ends of the fan
FEWEST_DAYS = 6  # complete days before which nothing is said without an earlier campaign
# What a day's knowledge of the level is worth a day later, and the variance of the log level that
# every coming day adds: without an earlier campaign a curve may still turn out otherwise.
_KEPT = {True: 0.95, False: 0.92}
_DRIFT = {True: 0.01, False: 0.09}
_NOISE = (4.0, 20.0)  # size of the negative binomial: smaller means wilder days
# A wild day is often followed by another: a shape that missed one is held only half to account.
_TRUST = {True: 0.5, False: 0.45}
_LEAST_WEIGHT = 0.004
_FINAL_SHARE = 0.5  # of the base, in a campaign of which nothing is known
_GENERAL_WORTH = 1.0  # information in that guess, in days
_EARLIER_WORTH = {True: 16.0, False: 5.0}  # of the community itself, or of the company
_GENERAL_SHARE = 0.07  # first weight of the general shapes where earlier curves are known


class Verdict(StrEnum):
    """What can be said about the day."""

    REACHED = "reached"
    TOO_EARLY = "too_early"
    IN_TIME = "in_time"  # even the late end of the interval lies before the deadline
    OPEN = "open"  # the deadline lies inside the interval
    LATE = "late"  # even the early end lies after the deadline
    NOT_AT_THIS_PACE = "not_at_this_pace"  # not even in the weeks after the deadline


@dataclass(frozen=True, slots=True)
class FanDay:
    """Returns up to the end of a day: the 80 % interval and the middle."""

    day: int
    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """What is expected, in days since the opening (0 is the day of the opening).

    Attributes:
        verdict: What can be said.
        early: Early end of the 80 % interval of the day; None: not within the horizon.
        middle: The day by which it is as likely as not.
        late: Late end of the interval.
        in_time: Chance that the rate is reached by the deadline.
        fan: Expected returns by day up to the deadline, for the picture.
    """

    verdict: Verdict
    early: int | None = None
    middle: int | None = None
    late: int | None = None
    in_time: float | None = None
    fan: tuple[FanDay, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    """One shape with what the returns have taught about it."""

    weight: float
    level: float
    worth: float
    noise: float
    drift: float
    shape: tuple[float, ...]
    before: tuple[float, ...]
    squares: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of one community at this moment.

    Attributes:
        done: Returns of each complete day since the opening.
        today: Returns of the day under way.
        left: Share of the day under way that is still to come, 0 to 1.
        base: Homes asked.
        needed: Returns that meet the rate.
    """

    done: tuple[int, ...]
    today: int
    left: float
    base: int
    needed: int

    @property
    def returned(self) -> int:
        """Returns so far."""
        return sum(self.done) + self.today


@lru_cache(maxsize=2048)
def forecast(
    progress: Progress,
    calendar: Calendar,
    earlier: tuple[Earlier, ...] = (),
    *,
    with_fan: bool = False,
) -> Forecast:
    """Foretell the day on which the rate is reached.

    Args:
        progress: Where the community stands.
        calendar: Deadline, reminders and weekdays.
        earlier: Curves of earlier campaigns; may be empty.
        with_fan: Also return what a picture needs.

    Source: West and Harrison 1997, Bayesian Forecasting and Dynamic Models, ch. 6 and 12.
    """
    if progress.base <= 0:
        return Forecast(Verdict.TOO_EARLY)
    if progress.returned >= progress.needed:
        return Forecast(Verdict.REACHED)
    if len(progress.done) < FEWEST_DAYS and not earlier:
        return Forecast(Verdict.TOO_EARLY)
    if len(progress.done) >= calendar.horizon:
        return Forecast(Verdict.NOT_AT_THIS_PACE, in_time=0.0)
    lines = _learn(progress.done, progress.base, calendar, earlier)
    chances = _chances(lines, progress, calendar)
    early, late = _shortest(chances, len(progress.done))
    middle = next((day for day, chance in chances if chance >= 0.5), None)
    deadline = calendar.days - 1
    verdict = _verdict(early, late, deadline)
    in_time = dict(chances).get(deadline, 0.0)
    fan = _fan(lines, progress, deadline) if with_fan else ()
    return Forecast(verdict, early, middle, late, in_time, fan)


def _verdict(early: int | None, late: int | None, deadline: int) -> Verdict:
    if early is None:
        return Verdict.NOT_AT_THIS_PACE
    if early > deadline:
        return Verdict.LATE
    return Verdict.IN_TIME if late is not None and late <= deadline else Verdict.OPEN


@lru_cache(maxsize=2048)
def _learn(
    done: tuple[int, ...], base: int, calendar: Calendar, earlier: tuple[Earlier, ...]
) -> tuple[_Line, ...]:
    """Return the shapes that are still likely after the complete days.

    Kept between looks: complete days do not change until the next midnight.
    """
    kept_of_day = _KEPT[bool(earlier)]
    found = [
        (*_follow(done, shape, (level, worth, noise), kept_of_day), prior, noise, shape)
        for shape, level, worth, prior in _candidates(base, calendar, earlier)
        for noise in _NOISE
    ]
    trust = _TRUST[bool(earlier)]
    scores = [trust * likely + log(prior) for _level, _worth, likely, prior, *_rest in found]
    weights = [exp(score - max(scores)) for score in scores]
    kept = [
        (weight, one) for weight, one in zip(weights, found, strict=True) if weight >= _LEAST_WEIGHT
    ]
    total = sum(weight for weight, _one in kept)
    return tuple(
        _Line(
            weight=weight / total,
            level=level,
            worth=worth,
            noise=noise,
            drift=_DRIFT[bool(earlier)],
            shape=shape,
            before=sums(shape),
            squares=sums([part * part for part in shape]),
        )
        for weight, (level, worth, _likely, _prior, noise, shape) in kept
    )


@lru_cache(maxsize=256)
def _candidates(
    base: int, calendar: Calendar, earlier: tuple[Earlier, ...]
) -> tuple[tuple[tuple[float, ...], float, float, float], ...]:
    """Return each shape with the level expected of it, what that is worth, and its weight."""
    general = general_shapes(calendar)
    weight = (_GENERAL_SHARE if earlier else 1.0) / len(general)
    rows = [
        (shape, base * _FINAL_SHARE / sum(shape[: calendar.days]), _GENERAL_WORTH, weight)
        for shape in general
    ]
    part = (1 - _GENERAL_SHARE) / len(earlier) / len(TAIL_FADES) if earlier else 0.0
    rows += [
        (earlier_shape(one, calendar, tail), float(base), _EARLIER_WORTH[one.is_own], part)
        for one in earlier
        for tail in TAIL_FADES
    ]
    return tuple(rows)


def _follow(
    done: Sequence[int],
    shape: Sequence[float],
    start: tuple[float, float, float],
    kept_of_day: float,
) -> tuple[float, float, float]:
    """Return level, its worth and the log likelihood after the complete days.

    The level is a Gamma variable of mean `level` and size `worth`: its relative variance is
    1/worth. A day of expected returns m tells no more than m/(1 + m/noise) returns would.
    """
    (level, worth, noise), likely = start, 0.0
    for count, part in zip(done, shape, strict=False):
        expected = level * part
        likely += _log_chance(count, expected, 1 / (1 / noise + 1 / worth))
        told = 1 / (1 + expected / noise)
        kept = worth * kept_of_day
        level *= (kept + told * count) / (kept + told * expected)
        worth = kept + told * expected
    return level, worth, likely


def _log_chance(count: int, mean: float, size: float) -> float:
    """Return the log chance of a count under a negative binomial of this mean and size."""
    return (
        lgamma(count + size)
        - lgamma(size)
        - lgamma(count + 1)
        + size * log(size / (size + mean))
        + count * log(mean / (size + mean))
    )


def _still(line: _Line, progress: Progress, day: int) -> tuple[float, float]:
    """Return mean and variance of the returns from now to the end of `day`."""
    today = len(progress.done)
    part = line.shape[today] * progress.left
    spread = line.before[day + 1] - line.before[today + 1] + part
    squares = line.squares[day + 1] - line.squares[today + 1] + part * part
    mean = line.level * spread
    drift = line.drift * (day + 1 - today) / 3
    relative = squares / (spread * spread * line.noise) + 1 / line.worth + drift
    return mean, mean + mean * mean * relative


def _beyond(line: _Line, progress: Progress, day: int, more: float) -> float:
    """Return the chance that one line brings at least `more` returns up to the end of `day`.

    The sum is taken as log-normal with this mean and variance.
    """
    mean, variance = _still(line, progress, day)
    if mean <= 0:
        return 0.0
    spread = log(1 + variance / (mean * mean))
    z = (log(mean) - spread / 2 - log(more)) / sqrt(spread)
    return 0.5 * erfc(-z / sqrt(2))


def _chances(
    lines: Sequence[_Line], progress: Progress, calendar: Calendar
) -> list[tuple[int, float]]:
    """Return, for today and each day after it, the chance that the rate is reached by its end."""
    more, so_far, found = progress.needed - progress.returned - 0.5, 0.0, []
    for day in range(len(progress.done), calendar.horizon):
        chance = sum(line.weight * _beyond(line, progress, day, more) for line in lines)
        so_far = max(so_far, chance)
        found.append((day, so_far))
    return found


def _shortest(chances: Sequence[tuple[int, float]], first: int) -> tuple[int | None, int | None]:
    """Return the shortest run of days that holds the true one with 80 %.

    "Not within the horizon" stands behind the last day; an end that lies there is None.
    """
    totals = [0.0, *(chance for _day, chance in chances), 1.0]
    last = len(totals) - 2
    start, best = 0, (last + 2, 0.0, 0, last)
    for end in range(last + 1):
        while totals[end + 1] - totals[start + 1] >= INTERVAL:
            start += 1
        held = totals[end + 1] - totals[start]
        if held >= INTERVAL:
            best = min(best, (end - start, -held, start, end))
    _length, _held, start, end = best
    return (None if start == last else first + start, None if end == last else first + end)


def _fan(lines: Sequence[_Line], progress: Progress, deadline: int) -> tuple[FanDay, ...]:
    return tuple(
        FanDay(day, *(_quantile(lines, progress, day, p) for p in (LOW, 0.5, HIGH)))
        for day in range(len(progress.done), deadline + 1)
    )


def _quantile(lines: Sequence[_Line], progress: Progress, day: int, wanted: float) -> float:
    """Return the returns that are not exceeded with chance `wanted` at the end of `day`."""
    silent = progress.base - progress.returned
    low, high = 1e-3, float(max(silent, 1))
    for _ in range(14):
        middle = (low + high) / 2
        if sum(one.weight * _beyond(one, progress, day, middle) for one in lines) > 1 - wanted:
            low = middle
        else:
            high = middle
    return progress.returned + (low + high) / 2
