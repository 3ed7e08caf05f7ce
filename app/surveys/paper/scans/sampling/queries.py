"""All statements on second keying. Whoever looks does so within a scope."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.scans.models import ScanCheck, ScanDecision, ScanPage, ScanSheet

PER_PAGE = 30


@dataclass(frozen=True, slots=True)
class CheckSums:
    """What second keying found in a campaign."""

    drawn: int
    keyed: int
    reader_fields: int
    reader_wrong: int
    clerk_fields: int
    clerk_wrong: int


def list_answered(session: Session, batch_id: int) -> list[tuple[ScanSheet, int, bool]]:
    """Return the sheets begun in a batch that are answers, read for the first time.

    Each with its number and whether it is drawn to be keyed a second time.
    """
    query = (
        select(ScanSheet, PaperSheet.number, ScanCheck.sheet_id.is_not(None))
        .join(PaperSheet, PaperSheet.id == ScanSheet.sheet_id)
        .outerjoin(ScanCheck, ScanCheck.sheet_id == ScanSheet.sheet_id)
        .where(
            ScanSheet.batch_id == batch_id,
            ScanSheet.response_id.is_not(None),
            ScanSheet.round == 1,
        )
    )
    return [(row[0], row[1], bool(row[2])) for row in session.execute(query)]


def find_check(session: Session, scope: Viewer, sheet_id: int) -> ScanCheck | None:
    """Return the second keying of a sheet `scope` may see, or None."""
    return session.scalar(
        select(ScanCheck)
        .where(ScanCheck.sheet_id == sheet_id, seen_by(scope, ScanCheck.community_id))
        .execution_options(populate_existing=True)
    )


def lock_check(session: Session, sheet_id: int) -> ScanCheck:
    """Return a second keying fresh from the database and locked."""
    query = select(ScanCheck).where(ScanCheck.sheet_id == sheet_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def list_checks_for(
    session: Session, scope: Viewer, campaign_id: int, staff_id: int
) -> list[ScanCheck]:
    """Return the sheets somebody may key a second time: none he has decided about himself."""
    own = (
        select(ScanPage.sheet_id)
        .join(ScanDecision, ScanDecision.page_id == ScanPage.id)
        .where(ScanDecision.staff_id == staff_id, ScanPage.sheet_id.is_not(None))
    )
    query = (
        select(ScanCheck)
        .where(
            ScanCheck.campaign_id == campaign_id,
            ScanCheck.keyed_at.is_(None),
            ScanCheck.sheet_id.not_in(own),
            seen_by(scope, ScanCheck.community_id),
        )
        .order_by(ScanCheck.sheet_id)
        .limit(PER_PAGE + 1)
    )
    return list(session.scalars(query))


def has_decided(session: Session, sheet_id: int, staff_id: int) -> bool:
    """Say whether somebody decided about a page of a sheet."""
    query = (
        select(ScanDecision.id)
        .join(ScanPage, ScanPage.id == ScanDecision.page_id)
        .where(ScanPage.sheet_id == sheet_id, ScanDecision.staff_id == staff_id)
        .limit(1)
    )
    return session.scalar(query) is not None


def sum_checks(session: Session, scope: Viewer, campaign_id: int) -> CheckSums:
    """Return what second keying found in a campaign."""
    sums = (
        func.coalesce(func.sum(column), 0)
        for column in (
            ScanCheck.reader_fields,
            ScanCheck.reader_wrong,
            ScanCheck.clerk_fields,
            ScanCheck.clerk_wrong,
        )
    )
    query = select(func.count(), func.count(ScanCheck.keyed_at), *sums).where(
        ScanCheck.campaign_id == campaign_id, seen_by(scope, ScanCheck.community_id)
    )
    return CheckSums(*(int(value) for value in session.execute(query).one()))


def list_differing(
    session: Session, scope: Viewer, campaign_id: int
) -> list[tuple[ScanCheck, FrameMember]]:
    """Return checked sheets on which the two keyings differ, the latest first."""
    query = (
        select(ScanCheck, FrameMember)
        .join(FrameMember, FrameMember.id == ScanCheck.frame_member_id)
        .where(
            ScanCheck.campaign_id == campaign_id,
            ScanCheck.reader_wrong + ScanCheck.clerk_wrong > 0,
            seen_by(scope, ScanCheck.community_id),
        )
        .order_by(ScanCheck.keyed_at.desc())
        .limit(PER_PAGE)
    )
    return [(row[0], row[1]) for row in session.execute(query)]
