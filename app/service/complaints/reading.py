"""Looking at complaints: each look is a look at a home, and written into the audit log."""

import json
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.followup.cases.queries import list_events
from app.followup.models import ContactRecord
from app.followup.queries import list_contacts, list_sealed_comments
from app.followup.rows import ContactView
from app.service.complaints import queries
from app.service.complaints.alike.queries import list_repeats
from app.service.complaints.clocks import step_due
from app.service.complaints.errors import ComplaintNotFoundError
from app.service.complaints.models import ComplaintStep, Step
from app.service.complaints.rows import (
    ComplaintPage,
    ComplaintRow,
    ComplaintView,
    EscalationView,
    EventView,
    ExtensionView,
    Filters,
    StepView,
)
from app.service.complaints.rules import OFFICE_ROLES, OPTIONAL, steps_of
from app.staff.audit import record_many
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import Calendar
from app.surveys.response.models import ContactWish
from app.vault import Vault

_LASTING = frozenset({Step.RECORD, Step.NATURE, Step.DEPARTMENT, Step.IDENTITY})


def view_list(
    session: Session,
    scope: Scope,
    filters: Filters,
    *,
    after: str | None = None,
    limit: int = queries.PAGE,
    now: datetime,
) -> ComplaintPage:
    """Return a page of complaints; every one shown leaves an audit entry."""
    page = queries.list_complaints(session, scope, filters, after=after, limit=limit)
    _audit(session, scope, page.rows, "list", now=now)
    return page


def note_look(session: Session, scope: Scope, complaint_id: int, *, now: datetime) -> None:
    """Write down that somebody looked at the papers of a complaint.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
    """
    row = queries.find_complaint(session, scope, complaint_id)
    if row is None:
        raise ComplaintNotFoundError(complaint_id)
    _audit(session, scope, [row], "papers", now=now)


def open_complaint(
    session: Session, vault: Vault, scope: Scope, complaint_id: int, *, now: datetime
) -> ComplaintView:
    """Return one complaint with its words and history; leaves an audit entry.

    Raises:
        ComplaintNotFoundError: It does not exist for this person.
    """
    row = queries.find_complaint(session, scope, complaint_id)
    if row is None:
        raise ComplaintNotFoundError(complaint_id)
    found = row.complaint
    _audit(session, scope, [row], "open", now=now)
    return ComplaintView(
        row=row,
        name=_open(vault, found.name_sealed, "name"),
        contact=_open(vault, found.contact_sealed, "phone"),
        company=_open(vault, found.company_sealed, "name"),
        text=text_of(session, vault, scope, row),
        cause=_open(vault, found.cause_sealed, "note"),
        prevention=_open(vault, found.prevention_sealed, "note"),
        contacts=tuple(
            _contact(vault, one, staff, is_undone=undone)
            for one, staff, undone in list_contacts(session, row.id)
        ),
        steps=_steps(session, vault, row, load_calendar(session)),
        extensions=tuple(
            ExtensionView(one.at, by, one.old_due_on, one.new_due_on, one.reaction)
            for one, by in queries.list_extensions(session, row.id)
        ),
        escalations=tuple(
            EscalationView(one.at, by, one.level, one.reason.value)
            for one, by in queries.list_escalations(session, row.id)
        ),
        events=tuple(
            EventView(
                event.at,
                event.kind.value,
                event.stage,
                by,
                to,
                event.detail,
                _open(vault, sealed, "note"),
            )
            for event, by, to, sealed in list_events(session, row.id)
        ),
        repeats=tuple(list_repeats(session, scope, row.id)),
    )


def text_of(session: Session, vault: Vault, scope: Scope, row: ComplaintRow) -> str:
    """Return what was complained about: of an adopted case the comments this person may read."""
    if row.complaint.text_sealed is not None:
        return vault.open(row.complaint.text_sealed, "complaint")
    if row.case.frame_member_id is None:
        return ""
    said: list[str] = []
    for sealed in list_sealed_comments(session, [row.case.frame_member_id]):
        if scope.role in OFFICE_ROLES and sealed.wish is not ContactWish.OFFICE_OR_HQ:
            continue
        texts = json.loads(vault.open(sealed.texts_sealed, "comment"))
        said.extend(text for _, text in sorted(texts.items()))
    return "\n".join(said)


def _steps(
    session: Session, vault: Vault, row: ComplaintRow, calendar: Calendar
) -> tuple[StepView, ...]:
    found = row.complaint
    taken: dict[Step, tuple[ComplaintStep, str]] = {
        one.step: (one, by)
        for one, by in queries.list_steps(session, row.id)
        if one.round == found.round or one.step in _LASTING
    }
    views = []
    for step in steps_of(found.kind):
        one, by = taken.get(step, (None, ""))
        due = step_due(
            step,
            received_at=found.clock_from,
            due_on=found.due_on,
            answered_at=found.answered_at,
            cal=calendar,
        )
        views.append(
            StepView(
                step=step,
                at=None if one is None else one.at,
                by=by,
                note="" if one is None else _open(vault, one.note_sealed, "note"),
                due_on=due,
                is_optional=step in OPTIONAL,
            )
        )
    return tuple(views)


def next_step_due(view: ComplaintView) -> date | None:
    """Return the last day of the first step that must still be taken."""
    days = [one.due_on for one in view.steps if one.at is None and not one.is_optional]
    return min((day for day in days if day is not None), default=None)


def _audit(
    session: Session,
    scope: Scope,
    rows: tuple[ComplaintRow, ...] | list[ComplaintRow],
    detail: str,
    *,
    now: datetime,
) -> None:
    record_many(
        session,
        actor=scope,
        action="complaint.view",
        subjects=[(row.subject, row.complaint.community_id) for row in rows],
        now=now,
        detail=detail,
    )


def _open(vault: Vault, sealed: bytes | None, purpose: str) -> str:
    return "" if sealed is None else vault.open(sealed, purpose)


def _contact(vault: Vault, one: ContactRecord, staff: str, *, is_undone: bool) -> ContactView:
    return ContactView(
        id=one.id,
        at=one.at,
        way=one.way,
        person=vault.open(one.person_sealed, "person"),
        staff=staff,
        outcome=one.outcome,
        result=vault.open(one.result_sealed, "result"),
        owner_view=one.owner_view,
        next_on=one.next_on,
        next_time=one.next_time,
        place=one.place,
        attempt=one.attempt,
        is_undone=is_undone,
    )
