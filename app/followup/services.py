"""What the faces use of follow-up: make lists, look at cases, record contacts.

Each look at a home is written into the audit log, in the transaction of the look.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.followup.cases import queries as case_queries
from app.followup.cases.contacts import record_contact, undo_contact
from app.followup.cases.lists.queries import Filters, list_page
from app.followup.cases.making import make_follow_ups, read_hints
from app.followup.errors import CaseNotFoundError
from app.followup.history.log import audit_cases
from app.followup.history.models import CaseEvent
from app.followup.models import CaseList, CaseState, ContactRecord, Urgency
from app.followup.queries import find_case, list_cases, list_contacts, list_sealed_comments
from app.followup.rows import (
    CaseRow,
    CaseView,
    CommentView,
    ContactView,
    PersonView,
    SealedComment,
)
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.queries import list_people
from app.surveys.response.models import ContactWish
from app.vault import Vault

__all__ = [
    "CaseStep",
    "PageView",
    "list_steps",
    "make_follow_ups",
    "open_case",
    "read_hints",
    "record_contact",
    "undo_contact",
    "view_all",
    "view_cases",
    "view_page",
    "view_triage",
]

LONGEST_FILE = 5_000  # cases; a file of more is asked for by community


def view_cases(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None = None,
    on_list: CaseList | None = None,
    state: CaseState | None = None,
    now: datetime,
) -> tuple[CaseView, ...]:
    """Return a follow-up list with its texts; every household shown leaves an audit entry."""
    rows = list_cases(
        session, scope, campaign_id, community_id=community_id, on_list=on_list, state=state
    )
    readable = _readable_comments(session, vault, scope, rows)
    audit_cases(session, scope, "view_case", rows, detail="list", now=now)
    return tuple(CaseView(row, readable[row.frame_member_id]) for row in rows)


@dataclass(frozen=True, slots=True)
class PageView:
    """One page of a list with its texts."""

    views: tuple[CaseView, ...]
    total: int
    number: int
    count: int


def view_page(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    filters: Filters,
    *,
    number: int,
    today: date,
    now: datetime,
) -> PageView:
    """Return one page of a list with its texts; every household shown leaves an audit entry."""
    page = list_page(session, scope, campaign_id, filters, today=today, number=number)
    readable = _readable_comments(session, vault, scope, page.rows)
    audit_cases(session, scope, "view_case", page.rows, detail="list", now=now)
    views = tuple(CaseView(row, readable[row.frame_member_id]) for row in page.rows)
    return PageView(views, page.total, page.number, page.count)


def view_all(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    filters: Filters,
    *,
    today: date,
    now: datetime,
) -> tuple[CaseView, ...]:
    """Return a whole list with its texts, for a file; every household leaves an audit entry."""
    page = list_page(session, scope, campaign_id, filters, today=today, size=LONGEST_FILE)
    readable = _readable_comments(session, vault, scope, page.rows)
    audit_cases(session, scope, "view_case", page.rows, detail="list", now=now)
    return tuple(CaseView(row, readable[row.frame_member_id]) for row in page.rows)


def view_triage(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    *,
    hint: Urgency | None,
    now: datetime,
) -> tuple[CaseView, ...]:
    """Return cases nobody has looked at, with their texts; each leaves an audit entry."""
    rows = case_queries.list_triage(session, scope, campaign_id, hint=hint)
    readable = _readable_comments(session, vault, scope, rows)
    audit_cases(session, scope, "view_case", rows, detail="triage", now=now)
    return tuple(CaseView(row, readable[row.frame_member_id]) for row in rows)


@dataclass(frozen=True, slots=True)
class CaseStep:
    """One thing that happened with a case, readable."""

    event: CaseEvent
    by: str
    to: str
    note: str


def list_steps(session: Session, vault: Vault, case_id: int) -> tuple[CaseStep, ...]:
    """Return what happened with a case that `open_case` showed, oldest first."""
    return tuple(
        CaseStep(event, by, to, vault.open(note, "note") if note else "")
        for event, by, to, note in case_queries.list_events(session, case_id)
    )


def open_case(
    session: Session, vault: Vault, scope: Scope, case_id: int, now: datetime
) -> CaseView:
    """Return one case with texts, people and contacts; leaves an audit entry.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
    """
    row = _case(session, scope, case_id)
    readable = _readable_comments(session, vault, scope, [row])
    people = _people(session, vault, [row.household_id])
    contacts = tuple(
        _contact_view(vault, one, staff, is_undone=undone)
        for one, staff, undone in list_contacts(session, row.id)
    )
    audit_cases(session, scope, "view_case", [row], detail="case", now=now)
    return CaseView(row, readable[row.frame_member_id], people[row.household_id], contacts)


def _case(session: Session, scope: Scope, case_id: int) -> CaseRow:
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    return row


def _readable_comments(
    session: Session, vault: Vault, scope: Scope, rows: Iterable[CaseRow]
) -> dict[int, tuple[CommentView, ...]]:
    """Decrypt the comments of cases this person sees, leaving out what it may not read.

    Head office reads all; a caller what wants a reply. An office reads what its owners allowed
    it: a comment with "no reply" stays with head office even when the household's other comment
    is the office's to answer.
    """
    members = [row.frame_member_id for row in rows]
    found: dict[int, list[CommentView]] = {member: [] for member in members}
    for sealed in list_sealed_comments(session, members):
        if _may_read(scope, sealed.wish):
            found[sealed.frame_member_id].append(_comment_view(vault, sealed))
    return {member: tuple(comments) for member, comments in found.items()}


def _may_read(scope: Scope, wish: ContactWish) -> bool:
    if scope.role is Role.HEAD_OFFICE:
        return True
    if scope.role is Role.CALLER:
        return wish is not ContactWish.NO_REPLY
    return wish is ContactWish.OFFICE_OR_HQ


def _comment_view(vault: Vault, sealed: SealedComment) -> CommentView:
    texts = json.loads(vault.open(sealed.texts_sealed, "comment"))
    contact = (
        json.loads(vault.open(sealed.contact_sealed, "contact")) if sealed.contact_sealed else {}
    )
    return CommentView(
        id=sealed.id,
        received_at=sealed.received_at,
        wish=sealed.wish,
        texts=tuple(sorted(texts.items())),
        way=contact.get("way") or "",
        when=contact.get("when") or "",
        number=contact.get("number") or "",
    )


def _contact_view(
    vault: Vault, contact: ContactRecord, staff: str, *, is_undone: bool
) -> ContactView:
    return ContactView(
        id=contact.id,
        at=contact.at,
        way=contact.way,
        person=vault.open(contact.person_sealed, "person"),
        staff=staff,
        outcome=contact.outcome,
        result=vault.open(contact.result_sealed, "result"),
        owner_view=contact.owner_view,
        next_on=contact.next_on,
        next_time=contact.next_time,
        place=contact.place,
        attempt=contact.attempt,
        is_undone=is_undone,
    )


def _people(
    session: Session, vault: Vault, household_ids: Sequence[int]
) -> dict[int, tuple[PersonView, ...]]:
    """Decrypt the names and phones of some households."""
    found: dict[int, list[PersonView]] = defaultdict(list)
    for person in list_people(session, household_ids):
        phone = vault.open(person.phone_sealed, "phone") if person.phone_sealed else ""
        found[person.household_id].append(PersonView(vault.open(person.name_sealed, "name"), phone))
    return {household_id: tuple(found[household_id]) for household_id in household_ids}
