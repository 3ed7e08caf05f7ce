"""The tracker (回收跟踪): where every gate stands, in a constant number of queries."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import GateRow, Viewer, list_gates
from app.surveys.campaign.rules import GateStatus, ReturnCount, gate_status
from app.surveys.response import queries

_NUMBERS = re.compile(r"(\d+)")


@dataclass(frozen=True, slots=True)
class Standing:
    """What is counted and what follows from it, for a community or for the company."""

    count: ReturnCount
    status: GateStatus

    @property
    def base(self) -> int:
        """Households asked: the frame minus approved exclusions."""
        return self.count.base

    @property
    def returned(self) -> int:
        """Households of the base with one counted valid answer."""
        return self.count.returned

    @property
    def silent(self) -> int:
        """Households of the base without one."""
        return self.count.base - self.count.returned

    @property
    def percent_text(self) -> str:
        """Return rate in percent with one decimal, rounded down, without the sign."""
        return self.count.percent_text()

    @property
    def still_needed(self) -> int:
        """Further returns that would meet the rate."""
        return self.status.still_needed

    @property
    def days_left(self) -> int | None:
        """Days to the next date that matters; see `GateStatus`."""
        return self.status.days_left


@dataclass(frozen=True, slots=True)
class BuildingRow:
    """One building: no gate of its own, only what is still needed to pull its weight."""

    building: str
    count: ReturnCount
    excluded: int
    still_needed: int

    @property
    def base(self) -> int:
        """Households asked."""
        return self.count.base

    @property
    def returned(self) -> int:
        """Households that came back."""
        return self.count.returned

    @property
    def percent_text(self) -> str:
        """Return rate in percent with one decimal, rounded down, without the sign."""
        return self.count.percent_text()


@dataclass(frozen=True, slots=True)
class TrackerRow(Standing):
    """One community of the tracker.

    Attributes:
        gate: Its gate.
        community_id: Key of the community.
        code: Code of the community in the register.
        name: Name of the community.
        office: Management office that serves it.
        excluded: Homes that left the base with head office's approval.
        drafts: Silent households that have begun to answer.
        daily: Returned households up to the end of each Beijing day, from the opening on.
        buildings: Its buildings in the order of their numbers.
    """

    gate: Gate
    community_id: int
    code: str
    name: str
    office: str
    excluded: int
    drafts: int
    daily: tuple[int, ...]
    buildings: tuple[BuildingRow, ...]


@dataclass(frozen=True, slots=True)
class Tracker:
    """A campaign at one instant.

    Attributes:
        campaign: The campaign.
        communities: The communities the viewer may see, by code.
        company: The company's own count and clock; None for who may not see all communities.
    """

    campaign: Campaign
    communities: tuple[TrackerRow, ...]
    company: Standing | None


def tracker(session: Session, campaign: Campaign, scope: Viewer, *, now: datetime) -> Tracker:
    """Return the tracker of a campaign as `scope` may see it: six statements at any size."""
    gates = list_gates(session, campaign.id, scope)
    buildings: defaultdict[int, list[queries.BuildingCount]] = defaultdict(list)
    for one in queries.count_by_building(session, campaign.id, scope):
        buildings[one.community_id].append(one)
    reached = queries.rates_reached_at(session, campaign.id, campaign.required_permille, scope)
    drafts = queries.count_drafts(session, campaign.id, scope)
    days: defaultdict[int, dict[str, int]] = defaultdict(dict)
    for day in queries.daily_counts(session, campaign.id, scope):
        days[day.community_id][day.day] = day.returned
    rows = tuple(
        _row(
            row,
            campaign,
            buildings[row.community_id],
            reached_at=reached.get(row.community_id),
            drafts=drafts.get(row.community_id, 0),
            daily=cumulative(days[row.community_id], campaign, today=beijing_date(now)),
            now=now,
        )
        for row in gates
    )
    company = None
    if scope.community_ids is None:
        total = sum((row.count for row in rows), ReturnCount(0, 0))
        company_reached = queries.company_rate_reached_at(session, campaign)
        company = _standing(campaign, total, company_reached, waived_at=None, now=now)
    return Tracker(campaign, rows, company)


def gate_standing(session: Session, campaign: Campaign, gate: Gate, *, now: datetime) -> Standing:
    """Return where one gate stands, in two statements."""
    count = queries.count_returns(session, campaign.id, gate.community_id)
    reached = queries.rate_reached_at(session, gate, campaign.required_permille)
    return _standing(campaign, count, reached, waived_at=gate.waived_at, now=now)


def company_standing(session: Session, campaign: Campaign, *, now: datetime) -> Standing:
    """Return where the company stands; a waiver of one community does not touch it."""
    count = queries.company_count(session, campaign.id)
    reached = queries.company_rate_reached_at(session, campaign)
    return _standing(campaign, count, reached, waived_at=None, now=now)


def cumulative(days: dict[str, int], campaign: Campaign, *, today: date) -> tuple[int, ...]:
    """Add up returns by day from the opening on, to today or to the end of the campaign.

    Args:
        days: Returned households by Beijing day ``YYYY-MM-DD``.
        campaign: Gives the first and last day; a later return makes the row longer.
        today: The Beijing date of now.
    """
    last_return = max((date.fromisoformat(day) for day in days), default=campaign.opens_on)
    last = min(today, max(campaign.closes_on, last_return))
    total, counts = 0, []
    for offset in range((last - campaign.opens_on).days + 1):
        total += days.get((campaign.opens_on + timedelta(days=offset)).isoformat(), 0)
        counts.append(total)
    return tuple(counts)


def _row(
    row: GateRow,
    campaign: Campaign,
    counts: Sequence[queries.BuildingCount],
    *,
    reached_at: datetime | None,
    drafts: int,
    daily: tuple[int, ...],
    now: datetime,
) -> TrackerRow:
    total = sum((one.count for one in counts), ReturnCount(0, 0))
    standing = _standing(campaign, total, reached_at, waived_at=row.gate.waived_at, now=now)
    return TrackerRow(
        count=standing.count,
        status=standing.status,
        gate=row.gate,
        community_id=row.community_id,
        code=row.community_code,
        name=row.community,
        office=row.office,
        excluded=sum(one.excluded for one in counts),
        drafts=drafts,
        daily=daily,
        buildings=_buildings(counts, campaign.required_permille),
    )


def _standing(
    campaign: Campaign,
    count: ReturnCount,
    reached_at: datetime | None,
    *,
    waived_at: datetime | None,
    now: datetime,
) -> Standing:
    status = gate_status(
        count,
        required_permille=campaign.required_permille,
        opens_at=start_of(campaign.opens_on),
        deadline=end_of(campaign.closes_on),
        rate_reached_at=reached_at,
        waived_at=waived_at,
        now=now,
    )
    return Standing(count, status)


def _buildings(
    counts: Iterable[queries.BuildingCount], required_permille: int
) -> tuple[BuildingRow, ...]:
    rows = (
        BuildingRow(
            building=one.building,
            count=one.count,
            excluded=one.excluded,
            still_needed=one.count.still_needed(required_permille),
        )
        for one in counts
    )
    return tuple(sorted(rows, key=lambda row: _in_order(row.building)))


def _in_order(building: str) -> list[tuple[int, str]]:
    """Sort key that puts building 10 after building 9, on both databases alike."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _NUMBERS.split(building)]
