"""A page of a list: read the cursor, cut the page, say where the next one begins."""

from collections.abc import Sequence
from typing import TypeVar

from app.web.api.cursors import CursorError, make_cursor, read_cursor
from app.web.api.operations import Call, PageQuery
from app.web.api.problems import ApiError, Wrong
from app.web.services import services

Row = TypeVar("Row")


def place_of(call: Call, name: str) -> str:
    """Return which list this is, with everything it is narrowed to: a cursor fits no other."""
    asked = call.query.model_dump(mode="json", exclude={"cursor", "limit"})
    return f"{name} {sorted(call.path.items())} {sorted(asked.items())}"


def begin(call: Call, name: str) -> tuple[int, int]:
    """Return the key a page begins behind, and how many rows it has.

    Raises:
        ApiError: The cursor was made for another list.
    """
    query = call.query
    if not isinstance(query, PageQuery):
        raise TypeError
    if query.cursor is None:
        return 0, query.limit
    try:
        after = read_cursor(services().vault, place_of(call, name), query.cursor)
    except CursorError as error:
        raise ApiError(404, "no_such_page", errors=[Wrong("cursor", "unknown")]) from error
    return after, query.limit


def cursor_behind(call: Call, name: str, last: int | None) -> str | None:
    """Return the cursor of the page behind a key; None behind the last page."""
    return None if last is None else make_cursor(services().vault, place_of(call, name), last)


def cut(rows: Sequence[Row], limit: int) -> tuple[Sequence[Row], bool]:
    """Return a page of rows that were read one too many, and whether there are more."""
    return rows[:limit], len(rows) > limit
