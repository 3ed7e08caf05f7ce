"""The one entry point of market standing: `run_market(survey)` to a `MarketResult`."""

from collections.abc import Mapping

from app.analysis.competitors.adjusted import make_covariates
from app.analysis.competitors.image import make_image
from app.analysis.competitors.league import make_league
from app.analysis.competitors.priorities import make_competitive
from app.analysis.competitors.standing import (
    make_funnels,
    make_limits_seen,
    make_needs,
    make_shares,
    make_within,
)
from app.analysis.competitors.survey import MarketSurvey
from app.analysis.results.market import MarketResult


def run_market(
    survey: MarketSurvey, *, shares: Mapping[str, float] | None = None, level: float = 0.95
) -> MarketResult:
    """Compute everything a market-standing survey says.

    The same survey gives the same numbers: nothing here is random.

    Args:
        survey: Market and interviews.
        shares: Importance of the items from the own perception survey, by the same codes; None
            takes what the interviews say.
        level: Confidence level.

    Source: ours, see docs/methods/competitors.md.
    """
    covariates = make_covariates(survey)
    return MarketResult(
        own=survey.own,
        interviews=survey.interviews,
        level=level,
        leagues=tuple(
            make_league(survey, covariates, measure, level=level)
            for measure in (survey.overall, *survey.performance)
        ),
        competitive=make_competitive(survey, covariates, shares=shares, level=level),
        image=make_image(survey, level=level),
        funnels=make_funnels(survey, level=level),
        shares=make_shares(survey, level=level),
        needs=make_needs(survey, covariates, level=level),
        within=make_within(survey, level=level),
        limits=make_limits_seen(survey, level=level),
    )
