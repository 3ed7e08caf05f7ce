"""Reads scans through a child process, so that no file can hurt or stop the worker."""

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from threading import Timer
from typing import Any, Self

from app.surveys.paper.layout.model import Layout
from app.surveys.paper.reading.heads import kind_of
from app.surveys.paper.reading.plan import pack_layout
from app.surveys.paper.reading.result import (
    FileProblem,
    MarkStyle,
    Problem,
    ReadFrame,
    ReadRow,
    RowState,
    ScanError,
    ScannedPage,
    Why,
)

LARGEST_FILE = 256 * 1024 * 1024
PATIENCE = 60.0  # seconds on the clock for a page; the child gives itself 15 of processor time
MOST_DEATHS = 3  # of children over one file; the rest of its pages is not tried
_LONGEST_LINE = 4 * 1024 * 1024
_LARGEST_IMAGE = 8 * 1024 * 1024
_ROOT = Path(__file__).resolve().parents[4]
_START = (
    "import sys, runpy; sys.path.insert(0, sys.argv[1]); "
    "runpy.run_module('app.surveys.paper.reading.child', run_name='__main__')"
)
# One thread: a worker reads on one core, and threads would need room in memory each.
_ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class _LostError(Exception):
    """The child died, hung, or says what no child says."""


def read_scan(
    content: bytes,
    layouts: Mapping[str, Layout],
    *,
    patience: float = PATIENCE,
    keyed: Mapping[int, str] | None = None,
    only: Collection[int] | None = None,
) -> Iterator[ScannedPage]:
    """Yield the pages of a scan as they are read; every page of the file comes exactly once.

    Args:
        content: The file: PDF, TIFF, JPEG, PNG or a ZIP of those.
        layouts: The forms that may come, by layout key; asked only for the keys that come.
        patience: Seconds on the clock a page may take.
        keyed: For pages whose code a person read, the layout key, by number of the page.
        only: Numbers of the pages to read; all when not given.

    Raises:
        ScanError: It is no scan we take; carries why.
    """
    if not content:
        raise ScanError(FileProblem.EMPTY)
    if len(content) > LARGEST_FILE:
        raise ScanError(FileProblem.TOO_LARGE)
    if kind_of(content) is None:
        raise ScanError(FileProblem.KIND)
    reading = _Reading(content, layouts, patience, keyed or {}, only)
    yield from reading.pages()


class _Reading:
    """One file on its way through as many children as it takes."""

    def __init__(
        self,
        content: bytes,
        layouts: Mapping[str, Layout],
        patience: float,
        keyed: Mapping[int, str],
        only: Collection[int] | None,
    ) -> None:
        self._content, self._layouts = content, layouts
        self._patience, self._keyed = patience, keyed
        self._only = None if only is None else sorted(set(only))
        self._count: int | None = None
        self._done: set[int] = set()

    def pages(self) -> Iterator[ScannedPage]:
        """Yield every page; one on which a child dies comes as such, and a new child goes on."""
        for _ in range(MOST_DEATHS):
            try:
                yield from self._with_child()
            except _LostError as error:
                if self._count is None:
                    raise ScanError(FileProblem.TOO_LONG) from error
                yield from self._give_up(self._wanted()[:1])
                if self._wanted():
                    continue
            return
        yield from self._give_up(self._wanted())

    def _wanted(self) -> list[int]:
        """Return the numbers of the pages still to come."""
        numbers = range(1, (self._count or 0) + 1)
        return [
            number
            for number in numbers
            if number not in self._done and (self._only is None or number in self._only)
        ]

    def _give_up(self, numbers: list[int]) -> Iterator[ScannedPage]:
        for number in numbers:
            self._done.add(number)
            yield ScannedPage(number, None, None, Problem.TOO_LONG)

    def _with_child(self) -> Iterator[ScannedPage]:
        with _Child(self._patience) as child:
            start = max(self._done, default=0) + 1
            asked = {"size": len(self._content), "start": start, "only": self._only}
            keyed = {str(number): key for number, key in self._keyed.items()}
            child.say(json.dumps({**asked, "keyed": keyed}).encode() + b"\n", self._content)
            while True:
                said = child.hear()
                if "need" in said:
                    layout = self._layouts.get(str(said["need"]))
                    packed = b"" if layout is None else pack_layout(layout)
                    child.say(b"%d\n" % len(packed), packed)
                elif "count" in said:
                    self._count = int(said["count"])
                elif "page" in said:
                    page = self._page(child, said["page"])
                    self._done.add(page.number)
                    yield page
                elif "refused" in said:
                    raise ScanError(_file_problem(said["refused"]))
                elif "done" in said and not self._wanted():
                    return
                else:
                    raise _LostError

    def _page(self, child: "_Child", raw: Mapping[str, Any]) -> ScannedPage:
        try:
            image = child.take(int(raw["image"]))
            page = _page_of(raw, image)
        except (KeyError, TypeError, ValueError) as error:
            raise _LostError from error
        if page.number not in self._wanted():
            raise _LostError
        return page


