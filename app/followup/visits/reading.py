"""Opening one visit: its people, records, promises and care notes, readable; audited."""

import base64
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.visits import queries
from app.followup.visits.errors import VisitNotFoundError
from app.followup.visits.models import PictureKind, VisitAction, VisitRecord
from app.followup.visits.rows import ActionView, RecordView, VisitRow, VisitView
from app.followup.visits.services import view_visits
from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.register.homes.queries import list_needs
from app.surveys.register.models import CareNeedKind
from app.vault import Vault


def open_visit(
    session: Session, vault: Vault, scope: Scope, visit_id: int, *, now: datetime
) -> VisitView:
    """Return one visit with all there is to know before going there; leaves an audit entry.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
    """
    row = queries.find_visit(session, scope, visit_id)
    if row is None:
        raise VisitNotFoundError(visit_id)
    (view,) = view_visits(session, vault, scope, [row], now=now)
    sealed = queries.get_visit(session, visit_id).note_sealed
    earlier = queries.last_visits(session, [row.household_id], except_campaign=row.campaign_id)
    return VisitView(
        row=row,
        people=view.people,
        note=vault.open(sealed, "note") if sealed else "",
        records=open_records(session, vault, visit_id),
        actions=open_actions(session, vault, scope, household_id=row.household_id),
        care=care_of(session, row, now=now),
        earlier=earlier.get(row.household_id),
    )


def open_records(session: Session, vault: Vault, visit_id: int) -> tuple[RecordView, ...]:
    """Return the attempts of a visit, oldest first; the caller has checked who is asking."""
    found = queries.list_records(session, visit_id)
    pictures = queries.list_pictures(session, [one.id for one, _name in found])
    return tuple(_record_view(vault, one, name, pictures.get(one.id, [])) for one, name in found)


def open_actions(
    session: Session,
    vault: Vault,
    scope: Scope,
    *,
    household_id: int | None = None,
    only_open: bool = False,
    most: int | None = None,
) -> tuple[ActionView, ...]:
    """Return promises made at the door, the first due first."""
    found = queries.list_actions(
        session, scope, household_id=household_id, only_open=only_open, most=most
    )
    return tuple(_action_view(vault, *one) for one in found)


def open_picture(
    session: Session, vault: Vault, scope: Scope, visit_id: int, picture_id: int, *, now: datetime
) -> bytes | None:
    """Return a photo or signature as JPEG, None when there is none here; the look is audited."""
    row = queries.find_visit(session, scope, visit_id)
    picture = queries.find_picture(session, visit_id, picture_id) if row else None
    if row is None or picture is None:
        return None
    record(
        session,
        actor=scope,
        action="view_photo",
        subject=row.household_uid,
        community_id=row.community_id,
        now=now,
    )
    return base64.b64decode(vault.open(picture.content_sealed, "photo"))


def care_of(session: Session, row: VisitRow, *, now: datetime) -> tuple[CareNeedKind, ...]:
    """Return what a household needs today; never why."""
    today = beijing_date(now)
    needs = list_needs(session, row.household_id)
    is_open = {
        need.need
        for need in needs
        if need.since <= today and (not need.until or need.until >= today)
    }
    return tuple(sorted(is_open))


def _record_view(
    vault: Vault, record: VisitRecord, staff: str, pictures: list[tuple[int, PictureKind]]
) -> RecordView:
    def opened(sealed: bytes | None, purpose: str) -> str:
        return vault.open(sealed, purpose) if sealed else ""

    return RecordView(
        id=record.id,
        result=record.result,
        at=record.at,
        place=record.place,
        person=opened(record.person_sealed, "person"),
        staff=staff,
        matter=opened(record.matter_sealed, "matter"),
        outcome=opened(record.outcome_sealed, "result"),
        reason=opened(record.reason_sealed, "note"),
        owner_view=record.owner_view,
        pictures=tuple((picture_id, kind.value) for picture_id, kind in pictures),
    )


def _action_view(
    vault: Vault, action: VisitAction, community: str, building: str, room: str, done_by: str
) -> ActionView:
    return ActionView(
        id=action.id,
        visit_id=action.visit_id,
        community_id=action.community_id,
        community=community,
        building=building,
        room=room,
        what=vault.open(action.what_sealed, "action"),
        responsible=action.responsible,
        due_on=action.due_on,
        done_on=beijing_date(action.done_at) if action.done_at else None,
        done_by=done_by,
        done_note=vault.open(action.done_sealed, "action") if action.done_sealed else "",
    )
