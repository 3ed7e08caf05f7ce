"""Reads of requests, and of the answers a withdrawal is about."""

from dataclasses import dataclass

from sqlalchemy import Select, String, cast, func, select
from sqlalchemy.orm import Session

from app.rights.models import RequestKind, RequestState, RightsRequest
from app.service.complaints.models import Complaint
from app.staff.models import Role, Staff
from app.staff.queries import list_named
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.register.models import Building, Community, Household
from app.surveys.response.models import Response


@dataclass(frozen=True, slots=True)
class RequestRow:
    """A request with where it belongs and who wrote it down; the address is "" once it is cut."""

    request: RightsRequest
    community: str
    building: str
    room: str
    asked_by: str
    ended_by: str
    number: str = ""  # of the complaint without a home it is about


@dataclass(frozen=True, slots=True)
class Counted:
    """An answer that counts for a home."""

    response: Response
    campaign: Campaign


def list_requests(session: Session, *, limit: int, before: int | None = None) -> list[RequestRow]:
    """Return requests, newest first, from before a key on."""
    query = _rows().order_by(RightsRequest.id.desc()).limit(limit)
    if before is not None:
        query = query.where(RightsRequest.id < before)
    return [_row(session, *found) for found in session.execute(query)]


def find_request(session: Session, request_id: int) -> RequestRow | None:
    """Return one request."""
    found = session.execute(_rows().where(RightsRequest.id == request_id)).one_or_none()
    return None if found is None else _row(session, *found)


def find_open_erasure(session: Session, household_id: int) -> RightsRequest | None:
    """Return the erasure of a home that is asked for and not settled."""
    query = select(RightsRequest).where(
        RightsRequest.household_id == household_id,
        RightsRequest.kind == RequestKind.ERASE,
        RightsRequest.state == RequestState.OPEN,
    )
    return session.scalars(query).first()


def find_open_erasure_of(session: Session, uid: str) -> RightsRequest | None:
    """Return the erasure of a subject that is asked for and not settled."""
    query = select(RightsRequest).where(
        RightsRequest.uid == uid,
        RightsRequest.kind == RequestKind.ERASE,
        RightsRequest.state == RequestState.OPEN,
    )
    return session.scalars(query).first()


def lock_request(session: Session, request_id: int) -> RightsRequest | None:
    """Return a request as it stands now, locked to the end of the transaction."""
    query = select(RightsRequest).where(RightsRequest.id == request_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one_or_none()


def list_counted(session: Session, household_id: int) -> list[Counted]:
    """Return the answers of a home that count, newest campaign first."""
    query = (
        select(Response, Campaign)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .join(Campaign, Campaign.id == FrameMember.campaign_id)
        .where(FrameMember.household_id == household_id, Response.is_counted)
        .order_by(Campaign.opens_on.desc(), Campaign.id.desc())
    )
    return [Counted(*found) for found in session.execute(query)]


def count_others(session: Session, staff_id: int) -> int:
    """Return how many other people of head office could carry out what this one wrote down."""
    query = select(func.count()).where(
        Staff.role == Role.HEAD_OFFICE, Staff.disabled_at.is_(None), Staff.id != staff_id
    )
    return session.scalar(query) or 0


def _rows() -> Select[RightsRequest, str, str, str, str]:
    is_about = RightsRequest.uid == "complaint:" + cast(Complaint.follow_up_id, String)
    return (
        select(RightsRequest, Community.name, Building.code, Household.room, Complaint.number)
        .join(Community, Community.id == RightsRequest.community_id)
        .outerjoin(Household, Household.id == RightsRequest.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .outerjoin(Complaint, is_about)
    )


def _row(
    session: Session,
    request: RightsRequest,
    community: str,
    building: str | None,
    room: str | None,
    number: str | None,
) -> RequestRow:
    people = [request.asked_by, *([request.ended_by] if request.ended_by else [])]
    names = list_named(session, people)
    return RequestRow(
        request=request,
        community=community,
        building=building or "",
        room=room or "",
        asked_by=names.get(request.asked_by, ""),
        ended_by=names.get(request.ended_by or 0, ""),
        number=number or "",
    )
