"""Reads of follow-up cases; each takes the scope of who is looking.

Who may see a case at all is said once, in `visible_cases`. Head office sees every case from the
first day. An office sees the cases on its own communities' list once the gate was released and
frozen, and a danger to people as soon as head office has said that it is one. A caller sees the
cases given to him. Nobody else sees any.

A case on head office's list does not exist for an office: no row, no count. A home that wishes no
reply is a number to it, without door or day. The lists are made every minute; a comment for head
office alone hides its case from the office at once, without waiting for them.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    false,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session

from app.followup.history.models import ContactUndo
from app.followup.models import CaseList, CaseState, ContactRecord, FollowUp, Urgency
from app.followup.rows import (
    CaseCounts,
    CaseRow,
    SealedComment,
)
from app.followup.rules import DueDates, due_dates
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import FrameMember, Gate
from app.surveys.register.models import Community, Household
from app.surveys.response.models import Comment, ContactWish, Response

FOLLOWERS = (Role.OFFICE, Role.STEWARD)
COUNTERS = (Role.LEADER, Role.REGION)  # see how far communities are, and no household
_PORTION = 1000


def visible_cases(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a case exists for this person."""
    if scope.role is Role.HEAD_OFFICE:
        return true()
    if scope.role is Role.CALLER:
        return and_(FollowUp.responsible_id == scope.staff_id, FollowUp.is_no_reply.is_(False))
    if scope.role not in FOLLOWERS:
        return false()
    return and_(_on_the_desk(scope), FollowUp.is_no_reply.is_(False))


