"""Competitive priorities: where a rival is ahead on what matters when people choose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from app.analysis.competitors.adjusted import Adjusted, Covariates, adjusted_means
from app.analysis.competitors.league import unranked_why
from app.analysis.competitors.survey import LEAST_SHOWN, MarketSurvey
from app.analysis.design.regression import RegressionError
from app.analysis.results.estimate import Estimate
from app.analysis.results.market import CompetitiveItem, CompetitiveResult, RivalGap
from app.analysis.uncertainty.intervals import make_limits, t_interval
from app.analysis.uncertainty.multiple import holm_adjusted

GIVEN = "given"
RATINGS = "ratings"
EQUAL = "equal"

OWN_SMALL = "own_small"
NO_RIVAL = "no_rival"
NO_ITEM = "no_item"

AHEAD = "ahead"
BEHIND = "behind"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """One item with all rivals.

    Attributes:
        code: The item.
        own: Adjusted mean.
        rivals: Names.
        gap, stderr, df: Own less rival, by rival.
        n: Interviews behind each gap.
    """

    code: str
    own: Estimate
    rivals: tuple[str, ...]
    gap: Floats
    stderr: Floats
    df: Floats
    n: NDArray[np.int64]


def make_competitive(
    survey: MarketSurvey,
    covariates: Covariates,
    *,
    shares: Mapping[str, float] | None = None,
    level: float = 0.95,
) -> CompetitiveResult:
    """Return share x max(0, best rival - own) for every item.

    The means are adjusted as in the league, the rivals those that may be ranked there. Who is best
    is not known for certain, so the interval of the lead is a simultaneous one over the rivals
    (Bonferroni): it covers the lead of whoever is truly best. Shares count as known.

    Args:
        survey: Market and interviews.
        covariates: From `make_covariates`.
        shares: Importance of the items from the perception survey; None takes the ratings of this
            survey, and equal shares where they are not asked.
        level: Confidence level.

    Source: ours after Hill and Alexander, Handbook of Customer Satisfaction and Loyalty
    Measurement, Gower (market standing); see docs/methods/competitors.md. Holm 1979.
    """
    rule = _rule(survey, shares)
    if not survey.performance:
        return CompetitiveResult(rule, NO_ITEM)
    compared, left_out, reasons = [], [], []
    for measure in survey.performance:
        found = _compared(survey, covariates, measure.item, measure.rescaled, level)
        if isinstance(found, str):
            left_out.append(measure.item)
            reasons.append(found)
        else:
            compared.append(found)
    if not compared:
        return CompetitiveResult(rule, reasons[0], left_out=tuple(left_out))
    weight = _shares(survey, [one.code for one in compared], shares)
    p = np.concatenate([_p_values(one) for one in compared])
    adjusted = holm_adjusted(p)
    items, start = [], 0
    for one, share in zip(compared, weight, strict=True):
        stop = start + len(one.rivals)
        items.append(_item(one, float(share), adjusted[start:stop], level))
        start = stop
    order = sorted(range(len(items)), key=lambda k: (-items[k].pfi, items[k].code))
    for place, k in enumerate(order):
        items[k] = replace(items[k], place=1 + place)
    rivals = tuple(dict.fromkeys(name for one in compared for name in one.rivals))
    return CompetitiveResult(rule, None, tuple(items), tuple(left_out), rivals)


def _rule(survey: MarketSurvey, shares: Mapping[str, float] | None) -> str:
    if shares is not None:
        return GIVEN
    asked = {one.item for one in survey.importance}
    return RATINGS if {one.item for one in survey.performance} <= asked else EQUAL


def _shares(survey: MarketSurvey, codes: list[str], shares: Mapping[str, float] | None) -> Floats:
    """Return the importance shares of these items; they add up to 1."""
    rule = _rule(survey, shares)
    if shares is not None:
        weight = np.array([shares.get(code, 0.0) for code in codes])
    elif rule == RATINGS:
        means = {one.item: float(np.nanmean(one.values)) for one in survey.importance}
        weight = np.array([means[code] for code in codes])
    else:
        weight = np.ones(len(codes))
    total = weight.sum()
    return weight / total if total > 0 else np.full(len(codes), 1 / len(codes))


def _compared(
    survey: MarketSurvey, covariates: Covariates, code: str, values: Floats, level: float
) -> _Compared | str:
    """Hold the own company against every rival on one item, or say why not."""
    try:
        found: Adjusted = adjusted_means(survey, covariates, values, level=level)
    except RegressionError as error:
        return error.reason
    names = [survey.providers[k] for k in found.groups]
    if survey.own not in names:
        return OWN_SMALL
    own = names.index(survey.own)
    if found.interviews[own] < LEAST_SHOWN or found.communities[own] < 2:
        return OWN_SMALL
    rivals = [
        k
        for k in range(len(names))
        if k != own and not unranked_why(int(found.interviews[k]), int(found.communities[k]))
    ]
    if not rivals:
        return NO_RIVAL
    pairs = np.array([found.pair(own, k) for k in rivals])
    return _Compared(
        code,
        found.estimate(own, level),
        tuple(names[k] for k in rivals),
        pairs[:, 0],
        pairs[:, 1],
        pairs[:, 2],
        found.interviews[own] + found.interviews[rivals],
    )


def _p_values(one: _Compared) -> Floats:
    p = np.full(one.gap.size, np.nan)
    usable = one.stderr > 0
    p[usable] = 2 * stats.t.sf(np.abs(one.gap / one.stderr)[usable], one.df[usable])
    return p


def _item(one: _Compared, share: float, adjusted: Floats, level: float) -> CompetitiveItem:
    alpha = round(1 - level, 12)
    gaps = []
    for k, rival in enumerate(one.rivals):
        limits = make_limits(int(one.df[k]), level)
        is_established = bool(adjusted[k] <= alpha)
        gaps.append(
            RivalGap(
                rival,
                t_interval(one.gap[k], one.stderr[k], limits, n=int(one.n[k])),
                None if np.isnan(adjusted[k]) else float(adjusted[k]),
                (AHEAD if one.gap[k] > 0 else BEHIND) if is_established else None,
            )
        )
    best = int(np.argmin(one.gap))
    lead = _lead(one, best, alpha)
    low, high = (None if end is None else share * max(0.0, end) for end in (lead.low, lead.high))
    return CompetitiveItem(
        code=one.code,
        own=one.own,
        share=share,
        gaps=tuple(gaps),
        best=one.rivals[best],
        lead=lead,
        pfi=share * max(0.0, -float(one.gap[best])),
        pfi_low=low,
        pfi_high=high,
        place=0,
    )


def _lead(one: _Compared, best: int, alpha: float) -> Estimate:
    """Return the lead of the best rival with a simultaneous interval over all of them."""
    value, n = -float(one.gap[best]), int(one.n[best])
    if not (one.stderr > 0).all():
        return Estimate(value, None, None, None, n)
    half = stats.t.ppf(1 - alpha / (2 * one.gap.size), np.floor(one.df)) * one.stderr
    low, high = float((-one.gap - half).max()), float((-one.gap + half).max())
    return Estimate(value, float(one.stderr[best]), low, high, n, int(one.df[best]))
