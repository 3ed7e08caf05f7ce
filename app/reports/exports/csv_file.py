"""Answers as CSV: wide and long, codes and words, as any spreadsheet and any program reads it."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from app.i18n import current_language
from app.reports.exhibits.codes import code_names, mode_name
from app.reports.exports.answers import Batch, Cell
from app.reports.exports.codes import coded
from app.reports.exports.safe import guarded
from app.reports.exports.variables import BESIDE, Kind, Variable, items_of
from app.surveys.instrument.model import Instrument
from app.surveys.response.vector import NOT_ASKED
from app.surveys.snapshot.errors import BadManifestError

MARK = "\ufeff"  # a spreadsheet knows UTF-8 by it
LONG_KEYS = ("pseudonym", "wave", "community", "replicate_group", "weight")
LONG_HEAD = (*LONG_KEYS, "item", "value", "outside")
_LEVELS = {"estate_age": "age_of_estate", "property": "property", "tenure": "tenure"}


def write_wide(
    target: TextIO,
    batches: Iterable[Batch],
    book: Sequence[Variable],
    instrument: Instrument,
    *,
    words: bool,
) -> None:
    """Write a row for each home and a column for each variable.

    Args:
        target: Where to; opened with ``newline=""``.
        batches: The answers.
        book: The codebook, in the language of the words.
        instrument: What was asked.
        words: Write words instead of codes.
    """
    target.write(f"{MARK}{_line([one.name for one in book])}")
    pairs = _pairs(book, instrument, words=words)
    for batch in batches:
        columns = [list(map(_cell, one)) for one in _known(batch, instrument, words=words)]
        for at, item in enumerate(batch.items):
            shown = pairs[item.code]
            columns.append([shown[byte] for byte in _bytes(batch, at, shown)])
        lines = [",".join(row) for row in zip(*columns, strict=True)]
        target.write("".join([f"{line}\r\n" for line in lines]))


def write_long(
    target: TextIO,
    batches: Iterable[Batch],
    book: Sequence[Variable],
    instrument: Instrument,
    *,
    words: bool,
) -> None:
    """Write a row for each question a home was asked; what it was not asked has none.

    Arguments as in `write_wide`.
    """
    target.write(f"{MARK}{_line(LONG_HEAD)}")
    pairs = _pairs(book, instrument, words=words)
    for batch in batches:
        known = dict(zip(batch.known, _known(batch, instrument, words=words), strict=True))
        keys = [list(map(_cell, known[name])) for name in LONG_KEYS]
        before = [f"{','.join(row)}," for row in zip(*keys, strict=True)]
        for at, item in enumerate(batch.items):
            shown = pairs[item.code]
            own = {byte: f"{_cell(item.code)},{cells}\r\n" for byte, cells in shown.items()}
            asked = zip(before, _bytes(batch, at, shown), strict=True)
            target.write("".join([key + own[byte] for key, byte in asked if byte != NOT_ASKED]))


def write_codebook(target: TextIO, book: Sequence[Variable]) -> None:
    """Write the codebook: a row for each code of each variable, one for those without codes."""
    target.write(MARK)
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerows(codebook_rows(book))


def codebook_rows(book: Sequence[Variable]) -> Iterator[list[str | int]]:
    """Yield the rows of the codebook with their heading; texts are guarded."""
    yield [
        *("name", "kind", "measure", "role", "area", "label", "question", "universe"),
        *("code", "word", "is_missing"),
    ]
    for one in book:
        about = (one.name, one.kind.value, one.measure, one.role, one.area)
        texts = (one.label, one.question, one.universe)
        head = [*(guarded(text) for text in about), *(guarded(text) for text in texts)]
        if one.kind is not Kind.CODE:
            yield [*head, "", guarded(one.empty), 1 if one.empty else ""]
        for is_missing, pairs in ((0, one.values), (1, one.missing)):
            for code, word in pairs:
                yield [*head, code, guarded(word), is_missing]


def _pairs(
    book: Sequence[Variable], instrument: Instrument, *, words: bool
) -> dict[str, dict[int, str]]:
    """Return, by item and byte, its two cells as they are written: the answer and the one beside.

    There are few bytes and many homes: each pair is put into words and quoted once.
    """
    said = {
        one.name: {code: _cell(guarded(word)) for code, word in (*one.values, *one.missing)}
        for one in book
        if one.kind is Kind.CODE
    }
    found = {}
    for item in items_of(instrument):
        main, beside = (said[name] if words else {} for name in (item.code, f"{item.code}{BESIDE}"))
        found[item.code] = {
            byte: ",".join(
                (
                    main.get(value, str(value)),
                    "" if other is None else beside.get(other, str(other)),
                )
            )
            for byte, (value, other) in coded(instrument, item).items()
        }
    return found


def _bytes(batch: Batch, at: int, known: dict[int, str]) -> list[int]:
    """Return a column of answers. Raises BadManifestError for a byte the item cannot hold."""
    column: list[int] = batch.codes[:, at].tolist()
    if not known.keys() >= set(column):
        raise BadManifestError(batch.items[at].code)
    return column


def _line(cells: Sequence[str]) -> str:
    return f"{','.join(map(_cell, cells))}\r\n"


def _cell(value: Cell) -> str:
    """Return a cell as CSV writes it (RFC 4180); nothing known is empty, never 0."""
    if value is None:
        return ""
    text = str(value)
    if any(mark in text for mark in ',"\r\n'):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def _known(batch: Batch, instrument: Instrument, *, words: bool) -> Iterator[list[Cell]]:
    """Yield the columns before the answers, texts guarded."""
    names = code_names(instrument, current_language())
    for name, column in batch.known.items():
        found: dict[Cell, Cell] = {}
        for cell in set(column):
            shown = cell
            if isinstance(cell, str):
                if words and cell and name in _LEVELS:
                    shown = names.level(_LEVELS[name], cell)
                elif words and name == "channel":
                    shown = mode_name(cell)
                shown = guarded(str(shown))
            found[cell] = "" if shown is None else shown
        yield [found[cell] for cell in column]
