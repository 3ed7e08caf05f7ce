"""The change between two campaigns whose homes cannot be linked, from their intervals alone. Pure.

The interval of a difference is recovered from the two intervals (MOVER, Zou and Donner 2008,
Statistics in Medicine 27, 1693-1702; for two shares Newcombe 1998, method 10, Statistics in
Medicine 17, 873-890). It takes the two samples as independent. Where many homes answered both
times it is therefore rather too wide, never too narrow.
"""

import math
from dataclasses import dataclass

REAL = "real"
NOISE = "noise"
TOO_SMALL = "too_small"
CANNOT_TELL = "cannot_tell"
OTHERWISE = "otherwise"  # asked in other words, on another scale, or with other weights
LEAST = 30  # answers on either side, below which no change is told
SMALLEST = 2.0  # points of 100; of shares 0.02


@dataclass(frozen=True, slots=True)
class Reach:
    """A figure with its interval and the answers it rests on; `None` is "cannot be said"."""

    value: float | None
    low: float | None
    high: float | None
    n: int


@dataclass(frozen=True, slots=True)
class Change:
    """A difference with its interval and what may be said of it."""

    value: float | None
    low: float | None
    high: float | None
    said: str


def change_between(
    before: Reach, after: Reach, *, smallest: float = SMALLEST, moved: float | None = None
) -> Change:
    """Return the change from one figure to another of unlinked homes.

    Args:
        before: The earlier figure.
        after: The later one.
        smallest: Least change of interest, in their unit.
        moved: The change itself where it is known better than by the two values: that of an
            index with the same weights in both.
    """
    if before.value is None or after.value is None:
        return Change(None, None, None, CANNOT_TELL)
    if min(before.n, after.n) < LEAST:
        return Change(None, None, None, CANNOT_TELL)
    value = after.value - before.value if moved is None else moved
    ends = (before.low, before.high, after.low, after.high)
    if any(end is None for end in ends):
        return Change(value, None, None, CANNOT_TELL)
    low_before, high_before, low_after, high_after = (end or 0.0 for end in ends)
    low = value - math.hypot(after.value - low_after, high_before - before.value)
    high = value + math.hypot(high_after - after.value, before.value - low_before)
    return Change(value, low, high, _said(low, high, smallest))


def _said(low: float, high: float, smallest: float) -> str:
    is_established = low > 0 or high < 0
    if -smallest < low and high < smallest:
        return TOO_SMALL if is_established else NOISE
    return REAL if is_established else CANNOT_TELL


def not_comparable() -> Change:
    """Return the change between two figures that were asked otherwise: none is told."""
    return Change(None, None, None, OTHERWISE)
