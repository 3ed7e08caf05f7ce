"""Reads of stored results and report files. Light: pages import it, and it loads no numpy.

Results stand per community; whoever looks needs the community in his scope, and a role that sees
results at all. There is nothing to find before release, because only a released gate is frozen,
and nothing while a gate is held: an integrity hold hides results from everybody.
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import ColumnElement, Select, and_, false, func, select
from sqlalchemy.orm import Session

from app.analysis.results.canonical import from_json
from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.reports.models import ReportFile, StudyRun
from app.staff.models import Role
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import Manifest
from app.surveys.snapshot.manifest import from_json as read_manifest
from app.surveys.snapshot.models import Snapshot

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.COMMITTEE)
_KEPT = 32  # results in memory; one takes a few megabytes


@dataclass(frozen=True, slots=True)
class StoredResult:
    """A result with everything it was computed from.

    Attributes:
        community_id, community_code, community: What it is about.
        result: The numbers.
        snapshot: The snapshot row; `manifest` is its parsed manifest.
        manifest: Counts, dates and digests of the frozen input.
        run_id: Key of the stored run, for its files.
        code_version: Version of the code that computed it.
        created_at: When it was computed.
    """

    community_id: int
    community_code: str
    community: str
    result: StudyResult
    snapshot: Snapshot
    manifest: Manifest
    run_id: int
    code_version: str
    created_at: datetime


def find_latest_result(
    session: Session, campaign_id: int, community_id: int, scope: Scope
) -> StoredResult | None:
    """Return the latest result of a community, None when there is none for this person.

    The latest is the newest run on the highest revision that has one: while a corrected snapshot
    still waits for its study, the former result stands.
    """
    rows = session.execute(_latest(campaign_id, scope).where(Community.id == community_id)).all()
    return _stored(*rows[0]) if rows else None


def list_results(session: Session, campaign_id: int, scope: Scope) -> list[StoredResult]:
    """Return the latest result of every community this person may see, by community code."""
    rows = session.execute(_latest(campaign_id, scope)).all()
    return [_stored(*row) for row in rows]


def list_campaigns_with_results(session: Session, scope: Scope) -> set[int]:
    """Return the campaigns in which this person may see a result; opens none of them."""
    query = (
        select(Snapshot.campaign_id)
        .join(StudyRun, StudyRun.snapshot_digest == Snapshot.digest)
        .join(Community, Community.id == Snapshot.community_id)
        .join(Gate, _gate_of_snapshot())
        .where(_readable(scope))
        .distinct()
    )
    return set(session.scalars(query))


def list_communities_with_results(session: Session, campaign_id: int, scope: Scope) -> set[int]:
    """Return the communities of a campaign with a result this person may see; opens none."""
    query = (
        select(Snapshot.community_id)
        .join(StudyRun, StudyRun.snapshot_digest == Snapshot.digest)
        .join(Community, Community.id == Snapshot.community_id)
        .join(Gate, _gate_of_snapshot())
        .where(Snapshot.campaign_id == campaign_id, _readable(scope))
        .distinct()
    )
    return {one for one in session.scalars(query) if one is not None}


def _latest(campaign_id: int, scope: Scope) -> Select[StudyRun, Snapshot, Community]:
    """Return the query for the latest run per community."""
    order = (
        func.row_number()
        .over(
            partition_by=Snapshot.community_id,
            order_by=(Snapshot.revision.desc(), StudyRun.id.desc()),
        )
        .label("place")
    )
    newest = (
        select(StudyRun.id.label("run_id"), order)
        .join(Snapshot, Snapshot.digest == StudyRun.snapshot_digest)
        .join(Community, Community.id == Snapshot.community_id)
        .join(Gate, _gate_of_snapshot())
        .where(Snapshot.campaign_id == campaign_id, _readable(scope))
        .subquery()
    )
    return (
        select(StudyRun, Snapshot, Community)
        .join(newest, newest.c.run_id == StudyRun.id)
        .join(Snapshot, Snapshot.digest == StudyRun.snapshot_digest)
        .join(Community, Community.id == Snapshot.community_id)
        .where(newest.c.place == 1)
        .order_by(Community.code)
    )


def _readable(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a community's results exist for this person."""
    if scope.role not in READERS:
        return false()
    return and_(in_scope(Community.id, scope), Gate.held_at.is_(None))


