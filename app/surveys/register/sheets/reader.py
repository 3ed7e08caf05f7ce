"""Reads XLSX files through a child process, so that no workbook can hurt a page or the worker."""

import io
import subprocess
import sys
from collections.abc import Callable, Iterator
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


def read_sheet(opener: Callable[[], BinaryIO]) -> Iterator[str]:
    """Yield the rows of the first visible sheet as lines of CSV, one line for each row.

    Raises:
        UnreadableTableError: It is no workbook, is damaged or locked, or unpacks to too much.
    """
    with opener() as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise UnreadableTableError(Problem(ProblemCode.TOO_LARGE))
    if not _AT_ONCE.acquire(timeout=_QUEUE):
        raise UnreadableTableError(Problem(ProblemCode.BUSY))
    try:
        yield from _ask_child(content)
    finally:
        _AT_ONCE.release()


def _ask_child(content: bytes) -> Iterator[str]:
    child = subprocess.Popen(  # noqa: S603 - our own program, and nothing of the file in it
        [sys.executable, "-I", str(_CHILD)],
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
