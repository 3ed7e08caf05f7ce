"""Marks of many homes by one hand: how alike those of a batch of scanned sheets look (check 12).

Pure. Homes have pens and ways of their own, so within a batch darkness, width and direction of
their marks differ; where one person filled in many sheets they hardly do. How narrow is narrow
the company's other communities say: they share scanners, printers and the pens handed out.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from math import atan2, cos, degrees, log, radians, sin
from statistics import NormalDist, fmean

from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.facts import Measured

# What a spread is at least: nothing finer can be told apart on a scan.
_FINEST_DARKNESS, _FINEST_STROKE, _FINEST_SLANT = 0.01, 0.02, 1.0
_QUARTILES_ERROR = 1.166  # of the log of an interquartile range, times the root of the count


@dataclass(frozen=True, slots=True)
class Hand:
    """How the marks of one accepted page look.

    Attributes:
        batch: Which bundle it came with.
        home: Whose it is.
        darkness: 0 paper to 1 black.
        stroke: Width of a stroke in mm.
        slant: Direction of the marks in degrees, -90 to 90.
    """

    batch: int
    home: int
    darkness: float
    stroke: float
    slant: float


def one_hand(hands: Sequence[Hand]) -> Measured | None:
    """Measure how alike the marks of the most uniform batch are: less spread is more unusual.

    Minus the mean log of the interquartile ranges of the three numbers over the homes of a batch;
    its error is that of three independent normal samples. The largest of several batches is
    expected to be large: that much is taken off (Blom 1958).

    Returns:
        None when no batch has enough homes.
    """
    homes: defaultdict[int, defaultdict[int, list[Hand]]] = defaultdict(lambda: defaultdict(list))
    for one in hands:
        homes[one.batch][one.home].append(one)
    least = limits.KINDS["one_hand"].least
    large = [list(batch.values()) for batch in homes.values() if len(batch) >= least]
    if not large:
        return None
    count = len(large)
    expected = NormalDist().inv_cdf((count - 0.375) / (count + 0.25))
    found = [(_likeness(batch) - expected * _error(len(batch)), len(batch)) for batch in large]
    value, size = max(found)
    return Measured("one_hand", base=size, value=value, stderr=_error(size))


def _error(homes: int) -> float:
    return float(_QUARTILES_ERROR / (3 * homes) ** 0.5)


def _likeness(batch: Sequence[Sequence[Hand]]) -> float:
    darkness = _spread([fmean(one.darkness for one in home) for home in batch])
    stroke = _spread([fmean(one.stroke for one in home) for home in batch])
    slant = _spread(_turned([_direction([one.slant for one in home]) for home in batch]))
    return -fmean(
        (
            log(max(darkness, _FINEST_DARKNESS)),
            log(max(stroke, _FINEST_STROKE)),
            log(max(slant, _FINEST_SLANT)),
        )
    )


def _spread(values: Sequence[float]) -> float:
    """Return the interquartile range."""
    order = sorted(values)
    return order[3 * len(order) // 4] - order[len(order) // 4]


def _direction(slants: Sequence[float]) -> float:
    """Return the mean of directions: 89 and -89 degrees lie 2 degrees apart."""
    doubled = [radians(2 * one) for one in slants]
    return degrees(atan2(sum(map(sin, doubled)), sum(map(cos, doubled)))) / 2


def _turned(slants: Sequence[float]) -> list[float]:
    """Return directions as seen from their mean, so that none lies across the end of the scale."""
    middle = _direction(slants)
    return [(one - middle + 90) % 180 - 90 for one in slants]
