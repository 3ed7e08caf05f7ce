"""Reads of follow-up cases and home visits; each takes the scope of who is looking.

Who may see a case at all is said once, in `visible_cases`: head office sees every case from the
first day; an office sees the cases on its own communities' list once the gate was released and
frozen; nobody else sees any. A case on head office's list does not exist for an office: no row,
no count. The lists are made every minute; a comment for head office alone hides its case from the
office at once, without waiting for them.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.followup.models import CaseList, CaseState, ContactRecord, FollowUp, Visit, VisitState
from app.followup.rows import (
    CaseCounts,
    CaseRow,
    CommentFact,
    LateVisits,
    SealedComment,
    VisitCounts,
    VisitRow,
)
from app.followup.rules import due_dates
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.register.models import Community, Household
from app.surveys.response.models import Comment, ContactWish, Response

FOLLOWERS = (Role.OFFICE, Role.STEWARD)
_PORTION = 1000


def visible_cases(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a case exists for this person."""
    if scope.role is Role.HEAD_OFFICE:
        return true()
    if scope.role not in FOLLOWERS:
        return false()
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
        released,
        ~for_head_office_alone,
    )


def visible_visits(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a home visit exists for this person."""
    if scope.role is Role.HEAD_OFFICE:
        return true()
    return in_scope(Visit.community_id, scope) if scope.role in FOLLOWERS else false()


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
    return _case_rows(session, scope, where)


def find_case(session: Session, scope: Scope, case_id: int) -> CaseRow | None:
    """Return one case, None when it does not exist for this person."""
    rows = _case_rows(session, scope, [FollowUp.id == case_id])
    return rows[0] if rows else None


def _case_rows(
    session: Session, scope: Scope, where: Sequence[ColumnElement[bool]]
) -> list[CaseRow]:
    """Return visible cases under further conditions."""
    words = (
        select(
            Response.frame_member_id.label("member"),
            func.min(Response.received_at).label("first"),
            func.count().label("comments"),
            func.sum(case((Comment.wish == ContactWish.HQ_ONLY, 1), else_=0)).label("hq_only"),
            func.sum(case((Comment.wish == ContactWish.OFFICE_OR_HQ, 1), else_=0)).label("any"),
        )
        .join(Comment, Comment.response_id == Response.id)
        .group_by(Response.frame_member_id)
        .subquery()
    )
    contacts = (
        select(
            ContactRecord.follow_up_id.label("case_id"),
            func.count().label("contacts"),
            func.max(ContactRecord.at).label("last"),
        )
        .group_by(ContactRecord.follow_up_id)
        .subquery()
    )
    query = (
        select(FollowUp, FrameMember, Household.uid, Community.name, words, contacts)
        .join(FrameMember, FrameMember.id == FollowUp.frame_member_id)
        .join(Household, Household.id == FrameMember.household_id)
        .join(Community, Community.id == FollowUp.community_id)
        .join(words, words.c.member == FollowUp.frame_member_id)
        .outerjoin(contacts, contacts.c.case_id == FollowUp.id)
        .where(visible_cases(scope), *where)
        .order_by(Community.code, FrameMember.building, FrameMember.room, FollowUp.id)
    )
    found = session.execute(query).all()
    clocks = list_t0(session, {row.FollowUp.campaign_id for row in found})
    return [
        CaseRow(
            id=row.FollowUp.id,
            frame_member_id=row.FollowUp.frame_member_id,
            household_id=row.FrameMember.household_id,
            household_uid=row.uid,
            community_id=row.FollowUp.community_id,
            community=row.name,
            building=row.FrameMember.building,
            room=row.FrameMember.room,
            on_list=row.FollowUp.on_list,
            state=row.FollowUp.state,
            wish=_wish(row.hq_only, row.any),
            received_at=row.first,
            comments=row.comments,
            contacts=row.contacts or 0,
            last_contact_at=row.last,
            closed_at=row.FollowUp.closed_at,
            due=due_dates(clocks.get((row.FollowUp.campaign_id, row.FollowUp.community_id))),
        )
        for row in found
    ]


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


def count_cases(session: Session, scope: Scope, campaign_id: int) -> list[CaseCounts]:
    """Return how far follow-up has come, per community and list.

    Company leaders get the counts of everything (a count names no household); offices count
    only what they may see.
    """
    visible = true() if scope.role is Role.LEADER else visible_cases(scope)
    own = and_(FollowUp.campaign_id == campaign_id, visible)
    touched = exists().where(ContactRecord.follow_up_id == FollowUp.id)
    lists = (FollowUp.community_id, FollowUp.on_list)

    def in_state(state: CaseState) -> ColumnElement[int]:
        return func.count(case((FollowUp.state == state, 1))).label(state.value)

    # Counted by keys alone and named afterwards: a campaign has 100,000 cases in 500 communities.
    cases = (
        select(*lists, func.count().label("total"), *(in_state(state) for state in CaseState))
        .where(own)
        .group_by(*lists)
        .subquery()
    )
    untouched = (
        select(*lists, func.count().label("cases"))
        .where(own, FollowUp.state == CaseState.OPEN, ~touched)
        .group_by(*lists)
        .subquery()
    )
    query: Select[int, str, CaseList, int, int, int, int, int] = (
        select(
            Community.id,
            Community.name,
            cases.c.on_list,
            cases.c.total,
            cases.c.open,
            cases.c.closed,
            cases.c.declined,
            func.coalesce(untouched.c.cases, 0),
        )
        .join(cases, cases.c.community_id == Community.id)
        .outerjoin(untouched, and_(*(untouched.c[one.key] == cases.c[one.key] for one in lists)))
        .order_by(Community.code, cases.c.on_list)
    )
    clocks = list_t0(session, {campaign_id})
    return [
        CaseCounts(*row, due=due_dates(clocks.get((campaign_id, row[0]))))
        for row in session.execute(query)
    ]


def get_case(session: Session, case_id: int) -> FollowUp:
    """Return a case for changing, locked on PostgreSQL; the caller has checked who is asking."""
    query = select(FollowUp).where(FollowUp.id == case_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def list_contacts(session: Session, case_id: int) -> list[tuple[ContactRecord, str]]:
    """Return the contacts of a case with the name of who made them, oldest first."""
    query = (
        select(ContactRecord, Staff.name)
        .join(Staff, Staff.id == ContactRecord.staff_id)
        .where(ContactRecord.follow_up_id == case_id)
        .order_by(ContactRecord.at, ContactRecord.id)
    )
    return [(record, name) for record, name in session.execute(query)]


def list_visits(
    session: Session,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None = None,
    state: VisitState | None = None,
) -> list[VisitRow]:
    """Return the home visits this person may see, by community and planned date."""
    where = [Visit.campaign_id == campaign_id]
    if community_id is not None:
        where.append(Visit.community_id == community_id)
    if state is not None:
        where.append(Visit.state == state)
    return _visit_rows(session, scope, where)


def find_visit(session: Session, scope: Scope, visit_id: int) -> VisitRow | None:
    """Return one home visit, None when it does not exist for this person."""
    rows = _visit_rows(session, scope, [Visit.id == visit_id])
    return rows[0] if rows else None


def _visit_rows(
    session: Session, scope: Scope, where: Sequence[ColumnElement[bool]]
) -> list[VisitRow]:
    """Return visible home visits under further conditions."""
    query = (
        select(Visit, FrameMember, Household, Community.name, Staff.name.label("visitor"))
        .join(FrameMember, FrameMember.id == Visit.frame_member_id)
        .join(Household, Household.id == FrameMember.household_id)
        .join(Community, Community.id == Visit.community_id)
        .outerjoin(Staff, Staff.id == Visit.visited_by)
        .where(visible_visits(scope), *where)
        .order_by(Community.code, Visit.planned_on, FrameMember.building, FrameMember.room)
    )
    return [
        VisitRow(
            id=visit.id,
            household_id=household.id,
            household_uid=household.uid,
            community_id=visit.community_id,
            community=community,
            building=member.building,
            room=member.room,
            important=household.important,
            planned_on=visit.planned_on,
            state=visit.state,
            visited_on=visit.visited_on,
            visited_by=visitor,
        )
        for visit, member, household, community, visitor in session.execute(query)
    ]


def get_visit(session: Session, visit_id: int) -> Visit:
    """Return a visit for changing, locked on PostgreSQL; the caller has checked who is asking."""
    query = select(Visit).where(Visit.id == visit_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def count_visits(session: Session, scope: Scope, campaign_id: int) -> list[VisitCounts]:
    """Return how many important customers were visited, per community; leaders see all counts."""
    visible = true() if scope.role is Role.LEADER else visible_visits(scope)
    query = (
        select(
            Community.id,
            Community.name,
            func.count(),
            func.sum(case((Visit.state == VisitState.VISITED, 1), else_=0)),
        )
        .join(Community, Community.id == Visit.community_id)
        .where(Visit.campaign_id == campaign_id, visible)
        .group_by(Community.id, Community.code, Community.name)
        .order_by(Community.code)
    )
    return [VisitCounts(*row) for row in session.execute(query)]


def count_late_visits(
    session: Session, scope: Scope, campaign_id: int, *, today: date
) -> list[LateVisits]:
    """Return the communities whose planned visits should have been made before `today`."""
    query = (
        select(Community.id, Community.name, func.count(), func.min(Visit.planned_on))
        .join(Community, Community.id == Visit.community_id)
        .where(
            Visit.campaign_id == campaign_id,
            Visit.state == VisitState.PLANNED,
            Visit.planned_on < today,
            visible_visits(scope),
        )
        .group_by(Community.id, Community.code, Community.name)
        .order_by(Community.code)
    )
    return [LateVisits(*row) for row in session.execute(query)]


def lock_campaign(session: Session, campaign_id: int) -> None:
    """Let one transaction at a time make cases of a campaign (PostgreSQL).

    The lock leaves foreign keys alone, so owners go on answering meanwhile.
    """
    query = select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    session.execute(query).one()


def list_comment_facts(session: Session, campaign_id: int) -> list[CommentFact]:
    """Return the comments that may change a list, without their words, by household.

    These are the comments of households without a case, and of households with several comments:
    one comment with its case is settled, and most are.
    """
    several = (
        select(Response.frame_member_id)
        .join(Comment, Comment.response_id == Response.id)
        .group_by(Response.frame_member_id)
        .having(func.count() > 1)
    )
    query = (
        select(
            FrameMember.id, FrameMember.community_id, Comment.wish, Response.received_at, FollowUp
        )
        .join(Response, Response.frame_member_id == FrameMember.id)
        .join(Comment, Comment.response_id == Response.id)
        .outerjoin(FollowUp, FollowUp.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == campaign_id,
            or_(FollowUp.id.is_(None), FrameMember.id.in_(several)),
        )
        .order_by(FrameMember.id, Response.received_at)
        .execution_options(populate_existing=True)
    )
    return [CommentFact(*row) for row in session.execute(query)]


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


def list_unplanned_important(session: Session, campaign_id: int, community_id: int) -> list[int]:
    """Return the important households of the frame that have no visit yet, by address."""
    query = (
        select(FrameMember.id)
        .outerjoin(Visit, Visit.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            FrameMember.important,
            Visit.id.is_(None),
        )
        .order_by(FrameMember.building, FrameMember.room, FrameMember.id)
    )
    return list(session.scalars(query))


def _portions(ids: Collection[int]) -> list[list[int]]:
    """Split ids into lists short enough for one statement on either database."""
    ordered = sorted(set(ids))
    return [ordered[i : i + _PORTION] for i in range(0, len(ordered), _PORTION)]
