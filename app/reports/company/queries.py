"""Reads of the company's and the regions' results, and of the heads of many. Loads no numpy.

A result of the whole company is for those who may see every community of it; that of a region for
those who may see every community of the region. Results of a community under an integrity hold
are in no list; neither is a result of many that holds such a community, until it has been computed
without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, false, func, select
from sqlalchemy.orm import Session

from app.analysis.results.drivers import DriversResult
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import StudyResult
from app.reports.company.holds.queries import holds_held
from app.reports.models import ReportFile, ResultHead, StudyRun
from app.reports.queries import READERS, parsed
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import CommunityEntry, CompanyManifest, company_from_json
from app.surveys.snapshot.models import Snapshot

# Columns of a head, in the order in which they are read.
_FIGURES = (
    *("study_run_id", "n", "base", "returned", "standing", "change_said"),
    *("index_value", "index_low", "index_high"),
    *("satisfied_value", "satisfied_low", "satisfied_high"),
    *("overall_value", "overall_low", "overall_high"),
    *("change_value", "change_low", "change_high"),
)
COMPANY = ""  # the region of a result about the whole company


@dataclass(frozen=True, slots=True)
class StoredCompany:
    """A result of the company or of one region, with what it was computed from.

    Attributes:
        result: The numbers.
        manifest: The company snapshot: which communities it holds, and which not and why.
        region: Code of the region, empty for the whole company.
        run_id: Key of the stored run, for its files.
        code_version: Version of the code that computed it.
        created_at: When it was computed.
        snapshot: The snapshot row.
        base: Homes in the base of all its communities, those still missing among them.
        returned: Homes of them with a counted answer.
    """

    result: StudyResult
    manifest: CompanyManifest
    region: str
    run_id: int
    code_version: str
    created_at: datetime
    snapshot: Snapshot
    base: int
    returned: int

    @property
    def frozen(self) -> tuple[CommunityEntry, ...]:
        """Return the communities its figures rest on."""
        members = self.result.plan.get("members")
        named = frozenset(members) if isinstance(members, list) else frozenset()
        entries = self.manifest.snapshots
        return tuple(one for one in entries if not named or one.community in named)

    @property
    def asked(self) -> int:
        """Return the homes in the base of the communities its figures rest on."""
        return sum(one.base for one in self.frozen)

    @property
    def answered(self) -> int:
        """Return the homes of them with a counted answer."""
        return sum(one.returned for one in self.frozen)


@dataclass(frozen=True, slots=True)
class Head:
    """The head of one result.

    Attributes:
        n: Answers. base: homes in the base. returned: homes with a counted answer.
        index, satisfied, overall: As in the result; the share is 0..1.
        change: Change of the index since the campaign before.
        change_said: real, noise, too_small or cannot_tell; empty without an earlier campaign.
        standing: full, indicative or suppressed.
        run_id: Key of the stored run.
    """

    n: int
    base: int
    returned: int
    index: Estimate
    satisfied: Estimate
    overall: Estimate
    change: Estimate
    change_said: str
    standing: str
    run_id: int

    @property
    def rate(self) -> float:
        """Return the return rate, 0..1."""
        return self.returned / self.base if self.base else 0.0


@dataclass(frozen=True, slots=True)
class Summary:
    """The head of a community's result with its place.

    Attributes:
        community_id, code, name: The community.
        office: Office that serves it.
        region_code, region: Its region when the campaign opened; empty without one.
        head: The figures.
    """

    community_id: int
    code: str
    name: str
    office: str
    region_code: str
    region: str
    head: Head


@dataclass(frozen=True, slots=True)
class SeriesPoint:
    """One campaign of a series.

    Attributes:
        campaign_id, campaign_code: The campaign.
        closes_on: Its last day.
        head: The figures.
    """

    campaign_id: int
    campaign_code: str
    closes_on: date
    head: Head

    @property
    def n(self) -> int:
        """Return the answers."""
        return self.head.n

    @property
    def rate(self) -> float:
        """Return the return rate, 0..1."""
        return self.head.rate

    @property
    def index(self) -> Estimate:
        """Return the index."""
        return self.head.index

    @property
    def satisfied(self) -> Estimate:
        """Return the satisfied share, 0..1."""
        return self.head.satisfied

    @property
    def change_said(self) -> str:
        """Return what may be said of the change of the index."""
        return self.head.change_said


def may_see_company(session: Session, campaign_id: int, scope: Scope, region: str) -> bool:
    """Say whether a person may see a result of the company, or of one region.

    Args:
        session: Open session.
        campaign_id: The campaign.
        scope: Whose view.
        region: Code of the region, empty for the whole company.
    """
    if scope.role not in READERS:
        return False
    if scope.community_ids is None:
        return True
    if region == COMPANY:
        return False
    members = set(list_members(session, campaign_id, region))
    return bool(members) and members <= scope.community_ids


def list_members(session: Session, campaign_id: int, region: str) -> list[int]:
    """Return the communities of a region in a campaign; of the whole company without a region."""
    query = select(Gate.community_id).where(Gate.campaign_id == campaign_id)
    if region != COMPANY:
        query = query.where(Gate.region_code == region)
    return list(session.scalars(query.order_by(Gate.community_id)))


def list_regions(session: Session, campaign_id: int, scope: Scope) -> list[tuple[str, str]]:
    """Return code and name of the regions of a campaign whose result this person may see."""
    query = (
        select(Gate.region_code, func.max(Gate.region), Gate.community_id)
        .where(Gate.campaign_id == campaign_id, Gate.region_code != "")
        .group_by(Gate.region_code, Gate.community_id)
        .order_by(Gate.region_code)
    )
    members: dict[tuple[str, str], set[int]] = {}
    names: dict[str, str] = {}
    for code, name, community_id in session.execute(query):
        key = (code, names.setdefault(code, name))
        members.setdefault(key, set()).add(community_id)
    own = scope.community_ids
    if scope.role not in READERS:
        return []
    return [key for key, found in members.items() if own is None or found <= own]


def find_company_result(
    session: Session, campaign_id: int, scope: Scope, *, region: str = COMPANY
) -> StoredCompany | None:
    """Return the newest result of the company or a region, None when there is none to see.

    One that holds a community held by now is not shown: it is being computed anew.
    """
    if not may_see_company(session, campaign_id, scope, region):
        return None
    query = (
        select(ResultHead, StudyRun, Snapshot)
        .join(StudyRun, StudyRun.id == ResultHead.study_run_id)
        .join(Snapshot, Snapshot.digest == StudyRun.snapshot_digest)
        .where(
            ResultHead.campaign_id == campaign_id,
            ResultHead.community_id.is_(None),
            ResultHead.region == region,
        )
        .order_by(ResultHead.revision.desc(), ResultHead.study_run_id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    head, run, snapshot = row
    if holds_held(session, campaign_id, run.id, region):
        return None
    return StoredCompany(
        result=parsed(run.result),
        manifest=company_from_json(snapshot.manifest),
        region=region,
        run_id=run.id,
        code_version=run.code_version,
        created_at=run.created_at,
        snapshot=snapshot,
        base=head.base,
        returned=head.returned,
    )


def find_company_drivers(
    session: Session, campaign_id: int
) -> tuple[DriversResult | None, tuple[DriversResult, ...]]:
    """Return what moves the overall rating in all communities: areas, then attributes.

    For pages of a community whose own answers are too few. Shares of a pool of communities name
    none of them, so this has no scope.
    """
    query = (
        select(StudyRun.id, StudyRun.result)
        .join(ResultHead, ResultHead.study_run_id == StudyRun.id)
        .where(
            ResultHead.campaign_id == campaign_id,
            ResultHead.community_id.is_(None),
            ResultHead.region == COMPANY,
        )
        .order_by(ResultHead.revision.desc(), ResultHead.study_run_id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None or holds_held(session, campaign_id, row.id, COMPANY):
        return None, ()
    found = parsed(row.result)
    return found.drivers, found.attribute_drivers


def list_summaries(session: Session, campaign_id: int, scope: Scope) -> tuple[Summary, ...]:
    """Return the newest head of every community this person may see, by community code."""
    newest = _newest(ResultHead.campaign_id == campaign_id, ResultHead.community_id.is_not(None))
    places = (Community.id, Community.code, Community.name, Community.office)
    frozen = (Gate.name, Gate.office, Gate.region_code, Gate.region)
    query = (
        select(*places, *frozen, *(getattr(ResultHead, name) for name in _FIGURES))
        .join(newest, newest.c.study_run_id == ResultHead.study_run_id)
        .join(Community, Community.id == ResultHead.community_id)
        .join(Gate, _gate_of_head())
        .where(newest.c.place == 1, _may_read(scope), Gate.held_at.is_(None))
        .order_by(Community.code)
    )
    # Columns, not objects: a company has hundreds of them on a page.
    return tuple(
        Summary(
            key,
            code,
            name=name or own_name,
            office=office or own_office,
            region_code=region_code,
            region=region,
            head=_head_of(figures),
        )
        for row in session.execute(query)
        for key, code, own_name, own_office, name, office, region_code, region, *figures in (row,)
    )


def list_region_heads(session: Session, campaign_id: int, scope: Scope) -> dict[str, Head]:
    """Return the newest head of every region this person may see, by code."""
    newest = _newest(ResultHead.campaign_id == campaign_id, ResultHead.community_id.is_(None))
    query = (
        select(ResultHead)
        .join(newest, newest.c.study_run_id == ResultHead.study_run_id)
        .where(newest.c.place == 1)
        .order_by(ResultHead.region)
    )
    allowed = {code for code, _ in list_regions(session, campaign_id, scope)}
    if scope.community_ids is None and scope.role in READERS:
        allowed.add(COMPANY)
    return {
        one.region: _head(one)
        for one in session.scalars(query)
        if one.region in allowed
        and not holds_held(session, campaign_id, one.study_run_id, one.region)
    }


def list_series(
    session: Session, community_id: int | None, scope: Scope, *, region: str = COMPANY
) -> tuple[SeriesPoint, ...]:
    """Return the heads of all campaigns of a community, a region or the company, oldest first.

    Args:
        session: Open session.
        community_id: The community; None for the company or a region.
        scope: Whose view.
        region: Code of the region, where it is about one.
    """
    own = (
        ResultHead.community_id.is_(None)
        if community_id is None
        else ResultHead.community_id == community_id
    )
    newest = _newest(own, ResultHead.region == region)
    query = (
        select(ResultHead, Campaign)
        .join(newest, newest.c.study_run_id == ResultHead.study_run_id)
        .join(Campaign, Campaign.id == ResultHead.campaign_id)
        .where(newest.c.place == 1, Campaign.pilot_of_id.is_(None))
        .order_by(Campaign.closes_on, Campaign.id)
    )
    if community_id is not None:
        query = query.join(Gate, _gate_of_head()).where(_may_read(scope), Gate.held_at.is_(None))
    return tuple(
        SeriesPoint(campaign.id, campaign.code, campaign.closes_on, _head(head))
        for head, campaign in session.execute(query)
        if community_id is not None
        or (
            may_see_company(session, campaign.id, scope, region)
            and not holds_held(session, campaign.id, head.study_run_id, region)
        )
    )


def list_company_files(session: Session, run_id: int) -> list[ReportFile]:
    """Return the files of a company's or region's result by kind, to whoever saw the result."""
    query = select(ReportFile).where(ReportFile.study_run_id == run_id).order_by(ReportFile.kind)
    return list(session.scalars(query))


def find_head(session: Session, run_id: int) -> ResultHead | None:
    """Return the head of a stored result, for the program itself."""
    return session.get(ResultHead, run_id)


def list_headless(session: Session, *, limit: int) -> list[tuple[StudyRun, Snapshot]]:
    """Return results of communities without a head, oldest first, for the program itself."""
    query = (
        select(StudyRun, Snapshot)
        .join(Snapshot, Snapshot.digest == StudyRun.snapshot_digest)
        .outerjoin(ResultHead, ResultHead.study_run_id == StudyRun.id)
        .where(ResultHead.study_run_id.is_(None), Snapshot.community_id.is_not(None))
        .order_by(StudyRun.id)
        .limit(limit)
    )
    return [(run, snapshot) for run, snapshot in session.execute(query)]


def _newest(*conditions: ColumnElement[bool]) -> Subquery:
    """Return the runs of some heads with their place: 1 is the newest of campaign and place."""
    place = (
        func.row_number()
        .over(
            partition_by=(ResultHead.campaign_id, ResultHead.community_id, ResultHead.region),
            order_by=(ResultHead.revision.desc(), ResultHead.study_run_id.desc()),
        )
        .label("place")
    )
    return select(ResultHead.study_run_id, place).where(*conditions).subquery()


def _gate_of_head() -> ColumnElement[bool]:
    return and_(
        Gate.campaign_id == ResultHead.campaign_id,
        Gate.community_id == ResultHead.community_id,
    )


def _may_read(scope: Scope) -> ColumnElement[bool]:
    return in_scope(Gate.community_id, scope) if scope.role in READERS else false()


def _head(row: ResultHead) -> Head:
    return _head_of([getattr(row, name) for name in _FIGURES])


def _head_of(figures: Sequence[Any]) -> Head:
    """Return a head from the columns of `_FIGURES`."""
    run_id, n, base, returned, standing, said, *ends = figures
    index, satisfied, overall, change = (
        Estimate(ends[at], None, ends[at + 1], ends[at + 2], n) for at in (0, 3, 6, 9)
    )
    return Head(
        n=n,
        base=base,
        returned=returned,
        index=index,
        satisfied=satisfied,
        overall=overall,
        change=change,
        change_said=said,
        standing=standing,
        run_id=run_id,
    )
