"""Reads of the register for visits: who is important and why, and who needs care."""

from datetime import date

from sqlalchemy.orm import Session

from app.followup.visits.queries import FOLLOWERS, important_since, last_visits
from app.followup.visits.rows import CareHome, ImportantHome
from app.followup.visits.rules import route_key
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.homes import queries as homes

_SEERS = (Role.HEAD_OFFICE, *FOLLOWERS)


def list_important(session: Session, scope: Scope, community_id: int) -> list[ImportantHome]:
    """Return the important households of a community in the order of the way."""
    if scope.role not in _SEERS or not scope.sees(community_id):
        return []
    rows = homes.list_important(session, community_id)
    keys = [row.household_id for row in rows]
    since, visited = important_since(session, keys), last_visits(session, keys)
    found = [
        ImportantHome(
            household_id=row.household_id,
            household_uid=row.uid,
            community_id=community_id,
            building=row.building,
            room=row.room,
            reason=row.important,
            since=since.get(row.household_id),
            last_visit=visited.get(row.household_id),
        )
        for row in rows
        if row.important is not None
    ]
    return sorted(found, key=lambda home: route_key(home.building, home.room))


def list_care_homes(
    session: Session, scope: Scope, community_id: int, *, today: date
) -> list[CareHome]:
    """Return the households of a community that need something from us today."""
    if scope.role not in _SEERS or not scope.sees(community_id):
        return []
    by_home: dict[int, list[homes.CareRow]] = {}
    for row in homes.list_care(session, community_id, today):
        by_home.setdefault(row.household_id, []).append(row)
    visited = last_visits(session, list(by_home))
    found = [
        CareHome(
            household_id=household_id,
            household_uid=rows[0].uid,
            community_id=community_id,
            building=rows[0].building,
            room=rows[0].room,
            needs=tuple(sorted({row.need.need for row in rows})),
            since=min(row.need.since for row in rows),
            last_visit=visited.get(household_id),
        )
        for household_id, rows in by_home.items()
    ]
    return sorted(found, key=lambda home: route_key(home.building, home.room))
