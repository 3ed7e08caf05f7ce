"""Reads of activities and of contacts outside the company; each takes the scope of who looks."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import ColumnElement, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.service.talks.models import (
    Activity,
    ActivityHome,
    ActivityState,
    OutsideContact,
)
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household

READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.STEWARD})
CALLERS = frozenset({Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE, Role.STEWARD})


def visible_activities(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which an activity exists for this person."""
    return in_scope(Activity.community_id, scope) if scope.role in READERS else false()


def list_activities(
    session: Session,
    scope: Scope,
    *,
    first: date,
    last: date,
    community_id: int | None = None,
    limit: int = 300,
) -> list[tuple[Activity, str, int]]:
    """Return the activities of some days with community and number of homes noted."""
    homes = (
        select(ActivityHome.activity_id, func.count().label("homes"))
        .group_by(ActivityHome.activity_id)
        .subquery()
    )
    query = (
        select(Activity, Community.name, func.coalesce(homes.c.homes, 0))
        .join(Community, Community.id == Activity.community_id)
        .outerjoin(homes, homes.c.activity_id == Activity.id)
        .where(
            visible_activities(scope),
            Activity.held_on.between(first, last),
            true() if community_id is None else Activity.community_id == community_id,
        )
        .order_by(Activity.held_on.desc(), Activity.id.desc())
        .limit(limit)
    )
    return [(one, name, count) for one, name, count in session.execute(query)]


def find_activity(
    session: Session, scope: Scope, activity_id: int
) -> tuple[Activity, str, str] | None:
    """Return an activity with its community and who made it, locked on PostgreSQL."""
    query = (
        select(Activity, Community.name, Staff.name)
        .join(Community, Community.id == Activity.community_id)
        .join(Staff, Staff.id == Activity.made_by)
        .where(Activity.id == activity_id, visible_activities(scope))
        .with_for_update(of=Activity)
        .execution_options(populate_existing=True)
    )
    row = session.execute(query).one_or_none()
    return None if row is None else (row[0], row[1], row[2])


def find_same(session: Session, wanted: Activity) -> int | None:
    """Return the activity of this place, day and title, if there is one."""
    query = select(Activity.id).where(
        Activity.community_id == wanted.community_id,
        Activity.held_on == wanted.held_on,
        Activity.title == wanted.title,
    )
    return session.scalar(query.order_by(Activity.id).limit(1))


def list_homes(session: Session, activity_id: int) -> list[tuple[int, str, str, str]]:
    """Return key, uid, building and room of the homes noted."""
    query = (
        select(Household.id, Household.uid, Building.code, Household.room)
        .join(ActivityHome, ActivityHome.household_id == Household.id)
        .join(Building, Building.id == Household.building_id)
        .where(ActivityHome.activity_id == activity_id)
        .order_by(func.length(Building.code), Building.code, Household.room)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def list_homes_in(session: Session, community_id: int) -> list[tuple[int, str, str]]:
    """Return key, building and room of the homes of a community."""
    query = (
        select(Household.id, Building.code, Household.room)
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community_id, Household.retired_on.is_(None))
    )
    return [(row[0], row[1], row[2]) for row in session.execute(query)]


def count_activities(
    session: Session, scope: Scope, *, first: date, last: date, community_id: int | None
) -> tuple[int, int, int]:
    """Return how many took place in a time, how many people came, how many were called off."""
    held = Activity.state == ActivityState.HELD
    query = select(
        func.count(case((held, 1))),
        func.coalesce(func.sum(Activity.took_part), 0),
        func.count(case((Activity.state == ActivityState.CANCELLED, 1))),
    ).where(
        visible_activities(scope),
        Activity.held_on.between(first, last),
        true() if community_id is None else Activity.community_id == community_id,
    )
    row = session.execute(query).one()
    return int(row[0]), int(row[1] or 0), int(row[2])


def count_unrecorded(session: Session, scope: Scope, *, today: date) -> list[tuple[date, int]]:
    """Return how many planned activities have no record yet, by day, up to today."""
    query = (
        select(Activity.held_on, func.count())
        .where(
            visible_activities(scope),
            Activity.state == ActivityState.PLANNED,
            Activity.held_on <= today,
        )
        .group_by(Activity.held_on)
    )
    return [(day, count) for day, count in session.execute(query)]


def visible_contacts(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a contact exists for this person: its own, and all's."""
    if scope.role not in CALLERS:
        return false()
    if scope.community_ids is None:
        return true()
    own: Collection[int] = sorted(scope.community_ids)
    return or_(OutsideContact.community_id.is_(None), OutsideContact.community_id.in_(own))


def list_contacts(session: Session, scope: Scope) -> list[tuple[OutsideContact, str | None]]:
    """Return the contacts in use with their community, None for the whole company."""
    query = (
        select(OutsideContact, Community.name)
        .outerjoin(Community, Community.id == OutsideContact.community_id)
        .where(visible_contacts(scope), OutsideContact.retired_on.is_(None))
        .order_by(OutsideContact.kind, Community.code, OutsideContact.id)
    )
    return [(one, name) for one, name in session.execute(query)]


def find_contact(session: Session, scope: Scope, contact_id: int) -> OutsideContact | None:
    """Return a contact for changing, locked on PostgreSQL."""
    query = select(OutsideContact).where(OutsideContact.id == contact_id, visible_contacts(scope))
    return session.scalar(query.with_for_update().execution_options(populate_existing=True))
