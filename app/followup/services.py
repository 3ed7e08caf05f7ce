"""Commands of follow-up: make lists, open cases, record contacts and home visits."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import groupby

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import (
    AlreadyVisitedError,
    CaseClosedError,
    CaseNotFoundError,
    FieldError,
    VisitNotFoundError,
)
from app.followup.models import (
    CaseList,
    CaseState,
    ContactRecord,
    FollowUp,
    Outcome,
    Visit,
    VisitState,
)
from app.followup.queries import (
    find_case,
    find_visit,
    get_case,
    get_visit,
    list_cases,
    list_comment_facts,
    list_contacts,
    list_sealed_comments,
    list_unplanned_important,
    list_visits,
    lock_campaign,
)
from app.followup.rows import (
    CaseRow,
    CaseView,
    CommentFact,
    CommentView,
    ContactView,
    PersonView,
    SealedComment,
    VisitRow,
    VisitView,
)
from app.followup.rules import (
    ContactInput,
    Standing,
    check_contact,
    check_text,
    choose_wish,
    spread_visits,
    standing_of,
    state_after,
)
from app.staff.audit import record_many
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import lock_gate
from app.surveys.campaign.rules import GateStatus
from app.surveys.register.queries import list_people
from app.surveys.response.models import ContactWish
from app.vault import Vault


def make_follow_ups(session: Session, campaign_id: int, *, now: datetime) -> int:
    """Give every household that left a comment exactly one case; safe to repeat at any time.

    All comments count, also those of answers that are not counted themselves. A later comment
    can open a case again or move it to head office's list (see `rules.standing_of`).

    Args:
        session: A writing transaction.
        campaign_id: The campaign.
        now: The present instant.

    Returns:
        How many cases are new.
    """
    lock_campaign(session, campaign_id)
    new = 0
    facts = list_comment_facts(session, campaign_id)
    for member_id, group in groupby(facts, key=lambda fact: fact.frame_member_id):
        comments = tuple(group)
        before = comments[0].case
        standing = _standing(comments, before)
        if before is None:
            before = FollowUp(
                frame_member_id=member_id,
                campaign_id=campaign_id,
                community_id=comments[0].community_id,
                created_at=now,
            )
            session.add(before)
            new += 1
        before.on_list = standing.on_list
        before.state = standing.state
        before.closed_at = standing.closed_at
    session.flush()
    return new


def _standing(comments: Sequence[CommentFact], before: FollowUp | None) -> Standing:
    """Return where the case of these comments stands now."""
    asked = [one.received_at for one in comments if one.wish is not ContactWish.NO_REPLY]
    stood = None if before is None else Standing(before.on_list, before.state, before.closed_at)
    return standing_of(
        choose_wish([one.wish for one in comments]),
        last_at=max(one.received_at for one in comments),
        last_asked_at=max(asked, default=None),
        before=stood,
    )


def plan_visits(
    session: Session, campaign: Campaign, gate: Gate, status: GateStatus, *, now: datetime
) -> int:
    """Plan a home visit for every important household of a community's frame, never twice.

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
    members = list_unplanned_important(session, campaign.id, gate.community_id)
    dates = spread_visits(len(members), t0=status.t0, now=now)
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
    _audit(session, scope, "view_case", rows, detail="list", now=now)
    return tuple(CaseView(row, readable[row.frame_member_id]) for row in rows)


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
        _contact_view(vault, one, staff) for one, staff in list_contacts(session, row.id)
    )
    _audit(session, scope, "view_case", [row], detail="case", now=now)
    return CaseView(row, readable[row.frame_member_id], people[row.household_id], contacts)


def record_contact(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    contact: ContactInput,
    *,
    now: datetime,
) -> CaseState:
    """Record a contact on an open case and let the outcome decide its state.

    Returns:
        The state of the case now.

    Raises:
        CaseNotFoundError: The case does not exist for this person.
        FieldError: A field is empty or cannot be true; nothing is stored.
        CaseClosedError: The case is not open any more.
    """
    row = _case(session, scope, case_id)
    check_contact(contact, now=now)
    found = get_case(session, case_id)
    if found.state is not CaseState.OPEN:
        raise CaseClosedError(case_id)
    session.add(
        ContactRecord(
            follow_up_id=case_id,
            at=contact.at,
            way=contact.way,
            person_sealed=vault.seal(contact.person.strip(), "person"),
            staff_id=scope.staff_id,
            outcome=contact.outcome,
            result_sealed=vault.seal(contact.result.strip(), "result"),
            owner_view=contact.owner_view,
            next_on=contact.next_on,
        )
    )
    session.flush()
    tries = [
        one.way for one, _ in list_contacts(session, case_id) if one.outcome is Outcome.UNREACHABLE
    ]
    found.state = state_after(contact.outcome, tries)
    found.closed_at = None if found.state is CaseState.OPEN else now
    _audit(session, scope, "record_contact", [row], detail=contact.outcome.value, now=now)
    session.flush()
    return found.state


