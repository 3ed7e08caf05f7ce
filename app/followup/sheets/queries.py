"""Reads of printed lists."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.history.models import CaseSheet, SheetState
from app.staff.models import Staff


def find_sheet(session: Session, sheet_id: int) -> CaseSheet | None:
    """Return a printed list by its key."""
    return session.get(CaseSheet, sheet_id)


def lock_person(session: Session, staff_id: int) -> None:
    """Let one order of a person be made at a time (PostgreSQL)."""
    query = select(Staff.id).where(Staff.id == staff_id).with_for_update(key_share=True)
    session.execute(query).one_or_none()


def find_same(
    session: Session,
    staff_id: int,
    campaign_id: int,
    *,
    case_id: int | None,
    filters: str,
    since: datetime,
) -> CaseSheet | None:
    """Return the latest list somebody asked for since an instant with the same address."""
    query = (
        select(CaseSheet)
        .where(
            CaseSheet.asked_by == staff_id,
            CaseSheet.campaign_id == campaign_id,
            CaseSheet.case_id.is_(None) if case_id is None else CaseSheet.case_id == case_id,
            CaseSheet.filters == filters,
            CaseSheet.asked_at >= since,
        )
        .order_by(CaseSheet.id.desc())
        .limit(1)
    )
    return session.scalar(query)


def list_sheets(session: Session, staff_id: int, campaign_id: int) -> Sequence[CaseSheet]:
    """Return the latest printed lists somebody asked for and that are not gone."""
    query = (
        select(CaseSheet)
        .where(
            CaseSheet.asked_by == staff_id,
            CaseSheet.campaign_id == campaign_id,
            CaseSheet.state != SheetState.GONE,
        )
        .order_by(CaseSheet.id.desc())
        .limit(3)
    )
    return session.scalars(query).all()


def list_old_sheets(session: Session, before: datetime) -> Sequence[CaseSheet]:
    """Return printed lists made before an instant whose files are still there."""
    query = select(CaseSheet).where(CaseSheet.made_at < before, CaseSheet.state == SheetState.READY)
    return session.scalars(query).all()