def _on_the_desk(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a case counts for an office, no-reply homes included."""
    released = exists().where(
        Gate.campaign_id == FollowUp.campaign_id,
        Gate.community_id == FollowUp.community_id,
        Gate.frozen_at.is_not(None),
    )
    for_head_office_alone = (
        exists()
        .where(
            Response.frame_member_id == FollowUp.frame_member_id,
            Comment.response_id == Response.id,
            Comment.wish == ContactWish.HQ_ONLY,
        )
        .correlate(FollowUp)
    )
    return and_(
        FollowUp.on_list == CaseList.COMMUNITY,
        in_scope(FollowUp.community_id, scope),
        or_(released, FollowUp.urgency == Urgency.SAFETY),
        ~for_head_office_alone,
    )


def list_cases(
    session: Session,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None = None,
    on_list: CaseList | None = None,
    state: CaseState | None = None,
) -> list[CaseRow]:
    """Return the cases this person may see, by community, building and room.

    Args:
        session: Database session.
        scope: Who is looking.
        campaign_id: The campaign.
        community_id: Only this community.
        on_list: Only this list.
        state: Only this state.
    """
    where = [FollowUp.campaign_id == campaign_id]
    if community_id is not None:
        where.append(FollowUp.community_id == community_id)
    if on_list is not None:
        where.append(FollowUp.on_list == on_list)
    if state is not None:
        where.append(FollowUp.state == state)
    return list_rows(session, scope, where)


def find_case(session: Session, scope: Scope, case_id: int) -> CaseRow | None:
    """Return one case, None when it does not exist for this person."""
    rows = list_rows(session, scope, [FollowUp.id == case_id])
    return rows[0] if rows else None


def list_rows(
    session: Session,
    scope: Scope,
    where: Sequence[ColumnElement[bool]],
    *,
    order: Sequence[ColumnElement[Any]] | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[CaseRow]:
    """Return visible cases of homes under further conditions.

    What their comments say together is read for the rows of the page alone.

    Args:
        session: Database session.
        scope: Who is looking.
        where: Further conditions on `FollowUp` and `FrameMember`.
        order: How to sort; by default by community, building and room.
        limit: At most so many.
        offset: How many to leave out first.
    """
    sort = (*(by_address() if order is None else order), FollowUp.id)
    wanted = [visible_cases(scope), *where]
    if limit is not None:
        # Sorted by keys alone first: head office's list of a campaign has thousands of rows.
        keys = (
            select(FollowUp.id)
            .join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
            .join(Community, Community.id == FollowUp.community_id)
            .where(*wanted)
            .order_by(*sort)
            .limit(limit)
            .offset(offset or None)
        )
        wanted = [FollowUp.id.in_(session.scalars(keys).all())]
    query = (
        select(FollowUp, FrameMember, Household.uid, Community.name, Staff.name.label("staff"))
        .join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
        .join(Household, Household.id == FrameMember.household_id)
        .join(Community, Community.id == FollowUp.community_id)
        .outerjoin(Staff, Staff.id == FollowUp.responsible_id)
        .where(*wanted)
        .order_by(*sort)
    )
    found = session.execute(query).all()
    said = _sum_comments(session, [row.FrameMember.id for row in found])
    clocks = list_t0(session, {row.FollowUp.campaign_id for row in found})
    return [
        _case_row(
            row.FollowUp,
            row.FrameMember,
            household_uid=row.uid,
            names=(row.name, row.staff or ""),
            said=said[row.FrameMember.id],
            t0=clocks.get((row.FollowUp.campaign_id, row.FollowUp.community_id)),
        )
        for row in found
        if row.FrameMember.id in said
    ]


def by_address() -> tuple[Any, ...]:
    """Return the order in which somebody walks: 2栋 before 10栋."""
    building, room = FrameMember.building, FrameMember.room
    return (Community.code, func.length(building), building, func.length(room), room)


@dataclass(frozen=True, slots=True)
class _Said:
    """What the comments of a home say together."""

    first_at: datetime
    count: int
    hq_only: int
    office_or_hq: int


def _sum_comments(session: Session, member_ids: Collection[int]) -> dict[int, _Said]:
    query = (
        select(
            Response.frame_member_id,
            func.min(Response.received_at),
            func.count(),
            func.sum(case((Comment.wish == ContactWish.HQ_ONLY, 1), else_=0)),
            func.sum(case((Comment.wish == ContactWish.OFFICE_OR_HQ, 1), else_=0)),
        )
        .join(Comment, Comment.response_id == Response.id)
        .group_by(Response.frame_member_id)
    )
    return {
        row[0]: _Said(*row[1:])
        for some in _portions(member_ids)
        for row in session.execute(query.where(Response.frame_member_id.in_(some)))
    }


def _case_row(
    found: FollowUp,
    member: FrameMember,
    *,
    household_uid: str,
    names: tuple[str, str],
    said: _Said,
    t0: datetime | None,
) -> CaseRow:
    own = own_dates(found)
    return CaseRow(
        id=found.id,
        frame_member_id=member.id,
        household_id=member.household_id,
        household_uid=household_uid,
        community_id=found.community_id,
        community=names[0],
        building=member.building,
        room=member.room,
        on_list=found.on_list,
        state=found.state,
        wish=_wish(said.hq_only, said.office_or_hq),
        received_at=said.first_at,
        comments=said.count,
        contacts=found.contacts,
        last_contact_at=found.last_contact_at,
        closed_at=found.closed_at,
        due=own or due_dates(t0),
        has_own_clock=own is not None,
        source=found.source,
        urgency=found.urgency,
        stage=found.stage,
        code=found.code,
        department=found.department,
        hint=None if found.hint is None else Urgency(found.hint),
        triaged_at=found.triaged_at,
        responsible_id=found.responsible_id,
        responsible=names[1],
        answered_by=found.answered_by,
        next_at=found.next_at,
        is_no_reply=found.is_no_reply,
    )


def own_dates(found: FollowUp) -> DueDates | None:
    """Return the dates of a case's own clock, None when it runs with the gate."""
    if found.start_by is None or found.close_by is None:
        return None
    return DueDates(found.start_by, found.close_by)


def _wish(hq_only: int, office_or_hq: int) -> ContactWish:
    """Return the wish that holds, out of counts of comments by wish (see `rules.choose_wish`)."""
    if hq_only:
        return ContactWish.HQ_ONLY
    return ContactWish.OFFICE_OR_HQ if office_or_hq else ContactWish.NO_REPLY


def list_t0(session: Session, campaign_ids: Collection[int]) -> dict[tuple[int, int], datetime]:
    """Return when the clock of each frozen (campaign, community) started.

    It is that of the first freeze: a later correction of the answers sets no clock back.
    """
    query = select(Gate.campaign_id, Gate.community_id, Gate.t0).where(
        Gate.campaign_id.in_(campaign_ids), Gate.frozen_at.is_not(None)
    )
    return {
        (campaign_id, community_id): t0
        for campaign_id, community_id, t0 in session.execute(query)
        if t0 is not None
    }


def list_sealed_comments(session: Session, member_ids: Collection[int]) -> list[SealedComment]:
    """Return all comments of some households, counted answers' or not, oldest first.

    Callers pass only households of cases that `list_cases` or `find_case` returned.
    """
    query = (
        select(
            Comment.id,
            Response.frame_member_id,
            Response.received_at,
            Comment.wish,
            Comment.texts_sealed,
            Comment.contact_sealed,
        )
        .join(Comment, Comment.response_id == Response.id)
        .order_by(Response.received_at, Response.id)
    )
    return [
        SealedComment(*row)
        for some in _portions(member_ids)
        for row in session.execute(query.where(Response.frame_member_id.in_(some)))
    ]


def count_cases(
    session: Session, scope: Scope, campaign_id: int, *, today: date | None = None
) -> list[CaseCounts]:
    """Return how far follow-up has come, per community and list.

    Company leaders and regions get the counts of all their communities (a count names no
    household); offices count what they may see, and homes that wish no reply as a number.

    Args:
        session: Database session.
        scope: Who is looking.
        campaign_id: The campaign.
        today: The day by which cases with a clock of their own are late; without it none is.
    """
    open_ = FollowUp.state == CaseState.OPEN
    declined = FollowUp.state == CaseState.DECLINED
    own = FollowUp.close_by.is_not(None)
    untouched = FollowUp.contacts == 0
    late = false() if today is None else own_late(today)

    def count(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((and_(*conditions), 1)))

    # Counted by keys alone and named afterwards: a campaign has 100,000 cases in 500 communities.
    cases = (
        select(
            FollowUp.community_id,
            FollowUp.on_list,
            func.count().label("total"),
            *(count(FollowUp.state == state).label(state.value) for state in CaseState),
            count(open_, untouched).label("untouched"),
            count(FollowUp.is_no_reply.is_(True), declined).label("no_reply"),
            count(open_, FollowUp.urgency == Urgency.SAFETY).label("safety"),
            count(open_, own).label("own_clock"),
            count(open_, own, untouched).label("own_untouched"),
            count(open_, late).label("own_late"),
        )
        .where(FollowUp.campaign_id == campaign_id, countable_cases(scope))
        .group_by(FollowUp.community_id, FollowUp.on_list)
        .subquery()
    )
    query: Select[*tuple[Any, ...]] = (
        select(Community.id, Community.name, *list(cases.c)[1:])
        .join(cases, cases.c.community_id == Community.id)
        .order_by(Community.code, cases.c.on_list)
    )
    clocks = list_t0(session, {campaign_id})
    return [
        replace(CaseCounts(*row), due=due_dates(clocks.get((campaign_id, row[0]))))
        for row in session.execute(query)
    ]


def has_cases(session: Session, scope: Scope, campaign_id: int) -> bool:
    """Say whether a campaign has any case for this person, counted ones included."""
    query = select(FollowUp.id).where(FollowUp.campaign_id == campaign_id, countable_cases(scope))
    return session.scalar(query.limit(1)) is not None


def countable_cases(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which this person counts a case: the one for every sum.

    Head office counts all; leaders and regions all of their communities; an office those it may
    see, and the homes that wish no reply as a number; a caller those given to him.
    """
    if scope.role in COUNTERS:
        return in_scope(FollowUp.community_id, scope)
    return _on_the_desk(scope) if scope.role in FOLLOWERS else visible_cases(scope)


def own_late(today: date) -> ColumnElement[bool]:
    """Return the condition that a case is past a date of its own clock."""
    return or_(FollowUp.close_by < today, and_(FollowUp.contacts == 0, FollowUp.start_by < today))


def get_case(session: Session, case_id: int) -> FollowUp:
    """Return a case for changing, locked on PostgreSQL; the caller has checked who is asking."""
    query = select(FollowUp).where(FollowUp.id == case_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def list_contacts(session: Session, case_id: int) -> list[tuple[ContactRecord, str, bool]]:
    """Return the contacts of a case, oldest first: who made each, and whether it was taken back."""
    query = (
        select(ContactRecord, Staff.name, ContactUndo.contact_id.is_not(None))
        .join(Staff, Staff.id == ContactRecord.staff_id)
        .outerjoin(ContactUndo, ContactUndo.contact_id == ContactRecord.id)
        .where(ContactRecord.follow_up_id == case_id)
        .order_by(ContactRecord.at, ContactRecord.id)
    )
    return [(record, name, undone) for record, name, undone in session.execute(query)]


def find_contact_by_key(session: Session, key: str) -> ContactRecord | None:
    """Return the contact a phone sent with this key before."""
    return session.scalar(select(ContactRecord).where(ContactRecord.key == key))


def count_comments_without_case(session: Session, campaign_id: int) -> int:
    """Count comments whose household stands on no list; anything but 0 is a defect."""
    query = (
        select(func.count())
        .select_from(Comment)
        .join(Response, Response.id == Comment.response_id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .outerjoin(FollowUp, FollowUp.frame_member_id == FrameMember.id)
        .where(FrameMember.campaign_id == campaign_id, FollowUp.id.is_(None))
    )
    return session.scalars(query).one()


def _portions(ids: Collection[int]) -> list[list[int]]:
    """Split ids into lists short enough for one statement on either database."""
    ordered = sorted(set(ids))
    return [ordered[i : i + _PORTION] for i in range(0, len(ordered), _PORTION)]
