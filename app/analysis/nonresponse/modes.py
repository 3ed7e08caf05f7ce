"""Does the way of answering move the score: paper, phone, visit, after controls."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from app.analysis.design.regression import ClusterFit, RegressionError, cluster_regression
from app.analysis.nonresponse.propensity import dummies
from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import ModeEffect, ModesResult
from app.analysis.uncertainty.intervals import make_limits, t_interval
from app.analysis.uncertainty.multiple import holm_adjusted

LEAST_MODE = 30
LEAST_ANSWERS = 100
WARN_FROM = 5.0

ONE_MODE = "one_mode"
FEW_ANSWERS = "few_answers"

Floats = NDArray[np.float64]


def mode_effects(
    values: ArrayLike,
    modes: Sequence[str],
    controls: Mapping[str, Sequence[str]],
    *,
    households: ArrayLike | None = None,
    level: float = 0.95,
) -> ModesResult:
    """Hold every way of answering against the commonest one, with the same homes as far as known.

    Least squares of the score on dummies of the modes and of all controls, errors clustered by
    household. Who answers on paper differs from who answers on a phone: what the controls do not
    know stays in the effect. Nothing is adjusted by it.

    Args:
        values: Score of every answer on 0-100; NaN is left out.
        modes: Its way.
        controls: Category of every answer, by control: building, age, tenure.
        households: Its home; None means that all are different.
        level: Confidence level.

    Source: de Leeuw 2005, J. Official Stat. 21(2), 233-255 (mode effects); Liang and Zeger 1986,
    Biometrika 73(1), 13-22 (errors); Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    score, mode = np.asarray(values, dtype=np.float64), np.asarray(modes, dtype=np.str_)
    home = np.arange(score.size) if households is None else np.asarray(households)
    names, count = np.unique(mode[~np.isnan(score)], return_counts=True)
    if not names.size:
        return ModesResult("", 0, reason=FEW_ANSWERS)
    reference = str(names[np.argmax(count)])
    small = tuple(str(name) for name in names[count < LEAST_MODE])
    compared = [str(name) for name in names[count >= LEAST_MODE] if name != reference]
    kept = ~np.isnan(score) & np.isin(mode, [reference, *compared])
    known = {name: np.asarray(of, dtype=np.str_)[kept] for name, of in controls.items()}
    asked = tuple(controls)
    n = int(kept.sum())
    if n < LEAST_ANSWERS:
        return ModesResult(reference, n, asked, FEW_ANSWERS, left_out=small)
    if not compared:
        return ModesResult(reference, n, asked, ONE_MODE, left_out=small)
    own = np.column_stack([mode[kept] == name for name in compared]).astype(np.float64)
    constant = np.ones((n, 1))
    try:
        plain = cluster_regression(score[kept], np.hstack([constant, own]), home[kept])
        terms = np.hstack([constant, own, _controls(known, n)])
        fit = cluster_regression(score[kept], terms, home[kept])
    except RegressionError as error:
        return ModesResult(reference, n, asked, error.reason, left_out=small)
    size = own.sum(axis=0).astype(np.int64)
    effects = _effects(compared, size, plain, fit, level)
    return ModesResult(reference, n, asked, effects=effects, left_out=small)


def _controls(known: Mapping[str, NDArray[np.str_]], rows: int) -> Floats:
    """Return dummies of all controls, without those that others already say."""
    columns = np.ones((rows, 1))
    for labels in known.values():
        categories, code = np.unique(labels, return_inverse=True)
        for column in dummies(code.ravel().astype(np.int64), categories.size)[:, 1:].T:
            more = np.column_stack([columns, column])
            # A phase that is two buildings adds nothing to the buildings.
            if np.linalg.matrix_rank(more) == more.shape[1]:
                columns = more
    return columns[:, 1:]


def _effects(
    names: list[str], size: NDArray[np.int64], plain: ClusterFit, fit: ClusterFit, level: float
) -> tuple[ModeEffect, ...]:
    own = slice(1, 1 + len(names))
    values, stderr = fit.coefficients[own], np.sqrt(np.diag(fit.covariance))[own]
    freedom = fit.clusters - fit.coefficients.size
    p = np.full(len(names), np.nan)
    usable = stderr > 0
    p[usable] = 2 * stats.t.sf(np.abs(values[usable] / stderr[usable]), freedom)
    adjusted = holm_adjusted(p)
    alpha = round(1 - level, 12)

    def estimate(found: ClusterFit, k: int) -> Estimate:
        limits = make_limits(found.clusters - found.coefficients.size, level)
        error = float(np.sqrt(found.covariance[1 + k, 1 + k]))
        return t_interval(found.coefficients[1 + k], error, limits, n=int(size[k]))

    effects = []
    for k, name in enumerate(names):
        is_established = bool(adjusted[k] <= alpha)
        effects.append(
            ModeEffect(
                name,
                int(size[k]),
                estimate(plain, k),
                estimate(fit, k),
                None if np.isnan(adjusted[k]) else float(adjusted[k]),
                is_established,
                is_established and abs(float(values[k])) > WARN_FROM,
            )
        )
    return tuple(effects)
