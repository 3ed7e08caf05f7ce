"""Reads a market-standing survey from two CSV texts: communities of the market, and interviews.

Column names carry the meaning; docs/market-files.md lists them. A problem is named with its line.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

import numpy as np
from numpy.typing import NDArray

from app.analysis.competitors.survey import Elsewhere, MarketError, MarketSurvey, Measure, Place

COMMUNITY = "community"
OVERALL = "overall"
FIT = "fit"
PERFORMANCE = "performance."
IMPORTANCE = "importance."
ADEQUATE, DESIRED = "adequate.", "desired."
TICKS = "image."
STEPS = "step."
NEEDS = "need."
SOURCES = ("previous", "second")

_LIST = ";"
_MARKS = {"": False, "0": False, "1": True}

Rows = Sequence[Mapping[str, str]]


class MarketFileError(ValueError):
    """A file of the market or of interviews cannot be read.

    Attributes:
        file: ``places`` or ``interviews``.
        line: Line in the file, from 1; None when the whole is meant.
        column: Name of the column at fault.
        word: What stands there.
    """

    def __init__(self, file: str, column: str, *, line: int | None = None, word: str = "") -> None:
        where = file if line is None else f"{file}, line {line}"
        super().__init__(f"{where}: {column} {word[:40]!r}")
        self.file = file
        self.line = line
        self.column = column
        self.word = word


@dataclass(frozen=True, slots=True)
class _Reader:
    """Rows of one file.

    Attributes:
        file: Which one.
        names: Columns.
        rows: As written.
    """

    file: str
    names: tuple[str, ...]
    rows: Rows

    def wrong(self, row: int, column: str, word: str) -> MarketFileError:
        """Return what is wrong at a row, counted from 0."""
        return MarketFileError(self.file, column, line=row + 2, word=word)

    def starting(self, prefix: str) -> tuple[str, ...]:
        """Return what follows a prefix in the names of columns."""
        return tuple(name.removeprefix(prefix) for name in self.names if name.startswith(prefix))

    def number(self, row: int, column: str) -> float | None:
        """Return a number, None for nothing."""
        word = (self.rows[row].get(column) or "").strip()
        if not word:
            return None
        try:
            value = float(word)
        except ValueError as error:
            raise self.wrong(row, column, word) from error
        if not np.isfinite(value):
            raise self.wrong(row, column, word)
        return value

    def numbers(self, column: str) -> NDArray[np.float64]:
        """Return a column of numbers, NaN for nothing."""
        found = [self.number(row, column) for row in range(len(self.rows))]
        return np.array([np.nan if one is None else one for one in found], dtype=np.float64)

    def each(self, columns: Sequence[str], read: Callable[[int, str], list[bool]]) -> list[object]:
        """Return what every row says in every column."""
        return [[read(row, name) for name in columns] for row in range(len(self.rows))]


def read_market(
    places: str, interviews: str, *, own: str, scale: tuple[float, float] = (1.0, 10.0)
) -> MarketSurvey:
    """Return the survey that two CSV texts hold.

    Args:
        places: Communities: ``community``, ``provider``; may have ``city``, ``fee``, ``age``,
            ``area``.
        interviews: ``community``, ``overall``; may have ``performance.ITEM``,
            ``importance.ITEM``, ``adequate.ITEM``, ``desired.ITEM``, ``image.STATEMENT`` and
            ``step.NAME`` (companies, parted by semicolons), ``need.NAME`` (0 or 1), ``fit``, and
            ``previous`` or ``second`` (a company) with ``previous.ITEM`` or ``second.ITEM``
            (-2 to 2).
        own: The company that had the survey made.
        scale: Ends of the scale of all ratings.

    Raises:
        MarketFileError: A column is absent, or a value is none that may stand there.
    """
    market = _read("places", places, (COMMUNITY, "provider"))
    said = _read("interviews", interviews, (COMMUNITY, OVERALL))
    found = tuple(_place(market, row) for row in range(len(market.rows)))
    providers = tuple(sorted({place.provider for place in found}))
    if own not in providers:
        raise MarketFileError("places", "provider", word=own)
    where = _where(said, _index(market, found))
    try:
        return _survey(said, found, where, own=own, providers=providers, scale=scale)
    except MarketError as error:
        line = None if error.row is None else error.row + 2
        is_place = error.name in {place.code for place in found}
        raise MarketFileError(
            "places" if is_place else "interviews", error.name, line=line
        ) from error


def _survey(
    said: _Reader,
    places: tuple[Place, ...],
    where: NDArray[np.int64],
    *,
    own: str,
    providers: tuple[str, ...],
    scale: tuple[float, float],
) -> MarketSurvey:
    """Return the survey; raises MarketError where something does not fit."""

    def measures(prefix: str) -> tuple[Measure, ...]:
        items = said.starting(prefix)
        return tuple(Measure(item, said.numbers(f"{prefix}{item}"), *scale) for item in items)

    statements, steps, needs = (said.starting(one) for one in (TICKS, STEPS, NEEDS))
    return MarketSurvey(
        own=own,
        providers=providers,
        places=places,
        place=where,
        overall=Measure(OVERALL, said.numbers(OVERALL), *scale),
        performance=measures(PERFORMANCE),
        importance=measures(IMPORTANCE),
        adequate=measures(ADEQUATE),
        desired=measures(DESIRED),
        statements=statements,
        ticks=_lists(said, TICKS, statements, providers),
        steps=steps,
        reached=_lists(said, STEPS, steps, providers),
        needs=needs,
        has_need=_marks(said, needs),
        fit=Measure(FIT, said.numbers(FIT), *scale) if FIT in said.names else None,
        elsewhere=tuple(
            _elsewhere(said, source, providers) for source in SOURCES if source in said.names
        ),
    )


def _index(market: _Reader, places: Sequence[Place]) -> dict[str, int]:
    """Return the position of every community, each once."""
    index: dict[str, int] = {}
    for row, place in enumerate(places):
        if index.setdefault(place.code, row) != row:
            raise market.wrong(row, COMMUNITY, place.code)
    return index


def _where(said: _Reader, index: Mapping[str, int]) -> NDArray[np.int64]:
    """Return the community of every interview."""
    codes = [row[COMMUNITY].strip() for row in said.rows]
    for row, code in enumerate(codes):
        if code not in index:
            raise said.wrong(row, COMMUNITY, code)
    return np.array([index[code] for code in codes], dtype=np.int64)


def _read(file: str, text: str, needed: tuple[str, ...]) -> _Reader:
    reader = csv.DictReader(StringIO(text.removeprefix("\ufeff"), newline=""))
    try:
        names = tuple(reader.fieldnames or ())
        rows = [{k: v or "" for k, v in row.items() if k} for row in reader]
    except csv.Error as error:  # a cell of more than 128 kB is no cell of a table
        raise MarketFileError(file, "", line=reader.line_num) from error
    for name in needed:
        if name not in names:
            raise MarketFileError(file, name)
    for name in names:
        if names.count(name) > 1:
            raise MarketFileError(file, name)
    return _Reader(file, names, rows)


def _place(market: _Reader, row: int) -> Place:
    words = market.rows[row]
    return Place(
        words[COMMUNITY].strip(),
        words["provider"].strip(),
        (words.get("city") or "").strip(),
        market.number(row, "fee"),
        market.number(row, "age"),
        market.number(row, "area"),
    )


def _lists(
    said: _Reader, prefix: str, names: tuple[str, ...], providers: tuple[str, ...]
) -> NDArray[np.bool_] | None:
    """Return who is named in each list, shape (rows, providers, names); None without lists."""
    if not names:
        return None

    def read(row: int, name: str) -> list[bool]:
        word = said.rows[row][f"{prefix}{name}"]
        named = {one.strip() for one in word.split(_LIST) if one.strip()}
        for one in sorted(named):
            if one not in providers:
                raise said.wrong(row, f"{prefix}{name}", one)
        return [provider in named for provider in providers]

    table = np.array(said.each(names, read), dtype=np.bool_)
    return np.swapaxes(table.reshape(len(said.rows), len(names), len(providers)), 1, 2)


def _marks(said: _Reader, needs: tuple[str, ...]) -> NDArray[np.bool_] | None:
    if not needs:
        return None

    def read(row: int, name: str) -> list[bool]:
        word = said.rows[row][f"{NEEDS}{name}"].strip()
        if word not in _MARKS:
            raise said.wrong(row, f"{NEEDS}{name}", word)
        return [_MARKS[word]]

    return np.array(said.each(needs, read), dtype=np.bool_).reshape(len(said.rows), len(needs))


def _elsewhere(said: _Reader, source: str, providers: tuple[str, ...]) -> Elsewhere:
    items = said.starting(f"{source}.")
    provider = np.full(len(said.rows), -1, dtype=np.int64)
    for row, words in enumerate(said.rows):
        word = words[source].strip()
        if word and word not in providers:
            raise said.wrong(row, source, word)
        if word:
            provider[row] = providers.index(word)
    columns = [said.numbers(f"{source}.{item}") for item in items]
    ratings = np.column_stack(columns) if columns else np.zeros((len(said.rows), 0))
    return Elsewhere(source, provider, ratings, items)
