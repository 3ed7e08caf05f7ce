"""Engines: pragmas, writing transactions, instants, the refused SQLite versions."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import (
    UnsafeSQLiteError,
    check_sqlite_version,
    make_engine,
    write_session,
    writing,
)
from app.staff.models import LoginAttempt
from app.surveys.register.models import Building, Household
from tests.factories import make_community

SQLITE_ONLY = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.mark.parametrize("version", [(3, 51, 3), (3, 52, 0), (3, 44, 6), (3, 50, 7)])
def test_sqlite_versions_with_the_fix_are_taken(version):
    check_sqlite_version(version)


@pytest.mark.parametrize("version", [(3, 40, 1), (3, 44, 5), (3, 50, 6), (3, 51, 2), (3, 45, 9)])
def test_sqlite_versions_that_can_lose_commits_are_refused(version):
    with pytest.raises(UnsafeSQLiteError):
        check_sqlite_version(version)


@SQLITE_ONLY
def test_sqlite_keeps_what_it_acknowledged(engine: Engine):
    # synchronous: 2 is FULL (https://sqlite.org/pragma.html#pragma_synchronous)
    with engine.connect() as connection:
        values = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert values == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 10000,
    }


@SQLITE_ONLY
def test_two_writers_queue_up_instead_of_failing(engine: Engine, now):
    holds = threading.Event()

    def second() -> None:
        holds.wait()
        with write_session(engine) as session:
            session.add(LoginAttempt(key="second", at=now))

    thread = threading.Thread(target=second)
    thread.start()
    with write_session(engine) as session:
        session.add(LoginAttempt(key="first", at=now))
        session.flush()  # the transaction begins with its first statement
        holds.set()
        thread.join(0.2)
        assert thread.is_alive()
    thread.join()

    with Session(engine) as session:
        assert session.scalars(select(LoginAttempt.key).order_by(LoginAttempt.id)).all() == [
            "first",
            "second",
        ]


@SQLITE_ONLY
def test_readers_never_wait_for_a_writer(engine: Engine, now):
    with Session(engine) as reader, write_session(engine) as session:
        session.add(LoginAttempt(key="x", at=now))
        session.flush()
        with ThreadPoolExecutor(1) as pool:
            found = pool.submit(lambda: reader.scalars(select(LoginAttempt)).all())
            assert found.result(timeout=5) == []


def test_an_error_inside_a_write_session_leaves_nothing(engine: Engine, now):
    def write_and_fail() -> None:
        with write_session(engine) as session:
            session.add(LoginAttempt(key="x", at=now))
            session.flush()
            raise RuntimeError("boom")

    with pytest.raises(RuntimeError, match="boom"):
        write_and_fail()
    with Session(engine) as session:
        assert session.scalars(select(LoginAttempt)).all() == []


def test_instants_come_back_aware_in_utc_with_their_microseconds(session: Session):
    beijing = datetime(2026, 11, 2, 10, 0, 0, 123456, timezone(timedelta(hours=8)))
    session.add(LoginAttempt(key="x", at=beijing))
    session.commit()
    (at,) = session.scalars(select(LoginAttempt.at))
    assert at == datetime(2026, 11, 2, 2, 0, 0, 123456, UTC)
    assert at.utcoffset() == timedelta(0)


def test_a_naive_instant_is_refused(session: Session):
    session.add(LoginAttempt(key="x", at=datetime(2026, 11, 2)))  # noqa: DTZ001 - the mistake
    with pytest.raises(Exception, match="naive datetime"):
        session.flush()


def test_one_home_stands_once_in_a_building(session: Session):
    make_community(session, households=1)
    (home,) = session.scalars(select(Household))
    session.add(Household(uid="other", building_id=home.building_id, room=home.room))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_building_needs_its_community(session: Session):
    session.add(Building(community_id=4711, code="1"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_value_outside_an_enum_is_refused_by_the_database(session: Session):
    make_community(session, households=1)
    with pytest.raises(IntegrityError):
        session.execute(text("UPDATE household SET important = 'mayor'"))


def test_the_mode_of_writing_ends_with_its_block(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'x.sqlite'}")
    with writing():
        pass
    with engine.connect() as one, engine.connect() as other:
        one.execute(text("SELECT 1"))
        other.execute(text("SELECT 1"))
    engine.dispose()
