"""Praise (表扬): it reaches who was praised, is counted, and the owner is thanked. No commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.cases.contacts import move
from app.followup.cases.errors import PraiseNotFoundError
from app.followup.errors import CaseNotFoundError, FieldError
from app.followup.history.log import audit_cases, note_event
from app.followup.history.models import CaseEventKind, Praise
from app.followup.models import CaseState, Stage, Urgency
from app.followup.praise import queries
from app.followup.queries import find_case, get_case
from app.staff.models import Role
from app.staff.queries import find_staff
from app.staff.scope import Scope
from app.vault import Vault

_LONGEST_NAME = 40
_THANKERS = frozenset({Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD})


@dataclass(frozen=True, slots=True)
class PraiseView:
    """One praise, readable."""

    id: int
    case_id: int
    community: str
    name: str
    is_account: bool
    department: str
    said_at: datetime
    thanked_at: datetime | None
    is_head_office_only: bool


def pass_praise_on(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    *,
    staff_id: int | None,
    name: str,
    department: str,
    now: datetime,
) -> int:
    """Name who was praised: an account, or a name as the owner wrote it. Said twice counts once.

    Returns:
        The key of the praise.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        FieldError: Nobody was named, or an account that does not exist.
    """
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    name = name.strip()
    if staff_id is not None and find_staff(session, staff_id) is None:
        raise FieldError("staff", "unknown")
    if staff_id is None and not name:
        raise FieldError("name", "empty")
    if len(name) > _LONGEST_NAME:
        raise FieldError("name", "too_long")
    for known, _ in queries.list_praise_of(session, case_id):
        said = vault.open(known.name_sealed, "name") if known.name_sealed else ""
        if (known.staff_id, said) == (staff_id, "" if staff_id is not None else name):
            return known.id
    found = get_case(session, case_id)
    praise = Praise(
        follow_up_id=case_id,
        campaign_id=found.campaign_id,
        community_id=found.community_id,
        staff_id=staff_id,
        name_sealed=None if staff_id is not None else vault.seal(name, "name"),
        department=department,
        said_at=now,
        said_by=scope.staff_id,
    )
    session.add(praise)
    audit_cases(session, scope, "pass_praise", [row], detail=department, now=now)
    session.flush()
    return praise.id


def thank(session: Session, scope: Scope, praise_id: int, *, now: datetime) -> CaseState:
    """Note with one tap that a praise was passed on and its owner thanked.

    A case that holds nothing but praise is closed with it: there is nothing to repair. Thanking
    twice changes nothing.

    Returns:
        The state of the case now.

    Raises:
        PraiseNotFoundError: The praise does not exist for this person, or is one's own.
    """
    praise = queries.find_praise(session, scope, praise_id)
    row = None if praise is None else find_case(session, scope, praise.follow_up_id)
    if praise is None or row is None or scope.role not in _THANKERS:
        raise PraiseNotFoundError(praise_id)
    found = get_case(session, praise.follow_up_id)
    if praise.thanked_at is not None:
        return found.state
    praise.thanked_at, praise.thanked_by = now, scope.staff_id
    session.flush()
    waiting = [
        one for one, _ in queries.list_praise_of(session, found.id) if one.thanked_at is None
    ]
    is_done = found.urgency is Urgency.PRAISE_ONLY and found.state is CaseState.OPEN
    if is_done and not waiting and not found.is_led_elsewhere:
        if found.responsible_id is None:
            found.responsible_id = scope.staff_id
        for stage in (Stage.ANSWERED, Stage.CLOSED):
            move(found, stage, now=now)
            note_event(
                session,
                found,
                CaseEventKind.STEP,
                now=now,
                staff_id=scope.staff_id,
                detail="thanked",
            )
    audit_cases(session, scope, "thank", [row], detail="", now=now)
    session.flush()
    return found.state


def view_praise(vault: Vault, rows: Sequence[queries.PraiseRow]) -> tuple[PraiseView, ...]:
    """Return praise with readable names."""
    return tuple(
        PraiseView(
            id=row.praise.id,
            case_id=row.praise.follow_up_id,
            community=row.community,
            name=row.staff
            or (vault.open(row.praise.name_sealed, "name") if row.praise.name_sealed else ""),
            is_account=row.praise.staff_id is not None,
            department=row.praise.department,
            said_at=row.praise.said_at,
            thanked_at=row.praise.thanked_at,
            is_head_office_only=row.is_head_office_only,
        )
        for row in rows
    )