def _gate_of_snapshot() -> ColumnElement[bool]:
    """Return the join condition of a community's snapshot and its gate."""
    return and_(
        Gate.campaign_id == Snapshot.campaign_id,
        Gate.community_id == Snapshot.community_id,
    )


def _stored(run: StudyRun, snapshot: Snapshot, community: Community) -> StoredResult:
    return StoredResult(
        community_id=community.id,
        community_code=community.code,
        community=community.name,
        result=parsed(run.result),
        snapshot=snapshot,
        manifest=read_manifest(snapshot.manifest),
        run_id=run.id,
        code_version=run.code_version,
        created_at=run.created_at,
    )


@lru_cache(maxsize=_KEPT)
def parsed(text: str) -> StudyResult:
    """Return a stored result; the same text gives the same object, which nothing changes."""
    return from_json(text)


def find_run(
    session: Session, snapshot_digest: str, *, code_version: str, plan_digest: str, seed: int
) -> StudyRun | None:
    """Return the run of exactly this input, None when it was not computed yet."""
    query = select(StudyRun).where(
        StudyRun.snapshot_digest == snapshot_digest,
        StudyRun.code_version == code_version,
        StudyRun.plan_digest == plan_digest,
        StudyRun.seed == seed,
    )
    return session.scalars(query).one_or_none()


def list_unfinished(session: Session, campaign_id: int) -> list[int]:
    """Return the frozen communities whose newest snapshot has no result.

    For the program itself: what a worker that died left behind.
    """
    finished = select(StudyRun.snapshot_digest)
    newest = (
        select(Snapshot.community_id, func.max(Snapshot.revision).label("revision"))
        .where(Snapshot.campaign_id == campaign_id, Snapshot.community_id.is_not(None))
        .group_by(Snapshot.community_id)
        .subquery()
    )
    query = (
        select(newest.c.community_id)
        .join(
            Snapshot,
            and_(
                Snapshot.campaign_id == campaign_id,
                Snapshot.community_id == newest.c.community_id,
                Snapshot.revision == newest.c.revision,
            ),
        )
        .where(Snapshot.digest.not_in(finished))
        .order_by(newest.c.community_id)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The rows a result belongs to."""

    snapshot: Snapshot
    campaign: Campaign
    community: Community
    gate: Gate


def get_run(session: Session, run_id: int) -> StudyRun:
    """Return a stored run by key, for the program itself. Raises NoResultFound."""
    return session.scalars(select(StudyRun).where(StudyRun.id == run_id)).one()


def get_surroundings(session: Session, run: StudyRun) -> Surroundings:
    """Return the rows a community's result belongs to, for the program itself."""
    query = (
        select(Snapshot, Campaign, Community, Gate)
        .join(Campaign, Campaign.id == Snapshot.campaign_id)
        .join(Community, Community.id == Snapshot.community_id)
        .join(Gate, _gate_of_snapshot())
        .where(Snapshot.digest == run.snapshot_digest)
    )
    return Surroundings(*session.execute(query).one())


def find_issued(session: Session, digest: str) -> date | None:
    """Return the day on which a file with this digest was made here, None when it never was."""
    at = session.scalar(select(func.min(ReportFile.created_at)).where(ReportFile.digest == digest))
    return None if at is None else beijing_date(at)


def list_report_files(session: Session, run_id: int, scope: Scope) -> list[ReportFile]:
    """Return the files made from a result this person may see, by kind."""
    return list(session.scalars(_files(run_id, scope).order_by(ReportFile.kind)))


def find_report_file(session: Session, run_id: int, kind: str, scope: Scope) -> ReportFile | None:
    """Return one file of a result, None when there is none for this person."""
    return session.scalars(_files(run_id, scope).where(ReportFile.kind == kind)).one_or_none()


def _files(run_id: int, scope: Scope) -> Select[ReportFile]:
    """Return the query for the files of a result inside a scope."""
    return (
        select(ReportFile)
        .join(StudyRun, StudyRun.id == ReportFile.study_run_id)
        .join(Snapshot, Snapshot.digest == StudyRun.snapshot_digest)
        .join(Community, Community.id == Snapshot.community_id)
        .join(Gate, _gate_of_snapshot())
        .where(ReportFile.study_run_id == run_id, _readable(scope))
    )
