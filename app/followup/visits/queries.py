"""Reads of home visits; each takes the scope of who is looking.

Who may see a visit at all is said once, in `visible_visits`: head office sees every visit, an
office those of its own communities, nobody else any. Counts name no household: leaders and
regions read them, too.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Date, case, false, func, select, true, type_coerce
from sqlalchemy.orm import Session, aliased

from app.followup.models import FollowUp
from app.followup.queries import visible_cases
from app.followup.visits.models import (
    PictureKind,
    Visit,
    VisitAction,
    VisitPicture,
    VisitRecord,
    VisitState,
)
from app.followup.visits.rows import LateVisits, VisitCounts, VisitRow
from app.followup.visits.rules import OPEN_STATES, route_key
from app.staff.models import Role, Staff, StaffCommunity
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import FrameMember
from app.surveys.register.models import (
    Community,
    Household,
    HouseholdEvent,
    HouseholdEventKind,
)

FOLLOWERS = (Role.OFFICE, Role.STEWARD)
COUNTERS = (Role.LEADER, Role.REGION)  # read counts, never a household
_OPEN = sorted(OPEN_STATES)
_PORTION = 1000


def visible_visits(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a home visit exists for this person."""
    if scope.role is Role.HEAD_OFFICE:
        return true()
    return in_scope(Visit.community_id, scope) if scope.role in FOLLOWERS else false()


