"""Differences of two waves or groups on arrays: overlapping, paired, independent; shares too.

Two arrays of the same length hold one row per household, NaN where it did not answer that wave.
A row with both is a pair, the others are unpaired. Independent groups are two arrays of any
lengths. Every difference is `before - after` or `first - second`, as the arrays are given.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

OVERLAP = "overlap"
PAIRED = "paired"
WELCH = "welch"
POOLED = "pooled"

TWO_SIDED = "two-sided"
GREATER = "greater"
LESS = "less"


class TooFewAnswersError(ValueError):
    """A test of differences needs at least two answers on each side, or two pairs.

    Attributes:
        first: Answers on the first side, or pairs.
        second: Answers on the second side, or pairs.
    """

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")
        self.first = first
        self.second = second


class UnequalLengthsError(ValueError):
    """Two arrays that should hold the same households have different lengths.

    Attributes:
        first, second: The lengths.
    """

    def __init__(self, first: int, second: int) -> None:
        super().__init__(f"{first} and {second}")
        self.first = first
        self.second = second


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two means or shares with its test.

    Attributes:
        value: First less second, in the unit of the data.
        stderr: Standard error; NaN where the data do not vary at all.
        statistic: t, or z for shares; NaN without a standard error.
        df: Degrees of freedom; infinite for z.
        p: p value; NaN without a standard error.
        low, high: Two-sided interval; NaN without a standard error.
        first, second: Answers on each side.
        pairs: Rows with both.
        method: overlap, paired, welch or pooled.
    """

    value: float
    stderr: float
    statistic: float
    df: float
    p: float
    low: float
    high: float
    first: int
    second: int
    pairs: int
    method: str


@dataclass(frozen=True, slots=True)
class SignedRanks:
    """Wilcoxon's signed-rank test.

    Attributes:
        statistic: Sum of the ranks of positive differences (V).
        p: Two-sided p value by the normal approximation with ties and continuity corrected.
        pairs: Pairs with a difference.
    """

    statistic: float
    p: float
    pairs: int


@dataclass(frozen=True, slots=True)
class _Side:
    """Moments of one side."""

    n: int
    mean: float
    variance: float


def overlap_test(
    first: ArrayLike,
    second: ArrayLike,
    *,
    equal_variances: bool = False,
    level: float = 0.95,
    alternative: str = TWO_SIDED,
) -> Difference:
    """Test two waves that some households answered both times (partially overlapping samples).

    t = (x1 - x2) / sqrt(s1^2/n1 + s2^2/n2 - 2 r s1 s2 nc/(n1 n2)) with r the correlation in the
    nc pairs (0 where it has no variance) and Derrick's degrees of freedom. Fewer than two pairs
    give Welch's test (the pooled one with equal variances), only pairs the paired test.

    Args:
        first: Shape (households,), NaN = not answered.
        second: Same households, same shape.
        equal_variances: Pool the variances.
        level: Confidence level of the two-sided interval.
        alternative: two-sided, greater or less (of first against second).

    Raises:
        UnequalLengthsError: The shapes differ.
        TooFewAnswersError: Fewer than two answers on a side.

    Source: Derrick, Russ, Toher and White 2017, Journal of Modern Applied Statistical Methods
    16(1), 137-157.
    """
    a, b = _aligned(first, second)
    both = ~np.isnan(a) & ~np.isnan(b)
    pairs = int(both.sum())
    x, y = _side(a), _side(b)
    if pairs < 2:
        return _independent(x, y, equal_variances, level, alternative)
    if pairs == x.n == y.n:
        return paired_test(a, b, level=level, alternative=alternative)
    return _overlapping(
        (x, y, pairs, _correlation(a[both], b[both])), equal_variances, level, alternative
    )


