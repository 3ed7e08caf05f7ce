"""What may be said of a difference: real, noise, too small to matter, or it cannot be told.

A difference is established by its p value after Holm over the table. Whether it matters is another
question, asked of the smallest difference of interest:

* too_small: established, but the whole interval lies closer to zero than the smallest difference
  of interest, so whatever changed does not matter;
* noise: not established, and the whole interval lies closer to zero than that: only then may it be
  said that it is neither better nor worse;
* real: established, and it may matter;
* cannot_tell: everything else. An interval that reaches a difference of interest is never read as
  "no change", however close to zero its other end lies.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.comparison.pairs import Pair, Series
from app.analysis.results.comparison import Contrast
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.intervals import make_limits, nothing, number, t_interval
from app.analysis.uncertainty.multiple import holm_adjusted

REAL = "real"
NOISE = "noise"
TOO_SMALL = "too_small"
CANNOT_TELL = "cannot_tell"


def verdict(change: Estimate, *, is_established: bool, smallest: float) -> str | None:
    """Return the verdict on a difference; None where there is no difference at all.

    Args:
        change: The difference with its interval; no interval means that it cannot be told.
        is_established: Its p value after Holm is below the error of the table.
        smallest: Smallest difference of interest, in the unit of the difference.

    Source: ours, see docs/methods/change.md; that an interval lies inside is an equivalence test by
    confidence interval (Schuirmann 1987, Journal of Pharmacokinetics and Biopharmaceutics 15(6),
    657-680).
    """
    if change.value is None:
        return None
    if change.low is None or change.high is None:
        return CANNOT_TELL
    if -smallest < change.low and change.high < smallest:
        return TOO_SMALL if is_established else NOISE
    return REAL if is_established else CANNOT_TELL


def difference_p(
    difference: NDArray[np.float64], stderr: NDArray[np.float64], df: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return two-sided p values of t tests; NaN where there is no standard error.

    Args:
        difference: Shape (items,).
        stderr: Shape (items,); NaN or 0 means no test.
        df: Shape (items,).

    Source: Student 1908, Biometrika 6(1), 1-25.
    """
    p = np.full(difference.shape, np.nan)
    usable = np.isfinite(difference) & (stderr > 0) & (df > 0)
    p[usable] = 2 * stats.t.sf(np.abs(difference[usable]) / stderr[usable], df[usable])
    return p


def make_contrasts(
    pair: Pair,
    reference: Series,
    value: Series,
    codes: tuple[str, ...],
    *,
    smallest: float,
    level: float,
    least: int,
) -> tuple[Contrast, ...]:
    """Hold a list of statistics of one side against those of the other; one table, one family.

    Args:
        pair: Where the errors come from.
        reference: The earlier wave, the rest.
        value: The later wave, the part.
        codes: What is compared, shape (items,).
        smallest: Smallest difference of interest, in the unit of the statistics.
        level: Confidence level; the table's error is 1 - level.
        least: Fewest answers of an item, on both sides, from which its difference is said.

    Source: ours, see docs/methods/change.md.
    """
    n = np.minimum(reference.n, value.n)
    difference = value.values - reference.values
    stderr, df = pair.errors(difference, reference.holding | value.holding)
    said = (n >= max(1, least)) & np.isfinite(difference[0])
    raw = np.where(said, difference_p(difference[0], stderr, df), np.nan)
    adjusted = holm_adjusted(raw)
    found = []
    for k, code in enumerate(codes):
        change = nothing(int(n[k]))
        if said[k]:
            limits = make_limits(int(df[k]), level)
            change = t_interval(difference[0, k], stderr[k], limits, n=int(n[k]))
        values = (value.values[0, k], reference.values[0, k]) if said[k] else (None, None)
        found.append(
            judged(
                Contrast(code, number(values[0]), number(values[1]), change),
                (raw[k], adjusted[k]),
                smallest=smallest,
                alpha=round(1 - level, 12),
            )
        )
    return tuple(found)


def judged(
    contrast: Contrast,
    p_values: tuple[float | np.floating, float | np.floating],
    *,
    smallest: float,
    alpha: float,
) -> Contrast:
    """Return a contrast with its p values (alone, after Holm) and what they say.

    Args:
        contrast: Values and difference.
        p_values: Alone and after Holm; NaN where there is no test.
        smallest: Smallest difference of interest.
        alpha: Error of the table.

    Source: ours, see docs/methods/change.md.
    """
    change = contrast.change
    if change.value is None:
        return contrast
    p, p_holm = number(p_values[0]), number(p_values[1])
    is_established = p_holm is not None and p_holm <= alpha
    return Contrast(
        contrast.code,
        contrast.value,
        contrast.reference,
        change,
        p=p,
        p_holm=p_holm,
        established=None if p_holm is None else is_established,
        exceeds=abs(change.value) >= smallest,
        verdict=verdict(change, is_established=is_established, smallest=smallest),
    )
