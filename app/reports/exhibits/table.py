"""Tables of results as data: what a cell is, and how it reads on a page."""

from dataclasses import dataclass, field

from app.analysis.results.estimate import Estimate
from app.reports.wording import (
    NOTHING,
    interval,
    number,
    percent,
    said_share,
    share_interval,
    signed,
)

TEXT = "text"
COUNT = "count"
NUMBER = "number"
SIGNED = "signed"
SHARE = "share"
POINTS = "points"  # difference of two shares, in percentage points

Value = str | int | float | Estimate | None


@dataclass(frozen=True, slots=True)
class Head:
    """A column.

    Attributes:
        title: Its heading, and the label of its cells on a phone.
        kind: How its cells are written: text, count, number, signed, share or points.
        digits: Digits after the point.
        ends: Its cells are estimates: pages write the interval below, files give it columns.
        wide: Takes a whole line of a card on a phone.
    """

    title: str
    kind: str = TEXT
    digits: int = 1
    ends: bool = False
    wide: bool = False

    @property
    def is_right(self) -> bool:
        """Say whether the cells stand at the right."""
        return self.kind != TEXT


@dataclass(frozen=True, slots=True)
class Row:
    """A line: what it is about, its cells, and short remarks beside its name."""

    name: str
    cells: tuple[Value, ...]
    flags: tuple[str, ...] = ()
    band: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column is the row's name and is titled `about`."""

    name: str
    title: str
    about: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]
    note: str = ""
    bands: tuple[tuple[str, str], ...] = field(default=())


def cell_text(head: Head, value: Value) -> str:
    """Write a cell without its interval; nothing known is a dash, never 0."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, Estimate):
        if head.kind == SHARE:
            return said_share(value, head.digits)
        value = value.value
    return NOTHING if value is None else _number(head, value)


def _number(head: Head, value: float) -> str:
    if head.kind == SHARE:
        return percent(value, head.digits)
    if head.kind == SIGNED:
        return signed(value, head.digits)
    if head.kind == POINTS:
        return signed(100 * value, head.digits)
    return f"{value:,.0f}" if head.kind == COUNT else number(value, head.digits)


def cell_ends(head: Head, value: Value) -> str:
    """Write the interval of a cell, empty where there is none."""
    if not head.ends or not isinstance(value, Estimate):
        return ""
    if head.kind == SHARE:
        return share_interval(value, head.digits)
    if head.kind == POINTS and value.low is not None and value.high is not None:
        return interval(100 * value.low, 100 * value.high, head.digits)
    return interval(value.low, value.high, head.digits)
