"""From the columns of a frozen survey to the shares of its further answers."""

from collections.abc import Callable, Mapping, Sequence

from app.analysis.competitors.further import answer_shares, named_shares
from app.analysis.results.further import FurtherShare
from app.surveys.market.checking import LIST_MARK
from app.surveys.market.columns import FEE_VIEW, KNOWN, NEVER, PROVIDER, SPONTANEOUS
from app.surveys.market.freezing import FrozenMarket

NAMED_FIRST, VOTE, RECOMMEND = "named_first", "vote", "recommend"
FEE_VIEWS = ("high", "right", "low")
VOTES = ("for", "either", "against")
RECOMMENDS = ("high", "middle", "low")
MANAGERS = ("right", "wrong")


def further_shares(frozen: FrozenMarket) -> tuple[FurtherShare, ...]:
    """Return what was asked beside ratings: M02, M04, M11, M16, M17, M18."""
    survey, columns = frozen.survey, frozen.columns
    managers = [survey.places[at].provider for at in survey.place]
    right = [
        "" if not said else MANAGERS[said != manager]
        for said, manager in zip(_column(columns, PROVIDER, managers), managers, strict=True)
    ]
    spontaneous = [_parts(one) for one in _column(columns, SPONTANEOUS, managers)]
    first = [frozenset(one[:1]) for one in spontaneous]
    known = [frozenset(_parts(one)) for one in _column(columns, KNOWN, managers)]
    never = [frozenset(_parts(one)) for one in _column(columns, NEVER, managers)]
    votes = [_grouped(one, _vote) for one in _column(columns, VOTE, managers)]
    recommends = [_grouped(one, _recommend) for one in _column(columns, RECOMMEND, managers)]
    return (
        *answer_shares(survey, PROVIDER, right, MANAGERS),
        *named_shares(survey, SPONTANEOUS, [frozenset(one) for one in spontaneous]),
        *named_shares(survey, NAMED_FIRST, first),
        *answer_shares(survey, FEE_VIEW, _column(columns, FEE_VIEW, managers), FEE_VIEWS),
        *named_shares(survey, NEVER, never, among=known),
        *answer_shares(survey, VOTE, votes, VOTES),
        *answer_shares(survey, RECOMMEND, recommends, RECOMMENDS),
    )


def _column(columns: Mapping[str, Sequence[str]], name: str, like: Sequence[str]) -> Sequence[str]:
    return columns.get(name) or [""] * len(like)


def _parts(listed: str) -> list[str]:
    return [one for one in listed.split(LIST_MARK) if one]


def _grouped(said: str, group: Callable[[int], str]) -> str:
    return group(int(said)) if said.isdigit() else ""


def _vote(point: int) -> str:
    return VOTES[0] if point >= 4 else VOTES[1] if point == 3 else VOTES[2]


def _recommend(point: int) -> str:
    return RECOMMENDS[0] if point >= 9 else RECOMMENDS[1] if point >= 7 else RECOMMENDS[2]
