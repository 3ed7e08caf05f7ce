"""Funnel, market share, special needs, limits, what one person says of another company."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.competitors.adjusted import Covariates, adjusted_means, cluster_error
from app.analysis.competitors.portions import clustered_shares
from app.analysis.competitors.survey import LEAST_SHOWN, Elsewhere, MarketSurvey
from app.analysis.design.regression import RegressionError
from app.analysis.results.estimate import Estimate
from app.analysis.results.market import (
    Funnel,
    FunnelStep,
    ItemLimits,
    MarketShare,
    NeedFit,
    SeenLimits,
    WithinRating,
)
from app.analysis.uncertainty.intervals import make_limits, nothing, t_interval
from app.analysis.uncertainty.multiple import holm_adjusted

FEW_ANSWERS = "few_answers"
BETTER = "better"
WORSE = "worse"
ABOVE = "above"
BELOW = "below"

Floats = NDArray[np.float64]


def make_funnels(survey: MarketSurvey, *, level: float = 0.95) -> tuple[Funnel, ...]:
    """Return from knowing each company to choosing it; every step of those of the step before.

    A later step without the one before does not count, and is counted as inconsistent.

    Args:
        survey: Market and interviews.
        level: Confidence level.

    Source: Lavidge and Steiner 1961, J. Marketing 25(6), 59-62 (steps); Wilson (1927) JASA
    22:209-212.
    """
    reached = survey.reached
    if reached is None or not survey.steps:
        return ()
    held = np.logical_and.accumulate(reached, axis=2)
    everybody = np.ones((survey.interviews, len(survey.steps)), dtype=bool)
    funnels = []
    for k, code in enumerate(survey.providers):
        own = held[:, k]
        before = np.hstack([everybody[:, :1], own[:, :-1]])
        shares, of_all = (
            clustered_shares(own, base, survey.place, least=LEAST_SHOWN, level=level)
            for base in (before, everybody)
        )
        steps = tuple(
            FunnelStep(name, int(before[:, j].sum()), int(own[:, j].sum()), shares[j], of_all[j])
            for j, name in enumerate(survey.steps)
        )
        inconsistent = int((reached[:, k] & ~own).any(axis=1).sum())
        funnels.append(Funnel(code, steps, inconsistent))
    return tuple(funnels)


def make_shares(survey: MarketSurvey, *, level: float = 0.95) -> tuple[MarketShare, ...]:
    """Return counted shares of the market beside the estimated share of first choices.

    Args:
        survey: Market and interviews; the last step of its funnel is the first choice.
        level: Confidence level.

    Source: ours, see docs/methods/competitors.md; Wilson (1927) JASA 22:209-212.
    """
    chosen: tuple[Estimate, ...] = (nothing(0),) * len(survey.providers)
    if survey.reached is not None and survey.steps:
        first = survey.reached[:, :, -1]
        everybody = np.ones(first.shape, dtype=bool)
        chosen = clustered_shares(first, everybody, survey.place, least=LEAST_SHOWN, level=level)
    areas = [place.area for place in survey.places]
    known = [area for area in areas if area is not None]
    market = sum(known) if len(known) == len(areas) else None
    found = []
    for k, code in enumerate(survey.providers):
        own = [place.area for place in survey.places if place.provider == code]
        said = [area for area in own if area is not None]
        area = float(sum(said)) if len(said) == len(own) else None
        found.append(
            MarketShare(
                code,
                len(own),
                len(own) / max(1, len(survey.places)),
                area,
                area / market if area is not None and market else None,
                chosen[k],
            )
        )
    return tuple(found)


def make_needs(
    survey: MarketSurvey, covariates: Covariates, *, level: float = 0.95
) -> tuple[NeedFit, ...]:
    """Return how well each special need is met, own residents against all others, adjusted.

    Args:
        survey: Market and interviews.
        covariates: From `make_covariates`.
        level: Confidence level.

    Source: Cochran 1957, Biometrics 13(3), 261-281 (adjusted means); Liang and Zeger 1986,
    Biometrika 73(1), 13-22 (errors).
    """
    if survey.fit is None or survey.has_need is None:
        return ()
    fit = survey.fit.rescaled
    is_own = np.where(survey.provider == survey.providers.index(survey.own), 0, 1)
    found = []
    for k, need in enumerate(survey.needs):
        has = survey.has_need[:, k] & ~np.isnan(fit)
        everybody = _mean(fit[has], survey.place[has], level, bounds=(0.0, 100.0))
        values = np.where(has, fit, np.nan)
        found.append(_need(survey, covariates, need, (values, is_own, everybody), level))
    return tuple(found)


def make_within(survey: MarketSurvey, *, level: float = 0.95) -> tuple[WithinRating, ...]:
    """Return what residents who know another company say, the same person on both.

    For the own company: against all others together, and against each with 30 answers. Previous
    and second homes apart; one's memory of a previous home is no interview there.

    Args:
        survey: Market and interviews.
        level: Confidence level.

    Source: Student (1908) Biometrika 6:1-25, errors clustered as Cochran (1977), Sampling
    Techniques, 9A; Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    own = survey.providers.index(survey.own)
    found: list[WithinRating] = []
    for source in survey.elsewhere:
        known = (survey.provider == own) & (source.provider >= 0) & (source.provider != own)
        found += _table(survey, source, known, "", level)
        for k, code in enumerate(survey.providers):
            rows = known & (source.provider == k)
            # One other company alone is what "all others" says already.
            if LEAST_SHOWN <= rows.sum() < known.sum():
                found += _table(survey, source, rows, code, level)
    return tuple(found)


