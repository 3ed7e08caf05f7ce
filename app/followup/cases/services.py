"""Commands on cases: give to somebody, take a step, turn, triage, capacity. None commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.cases.contacts import move, position_of
from app.followup.cases.errors import NotResponsibleError, StepRefusedError
from app.followup.cases.queries import find_capacity, list_team
from app.followup.cases.rules import Capacity, check_step, safety_dates
from app.followup.errors import CaseClosedError, CaseNotFoundError, FieldError
from app.followup.history.log import add_note, audit_cases, note_event
from app.followup.history.models import CaseCapacity, CaseEventKind
from app.followup.models import CaseList, CaseState, FollowUp, Source, Stage, Urgency
from app.followup.queries import find_case, get_case
from app.followup.rows import CaseRow
from app.followup.rules import check_text
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.vault import Vault

_GIVERS = frozenset({Role.HEAD_OFFICE, Role.OFFICE})
_REASONED = frozenset({Stage.CLOSED, Stage.REOPENED})
DANGER, NO_DANGER = "danger", "no danger"  # details of events: a danger nobody may call about
TURNS = (Source.COMPLAINT, Source.REPAIR)


def give_cases(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_ids: Sequence[int],
    *,
    staff_id: int,
    reason: str,
    now: datetime,
) -> int:
    """Let somebody answer for cases from now on, one or many at once.

    A case that somebody answers for already is handed over, which needs a reason. A steward takes
    cases that are nobody's and hands over his own; directors and head office give any they see.

    Returns:
        How many cases changed hands.

    Raises:
        CaseNotFoundError: A case does not exist for this person; nothing changes.
        NotResponsibleError: The named person may not answer for one of them, or the one case is
            led elsewhere; among many such a one stays where it is.
        FieldError: A hand-over without a reason.
    """
    changed = 0
    rows = [_case(session, scope, case_id) for case_id in dict.fromkeys(case_ids)]
    teams: dict[tuple[int, CaseList], set[int]] = {}
    for row in rows:
        place = (row.community_id, row.on_list)
        if place not in teams:
            teams[place] = _allowed(session, scope, row)
        _check_giver(scope, row, staff_id, teams[place])
        found = get_case(session, row.id)
        if found.is_led_elsewhere and len(rows) == 1:
            raise NotResponsibleError(staff_id)  # its slice says who may answer for it
        if found.responsible_id == staff_id or found.is_led_elsewhere:
            continue
        _give(session, vault, scope, found, staff_id=staff_id, reason=reason, now=now)
        changed += 1
    audit_cases(session, scope, "give_case", rows, detail=f"staff {staff_id}", now=now)
    session.flush()
    return changed


def take_step(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    to: Stage,
    *,
    reason: str,
    now: datetime,
) -> CaseState:
    """Take a step by hand: verified, in work, closed though not satisfied, opened again.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        StepRefusedError: The circle has no such step, or it is not this person's.
        FieldError: Closing or opening again without a reason.
    """
    row = _case(session, scope, case_id)
    found = get_case(session, case_id)
    if found.is_led_elsewhere:
        raise StepRefusedError(found.stage, to)
    check_step(
        position_of(found),
        to,
        role=scope.role,
        staff_id=scope.staff_id,
        is_no_reply=found.is_no_reply,
    )
    if to in _REASONED:
        check_text("reason", reason)
    move(found, to, now=now)
    if to is Stage.REOPENED:
        found.answered_by = None
    elif found.is_no_reply and found.state is CaseState.OPEN:
        found.answered_by = scope.staff_id  # who looked at the danger; somebody else closes it
    kind = CaseEventKind.REOPENED if to is Stage.REOPENED else CaseEventKind.STEP
    event = note_event(session, found, kind, now=now, staff_id=scope.staff_id, detail="by hand")
    add_note(session, vault, event, reason)
    audit_cases(session, scope, "step_case", [row], detail=to.value, now=now)
    session.flush()
    return found.state


def turn_into(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    source: Source,
    *,
    reason: str,
    now: datetime,
) -> None:
    """Make a complaint or a repair of an open case; where it came from stays on record.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        CaseClosedError: It is not open.
        FieldError: It is that already, or cannot become that.
        NotResponsibleError: Somebody else than head office makes a complaint something less.
    """
    row = _case(session, scope, case_id)
    found = get_case(session, case_id)
    if found.state is not CaseState.OPEN:
        raise CaseClosedError(case_id)
    if found.is_led_elsewhere:
        raise FieldError("source", "unknown")
    if source not in TURNS or source is found.source:
        raise FieldError("source", "unknown")
    if found.source is Source.COMPLAINT and scope.role is not Role.HEAD_OFFICE:
        raise NotResponsibleError(scope.staff_id)
    was, found.source = found.source, source
    event = note_event(
        session,
        found,
        CaseEventKind.SOURCE,
        now=now,
        staff_id=scope.staff_id,
        detail=f"{was}>{source}",
    )
    add_note(session, vault, event, reason)
    audit_cases(session, scope, "turn_case", [row], detail=source.value, now=now)
    session.flush()


def triage_case(
    session: Session,
    scope: Scope,
    case_id: int,
    *,
    urgency: Urgency,
    code: str | None,
    department: str | None,
    now: datetime,
) -> None:
    """Say what a case is about: how urgent, under which code, whose department.

    A danger to people starts the case's own clock from the day the words came in, and lets the
    office see it although its list is not released. Only head office may say that a danger is
    none after all. A danger whose owner wishes no reply is no less one: it opens on head office's
    list, to be looked at without contacting the home.

    Args:
        session: A writing transaction.
        scope: Who decides.
        case_id: The case.
        urgency: What it is about.
        code: Of the codebook; the caller has looked it up.
        department: The one department of that code.
        now: The present instant.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        NotResponsibleError: Somebody else than head office takes back a danger.
    """
    row = _case(session, scope, case_id)
    found = get_case(session, case_id)
    was_danger = found.urgency is Urgency.SAFETY
    if scope.role is not Role.HEAD_OFFICE and was_danger and urgency is not Urgency.SAFETY:
        raise NotResponsibleError(scope.staff_id)
    found.urgency = urgency
    if code is not None:
        found.code, found.department = code, department
    found.triaged_at = now
    if urgency is Urgency.SAFETY and not was_danger:
        dates = safety_dates(found.read_to or found.created_at, load_calendar(session))
        found.start_by, found.close_by = dates.start_by, dates.close_by
    elif urgency is not Urgency.SAFETY:
        found.start_by = found.close_by = None
    _see_to_danger(session, scope, found, now=now)
    detail = f"{urgency} {code or ''}".strip()
    note_event(
        session, found, CaseEventKind.TRIAGED, now=now, staff_id=scope.staff_id, detail=detail
    )
    audit_cases(session, scope, "triage_case", [row], detail=detail, now=now)
    session.flush()


def _see_to_danger(session: Session, scope: Scope, found: FollowUp, *, now: datetime) -> None:
    """Open what nobody would look at because no reply is wished; close it when it was no danger."""
    is_danger = found.urgency is Urgency.SAFETY
    if is_danger and found.state is CaseState.DECLINED:
        if found.is_no_reply:
            found.on_list = CaseList.HEAD_OFFICE
        move(found, Stage.REOPENED, now=now)
        found.answered_by = None
        kind, detail = CaseEventKind.REOPENED, DANGER
    elif not is_danger and found.is_no_reply and found.state is CaseState.OPEN:
        move(found, Stage.DECLINED, now=now)
        kind, detail = CaseEventKind.STEP, NO_DANGER
    else:
        return
    note_event(session, found, kind, now=now, staff_id=scope.staff_id, detail=detail)


def capacity_of(session: Session, community_id: int) -> Capacity:
    """Return the people and calls of a community, the usual ones where nobody said otherwise."""
    said = find_capacity(session, community_id)
    return Capacity() if said is None else Capacity(said.callers, said.calls_a_day)


def set_capacity(
    session: Session, scope: Scope, community_id: int, capacity: Capacity, *, now: datetime
) -> None:
    """Keep how many people call for a community, and how many calls each makes in a day.

    Raises:
        NotResponsibleError: Not this person's community, or not a director or head office.
    """
    if scope.role not in _GIVERS or not scope.sees(community_id):
        raise NotResponsibleError(scope.staff_id)
    said = find_capacity(session, community_id)
    if said is None:
        said = CaseCapacity(community_id=community_id)
        session.add(said)
    said.callers, said.calls_a_day = capacity.callers, capacity.calls_a_day
    said.changed_by, said.changed_at = scope.staff_id, now
    record(
        session,
        actor=scope,
        action="case.capacity",
        subject=f"community:{community_id}",
        community_id=community_id,
        detail=f"{capacity.callers} x {capacity.calls_a_day}",
        now=now,
    )
    session.flush()


def _case(session: Session, scope: Scope, case_id: int) -> CaseRow:
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    return row


def _allowed(session: Session, scope: Scope, row: CaseRow) -> set[int]:
    """Return who may be named: callers, who see no list of their own, by head office alone."""
    team = list_team(session, {row.community_id}, on_list=row.on_list)
    is_head = scope.role is Role.HEAD_OFFICE
    return {one.id for one in team if is_head or one.role in {Role.OFFICE, Role.STEWARD}}


def _check_giver(scope: Scope, row: CaseRow, staff_id: int, team: set[int]) -> None:
    if staff_id not in team:
        raise NotResponsibleError(staff_id)
    own = row.responsible_id == scope.staff_id
    taken = row.responsible_id is None and staff_id == scope.staff_id
    if scope.role not in _GIVERS and not own and not taken:
        raise NotResponsibleError(staff_id)


def _give(
    session: Session,
    vault: Vault,
    scope: Scope,
    found: FollowUp,
    *,
    staff_id: int,
    reason: str,
    now: datetime,
) -> None:
    is_hand_over = found.responsible_id is not None
    if is_hand_over:
        check_text("reason", reason)
    found.responsible_id = staff_id
    event = note_event(
        session,
        found,
        CaseEventKind.HANDED_OVER if is_hand_over else CaseEventKind.ASSIGNED,
        now=now,
        staff_id=scope.staff_id,
        to_staff_id=staff_id,
    )
    add_note(session, vault, event, reason)
