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
    person_id: int | None = None
    fields: tuple[str, ...] = ()


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
            for building in some:
                yield _compare_building(vault, parsed, (community, building), homes.get(building))


def _registered_ids(session: Session, community: Community | None) -> dict[str, list[int]]:
    """Return the keys of a community's buildings by `rules.building_key`."""
    found: dict[str, list[int]] = {}
    if community is not None:
        for building in queries.list_buildings_of(session, [community.id]):
            found.setdefault(rules.building_key(building.code), []).append(building.id)
    return found


def _registered_homes(
    session: Session, building_ids: list[int]
) -> dict[str, dict[str, RegisteredHome]]:
    """Return the register's homes by building and room, each with the first who lives there."""
    found: dict[str, dict[str, RegisteredHome]] = {}
    for home in queries.list_registered_homes(session, building_ids):
        homes = found.setdefault(rules.building_key(home.building), {})
        homes.setdefault(rules.home_key(home.room), home)
    return found


def _compare_building(
    vault: Vault,
    parsed: Parsed,
    key: tuple[str, str],
    registered: Mapping[str, RegisteredHome] | None,
) -> BuildingHomes:
    registered = registered or {}
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
        compared.append(_compare_home(vault, parsed, cells, registered.get(room)))
    missing = [
        (home.building, home.room)
        for room, home in registered.items()
        if room not in lines and home.retired_on is None
    ]
    return BuildingHomes(*key, code, compared, missing)


def _compare_home(
    vault: Vault, parsed: Parsed, cells: HomeCells, registered: RegisteredHome | None
) -> ComparedHome:
    if registered is None:
        told = ("owner", "phone") if cells.owner else ()
        return ComparedHome(cells, Change.NEW, fields=told)
    fields = tuple(_differences(vault, parsed.columns, cells, registered))
    return ComparedHome(
        cells,
        Change.CHANGED if fields else Change.UNCHANGED,
        registered.household_id,
        registered.person_id,
        fields,
    )


def _differences(
    vault: Vault, columns: Mapping[str, str], cells: HomeCells, registered: RegisteredHome
) -> list[str]:
    """Return the fields in which a file differs from the register, among those it has."""
    found = []
    if registered.retired_on is not None:
        found.append("retired")
    if "important" in columns and cells.important is not registered.important:
        found.append("important")
    if cells.owner and name_hash(vault, cells.owner) != registered.name_hash:
        # A new owner never inherits the number of the one before.
        return [*found, "owner", "phone"]
    if cells.phone and phone_hash(vault, cells.phone) != registered.phone_hash:
        found.append("phone")
    return found
