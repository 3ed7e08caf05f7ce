"""A register file beside the register: building after building, so that memory stays small."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from app.surveys.register import queries, rules
from app.surveys.register.cells import HomeCells
from app.surveys.register.errors import ProblemCode
from app.surveys.register.models import Community
from app.surveys.register.parsing import Parsed
from app.surveys.register.plan import Change
from app.surveys.register.queries import RegisteredHome
from app.surveys.register.services import name_hash, phone_hash
from app.vault import Vault

_AT_ONCE = 50  # buildings whose registered homes are read by one query


class ComparedHome(NamedTuple):
    """One home of the file and what the register has of it."""

    cells: HomeCells
    change: Change
    household_id: int | None = None
    person_id: int | None = None  # whose number is another one
    fields: tuple[str, ...] = ()
    leaving: tuple[int, ...] = ()  # owners who are followed by the one the file names


@dataclass(slots=True)
class _Owned:
    """A household of the register with everybody who owns it today."""

    home: RegisteredHome
    owners: list[RegisteredHome]


@dataclass(frozen=True, slots=True)
class BuildingHomes:
    """One building: its homes in the file, and the living ones the file leaves out.

    Attributes:
        community, building: Keys of the building.
        code: Building as written.
        compared: The homes of the file.
        missing: Building and room of the homes that are only in the register.
    """

    community: str
    building: str
    code: str
    compared: list[ComparedHome]
    missing: list[tuple[str, str]]


def known_communities(session: Session) -> dict[str, Community]:
    """Return every community of the register by its key."""
    return {rules.community_key(c.code): c for c in queries.list_all_communities(session)}


def compare(
    session: Session,
    vault: Vault,
    parsed: Parsed,
    known: Mapping[str, Community],
    *,
    before_read: Callable[[], None] | None = None,
) -> Iterator[BuildingHomes]:
    """Yield the buildings of the file's communities with their homes compared.

    A home that stands in the file twice becomes a problem of `parsed` on the way.

    Args:
        session: Open transaction.
        vault: Makes the hashes that names and phones are compared by.
        parsed: The file.
        known: The communities of the register by key; of others nothing is read.
        before_read: Called each time before the session is used.
    """
    of_file: dict[str, list[str]] = {key: [] for key in parsed.communities}
    for community, building in parsed.homes:
        of_file[community].append(building)
    for community, buildings in of_file.items():
        if before_read and community in known:
            before_read()
        registered = _registered_ids(session, known.get(community))
        every = list(dict.fromkeys([*buildings, *registered]))
        for some in (every[at : at + _AT_ONCE] for at in range(0, len(every), _AT_ONCE)):
            ids = [key for name in some for key in registered.get(name, [])]
            if before_read and ids:
                before_read()
            homes = _registered_homes(session, ids)
            merged = queries.list_merged(session, ids)
            for building in some:
                here = homes.get(building, {})
                yield _compare_building(vault, parsed, (community, building), here, merged)


def _registered_ids(session: Session, community: Community | None) -> dict[str, list[int]]:
    """Return the keys of a community's buildings by `rules.building_key`."""
    found: dict[str, list[int]] = {}
    if community is not None:
        for building in queries.list_buildings_of(session, [community.id]):
            found.setdefault(rules.building_key(building.code), []).append(building.id)
    return found


def _registered_homes(session: Session, building_ids: list[int]) -> dict[str, dict[str, _Owned]]:
    """Return the register's homes by building and room, each with all its owners."""
    found: dict[str, dict[str, _Owned]] = {}
    for row in queries.list_registered_homes(session, building_ids):
        homes = found.setdefault(rules.building_key(row.building), {})
        owned = homes.setdefault(rules.home_key(row.room), _Owned(row, []))
        if row.person_id is not None and row.household_id == owned.home.household_id:
            owned.owners.append(row)
    return found


def _compare_building(
    vault: Vault,
    parsed: Parsed,
    key: tuple[str, str],
    registered: Mapping[str, _Owned],
    merged: Mapping[int, str],
) -> BuildingHomes:
    compared = []
    lines: dict[str, int] = {}
    told = parsed.buildings.get(key)
    code = told.code if told else ""
    for cells in parsed.homes.get(key, ()):
        room = rules.home_key(cells.room)
        first = lines.setdefault(room, cells.line)
        if first != cells.line:
            address = f"{code} {cells.room}"
            parsed.complain(
                ProblemCode.DUPLICATE_HOME, cells.line, "room", address, other_line=first
            )
            continue
        owned = registered.get(room)
        if owned is not None and owned.home.household_id in merged:
            # Revived by an old list, its owner would be registered in two homes.
            address = f"{code} {cells.room} → {merged[owned.home.household_id]}"
            parsed.complain(ProblemCode.MERGED_HOME, cells.line, "room", address)
            continue
        compared.append(_compare_home(vault, parsed, cells, owned))
    missing = [
        (owned.home.building, owned.home.room)
        for room, owned in registered.items()
        if room not in lines and owned.home.retired_on is None
    ]
    return BuildingHomes(*key, code, compared, missing)


def _compare_home(
    vault: Vault, parsed: Parsed, cells: HomeCells, owned: _Owned | None
) -> ComparedHome:
    if owned is None:
        told = ("owner", "phone") if cells.owner else ()
        return ComparedHome(cells, Change.NEW, fields=told)
    fields = []
    if owned.home.retired_on is not None:
        fields.append("retired")
    if "important" in parsed.columns and cells.important is not owned.home.important:
        fields.append("important")
    of_people, person_id, leaving = _compare_owner(vault, cells, owned.owners)
    fields += of_people
    return ComparedHome(
        cells,
        Change.CHANGED if fields else Change.UNCHANGED,
        owned.home.household_id,
        person_id,
        tuple(fields),
        leaving,
    )


def _compare_owner(
    vault: Vault, cells: HomeCells, owners: list[RegisteredHome]
) -> tuple[list[str], int | None, tuple[int, ...]]:
    """Return what is different, whose number it is about, and who is followed by a new owner.

    A line names one owner; a home may have several, and any of them is the one it means.
    """
    if not cells.owner:
        return [], None, ()
    wanted = name_hash(vault, cells.owner)
    named = [owner for owner in owners if owner.name_hash == wanted]
    if not named:
        # A new owner never inherits the number of the one before.
        gone = tuple(owner.person_id for owner in owners if owner.person_id is not None)
        return ["owners" if len(gone) > 1 else "owner", "phone"], None, gone
    if cells.phone:
        number = phone_hash(vault, cells.phone)
        if all(owner.phone_hash != number for owner in named):
            return ["phone"], named[0].person_id, ()
    return [], None, ()