def paired_test(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, alternative: str = TWO_SIDED
) -> Difference:
    """Test the households that answered both times by their own differences (completers only).

    Beside the overlapping test it shows selective drop-out: the two differ when those who
    answered once changed otherwise than those who stayed.

    Args:
        first: Shape (households,), NaN = not answered.
        second: Same households, same shape.
        level: Confidence level of the two-sided interval.
        alternative: two-sided, greater or less (of first against second).

    Raises:
        UnequalLengthsError: The shapes differ.
        TooFewAnswersError: Fewer than two pairs.

    Source: Student 1908, Biometrika 6(1), 1-25.
    """
    a, b = _aligned(first, second)
    gap = (a - b)[~np.isnan(a) & ~np.isnan(b)]
    n = gap.size
    if n < 2:
        raise TooFewAnswersError(n, n)
    stderr = float(gap.std(ddof=1)) / np.sqrt(n)
    return _difference(
        float(gap.mean()),
        stderr,
        n - 1,
        (n, n, n),
        method=PAIRED,
        level=level,
        alternative=alternative,
    )


def welch_test(
    first: ArrayLike,
    second: ArrayLike,
    *,
    equal_variances: bool = False,
    level: float = 0.95,
    alternative: str = TWO_SIDED,
) -> Difference:
    """Test two independent groups without assuming equal variances.

    Args:
        first: Shape (n1,), NaN = missing.
        second: Shape (n2,), NaN = missing.
        equal_variances: Pool the variances (Student's test).
        level: Confidence level of the two-sided interval.
        alternative: two-sided, greater or less (of first against second).

    Raises:
        TooFewAnswersError: Fewer than two answers on a side.

    Source: Welch 1947, Biometrika 34(1-2), 28-35.
    """
    x = _side(np.asarray(first, dtype=np.float64))
    y = _side(np.asarray(second, dtype=np.float64))
    return _independent(x, y, equal_variances, level, alternative)


def overlap_shares(
    first: ArrayLike, second: ArrayLike, *, level: float = 0.95, alternative: str = TWO_SIDED
) -> Difference:
    """Test two shares of partially overlapping samples, e.g. the satisfied of two waves.

    z = (p1 - p2) / sqrt(p(1-p)/n1 + p(1-p)/n2 - 2 r p(1-p) nc/(n1 n2)) with p the share of all
    answers together and r the phi coefficient of the pairs (0 where it has no variance).

    Args:
        first: Shape (households,): 1 = counts, 0 = does not, NaN = not answered.
        second: Same households, same shape.
        level: Confidence level of the two-sided interval.
        alternative: two-sided, greater or less (of first against second).

    Raises:
        UnequalLengthsError: The shapes differ.
        TooFewAnswersError: No answer on a side.

    Source: Derrick, Dobson-Mckittrick, Toher and White 2015, Journal of Applied Quantitative
    Methods 10(3).
    """
    a, b = _aligned(first, second)
    both = ~np.isnan(a) & ~np.isnan(b)
    in_first, in_second = a[~np.isnan(a)], b[~np.isnan(b)]
    n1, n2, pairs = in_first.size, in_second.size, int(both.sum())
    if min(n1, n2) == 0:
        raise TooFewAnswersError(n1, n2)
    share = float(in_first.sum() + in_second.sum()) / (n1 + n2)
    phi = _correlation(a[both], b[both]) if pairs > 1 else 0.0
    spread = share * (1 - share)
    variance = spread * (1 / n1 + 1 / n2 - 2 * phi * pairs / (n1 * n2))
    return _difference(
        float(in_first.mean() - in_second.mean()),
        float(np.sqrt(max(0.0, variance))),
        float("inf"),
        (n1, n2, pairs),
        method=OVERLAP if pairs > 1 else POOLED,
        level=level,
        alternative=alternative,
    )


def signed_ranks(first: ArrayLike, second: ArrayLike) -> SignedRanks:
    """Test pairs by the ranks of their differences; a check beside the t tests, not a default.

    Args:
        first: Shape (households,), NaN = not answered.
        second: Same households, same shape.

    Returns:
        V and its p value; p is 1 where no pair differs.

    Raises:
        UnequalLengthsError: The shapes differ.

    Source: Wilcoxon 1945, Biometrics Bulletin 1(6), 80-83.
    """
    a, b = _aligned(first, second)
    gap = (a - b)[~np.isnan(a) & ~np.isnan(b)]
    gap = gap[gap != 0]
    n = gap.size
    if n == 0:
        return SignedRanks(0.0, 1.0, 0)
    ranks = stats.rankdata(np.abs(gap))
    v = float(ranks[gap > 0].sum())
    ties = np.unique(ranks, return_counts=True)[1].astype(np.float64)
    variance = n * (n + 1) * (2 * n + 1) / 24 - float((ties**3 - ties).sum()) / 48
    distance = v - n * (n + 1) / 4
    z = (distance - np.sign(distance) * 0.5) / np.sqrt(variance)
    return SignedRanks(v, float(min(1.0, 2 * stats.norm.sf(abs(z)))), n)


