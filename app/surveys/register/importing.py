"""Import of the register from a file: dry run, report, then all or nothing.

Rules: the file's homes are added or brought up to date; a home the file leaves out stays and is
reported; a cell left blank never deletes an owner; the same file twice changes nothing.
"""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register import queries, rules, services
from app.surveys.register.errors import ImportRefusedError, UnreadableTableError
from app.surveys.register.models import Building, Community, Household
from app.surveys.register.parsing import Parsed, parse_table
from app.surveys.register.plan import (
    Change,
    CommunityCells,
    HomeCells,
    ImportPlan,
    MissingHome,
    PlannedHome,
)
from app.surveys.register.queries import RegisteredHome
from app.surveys.register.table import Table, read_table
from app.surveys.register.wording import describe, describe_problem
from app.vault import Vault

__all__ = [
    "ImportRefusedError",
    "UnreadableTableError",
    "apply_import",
    "describe",
    "describe_problem",
    "plan_import",
    "read_table",
    "record_look",
]

HomeKey = tuple[str, str, str]
_OF_COMMUNITY = ("name", "city", "office", "office_phone")


def plan_import(session: Session, table: Table, vault: Vault) -> ImportPlan:
    """Compare a file with the register; writes nothing."""
    parsed = parse_table(table)
    known = _known_communities(session)
    codes = [known[key].code for key in parsed.communities if key in known]
    registered = _registered(session, codes)
    homes = tuple(
        _plan_home(vault, parsed, home, registered.get(key)) for key, home in parsed.homes.items()
    )
    missing = tuple(
        MissingHome(known[key[0]].name, home.building, home.room)
        for key, home in registered.items()
        if key not in parsed.homes and home.retired_on is None
    )
    return ImportPlan(
        encoding=table.encoding,
        columns=table.columns,
        ignored=table.ignored,
        communities=parsed.communities,
        buildings=parsed.buildings,
        new_communities=tuple(
            told.name for key, told in parsed.communities.items() if key not in known
        ),
        changed_communities=tuple(
            told.name
            for key, told in parsed.communities.items()
            if key in known and _is_different(known[key], told)
        ),
        homes=homes,
        missing=missing,
        errors=tuple(parsed.problems),
    )


def record_look(
    session: Session, plan: ImportPlan, homes: Iterable[PlannedHome], *, actor: Scope, now: datetime
) -> None:
    """Write down that somebody reads a dry run, and each home of the register it shows.

    Args:
        session: Open transaction.
        plan: The dry run.
        homes: The homes that are shown; those the register does not have yet leave no entry.
        actor: Who reads it.
        now: When.
    """
    _record(session, "register.check", plan, actor=actor, now=now)
    keys = [home.household_id for home in homes if home.household_id is not None]
    shown = queries.list_uids(session, keys)
    audit.record_many(session, actor=actor, action="register.check", subjects=shown, now=now)


def apply_import(
    session: Session, plan: ImportPlan, vault: Vault, *, actor: Scope | str, now: datetime
) -> None:
    """Write a plan and its audit entry in the caller's transaction; make both in the same one.

    Args:
        session: Open transaction.
        plan: What to write.
        vault: Seals names and phones.
        actor: Who imports: the signed-in person, or a word for a command.
        now: When.

    Raises:
        ImportRefusedError: The plan has errors; nothing was written.
    """
    if plan.errors:
        raise ImportRefusedError(plan.errors)
    communities = _write_communities(session, plan)
    buildings = _write_buildings(session, plan, communities)
    services.add_homes(
        session,
        vault,
        (
            services.NewHome(
                building_id=buildings[(home.cells.community, home.cells.building)].id,
                room=home.cells.room,
                important=home.cells.important,
                name=home.cells.owner,
                phone=home.cells.phone,
            )
            for home in plan.homes
            if home.change is Change.NEW
        ),
        now=now,
    )
    _write_changes(session, plan, vault, now=now)
    session.flush()
    _record(session, "register.import", plan, actor=actor, now=now)


def _record(
    session: Session, action: str, plan: ImportPlan, *, actor: Scope | str, now: datetime
) -> None:
    """Append one entry about a whole file: its communities and how many homes change."""
    codes = ",".join(sorted(told.code for told in plan.communities.values()))
    counts = " ".join(f"{change.value}={plan.count(change)}" for change in Change)
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="register",
        detail=f"{counts} communities={codes}",
        now=now,
    )


