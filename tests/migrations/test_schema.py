"""The steps lead to the schema of the models, on both databases, and back."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, event, inspect, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from app.db import Base, make_engine
from migrations import run
from tests.migrations.rows import fill_every_table

FROZEN = (
    "audit_entry",
    "case_event",
    "complaint_escalation",
    "complaint_extension",
    "complaint_round",
    "contact_event",
    "gate_extension",
    "instrument_version",
    "public_answer",
    "required_change",
    "snapshot",
    "study_run",
)
A_COLUMN = {
    "audit_entry": "detail",
    "case_event": "detail",
    "complaint_escalation": "at",
    "complaint_extension": "at",
    "complaint_round": "due_at",
    "contact_event": "at",
    "gate_extension": "until",
    "instrument_version": "canonical",
    "public_answer": "title",
    "required_change": "changed_by",
}


@pytest.fixture
def empty_engine(empty_database_url: str) -> Iterator[Engine]:
    engine = make_engine(empty_database_url)
    yield engine
    engine.dispose()


def describe_checks(engine: Engine) -> dict[str, set[tuple[str | None, str]]]:
    """Return the CHECK constraints of every table, by name and condition."""
    inspector = inspect(engine)
    return {
        table: {
            # "role" and "staff.role" are the same column inside the table staff
            (check["name"], re.sub(r"\s+", " ", check["sqltext"].replace(f"{table}.", "")))
            for check in inspector.get_check_constraints(table)
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def count_rows(session: Session) -> dict[str, int]:
    return {
        name: session.scalar(select(text("count(*)")).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def test_the_steps_lead_to_the_tables_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []


def test_the_steps_lead_to_the_checks_of_the_models(empty_engine: Engine) -> None:
    # Alembic does not compare CHECK constraints, so the models make their own tables first.
    Base.metadata.create_all(empty_engine)
    wanted = describe_checks(empty_engine)
    Base.metadata.drop_all(empty_engine)

    run.upgrade(empty_engine)

    assert describe_checks(empty_engine) == wanted


def test_the_head_file_names_the_newest_step() -> None:
    assert run.HEAD_FILE.read_text() == f"{run.head()}\n"


def test_an_upgraded_database_knows_its_revision(engine: Engine) -> None:
    assert run.current(engine) == run.head()


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    run.upgrade(engine)
    assert run.current(engine) == run.head()


def test_an_empty_database_has_no_revision(empty_engine: Engine) -> None:
    assert run.current(empty_engine) is None


def test_a_database_full_of_rows_goes_all_the_way_down_and_up_again(engine: Engine) -> None:
    with Session(engine) as session:
        fill_every_table(session)
        session.commit()
        counts = count_rows(session)
    assert all(counts.values()), f"empty tables: {[n for n, c in counts.items() if not c]}"

    while run.current(engine) is not None:
        run.downgrade(engine, "-1")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}

    run.upgrade(engine)
    with Session(engine) as session:
        fill_every_table(session)
        session.commit()
        assert count_rows(session) == counts


WORDS_OF_0002 = (("response", "channel", "visit"), ("staff", "role", "interviewer"))


def test_the_owner_step_goes_down_and_up_without_losing_a_row_or_a_rule(engine: Engine) -> None:
    with Session(engine) as session:
        fill_every_table(session)
        session.execute(text("UPDATE response SET channel = 'visit'"))
        session.commit()
        counts = count_rows(session)
        # Before step 0010 a case had to be of a home in a campaign: its way down says so.
        of_a_home = "frame_member_id IS NOT NULL AND campaign_id IS NOT NULL"
        query = text(f"SELECT count(*) FROM follow_up WHERE {of_a_home}")
        counts["follow_up"] = session.scalar(query)
    schema, checks = describe_schema(engine), describe_checks(engine)

    while run.current(engine) != "0001":
        run.downgrade(engine, "-1")
    for table, column, word in WORDS_OF_0002:
        with engine.connect() as connection, pytest.raises(DatabaseError):
            connection.execute(text(f"UPDATE {table} SET {column} = '{word}'"))
    with engine.connect() as connection:
        kept = {name for name in inspect(engine).get_table_names() if name in counts}
        for name in kept:
            assert connection.scalar(text(f"SELECT count(*) FROM {name}")) == counts[name], name
        assert connection.scalar(text("SELECT channel FROM response")) == "paper"
    assert_sound(engine)

    run.upgrade(engine)
    assert (describe_schema(engine), describe_checks(engine)) == (schema, checks)
    for table, column, word in WORDS_OF_0002:
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {column} = '{word}'"))
        with engine.connect() as connection, pytest.raises(DatabaseError):
            connection.execute(text(f"UPDATE {table} SET {column} = 'other'"))
    assert_sound(engine)


def describe_schema(engine: Engine) -> set[tuple[str, str]]:
    """Return kind and name of every index, table and trigger of an SQLite database."""
    if engine.dialect.name != "sqlite":
        return set()
    with engine.connect() as connection:
        return {
            (row[0], row[1])
            for row in connection.execute(text("SELECT type, name FROM sqlite_master"))
        }


def assert_sound(engine: Engine) -> None:
    """Let SQLite check every page, index, CHECK and reference of its file."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        assert connection.scalars(text("PRAGMA integrity_check")).all() == ["ok"]
        assert connection.execute(text("PRAGMA foreign_key_check")).all() == []


