"""One request, one transaction."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

from sqlalchemy.orm import Session

from app.db import db, writing


def reading() -> Session:
    """Return the request's session for reads; it ends with the request and is never committed."""
    return cast("Session", db.session)


@contextmanager
def transaction() -> Iterator[Session]:
    """Yield the request's session for writing; commit on success, roll back on any error.

    A read transaction already open in this request is ended first: on SQLite it could not be
    turned into a writing one while another request writes.
    """
    session = cast("Session", db.session)
    session.rollback()
    with writing():
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise
