"""The tracker (回收跟踪): where every gate stands, in a constant number of statements.

It reads the tally and the days of returns, never the frame or the answers; see
`app.surveys.campaign.contact`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import accumulate

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.surveys.campaign.contact import queries as contact_queries
from app.surveys.campaign.contact import reaching
from app.surveys.campaign.contact.outcomes import Category
from app.surveys.campaign.contact.queries import BuildingCounts, Counts
from app.surveys.campaign.gates.models import WorkPackage
from app.surveys.campaign.gates.queries import list_work
from app.surveys.campaign.gates.rules import Work, work_of
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


class _Told:
    """What the tally tells beside base and returns, for a row of any size."""

    __slots__ = ()
    counts: Counts

    @property
    def excluded(self) -> int:
        """Homes that left the base with head office's approval."""
        return self.counts.excluded

    @property
    def drafts(self) -> int:
        """Silent households that have begun to answer."""
        return self.counts.begun

    @property
    def delivered(self) -> int:
        """Homes of the base known to have their letter: recorded as delivered, or they answered."""
        return self.counts.delivered

    @property
    def occupied(self) -> int:
        """Homes of the base that nobody has seen empty."""
        return self.counts.occupied

    @property
    def outcomes(self) -> Mapping[Category, int]:
        """Homes of the base by AAPOR's categories."""
        return self.counts.categories


@dataclass(frozen=True, slots=True)
class BuildingRow(_Told):
    """One building: no gate of its own, only what is still needed to pull its weight."""

    building: str
    counts: Counts
    still_needed: int

    @property
    def count(self) -> ReturnCount:
        """Base and returns."""
        return self.counts.count

    @property
    def base(self) -> int:
        """Households asked."""
        return self.counts.base

    @property
    def returned(self) -> int:
        """Households that came back."""
        return self.counts.returned

    @property
    def percent_text(self) -> str:
        """Return rate in percent with one decimal, rounded down, without the sign."""
        return self.count.percent_text()


@dataclass(frozen=True, slots=True)
class TrackerRow(Standing, _Told):
    """One community of the tracker.

    Attributes:
        gate: Its gate.
        community_id: Key of the community.
        code: Code of the community in the register.
        name: Name of the community when the campaign opened.
        office: Management office that served it then.
        region: Name of its region at the opening, empty without one; `region_code` names it.
        region_code: See `region`.
        counts: Its tally.
        daily: Returned households up to the end of each Beijing day, from the opening on.
        work: Statistics, analysis and follow-up; empty before T0.
    """

    gate: Gate
    community_id: int
    code: str
    name: str
    office: str
    region: str
    region_code: str
    counts: Counts
    daily: tuple[int, ...]
    work: tuple[Work, ...]

    @property
    def is_behind(self) -> bool:
        """Say whether a piece of the work after T0 is behind its dates."""
        return any(one.is_late for one in self.work)

    @property
    def is_finished(self) -> bool:
        """Say whether all the work after T0 is done."""
        return bool(self.work) and all(one.done_at is not None for one in self.work)


@dataclass(frozen=True, slots=True)
class RegionRow(_Told):
    """All communities of one region together: no gate of its own.

    Attributes:
        code: Its code, empty for the communities without a region.
        region: Its name, empty as well; two regions may have the same one.
        communities: How many it has.
        reached: How many of them have reached the rate.
        counts: Their tally together.
    """

    code: str
    region: str
    communities: int
    reached: int
    counts: Counts

    @property
    def count(self) -> ReturnCount:
        """Base and returns."""
        return self.counts.count

    @property
    def percent_text(self) -> str:
        """Return rate in percent with one decimal, rounded down, without the sign."""
        return self.count.percent_text()


@dataclass(frozen=True, slots=True)
class CompanyRow(Standing, _Told):
    """The company: its own count and clock.

    Attributes:
        counts: The tally of all communities.
        daily: Returned households up to the end of each Beijing day, from the opening on.
    """

    counts: Counts
    daily: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tracker:
    """A campaign at one instant.

    Attributes:
        campaign: The campaign.
        communities: The communities the viewer may see, by code.
        regions: The regions of these communities, in the order of their names.
        company: The company's own count and clock; None for who may not see all communities.
    """

    campaign: Campaign
    communities: tuple[TrackerRow, ...]
    regions: tuple[RegionRow, ...]
    company: CompanyRow | None


