"""What of a file was not taken, or taken otherwise than it stands there. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

MOST_LINES = 200  # of one entry; the number stays exact


class LossKind(StrEnum):
    """Kinds of loss, the gravest first."""

    ROW_OTHER = "row_other"  # of another campaign, as the map says
    ROW_EMPTY = "row_empty"  # no answer to anything that is taken
    ROW_WEIGHT = "row_weight"  # its weight is no positive number
    ROW_AGAIN = "row_again"  # a second answer of the same home
    ROW_GROUP = "row_group"  # its replicate group is no whole number
    ROW_BROKEN = "row_broken"  # of printed totals: a figure cannot be read
    VALUE = "value"  # no answer of the scale: counted as left blank
    PICK = "pick"  # a pick that is no area
    PLACE = "place"  # no community of the register: counts for the company only
    CUT = "cut"  # cells beyond the last heading
    ITEM = "item"  # nothing in the file answers it
    SCALE = "scale"  # another scale than here
    REVERSED = "reversed"  # the lower number was the better one
    WORDING = "wording"  # asked in other words, as the map says
    COLUMN = "column"  # a column that is not taken
    WEIGHTS = "weights"  # weights joined into classes
    DAY = "day"  # a time of answering that cannot be read
    SMALL = "small"  # a figure of fewer than 10 answers is not kept
    LEFT_OUT = "left_out"  # a community with fewer than 10 answers: in no figure of the company
    LEFT_OUT_OF = "left_out_of"  # communities with fewer than 10 answers to one question


@dataclass(frozen=True, slots=True)
class Loss:
    """One entry of a loss report.

    Attributes:
        kind: What was lost.
        column: Column of the file, or target.
        value: What stood there, cut short; empty where nobody should read it.
        count: How many rows or cells.
        lines: Lines of the file, the first of them.
    """

    kind: LossKind
    column: str = ""
    value: str = ""
    count: int = 1
    lines: tuple[int, ...] = ()


class Losses:
    """Collects losses while rows are read."""

    def __init__(self) -> None:
        self._found: dict[tuple[LossKind, str, str], tuple[int, list[int]]] = {}

    def add(self, kind: LossKind, line: int = 0, *, column: str = "", value: str = "") -> None:
        """Note a loss; equal ones are one entry."""
        key = (kind, column, value[:40])
        count, lines = self._found.get(key, (0, []))
        if line and len(lines) < MOST_LINES:
            lines.append(line)
        self._found[key] = count + 1, lines

    def count(self, kind: LossKind, column: str) -> int:
        """Return how often this happened in a column."""
        return sum(n for (k, c, _v), (n, _l) in self._found.items() if (k, c) == (kind, column))

    def entries(self) -> tuple[Loss, ...]:
        """Return what was found, by kind in their order."""
        order = {kind: at for at, kind in enumerate(LossKind)}
        found = [
            Loss(kind, column, value, count, tuple(lines))
            for (kind, column, value), (count, lines) in self._found.items()
        ]
        return tuple(sorted(found, key=lambda one: (order[one.kind], one.column, -one.count)))


def losses_to_json(found: Iterable[Loss]) -> list[list[object]]:
    """Return losses as plain data."""
    return [[one.kind.value, one.column, one.value, one.count, list(one.lines)] for one in found]


def losses_from_json(data: object) -> tuple[Loss, ...]:
    """Return losses from plain data, as `losses_to_json` made it."""
    if not isinstance(data, list):
        return ()
    return tuple(
        Loss(LossKind(kind), column, value, count, tuple(lines))
        for kind, column, value, count, lines in data
    )
