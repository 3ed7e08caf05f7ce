"""Numbers with their intervals: t intervals, Wilson intervals, means of simple random samples."""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from app.analysis.design.sample import PopulationError
from app.analysis.results.estimate import Estimate


def number(value: float | np.floating | None) -> float | None:
    """Return a plain float, or None for NaN, infinity and None.

    Source: ours, see docs/methods/design.md.
    """
    if value is None or not np.isfinite(value):
        return None
    return float(value)


def nothing(n: int) -> Estimate:
    """Return the estimate that cannot be said, resting on n answers.

    Source: ours, see docs/methods/design.md.
    """
    return Estimate(None, None, None, None, n)


@dataclass(frozen=True, slots=True)
class Limits:
    """How wide t intervals are.

    Attributes:
        df: Degrees of freedom; 0 when there are no standard errors.
        t: Quantile of the t distribution; NaN when df is 0.
        level: Confidence level.
    """

    df: int
    t: float
    level: float

    @property
    def alpha(self) -> float:
        """Return the error of tests that belong to these intervals."""
        return round(1 - self.level, 12)

    def at(self, df: int) -> "Limits":
        """Return the limits of the same level with other degrees of freedom."""
        return self if df == self.df else make_limits(df, self.level)


@cache
def make_limits(df: int, level: float) -> Limits:
    """Return the t quantile of two-sided intervals of this level.

    Source: Student (1908) Biometrika 6:1-25.
    """
    t = float(stats.t.ppf(0.5 + level / 2, df)) if df > 0 else float("nan")
    return Limits(df, t, level)


def t_interval(
    value: float | np.floating,
    stderr: float | np.floating,
    limits: Limits,
    *,
    n: int,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """Return a value with its t interval.

    Args:
        value: Point estimate; NaN gives an estimate that cannot be said.
        stderr: Standard error; NaN or 0 gives a value without interval, because an error is never
            said to be nothing.
        limits: From `make_limits`.
        n: Answers it rests on.
        bounds: Least and greatest possible value; limits are cut there.

    Source: Student (1908) Biometrika 6:1-25; the rule about 0 is ours, see docs/methods/design.md.
    """
    plain = number(value)
    if plain is None:
        return nothing(n)
    if not np.isfinite(stderr) or stderr <= 0 or limits.df < 1:
        return Estimate(plain, None, None, None, n)
    half = limits.t * float(stderr)
    low, high = max(bounds[0], plain - half), min(bounds[1], plain + half)
    return Estimate(plain, float(stderr), low, high, n, limits.df)


def wilson_interval(
    count: ArrayLike, n: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return Wilson's intervals of shares.

    Args:
        count: Answers that count; need not be whole when n is an effective number.
        n: Answers, or their effective number; above 0.
        level: Confidence level.

    Returns:
        Lower and upper limits, shapes as given.

    Source: Wilson (1927) JASA 22:209-212.
    """
    some, size = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    low, high = proportion_confint(some, size, alpha=1 - level, method="wilson")
    # The limits of nobody and of everybody are exactly 0 and 1; the formula leaves a remainder.
    return (
        np.where(some <= 0, 0.0, np.maximum(0.0, low)),
        np.where(some >= size, 1.0, np.minimum(1.0, high)),
    )


def effective_sizes(
    shares: NDArray[np.float64],
    n: NDArray[np.int64],
    stderr: NDArray[np.float64],
    *,
    least: float = 1.0,
) -> NDArray[np.float64]:
    """Return design-adjusted numbers of answers n* = p(1-p)/SE^2 for a list of shares.

    Where p is 0 or 1, or the standard error is 0 or unknown, n* = n / deff with the median design
    effect of the other shares of the list, at least `least`.

    Args:
        shares: Shape (k,).
        n: Answers, same shape.
        stderr: Design-based standard errors, same shape.
        least: Least design effect that is lent: 1, or Kish's effect of the weights.

    Source: Korn and Graubard (1998) Survey Methodology 24:193-201; the rule at 0 and 1 is
        ours, see docs/methods/shares.md.
    """
    variance = shares * (1 - shares)
    usable = (variance > 0) & np.isfinite(stderr) & (stderr > 0)
    sizes = n.astype(np.float64)
    deff = least
    if usable.any():
        own = variance[usable] / stderr[usable] ** 2
        deff = max(least, float(np.median(sizes[usable] / own)))
        sizes[usable] = own
    sizes[~usable] /= deff
    return sizes


@dataclass(frozen=True, slots=True)
class MeanResult:
    """A mean of a simple random sample.

    Attributes:
        mean, stderr, low, high: Point estimate, standard error, t interval.
        n: Values it rests on.
        df: Degrees of freedom of the interval.
    """

    mean: float
    stderr: float
    low: float
    high: float
    n: int
    df: int


def srs_mean(
    values: ArrayLike, *, population: int | None = None, level: float = 0.95
) -> MeanResult:
    """Return the mean of a simple random sample with its t interval.

    Args:
        values: Shape (n,); NaN is missing and left out.
        population: Size of the population for the finite population correction; None means no
            correction, the rule of this product (see docs/methods/design.md).
        level: Confidence level.

    Raises:
        PopulationError: The population is smaller than the sample.

    Source: Cochran (1977), Sampling Techniques, ch. 2.
    """
    sample = np.asarray(values, dtype=np.float64)
    sample = sample[~np.isnan(sample)]
    return srs_domain_mean(sample, np.ones(sample.size, bool), population=population, level=level)


def srs_domain_mean(
    values: ArrayLike,
    inside: ArrayLike,
    *,
    population: int | None = None,
    level: float = 0.95,
) -> MeanResult:
    """Return the mean of a part of a simple random sample.

    The part's size is random, so the error is linearised over the whole sample:
    v = (1 - n/N) n/(n-1) sum z^2 with z = (x - mean)/n_d inside and 0 outside; df = n - 1.

    Args:
        values: Shape (n,); NaN is not allowed.
        inside: True for the rows of the part.
        population: As in `srs_mean`.
        level: Confidence level.

    Raises:
        PopulationError: The population is smaller than the sample.

    Source: Cochran (1977), Sampling Techniques, 2.13.
    """
    sample = np.asarray(values, dtype=np.float64)
    mask = np.asarray(inside, dtype=bool)
    n, n_inside = sample.size, int(mask.sum())
    if population is not None and population < n:
        raise PopulationError(population, n)
    nan = float("nan")
    if n_inside == 0:
        return MeanResult(nan, nan, nan, nan, 0, max(0, n - 1))
    mean = float(sample[mask].mean())
    if n < 2:
        return MeanResult(mean, nan, nan, nan, n_inside, 0)
    z = np.where(mask, (sample - mean) / n_inside, 0.0)
    correction = 1.0 if population is None else 1 - n / population
    stderr = float(np.sqrt(correction * n / (n - 1) * (z**2).sum()))
    half = make_limits(n - 1, level).t * stderr
    return MeanResult(mean, stderr, mean - half, mean + half, n_inside, n - 1)
