"""Reads of the register."""

from array import array
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, cast

from sqlalchemy import Table, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.db import Base
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import (
    Building,
    Community,
    FileState,
    Household,
    HouseholdEvent,
    HouseholdEventKind,
    ImportantReason,
    Person,
    PersonKind,
    Region,
    RegisterFile,
)
from app.surveys.register.rules import normal_phone
from app.vault import Vault

_REGISTER_LOCK = 7_301_179


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


class RegisteredHome(NamedTuple):
    """A household as an import compares it, with its first owner's hashes; retired ones too."""

    household_id: int
    building: str
    room: str
    important: ImportantReason | None
    retired_on: date | None
    person_id: int | None
    name_hash: bytes | None
    phone_hash: bytes | None


@dataclass(frozen=True, slots=True)
class BuildingCount:
    """A building and how many living and retired homes it has."""

    building_id: int
    code: str
    has_lift: bool
    households: int
    retired: int


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


def find_building(session: Session, building_id: int) -> Building | None:
    """Return a building by key."""
    return session.get(Building, building_id)


def list_retired_communities(session: Session, scope: Scope) -> list[Community]:
    """Return the communities of a scope that were taken out of the register, latest first."""
    query = (
        select(Community)
        .where(in_scope(Community.id, scope), Community.retired_on.is_not(None))
        .order_by(Community.retired_on.desc(), Community.code)
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


def list_registered_homes(session: Session, building_ids: Collection[int]) -> list[RegisteredHome]:
    """Return every household of these buildings, once per owner who lives there, first first."""
    if not building_ids:
        return []
    lives_there = (
        (Person.household_id == Household.id)
        & Person.moved_out_on.is_(None)
        & (Person.kind == PersonKind.OWNER)
    )
    query = (
        select(
            Household.id,
            Building.code,
            Household.room,
            Household.important,
            Household.retired_on,
            Person.id,
            Person.name_hash,
            Person.phone_hash,
        )
        .join(Building, Building.id == Household.building_id)
        .join(Person, lives_there, isouter=True)
        .where(Building.id.in_(sorted(building_ids)))
        .order_by(Household.id, Person.id)
    )
    return [RegisteredHome(*row) for row in session.execute(query)]


def list_merged(session: Session, building_ids: Collection[int]) -> dict[int, str]:
    """Return the homes of these buildings that are part of another one now, with its address."""
    if not building_ids:
        return {}
    told = (
        HouseholdEventKind.MERGED_INTO,
        HouseholdEventKind.RETIRED,
        HouseholdEventKind.REVIVED,
    )
    query = (
        select(HouseholdEvent.household_id, HouseholdEvent.kind, HouseholdEvent.other_household_id)
        .join(Household, Household.id == HouseholdEvent.household_id)
        .where(
            Household.building_id.in_(sorted(building_ids)),
            Household.retired_on.is_not(None),
            HouseholdEvent.kind.in_(told),
        )
        .order_by(HouseholdEvent.id)
    )
    # The last one counts: a merged home that was taken back and retired again is merged no more.
    last = {row[0]: (row[1], row[2]) for row in session.execute(query)}
    into = {key: other for key, (kind, other) in last.items() if kind is told[0]}
    homes = (
        select(Household.id, Building.code, Household.room)
        .join(Building, Building.id == Household.building_id)
        .where(Household.id.in_(sorted(other for other in into.values() if other is not None)))
    )
    named = {row[0]: f"{row[1]} {row[2]}" for row in session.execute(homes)} if into else {}
    return {key: named[other] for key, other in into.items() if other in named}


def lock_register(session: Session) -> None:
    """Let one import at a time write; on PostgreSQL the lock ends with the transaction."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_REGISTER_LOCK)))


def refresh_statistics(session: Session) -> None:
    """Let PostgreSQL look at tables that grew much: with old figures it reads them whole."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("ANALYZE building, household, person, household_event"))


def reserve_keys(session: Session, model: type[Base], count: int) -> "array[int]":
    """Return keys nobody else gets; on SQLite only the one writer there is may call this."""
    if session.get_bind().dialect.name == "postgresql":
        query = text(
            "SELECT nextval(pg_get_serial_sequence(:name, 'id')) FROM generate_series(1, :count)"
        )
        given = {"name": model.__tablename__, "count": count}
        return array("q", session.scalars(query, given).yield_per(10_000))
    first = session.scalar(select(func.max(model.__table__.c.id))) or 0
    return array("q", range(first + 1, first + 1 + count))


def find_driver(session: Session) -> Any:
    """Return PostgreSQL's own connection below this transaction, None on SQLite."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.connection().connection.driver_connection


def copy_rows(driver: Any, model: type[Base], columns: Sequence[str], lines: bytes) -> None:
    """Send rows in the text form of COPY, the fastest way PostgreSQL has."""
    table = f"{model.__tablename__} ({', '.join(columns)})"
    with driver.cursor() as cursor, cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for start in range(0, len(lines), 1 << 18):
            copy.write(lines[start : start + (1 << 18)])


def insert_rows(
    session: Session, model: type[Base], columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Insert many rows by one statement run many times; values go through their types."""
    named = [dict(zip(columns, row, strict=True)) for row in rows]
    session.execute(insert(cast("Table", model.__table__)), named)


def change_rows(session: Session, model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Change many rows by key; every row names the same columns beside `id`."""
    if rows:
        session.execute(update(model), rows)


def list_people(session: Session, household_ids: Collection[int]) -> list[Person]:
    """Return who lives in these households today, first added first."""
    keys = sorted(household_ids)
    found: list[Person] = []
    for start in range(0, len(keys), 1000):
        query = (
            select(Person)
            .where(
                Person.household_id.in_(keys[start : start + 1000]),
                Person.moved_out_on.is_(None),
            )
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
            Person.moved_out_on.is_(None),
            in_scope(Building.community_id, scope),
        )
        .order_by(Person.id)
    )
    return [FoundPerson(*row) for row in session.execute(query)]


def find_file(session: Session, file_id: int) -> RegisterFile | None:
    """Return a large register file by key."""
    return session.get(RegisterFile, file_id)


def lock_file(session: Session, file_id: int) -> RegisterFile | None:
    """Return a large register file as it stands now, locked until the transaction ends."""
    query = select(RegisterFile).where(RegisterFile.id == file_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def list_files(session: Session, limit: int) -> list[RegisterFile]:
    """Return the newest large register files."""
    return list(session.scalars(select(RegisterFile).order_by(RegisterFile.id.desc()).limit(limit)))


def list_files_before(session: Session, instant: datetime) -> list[RegisterFile]:
    """Return the files uploaded before an instant that still wait for somebody."""
    waiting = (FileState.CHECKING, FileState.CHECKED)
    query = select(RegisterFile).where(
        RegisterFile.created_at < instant, RegisterFile.state.in_(waiting)
    )
    return list(session.scalars(query))


def list_regions(session: Session) -> list[Region]:
    """Return the regions by code."""
    return list(session.scalars(select(Region).order_by(Region.code)))


def count_buildings(session: Session, scope: Scope) -> dict[int, int]:
    """Return the number of buildings per community of a scope."""
    query = (
        select(Building.community_id, func.count())
        .where(in_scope(Building.community_id, scope))
        .group_by(Building.community_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def count_retired(session: Session, community_id: int) -> int:
    """Return how many homes of a community are retired."""
    query = (
        select(func.count())
        .select_from(Household)
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community_id, Household.retired_on.is_not(None))
    )
    return session.scalar(query) or 0


def count_homes_by_building(session: Session, community_id: int) -> list[BuildingCount]:
    """Return the living and retired homes of each building of a community."""
    query = (
        select(
            Building.id,
            Building.code,
            Building.has_lift,
            func.count(Household.id).filter(Household.retired_on.is_(None)),
            func.count(Household.id).filter(Household.retired_on.is_not(None)),
        )
        .join(Household, Household.building_id == Building.id, isouter=True)
        .where(Building.community_id == community_id)
        .group_by(Building.id, Building.code, Building.has_lift)
        .order_by(func.length(Building.code), Building.code)
    )
    return [BuildingCount(*row) for row in session.execute(query)]


def find_region_by_id(session: Session, region_id: int) -> Region | None:
    """Return a region by key."""
    return session.get(Region, region_id)
