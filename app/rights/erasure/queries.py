"""The rows of one home, found and emptied table by table as `registry` says."""

import os
import secrets
from collections.abc import Callable, Collection, Mapping

from sqlalchemy import (
    Column,
    Engine,
    String,
    Table,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session

from app.db import Base
from app.followup.history.models import CaseSheet
from app.followup.papers.models import Paper
from app.jobs.models import Job
from app.rights.erasure.registry import EMPTY, RULES, WAYS, Fill, Group, Rule
from app.rights.models import VaultWork
from app.rights.sealed import purpose_of
from app.service.complaints.papers.models import ComplaintPrint
from app.staff.models import AuditEntry, Staff
from app.surveys.campaign.models import FrameMember
from app.surveys.distribution.models import LetterBatch, LetterFile
from app.surveys.register.models import (
    FileState,
    Household,
    HouseholdEvent,
    Person,
    PersonKind,
    RegisterFile,
)
from app.vault import Vault

Keys = Mapping[Group, Collection[int]]
# Acts by which something about homes left the database: whoever did one may still hold a copy.
TAKEN_OUT = (
    *("letters.fetch", "letters.ask", "print_letters", "print_paper", "open_sheet"),
    *("forms.fetch", "forms.ask", "print_forms"),
    *("words.download", "list_for_interview", "message.outbox", "rights.copy", "view_call_sheet"),
)


def begin_work(session: Session) -> None:
    """Mark work on the vault in this transaction; what is deleted is overwritten at once."""
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("PRAGMA secure_delete=ON"))
    session.execute(insert(VaultWork).values(id=1))


def end_work(session: Session) -> None:
    """Take the mark away; without this the frozen rows would stay open."""
    session.execute(delete(VaultWork))


def collect(session: Session, household_id: int) -> dict[Group, set[int]]:
    """Return the keys of everything that belongs to a home."""
    return _follow(session, Group.HOME, household_id)


def collect_case(session: Session, case_id: int) -> dict[Group, set[int]]:
    """Return the keys of everything that belongs to a case without a home."""
    return _follow(session, Group.CASE, case_id)


def _follow(session: Session, start: Group, key: int) -> dict[Group, set[int]]:
    keys: dict[Group, set[int]] = {group: set() for group in Group}
    keys[start] = {key}
    for group, column, source in WAYS:
        table = Base.metadata.tables[group.value]
        query = select(table.c.id).where(table.c[column].in_(keys[source]))
        keys[group] |= set(session.scalars(query))
    return keys


def apply_rule(session: Session, vault: Vault, rule: Rule, keys: Keys) -> int:
    """Delete or empty the rows of one table; return how many."""
    table = Base.metadata.tables[rule.table]
    here = table.c[rule.column].in_(keys[rule.group])
    if rule.is_deleted:
        return _count(session.execute(delete(table).where(here)))
    if not rule.fill:
        return 0
    columns = list(table.primary_key.columns)
    rows = session.execute(
        select(*columns, *(table.c[name] for name in rule.fill if name not in table.primary_key))
        .where(here)
        .with_for_update()
    ).mappings()
    found = rows.all()
    for row in found:
        mine = [column == row[column] for column in columns]
        values = {
            name: _filled(vault, table, name, fill, row[table.c[name]])
            for name, fill in rule.fill.items()
        }
        session.execute(update(table).where(*mine).values(values))
    return len(found)


