"""Reads one scan in a process of its own: the file on standard input, pages on the output.

Whoever hands in a scan chooses its bytes, so they are decoded where they can do no harm: no file,
no connection, no other program, bounded memory, and for every page bounded time. It imports
nothing of the application but the reader itself. It asks its parent for the layouts it meets.
"""

import encodings.cp437  # noqa: F401
import json
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

import cv2

# A median needs the one, names in archives the other: later nothing can be loaded any more.
import numpy.ma  # noqa: F401

from app.surveys.paper.reading.cage import allow_seconds, give_up_rights
from app.surveys.paper.reading.page import PageReader
from app.surveys.paper.reading.plan import PagePlan, unpack_layout
from app.surveys.paper.reading.result import FileProblem, Problem, ScanError, ScannedPage
from app.surveys.paper.reading.sources import Fetch, PageError, open_scan, warm_up

SECONDS_TO_OPEN = 30


def main() -> int:
    """Read the file on standard input and give its pages away, one after another."""
    cv2.setNumThreads(1)
    source, out = sys.stdin.buffer, sys.stdout.buffer
    asked = json.loads(source.readline())
    content = source.read(asked["size"])
    warm_up()
    allow_seconds(SECONDS_TO_OPEN)
    give_up_rights()
    try:
        pages = _open(content)
    except ScanError as error:
        _say(out, {"refused": error.problem})
        return 0
    _say(out, {"count": len(pages)})
    reader = PageReader(_Layouts(source, out))
    keyed = {int(number): key for number, key in asked["keyed"].items()}
    for number in asked["only"] or range(asked["start"], len(pages) + 1):
        allow_seconds()
        if asked["start"] <= number <= len(pages):
            page = _read(reader, pages[number - 1], number, keyed.get(number))
            raw = {**asdict(page), "image": len(page.image)}
            _say(out, {"page": raw}, page.image)
    _say(out, {"done": True})
    return 0


def _open(content: bytes) -> list[Fetch]:
    """Open the file; whatever a decoder stumbles over is a reason of its own."""
    try:
        return open_scan(content)
    except ScanError:
        raise
    except MemoryError as error:
        raise ScanError(FileProblem.UNPACKS_TOO_LARGE) from error
    except Exception as error:
        raise ScanError(FileProblem.DAMAGED) from error


def _read(reader: PageReader, fetch: Fetch, number: int, keyed: str | None) -> ScannedPage:
    try:
        picture = fetch()
        return reader.read(picture.image, number, one_bit=picture.one_bit, keyed=keyed)
    except PageError as error:
        return ScannedPage(number, None, None, error.problem)
    except MemoryError:
        return ScannedPage(number, None, None, Problem.TOO_LARGE)
    except Exception:
        return ScannedPage(number, None, None, Problem.DAMAGED)


class _Layouts:
    """Layouts by their key, from the parent; each is asked for once."""

    def __init__(self, source: BinaryIO, out: BinaryIO) -> None:
        self._source, self._out = source, out
        self._known: dict[str, dict[int, PagePlan] | None] = {}

    def __call__(self, key: str) -> dict[int, PagePlan] | None:
        if key not in self._known:
            _say(self._out, {"need": key})
            content = self._source.read(int(self._source.readline()))
            self._known[key] = unpack_layout(content) if content else None
        return self._known[key]


def _say(out: BinaryIO, words: dict[str, Any], tail: bytes = b"") -> None:
    out.write(json.dumps(words, separators=(",", ":")).encode() + b"\n" + tail)
    out.flush()


if __name__ == "__main__":
    sys.exit(main())