def tracker(session: Session, campaign: Campaign, scope: Viewer, *, now: datetime) -> Tracker:
    """Return the tracker of a campaign as `scope` may see it: six statements at any size."""
    gates = list_gates(session, campaign.id, scope)
    counts = contact_queries.count_communities(session, campaign.id, scope)
    returns = contact_queries.list_return_days(session, campaign.id, scope)
    rows = _rows(session, campaign, gates, counts, returns, now=now)
    company = None
    if scope.community_ids is None:
        total = sum((row.counts for row in rows), Counts())
        company = _company(session, campaign, total, returns, now=now)
    return Tracker(campaign, rows, _regions(rows, campaign), company)


def standings(session: Session, campaign: Campaign, scope: Viewer, *, now: datetime) -> Tracker:
    """Return the same without curves, regions and company: days only where they start clocks."""
    gates = list_gates(session, campaign.id, scope)
    counts = contact_queries.count_communities(session, campaign.id, scope)
    met = {key for key, one in counts.items() if one.count.meets(campaign.required_permille)}
    only = _Only(frozenset(met - _settled(gates) if now >= end_of(campaign.closes_on) else ()))
    returns = contact_queries.list_return_days(session, campaign.id, only)
    rows = _rows(session, campaign, gates, counts, returns, now=now)
    return Tracker(campaign, rows, (), None)


def tracker_row(
    session: Session, campaign: Campaign, scope: Viewer, community_id: int, *, now: datetime
) -> TrackerRow | None:
    """Return the row of one community alone; None when `scope` may not see it or has no gate."""
    if scope.community_ids is not None and community_id not in scope.community_ids:
        return None
    rows = tracker(session, campaign, _Only(frozenset({community_id})), now=now).communities
    return rows[0] if rows else None


def building_rows(
    session: Session, campaign: Campaign, community_id: int
) -> tuple[BuildingRow, ...]:
    """Return the buildings of a community in the order of their numbers, in one statement."""
    only = _Only(frozenset({community_id}))
    found = contact_queries.count_buildings(session, campaign.id, only)
    return _buildings(found, campaign.required_permille)


def gate_standing(session: Session, campaign: Campaign, gate: Gate, *, now: datetime) -> Standing:
    """Return where one gate stands, in a handful of statements."""
    count = queries.count_returns(session, campaign.id, gate.community_id)
    reached = queries.rate_reached_at(session, gate, campaign.required_permille)
    return _standing(campaign, count, reached, gate=gate, now=now)


def company_standing(session: Session, campaign: Campaign, *, now: datetime) -> CompanyRow:
    """Return where the company stands; a waiver of one community does not touch it."""
    everybody = _Only(None)
    returns = contact_queries.list_return_days(session, campaign.id, everybody)
    total = contact_queries.count_campaign(session, campaign.id)
    return _company(session, campaign, total, returns, now=now)


def cumulative(days: Mapping[date, int], campaign: Campaign, *, today: date) -> tuple[int, ...]:
    """Add up returns by day from the opening on, to today or to the end of the campaign.

    Args:
        days: Returned households by Beijing day.
        campaign: Gives the first and last day; a later return makes the row longer.
        today: The Beijing date of now.
    """
    last_return = max(days, default=campaign.opens_on)
    last = min(today, max(campaign.closes_on, last_return))
    first = campaign.opens_on.toordinal()
    returned = [0] * max(0, last.toordinal() - first + 1)
    for day, count in days.items():
        if campaign.opens_on <= day <= last:
            returned[day.toordinal() - first] = count
    return tuple(accumulate(returned))


@dataclass(frozen=True, slots=True)
class _Only:
    """Who sees these communities, None for all: to ask for a part of what a scope may see."""

    community_ids: frozenset[int] | None