def _filled(vault: Vault, table: Table, name: str, fill: Fill, was: object) -> object:
    """Return what a column holds afterwards; what was empty stays empty where it may."""
    if fill is Fill.NOTHING or (was is None and table.c[name].nullable):
        return None
    makers: dict[Fill, Callable[[], object]] = {
        Fill.NOISE: lambda: os.urandom(32),
        Fill.NAME: lambda: secrets.token_hex(_length(table.c[name]) // 2),
        Fill.DASH: lambda: "—",
    }
    if fill in makers:
        return makers[fill]()
    place = f"{table.name}.{name}"
    return vault.seal(EMPTY.get(place, ""), purpose_of(place))


def _length(column: Column[object]) -> int:
    return min(int(getattr(column.type, "length", None) or 32), 32)


def _count(result: object) -> int:
    return max(int(getattr(result, "rowcount", 0)), 0)


def forget_neighbours(session: Session, household_id: int) -> None:
    """Let the history of other homes name this one no more."""
    session.execute(
        update(HouseholdEvent)
        .where(HouseholdEvent.other_household_id == household_id)
        .values(other_household_id=None)
    )


def drop_people(session: Session, household_id: int) -> int:
    """Delete who is no tenant; how long a home was let is a figure."""
    query = delete(Person).where(
        Person.household_id == household_id, Person.kind != PersonKind.TENANT
    )
    return _count(session.execute(query))


def cut_requests(session: Session, household_id: int) -> None:
    """Let requests about the home lead to it no more."""
    table = Base.metadata.tables["rights_request"]
    session.execute(
        update(table).where(table.c.household_id == household_id).values(household_id=None)
    )


def lock_home(session: Session, household_id: int) -> Household:
    """Return a home as it stands, locked to the end of the transaction."""
    query = select(Household).where(Household.id == household_id).with_for_update()
    return session.scalars(query, execution_options={"populate_existing": True}).one()


def list_members(session: Session, household_id: int) -> list[FrameMember]:
    """Return the home in every campaign, oldest first."""
    query = select(FrameMember).where(FrameMember.household_id == household_id)
    return list(session.scalars(query.order_by(FrameMember.id)))


def list_letter_files(session: Session, members: Collection[FrameMember]) -> list[LetterFile]:
    """Return the printed letters this home's letter is among."""
    if not members:
        return []
    places = [
        (LetterBatch.campaign_id == one.campaign_id)
        & (LetterBatch.community_id == one.community_id)
        & (LetterFile.building == one.building)
        for one in members
    ]
    query = select(LetterFile).join(LetterBatch, LetterBatch.id == LetterFile.batch_id)
    return list(session.scalars(query.where(or_(*places))))


def drop_papers(session: Session) -> int:
    """Delete the sheets that wait to be fetched: any of them may show the home."""
    others = _count(session.execute(delete(ComplaintPrint)))
    return others + _count(session.execute(delete(Paper)))


def list_sheets(session: Session) -> list[CaseSheet]:
    """Return the lists of cases whose file is still kept."""
    return list(session.scalars(select(CaseSheet).where(CaseSheet.digest.is_not(None))))


def clear_job_errors(session: Session) -> None:
    """Forget the texts of failures: one may quote what it failed on."""
    session.execute(update(Job).where(Job.error.is_not(None)).values(error=None))


def list_unfinished_files(session: Session) -> list[RegisterFile]:
    """Return register files that are checked but neither imported nor left."""
    states = (FileState.CHECKING, FileState.CHECKED, FileState.IMPORTING)
    return list(session.scalars(select(RegisterFile).where(RegisterFile.state.in_(states))))


def list_taken_out(
    session: Session, uid: str, community_id: int, limit: int
) -> list[tuple[AuditEntry, str]]:
    """Return who took out what could hold this home, newest first, each with a name."""
    query = (
        select(AuditEntry, func.coalesce(Staff.name, ""))
        .outerjoin(Staff, AuditEntry.actor == "staff:" + cast(Staff.id, String))
        .where(
            AuditEntry.action.in_(TAKEN_OUT),
            or_(AuditEntry.subject == uid, AuditEntry.community_id == community_id),
        )
        .order_by(AuditEntry.sequence.desc())
        .limit(limit)
    )
    return [(entry, name) for entry, name in session.execute(query)]


def compact(engine: Engine) -> None:
    """Leave no old copy of a row behind in the database's own files.

    SQLite: the file is written anew and its log cut to nothing. PostgreSQL: dead rows go.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "sqlite":
            raw = connection.connection.driver_connection
            if raw is None:
                raise LookupError(engine.url.database)
            if raw.in_transaction:
                raw.execute("COMMIT")
            raw.execute("VACUUM")
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            return
        tables = sorted({rule.table for rule in RULES})
        connection.exec_driver_sql(f"VACUUM {', '.join(tables)}")
