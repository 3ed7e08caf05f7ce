"""Reads XLSX files through a child process, so that no workbook can hurt a page or the worker."""

import csv
import io
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from threading import BoundedSemaphore, Thread, Timer
from typing import BinaryIO

from app.surveys.register.errors import Problem, ProblemCode, UnreadableTableError

SHEET_SIGN = b"PK\x03\x04"
LARGEST_FILE = 40_000_000
_CHILD = Path(__file__).with_name("child.py")
_PATIENCE = 120.0  # seconds on the clock; the child gives itself half of that in processor time
_QUEUE = 20.0  # seconds to wait for a turn
_AT_ONCE = BoundedSemaphore(2)
_PROBLEMS = {
    "large": ProblemCode.TOO_LARGE,
    "locked": ProblemCode.LOCKED_SHEET,
    "damaged": ProblemCode.DAMAGED_SHEET,
}


def read_named_sheets(
    content: bytes, names: Sequence[str], *, most_rows: int
) -> list[tuple[str, list[str]]]:
    """Return the rows of the sheets with these names, each with the name of its sheet.

    Args:
        content: The workbook.
        names: Names in lower case; a sheet is found in whatever case it is written.
        most_rows: More rows than this are refused.

    Raises:
        UnreadableTableError: It is no workbook, has none of them, is damaged, locked or too large.
    """
    rows: list[tuple[str, list[str]]] = []
    for row in csv.reader(_lines(content, names), strict=True):
        if len(rows) >= most_rows:
            raise UnreadableTableError(Problem(ProblemCode.TOO_LARGE))
        rows.append((row[0], row[1:]))
    return rows


def read_sheet(opener: Callable[[], BinaryIO]) -> Iterator[str]:
    """Yield the rows of the first visible sheet as lines of CSV, one line for each row.

    Raises:
        UnreadableTableError: It is no workbook, is damaged or locked, or unpacks to too much.
    """
    with opener() as file:
        content = file.read(LARGEST_FILE + 1)
    yield from _lines(content)


def _lines(content: bytes, names: Sequence[str] = ()) -> Iterator[str]:
    if len(content) > LARGEST_FILE:
        raise UnreadableTableError(Problem(ProblemCode.TOO_LARGE))
    if not _AT_ONCE.acquire(timeout=_QUEUE):
        raise UnreadableTableError(Problem(ProblemCode.BUSY))
    try:
        yield from _ask_child(content, names)
    finally:
        _AT_ONCE.release()


def _ask_child(content: bytes, names: Sequence[str]) -> Iterator[str]:
    child = subprocess.Popen(  # noqa: S603 - our own program, and nothing of the file in it
        [sys.executable, "-I", str(_CHILD), *names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={},
    )
    timer = Timer(_PATIENCE, child.kill)
    timer.start()
    feeder = Thread(target=_feed, args=(child, content), daemon=True)
    feeder.start()
    try:
        if child.stdout is None or child.stderr is None:
            raise UnreadableTableError(Problem(ProblemCode.DAMAGED_SHEET))
        with io.TextIOWrapper(child.stdout, "utf-8", newline="") as lines:
            yield from lines
        said = child.stderr.read().decode("ascii", "replace")
        if child.wait() != 0:
            raise UnreadableTableError(Problem(_PROBLEMS.get(said, ProblemCode.DAMAGED_SHEET)))
    finally:
        timer.cancel()
        child.kill()
        feeder.join()
        child.wait()
        if child.stderr is not None:
            child.stderr.close()


def _feed(child: subprocess.Popen[bytes], content: bytes) -> None:
    """Give the child its file; a child that ends early says why on the error side."""
    if child.stdin is None:
        return
    with suppress(BrokenPipeError):
        child.stdin.write(content)
    with suppress(BrokenPipeError):
        child.stdin.close()
