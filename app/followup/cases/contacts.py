"""Recording a contact once, however often it is sent, and taking it back within a minute."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from app.clock import BEIJING
from app.followup.cases.errors import KeyTakenError, UndoTooLateError
from app.followup.cases.queries import (
    find_reopened_at,
    is_failed_try,
    list_events,
    list_reply_times,
    list_standing_contacts,
)
from app.followup.cases.rules import (
    SOURCES_AFTER,
    UNDO_SECONDS,
    Position,
    Try,
    stages_after,
    state_of,
    tries_since,
)
from app.followup.errors import CaseClosedError, CaseNotFoundError, FieldError
from app.followup.history.log import audit_cases, note_event
from app.followup.history.models import CaseEvent, CaseEventKind, ContactUndo
from app.followup.models import CaseList, CaseState, ContactRecord, FollowUp, Source, Stage
from app.followup.queries import FOLLOWERS, find_case, find_contact_by_key, get_case, list_t0
from app.followup.rows import CaseRow
from app.followup.rules import ContactInput, check_contact
from app.staff.scope import Scope
from app.vault import Vault

REPLIED = "reply"  # detail of the step a published reply takes


def record_contact(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    contact: ContactInput,
    *,
    now: datetime,
    key: str | None = None,
    is_kept: bool = False,
) -> CaseState:
    """Record a contact on an open case and let the outcome decide its next step.

    Whoever speaks to the owner first answers for the case from then on.

    Args:
        session: A writing transaction.
        vault: Seals who was spoken to and what was said.
        scope: Who made the contact.
        case_id: The case.
        contact: What was written down.
        now: The present instant.
        key: Made by the phone; a second arrival of the same record changes nothing.
        is_kept: It was written down without network. When the case was closed meanwhile it is
            kept all the same, and changes no step.

    Returns:
        The state of the case now.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        FieldError: A field is empty or cannot be true, or the home wishes no reply; nothing is
            stored.
        CaseClosedError: The case is not open any more.
        KeyTakenError: The key belongs to a contact of another case, of somebody else, or one
            that says something else.
    """
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    found = get_case(session, case_id)
    known = find_contact_by_key(session, key) if key else None
    if known is not None:
        if not _says_the_same(vault, known, contact, case_id, scope):
            raise KeyTakenError(known.key or "")
        return found.state
    _check(session, scope, row, found, contact, now=now)
    is_open = found.state is CaseState.OPEN
    if not is_open and not is_kept:
        raise CaseClosedError(case_id)
    earlier = list_standing_contacts(session, case_id)
    stages = _stages(session, found, contact, earlier, scope, now) if is_open else ()
    made = _add(session, vault, scope, case_id, contact, now=now, key=key)
    count_in(session, found, [*earlier, made])
    if is_open:
        _accept(session, found, scope, now=now, made=made)
    _walk(session, found, made, stages, now=now)
    audit_cases(session, scope, "record_contact", [row], detail=contact.outcome.value, now=now)
    session.flush()
    return found.state


def undo_contact(
    session: Session, scope: Scope, case_id: int, contact_id: int, *, now: datetime
) -> CaseState:
    """Take one's own last contact back within a minute; it stays on record and counts no more.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        UndoTooLateError: It is not the last thing that happened, not one's own, or too long ago.
    """
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    found = get_case(session, case_id)
    standing = list_standing_contacts(session, case_id)
    contact = next((one for one in standing if one.id == contact_id), None)
    events = [event for event, *_ in list_events(session, case_id)]
    before = [event for event in events if event.contact_id != contact_id]
    is_last = bool(events) and events[-1].contact_id == contact_id and not found.is_led_elsewhere
    if contact is None or not is_last or not may_undo(contact, scope, now=now):
        raise UndoTooLateError(contact_id)
    session.add(ContactUndo(contact_id=contact_id, staff_id=scope.staff_id, at=now))
    own = [event for event in events if event.contact_id == contact_id]
    _restore(found, own, before)
    count_in(session, found, [one for one in standing if one.id != contact_id])
    note_event(session, found, CaseEventKind.UNDONE, now=now, staff_id=scope.staff_id)
    audit_cases(session, scope, "undo_contact", [row], detail=contact.outcome.value, now=now)
    session.flush()
    return found.state


def answer_with_reply(session: Session, scope: Scope, case_id: int, *, now: datetime) -> None:
    """Let a case count as begun and answered by the reply its owner can read now.

    Whoever published it answers for the case when nobody did. A case that ended stays ended, and
    one that waits for its call-back goes on waiting.
    """
    found = get_case(session, case_id)
    count_in(session, found, list_standing_contacts(session, case_id))
    is_open = found.state is CaseState.OPEN and not found.is_led_elsewhere
    if is_open and found.stage is not Stage.ANSWERED:
        _accept(session, found, scope, now=now)
        move(found, Stage.ANSWERED, now=now)
        found.answered_by = scope.staff_id
        note_event(
            session, found, CaseEventKind.STEP, now=now, staff_id=scope.staff_id, detail=REPLIED
        )
    session.flush()


def may_undo(contact: ContactRecord, scope: Scope, *, now: datetime) -> bool:
    """Say whether somebody may still take a contact back, as far as person and time go."""
    recorded = contact.recorded_at or contact.at
    is_fresh = now - recorded <= timedelta(seconds=UNDO_SECONDS)
    return contact.staff_id == scope.staff_id and is_fresh


def move(found: FollowUp, stage: Stage, *, now: datetime) -> None:
    """Let a case stand in a stage; what follows from it goes along."""
    was_open = found.state is CaseState.OPEN
    found.stage = stage
    found.state = state_of(stage)
    if found.state is CaseState.OPEN:
        found.closed_at = None
    elif was_open:
        found.closed_at = now
        found.next_at = None


def position_of(found: FollowUp) -> Position:
    """Return where a case stands, for the rules."""
    return Position(found.stage, found.source, found.urgency, found.answered_by)


def list_tries(session: Session, contacts: Sequence[ContactRecord], case_id: int) -> list[Try]:
    """Return the failed tries of a case that count towards "not reached"."""
    found = [Try(one.at, one.way, is_failed_try(one), one.recorded_at) for one in contacts]
    return tries_since(found, find_reopened_at(session, case_id))


def _stages(
    session: Session,
    found: FollowUp,
    contact: ContactInput,
    earlier: Sequence[ContactRecord],
    scope: Scope,
    now: datetime,
) -> tuple[Stage, ...]:
    if found.is_led_elsewhere:
        return ()
    before = [Try(one.at, one.way, is_failed_try(one), one.recorded_at) for one in earlier]
    this = Try(contact.at, contact.way, contact.is_failed_try, now)
    every = sorted([*before, this], key=lambda one: one.at)
    tries = tries_since(every, find_reopened_at(session, found.id))
    return stages_after(contact, position_of(found), staff_id=scope.staff_id, tries=tries)


def _check(
    session: Session,
    scope: Scope,
    row: CaseRow,
    found: FollowUp,
    contact: ContactInput,
    *,
    now: datetime,
) -> None:
    """Refuse what cannot be true, and any contact with a home that wishes none."""
    released_at = _released_at(session, scope, row, found)
    check_contact(contact, now=now, said_at=row.received_at, released_at=released_at)
    if found.is_no_reply:
        raise FieldError("outcome", "no_reply")


def _released_at(session: Session, scope: Scope, row: CaseRow, found: FollowUp) -> datetime | None:
    """Return when somebody of an office could first know of a case; None when he did at once."""
    is_waited_for = scope.role in FOLLOWERS and row.on_list is CaseList.COMMUNITY
    if not is_waited_for or row.has_own_clock or found.campaign_id is None:
        return None
    return list_t0(session, {found.campaign_id}).get((found.campaign_id, found.community_id))


def _says_the_same(
    vault: Vault, known: ContactRecord, contact: ContactInput, case_id: int, scope: Scope
) -> bool:
    """Say whether a contact that comes again is the one stored under its key, word for word."""
    if (known.follow_up_id, known.staff_id) != (case_id, scope.staff_id):
        return False
    # A time ahead of the server's was cut at its arrival, and is cut later when it comes again.
    at = known.at if known.at != known.recorded_at else contact.at
    stored = ContactInput(
        at=at,
        way=known.way,
        person=vault.open(known.person_sealed, "person"),
        outcome=known.outcome,
        result=vault.open(known.result_sealed, "result"),
        owner_view=known.owner_view,
        next_on=known.next_on,
        next_time=known.next_time,
        place=known.place,
        attempt=known.attempt,
    )
    given = replace(
        contact,
        person=contact.person.strip(),
        result=contact.result.strip(),
        place=contact.where,
    )
    return stored == given


def _add(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    contact: ContactInput,
    *,
    now: datetime,
    key: str | None,
) -> ContactRecord:
    made = ContactRecord(
        follow_up_id=case_id,
        at=contact.at,
        way=contact.way,
        place=contact.where,
        person_sealed=vault.seal(contact.person.strip(), "person"),
        staff_id=scope.staff_id,
        outcome=contact.outcome,
        attempt=contact.attempt,
        result_sealed=vault.seal(contact.result.strip(), "result"),
        owner_view=contact.owner_view,
        next_on=contact.next_on,
        next_time=contact.next_time,
        recorded_at=now,
        key=key,
    )
    session.add(made)
    session.flush()
    return made


def _accept(
    session: Session,
    found: FollowUp,
    scope: Scope,
    *,
    now: datetime,
    made: ContactRecord | None = None,
) -> None:
    """Let the first who speaks or replies to the owner answer for the case."""
    if found.responsible_id is not None:
        return
    found.responsible_id = scope.staff_id
    note_event(
        session,
        found,
        CaseEventKind.ASSIGNED,
        now=now,
        staff_id=scope.staff_id,
        to_staff_id=scope.staff_id,
        contact_id=None if made is None else made.id,
    )


def _walk(
    session: Session,
    found: FollowUp,
    made: ContactRecord,
    stages: Sequence[Stage],
    *,
    now: datetime,
) -> None:
    """Take the steps of a contact, each with its event."""
    source = SOURCES_AFTER.get(made.outcome) if stages else None
    if found.source is Source.COMPLAINT:
        source = None  # what is repaired for a complaint is called back like any complaint
    if source is not None and source is not found.source:
        was, found.source = found.source, source
        change = f"{was}>{source}"
        _note(session, found, CaseEventKind.SOURCE, made, now=now, detail=change)
    for at, stage in enumerate(stages):
        move(found, stage, now=now)
        if stage is Stage.ANSWERED:
            found.answered_by = made.staff_id
        kind = CaseEventKind.STEP if at else CaseEventKind.CONTACT
        _note(session, found, kind, made, now=now, detail="" if at else made.outcome)
    if not stages:
        _note(session, found, CaseEventKind.CONTACT, made, now=now, detail=made.outcome)


def _note(
    session: Session,
    found: FollowUp,
    kind: CaseEventKind,
    made: ContactRecord,
    *,
    now: datetime,
    detail: str,
) -> None:
    note_event(
        session,
        found,
        kind,
        now=now,
        staff_id=made.staff_id,
        contact_id=made.id,
        detail=detail,
    )


def count_in(session: Session, found: FollowUp, standing: Sequence[ContactRecord]) -> None:
    """Let the row say what its standing contacts and the replies its owner reads say."""
    replied = list_reply_times(session, found.frame_member_id)
    found.contacts = len(standing) + len(replied)
    found.last_contact_at = max([*(one.at for one in standing), *replied], default=None)
    last = standing[-1] if standing else None
    found.next_at = None
    if last is not None and last.next_on is not None:
        at = time.fromisoformat(last.next_time) if last.next_time else time()
        found.next_at = datetime.combine(last.next_on, at, BEIJING)


def _restore(found: FollowUp, own: Sequence[CaseEvent], before: Sequence[CaseEvent]) -> None:
    """Put a case back to where it stood before the events of one contact."""
    for event in own:
        if event.kind is CaseEventKind.ASSIGNED:
            found.responsible_id = None
        if event.kind is CaseEventKind.SOURCE:
            found.source = Source(event.detail.partition(">")[0])
    stage = before[-1].stage if before else Stage.ACCEPTED
    if stage is not found.stage:
        found.stage, found.state = stage, state_of(stage)
        found.closed_at = None  # only a contact on an open case takes steps
    answers = [
        event
        for event in before
        if event.stage is Stage.ANSWERED and (event.contact_id or event.detail == REPLIED)
    ]
    found.answered_by = answers[-1].staff_id if stage is Stage.ANSWERED and answers else None