def countable_visits(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which this person may count a home visit."""
    if scope.role in COUNTERS:
        return in_scope(Visit.community_id, scope)
    return visible_visits(scope)


def list_visits(
    session: Session,
    scope: Scope,
    campaign_id: int,
    *,
    community_id: int | None = None,
    states: Collection[VisitState] = (),
    days: tuple[date, date] | None = None,
    visitor_id: int | None = None,
) -> list[VisitRow]:
    """Return the home visits this person may see, by community, planned day and the way.

    Args:
        session: Database session.
        scope: Who is looking.
        campaign_id: The campaign.
        community_id: Only this community.
        states: Only these states; empty means all.
        days: Only those planned from the first to the last of these days.
        visitor_id: Only those this person is to make.
    """
    where = [Visit.campaign_id == campaign_id]
    if community_id is not None:
        where.append(Visit.community_id == community_id)
    if states:
        where.append(Visit.state.in_(sorted(states)))
    if days is not None:
        where.append(Visit.planned_on.between(*days))
    if visitor_id is not None:
        where.append(Visit.visitor_id == visitor_id)
    return _visit_rows(session, scope, where)


def list_open_visits(session: Session, scope: Scope, *, until: date, most: int) -> list[VisitRow]:
    """Return the visits to be made by a day, of all campaigns: those of this person's list.

    Args:
        session: Database session.
        scope: Who is looking.
        until: The last planned day.
        most: At most so many, the most urgent first.
    """
    where = [Visit.state.in_(_OPEN), Visit.planned_on <= until]
    rows = _visit_rows(session, scope, where, most=most)
    return sorted(rows, key=lambda row: (row.planned_on, row.community, row.route))


def find_visit(session: Session, scope: Scope, visit_id: int) -> VisitRow | None:
    """Return one home visit, None when it does not exist for this person."""
    rows = _visit_rows(session, scope, [Visit.id == visit_id])
    return rows[0] if rows else None


def _visit_rows(
    session: Session,
    scope: Scope,
    where: Sequence[ColumnElement[bool]],
    *,
    most: int | None = None,
) -> list[VisitRow]:
    """Return visible home visits under further conditions."""
    went, goes = aliased(Staff), aliased(Staff)
    query = (
        select(
            Visit,
            FrameMember.building,
            FrameMember.room,
            Household.id,
            Household.uid,
            Household.important,
            Community.name,
            went.name,
            goes.name,
        )
        .join(FrameMember, FrameMember.id == Visit.frame_member_id)
        .join(Household, Household.id == FrameMember.household_id)
        .join(Community, Community.id == Visit.community_id)
        .outerjoin(went, went.id == Visit.visited_by)
        .outerjoin(goes, goes.id == Visit.visitor_id)
        .where(visible_visits(scope), *where)
        .order_by(Visit.planned_on, Community.code, Visit.id)
        .limit(most)
    )
    rows = [
        VisitRow(
            id=visit.id,
            frame_member_id=visit.frame_member_id,
            campaign_id=visit.campaign_id,
            household_id=household_id,
            household_uid=uid,
            community_id=visit.community_id,
            community=community,
            building=building,
            room=room,
            important=important,
            planned_on=visit.planned_on,
            state=visit.state,
            visited_on=visit.visited_on,
            visited_by=visited_by,
            appointed_at=visit.appointed_at,
            agreed_with=visit.agreed_with,
            visitor_id=visit.visitor_id,
            visitor=visitor,
        )
        for visit, building, room, household_id, uid, important, community, visited_by, visitor in (
            session.execute(query)
        )
    ]
    return sorted(rows, key=lambda row: (row.community, row.planned_on, row.route))


def get_visit(session: Session, visit_id: int) -> Visit:
    """Return a visit for changing, locked on PostgreSQL; the caller has checked who is asking."""
    query = select(Visit).where(Visit.id == visit_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def count_visits(
    session: Session, scope: Scope, campaign_id: int, *, today: date | None = None
) -> list[VisitCounts]:
    """Return how many important customers were visited, per community.

    Args:
        session: Database session.
        scope: Who is looking; leaders and regions read counts, too.
        campaign_id: The campaign.
        today: For counting what is overdue; nothing is without it.
    """

    def in_state(state: VisitState) -> ColumnElement[int]:
        return func.count(case((Visit.state == state, 1)))

    late = false() if today is None else Visit.planned_on < today
    sums = (
        select(
            Visit.community_id,
            func.count().label("total"),
            in_state(VisitState.PLANNED).label("planned"),
            in_state(VisitState.APPOINTED).label("appointed"),
            in_state(VisitState.VISITED).label("visited"),
            in_state(VisitState.NOT_AT_HOME).label("not_at_home"),
            in_state(VisitState.DECLINED).label("declined"),
            in_state(VisitState.PHONE_INSTEAD).label("phone_instead"),
            func.count(case((Visit.state.in_(_OPEN) & late, 1))).label("overdue"),
        )
        .where(Visit.campaign_id == campaign_id, countable_visits(scope))
        .group_by(Visit.community_id)
        .subquery()
    )
    counted = [column for column in sums.c if column.key != "community_id"]
    query = (
        select(Community.id, Community.name, *counted)
        .join(sums, sums.c.community_id == Community.id)
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
            Visit.state.in_(_OPEN),
            Visit.planned_on < today,
            countable_visits(scope),
        )
        .group_by(Community.id, Community.code, Community.name)
        .order_by(Community.code)
    )
    return [LateVisits(*row) for row in session.execute(query)]


def list_unplanned_important(session: Session, campaign_id: int, community_id: int) -> list[int]:
    """Return the important households of the frame that have no visit yet, in order of the way."""
    query = (
        select(FrameMember.id, FrameMember.building, FrameMember.room)
        .outerjoin(Visit, Visit.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            FrameMember.important,
            Visit.id.is_(None),
        )
    )
    found = session.execute(query).all()
    return [row.id for row in sorted(found, key=lambda row: route_key(row.building, row.room))]


def last_visits(
    session: Session, household_ids: Collection[int], *, except_campaign: int | None = None
) -> dict[int, date]:
    """Return the day of the last home visit of some households.

    Callers pass only households of rows the person may see.
    """
    found: dict[int, date] = {}
    for some in _portions(household_ids):
        query = (
            select(FrameMember.household_id, type_coerce(func.max(Visit.visited_on), Date))
            .join(Visit, Visit.frame_member_id == FrameMember.id)
            .where(FrameMember.household_id.in_(some), Visit.visited_on.is_not(None))
            .group_by(FrameMember.household_id)
        )
        if except_campaign is not None:
            query = query.where(Visit.campaign_id != except_campaign)
        found |= dict(session.execute(query).all())
    return found


def important_since(session: Session, household_ids: Collection[int]) -> dict[int, date]:
    """Return the day each of some households was last called important, as far as it is known."""
    query = (
        select(HouseholdEvent.household_id, HouseholdEvent.on_day)
        .where(
            HouseholdEvent.household_id.in_(sorted(household_ids)),
            HouseholdEvent.kind == HouseholdEventKind.IMPORTANT,
            HouseholdEvent.detail != "",
        )
        .order_by(HouseholdEvent.id)
    )
    return dict(session.execute(query).all())


def list_cases_of_household(session: Session, scope: Scope, household_id: int) -> list[FollowUp]:
    """Return the cases of a household that exist for this person, of every source, newest first."""
    query = (
        select(FollowUp)
        .where(FollowUp.household_id == household_id, visible_cases(scope))
        .order_by(FollowUp.created_at.desc(), FollowUp.id.desc())
    )
    return list(session.scalars(query))


def list_visits_of_household(session: Session, scope: Scope, household_id: int) -> list[VisitRow]:
    """Return the visits of a household in all campaigns, as far as this person may see them."""
    return _visit_rows(session, scope, [FrameMember.household_id == household_id])


def list_visitors(session: Session, community_id: int) -> list[tuple[int, str]]:
    """Return who of a community's office may go on visits, by name."""
    query = (
        select(Staff.id, Staff.name)
        .join(StaffCommunity, StaffCommunity.staff_id == Staff.id)
        .where(
            StaffCommunity.community_id == community_id,
            Staff.role.in_(FOLLOWERS),
            Staff.disabled_at.is_(None),
        )
        .order_by(Staff.role, Staff.name)
    )
    return [(staff_id, name) for staff_id, name in session.execute(query)]


def find_record_by_key(session: Session, key: str) -> VisitRecord | None:
    """Return the record that was made under this key."""
    return session.scalar(select(VisitRecord).where(VisitRecord.key == key))


def list_actions_of_record(session: Session, record_id: int) -> list[VisitAction]:
    """Return what was promised with one record, as it was written down."""
    query = select(VisitAction).where(VisitAction.record_id == record_id).order_by(VisitAction.id)
    return list(session.scalars(query))


def list_pictures_of_record(session: Session, record_id: int) -> list[VisitPicture]:
    """Return photo and signature of one record, still sealed."""
    query = select(VisitPicture).where(VisitPicture.record_id == record_id)
    return list(session.scalars(query))


def list_records(session: Session, visit_id: int) -> list[tuple[VisitRecord, str]]:
    """Return the records of a visit with the name of who made them, oldest first."""
    query = (
        select(VisitRecord, Staff.name)
        .join(Staff, Staff.id == VisitRecord.staff_id)
        .where(VisitRecord.visit_id == visit_id)
        .order_by(VisitRecord.at, VisitRecord.id)
    )
    return [(record, name) for record, name in session.execute(query)]


def list_pictures(
    session: Session, record_ids: Collection[int]
) -> dict[int, list[tuple[int, PictureKind]]]:
    """Return key and kind of the pictures of some records."""
    query = select(VisitPicture.record_id, VisitPicture.id, VisitPicture.kind).where(
        VisitPicture.record_id.in_(sorted(record_ids))
    )
    found: dict[int, list[tuple[int, PictureKind]]] = defaultdict(list)
    for record_id, picture_id, kind in session.execute(query.order_by(VisitPicture.id)):
        found[record_id].append((picture_id, kind))
    return found


def find_picture(session: Session, visit_id: int, picture_id: int) -> VisitPicture | None:
    """Return a picture of a visit, or None."""
    query = (
        select(VisitPicture)
        .join(VisitRecord, VisitRecord.id == VisitPicture.record_id)
        .where(VisitPicture.id == picture_id, VisitRecord.visit_id == visit_id)
    )
    return session.scalar(query)


def list_actions(
    session: Session,
    scope: Scope,
    *,
    visit_id: int | None = None,
    household_id: int | None = None,
    until: date | None = None,
    only_open: bool = False,
    most: int | None = None,
) -> list[tuple[VisitAction, str, str, str, str]]:
    """Return promises made at the door, the first due first.

    Args:
        session: Database session.
        scope: Who is looking.
        visit_id: Only those of this visit.
        household_id: Only those made to this household, in any campaign.
        until: Only those due by this day.
        only_open: Leave out what was done.
        most: At most so many.

    Returns:
        Each with its community, building and room, and the name of who did it or "".
    """
    query = (
        select(
            VisitAction,
            Community.name,
            FrameMember.building,
            FrameMember.room,
            func.coalesce(Staff.name, ""),
        )
        .join(Visit, Visit.id == VisitAction.visit_id)
        .join(FrameMember, FrameMember.id == Visit.frame_member_id)
        .join(Community, Community.id == VisitAction.community_id)
        .outerjoin(Staff, Staff.id == VisitAction.done_by)
        .where(visible_visits(scope))
        .order_by(VisitAction.due_on, VisitAction.id)
        .limit(most)
    )
    if visit_id is not None:
        query = query.where(VisitAction.visit_id == visit_id)
    if household_id is not None:
        query = query.where(FrameMember.household_id == household_id)
    if until is not None:
        query = query.where(VisitAction.due_on <= until)
    if only_open:
        query = query.where(VisitAction.done_at.is_(None))
    if scope.community_ids is not None:  # said once more, for the index
        query = query.where(in_scope(VisitAction.community_id, scope))
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(query)]


def find_action(session: Session, scope: Scope, action_id: int) -> VisitAction | None:
    """Return a promise for changing, locked on PostgreSQL; None when it does not exist here."""
    query = (
        select(VisitAction)
        .join(Visit, Visit.id == VisitAction.visit_id)
        .where(VisitAction.id == action_id, visible_visits(scope))
        .with_for_update(of=VisitAction)
        .execution_options(populate_existing=True)
    )
    return session.scalar(query)


def has_action(session: Session, scope: Scope, visit_id: int, action_id: int) -> bool:
    """Say whether a promise was made at this visit, for somebody who may see it."""
    query = (
        select(VisitAction.id)
        .join(Visit, Visit.id == VisitAction.visit_id)
        .where(VisitAction.id == action_id, Visit.id == visit_id, visible_visits(scope))
    )
    return session.scalar(query) is not None


def _portions(ids: Collection[int]) -> list[list[int]]:
    """Split ids into lists short enough for one statement on either database."""
    ordered = sorted(set(ids))
    return [ordered[i : i + _PORTION] for i in range(0, len(ordered), _PORTION)]
