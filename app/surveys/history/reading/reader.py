"""Bytes of a CSV, XLSX or SAV file to a table; what cannot be read for certain is refused."""

import codecs
import csv
import io
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from threading import BoundedSemaphore, Thread, Timer
from typing import IO

from app.config import ROOT
from app.surveys.history.errors import FileProblem, UnreadableFileError
from app.surveys.history.reading.data import Cells, SourceColumn, SourceData, unique_names
from app.surveys.history.reading.limits import MOST_COLUMNS, MOST_ROWS

LARGEST_FILE = 40_000_000
MOST_CELLS = 12_000_000
_ZIP, _OLD, _SAV = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", (b"$FL2", b"$FL3")
_PATIENCE = 120.0  # seconds on the clock; the child gives itself half of that in processor time
_QUEUE = 60.0
_AT_ONCE = BoundedSemaphore(1)
_CHILDREN = {
    "xlsx": "app.surveys.history.reading.workbook",
    "sav": "app.surveys.history.reading.spss",
}
_PROBLEMS = {"large": FileProblem.TOO_LARGE, "locked": FileProblem.LOCKED}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffd-\uffff]")
_Record = tuple[int, list[str]]


def read_data(content: bytes) -> SourceData:
    """Read a file; which kind it is its first bytes say, not its name.

    Raises:
        UnreadableFileError: It is none we read, is damaged, or holds too much.
    """
    if len(content) > LARGEST_FILE:
        raise UnreadableFileError(FileProblem.TOO_LARGE)
    if content.startswith(_OLD):
        raise UnreadableFileError(FileProblem.OLD_WORKBOOK)
    if content.startswith(_SAV):
        return _read_apart("sav", content)
    if content.startswith(_ZIP):
        return _read_apart("xlsx", content)
    encoding, text = decode(content)
    return _table("csv", encoding, None, _records(text))


def decode(content: bytes) -> tuple[str, str]:
    """Return the encoding of a text file and its text: UTF-8, UTF-16 or GB18030.

    Raises:
        UnreadableFileError: Bytes are no text of that encoding; names the line.
    """
    encoding = _encoding(content)
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        before = bytes(error.object[: error.start]).decode(encoding, "ignore")
        line = before.count("\n") + 1
        raise UnreadableFileError(FileProblem.UNDECODABLE, line) from error
    if (strange := _UNPRINTABLE.search(text)) is not None:
        line = text.count("\n", 0, strange.start()) + 1
        raise UnreadableFileError(FileProblem.UNDECODABLE, line)
    return encoding, text.removeprefix("\ufeff")


def _encoding(content: bytes) -> str:
    if content.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = content[: 1 << 16]
    if b"\0" in head:
        return "utf-16-be" if head[::2].count(0) > head[1::2].count(0) else "utf-16-le"
    lines = [line for line in content.splitlines() if not line.isascii()]
    # Lines of GB18030 are hardly ever valid UTF-8: one damaged character in a UTF-8 file must
    # not turn all of it into wrong Chinese.
    return "utf-8" if 2 * sum(map(_is_utf8, lines)) >= len(lines) else "gb18030"


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _records(text: str) -> Iterator[_Record]:
    """Yield the records of a CSV text that hold anything, each with the line it begins on."""
    first = text[:100_000].split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(FileProblem.QUOTES, begins) from error


def _table(
    kind: str, encoding: str, about: list[SourceColumn] | None, records: Iterable[_Record]
) -> SourceData:
    source = iter(records)
    if about is None:
        head = next(source, None)
        if head is None:
            raise UnreadableFileError(FileProblem.EMPTY)
        about = [SourceColumn(name) for name in unique_names(_without_tail(head[1]))]
    width, cells = len(about), Cells()
    if not 0 < width <= MOST_COLUMNS:
        raise UnreadableFileError(FileProblem.TOO_LARGE if width else FileProblem.EMPTY)
    rows: list[tuple[str, ...]] = []
    lines: list[int] = []
    cut: list[int] = []
    for line, found in source:
        if len(rows) >= MOST_ROWS or len(rows) * width > MOST_CELLS:
            raise UnreadableFileError(FileProblem.TOO_LARGE, line)
        if any(cell.strip() for cell in found[width:]):
            cut.append(line)
        rows.append(cells.row([*found[:width], *[""] * (width - len(found))]))
        lines.append(line)
    if not rows:
        raise UnreadableFileError(FileProblem.EMPTY)
    return SourceData(kind, encoding, tuple(about), tuple(rows), tuple(lines), tuple(cut))


def _without_tail(headings: list[str]) -> list[str]:
    """Leave out the empty headings that spreadsheets keep at the end."""
    kept = list(headings)
    while kept and not kept[-1].strip():
        kept.pop()
    return kept


def _read_apart(kind: str, content: bytes) -> SourceData:
    """Read a file in a child process with limits."""
    if not _AT_ONCE.acquire(timeout=_QUEUE):
        raise UnreadableFileError(FileProblem.BUSY)
    try:
        return _ask_child(kind, content)
    finally:
        _AT_ONCE.release()


def _ask_child(kind: str, content: bytes) -> SourceData:
    child = subprocess.Popen(  # noqa: S603 - our own program, and nothing of the file in it
        [sys.executable, "-m", _CHILDREN[kind]],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env={"OPENBLAS_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    timer = Timer(_PATIENCE, child.kill)
    timer.start()
    feeder = Thread(target=_feed, args=(child, content), daemon=True)
    feeder.start()
    try:
        if child.stdout is None or child.stderr is None:
            raise UnreadableFileError(FileProblem.DAMAGED)
        with io.TextIOWrapper(child.stdout, "utf-8", newline="") as lines:
            found = _from_child(kind, lines)
        said = child.stderr.read().decode("ascii", "replace")
        if child.wait() != 0:
            raise UnreadableFileError(_PROBLEMS.get(said, FileProblem.DAMAGED))
        if found is None:
            raise UnreadableFileError(FileProblem.EMPTY)
        return found
    finally:
        timer.cancel()
        child.kill()
        feeder.join()
        child.wait()
        if child.stderr is not None:
            child.stderr.close()


def _from_child(kind: str, lines: IO[str]) -> SourceData | None:
    """Return what the child says; None where it broke off, for then it says why elsewhere."""
    head = lines.readline()
    if not head:
        return None
    stated = json.loads(head)
    about = None if stated is None else _about(stated)
    numbered = enumerate(csv.reader(lines), 1)
    filled = ((line, cells) for line, cells in numbered if any(map(str.strip, cells)))
    try:
        return _table(kind, "", about, filled)
    except UnreadableFileError as error:
        for _rest in lines:  # the child must come to its end to say what was wrong
            pass
        if error.problem is FileProblem.EMPTY:
            return None
        raise
    except csv.Error:
        return None


def _about(stated: list[dict[str, object]]) -> list[SourceColumn]:
    names = unique_names([str(one["name"]) for one in stated])
    found = []
    for name, one in zip(names, stated, strict=True):
        labels, missing = one["labels"], one["missing"]
        found.append(
            SourceColumn(
                name,
                str(one["label"]),
                {str(k): str(v) for k, v in labels.items()} if isinstance(labels, dict) else {},
                tuple((str(low), str(high)) for low, high in missing)
                if isinstance(missing, list)
                else (),
            )
        )
    return found


def _feed(child: subprocess.Popen[bytes], content: bytes) -> None:
    """Give the child its file; a child that ends early says why on the error side."""
    if child.stdin is None:
        return
    with suppress(BrokenPipeError):
        child.stdin.write(content)
    with suppress(BrokenPipeError):
        child.stdin.close()
