"""Move a database up and down the schema steps: one transaction each time, or nothing.

SQLite can roll back DDL, but Alembic does not use that by itself: a crash in the middle of an
upgrade would leave half a schema. Here one enclosing transaction holds the whole move.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from app.db import writing

FOLDER = Path(__file__).resolve().parent
HEAD_FILE = FOLDER / "HEAD"
_LOCK = 7_301_177  # any constant: two starting processes must choose the same


class BrokenReferencesError(RuntimeError):
    """After a move some rows of SQLite point to nothing; carries what SQLite reports."""


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to `revision`; does nothing when it is there already.

    Raises:
        BrokenReferencesError: A step left rows that point to nothing; nothing was changed.
    """
    with _moving(engine) as connection:
        command.upgrade(make_config(connection), revision)


def downgrade(engine: Engine, revision: str) -> None:
    """Take the database down to `revision`: a name, "-1" for one step, "base" for nothing.

    Raises:
        BrokenReferencesError: A step left rows that point to nothing; nothing was changed.
    """
    with _moving(engine) as connection:
        command.downgrade(make_config(connection), revision)


def current(engine: Engine) -> str | None:
    """Return the revision the database has, None for an empty one."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str:
    """Return the newest revision among the steps."""
    found = ScriptDirectory.from_config(make_config(None)).get_current_head()
    if found is None:
        raise FileNotFoundError(FOLDER / "versions")
    return found


def make_config(connection: Connection | None) -> Config:
    """Return Alembic's settings for work on this connection."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


@contextmanager
def _moving(engine: Engine) -> Iterator[Connection]:
    """Yield a connection in one writing transaction that only one process can hold."""
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection
        return
    with engine.connect() as connection:
        # Rebuilding a table drops it: with foreign keys on, its children would be refused.
        # The pragma only works outside a transaction, so it goes past SQLAlchemy.
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA foreign_keys=OFF").close()
        try:
            with writing(), connection.begin():
                yield connection
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise BrokenReferencesError(str(broken[:5]))
        finally:
            driver.execute("PRAGMA foreign_keys=ON").close()
