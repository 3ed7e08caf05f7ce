"""The real application in a process that can be told to die at a named point of a submit.

Named points: before_begin, after_insert, before_commit, after_commit. The test arms one by
writing its name into a file; the first answer that reaches the point takes the file and dies by
SIGKILL, like a power switch. Nothing of this is in the product: it hangs on SQLAlchemy's events.
"""

import os
import signal
from pathlib import Path

from sqlalchemy import Engine, event

from app.config import read_config
from app.factory import create_app

_armed = Path(os.environ["LINSHENG_CRASH_FILE"])


def _die_if_armed(point: str) -> None:
    try:
        if _armed.read_text() != point:
            return
        _armed.rename(_armed.with_suffix(f".{os.getpid()}"))
    except OSError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def _install() -> None:
    writing: set[int] = set()

    @event.listens_for(Engine, "begin")
    def begin(_connection):
        _die_if_armed("before_begin")

    @event.listens_for(Engine, "after_cursor_execute")
    def executed(connection, _cursor, statement, *_):
        if statement.startswith("INSERT INTO response"):
            writing.add(id(connection.connection.dbapi_connection))
            _die_if_armed("after_insert")

    @event.listens_for(Engine, "commit")
    def committing(connection):
        if id(connection.connection.dbapi_connection) in writing:
            _die_if_armed("before_commit")

    @event.listens_for(Engine, "checkin")
    def returned(connection, _record):
        if id(connection) in writing:
            writing.discard(id(connection))
            _die_if_armed("after_commit")


_install()
app = create_app(read_config(os.environ))