class _Child:
    """A child process and the bytes that go to and fro; it never outlives its `with`."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._heard = bytearray()

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(  # noqa: S603 - our own program, nothing of the file in it
            [sys.executable, "-I", "-c", _START, str(_ROOT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_ENVIRONMENT,
        )
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        with suppress(BrokenPipeError):
            if self._process.stdin is not None:
                self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait()

    def say(self, *parts: bytes) -> None:
        """Hand bytes to the child; one that does not take them in time is ended."""
        timer = Timer(self._patience, self._process.kill)
        timer.start()
        try:
            if self._process.stdin is None:
                raise _LostError
            for part in parts:
                self._process.stdin.write(part)
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise _LostError from error
        finally:
            timer.cancel()

    def hear(self) -> dict[str, Any]:
        """Return the next thing the child says."""
        until = time.monotonic() + self._patience
        while (end := self._heard.find(b"\n")) < 0:
            if len(self._heard) > _LONGEST_LINE:
                raise _LostError
            self._more(until)
        line = bytes(self._heard[:end])
        del self._heard[: end + 1]
        try:
            said = json.loads(line)
        except ValueError as error:
            raise _LostError from error
        if not isinstance(said, dict):
            raise _LostError
        return said

    def take(self, size: int) -> bytes:
        """Return so many bytes of what follows."""
        if not 0 <= size <= _LARGEST_IMAGE:
            raise _LostError
        until = time.monotonic() + self._patience
        while len(self._heard) < size:
            self._more(until)
        taken = bytes(self._heard[:size])
        del self._heard[:size]
        return taken

    def _more(self, until: float) -> None:
        out = self._process.stdout
        left = until - time.monotonic()
        if out is None or left <= 0 or not select.select([out], [], [], left)[0]:
            raise _LostError
        got = os.read(out.fileno(), 1 << 20)
        if not got:
            raise _LostError
        self._heard += got


def _file_problem(word: object) -> FileProblem:
    try:
        return FileProblem(str(word))
    except ValueError as error:
        raise _LostError from error


def _page_of(raw: Mapping[str, Any], image: bytes) -> ScannedPage:
    """Make a page of what the child says of it; nothing is taken for granted."""
    code, how, problem = raw["code"], raw["how"], raw["problem"]
    return ScannedPage(
        number=int(raw["number"]),
        code=None if code is None else str(code),
        how=None if how is None else str(how),
        problem=None if problem is None else Problem(problem),
        rows=tuple(
            ReadRow(
                field=str(row["field"]),
                values=tuple(str(value) for value in row["values"]),
                state=RowState(row["state"]),
                confidence=float(row["confidence"]),
                why=Why(row["why"]),
            )
            for row in raw["rows"]
        ),
        frames=tuple(ReadFrame(str(one["field"]), bool(one["has_ink"])) for one in raw["frames"]),
        image=image,
        style=_style_of(raw["style"]),
        one_bit=bool(raw["one_bit"]),
        page=None if raw["page"] is None else int(raw["page"]),
        quality=float(raw["quality"]),
    )


def _style_of(raw: Mapping[str, Any]) -> MarkStyle:
    return MarkStyle(
        marks=int(raw["marks"]),
        darkness=float(raw["darkness"]),
        stroke=float(raw["stroke"]),
        slant=float(raw["slant"]),
        extent=float(raw["extent"]),
        filled=float(raw["filled"]),
    )