def view_visits(
    session: Session,
    vault: Vault,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None = None,
    state: VisitState | None = None,
    now: datetime,
) -> tuple[VisitView, ...]:
    """Return the visit list with the people to visit; every household leaves an audit entry."""
    rows = list_visits(session, scope, campaign_id, community_id=community_id, state=state)
    people = _people(session, vault, [row.household_id for row in rows])
    _audit(session, scope, "view_visit", rows, detail="list", now=now)
    return tuple(VisitView(row, people[row.household_id]) for row in rows)


def open_visit(
    session: Session, vault: Vault, scope: Scope, visit_id: int, now: datetime
) -> VisitView:
    """Return one visit with people and note; leaves an audit entry.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
    """
    row = _visit(session, scope, visit_id)
    sealed = get_visit(session, visit_id).note_sealed
    people = _people(session, vault, [row.household_id])
    _audit(session, scope, "view_visit", [row], detail="visit", now=now)
    note = vault.open(sealed, "note") if sealed else ""
    return VisitView(row, people[row.household_id], note)


def record_visit(
    session: Session,
    vault: Vault,
    scope: Scope,
    visit_id: int,
    *,
    visited_on: date,
    note: str,
    now: datetime,
) -> None:
    """Record that a home visit took place, with what was said.

    Raises:
        VisitNotFoundError: The visit does not exist for this person.
        FieldError: The note is empty or too long, or the date lies in the future.
        AlreadyVisitedError: The visit was recorded before.
    """
    row = _visit(session, scope, visit_id)
    check_text("note", note)
    if visited_on > beijing_date(now):
        raise FieldError("visited_on", "in_future")
    visit = get_visit(session, visit_id)
    if visit.state is VisitState.VISITED:
        raise AlreadyVisitedError(visit_id)
    visit.state = VisitState.VISITED
    visit.visited_on = visited_on
    visit.visited_by = scope.staff_id
    visit.note_sealed = vault.seal(note.strip(), "note")
    _audit(session, scope, "record_visit", [row], detail="", now=now)
    session.flush()


def _case(session: Session, scope: Scope, case_id: int) -> CaseRow:
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    return row


def _visit(session: Session, scope: Scope, visit_id: int) -> VisitRow:
    row = find_visit(session, scope, visit_id)
    if row is None:
        raise VisitNotFoundError(visit_id)
    return row


def _readable_comments(
    session: Session, vault: Vault, scope: Scope, rows: Iterable[CaseRow]
) -> dict[int, tuple[CommentView, ...]]:
    """Decrypt the comments of cases this person sees, leaving out what it may not read.

    Head office reads all. An office reads what its owners allowed it: a comment with "no reply"
    stays with head office even when the household's other comment is the office's to answer.
    """
    members = [row.frame_member_id for row in rows]
    found: dict[int, list[CommentView]] = {member: [] for member in members}
    for sealed in list_sealed_comments(session, members):
        if scope.role is Role.HEAD_OFFICE or sealed.wish is ContactWish.OFFICE_OR_HQ:
            found[sealed.frame_member_id].append(_comment_view(vault, sealed))
    return {member: tuple(comments) for member, comments in found.items()}


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


def _contact_view(vault: Vault, contact: ContactRecord, staff: str) -> ContactView:
    return ContactView(
        at=contact.at,
        way=contact.way,
        person=vault.open(contact.person_sealed, "person"),
        staff=staff,
        outcome=contact.outcome,
        result=vault.open(contact.result_sealed, "result"),
        owner_view=contact.owner_view,
        next_on=contact.next_on,
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


def _audit(
    session: Session,
    scope: Scope,
    action: str,
    rows: Iterable[CaseRow | VisitRow],
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
