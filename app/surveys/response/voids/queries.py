"""Statements on voided answers. None of them reads what was answered."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, func, select, update
from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.response.models import Origin, Response
from app.surveys.response.voids.models import ResponseVoid, VoidReason


def lock_response(session: Session, response_id: int) -> Response:
    """Return an answer, fresh from the database and locked until the transaction ends."""
    return session.scalars(
        select(Response)
        .where(Response.id == response_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def find_response(session: Session, gate: Gate, response_id: int) -> Response | None:
    """Return an answer of a home of this gate, None when it belongs elsewhere."""
    return session.scalar(
        select(Response)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .where(
            Response.id == response_id,
            FrameMember.campaign_id == gate.campaign_id,
            FrameMember.community_id == gate.community_id,
        )
    )


def find_next(session: Session, member_id: int, *, frozen_at: datetime | None) -> Response | None:
    """Return the answer of a home that counts when no earlier one does, or None.

    A submitted one goes before a flushed draft, then the first. What came after the freeze never
    counts.
    """
    statement = (
        select(Response)
        .where(Response.frame_member_id == member_id, Response.voided_at.is_(None))
        .order_by(case((Response.origin == Origin.SUBMITTED, 0), else_=1), Response.id)
        .limit(1)
    )
    if frozen_at is not None:
        statement = statement.where(Response.received_at < frozen_at)
    return session.scalar(statement)


def list_answers(session: Session, member_id: int) -> list[tuple[Response, ResponseVoid | None]]:
    """Return every answer of a home, voided or not, the first first."""
    rows = session.execute(
        select(Response, ResponseVoid)
        .outerjoin(ResponseVoid, ResponseVoid.response_id == Response.id)
        .where(Response.frame_member_id == member_id)
        .order_by(Response.id)
    )
    return [(response, void) for response, void in rows]


def name_revision(session: Session, gate: Gate, revision: int) -> None:
    """Note the first revision of a snapshot that the voids of a gate are missing from."""
    of_gate = (
        select(Response.id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .where(
            FrameMember.campaign_id == gate.campaign_id,
            FrameMember.community_id == gate.community_id,
            Response.voided_at.is_not(None),
        )
    )
    session.execute(
        update(ResponseVoid)
        .where(ResponseVoid.revision.is_(None), ResponseVoid.response_id.in_(of_gate))
        .values(revision=revision)
        .execution_options(synchronize_session=False)
    )


def count_voids(session: Session, gate: Gate) -> dict[int | None, dict[VoidReason, int]]:
    """Count the voids of a gate by the revision that is the first without them, and by reason.

    Only what had counted: a later answer of a home was never part of anything.
    """
    rows = session.execute(
        select(ResponseVoid.revision, ResponseVoid.reason, func.count())
        .join(Response, Response.id == ResponseVoid.response_id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .where(
            FrameMember.campaign_id == gate.campaign_id,
            FrameMember.community_id == gate.community_id,
            ResponseVoid.was_counted,
        )
        .group_by(ResponseVoid.revision, ResponseVoid.reason)
        .order_by(ResponseVoid.reason)
    )
    return _nested((row[0], row[1], row[2]) for row in rows)


def _nested(
    rows: Iterable[tuple[int | None, VoidReason, int]],
) -> dict[int | None, dict[VoidReason, int]]:
    found: dict[int | None, dict[VoidReason, int]] = {}
    for revision, reason, count in rows:
        found.setdefault(revision, {})[reason] = count
    return found


def list_voids(session: Session, gate: Gate) -> list[tuple[ResponseVoid, Response, FrameMember]]:
    """Return the voids of a gate with the answer and its home, the first first."""
    rows = session.execute(
        select(ResponseVoid, Response, FrameMember)
        .join(Response, Response.id == ResponseVoid.response_id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .where(
            FrameMember.campaign_id == gate.campaign_id,
            FrameMember.community_id == gate.community_id,
        )
        .order_by(ResponseVoid.voided_at, ResponseVoid.response_id)
    )
    return [(void, response, member) for void, response, member in rows]


def list_replaced(session: Session, gate: Gate) -> set[str]:
    """Return the pseudonyms of homes whose counted answer was taken out since the last freeze."""
    return set(
        session.scalars(
            select(FrameMember.pseudonym)
            .join(Response, Response.frame_member_id == FrameMember.id)
            .join(ResponseVoid, ResponseVoid.response_id == Response.id)
            .where(
                FrameMember.campaign_id == gate.campaign_id,
                FrameMember.community_id == gate.community_id,
                ResponseVoid.was_counted,
                ResponseVoid.revision.is_(None),
            )
        )
    )


def list_void_revisions(session: Session, member_id: int) -> list[int | None]:
    """Return the first revisions without each answer of a home that had counted and was voided."""
    return list(
        session.scalars(
            select(ResponseVoid.revision)
            .join(Response, Response.id == ResponseVoid.response_id)
            .where(Response.frame_member_id == member_id, ResponseVoid.was_counted)
        )
    )