def _write_changes(session: Session, plan: ImportPlan, vault: Vault, *, now: datetime) -> None:
    changed = [home for home in plan.homes if home.change is Change.CHANGED]
    households = _households_of(session, changed)
    people = {p.id: p for p in queries.list_people(session, households)}
    for home in changed:
        if home.household_id is None:
            continue
        household = households[home.household_id]
        services.revive_household(household)
        if "important" in home.fields:
            services.mark_important(household, home.cells.important)
        if not {"owner", "phone"} & set(home.fields):
            continue
        name, phone = home.cells.owner, home.cells.phone
        if home.person_id is None:
            services.add_person(session, vault, household, name=name, phone=phone, now=now)
        else:
            services.set_identity(vault, people[home.person_id], name=name, phone=phone)


def _known_communities(session: Session) -> dict[str, Community]:
    return {rules.community_key(c.code): c for c in queries.list_all_communities(session)}


def _registered(session: Session, codes: list[str]) -> dict[HomeKey, RegisteredHome]:
    """Return the register's homes of these communities by key, each with its first person."""
    homes: dict[HomeKey, RegisteredHome] = {}
    for home in queries.list_registered_homes(session, codes):
        key = (
            rules.community_key(home.community_code),
            rules.building_key(home.building),
            rules.home_key(home.room),
        )
        homes.setdefault(key, home)
    return homes


def _plan_home(
    vault: Vault, parsed: Parsed, cells: HomeCells, registered: RegisteredHome | None
) -> PlannedHome:
    if registered is None:
        told = ("owner", "phone") if cells.owner else ()
        return PlannedHome(cells, Change.NEW, None, None, told)
    fields = tuple(_differences(vault, parsed.columns, cells, registered))
    return PlannedHome(
        cells,
        Change.CHANGED if fields else Change.UNCHANGED,
        registered.household_id,
        registered.person_id,
        fields,
    )


def _differences(
    vault: Vault, columns: dict[str, str], cells: HomeCells, registered: RegisteredHome
) -> list[str]:
    """Return the fields in which a file differs from the register, among those it has."""
    found = []
    if registered.retired_on is not None:
        found.append("retired")
    if "important" in columns and cells.important is not registered.important:
        found.append("important")
    if cells.owner and services.name_hash(vault, cells.owner) != registered.name_hash:
        # A new owner never inherits the number of the one before.
        return [*found, "owner", "phone"]
    if cells.phone and services.phone_hash(vault, cells.phone) != registered.phone_hash:
        found.append("phone")
    return found


def _write_communities(session: Session, plan: ImportPlan) -> dict[str, Community]:
    known = _known_communities(session)
    for key, told in plan.communities.items():
        if key not in known:
            known[key] = services.add_community(session, code=told.code, name=told.name)
        _update_community(known[key], told)
    session.flush()
    return known


def _is_different(community: Community, told: CommunityCells) -> bool:
    values = ((getattr(community, name), getattr(told, name)) for name in _OF_COMMUNITY)
    return community.retired_on is not None or any(
        new is not None and new != old for old, new in values
    )


def _update_community(community: Community, told: CommunityCells) -> None:
    community.retired_on = None
    for name in _OF_COMMUNITY:
        value = getattr(told, name)
        if value is not None:
            setattr(community, name, value)


def _write_buildings(
    session: Session, plan: ImportPlan, communities: dict[str, Community]
) -> dict[tuple[str, str], Building]:
    keys = {communities[key].id: key for key in plan.communities}
    found = {
        (keys[b.community_id], rules.building_key(b.code)): b
        for b in queries.list_buildings_of(session, keys)
    }
    for key, told in plan.buildings.items():
        if key not in found:
            found[key] = services.add_building(session, communities[key[0]], told.code)
        if told.has_lift is not None:
            found[key].has_lift = told.has_lift
    session.flush()
    return found


def _households_of(session: Session, homes: list[PlannedHome]) -> dict[int, Household]:
    keys = [home.household_id for home in homes if home.household_id is not None]
    return {h.id: h for h in queries.list_households_by_id(session, keys)}