def test_foreign_keys_are_enforced_after_a_move(empty_engine: Engine) -> None:
    run.upgrade(empty_engine)
    with empty_engine.connect() as connection, pytest.raises(DatabaseError):
        connection.execute(
            text("INSERT INTO building (community_id, code, has_lift) VALUES (99, 'x', true)")
        )


@pytest.mark.parametrize("table", FROZEN)
@pytest.mark.parametrize("change", ["UPDATE {} SET {} = {}", "DELETE FROM {}"])
def test_the_database_refuses_to_change_frozen_rows(
    engine: Engine, table: str, change: str
) -> None:
    column = A_COLUMN.get(table, "created_at")
    with Session(engine) as session:
        fill_every_table(session)
        session.commit()
        with pytest.raises(DatabaseError, match="never change"):
            session.execute(text(change.format(table, column, column)))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("table", FROZEN)
def test_postgresql_refuses_to_empty_frozen_tables(engine: Engine, table: str) -> None:
    with Session(engine) as session, pytest.raises(DatabaseError, match="never change"):
        session.execute(text(f"TRUNCATE {table} CASCADE"))


def test_an_upgrade_that_fails_in_the_middle_leaves_the_old_schema(empty_engine: Engine) -> None:
    seen = []

    def fail_at_the_tenth(_connection, _cursor, statement, *_rest):
        if statement.lstrip().startswith("CREATE TABLE"):
            seen.append(statement)
        if len(seen) == 10:
            raise RuntimeError("power cut")

    event.listen(empty_engine, "before_cursor_execute", fail_at_the_tenth)
    with pytest.raises(RuntimeError, match="power cut"):
        run.upgrade(empty_engine)
    event.remove(empty_engine, "before_cursor_execute", fail_at_the_tenth)

    assert inspect(empty_engine).get_table_names() == []
    run.upgrade(empty_engine)
    assert run.current(empty_engine) == run.head()


KILLED = """
import os, sys
from sqlalchemy import event
from app.db import make_engine
from migrations import run

engine = make_engine(sys.argv[1])
seen = []

@event.listens_for(engine, "after_cursor_execute")
def die(connection, cursor, statement, *rest):
    seen.append(statement)
    if len(seen) == int(sys.argv[2]):
        os.kill(os.getpid(), 9)

run.upgrade(engine)
"""


@pytest.mark.parametrize("statement", [8, 25, 45])
def test_a_process_killed_in_the_middle_leaves_the_old_schema(
    empty_engine: Engine, empty_database_url: str, statement: int
) -> None:
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, empty_database_url, str(statement)],
        cwd=run.FOLDER.parent,
        env={**os.environ, "PYTHONPATH": str(run.FOLDER.parent)},
        check=False,
    )
    assert killed.returncode == -9
    assert inspect(empty_engine).get_table_names() == []
    run.upgrade(empty_engine)
    assert run.current(empty_engine) == run.head()


@pytest.mark.parametrize("empty_database_url", ["sqlite"], indirect=True)
def test_a_move_that_would_break_references_is_taken_back(empty_engine: Engine) -> None:
    run.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        driver = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF").close()
        driver.execute("INSERT INTO building VALUES (1, 99, 'x', 1)").close()
        driver.execute("PRAGMA foreign_keys=ON").close()

    with pytest.raises(run.BrokenReferencesError):
        run.upgrade(empty_engine)
