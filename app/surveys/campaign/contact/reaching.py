"""When a rate was reached, without looking at every answer: first the day, then the instant in it.

The days of returns say on which day the rate was reached; only the returns of that day are read.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import end_of
from app.surveys.campaign.contact import queries
from app.surveys.campaign.contact.queries import Counts, DayReturns
from app.surveys.campaign.models import Campaign


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
    """Return when one community reached a rate, for its base of today; None when it has not."""
    counts = queries.count_community(session, campaign_id, community_id)
    needed = returns_needed(counts.base, permille)
    if needed is None or counts.returned < needed:
        return None
    days = queries.list_return_days(session, campaign_id, _Everybody(), community_id)
    reached = day_reached(((one.day, one.returned) for one in days), needed)
    if reached is None:
        return None
    found = queries.nth_returns(session, campaign_id, {reached.day: {community_id: reached.place}})
    return found.get(community_id)


def company_reached_at(session: Session, campaign: Campaign) -> datetime | None:
    """Return when the company as a whole reached the rate; None when it has not."""
    counts = queries.count_campaign(session, campaign.id)
    days = queries.list_return_days(session, campaign.id, _Everybody())
    return company_reached(session, campaign, counts, days)


def company_reached(
    session: Session, campaign: Campaign, counts: Counts, days: Sequence[DayReturns]
) -> datetime | None:
    """Return the same from counts and days that are known already."""
    needed = returns_needed(counts.base, campaign.required_permille)
    if needed is None or counts.returned < needed:
        return None
    sums: defaultdict[date, int] = defaultdict(int)
    for one in days:
        sums[one.day] += one.returned
    reached = day_reached(sorted(sums.items()), needed)
    if reached is None:
        return None
    places = [one.community_id for one in days if one.day == reached.day]
    return queries.nth_return(session, campaign.id, places, reached.day, reached.place)


def reached_by_community(
    session: Session,
    campaign: Campaign,
    counts: Mapping[int, Counts],
    days: Mapping[int, Sequence[DayReturns]],
) -> dict[int, datetime]:
    """Return when each community reached the rate; those that have not are left out.

    A rate reached by the end of the last day reads as reached at the deadline: the clocks start
    no earlier in any case. So only what was reached afterwards is searched, in one statement.
    """
    found: dict[int, datetime] = {}
    late: defaultdict[date, dict[int, int]] = defaultdict(dict)
    for community_id, one in counts.items():
        needed = returns_needed(one.base, campaign.required_permille)
        if needed is None or one.returned < needed:
            continue
        own = ((day.day, day.returned) for day in days.get(community_id, ()))
        reached = day_reached(own, needed)
        if reached is None:
            continue
        if reached.day <= campaign.closes_on:
            found[community_id] = end_of(campaign.closes_on)
        else:
            late[reached.day][community_id] = reached.place
    if late:
        found |= queries.nth_returns(session, campaign.id, late)
    return found


class _Everybody:
    """Who may see all communities; only to find one that is named."""

    community_ids: frozenset[int] | None = None
