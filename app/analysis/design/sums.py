"""Design sums: what a stratum's clusters add up to, enough for means and errors without rows.

Sums of disjoint clusters add; counts of plain answers stay integers, so adding is exact.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.design.sample import (
    Floats,
    Ints,
    PopulationError,
    Single,
    SingleClusterError,
)
from app.analysis.design.taylor import Linear

_Number = TypeVar("_Number", np.int64, np.float64)


class SumsError(ValueError):
    """Sums of different columns or shifts cannot be added."""


@dataclass(frozen=True, slots=True, eq=False)
class DesignSums:
    """Sums over the clusters of every stratum, for k columns.

    With m the weighted number of answers of a cluster and z their weighted sum.

    Attributes:
        strata: Labels, ascending.
        clusters: Sampled clusters of every stratum, with or without answers, shape (strata,).
        n: Answers, unweighted, shape (strata, k).
        m, z, mm, mz, zz: Sums over clusters of m, z, m^2, m z and z^2, shape (strata, k).
        shift: What was subtracted from the values before.
    """

    strata: tuple[str, ...]
    clusters: Ints
    n: Ints
    m: Floats
    z: Floats
    mm: Floats
    mz: Floats
    zz: Floats
    shift: float

    def __add__(self, other: "DesignSums") -> "DesignSums":
        """Return the sums of both; no cluster may be in both of them.

        Raises:
            SumsError: The numbers of columns or the shifts differ.
        """
        if self.shift != other.shift or self.m.shape[1] != other.m.shape[1]:
            raise SumsError
        strata = tuple(sorted({*self.strata, *other.strata}))
        place = {label: k for k, label in enumerate(strata)}

        def joined(first: NDArray[_Number], second: NDArray[_Number]) -> NDArray[_Number]:
            whole = np.zeros((len(strata), *first.shape[1:]), dtype=first.dtype)
            np.add.at(whole, [place[label] for label in self.strata], first)
            np.add.at(whole, [place[label] for label in other.strata], second)
            return whole

        return DesignSums(
            strata=strata,
            clusters=joined(self.clusters, other.clusters),
            n=joined(self.n, other.n),
            m=joined(self.m, other.m),
            z=joined(self.z, other.z),
            mm=joined(self.mm, other.mm),
            mz=joined(self.mz, other.mz),
            zz=joined(self.zz, other.zz),
            shift=self.shift,
        )


def design_sums(
    values: ArrayLike,
    *,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    inside: ArrayLike | None = None,
    shift: float = 0.0,
) -> DesignSums:
    """Add up rows to design sums.

    Args:
        values: Shape (rows,) or (rows, k); NaN is missing.
        strata: Label of the stratum of every row; None means one stratum.
        clusters: Sampled unit of every row, told apart within its stratum; None means rows.
        weights: Weight of every row; None means 1.
        inside: Rows of a domain; the clusters of all rows are counted all the same.
        shift: Subtracted from the values; the middle of the scale for numbers far from 0.

    Source: Binder (1983) Int. Stat. Rev. 51:279-292; the sums are ours, see
        docs/methods/design.md.
    """
    given = np.asarray(values, dtype=np.float64)
    columns = given[:, None] if given.ndim == 1 else given
    rows = columns.shape[0]
    labels, stratum = np.unique(
        np.full(rows, "") if strata is None else np.asarray(strata).astype(str), return_inverse=True
    )
    _, label = np.unique(
        np.arange(rows) if clusters is None else np.asarray(clusters), return_inverse=True
    )
    span = int(label.max(initial=0)) + 1
    present, unit = np.unique(stratum * span + label, return_inverse=True)
    owner = present // span
    used = np.isfinite(columns)
    if inside is not None:
        used = used & np.asarray(inside, dtype=bool)[:, None]
    weight = np.ones(rows) if weights is None else np.asarray(weights, dtype=np.float64)

    def added(by: Ints, size: int, what: Floats) -> Floats:
        whole = np.zeros((size, what.shape[1]))
        np.add.at(whole, by, what)
        return whole

    m = added(unit, present.size, used * weight[:, None])
    z = added(unit, present.size, np.where(used, columns - shift, 0.0) * weight[:, None])
    size = labels.size
    return DesignSums(
        strata=tuple(labels.tolist()),
        clusters=np.bincount(owner, minlength=size),
        n=added(stratum, size, used.astype(np.float64)).astype(np.int64),
        m=added(owner, size, m),
        z=added(owner, size, z),
        mm=added(owner, size, m * m),
        mz=added(owner, size, m * z),
        zz=added(owner, size, z * z),
        shift=shift,
    )


def means_from_sums(
    sums: DesignSums,
    *,
    population: dict[str, float] | None = None,
    single: Single = Single.ERROR,
) -> Linear:
    """Return means and errors out of design sums: the same as `taylor.means` gives from rows.

    Args:
        sums: From `design_sums`.
        population: Clusters of every stratum in the population; None means no correction.
        single: Rule of strata with one cluster.

    Returns:
        Means; the covariance holds variances only, NaN beside its diagonal.

    Raises:
        SingleClusterError: A stratum has one cluster and the rule is ``error``.
        PopulationError: A population is smaller than its sample.

    Source: Binder (1983) Int. Stat. Rev. 51:279-292; Cochran (1977), Sampling Techniques, 5A.
    """
    size = sums.m.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums.z.sum(axis=0) / size
        first = (sums.z - mean * sums.m) / size
        square = (sums.zz - 2 * mean * sums.mz + mean**2 * sums.mm) / size**2
    n = sums.clusters.astype(np.float64)
    scale = np.ones(n.size)
    if population is not None:
        known = np.array([population[label] for label in sums.strata], dtype=np.float64)
        wrong = np.flatnonzero(known < n)
        if wrong.size:
            h = int(wrong[0])
            raise PopulationError(float(known[h]), int(n[h]), sums.strata[h])
        scale = 1 - n / known
    lonely = (sums.clusters == 1) & (scale > 0)
    if lonely.any() and single is Single.ERROR:
        raise SingleClusterError(sums.strata[int(np.flatnonzero(lonely)[0])])
    several = np.maximum(2.0, n)
    spread = (scale * several / (several - 1))[:, None] * (square - first**2 / n[:, None])
    alone = (scale[:, None] * square) if single is Single.ADJUST else np.zeros_like(square)
    # The totals of all clusters add up to 0, so the grand mean of `adjust` is 0.
    variance = np.where((n > 1)[:, None], spread, alone).sum(axis=0)
    covariance = np.full((size.size, size.size), np.nan)
    np.fill_diagonal(covariance, np.maximum(0.0, variance))
    df = int(n.sum() - n.size)
    return Linear(mean + sums.shift, covariance, df, sums.n.sum(axis=0))
