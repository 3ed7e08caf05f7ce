"""Shares of interviews that come in communities: Wilson's interval with an effective size."""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import effective_sizes, nothing, wilson_interval

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def clustered_shares(
    hits: Bools, base: Bools, clusters: Ints, *, least: int, level: float = 0.95
) -> tuple[Estimate, ...]:
    """Return the share of each column, 0 to 1, errors clustered.

    n* = p(1-p)/SE^2 (z/t)^2 with t of clusters - 1 degrees of freedom takes the place of n in
    Wilson's interval; at most n. At 0 and 1 it has the median design effect of the other columns.

    Args:
        hits: What counts, shape (rows, columns); only within the base.
        base: Whom it is a share of, same shape.
        clusters: Cluster of every row.
        least: A share of fewer than these is not said.
        level: Confidence level.

    Source: Wilson (1927) JASA 22:209-212; Korn and Graubard (1998) Survey Methodology 24:193-201.
    """
    n = base.sum(axis=0).astype(np.int64)
    count = (hits & base).sum(axis=0).astype(np.int64)
    share = count / np.maximum(1, n)
    stderr, sizes = _errors(hits & base, base, clusters, share)
    factor = np.array([_factor(int(size), level) for size in sizes])
    effective = np.minimum(n, effective_sizes(share, n, stderr / factor))
    effective = np.where(n > 0, np.maximum(effective, np.minimum(n, 1)), 1.0)
    low, high = wilson_interval(share * effective, effective, level=level)
    found = []
    for k in range(n.size):
        if n[k] < max(1, least) or sizes[k] < 2:
            found.append(nothing(int(n[k])))
            continue
        error = float(stderr[k]) if stderr[k] > 0 else None
        found.append(Estimate(float(share[k]), error, float(low[k]), float(high[k]), int(n[k])))
    return tuple(found)


def _errors(hits: Bools, base: Bools, clusters: Ints, share: Floats) -> tuple[Floats, Ints]:
    """Return linearised errors of the shares, and the clusters that hold some of each base."""
    labels, place = np.unique(clusters, return_inverse=True)
    members = np.zeros((labels.size, base.shape[1]))
    residuals = np.zeros_like(members)
    np.add.at(members, place.ravel(), base.astype(np.float64))
    np.add.at(residuals, place.ravel(), hits - share * base)
    sizes = (members > 0).sum(axis=0)
    scale = sizes / np.maximum(1, sizes - 1)
    error = np.sqrt(scale * (residuals**2).sum(axis=0)) / np.maximum(1, members.sum(axis=0))
    return np.where(error <= 1e-12, 0.0, error), sizes


def _factor(clusters: int, level: float) -> float:
    """Return z / t: how much smaller an error must be for z to give the t interval."""
    if clusters < 2:
        return 1.0
    return float(stats.norm.ppf(0.5 + level / 2) / stats.t.ppf(0.5 + level / 2, clusters - 1))