def _aligned(
    first: ArrayLike, second: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    a, b = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if a.shape != b.shape:
        raise UnequalLengthsError(a.size, b.size)
    return a, b


def _side(values: NDArray[np.float64]) -> _Side:
    present = values[~np.isnan(values)]
    if present.size < 2:
        return _Side(present.size, float("nan"), float("nan"))
    return _Side(present.size, float(present.mean()), float(present.var(ddof=1)))


def _correlation(first: NDArray[np.float64], second: NDArray[np.float64]) -> float:
    """Return the correlation of pairs; 0 where one side does not vary."""
    if np.ptp(first) == 0 or np.ptp(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _welch_df(x: _Side, y: _Side) -> float:
    """Return Welch's degrees of freedom; NaN where neither side varies."""
    one, two = x.variance / x.n, y.variance / y.n
    below = one**2 / (x.n - 1) + two**2 / (y.n - 1)
    return (one + two) ** 2 / below if below > 0 else float("nan")


def _pooled(x: _Side, y: _Side) -> float:
    return ((x.n - 1) * x.variance + (y.n - 1) * y.variance) / (x.n + y.n - 2)


def _independent(
    x: _Side, y: _Side, equal_variances: bool, level: float, alternative: str
) -> Difference:
    if min(x.n, y.n) < 2:
        raise TooFewAnswersError(x.n, y.n)
    if equal_variances:
        stderr, df = np.sqrt(_pooled(x, y) * (1 / x.n + 1 / y.n)), float(x.n + y.n - 2)
    else:
        stderr, df = np.sqrt(x.variance / x.n + y.variance / y.n), _welch_df(x, y)
    return _difference(
        x.mean - y.mean,
        float(stderr),
        df,
        (x.n, y.n, 0),
        method=POOLED if equal_variances else WELCH,
        level=level,
        alternative=alternative,
    )


def _overlapping(
    sample: tuple[_Side, _Side, int, float],
    equal_variances: bool,
    level: float,
    alternative: str,
) -> Difference:
    x, y, pairs, r = sample
    unpaired = x.n + y.n - 2 * pairs
    shared = 2 * r * pairs / (x.n * y.n)
    if equal_variances:
        variance = _pooled(x, y) * (1 / x.n + 1 / y.n - shared)
        slope = (unpaired + pairs - 1) / (unpaired + 2 * pairs)
    else:
        spread = np.sqrt(x.variance * y.variance)
        variance = x.variance / x.n + y.variance / y.n - shared * spread
        slope = (_welch_df(x, y) - pairs + 1) / (unpaired + 2 * pairs)
    return _difference(
        x.mean - y.mean,
        float(np.sqrt(max(0.0, variance))),
        pairs - 1 + slope * unpaired,
        (x.n, y.n, pairs),
        method=OVERLAP,
        level=level,
        alternative=alternative,
    )


def _difference(
    value: float,
    stderr: float,
    df: float,
    sizes: tuple[int, int, int],
    *,
    method: str,
    level: float,
    alternative: str,
) -> Difference:
    """Put a difference together; without variation there is a value and nothing else."""
    nan = float("nan")
    if not stderr > 0 or np.isnan(df):
        return Difference(value, nan, nan, nan, nan, nan, nan, *sizes, method)
    t = value / stderr
    tails = {
        TWO_SIDED: 2 * stats.t.sf(abs(t), df),
        GREATER: stats.t.sf(t, df),
        LESS: stats.t.cdf(t, df),
    }
    half = float(stats.t.ppf(0.5 + level / 2, df)) * stderr
    return Difference(
        value, stderr, t, df, float(tails[alternative]), value - half, value + half, *sizes, method
    )
