"""Early against late: would those who never answered be like those who answered last?"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import ArrivalPart, ArrivalResult
from app.analysis.uncertainty.intervals import Limits, make_limits, t_interval

LEAST_ANSWERS = 100
LEAST_PART = 30
PARTS = 3
# The slope is said for every further tenth of the base.
STEP = 0.1

FEW_ANSWERS = "few_answers"
FEW_IN_PART = "few_in_part"
NOBODY_SILENT = "nobody_silent"
NO_TIME = "no_time"

_THIRDS = ("first", "middle", "last")
_REMINDED = ("before_reminder", "after_reminder", "last")

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def arrival_parts(times: ArrayLike, first_reminder: float | None = None) -> Ints:
    """Return 0, 1 or 2 for every answer, by its time.

    With a first reminder, what came before it is the first part and the rest is halved; without,
    or if nothing came before it, the answers are cut into thirds. Equal times are never parted.

    Args:
        times: Time of every answer, in any unit.
        first_reminder: Time of the first reminder; what came at that time counts as after.

    Source: ours, see docs/methods/nonresponse.md.
    """
    when = np.asarray(times, dtype=np.float64)
    if first_reminder is not None and (when < first_reminder).any():
        late = when >= first_reminder
        parts = np.zeros(when.size, dtype=np.int64)
        parts[late] = 1 + _cut(when[late], 2)
        return parts
    return _cut(when, PARTS)


def arrival_trend(
    values: ArrayLike,
    times: ArrayLike,
    base: int,
    groups: ArrayLike,
    *,
    first_reminder: float | None = None,
    level: float = 0.95,
) -> ArrivalResult:
    """Return means by time of answer, their trend, and what it would mean for the silent.

    The trend is a line through the three means over the share of the base that had answered,
    weighted by answers; the silent stand at the middle of what is missing. Errors come from the
    replicate groups. "If the trend held" is an assumption, not a finding.

    Args:
        values: Score of every answer on 0-100; NaN is left out.
        times: Its time.
        base: Homes in the base.
        groups: Its replicate group.
        first_reminder: See `arrival_parts`.
        level: Confidence level.

    Source: Armstrong and Overton 1977, J. Marketing Research 14(3), 396-402 (extrapolation over
    waves of response); Kott (2001) J. Official Stat. 17:521-526.
    """
    score, when = np.asarray(values, dtype=np.float64), np.asarray(times, dtype=np.float64)
    kept = ~(np.isnan(score) | np.isnan(when))
    score, when, group = score[kept], when[kept], np.asarray(groups)[kept]
    n = int(score.size)
    rate = n / base if base else 0.0
    if n < LEAST_ANSWERS:
        return ArrivalResult(n, rate, FEW_ANSWERS)
    if rate >= 1:
        return ArrivalResult(n, rate, NOBODY_SILENT)
    parts = arrival_parts(when, first_reminder)
    size = np.bincount(parts, minlength=PARTS)
    if size.max() == n:
        return ArrivalResult(n, rate, NO_TIME)
    if size.min() < LEAST_PART:
        return ArrivalResult(n, rate, FEW_IN_PART)
    is_reminded = first_reminder is not None and bool((when < first_reminder).any())
    position = (np.cumsum(size) - size / 2) / base
    found = _replicated(score, parts, group, position, rate)
    return _said(found, size, position, rate, _REMINDED if is_reminded else _THIRDS, level)


def _cut(when: Floats, parts: int) -> Ints:
    """Cut times into parts of about equal size; equal times stay together."""
    order = np.sort(when)
    # Of the first place of each time, so that a busy day lies where most of it does.
    middle = (np.searchsorted(order, when, "left") + np.searchsorted(order, when, "right")) / 2
    return np.minimum(parts - 1, (middle * parts / max(1, when.size)).astype(np.int64))


def _replicated(score: Floats, parts: Ints, group: Ints, position: Floats, rate: float) -> Floats:
    """Return means of the parts, slope, silent and everybody; row 0 full, then replicates."""
    labels, place = np.unique(group, return_inverse=True)
    sums = np.zeros((labels.size, PARTS, 2))
    np.add.at(sums, (place.ravel(), parts), np.column_stack([score, np.ones(score.size)]))
    kept = np.concatenate([sums.sum(axis=0)[None], sums.sum(axis=0)[None] - sums])
    size = kept[:, :, 1]
    with np.errstate(invalid="ignore"):
        mean = kept[:, :, 0] / size
    share = size / size.sum(axis=1, keepdims=True)
    centre = (share * position).sum(axis=1, keepdims=True)
    level = (share * mean).sum(axis=1)
    distance = position - centre
    slope = (share * distance * mean).sum(axis=1) / (share * distance**2).sum(axis=1)
    silent = level + slope * (rate + (1 - rate) / 2 - centre[:, 0])
    silent = np.clip(silent, 0.0, 100.0)
    everybody = rate * level + (1 - rate) * silent
    return np.column_stack([mean, STEP * slope, silent, everybody])


def _said(
    found: Floats,
    size: Ints,
    position: Floats,
    rate: float,
    names: tuple[str, ...],
    level: float,
) -> ArrivalResult:
    groups = len(found) - 1
    distance = found[1:] - found[1:].mean(axis=0)
    stderr = np.sqrt((groups - 1) / groups * (distance**2).sum(axis=0))
    limits: Limits = make_limits(groups - 1, level)
    n = int(size.sum())

    def estimate(k: int, count: int, bounds: tuple[float, float]) -> Estimate:
        return t_interval(found[0, k], stderr[k], limits, n=count, bounds=bounds)

    scale = (0.0, 100.0)
    slope = estimate(PARTS, n, (-np.inf, np.inf))
    is_established = slope.low is not None and slope.high is not None
    return ArrivalResult(
        n,
        rate,
        parts=tuple(
            ArrivalPart(name, float(position[k]), estimate(k, int(size[k]), scale))
            for k, name in enumerate(names)
        ),
        slope=slope,
        silent=estimate(PARTS + 1, n, scale),
        everybody=estimate(PARTS + 2, n, scale),
        is_established=is_established and not (slope.low or 0.0) <= 0 <= (slope.high or 0.0),
    )
