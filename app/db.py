"""The one SQLAlchemy object, its base class and the column types all tables share.

A leaf module: it imports nothing from ``app``.

SQLite runs through pysqlite3, because the library that comes with Debian 12 still has the
WAL-reset defect; a version that has it is refused. WAL with synchronous FULL: what was
acknowledged survives a power cut. Transactions that write begin IMMEDIATE, so two writers queue
up instead of failing half-way; reads begin DEFERRED and never wait.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import pysqlite3.dbapi2 as sqlite_driver
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Engine, Enum, MetaData, create_engine, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

_begin_mode: ContextVar[str] = ContextVar("begin_mode", default="DEFERRED")


class UnsafeSQLiteError(RuntimeError):
    """The SQLite library can lose commits in WAL mode; carries its version."""


class UTCDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; SQLite and PostgreSQL give back the same value.

    A naive datetime is refused: a campaign deadline is a Beijing date, and a silent guess would
    move it by eight hours.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware instant into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive datetime not allowed: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give SQLite's naive value its time zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(cls: type[StrEnum]) -> Enum:
    """Store an enum's value, not its Python name, with a CHECK on both engines."""
    return Enum(
        cls,
        values_callable=lambda members: [member.value for member in members],
        native_enum=False,
        create_constraint=True,
        length=24,
        name=cls.__name__.lower(),
    )


class Base(DeclarativeBase):
    """Declarative base with deterministic constraint names (Alembic needs them)."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base)


def check_sqlite_version(version: tuple[int, int, int]) -> None:
    """Refuse a SQLite library whose WAL mode can lose commits.

    Raises:
        UnsafeSQLiteError: The version lies between 3.7.0 and 3.51.2 and has no back-ported fix.
    """
    fixed_branches = ((3, 44, 6), (3, 50, 7))
    if version >= (3, 51, 3):
        return
    if any(version[:2] == fix[:2] and version >= fix for fix in fixed_branches):
        return
    raise UnsafeSQLiteError(".".join(map(str, version)))


def engine_options(url: str) -> dict[str, Any]:
    """Return the options every engine for `url` is made with: pages, worker, CLI and tests."""
    if not url.startswith("sqlite"):
        return {"pool_pre_ping": True}
    check_sqlite_version(sqlite_driver.sqlite_version_info)
    return {"module": sqlite_driver, "connect_args": {"timeout": 10}}


def make_engine(url: str) -> Engine:
    """Make an engine for use outside a request."""
    return create_engine(url, **engine_options(url))


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: object) -> None:
    """Set the pragmas of a new SQLite connection and take over its BEGIN."""
    if not isinstance(connection, sqlite_driver.Connection | sqlite3.Connection):
        return
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        connection.execute(f"PRAGMA {pragma}").close()


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    """Begin SQLite transactions ourselves, in the mode of the present context."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"BEGIN {_begin_mode.get()}")


@contextmanager
def writing() -> Iterator[None]:
    """Let every SQLite transaction begun inside be a writing one."""
    mark = _begin_mode.set("IMMEDIATE")
    try:
        yield
    finally:
        _begin_mode.reset(mark)


@contextmanager
def write_session(engine: Engine) -> Iterator[Session]:
    """Yield a session outside a request: commit on success, roll back on any error."""
    with writing(), Session(engine) as session, session.begin():
        yield session
