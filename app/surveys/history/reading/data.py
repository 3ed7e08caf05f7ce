"""A foreign table in memory: columns with what the file says about them, and rows of text."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

# Marks nobody sees, such as a second byte order mark: a column map could not be read back with
# them.
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff]+")


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """One column of the file.

    Attributes:
        name: Its heading, made unique.
        label: What the file says it means; empty outside SPSS files.
        labels: Words of its values.
        missing: Ranges of values that the file itself calls missing, both ends included.
    """

    name: str
    label: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[tuple[str, str], ...] = ()

    def is_missing(self, value: str) -> bool:
        """Say whether the file itself calls a value missing."""
        return any(_lies_in(value, low, high) for low, high in self.missing)


def _lies_in(value: str, low: str, high: str) -> bool:
    if value in (low, high):
        return True
    try:
        return float(low) <= float(value) <= float(high)
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class SourceData:
    """A file as read.

    Attributes:
        kind: csv, xlsx or sav.
        encoding: How a text file was decoded; empty for others.
        columns: Its columns.
        rows: Cells by row, each as long as `columns`.
        lines: Line of the file on which each row begins.
        cut: Lines that hold cells beyond the last heading; those cells are not read.
    """

    kind: str
    encoding: str
    columns: tuple[SourceColumn, ...]
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    cut: tuple[int, ...] = ()

    def place(self, name: str) -> int | None:
        """Return the place of a column, None when there is none of this name."""
        for at, column in enumerate(self.columns):
            if column.name == name:
                return at
        return None

    def values(self, at: int) -> Iterator[str]:
        """Yield the cells of a column."""
        return (row[at] for row in self.rows)


def unique_names(headings: Sequence[str]) -> list[str]:
    """Return headings that can be told apart: repeated ones are numbered, empty ones named."""
    found: list[str] = []
    times: Counter[str] = Counter()
    for at, heading in enumerate(headings, 1):
        name = " ".join(_UNSEEN.sub(" ", heading).split()) or f"#{at}"
        times[name] += 1
        shown = name if times[name] == 1 else f"{name} ({times[name]})"
        while shown in found:
            times[name] += 1
            shown = f"{name} ({times[name]})"
        found.append(shown)
    return found


class Cells:
    """Keeps one copy of equal cells: answers are a handful of words, many times."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def row(self, cells: Iterable[str]) -> tuple[str, ...]:
        """Return the cells of a row, stripped of blanks and of what nobody sees."""
        return tuple(self._known.get(text) or self._keep(text) for text in cells)

    def _keep(self, text: str) -> str:
        seen = _UNSEEN.sub(" ", text).strip()
        return self._known.setdefault(text, self._known.setdefault(seen, seen))
