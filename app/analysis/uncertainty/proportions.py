"""Intervals and tests of shares: exact, Bayesian, for designs, differences, two-way tables."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

Limit = NDArray[np.float64]


class TableError(ValueError):
    """A table that cannot be tested: less than two rows or columns, or one that is empty."""


def clopper_pearson_interval(
    count: ArrayLike, n: ArrayLike, *, level: float = 0.95
) -> tuple[Limit, Limit]:
    """Return exact intervals of shares; wider than needed.

    Args:
        count: Answers that count.
        n: Answers, above 0.
        level: Confidence level.

    Returns:
        Lower and upper limits, shapes as given.

    Source: Clopper and Pearson (1934) Biometrika 26:404-413.
    """
    some, size = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    return _beta_limits((some, size - some + 1), (some + 1, size - some), level)


def jeffreys_interval(
    count: ArrayLike, n: ArrayLike, *, level: float = 0.95
) -> tuple[Limit, Limit]:
    """Return Jeffreys intervals of shares; the ends of nobody and of everybody are 0 and 1.

    Args:
        count: Answers that count.
        n: Answers, above 0.
        level: Confidence level.

    Returns:
        Lower and upper limits, shapes as given.

    Source: Brown, Cai and DasGupta (2001) Stat. Sci. 16:101-133.
    """
    some, size = np.asarray(count, dtype=np.float64), np.asarray(n, dtype=np.float64)
    parts = (some + 0.5, size - some + 0.5)
    low, high = _beta_limits(parts, parts, level)
    return np.where(some <= 0, 0.0, low), np.where(some >= size, 1.0, high)


def korn_graubard_interval(
    share: ArrayLike, stderr: ArrayLike, *, n: ArrayLike, df: ArrayLike, level: float = 0.95
) -> tuple[Limit, Limit]:
    """Return exact intervals of shares from a design.

    n* = p(1-p)/SE^2 (t_{n-1}/t_df)^2 takes the place of n in the exact interval. Where the share
    is 0 or 1, or the error is unknown, n* = n.

    Args:
        share: Shares.
        stderr: Their design-based standard errors.
        n: Answers, above 1.
        df: Degrees of freedom of the design, above 0.
        level: Confidence level.

    Returns:
        Lower and upper limits, shapes as given.

    Source: Korn and Graubard (1998) Survey Methodology 24:193-201; R's
        survey::svyciprop(method = "beta").
    """
    p, error = np.asarray(share, dtype=np.float64), np.asarray(stderr, dtype=np.float64)
    size = np.asarray(n, dtype=np.float64)
    usable = (p > 0) & (p < 1) & (error > 0)
    ratio = stats.t.ppf(0.5 + level / 2, size - 1) / stats.t.ppf(0.5 + level / 2, df)
    own = p * (1 - p) / np.where(usable, error, 1.0) ** 2 * ratio**2
    effective = np.where(usable, own, size)
    return clopper_pearson_interval(effective * p, effective, level=level)


def logit_interval(
    share: ArrayLike, stderr: ArrayLike, *, df: ArrayLike = np.inf, level: float = 0.95
) -> tuple[Limit, Limit]:
    """Return t intervals of shares on the logit scale, mapped back.

    Args:
        share: Shares, above 0 and below 1.
        stderr: Their standard errors.
        df: Degrees of freedom.
        level: Confidence level.

    Returns:
        Lower and upper limits, shapes as given; NaN where a share is 0 or 1.

    Source: Korn and Graubard (1999), Analysis of Health Surveys, ch. 2; R's
        survey::svyciprop(method = "logit").
    """
    p = np.asarray(share, dtype=np.float64)
    inner = np.where((p > 0) & (p < 1), p, np.nan)
    centre = np.log(inner / (1 - inner))
    half = stats.t.ppf(0.5 + level / 2, df) * np.asarray(stderr) / (inner * (1 - inner))
    return 1 / (1 + np.exp(half - centre)), 1 / (1 + np.exp(-half - centre))


@dataclass(frozen=True, slots=True)
class SharesDifference:
    """Two shares of different households compared.

    Attributes:
        difference: First less second.
        low, high: Wald's interval of it.
        statistic: Pearson's chi-square without continuity correction, 1 degree of freedom.
        p: Two-sided.
    """

    difference: float
    low: float
    high: float
    statistic: float
    p: float


def shares_difference(
    counts: tuple[int, int], sizes: tuple[int, int], *, level: float = 0.95
) -> SharesDifference:
    """Compare the shares of two independent simple random samples.

    Args:
        counts: Answers that count, of both.
        sizes: Answers, of both.
        level: Confidence level.

    Raises:
        TableError: A sample is empty, or nobody or everybody counts in both.

    Source: Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, ch. 3;
        R's prop.test(correct = FALSE).
    """
    rest = (sizes[0] - counts[0], sizes[1] - counts[1])
    test = chi_square(np.array([counts, rest]).T)
    first, second = counts[0] / sizes[0], counts[1] / sizes[1]
    variance = first * (1 - first) / sizes[0] + second * (1 - second) / sizes[1]
    half = float(stats.norm.ppf(0.5 + level / 2)) * float(np.sqrt(variance))
    gap = first - second
    return SharesDifference(
        gap, max(-1.0, gap - half), min(1.0, gap + half), test.statistic, test.p
    )


@dataclass(frozen=True, slots=True)
class ChiSquare:
    """Pearson's test of independence in a two-way table.

    Attributes:
        statistic, df, p: The test, without continuity correction.
        cramers_v: Strength of association, 0 to 1.
        least_expected: Smallest expected count; below 5 the p value is rough.
    """

    statistic: float
    df: int
    p: float
    cramers_v: float
    least_expected: float


def chi_square(table: ArrayLike) -> ChiSquare:
    """Test whether rows and columns of a table of counts are independent.

    Args:
        table: Counts of a simple random sample, shape (rows, columns).

    Raises:
        TableError: Less than two rows or columns, or an empty one.

    Source: Pearson (1900) Phil. Mag. 50:157-175; Cramer (1946), Mathematical Methods of
        Statistics, ch. 21.
    """
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or min(counts.shape) < 2:
        raise TableError
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    if not ((rows > 0).all() and (columns > 0).all()):
        raise TableError
    expected = rows[:, None] * columns[None, :] / counts.sum()
    statistic = float(((counts - expected) ** 2 / expected).sum())
    df = (counts.shape[0] - 1) * (counts.shape[1] - 1)
    strength = float(np.sqrt(statistic / (counts.sum() * (min(counts.shape) - 1))))
    p = float(stats.chi2.sf(statistic, df))
    return ChiSquare(statistic, df, p, strength, float(expected.min()))


def _beta_limits(
    lower: tuple[Limit, Limit], upper: tuple[Limit, Limit], level: float
) -> tuple[Limit, Limit]:
    """Return beta quantiles; a parameter of 0 puts the limit at the end of the scale."""
    alpha = (1 - level) / 2
    tiny = np.finfo(np.float64).tiny
    low = stats.beta.ppf(alpha, np.maximum(lower[0], tiny), lower[1])
    high = stats.beta.ppf(1 - alpha, upper[0], np.maximum(upper[1], tiny))
    return np.where(lower[0] <= 0, 0.0, low), np.where(upper[1] <= 0, 1.0, high)
