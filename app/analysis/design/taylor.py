"""Means, totals, ratios and domains of a sample, with linearised (Taylor) variances."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from app.analysis.design.sample import Floats, Sample, Single, SingleClusterError, Stage

# A correction below this is a census of the stratum: R's survey package draws the same line.
_CENSUS = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Linear:
    """Statistics with their design-based covariance.

    Attributes:
        value: Shape (k,); NaN where there was nothing to go by.
        covariance: Shape (k, k).
        df: Degrees of freedom: clusters less strata.
        n: Rows each rests on, shape (k,).
    """

    value: Floats
    covariance: Floats
    df: int
    n: NDArray[np.int64]

    @property
    def stderr(self) -> Floats:
        """Return the standard errors, shape (k,)."""
        errors: Floats = np.sqrt(np.diag(self.covariance))
        return errors

    def interval(self, level: float = 0.95, *, df: float | None = None) -> tuple[Floats, Floats]:
        """Return lower and upper limits of t intervals, shapes (k,).

        Args:
            level: Confidence level.
            df: Other degrees of freedom; infinity gives normal intervals.

        Source: Korn and Graubard (1999), Analysis of Health Surveys, ch. 2.
        """
        freedom = self.df if df is None else df
        half = stats.t.ppf(0.5 + level / 2, freedom) * self.stderr
        return self.value - half, self.value + half

    def contrast(self, coefficients: ArrayLike) -> "Linear":
        """Return linear combinations, for example differences; covariances are counted.

        Args:
            coefficients: Shape (k,) or (contrasts, k).

        Source: ours, see docs/methods/design.md.
        """
        factor = np.atleast_2d(np.asarray(coefficients, dtype=np.float64))
        least = np.array([self.n[row != 0].min(initial=np.iinfo(np.int64).max) for row in factor])
        return Linear(factor @ self.value, factor @ self.covariance @ factor.T, self.df, least)


def covariance(sample: Sample, influence: ArrayLike) -> Floats:
    """Return the covariance of weighted totals of these columns under the design.

    v = sum over strata of (1 - f_h) n_h/(n_h - 1) sum over clusters of (e_hc - mean e_h)^2 with
    e_hc the weighted total of a cluster; with a second stage n_h/N_h times the same within each
    cluster is added. After calibration the columns are replaced by their residuals on the
    auxiliary variables.

    Args:
        sample: The design.
        influence: Shape (rows, k), without weights; no NaN.

    Raises:
        SingleClusterError: A stratum has one cluster and the rule is ``error``.

    Source: Cochran (1977), Sampling Techniques, ch. 5A and 10; Binder (1983) Int. Stat. Rev. 51.
    """
    columns = np.asarray(influence, dtype=np.float64)
    if sample.auxiliary is not None:
        columns = columns - fitted(columns, sample.auxiliary, sample.base)
    weighted = columns * sample.weights[:, None]
    first = sample.stages[0]
    share = np.ones(first.sampled.size)
    result = _stage_covariance(first, weighted, share, sample.single)
    for upper, stage in zip(sample.stages, sample.stages[1:], strict=False):
        # Strata of a lower stage are the units of the one above, in the same order.
        share = share[upper.unit_stratum] * upper.fraction[upper.unit_stratum]
        result = result + _stage_covariance(stage, weighted, share, sample.single)
    return result


def fitted(columns: Floats, auxiliary: Floats, weights: Floats) -> Floats:
    """Return the values that a weighted regression on the auxiliary variables gives.

    Args:
        columns: Shape (rows, k).
        auxiliary: Shape (rows, p); may be of less than full rank.
        weights: Shape (rows,).

    Source: Deville and Sarndal (1992) JASA 87:376-382.
    """
    root = np.sqrt(weights)[:, None]
    coefficients = np.linalg.lstsq(auxiliary * root, columns * root, rcond=None)[0]
    result: Floats = auxiliary @ coefficients
    return result


def _stage_covariance(stage: Stage, weighted: Floats, share: Floats, single: Single) -> Floats:
    """Return the covariance that one stage adds, every stratum multiplied by its `share`."""
    totals = np.zeros((stage.unit_stratum.size, weighted.shape[1]))
    np.add.at(totals, stage.unit, weighted)
    sums = np.zeros((stage.sampled.size, weighted.shape[1]))
    np.add.at(sums, stage.unit_stratum, totals)
    scale = np.where(stage.fraction > 1 - _CENSUS, 0.0, 1 - stage.fraction) * share
    lonely = (stage.sampled == 1) & (scale > 0)
    centre = sums / stage.sampled[:, None]
    if lonely.any():
        if single is Single.ERROR:
            raise SingleClusterError(stage.labels[int(np.flatnonzero(lonely)[0])])
        if single is Single.CERTAINTY:
            scale = np.where(lonely, 0.0, scale)
        else:
            centre[lonely] = totals.mean(axis=0)
    several = np.maximum(2, stage.sampled)
    scale = np.where(stage.sampled > 1, scale * several / (several - 1), scale)
    distance = totals - centre[stage.unit_stratum]
    result: Floats = (distance * scale[stage.unit_stratum][:, None]).T @ distance
    return result


def means(sample: Sample, values: ArrayLike, *, inside: ArrayLike | None = None) -> Linear:
    """Return weighted means, of all rows or of a domain.

    A domain's rows are linearised over the whole sample, because its size is random; this is not
    the error of a filtered data set.

    Args:
        sample: The design.
        values: Shape (rows,) or (rows, k); NaN is missing: each column uses its own rows. For the
            rows without any gap pass them as `inside`.
        inside: True for the rows of the domain; None means all.

    Raises:
        SingleClusterError: See `covariance`.

    Source: Cochran (1977), Sampling Techniques, 5A.14; statistics of R's survey::svymean.
    """
    columns = _columns(values)
    return ratios(sample, columns, np.ones_like(columns), inside=inside)


def ratios(
    sample: Sample, numerator: ArrayLike, denominator: ArrayLike, *, inside: ArrayLike | None = None
) -> Linear:
    """Return ratios of weighted totals over the rows that have both.

    Args:
        sample: The design.
        numerator: Shape (rows,) or (rows, k); NaN is missing.
        denominator: Same shape.
        inside: True for the rows of the domain; None means all.

    Raises:
        SingleClusterError: See `covariance`.

    Source: Cochran (1977), Sampling Techniques, ch. 6; statistics of R's survey::svyratio.
    """
    top, bottom = _columns(numerator), _columns(denominator)
    used = np.isfinite(top) & np.isfinite(bottom) & _inside(sample, inside)[:, None]
    y, x = np.where(used, top, 0.0), np.where(used, bottom, 0.0)
    size = sample.weights @ x
    with np.errstate(divide="ignore", invalid="ignore"):
        value = (sample.weights @ y) / size
        influence = (y - value * x) / size
    usable = np.isfinite(value)
    matrix = covariance(sample, np.where(usable, influence, 0.0))
    matrix[~usable, :] = np.nan
    matrix[:, ~usable] = np.nan
    return Linear(np.where(usable, value, np.nan), matrix, sample.df, used.sum(axis=0))


def totals(sample: Sample, values: ArrayLike, *, inside: ArrayLike | None = None) -> Linear:
    """Return weighted totals, of all rows or of a domain; missing values add nothing.

    Args:
        sample: The design.
        values: Shape (rows,) or (rows, k); NaN is missing.
        inside: True for the rows of the domain; None means all.

    Raises:
        SingleClusterError: See `covariance`.

    Source: Cochran (1977), Sampling Techniques, ch. 2; statistics of R's survey::svytotal.
    """
    columns = _columns(values)
    used = np.isfinite(columns) & _inside(sample, inside)[:, None]
    kept = np.where(used, columns, 0.0)
    return Linear(sample.weights @ kept, covariance(sample, kept), sample.df, used.sum(axis=0))


def domain_means(
    sample: Sample, values: ArrayLike, domains: ArrayLike
) -> tuple[tuple[object, ...], Linear]:
    """Return the mean of one variable in every domain, with the covariance between domains.

    Args:
        sample: The design.
        values: Shape (rows,); NaN is missing.
        domains: Label of every row.

    Returns:
        Labels in ascending order, and the means in that order.

    Raises:
        SingleClusterError: See `covariance`.

    Source: Cochran (1977), Sampling Techniques, 5A.14; statistics of R's survey::svyby.
    """
    labels, place = np.unique(np.asarray(domains), return_inverse=True)
    column = np.asarray(values, dtype=np.float64)[:, None]
    own = place[:, None] == np.arange(labels.size)
    return tuple(labels.tolist()), means(sample, np.where(own, column, np.nan))


@dataclass(frozen=True, slots=True)
class DifferenceTest:
    """A difference of two domain means with its t test.

    Attributes:
        difference, stderr: Second domain less first.
        t, df, p: Statistic, degrees of freedom (one less than the design has), two-sided p.
    """

    difference: float
    stderr: float
    t: float
    df: int
    p: float


def domain_difference(sample: Sample, values: ArrayLike, second: ArrayLike) -> DifferenceTest:
    """Test whether two domains, which together are all rows, have the same mean.

    Args:
        sample: The design.
        values: Shape (rows,); NaN is missing.
        second: True for the rows of the second domain, False for those of the first.

    Raises:
        SingleClusterError: See `covariance`.

    Source: Korn and Graubard (1999), Analysis of Health Surveys, 3.2; R's survey::svyttest.
    """
    both = domain_means(sample, values, np.asarray(second, dtype=bool))[1]
    gap = both.contrast([-1.0, 1.0])
    difference, stderr = float(gap.value[0]), float(gap.stderr[0])
    df = sample.df - 1
    t = difference / stderr
    return DifferenceTest(difference, stderr, t, df, float(2 * stats.t.sf(abs(t), df)))


def design_effects(
    sample: Sample, values: ArrayLike, *, with_replacement: bool = True
) -> NDArray[np.float64]:
    """Return design effects of means: variance over that of a simple random sample of this size.

    Args:
        sample: The design.
        values: Complete columns, shape (rows,) or (rows, k).
        with_replacement: Compare with a sample drawn with replacement. False corrects for a finite
            population whose size is the sum of the weights.

    Raises:
        SingleClusterError: See `covariance`.

    Source: Kish (1965), Survey Sampling, 8.2; R's survey::svymean(deff = TRUE).
    """
    columns = _columns(values)
    found = means(sample, columns)
    n, size = int(np.count_nonzero(sample.weights)), sample.weights.sum()
    spread = sample.weights @ (columns - found.value) ** 2 / size * n / (n - 1)
    plain = spread / n if with_replacement else spread * (size - n) / (size * n)
    result: Floats = np.diag(found.covariance) / plain
    return result


def _columns(values: ArrayLike) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    return given[:, None] if given.ndim == 1 else given


def _inside(sample: Sample, inside: ArrayLike | None) -> NDArray[np.bool_]:
    return np.ones(sample.rows, bool) if inside is None else np.asarray(inside, dtype=bool)