def _rows(
    session: Session,
    campaign: Campaign,
    gates: Sequence[GateRow],
    counts: Mapping[int, Counts],
    returns: Iterable[contact_queries.DayReturns],
    *,
    now: datetime,
) -> tuple[TrackerRow, ...]:
    days: defaultdict[int, list[contact_queries.DayReturns]] = defaultdict(list)
    for one in returns:
        days[one.community_id].append(one)
    reached = reaching.reached_by_community(
        session, campaign, counts, days, settled=_settled(gates)
    )
    frozen = [row.gate.id for row in gates if row.gate.frozen_at is not None]
    packages = list_work(session, frozen) if frozen else {}
    today = beijing_date(now)
    return tuple(
        _row(
            row,
            campaign,
            counts.get(row.community_id, Counts()),
            reached_at=reached.get(row.community_id),
            packages=packages.get(row.gate.id, ()),
            daily=cumulative(
                {one.day: one.returned for one in days[row.community_id]}, campaign, today=today
            ),
            now=now,
        )
        for row in gates
    )


def _settled(gates: Iterable[GateRow]) -> set[int]:
    """Return the communities whose clocks began with something that is kept."""
    return {row.community_id for row in gates if row.gate.t0 or row.gate.waived_at}


def _row(
    row: GateRow,
    campaign: Campaign,
    counts: Counts,
    *,
    reached_at: datetime | None,
    packages: Iterable[WorkPackage],
    daily: tuple[int, ...],
    now: datetime,
) -> TrackerRow:
    standing = _standing(campaign, counts.count, reached_at, gate=row.gate, now=now)
    return TrackerRow(
        count=standing.count,
        status=standing.status,
        gate=row.gate,
        community_id=row.community_id,
        code=row.community_code,
        name=row.community,
        office=row.office,
        region=row.gate.region,
        region_code=row.gate.region_code,
        counts=counts,
        daily=daily,
        work=work_of(packages, t0=standing.status.t0, now=now) if standing.status.t0 else (),
    )


def _company(
    session: Session,
    campaign: Campaign,
    counts: Counts,
    returns: Sequence[contact_queries.DayReturns],
    *,
    now: datetime,
) -> CompanyRow:
    reached_at = reaching.company_reached(session, campaign, counts, returns)
    standing = _standing(campaign, counts.count, reached_at, gate=None, now=now)
    days: defaultdict[date, int] = defaultdict(int)
    for one in returns:
        days[one.day] += one.returned
    daily = cumulative(days, campaign, today=beijing_date(now))
    return CompanyRow(standing.count, standing.status, counts, daily)


def _regions(rows: Iterable[TrackerRow], campaign: Campaign) -> tuple[RegionRow, ...]:
    by_region: defaultdict[tuple[str, str], list[TrackerRow]] = defaultdict(list)
    for row in rows:
        by_region[row.region, row.region_code].append(row)
    return tuple(
        RegionRow(
            code=code,
            region=region,
            communities=len(own),
            reached=sum(row.count.meets(campaign.required_permille) for row in own),
            counts=sum((row.counts for row in own), Counts()),
        )
        for (region, code), own in sorted(by_region.items())
    )


def _standing(
    campaign: Campaign,
    count: ReturnCount,
    reached_at: datetime | None,
    *,
    gate: Gate | None,
    now: datetime,
) -> Standing:
    """Apply the rule; the company has no gate row, so no waiver, no hold and no kept T0."""
    status = gate_status(
        count,
        required_permille=campaign.required_permille,
        opens_at=start_of(campaign.opens_on),
        deadline=end_of(campaign.closes_on),
        rate_reached_at=reached_at,
        waived_at=None if gate is None else gate.waived_at,
        is_held=gate is not None and gate.held_at is not None,
        kept_t0=None if gate is None else gate.t0,
        now=now,
    )
    return Standing(count, status)


def _buildings(found: Iterable[BuildingCounts], required_permille: int) -> tuple[BuildingRow, ...]:
    rows = (
        BuildingRow(
            building=one.building,
            counts=one.counts,
            still_needed=one.counts.count.still_needed(required_permille),
        )
        for one in found
    )
    return tuple(sorted(rows, key=lambda row: _in_order(row.building)))


def _in_order(building: str) -> list[tuple[int, str]]:
    """Sort key that puts building 10 after building 9, on both databases alike."""
    return [(int(part), "") if part.isdecimal() else (0, part) for part in _NUMBERS.split(building)]
