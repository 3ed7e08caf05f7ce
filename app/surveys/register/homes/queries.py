"""Reads of single homes: search by address, name or phone, and what one home's page shows."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, false, func, or_, select
from sqlalchemy.orm import Session

from app.staff.models import Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.homes.address import (
    building_spellings,
    door_endings,
    room_spellings,
)
from app.surveys.register.models import (
    Building,
    CareNeed,
    Community,
    Household,
    HouseholdEvent,
    ImportantReason,
    Person,
)

MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class FoundHome:
    """A home that a search found; nobody who lives there is named."""

    household_id: int
    uid: str
    community_id: int
    community: str
    building: str
    room: str
    important: ImportantReason | None
    retired_on: date | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """One line of a home's history with who wrote it and the other home it names."""

    event: HouseholdEvent
    staff: str | None
    other_id: int | None
    other_building: str | None
    other_room: str | None


@dataclass(frozen=True, slots=True)
class CareRow:
    """One need of a home with its address."""

    need: CareNeed
    household_id: int
    uid: str
    building: str
    room: str


def _homes() -> Select[int, str, int, str, str, str, ImportantReason | None, date | None]:
    return (
        select(
            Household.id,
            Household.uid,
            Building.community_id,
            Community.name,
            Building.code,
            Household.room,
            Household.important,
            Household.retired_on,
        )
        .join(Building, Building.id == Household.building_id)
        .join(Community, Community.id == Building.community_id)
    )


def find_by_address(
    session: Session,
    scope: Scope,
    community_ids: Collection[int],
    *,
    building: str,
    room: str,
    is_door_only: bool,
) -> list[FoundHome]:
    """Return homes of a scope by the keys of building and room, one more than may be shown.

    Args:
        session: Open transaction.
        scope: Who looks.
        community_ids: Where to look.
        building: Key of `rules.building_key`, "" for any.
        room: Key of `rules.home_key`, "" for any.
        is_door_only: The room is told without its unit.
    """
    query = _homes().where(
        Building.community_id.in_(sorted(community_ids)),
        in_scope(Building.community_id, scope),
    )
    if building:
        query = query.where(Building.code.in_(building_spellings(building)))
    if room:
        query = query.where(_is_room(room, is_door_only=is_door_only))
    return _in_order(session, query)


def _is_room(room: str, *, is_door_only: bool) -> ColumnElement[bool]:
    exact = Household.room.in_(room_spellings(room))
    if not is_door_only:
        return exact
    return or_(exact, *(Household.room.endswith(end) for end in door_endings(room)))


def find_by_hash(
    session: Session,
    scope: Scope,
    *,
    name_hash: bytes | None = None,
    phone_hash: bytes | None = None,
) -> list[FoundHome]:
    """Return homes of a scope where somebody has exactly this name or number, or had it."""
    wanted: ColumnElement[bool] = false()
    if name_hash is not None:
        wanted = Person.name_hash == name_hash
    elif phone_hash is not None:
        wanted = Person.phone_hash == phone_hash
    people = select(Person.household_id).where(wanted)
    query = _homes().where(Household.id.in_(people), in_scope(Building.community_id, scope))
    return _in_order(session, query)


def _in_order(
    session: Session,
    query: Select[int, str, int, str, str, str, ImportantReason | None, date | None],
) -> list[FoundHome]:
    rows = session.execute(query.limit(MOST_FOUND + 1))
    found = [FoundHome(*row) for row in rows]
    return sorted(
        found,
        key=lambda home: (
            home.retired_on is not None,
            home.community,
            len(home.building),
            home.building,
            len(home.room),
            home.room,
        ),
    )


def find_home(session: Session, scope: Scope, household_id: int) -> FoundHome | None:
    """Return one home, None when it does not exist inside the scope."""
    query = _homes().where(Household.id == household_id, in_scope(Building.community_id, scope))
    row = session.execute(query).one_or_none()
    return None if row is None else FoundHome(*row)


def list_homes_of(session: Session, building_id: int) -> list[FoundHome]:
    """Return every home of a building, retired ones too, by room."""
    query = _homes().where(Household.building_id == building_id)
    return [FoundHome(*row) for row in session.execute(query.order_by(*_by_address()))]


def lock_household(session: Session, household_id: int) -> Household:
    """Return a household as it stands now, locked until the transaction ends."""
    query = select(Household).where(Household.id == household_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def find_room(session: Session, building_id: int, room: str) -> Household | None:
    """Return the household of a building whose room has this key, however it is written."""
    query = select(Household).where(
        Household.building_id == building_id, Household.room.in_(room_spellings(room))
    )
    return session.scalars(query.order_by(Household.id)).first()


def list_residents(session: Session, household_id: int) -> list[Person]:
    """Return everybody who lives or lived in a home, who lives there first."""
    query = (
        select(Person)
        .where(Person.household_id == household_id)
        .order_by(Person.moved_out_on.is_not(None), Person.id)
    )
    return list(session.scalars(query))


def list_events(session: Session, household_id: int) -> list[EventRow]:
    """Return the history of a home, newest first."""
    other = select(Household.id, Household.room, Building.code).join(
        Building, Building.id == Household.building_id
    )
    home = other.subquery()
    query = (
        select(HouseholdEvent, Staff.name, home.c.id, home.c.code, home.c.room)
        .join(Staff, Staff.id == HouseholdEvent.staff_id, isouter=True)
        .join(home, home.c.id == HouseholdEvent.other_household_id, isouter=True)
        .where(HouseholdEvent.household_id == household_id)
        .order_by(HouseholdEvent.on_day.desc(), HouseholdEvent.id.desc())
    )
    return [EventRow(*row) for row in session.execute(query)]


def list_needs(session: Session, household_id: int) -> list[CareNeed]:
    """Return the needs of a home, open ones first."""
    query = (
        select(CareNeed)
        .where(CareNeed.household_id == household_id)
        .order_by(CareNeed.until.is_not(None), CareNeed.since.desc(), CareNeed.id)
    )
    return list(session.scalars(query))


def find_need(session: Session, household_id: int, need_id: int) -> CareNeed | None:
    """Return a need of a home."""
    query = select(CareNeed).where(CareNeed.id == need_id, CareNeed.household_id == household_id)
    return session.scalar(query)


def list_care(session: Session, community_id: int, day: date) -> list[CareRow]:
    """Return the needs of a community's living homes that are open on this day, by address."""
    query = (
        select(CareNeed, Household.id, Household.uid, Building.code, Household.room)
        .join(Household, Household.id == CareNeed.household_id)
        .join(Building, Building.id == Household.building_id)
        .where(
            Building.community_id == community_id,
            Household.retired_on.is_(None),
            CareNeed.since <= day,
            or_(CareNeed.until.is_(None), CareNeed.until >= day),
        )
        .order_by(*_by_address())
    )
    return [CareRow(*row) for row in session.execute(query)]


def list_important(session: Session, community_id: int) -> list[FoundHome]:
    """Return the living important customers of a community by address."""
    query = _homes().where(
        Building.community_id == community_id,
        Household.important.is_not(None),
        Household.retired_on.is_(None),
    )
    return [FoundHome(*row) for row in session.execute(query.order_by(*_by_address()))]


def _by_address() -> tuple[SQLColumnExpression[Any], ...]:
    return (
        func.length(Building.code),
        Building.code,
        func.length(Household.room),
        Household.room,
        Household.id,
    )
