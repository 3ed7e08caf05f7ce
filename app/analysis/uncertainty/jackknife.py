"""Jackknife of any statistic of weights over rows: JK1, JKn and delete-a-group.

The study itself works on cells (`replicate`); these are the same methods for arrays.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Statistic = Callable[[NDArray[np.float64]], ArrayLike]


@dataclass(frozen=True, slots=True, eq=False)
class JackknifeResult:
    """A statistic with its jackknife standard error.

    Attributes:
        value: The statistic with the full weights.
        stderr: Standard error, same shape.
        df: Degrees of freedom: replicates less strata.
        replicates: The statistic in every replicate, shape (replicates, ...).
    """

    value: NDArray[np.float64]
    stderr: NDArray[np.float64]
    df: int
    replicates: NDArray[np.float64]


class TooFewGroupsError(ValueError):
    """A jackknife needs at least two groups, and two units in every stratum.

    Attributes:
        stratum: The stratum at fault; None when there is no stratification.
    """

    def __init__(self, stratum: object = None) -> None:
        super().__init__(f"stratum {stratum}")
        self.stratum = stratum


def weighted_mean(values: ArrayLike, weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the weighted mean of values along the first axis.

    Args:
        values: Shape (rows,) or (rows, columns); no missing values.
        weights: Shape (rows,).

    Source: Cochran (1977), Sampling Techniques, ch. 6.
    """
    result: NDArray[np.float64] = weights @ np.asarray(values, dtype=np.float64) / weights.sum()
    return result


def weighted_ratio(
    numerator: ArrayLike, denominator: ArrayLike, weights: NDArray[np.float64]
) -> float:
    """Return the ratio of two weighted totals.

    Source: Cochran (1977), Sampling Techniques, ch. 6.
    """
    top = weights @ np.asarray(numerator, dtype=np.float64)
    return float(top / (weights @ np.asarray(denominator, dtype=np.float64)))


def jackknife_jk1(
    statistic: Statistic, groups: ArrayLike, weights: ArrayLike | None = None
) -> JackknifeResult:
    """Delete one group at a time: clusters (JK1) or random groups (delete-a-group).

    Replicate weights are 0 in the deleted group and weights * G/(G-1) elsewhere;
    v = (G-1)/G * sum of squared distances from the replicate mean; df = G - 1.

    Args:
        statistic: Function of the weights, returning a number or an array.
        groups: Cluster or group of every row.
        weights: Weight of every row; None means 1.

    Raises:
        TooFewGroupsError: There is only one group.

    Source: Kott (2001) J. Official Stat. 17:521-526; Wolter (2007), Introduction to Variance
        Estimation, ch. 4.
    """
    labels = np.asarray(groups)
    base = _weights(weights, labels.shape[0])
    present = np.unique(labels)
    count = present.size
    if count < 2:
        raise TooFewGroupsError
    rows = [np.where(labels == label, 0.0, base * count / (count - 1)) for label in present]
    return _result(statistic, base, rows, np.full(count, (count - 1) / count), df=count - 1)


def jackknife_jkn(
    statistic: Statistic,
    strata: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    clusters: ArrayLike | None = None,
) -> JackknifeResult:
    """Delete one unit of one stratum at a time (JKn).

    v = sum over strata of (n_h - 1)/n_h * squared distances from the mean of all replicates;
    df = units - strata.

    Args:
        statistic: Function of the weights, returning a number or an array.
        strata: Stratum of every row.
        weights: Weight of every row; None means 1.
        clusters: Unit to delete; None means that every row is one.

    Raises:
        TooFewGroupsError: A stratum has a single unit.

    Source: Wolter (2007), Introduction to Variance Estimation, ch. 4; R's
        survey::as.svrepdesign(type = "JKn").
    """
    stratum = np.asarray(strata)
    unit = np.arange(stratum.shape[0]) if clusters is None else np.asarray(clusters)
    base = _weights(weights, stratum.shape[0])
    rows: list[NDArray[np.float64]] = []
    scales: list[float] = []
    present = np.unique(stratum)
    for label in present:
        inside = stratum == label
        units = np.unique(unit[inside])
        if units.size < 2:
            raise TooFewGroupsError(label)
        boosted = np.where(inside, base * units.size / (units.size - 1), base)
        rows.extend(np.where(inside & (unit == one), 0.0, boosted) for one in units)
        scales.extend([(units.size - 1) / units.size] * units.size)
    return _result(statistic, base, rows, np.array(scales), df=len(rows) - present.size)


def _weights(weights: ArrayLike | None, rows: int) -> NDArray[np.float64]:
    return np.ones(rows) if weights is None else np.asarray(weights, dtype=np.float64)


def _result(
    statistic: Statistic,
    base: NDArray[np.float64],
    rows: list[NDArray[np.float64]],
    scales: NDArray[np.float64],
    *,
    df: int,
) -> JackknifeResult:
    value = np.asarray(statistic(base), dtype=np.float64)
    replicates = np.stack([np.asarray(statistic(row), dtype=np.float64) for row in rows])
    distance = (replicates - replicates.mean(axis=0)) ** 2
    variance = np.tensordot(scales, distance, axes=1)
    return JackknifeResult(value, np.sqrt(variance), df, replicates)
