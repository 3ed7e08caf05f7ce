"""Commands on home visits: plan, move, make an appointment, record what came of it."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.queries import list_t0
from app.followup.rows import PersonView
from app.followup.rules import check_text
from app.followup.visits import queries
from app.followup.visits.errors import (
    ActionNotFoundError,
    AlreadyVisitedError,
    KeyInUseError,
    VisitNotFoundError,
)
from app.followup.visits.models import (
    PictureKind,
    Visit,
    VisitAction,
    VisitPicture,
    VisitRecord,
    VisitState,
)
from app.followup.visits.rows import VisitRow, VisitView
from app.followup.visits.rules import (
    LONGEST_KEY,
    OPEN_STATES,
    Appointment,
    VisitInput,
    check_appointment,
    check_day,
    check_visit,
    place_of,
    spread_visits,
)
from app.staff.audit import record_many
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.queries import lock_gate
from app.surveys.campaign.rules import GateStatus
from app.surveys.register.queries import list_people
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Recorded:
    """What became of a record.

    Attributes:
        state: State of the visit now.
        is_again: The same record was stored before; nothing was stored this time.
        is_beside: It stands beside another record that says the visit took place.
    """

    state: VisitState
    is_again: bool = False
    is_beside: bool = False


def plan_visits(
    session: Session, campaign: Campaign, gate: Gate, status: GateStatus, *, now: datetime
) -> int:
    """Plan a home visit for every important household of a community's frame, never twice.

    Homes of one building get the same days, so that nobody walks the way twice.

    Args:
        session: A writing transaction.
        campaign: The campaign.
        gate: The community's gate; its row is locked.
        status: The gate's status; nothing is planned before T0.
        now: The present instant.

    Returns:
        How many visits are new.
    """
    if status.t0 is None or not status.is_released:
        return 0
    lock_gate(session, campaign.id, gate.community_id, exclusive=True)
    members = queries.list_unplanned_important(session, campaign.id, gate.community_id)
    calendar = load_calendar(session)
    dates = spread_visits(len(members), t0=status.t0, now=now, calendar=calendar)
    session.add_all(
        Visit(
            frame_member_id=member_id,
            campaign_id=campaign.id,
            community_id=gate.community_id,
            planned_on=planned_on,
        )
        for member_id, planned_on in zip(members, dates, strict=True)
    )
    session.flush()
    return len(members)


def view_visits(
    session: Session, vault: Vault, scope: Scope, rows: Sequence[VisitRow], *, now: datetime
) -> tuple[VisitView, ...]:
    """Return visits of a list with the people to visit; every household leaves an audit entry."""
    people = people_of(session, vault, [row.household_id for row in rows])
    _audit(session, scope, "view_visit", rows, detail="list", now=now)
    return tuple(VisitView(row, people[row.household_id]) for row in rows)


def move_visit(
    session: Session,
    scope: Scope,
    visit_id: int,
    *,
    planned_on: date,
    visitor_id: int | None,
    now: datetime,
) -> None:
    """Plan a visit for another day or visitor; an appointment made before is given up.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
        AlreadyVisitedError: The visit took place.
        FieldError: The day is over or far away, or the visitor is not of this office.
    """
    row, visit = _changeable(session, scope, visit_id)
    check_day("planned_on", planned_on, now=now)
    _check_visitor(session, row, visitor_id)
    is_moved = planned_on != visit.planned_on or visit.state not in OPEN_STATES
    visit.planned_on, visit.visitor_id = planned_on, visitor_id
    if is_moved or visit.state is VisitState.NOT_AT_HOME:
        visit.state, visit.appointed_at, visit.agreed_with = VisitState.PLANNED, None, None
    _audit(session, scope, "plan_visit", [row], detail=planned_on.isoformat(), now=now)
    session.flush()


def make_appointment(
    session: Session, scope: Scope, visit_id: int, appointment: Appointment, *, now: datetime
) -> None:
    """Keep the time somebody of the household agreed to.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
        AlreadyVisitedError: The visit took place.
        FieldError: The time is over or far away, or the visitor is not of this office.
    """
    row, visit = _changeable(session, scope, visit_id)
    check_appointment(appointment, now=now)
    _check_visitor(session, row, appointment.visitor_id)
    visit.state = VisitState.APPOINTED
    visit.planned_on = beijing_date(appointment.at)
    visit.appointed_at = appointment.at
    visit.agreed_with = appointment.agreed_with
    visit.visitor_id = appointment.visitor_id
    _audit(session, scope, "appoint_visit", [row], detail=visit.planned_on.isoformat(), now=now)
    session.flush()


def record_visit(
    session: Session,
    vault: Vault,
    scope: Scope,
    visit_id: int,
    visit: VisitInput,
    *,
    key: str,
    now: datetime,
    is_kept: bool = False,
) -> Recorded:
    """Record what came of an attempt; sent again under the same key it changes nothing.

    Only a visit that took place is final: a household that was not at home or had declined can
    still be visited, and one spoken to by telephone is still to be visited at home.

    Args:
        session: A writing transaction.
        vault: Seals the words.
        scope: Who was there.
        visit_id: The visit.
        visit: The record.
        key: Name of the record, made where it was written.
        now: The present instant.
        is_kept: It was written down without network. When the visit was recorded meanwhile, it
            is kept beside the other record and changes nothing else.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
        FieldError: Something is missing or cannot be true; nothing is stored.
        AlreadyVisitedError: Another record says that the visit took place.
        KeyInUseError: The key names a record of another visit, of another person, or one that
            says something else; nothing is stored and nothing is lost unsaid.
    """
    row = _visit(session, scope, visit_id)
    if not 0 < len(key) <= LONGEST_KEY:
        raise FieldError("key", "unknown")
    found = queries.get_visit(session, visit_id)  # locked: two of one key come in turn
    before = queries.find_record_by_key(session, key)
    if before is not None:
        if not _says_the_same(session, vault, before, visit, visit_id, scope):
            raise KeyInUseError(key)
        return Recorded(found.state, is_again=True)
    released_at = list_t0(session, {row.campaign_id}).get((row.campaign_id, row.community_id))
    check_visit(visit, now=now, since=released_at)
    is_beside = found.state is VisitState.VISITED
    if is_beside and not is_kept:
        raise AlreadyVisitedError(visit_id)
    if not is_beside:
        found.state = VisitState(visit.result.value)
    if visit.is_visit and not is_beside:
        found.visited_on = beijing_date(visit.at)
        found.visited_by = scope.staff_id
    _store(session, vault, scope, row, visit, key=key, now=now)
    _audit(session, scope, "record_visit", [row], detail=visit.result.value, now=now)
    session.flush()
    return Recorded(found.state, is_beside=is_beside)


def finish_action(
    session: Session, vault: Vault, scope: Scope, action_id: int, note: str, *, now: datetime
) -> int:
    """Say that a promise was kept, and how.

    Returns:
        The visit it was made at.

    Raises:
        ActionNotFoundError: The promise does not exist for this person, or was kept before.
        FieldError: Nothing was said.
    """
    action = queries.find_action(session, scope, action_id)
    if action is None or action.done_at is not None:
        raise ActionNotFoundError(action_id)
    check_text("note", note)
    action.done_at, action.done_by = now, scope.staff_id
    action.done_sealed = vault.seal(note.strip(), "action")
    row = _visit(session, scope, action.visit_id)
    _audit(session, scope, "finish_visit_action", [row], detail="", now=now)
    session.flush()
    return action.visit_id


def _store(
    session: Session,
    vault: Vault,
    scope: Scope,
    row: VisitRow,
    visit: VisitInput,
    *,
    key: str,
    now: datetime,
) -> None:
    def sealed(text: str, purpose: str) -> bytes | None:
        return vault.seal(text.strip(), purpose) if text.strip() else None

    record = VisitRecord(
        visit_id=row.id,
        key=key,
        result=visit.result,
        at=visit.at,
        place=place_of(visit),
        person_sealed=sealed(visit.person, "person"),
        staff_id=scope.staff_id,
        matter_sealed=sealed(visit.matter, "matter") if visit.is_visit else None,
        outcome_sealed=sealed(visit.outcome, "result") if visit.is_visit else None,
        reason_sealed=sealed(visit.reason, "note"),
        owner_view=visit.owner_view,
        recorded_at=now,
    )
    session.add(record)
    session.flush()
    for kind, content in _pictures_of(visit).items():
        text = base64.b64encode(content).decode()
        session.add(
            VisitPicture(record_id=record.id, kind=kind, content_sealed=vault.seal(text, "photo"))
        )
    session.add_all(
        VisitAction(
            record_id=record.id,
            visit_id=row.id,
            community_id=row.community_id,
            what_sealed=vault.seal(action.what.strip(), "action"),
            responsible=action.responsible.strip(),
            due_on=action.due_on,
        )
        for action in visit.actions
    )


def _says_the_same(
    session: Session,
    vault: Vault,
    before: VisitRecord,
    visit: VisitInput,
    visit_id: int,
    scope: Scope,
) -> bool:
    """Say whether a record that comes again is the one stored under its key, word for word."""
    if (before.visit_id, before.staff_id) != (visit_id, scope.staff_id):
        return False

    def opened(sealed: bytes | None, purpose: str) -> str:
        return vault.open(sealed, purpose) if sealed else ""

    stored = (
        before.result,
        before.place,
        before.owner_view,
        opened(before.person_sealed, "person"),
        opened(before.matter_sealed, "matter"),
        opened(before.outcome_sealed, "result"),
        opened(before.reason_sealed, "note"),
        # A time ahead of the server's was cut at its arrival, and is cut later when it comes again.
        before.at if before.at != before.recorded_at else visit.at,
        [
            (vault.open(one.what_sealed, "action"), one.responsible, one.due_on)
            for one in queries.list_actions_of_record(session, before.id)
        ],
        {
            one.kind: base64.b64decode(vault.open(one.content_sealed, "photo"))
            for one in queries.list_pictures_of_record(session, before.id)
        },
    )
    given = (
        visit.result,
        place_of(visit),
        visit.owner_view,
        visit.person.strip(),
        visit.matter.strip() if visit.is_visit else "",
        visit.outcome.strip() if visit.is_visit else "",
        visit.reason.strip(),
        visit.at,
        [(one.what.strip(), one.responsible.strip(), one.due_on) for one in visit.actions],
        _pictures_of(visit),
    )
    return stored == given


def _pictures_of(visit: VisitInput) -> dict[PictureKind, bytes]:
    both = {PictureKind.PHOTO: visit.photo, PictureKind.SIGNATURE: visit.signature}
    return {kind: content for kind, content in both.items() if content is not None}


def _visit(session: Session, scope: Scope, visit_id: int) -> VisitRow:
    row = queries.find_visit(session, scope, visit_id)
    if row is None:
        raise VisitNotFoundError(visit_id)
    return row


def _changeable(session: Session, scope: Scope, visit_id: int) -> tuple[VisitRow, Visit]:
    row = _visit(session, scope, visit_id)
    visit = queries.get_visit(session, visit_id)
    if visit.state is VisitState.VISITED:
        raise AlreadyVisitedError(visit_id)
    return row, visit


def _check_visitor(session: Session, row: VisitRow, visitor_id: int | None) -> None:
    if visitor_id is None:
        return
    if visitor_id not in {one for one, _name in queries.list_visitors(session, row.community_id)}:
        raise FieldError("visitor", "unknown")


def people_of(
    session: Session, vault: Vault, household_ids: Sequence[int]
) -> dict[int, tuple[PersonView, ...]]:
    """Decrypt names and phones of households; the caller has checked and audited the look."""
    found: dict[int, list[PersonView]] = defaultdict(list)
    for person in list_people(session, household_ids):
        phone = vault.open(person.phone_sealed, "phone") if person.phone_sealed else ""
        found[person.household_id].append(PersonView(vault.open(person.name_sealed, "name"), phone))
    return {household_id: tuple(found[household_id]) for household_id in household_ids}


def _audit(
    session: Session,
    scope: Scope,
    action: str,
    rows: Iterable[VisitRow],
    *,
    detail: str,
    now: datetime,
) -> None:
    """Write one audit entry per household."""
    record_many(
        session,
        actor=scope,
        action=action,
        subjects=[(row.household_uid, row.community_id) for row in rows],
        now=now,
        detail=detail,
    )