def make_limits_seen(survey: MarketSurvey, *, level: float = 0.95) -> tuple[ItemLimits, ...]:
    """Return what residents of each company call acceptable and ideal, and what it reaches.

    Of the same people, as they are: what somebody accepts is not evened out. Answers with the
    lowest acceptable level above the ideal one are left out and counted.

    Args:
        survey: Market and interviews.
        level: Confidence level.

    Source: Parasuraman, Zeithaml and Berry 1994, Journal of Retailing 70(3) (zone); Student (1908)
    Biometrika 6:1-25, errors clustered as Cochran (1977), Sampling Techniques, 9A; Holm 1979,
    Scandinavian Journal of Statistics 6(2), 65-70.
    """
    scores = [
        {one.item: one.rescaled for one in measures}
        for measures in (survey.performance, survey.adequate, survey.desired)
    ]
    items = [one.item for one in survey.performance if all(one.item in found for found in scores)]
    provider = survey.provider
    by_company = [
        _holm([_limits(survey, code, provider == k, [found[item] for found in scores], level)
               for item in items], level)
        for k, code in enumerate(survey.providers)
    ]  # fmt: skip
    return tuple(
        ItemLimits(item, tuple(found[at] for found in by_company)) for at, item in enumerate(items)
    )


def _limits(
    survey: MarketSurvey, code: str, rows: NDArray[np.bool_], scores: list[Floats], level: float
) -> SeenLimits:
    """Return the levels of one company on one item."""
    asked = rows & ~np.isnan(np.vstack(scores)).any(axis=0)
    perceived, adequate, desired = scores
    # NaN is above nothing, and it is among those not asked.
    inverted = asked & (adequate > desired)
    kept = asked & ~inverted
    place = survey.place[kept]
    ends = (-100.0, 100.0)
    return SeenLimits(
        code,
        perceived=_mean(perceived[kept], place, level, bounds=(0.0, 100.0)),
        adequate=_mean(adequate[kept], place, level, bounds=(0.0, 100.0)),
        desired=_mean(desired[kept], place, level, bounds=(0.0, 100.0)),
        adequacy=_mean((perceived - adequate)[kept], place, level, bounds=ends),
        superiority=_mean((perceived - desired)[kept], place, level, bounds=ends),
        inverted=int(inverted.sum()),
    )


def _holm(found: list[SeenLimits], level: float) -> list[SeenLimits]:
    """Return the items of a company with what may be said of them."""
    adjusted = holm_adjusted(np.array([_p_value(one.adequacy) for one in found]))
    alpha = round(1 - level, 12)
    return [
        replace(
            one,
            p_adjusted=None if np.isnan(p) else float(p),
            verdict=(ABOVE if (one.adequacy.value or 0.0) > 0 else BELOW) if p <= alpha else None,
        )
        for one, p in zip(found, adjusted, strict=True)
    ]


def _need(
    survey: MarketSurvey,
    covariates: Covariates,
    need: str,
    given: tuple[Floats, NDArray[np.int64], Estimate],
    level: float,
) -> NeedFit:
    values, is_own, everybody = given
    homes = int((~np.isnan(values)).sum())
    sides = [int((~np.isnan(values) & (is_own == side)).sum()) for side in (0, 1)]
    own, others = nothing(sides[0]), nothing(sides[1])
    if min(sides) < LEAST_SHOWN:
        return NeedFit(need, homes, everybody, own, others, nothing(homes), FEW_ANSWERS)
    try:
        found = adjusted_means(survey, covariates, values, group=is_own, level=level)
    except RegressionError as error:
        return NeedFit(need, homes, everybody, own, others, nothing(homes), error.reason)
    gap, stderr, df = found.pair(0, 1)
    limits = make_limits(int(df), level)
    return NeedFit(
        need,
        homes,
        everybody,
        found.estimate(0, level),
        found.estimate(1, level),
        t_interval(gap, stderr, limits, n=int(found.used.sum())),
        None,
    )


def _table(
    survey: MarketSurvey,
    source: Elsewhere,
    rows: NDArray[np.bool_],
    other: str,
    level: float,
) -> list[WithinRating]:
    """Return the items of one pair of companies, Holm over them."""
    means = []
    for k in range(len(source.items)):
        kept = rows & ~np.isnan(source.ratings[:, k])
        means.append(_mean(source.ratings[kept, k], survey.place[kept], level, bounds=(-2.0, 2.0)))
    p = np.array([_p_value(one) for one in means])
    adjusted = holm_adjusted(p)
    alpha = round(1 - level, 12)
    found = []
    for k, item in enumerate(source.items):
        verdict = None
        value = means[k].value
        if value is not None and adjusted[k] <= alpha:
            verdict = BETTER if value > 0 else WORSE
        shown = None if np.isnan(adjusted[k]) else float(adjusted[k])
        found.append(WithinRating(source.source, survey.own, other, item, means[k], shown, verdict))
    return found


def _mean(
    values: Floats, clusters: NDArray[np.int64], level: float, *, bounds: tuple[float, float]
) -> Estimate:
    """Return a mean with errors clustered; nothing below 30 answers."""
    n = int(values.size)
    if n < LEAST_SHOWN:
        return nothing(n)
    limits = make_limits(max(0, np.unique(clusters).size - 1), level)
    return t_interval(values.mean(), cluster_error(values, clusters), limits, n=n, bounds=bounds)


def _p_value(one: Estimate) -> float:
    if one.value is None or one.stderr is None or not one.df:
        return float("nan")
    return float(2 * stats.t.sf(abs(one.value) / one.stderr, one.df))
