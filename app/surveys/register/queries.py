"""Reads of the register."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household, ImportantReason, Person
from app.surveys.register.rules import normal_phone
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class CommunityCount:
    """How many living households a community has, and how many of them are important."""

    community_id: int
    households: int
    important: int


@dataclass(frozen=True, slots=True)
class HomeRow:
    """A living household with its address."""

    household_id: int
    uid: str
    community_id: int
    building: str
    room: str
    has_lift: bool
    important: ImportantReason | None


@dataclass(frozen=True, slots=True)
class RegisteredHome:
    """A household as an import compares it, with its first person's hashes; retired ones too."""

    household_id: int
    community_code: str
    building: str
    room: str
    important: ImportantReason | None
    retired_on: date | None
    person_id: int | None
    name_hash: bytes | None
    phone_hash: bytes | None


@dataclass(frozen=True, slots=True)
class FoundPerson:
    """Where somebody lives, found by an exact search; name and phone stay sealed."""

    person_id: int
    household_id: int
    uid: str
    community_id: int
    building: str
    room: str


def list_communities(session: Session, scope: Scope) -> list[Community]:
    """Return the living communities of a scope by code."""
    query = (
        select(Community)
        .where(in_scope(Community.id, scope), Community.retired_on.is_(None))
        .order_by(Community.code)
    )
    return list(session.scalars(query))


def list_all_communities(session: Session) -> list[Community]:
    """Return every community, retired ones too: for imports, not for pages."""
    return list(session.scalars(select(Community).order_by(Community.code)))


def find_community_by_code(session: Session, code: str) -> Community | None:
    """Return a community by its code."""
    return session.scalar(select(Community).where(Community.code == code))


def get_community(session: Session, scope: Scope, community_id: int) -> Community | None:
    """Return a community, None when it does not exist inside the scope."""
    query = select(Community).where(Community.id == community_id, in_scope(Community.id, scope))
    return session.scalar(query)


def list_buildings(session: Session, community_id: int) -> list[Building]:
    """Return the buildings of a community in the order people count them: 2 before 10."""
    query = (
        select(Building)
        .where(Building.community_id == community_id)
        .order_by(func.length(Building.code), Building.code)
    )
    return list(session.scalars(query))


def list_buildings_of(session: Session, community_ids: Collection[int]) -> list[Building]:
    """Return the buildings of several communities."""
    query = select(Building).where(Building.community_id.in_(sorted(community_ids)))
    return list(session.scalars(query))


def list_households(session: Session, community_id: int) -> list[HomeRow]:
    """Return the living households of a community by building and room."""
    query = (
        select(
            Household.id,
            Household.uid,
            Building.community_id,
            Building.code,
            Household.room,
            Building.has_lift,
            Household.important,
        )
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community_id, Household.retired_on.is_(None))
        .order_by(
            func.length(Building.code), Building.code, func.length(Household.room), Household.room
        )
    )
    return [HomeRow(*row) for row in session.execute(query)]


def list_households_by_id(session: Session, household_ids: Collection[int]) -> list[Household]:
    """Return households by key, in no order; keys without a row are left out."""
    keys = sorted(household_ids)
    found: list[Household] = []
    for start in range(0, len(keys), 1000):
        query = select(Household).where(Household.id.in_(keys[start : start + 1000]))
        found += session.scalars(query)
    return found


def list_uids(session: Session, household_ids: Collection[int]) -> list[tuple[str, int]]:
    """Return the names households have in the audit log, each with its community, by key."""
    keys = sorted(set(household_ids))
    found: list[tuple[str, int]] = []
    for start in range(0, len(keys), 1000):
        query = (
            select(Household.uid, Building.community_id)
            .join(Building, Building.id == Household.building_id)
            .where(Household.id.in_(keys[start : start + 1000]))
            .order_by(Household.id)
        )
        found += [(row.uid, row.community_id) for row in session.execute(query)]
    return found


def household_counts(session: Session, scope: Scope) -> list[CommunityCount]:
    """Return the number of living households per community of a scope, by community key."""
    query = (
        select(Community.id, func.count(Household.id), func.count(Household.important))
        .join(Building, Building.community_id == Community.id, isouter=True)
        .join(
            Household,
            (Household.building_id == Building.id) & Household.retired_on.is_(None),
            isouter=True,
        )
        .where(in_scope(Community.id, scope), Community.retired_on.is_(None))
        .group_by(Community.id)
        .order_by(Community.id)
    )
    return [CommunityCount(*row) for row in session.execute(query)]


def add_households(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many households at once; `rows` hold column values."""
    if rows:
        session.execute(insert(Household), rows)


def add_people(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert many people at once; `rows` hold column values."""
    if rows:
        session.execute(insert(Person), rows)


def household_keys(session: Session, building_ids: Collection[int]) -> dict[str, int]:
    """Return uid to key for every household of these buildings."""
    ids = sorted(building_ids)
    found: dict[str, int] = {}
    for start in range(0, len(ids), 1000):
        query = select(Household.uid, Household.id).where(
            Household.building_id.in_(ids[start : start + 1000])
        )
        found.update((row[0], row[1]) for row in session.execute(query))
    return found


def list_registered_homes(session: Session, codes: Collection[str]) -> list[RegisteredHome]:
    """Return every household of these communities, once per person, first person first."""
    query = (
        select(
            Household.id,
            Community.code,
            Building.code,
            Household.room,
            Household.important,
            Household.retired_on,
            Person.id,
            Person.name_hash,
            Person.phone_hash,
        )
        .join(Building, Building.id == Household.building_id)
        .join(Community, Community.id == Building.community_id)
        .join(Person, Person.household_id == Household.id, isouter=True)
        .where(Community.code.in_(sorted(codes)))
        .order_by(Household.id, Person.id)
    )
    return [RegisteredHome(*row) for row in session.execute(query)]


def list_people(session: Session, household_ids: Collection[int]) -> list[Person]:
    """Return the people of these households, first added first."""
    keys = sorted(household_ids)
    found: list[Person] = []
    for start in range(0, len(keys), 1000):
        query = (
            select(Person)
            .where(Person.household_id.in_(keys[start : start + 1000]))
            .order_by(Person.household_id, Person.id)
        )
        found += session.scalars(query)
    return found


def find_person_by_phone(
    session: Session, vault: Vault, phone: str, scope: Scope
) -> list[FoundPerson]:
    """Return who of a scope has exactly this phone number, however it is written."""
    digits = normal_phone(phone)
    if digits is None:
        return []
    query = (
        select(
            Person.id,
            Household.id,
            Household.uid,
            Building.community_id,
            Building.code,
            Household.room,
        )
        .join(Household, Household.id == Person.household_id)
        .join(Building, Building.id == Household.building_id)
        .where(
            Person.phone_hash == vault.keyed_hash("phone-index", digits),
            in_scope(Building.community_id, scope),
        )
        .order_by(Person.id)
    )
    return [FoundPerson(*row) for row in session.execute(query)]
