"""Signals of what was answered: copies, spread, contradictions. Pure; worker side: numpy.

A satisfied owner may tick one point all the way down; a copy may be chance. So nothing here is
read for one home: shares are compared with peers (`score`).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.surveys.integrity import thresholds as limits
from app.surveys.integrity.facts import Measured
from app.surveys.integrity.reading import Matrix

_SMALL = 1e-9
_LEAST_SPREAD = 0.1  # of 100: homes that are all alike have a logarithm too
_CHUNK = 128  # rows compared at once: bounded memory at any size

Flags = NDArray[np.bool_]


def is_straight(matrix: Matrix) -> Flags:
    """Mark answers with one point for every area (check 5)."""
    areas = matrix.points[:, list(matrix.places.areas)]
    said = areas > 0
    most = areas.max(axis=1, initial=0)
    least = np.where(said, areas, most[:, None]).min(axis=1, initial=127)
    flags: Flags = (said.sum(axis=1) >= min(5, areas.shape[1])) & (most == least)
    return flags


def has_twin(matrix: Matrix, rows: NDArray[np.int64]) -> Flags:
    """Mark answers that nearly repeat another one of the same way, straight lines apart (check 6).

    Two answers are compared on the rated items both were asked; two owners of a kind often agree
    on most of them, so the limit is high and only the excess over peers counts.

    Args:
        matrix: The answers of a community.
        rows: Those that came in one way.

    Returns:
        A flag for each of `rows`.
    """
    flags = np.zeros(rows.size, dtype=np.bool_)
    own = np.flatnonzero(~is_straight(matrix)[rows])
    points = matrix.points[rows[own]][:, list(matrix.places.ratings)]
    levels = [level for level in np.unique(points) if level > 0]
    if not levels:
        return flags
    said = _pack(points > 0)
    exact = _pack(np.concatenate([points == level for level in levels], axis=1))
    for start in range(0, own.size, _CHUNK):
        here = slice(start, start + _CHUNK)
        common, same = _shared(said[here], said), _shared(exact[here], exact)
        alike = (common >= limits.DUPLICATE_ITEMS) & (same >= limits.DUPLICATE_SHARE * common)
        alike[np.arange(alike.shape[0]), np.arange(start, start + alike.shape[0])] = False
        flags[own[here]] = alike.any(axis=1)
    return flags


def _pack(flags: Flags) -> NDArray[np.uint64]:
    """Return rows of flags as words of 64 bits."""
    missing = -flags.shape[1] % 64
    padded = np.ascontiguousarray(np.pad(flags, ((0, 0), (0, missing))))
    return np.ascontiguousarray(np.packbits(padded, axis=1)).view(np.uint64)


def _shared(some: NDArray[np.uint64], every: NDArray[np.uint64]) -> NDArray[np.int16]:
    """Return how many flags each pair of rows has in common.

    Counting bits is exact and takes one core: the worker leaves the others to the pages.
    """
    total = np.zeros((len(some), len(every)), dtype=np.int16)
    for mine, theirs in zip(some.T, every.T, strict=True):
        total += np.bitwise_count(mine[:, None] & theirs[None, :])
    return total


def is_agreeable(matrix: Matrix) -> Flags:
    """Tell which answers are kind throughout without being straight lines: a weak sign only."""
    areas = matrix.points[:, list(matrix.places.areas)]
    worst = np.where(areas > 0, areas, limits.AGREEABLE_WORST + 1).min(axis=1, initial=127)
    with np.errstate(invalid="ignore"):
        is_kind = matrix.area_means >= limits.AGREEABLE_MEAN
    flags: Flags = is_kind & (worst >= limits.AGREEABLE_WORST)
    return flags


def is_nonsense(matrix: Matrix) -> tuple[Flags, Flags]:
    """Mark answers whose lowest acceptable level lies above the desired one (check 9).

    Returns:
        The marks, and which answers could show it.
    """
    could = np.zeros(len(matrix.codes), dtype=np.bool_)
    turned = np.zeros_like(could)
    for adequate, desired in matrix.places.levels:
        low, high = matrix.points[:, adequate], matrix.points[:, desired]
        both = (low > 0) & (high > 0)
        could |= both
        turned |= both & (low > high)
    return turned, could


def is_incoherent(matrix: Matrix) -> tuple[Flags, Flags]:
    """Mark answers whose overall rating is far from the mean of their areas (check 19).

    Returns:
        The marks, and which answers could show it.
    """
    gap = np.abs(matrix.overall_percent - matrix.area_percent)
    could = np.isfinite(gap)
    return could & (np.nan_to_num(gap) > limits.INCOHERENT_POINTS), could


def spread_of_homes(matrix: Matrix) -> Measured | None:
    """Measure how little homes differ (check 7): minus the logarithm of the standard deviation."""
    means = _known(matrix.area_percent)
    if means.size < limits.KINDS["spread"].least:
        return None
    deviation = float(means.std(ddof=1))
    error = float((2 * (means.size - 1)) ** -0.5)
    value = -float(np.log(deviation + _LEAST_SPREAD))
    return Measured("spread", base=int(means.size), value=value, stderr=error)


def building_effect(matrix: Matrix, buildings: Sequence[str]) -> Measured | None:
    """Measure how little buildings differ (check 7): minus the share of variance between them.

    Made-up answers know no building. The share is omega squared of a one-way analysis; its error
    is roughly that of an F ratio, sqrt(2 (k-1))/n.
    """
    means = matrix.area_percent
    known = np.isfinite(means)
    names, where = np.unique(np.array(buildings, dtype=np.str_)[known], return_inverse=True)
    values, count = means[known], int(known.sum())
    groups = names.size
    if groups < 2 or count < groups + limits.KINDS["buildings"].least:
        return None
    sums = np.bincount(where, weights=values)
    sizes = np.bincount(where)
    between = float((sums**2 / sizes).sum() - values.sum() ** 2 / count)
    total = float(((values - values.mean()) ** 2).sum())
    within = (total - between) / (count - groups)
    share = (between - (groups - 1) * within) / (total + within + _SMALL)
    error = float(np.sqrt(2 * (groups - 1)) / count)
    return Measured("buildings", base=count, value=-share, stderr=error)


def mode_gap(matrix: Matrix, is_paper: Flags, strata: Sequence[str]) -> Measured | None:
    """Measure paper less phone on 0-100, within buildings and ages (check 8).

    The mean of the differences inside each stratum, weighted by n1 n2/(n1 + n2).

    Args:
        matrix: The answers.
        is_paper: Which came on paper; all others on a phone.
        strata: Building and age of each.
    """
    means = matrix.area_percent
    known = np.isfinite(means)
    _names, where = np.unique(np.array(strata, dtype=np.str_), return_inverse=True)
    paper, phone = known & is_paper, known & ~is_paper
    size = int(where.max(initial=-1)) + 1
    counts = [np.bincount(where[mask], minlength=size) for mask in (paper, phone)]
    weight = counts[0] * counts[1] / np.maximum(1, counts[0] + counts[1])
    if min(int(paper.sum()), int(phone.sum())) < limits.KINDS["mode_gap"].least or not weight.any():
        return None
    sums = [
        np.bincount(where[mask], weights=means[mask], minlength=size) for mask in (paper, phone)
    ]
    gaps = sums[0] / np.maximum(1, counts[0]) - sums[1] / np.maximum(1, counts[1])
    value = float((weight * gaps).sum() / weight.sum())
    deviation = float(means[known].std(ddof=1))
    error = deviation / float(np.sqrt(weight.sum()))
    return Measured("mode_gap", base=int(known.sum()), value=value, stderr=error + _SMALL)


def change_of_level(matrix: Matrix, before: tuple[float, float] | None) -> Measured | None:
    """Measure how much the overall answer rose since the campaign before (check 18)."""
    level = level_of(matrix)
    if level is None or before is None:
        return None
    error = float(np.hypot(level[1], before[1]))
    return Measured("change", base=len(matrix.codes), value=level[0] - before[0], stderr=error)


def level_of(matrix: Matrix) -> tuple[float, float] | None:
    """Return the mean overall answer on 0-100 and its standard error; None for too few."""
    said = _known(matrix.overall_percent)
    if said.size < limits.KINDS["change"].least:
        return None
    return float(said.mean()), float(said.std(ddof=1) / np.sqrt(said.size)) + _SMALL


def clerk_bias(matrix: Matrix, clerks: Sequence[int | None]) -> Measured | None:
    """Measure how much kinder the sheets of one clerk are than those of the others (check 23)."""
    means = matrix.area_percent
    known = np.isfinite(means) & np.array([one is not None for one in clerks])
    names = np.array([-1 if one is None else one for one in clerks])
    if not known.any():
        return None
    found, sizes = np.unique(names[known], return_counts=True)
    own = known & (names == found[sizes.argmax()])
    others = known & ~own
    least = limits.KINDS["clerks"].least
    if min(int(own.sum()), int(others.sum())) < least:
        return None
    first, second = means[own], means[others]
    error = float(np.sqrt(first.var(ddof=1) / first.size + second.var(ddof=1) / second.size))
    value = float(first.mean() - second.mean())
    return Measured("clerks", base=int(known.sum()), value=value, stderr=error + _SMALL)


def _known(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values[np.isfinite(values)]
