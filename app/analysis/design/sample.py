"""How rows were sampled: weights, strata, clusters, a second stage, and known population sizes."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Single(StrEnum):
    """What to do with a stratum of one sampled cluster, whose variance cannot be estimated."""

    ERROR = "error"
    CERTAINTY = "certainty"  # it is the whole stratum: no variance
    ADJUST = "adjust"  # its distance from the grand mean of all clusters


class SingleClusterError(ValueError):
    """A stratum holds a single sampled cluster.

    Attributes:
        stratum: Its label, as given.
    """

    def __init__(self, stratum: object) -> None:
        super().__init__(f"stratum {stratum!r}")
        self.stratum = stratum


class PopulationError(ValueError):
    """A population is smaller than its sample, or not the same in all rows of a stratum.

    Attributes:
        population: Population given.
        n: Sampled units there are.
        stratum: The stratum at fault; None when there is no stratification.
    """

    def __init__(self, population: float, n: int, stratum: object = None) -> None:
        super().__init__(f"population {population}, n {n}, stratum {stratum!r}")
        self.population = population
        self.n = n
        self.stratum = stratum


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """One stage of sampling.

    Attributes:
        stratum: Stratum of every row, 0..H-1.
        unit: Sampled unit of every row, 0..U-1; a unit lies in one stratum.
        unit_stratum: Stratum of every unit, shape (U,).
        sampled: Sampled units of every stratum (n_h), shape (H,).
        population: Units of every stratum in the population (N_h); infinite when no finite
            population correction is made.
        labels: Name of every stratum.
    """

    stratum: Ints
    unit: Ints
    unit_stratum: Ints
    sampled: Ints
    population: Floats
    labels: tuple[object, ...]

    @property
    def fraction(self) -> Floats:
        """Return n_h / N_h, shape (H,); 0 without correction."""
        return self.sampled / self.population


@dataclass(frozen=True, slots=True, eq=False)
class Sample:
    """A sample with its design.

    Attributes:
        weights: Analysis weight of every row.
        stages: First stage, then the second if there is one.
        single: Rule of strata with one cluster.
        base: Weights of the regression on the auxiliary variables: those before calibration.
        auxiliary: Variables the weights were calibrated on, shape (rows, k); None without one.
    """

    weights: Floats
    stages: tuple[Stage, ...]
    single: Single
    base: Floats
    auxiliary: Floats | None = None

    @property
    def rows(self) -> int:
        """Return the number of rows."""
        return int(self.weights.shape[0])

    @property
    def df(self) -> int:
        """Return the degrees of freedom: clusters less strata of the first stage."""
        first = self.stages[0]
        return int(first.unit_stratum.size - first.sampled.size)

    def calibrated(
        self, weights: ArrayLike, auxiliary: ArrayLike, *, base: ArrayLike | None = None
    ) -> "Sample":
        """Return the sample with calibrated weights; its errors use residuals from then on.

        Args:
            weights: New weight of every row.
            auxiliary: What they were calibrated on, shape (rows, k): category indicators of
                post-strata or margins, or the variables of the regression estimator.
            base: Weights of the regression that gives the residuals; None means the weights
                before calibration. Ones reproduce what R's survey::rake does after unequal weights.

        Source: Deville and Sarndal (1992) JASA 87:376-382.
        """
        return replace(
            self,
            weights=np.asarray(weights, dtype=np.float64),
            base=self.weights if base is None else np.asarray(base, dtype=np.float64),
            auxiliary=np.asarray(auxiliary, dtype=np.float64),
        )


@dataclass(frozen=True, slots=True, eq=False)
class SecondStage:
    """Units sampled within the clusters of the first stage.

    Attributes:
        units: Label of the unit of every row, unique within its cluster.
        population: Units of the row's cluster in the population.
    """

    units: ArrayLike
    population: ArrayLike


def make_sample(
    rows: int,
    *,
    weights: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    population: ArrayLike | None = None,
    second: SecondStage | None = None,
    single: Single = Single.ERROR,
) -> Sample:
    """Describe how rows were sampled.

    Args:
        rows: Number of rows.
        weights: Weight of every row. None means the inverse of the sampling fractions where
            populations are given, else 1.
        strata: Stratum of every row; None means one stratum.
        clusters: Sampled unit of every row; None means that every row is one. The same label in
            two strata means two clusters.
        population: Sampled units of the row's stratum that the population has (one number, or one
            per row), for the finite population correction. None means no correction, the rule
            wherever everybody was asked and some answered.
        second: Second stage of sampling; needs `population`, without which its error is part of
            that of the first stage.
        single: Rule of strata with one sampled cluster.

    Raises:
        PopulationError: A population is smaller than the sample or differs within a stratum.

    Source: Cochran (1977), Sampling Techniques, ch. 5, 9 and 10.
    """
    nothing = np.zeros(rows, dtype=np.int64)
    first = _stage(
        nothing if strata is None else np.asarray(strata),
        np.arange(rows) if clusters is None else np.asarray(clusters),
        population,
    )
    stages = [first]
    if second is not None:
        stages.append(_stage(first.unit, np.asarray(second.units), second.population))
    if weights is None:
        base = np.ones(rows)
        for stage in stages:
            if np.isfinite(stage.population).all():
                base /= stage.fraction[stage.stratum]
    else:
        base = np.array(np.broadcast_to(np.asarray(weights, dtype=np.float64), (rows,)))
    return Sample(base, tuple(stages), single, base)


def _stage(
    strata: NDArray[np.generic], units: NDArray[np.generic], size: ArrayLike | None
) -> Stage:
    """Return a stage from labels; units are told apart by stratum and label."""
    labels, stratum = np.unique(strata, return_inverse=True)
    _, label = np.unique(units, return_inverse=True)
    span = int(label.max()) + 1 if label.size else 1
    present, unit = np.unique(stratum * span + label, return_inverse=True)
    unit_stratum = present // span
    sampled = np.bincount(unit_stratum, minlength=labels.size)
    population = np.full(labels.size, np.inf)
    if size is not None:
        given = np.broadcast_to(np.asarray(size, dtype=np.float64), stratum.shape)
        population[stratum] = given
        wrong = np.flatnonzero((given != population[stratum]) | (given < sampled[stratum]))
        if wrong.size:
            row = int(wrong[0])
            h = int(stratum[row])
            raise PopulationError(float(given[row]), int(sampled[h]), labels[h])
    return Stage(stratum, unit, unit_stratum, sampled, population, tuple(labels.tolist()))
