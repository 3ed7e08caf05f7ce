"""Is one coefficient enough for all thresholds: likelihood-ratio tests of the parallel lines."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from app.analysis.importance.ordinal import LOGIT, OrdinalError, OrdinalFit, fit_ordinal


@dataclass(frozen=True, slots=True)
class ParallelTest:
    """Likelihood-ratio test that a term moves all thresholds alike.

    Attributes:
        term: Name of the term, which may have several columns; empty stands for all together.
        statistic: Twice the gain in log-likelihood; NaN where the wider model has no maximum.
        df: Coefficients more.
        p: p value; NaN with the statistic.
    """

    term: str
    statistic: float
    df: int
    p: float


def parallel_lines(
    counts: ArrayLike,
    x: ArrayLike,
    terms: Mapping[str, Sequence[int]],
    *,
    link: str = LOGIT,
    fit: OrdinalFit | None = None,
) -> tuple[ParallelTest, ...]:
    """Test every term by itself, then all together.

    Args:
        counts: As in `fit_ordinal`; weights that are no numbers of answers make no test.
        x: As in `fit_ordinal`.
        terms: Name of a term to its columns of `x`.
        link: logit or probit.
        fit: The parallel model, where it is at hand.

    Returns:
        One test a term, then that of all together under an empty name; with two categories there
        is one threshold and nothing to test.

    Raises:
        OrdinalError: The parallel model has no maximum.

    Source: Peterson and Harrell 1990, Appl. Stat. 39(2); Christensen, R package ordinal,
        nominal_test.
    """
    given = np.asarray(x, dtype=np.float64)
    base = fit_ordinal(counts, given, link=link) if fit is None else fit
    cuts = base.thresholds.size
    if cuts < 2:
        return ()
    start = np.concatenate([base.thresholds, base.coefficients])
    everything = {**terms, "": [column for columns in terms.values() for column in columns]}
    found = []
    for name, columns in everything.items():
        free = np.zeros(given.shape[1], dtype=bool)
        free[list(columns)] = True
        df = (cuts - 1) * len(columns)
        statistic = float("nan")
        try:
            wider = fit_ordinal(counts, given, link=link, free=free, start=start)
            statistic = max(0.0, 2 * (wider.log_likelihood - base.log_likelihood))
        except OrdinalError:
            pass
        found.append(ParallelTest(name, statistic, df, float(stats.chi2.sf(statistic, df))))
    return tuple(found)
