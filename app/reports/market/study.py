"""From a frozen market survey to its stored result: the engine over all and over each segment."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from app.analysis.competitors.adjusted import make_covariates
from app.analysis.competitors.league import make_league
from app.analysis.competitors.study import run_market
from app.analysis.results.study import StudyResult
from app.reports.market.further import further_shares
from app.reports.market.stored import MarketCompany, MarketSegment, StoredMarket
from app.surveys.market.checking import LIST_MARK
from app.surveys.market.columns import AGE, ELDER_AGES, REASON
from app.surveys.market.freezing import FrozenMarket
from app.surveys.market.models import MarketSnapshot

LEAST_SEGMENT = 60
ELDER, YOUNGER = "elder", "younger"
_NOT_SAID = "not_said"


def weights_of(perception: StudyResult | None) -> dict[str, float]:
    """Return the importance shares of the owners' survey by area; empty without them."""
    if perception is None:
        return {}
    return {one.code: one.importance for one in perception.items if one.importance is not None}


def study_market(
    frozen: FrozenMarket,
    snapshot: MarketSnapshot,
    *,
    weights: Mapping[str, float],
    weights_from: str,
) -> StoredMarket:
    """Compute everything of a snapshot.

    Args:
        frozen: Its interviews.
        snapshot: Its row.
        weights: Importance shares of the owners' survey; empty takes this survey's ratings.
        weights_from: Campaign of these shares.
    """
    survey = frozen.survey
    items = {one.item for one in survey.performance}
    shares = dict(weights) if items and items <= set(weights) else None
    main = run_market(survey, shares=shares)
    companies = json.loads(snapshot.manifest)["companies"]
    reasons = Counter(
        code
        for listed in frozen.columns.get(REASON, ())
        for code in listed.split(LIST_MARK)
        if code
    )
    return StoredMarket(
        main=main,
        segments=tuple(_segments(frozen)),
        companies=tuple(MarketCompany(**one) for one in companies),
        communities=len(survey.places),
        asked=int(np.unique(survey.place).size),
        reasons=dict(sorted(reasons.items())),
        further=further_shares(frozen),
        weights_from=weights_from if shares is not None else "",
    )


def _segments(frozen: FrozenMarket) -> Iterator[MarketSegment]:
    """Yield the parts with enough interviews."""
    survey = frozen.survey
    ages = [
        ELDER if one in ELDER_AGES else YOUNGER if one not in ("", _NOT_SAID) else ""
        for one in frozen.columns[AGE]
    ]
    cities = [survey.places[at].city for at in survey.place]
    columns = {
        AGE: ages,
        "tenure": list(frozen.columns["tenure"]),
        "dwelling": list(frozen.columns["dwelling"]),
        "city": cities,
    }
    for variable, said in columns.items():
        found = np.array(said, dtype=np.str_)
        values = [str(one) for one in np.unique(found) if one]
        if len(values) < 2:
            continue
        for value in values:
            rows = found == value
            if rows.sum() < LEAST_SEGMENT:
                continue
            part = survey.part(rows)
            league = make_league(part, make_covariates(part), part.overall)
            yield MarketSegment(variable, value, int(rows.sum()), league)
