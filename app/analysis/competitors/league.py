"""Companies by adjusted mean, with rank intervals."""

from dataclasses import replace

import numpy as np

from app.analysis.competitors.adjusted import (
    Adjusted,
    Covariates,
    adjusted_means,
    cluster_error,
    extrapolated,
)
from app.analysis.competitors.survey import (
    LEAST_COMMUNITIES,
    LEAST_INTERVIEWS,
    LEAST_SHOWN,
    MarketSurvey,
    Measure,
)
from app.analysis.design.regression import FEW_CLUSTERS, RegressionError
from app.analysis.results.market import LeagueResult, ProviderStanding
from app.analysis.uncertainty.intervals import make_limits, nothing, t_interval
from app.analysis.uncertainty.ranks import rank_intervals

FEW_COMMUNITIES = "few_communities"
FEW_INTERVIEWS = "few_interviews"
# Fewer clusters than this make robust errors too small.
ENOUGH_CLUSTERS = 30


def make_league(
    survey: MarketSurvey, covariates: Covariates, measure: Measure, *, level: float = 0.95
) -> LeagueResult:
    """Return the companies by one measure.

    A company with fewer than 10 communities or 150 interviews has no rank, one with fewer than 30
    interviews no mean.

    Args:
        survey: Market and interviews.
        covariates: From `make_covariates`.
        measure: What to compare by.
        level: Confidence level, also of the set of rank intervals.

    Source: Cochran 1957, Biometrics 13(3), 261-281 (adjusted means); Mogstad, Romano, Shaikh and
    Wilhelm 2024, Review of Economic Studies 91(1), 476-518 (ranks).
    """
    values = measure.rescaled
    try:
        found = adjusted_means(survey, covariates, values, level=level)
    except RegressionError as error:
        return _plain(survey, measure, error.reason, level)
    entries = [_entry(survey, found, k, level) for k in range(found.groups.size)]
    ranked = np.array(
        [k for k, entry in enumerate(entries) if not entry.unranked_why], dtype=np.int64
    )
    if ranked.size > 1:
        errors, freedom = found.differences(ranked)
        ranks = rank_intervals(found.values[ranked], errors, df=freedom, alpha=round(1 - level, 12))
        codes = [entries[k].code for k in ranked]
        for place, k in enumerate(ranked):
            entries[k] = replace(
                entries[k],
                rank=ranks.rank[place],
                rank_low=ranks.low[place],
                rank_high=ranks.high[place],
                tied=tuple(codes[other] for other in ranks.tied[place]),
            )
    order = sorted(range(len(entries)), key=lambda k: -float(found.values[k]))
    used = int(found.used.sum())
    return LeagueResult(
        measure=measure.item,
        interviews=used,
        left_out=survey.interviews - used,
        communities=found.clusters,
        warnings=(FEW_CLUSTERS,) if found.clusters < ENOUGH_CLUSTERS else (),
        entries=tuple(entries[k] for k in order if entries[k].interviews >= LEAST_SHOWN)
        + tuple(entries[k] for k in order if entries[k].interviews < LEAST_SHOWN),
        terms=found.terms,
        r_squared=found.r_squared,
    )


def unranked_why(interviews: int, communities: int) -> tuple[str, ...]:
    """Say why a company is not ranked; empty when it is.

    Args:
        interviews: Its interviews.
        communities: Communities they lie in.

    Source: ours, see docs/methods/competitors.md.
    """
    reasons = []
    if communities < LEAST_COMMUNITIES:
        reasons.append(FEW_COMMUNITIES)
    if interviews < LEAST_INTERVIEWS:
        reasons.append(FEW_INTERVIEWS)
    return tuple(reasons)


def _entry(survey: MarketSurvey, found: Adjusted, k: int, level: float) -> ProviderStanding:
    provider = int(found.groups[k])
    interviews, communities = int(found.interviews[k]), int(found.communities[k])
    return ProviderStanding(
        code=survey.providers[provider],
        is_own=survey.providers[provider] == survey.own,
        interviews=interviews,
        communities=communities,
        plain=found.plain_estimate(k, level),
        adjusted=found.estimate(k, level),
        extrapolated=extrapolated(survey, found.used, provider),
        unranked_why=unranked_why(interviews, communities),
    )


def _plain(survey: MarketSurvey, measure: Measure, reason: str, level: float) -> LeagueResult:
    """Return the companies as they are, unranked, where nothing can be adjusted."""
    values = measure.rescaled
    known = ~np.isnan(values)
    entries = []
    for k, code in enumerate(survey.providers):
        rows = known & (survey.provider == k)
        n, clusters = int(rows.sum()), np.unique(survey.place[rows]).size
        if n == 0:
            continue
        plain = nothing(n)
        if n >= LEAST_SHOWN:
            error = cluster_error(values[rows], survey.place[rows])
            limits = make_limits(max(0, clusters - 1), level)
            plain = t_interval(values[rows].mean(), error, limits, n=n, bounds=(0.0, 100.0))
        entries.append(
            ProviderStanding(
                code, code == survey.own, n, clusters, plain, nothing(n),
                unranked_why=(*unranked_why(n, clusters), reason),
            )
        )  # fmt: skip
    used = int(known.sum())
    return LeagueResult(
        measure=measure.item,
        interviews=used,
        left_out=survey.interviews - used,
        communities=np.unique(survey.place[known]).size,
        reason=reason,
        entries=tuple(entries),
    )
