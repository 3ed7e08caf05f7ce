"""When a rate was reached, without looking at every answer: first the day, then the instant in it.

The days of returns say on which day the rate was reached; only the returns of that day are read.
An exclusion that was approved afterwards made the base smaller only then: where there is one, what
came after that instant is gone through in its order, so that no approval reaches back.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import end_of
from app.surveys.campaign.contact import queries
from app.surveys.campaign.contact.queries import Counts, DayReturns
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import ReturnCount, met_since


@dataclass(frozen=True, slots=True)
class Reached:
    """The return that reached a rate: the `place`-th of its day, from 1."""

    day: date
    place: int


def day_reached(days: Iterable[tuple[date, int]], needed: int) -> Reached | None:
    """Return when the sum of `days` reached `needed`, None when it did not.

    Args:
        days: Days in their order, each with its returns.
        needed: Returns that reach the rate, at least 1.
    """
    total = 0
    for day, returned in days:
        if total + returned >= needed:
            return Reached(day, needed - total)
        total += returned
    return None


def returns_needed(base: int, permille: int) -> int | None:
    """Return how many returns reach a rate; None when there is nobody to ask."""
    return -(-permille * base // 1000) if base else None


def rate_reached_at(
    session: Session, campaign_id: int, community_id: int, permille: int
) -> datetime | None:
    """Return when one community reached a rate; None when it has not.

    It is the instant of the last return, or of the last approved exclusion, that it needed.
    """
    counts = queries.count_community(session, campaign_id, community_id)
    needed = returns_needed(counts.base, permille)
    if needed is None or counts.returned < needed:
        return None
    days = queries.list_return_days(session, campaign_id, _Everybody(), community_id)
    reached = day_reached(((one.day, one.returned) for one in days), needed)
    if reached is None:
        return None
    found = queries.nth_returns(session, campaign_id, {reached.day: {community_id: reached.place}})
    since = found.get(community_id)
    if since is None or not counts.excluded:
        return since
    approvals = queries.list_approvals(session, campaign_id, since=since, community_id=community_id)
    if not approvals:
        return since
    returns = queries.list_returns_since(session, campaign_id, [community_id], since=since)
    return _met(counts.count, permille, since, approvals, returns)


def company_reached_at(session: Session, campaign: Campaign) -> datetime | None:
    """Return when the company as a whole reached the rate; None when it has not."""
    counts = queries.count_campaign(session, campaign.id)
    days = queries.list_return_days(session, campaign.id, _Everybody())
    return company_reached(session, campaign, counts, days)


def company_reached(
    session: Session, campaign: Campaign, counts: Counts, days: Sequence[DayReturns]
) -> datetime | None:
    """Return the same from counts and days that are known already.

    A rate reached by the end of the last day reads as reached at the deadline, as for a community.
    """
    needed = returns_needed(counts.base, campaign.required_permille)
    if needed is None or counts.returned < needed:
        return None
    sums: defaultdict[date, int] = defaultdict(int)
    for one in days:
        sums[one.day] += one.returned
    reached = day_reached(sorted(sums.items()), needed)
    if reached is None:
        return None
    deadline = end_of(campaign.closes_on)
    if _met_in_time(campaign, counts, days):
        return deadline
    approvals = _late_approvals(session, campaign, counts)
    if approvals:
        places = sorted({one.community_id for one in days if one.day > campaign.closes_on})
        returns = queries.list_returns_since(session, campaign.id, places, since=_just(deadline))
        return _met(counts.count, campaign.required_permille, deadline, approvals, returns)
    if reached.day <= campaign.closes_on:
        return deadline
    places = [one.community_id for one in days if one.day == reached.day]
    return queries.nth_return(session, campaign.id, places, reached.day, reached.place)


def reached_by_community(
    session: Session,
    campaign: Campaign,
    counts: Mapping[int, Counts],
    days: Mapping[int, Sequence[DayReturns]],
    *,
    settled: Collection[int] = (),
) -> dict[int, datetime]:
    """Return when each community reached the rate; those that have not are left out.

    A rate reached by the end of the last day reads as reached at the deadline: the clocks start
    no earlier in any case. So only what was reached afterwards is searched, in one statement.

    Args:
        session: Open session.
        campaign: The campaign.
        counts: The tally of each community.
        days: Its days of returns.
        settled: Communities whose clocks were started by something kept; they are left out.
    """
    deadline = end_of(campaign.closes_on)
    found: dict[int, datetime] = {}
    shrunk: list[int] = []
    asked = {
        community_id: one
        for community_id, one in counts.items()
        if community_id not in settled and one.count.meets(campaign.required_permille)
    }
    for community_id, one in list(asked.items()):
        if _met_in_time(campaign, one, days.get(community_id, ())):
            found[community_id] = deadline
            del asked[community_id]
    approvals = _late_approvals(session, campaign, sum(asked.values(), Counts()))
    with_approvals = {community_id for community_id, _at in approvals}
    late: defaultdict[date, dict[int, int]] = defaultdict(dict)
    for community_id, one in asked.items():
        needed = returns_needed(one.base, campaign.required_permille)
        own = ((day.day, day.returned) for day in days.get(community_id, ()))
        reached = None if needed is None else day_reached(own, needed)
        if reached is None:
            continue
        if community_id in with_approvals:
            shrunk.append(community_id)
        elif reached.day <= campaign.closes_on:
            found[community_id] = deadline
        else:
            late[reached.day][community_id] = reached.place
    if late:
        found |= queries.nth_returns(session, campaign.id, late)
    if shrunk:
        found |= _reached_shrunk(session, campaign, counts, approvals, shrunk)
    return found


def _reached_shrunk(
    session: Session,
    campaign: Campaign,
    counts: Mapping[int, Counts],
    approvals: Sequence[tuple[int, datetime]],
    communities: Sequence[int],
) -> dict[int, datetime]:
    """Return when communities reached the rate whose base became smaller after the deadline."""
    deadline = end_of(campaign.closes_on)
    returns = queries.list_returns_since(session, campaign.id, communities, since=_just(deadline))
    return {
        community_id: _met(
            counts[community_id].count,
            campaign.required_permille,
            deadline,
            [one for one in approvals if one[0] == community_id],
            [one for one in returns if one[0] == community_id],
        )
        for community_id in communities
    }


def _met_in_time(campaign: Campaign, counts: Counts, days: Iterable[DayReturns]) -> bool:
    """Say whether the returns by the deadline reach the rate even of the frame without exclusions.

    Then no approval matters, whenever it was given.
    """
    needed = returns_needed(counts.members, campaign.required_permille)
    in_time = sum(one.returned for one in days if one.day <= campaign.closes_on)
    return needed is not None and in_time >= needed and counts.base > 0


def _late_approvals(
    session: Session, campaign: Campaign, counts: Counts
) -> list[tuple[int, datetime]]:
    """Return the exclusions in force that were approved after the deadline; mostly there is none.

    One statement, and none where nobody is excluded.
    """
    if not counts.excluded:
        return []
    return queries.list_approvals(session, campaign.id, since=end_of(campaign.closes_on))


def _met(
    count: ReturnCount,
    permille: int,
    since: datetime,
    approvals: Sequence[tuple[int, datetime]],
    returns: Sequence[tuple[int, datetime]],
) -> datetime:
    return met_since(
        count,
        permille,
        since=since,
        approved=[at for _community, at in approvals],
        returned=[at for _community, at in returns],
    )


def _just(deadline: datetime) -> datetime:
    """Return the last instant before the deadline: a return at the deadline itself is late."""
    return deadline - timedelta.resolution


class _Everybody:
    """Who may see all communities; only to find one that is named."""

    community_ids: frozenset[int] | None = None
