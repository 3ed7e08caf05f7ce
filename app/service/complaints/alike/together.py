"""Complaints of a group led together: put together by hand, and one answer for all. No commit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.errors import FieldError
from app.followup.rules import ContactInput
from app.service.complaints.alike import queries
from app.service.complaints.alike.services import decide_group
from app.service.complaints.answering import answer
from app.service.complaints.errors import ComplaintNotFoundError, NotAllowedError
from app.service.complaints.models import ComplaintGroup, GroupState
from app.service.complaints.queries import find_by_number, get_complaint
from app.service.complaints.rows import ComplaintRow, GroupAnswer
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault

MOST_AT_ONCE = 200
_MAKERS = frozenset({Role.HEAD_OFFICE, Role.OFFICE})


def make_group(session: Session, scope: Scope, numbers: Sequence[str], *, now: datetime) -> int:
    """Say that complaints named by their numbers are one matter; return the group.

    An office suggests it, head office's own word is a decision.

    Raises:
        NotAllowedError: Somebody else than head office or a director.
        FieldError: Fewer than two, one that is not known to this person (``unknown``), or
            several matters, communities or decided groups (``not_both``), or one home alone
            (``one_home``): that is a repeat.
    """
    if scope.role not in _MAKERS:
        raise NotAllowedError(scope.staff_id, "make_group")
    wanted = list(dict.fromkeys(one.strip() for one in numbers if one.strip()))
    if len(wanted) < 2:
        raise FieldError("numbers", "empty")
    if len(wanted) > MOST_AT_ONCE:
        raise FieldError("numbers", "too_long")
    rows = [find_by_number(session, scope, one) for one in wanted]
    known = [one for one in rows if one is not None]
    if len(known) < len(rows):
        raise FieldError("numbers", "unknown")
    _check_alike(session, known)
    first = known[0]
    buildings = {queries.building_of(session, one.complaint.household_id) for one in known}
    group = ComplaintGroup(
        community_id=first.complaint.community_id,
        building_id=buildings.pop() if len(buildings) == 1 else None,
        sub_code=first.complaint.sub_code or "",
        on_list=first.case.on_list,
        suggested_at=now,
    )
    session.add(group)
    session.flush()
    for one in known:
        found = get_complaint(session, one.id)
        if found is None:
            raise ComplaintNotFoundError(one.id)
        found.group_id = group.id
    session.flush()
    record(
        session,
        actor=scope,
        action="complaint.group",
        subject=f"complaint_group:{group.id}",
        community_id=group.community_id,
        detail=f"suggested {len(known)}",
        now=now,
    )
    if scope.role is Role.HEAD_OFFICE:
        decide_group(session, scope, group.id, is_one=True, now=now)
    return group.id


def _check_alike(session: Session, rows: Sequence[ComplaintRow]) -> None:
    """Refuse what cannot be one matter: several matters, places or lists, or decided already."""
    sorts = {(one.complaint.community_id, one.complaint.sub_code, one.case.on_list) for one in rows}
    groups = [one.complaint.group_id for one in rows if one.complaint.group_id is not None]
    undecided = queries.list_open_groups(session, groups)
    is_unsorted = any(one.complaint.sub_code is None for one in rows)
    if len(sorts) > 1 or is_unsorted or set(groups) - undecided:
        raise FieldError("numbers", "not_both")
    homes = {one.complaint.household_id or -one.id for one in rows}
    if len(homes) < 2:
        raise FieldError("numbers", "one_home")


def answer_together(
    session: Session,
    vault: Vault,
    scope: Scope,
    group_id: int,
    talk: ContactInput,
    *,
    now: datetime,
) -> GroupAnswer:
    """Give every complaint of a confirmed group that waits the same answer, each with its record.

    What came in writing keeps its clock unless this is a writing; each customer is called back.

    Raises:
        ComplaintNotFoundError: There is no such group for this person.
        NotAllowedError: Head office has not said that it is one matter, or this person does not
            answer for groups.
        FieldError: The contact is incomplete, or older than one of the complaints.
    """
    row = queries.find_group(session, scope, group_id)
    if row is None:
        raise ComplaintNotFoundError(group_id)
    if row.state is not GroupState.CONFIRMED or scope.role not in _MAKERS:
        raise NotAllowedError(scope.staff_id, "answer_together")
    done = [
        answer(session, vault, scope, complaint_id, talk, now=now)
        for complaint_id in queries.list_members(session, scope, group_id)
    ]
    return GroupAnswer(answered=sum(done), kept=len(done) - sum(done))
