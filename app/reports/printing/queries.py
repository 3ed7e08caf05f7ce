"""Reads of results whose files are not made yet, for the program itself."""

from collections.abc import Collection

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from app.reports.models import ReportFile, StudyRun
from app.surveys.snapshot.models import Snapshot


def list_unprinted(session: Session, campaign_id: int, kinds: Collection[str]) -> list[int]:
    """Return the newest result of every community of a campaign that lacks one of these files.

    Args:
        session: Open session.
        campaign_id: The campaign.
        kinds: Kinds of files a finished result has.
    """
    newest = _newest().where(Snapshot.campaign_id == campaign_id).subquery()
    files = and_(ReportFile.study_run_id == newest.c.run_id, ReportFile.kind.in_(sorted(kinds)))
    query = (
        select(newest.c.run_id)
        .outerjoin(ReportFile, files)
        .where(newest.c.place == 1)
        .group_by(newest.c.run_id)
        .having(func.count(ReportFile.id) < len(kinds))
        .order_by(newest.c.run_id)
    )
    return list(session.scalars(query))


def find_newest_beside(session: Session, run_id: int) -> int | None:
    """Return the newest result of the community this result is about, itself or a later one."""
    about = (
        select(Snapshot.campaign_id, Snapshot.community_id)
        .join(StudyRun, StudyRun.snapshot_digest == Snapshot.digest)
        .where(StudyRun.id == run_id)
        .subquery()
    )
    place = and_(
        Snapshot.campaign_id == about.c.campaign_id,
        Snapshot.community_id == about.c.community_id,
    )
    newest = _newest().join(about, place).subquery()
    return session.scalar(select(newest.c.run_id).where(newest.c.place == 1))


def _newest() -> Select[int, int]:
    """Return the results of communities with their place: 1 is the newest of the highest one."""
    place = (
        func.row_number()
        .over(
            partition_by=(Snapshot.campaign_id, Snapshot.community_id),
            order_by=(Snapshot.revision.desc(), StudyRun.id.desc()),
        )
        .label("place")
    )
    return (
        select(StudyRun.id.label("run_id"), place)
        .join(Snapshot, Snapshot.digest == StudyRun.snapshot_digest)
        .where(Snapshot.community_id.is_not(None))
    )
