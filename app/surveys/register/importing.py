"""Import of the register from a file: dry run, report, then all or nothing.

Rules: the file's homes are added or brought up to date; a home the file leaves out stays and is
reported; a cell left blank never deletes an owner; the same file twice changes nothing.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register import bulk, queries, rules, services
from app.surveys.register.comparing import BuildingHomes, compare, known_communities
from app.surveys.register.differences import OF_COMMUNITY, check_names, place_changes
from app.surveys.register.errors import (
    ImportRefusedError,
    Problem,
    ProblemCode,
    RegisterChangedError,
    UnreadableTableError,
)
from app.surveys.register.fingerprint import Fingerprint
from app.surveys.register.models import Building, Community
from app.surveys.register.parsing import Parsed, Parser
from app.surveys.register.plan import SHOWN, Change, ImportPlan, MissingHome, PlaceChange, ShownHome
from app.surveys.register.report import FileReport, make_report
from app.surveys.register.table import Table, read_table
from app.surveys.register.wording import describe, describe_problem
from app.vault import Vault

__all__ = [
    "ImportRefusedError",
    "RegisterChangedError",
    "UnreadableTableError",
    "apply_import",
    "describe",
    "describe_problem",
    "plan_import",
    "read_table",
    "record_look",
]

Tick = Callable[[int], None]
_MANY = 10_000  # homes after which the database counts anew
_EVERY = 5000  # rows between two ticks


def plan_import(
    session: Session,
    table: Table,
    vault: Vault,
    *,
    today: date | None = None,
    tick: Tick | None = None,
) -> ImportPlan:
    """Compare a file with the register; writes nothing.

    Args:
        session: Open transaction.
        table: The file; its rows are read here.
        vault: Makes the hashes that names and phones are compared by.
        today: Days of hand-over long after it are refused.
        tick: Called now and then with the number of rows read.

    Raises:
        UnreadableTableError: The file breaks in the middle.
    """
    parser = Parser(table, today=today)
    if not table.problems:
        for row in table.rows:
            parser.read(row)
            if tick and parser.parsed.count % _EVERY == 0:
                tick(parser.parsed.count)
    parsed = parser.parsed
    if not table.problems and parsed.count == 0 and parsed.problem_count == 0:
        parsed.add_problem(Problem(ProblemCode.NO_LINES))
    known = known_communities(session)
    check_names(parsed, known)
    places = place_changes(session, parsed, known)
    tally = _Tally(parsed, places)
    for homes in compare(session, vault, parsed, known):
        tally.add(homes)
    return ImportPlan(
        encoding=table.encoding,
        ignored=table.ignored,
        communities=tuple(told.code for told in parsed.communities.values()),
        new_communities=tuple(
            told.name for key, told in parsed.communities.items() if key not in known
        ),
        changed_communities=tuple(dict.fromkeys(place.community for place in places)),
        places=tuple(places[:SHOWN]),
        place_count=len(places),
        counts={change: tally.counts[change] for change in Change},
        shown={change: tuple(tally.shown[change]) for change in Change},
        missing=tuple(tally.missing),
        missing_count=tally.missing_count,
        important=parsed.important,
        errors=parsed.in_order(),
        error_count=parsed.problem_count,
        parsed=parsed,
        fingerprint=tally.fingerprint,
    )


class _Tally:
    """Counts what a dry run finds and keeps the first homes of each kind."""

    def __init__(self, parsed: Parsed, places: Iterable[PlaceChange]) -> None:
        self.counts: Counter[Change] = Counter()
        self.shown: dict[Change, list[ShownHome]] = {change: [] for change in Change}
        self.missing: list[MissingHome] = []
        self.missing_count = 0
        self._parsed = parsed
        self._print = Fingerprint(places)

    @property
    def fingerprint(self) -> str:
        """The mark of everything that was counted."""
        return self._print.text

    def add(self, homes: BuildingHomes) -> None:
        """Count the homes of one building."""
        told = self._parsed.communities[homes.community]
        self._print.add(homes)
        for home in homes.compared:
            self.counts[home.change] += 1
            kept = self.shown[home.change]
            if len(kept) < SHOWN and home.change is not Change.UNCHANGED:
                cells = home.cells
                kept.append(
                    ShownHome(
                        line=cells.line,
                        community=told.name,
                        building=homes.code,
                        room=cells.room,
                        important=cells.important,
                        household_id=home.household_id,
                        fields=home.fields,
                    )
                )
        self.missing_count += len(homes.missing)
        for building, room in homes.missing[: SHOWN - len(self.missing)]:
            self.missing.append(MissingHome(told.name, building, room))


def record_look(session: Session, report: FileReport, *, actor: Scope, now: datetime) -> None:
    """Write down that somebody reads a dry run, and each home of the register it shows.

    Homes the register does not have yet leave no entry.
    """
    _record(session, "register.check", report, actor=actor, now=now)
    shown = queries.list_uids(session, report.shown_keys)
    audit.record_many(session, actor=actor, action="register.check", subjects=shown, now=now)


def apply_import(
    session: Session,
    plan: ImportPlan,
    vault: Vault,
    *,
    actor: Scope | str,
    now: datetime,
    tick: Tick | None = None,
) -> None:
    """Write a plan and its audit entry in the caller's transaction.

    The file is compared with the register once more, under a lock that lets one import at a time
    write: what is written fits the register of this moment.

    Args:
        session: Open transaction.
        plan: What to write.
        vault: Seals names and phones.
        actor: Who imports: the signed-in person, or a word for a command.
        now: When.
        tick: Called now and then with the number of homes written or passed over.

    Raises:
        ImportRefusedError: The plan has errors; nothing was written.
        RegisterChangedError: The register is not what the plan was made from any more: roll back.
    """
    if plan.errors:
        raise ImportRefusedError(plan.errors)
    queries.lock_register(session)
    parsed = plan.parsed
    before = known_communities(session)
    mark = Fingerprint(place_changes(session, parsed, before))
    communities = _write_communities(session, parsed, dict(before))
    buildings = _write_buildings(session, parsed, communities)
    staff_id = actor.staff_id if isinstance(actor, Scope) else None
    writer = bulk.Writer(session, vault, staff_id=staff_id, day=beijing_date(now), now=now)
    try:
        new, changed = plan.count(Change.NEW), plan.count(Change.CHANGED)
        writer.reserve(homes=new, people=new + changed)
        done = 0
        for homes in compare(session, vault, parsed, before, before_read=writer.settle):
            mark.add(homes)
            if homes.compared:
                writer.write(buildings[(homes.community, homes.building)], homes.compared)
            done += len(homes.compared)
            if tick:
                tick(done)
        writer.finish()
    finally:
        writer.close()
    if mark.text != plan.fingerprint:
        raise RegisterChangedError
    if new + changed >= _MANY:
        queries.refresh_statistics(session)
    session.expire_all()
    _record(session, "register.import", make_report(plan), actor=actor, now=now)


def _record(
    session: Session, action: str, report: FileReport, *, actor: Scope | str, now: datetime
) -> None:
    """Append one entry about a whole file: its communities and how many homes change."""
    counts = " ".join(f"{change}={count}" for change, count in report.counts.items())
    audit.record(
        session,
        actor=actor,
        action=action,
        subject="register",
        detail=f"{counts} communities={','.join(sorted(report.communities))}",
        now=now,
    )


def _write_communities(
    session: Session, parsed: Parsed, known: dict[str, Community]
) -> dict[str, Community]:
    for key, told in parsed.communities.items():
        if key not in known:
            known[key] = services.add_community(session, code=told.code, name=told.name)
        community = known[key]
        community.retired_on = None
        for name in OF_COMMUNITY:
            value = getattr(told, name)
            if value is not None:
                setattr(community, name, value)
        if told.region:
            community.region_id = services.region_named(session, told.region).id
    session.flush()
    return known


def _write_buildings(
    session: Session, parsed: Parsed, communities: dict[str, Community]
) -> dict[tuple[str, str], int]:
    """Return the key of every building of the file, after writing what is new about them."""
    keys = {communities[key].id: key for key in parsed.communities}
    found = {
        (keys[b.community_id], rules.building_key(b.code)): b
        for b in queries.list_buildings_of(session, keys)
    }
    for key, told in parsed.buildings.items():
        building = found.get(key)
        if building is None:
            building = Building(community_id=communities[key[0]].id, code=told.code)
            found[key] = building
            session.add(building)
        if told.has_lift is not None:
            building.has_lift = told.has_lift
    session.flush()
    return {key: building.id for key, building in found.items()}
