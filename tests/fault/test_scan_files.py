"""Scans made to hurt whoever decodes them: each is refused or read, in bounded time and memory."""

import io
import os
import resource
import struct
import sys
import time
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from app.surveys.paper.reading import cage, read
from app.surveys.paper.reading.read import read_scan
from app.surveys.paper.reading.result import FileProblem, Problem, ScanError
from app.surveys.paper.reading.sources import open_scan

SECONDS = 12.0  # a laptop needs less than two; two shared cores under load need some


def picture(kind: str, mode: str = "L", size: tuple[int, int] = (200, 280), **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 255 if mode in ("L", "1") else "white").save(made, kind, **options)
    return made.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(wide: int, high: int) -> bytes:
    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    body = zlib.compress(bytes(1000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def deflated(piece: bytes, *, times: int) -> bytes:
    """A piece over and over, compressed once: each copy begins with nothing remembered."""
    raw = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = raw.compress(piece) + raw.flush(zlib.Z_FULL_FLUSH)
    check = 1
    for _ in range(times):
        check = zlib.adler32(piece, check)
    return b"\x78\xda" + body * times + b"\x03\x00" + struct.pack(">I", check)


def packed(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return made.getvalue()


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A PDF of these objects, numbered from 1; the first is its catalogue."""
    body, places = b"%PDF-1.7\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        body
        + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + table
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF"
        % (len(objects) + 1, trailer, len(body))
    )


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(content), more, content)


def one_page(
    content: bytes, *, more: bytes = b"", catalogue: bytes = b"", size: int = 595
) -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalogue,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d 842]/Contents 4 0 R%s>>" % (size, more),
        content,
    )


def pages(content: bytes, **options) -> list[Problem | None]:
    return [page.problem for page in read_scan(content, {}, **options)]


def with_size(jpeg: bytes, wide: int, high: int) -> bytes:
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", high, wide) + jpeg[at + 4 :]


JPEG, PNG, TIFF, PDF = picture("JPEG"), picture("PNG"), picture("TIFF"), picture("PDF")
MANY = packed(**{f"{n:03}.png": PNG for n in range(401)})
LAUNCH = b"/OpenAction<</S/Launch/F(/bin/touch)/Win<</F(calc)>>>>"
SCRIPT = b"/OpenAction<</S/JavaScript/JS(while(1){app.alert(1)})>>"

REFUSED: dict[str, tuple[bytes, FileProblem]] = {
    "zero bytes": (b"", FileProblem.EMPTY),
    "EPS": (b"%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%touch x) (w) file\n", FileProblem.KIND),
    "SVG with a script": (b"<svg><script>alert(1)</script></svg>", FileProblem.KIND),
    "GIF": (picture("GIF"), FileProblem.KIND),
    "WebP": (picture("WEBP", "RGB"), FileProblem.KIND),
    "ELF": (b"\x7fELF" + bytes(600), FileProblem.KIND),
    "PDF magic alone": (b"%PDF-", FileProblem.DAMAGED),
    "PDF cut": (PDF[: len(PDF) // 2], FileProblem.DAMAGED),
    "TIFF magic alone": (b"II*\x00", FileProblem.DAMAGED),
    "TIFF whose pages go round": (
        b"II*\x00\x08\x00\x00\x00\x00\x00\x08\x00\x00\x00",
        FileProblem.DAMAGED,
    ),
    "ZIP magic alone": (b"PK\x03\x04", FileProblem.DAMAGED),
    "ZIP of nothing": (packed(**{"__MACOSX/x": b"1"})[:] or b"", FileProblem.NOTHING_INSIDE),
    "ZIP of 401 pictures": (MANY, FileProblem.TOO_MANY_PAGES),
    "PDF with a password": (
        pdf(
            b"<</Type/Catalog/Pages 2 0 R>>",
            b"<</Type/Pages/Kids[]/Count 0>>",
            b"<</Filter/Standard/V 1/R 2/O(%s)/U(%s)/P -4>>" % (b"o" * 32, b"u" * 32),
            trailer=b"/Encrypt 3 0 R/ID[(a)(a)]",
        ),
        FileProblem.LOCKED,
    ),
}

READ: dict[str, tuple[bytes, Problem]] = {
    "JPEG cut": (JPEG[: len(JPEG) // 2], Problem.DAMAGED),
    "JPEG that claims 65,500 x 65,500": (with_size(JPEG, 65500, 65500), Problem.TOO_LARGE),
    "PNG of 60,000 x 60,000": (png(60000, 60000), Problem.TOO_LARGE),
    "PNG of a few bytes that claims 6,000 x 6,000": (png(6000, 6000), Problem.DAMAGED),
    "PNG named as nothing": (PNG, Problem.BLANK),
    "PDF that starts a program": (one_page(stream(b""), catalogue=LAUNCH), Problem.BLANK),
    "PDF with a script": (one_page(stream(b""), catalogue=SCRIPT), Problem.BLANK),
    "PDF of a page a kilometre wide": (one_page(stream(b""), size=2_000_000), Problem.NO_MARKERS),
    "a ZIP inside": (packed(b=PNG), Problem.KIND),
    "a text inside": (b"hello", Problem.KIND),
    "a bomb inside": (b"\x89PNG\r\n\x1a\n" + bytes(30_000_000), Problem.TOO_LARGE),
    "../../climbs": (PNG, Problem.BLANK),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_scan_is_refused_with_its_reason(name: str):
    content, problem = REFUSED[name]
    began = time.monotonic()
    with pytest.raises(ScanError) as error:
        open_scan(content)  # what the child does; that its word reaches us is the next test
    assert error.value.problem is problem
    assert time.monotonic() - began < SECONDS


@pytest.mark.parametrize("name", ["zero bytes", "EPS", "PDF cut"])
def test_the_reason_reaches_whoever_asked_for_the_pages(name: str):
    content, problem = REFUSED[name]
    with pytest.raises(ScanError) as error:
        pages(content)
    assert error.value.problem is problem


def test_hostile_pages_come_with_their_reasons_and_hurt_nobody():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    found = pages(packed(**{name: content for name, (content, _) in READ.items()}))
    assert dict(zip(sorted(READ), found, strict=True)) == {
        name: problem for name, (_, problem) in READ.items()
    }
    assert time.monotonic() - began < SECONDS
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 150_000  # kilobytes of the worker itself, which only passes bytes on


def test_a_page_that_unpacks_without_end_costs_its_time_and_no_more():
    endless = stream(deflated(b"q Q " * 1_000_000, times=75), b"/Filter/FlateDecode")
    began = time.monotonic()
    assert pages(one_page(endless), patience=1.8) in ([Problem.TOO_LONG], [Problem.DAMAGED])
    assert time.monotonic() - began < SECONDS


def test_every_kind_of_scan_is_taken_and_its_pages_are_counted():
    more = [Image.new("L", (200, 280), 255) for _ in range(2)]
    several = picture("TIFF", save_all=True, append_images=more)
    faxed = picture("TIFF", "1", compression="group4")
    assert pages(several) == [Problem.BLANK] * 3
    both = picture("PDF", save_all=True, append_images=more[:1])
    everything = packed(a=JPEG, b=PNG, c=faxed, d=both, e=several)
    assert pages(everything) == [Problem.BLANK] * 8
    assert [page.number for page in read_scan(everything, {}, only=[8, 3])] == [3, 8]


def test_a_child_that_dies_on_a_page_loses_that_page_alone(monkeypatch: pytest.MonkeyPatch):
    """The second page kills its child, as a hole in a decoder would; the third is read."""
    dying = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); "
        "from app.surveys.paper.reading import child\n"
        "read = child._read\n"
        "die = lambda r, f, number, k: os._exit(9) if number == 2 else read(r, f, number, k)\n"
        "child._read = die\n"
        "sys.exit(child.main())"
    )
    monkeypatch.setattr(read, "_START", dying)
    three = packed(a=PNG, b=PNG, c=PNG)
    assert pages(three) == [Problem.BLANK, Problem.TOO_LONG, Problem.BLANK]


def test_a_child_that_hangs_is_ended_and_its_pages_come_as_such(monkeypatch: pytest.MonkeyPatch):
    hanging = (
        "import sys, time; sys.path.insert(0, sys.argv[1]); "
        "from app.surveys.paper.reading import child\n"
        "child._read = lambda r, f, number, k: time.sleep(60)\n"
        "sys.exit(child.main())"
    )
    monkeypatch.setattr(read, "_START", hanging)
    monkeypatch.setattr(read, "MOST_DEATHS", 1)
    began = time.monotonic()
    # One child is tried here; the pages behind are not, and none is lost.
    assert pages(packed(**{str(n): PNG for n in range(5)}), patience=1.8) == [Problem.TOO_LONG] * 5
    assert time.monotonic() - began < SECONDS


def test_in_the_cage_nothing_can_be_opened_started_or_called():
    """A process of its own gives its rights up and then tries everything."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writer, 1)
        os.closerange(3, 64)
        code = (
            "import sys, os, socket\n"
            "sys.path.insert(0, sys.argv[1])\n"
            "from app.surveys.paper.reading.cage import give_up_rights\n"
            "give_up_rights()\n"
            "tries = (lambda: open('/etc/hostname'), lambda: socket.socket(), lambda: os.fork(),\n"
            "         lambda: os.execv('/bin/true', ['true']), lambda: os.kill(os.getppid(), 0),\n"
            "         lambda: bytearray(2_000_000_000), lambda: os.unlink('x'))\n"
            "for attempt in tries:\n"
            "    try:\n"
            "        attempt()\n"
            "        print('got through')\n"
            "    except (OSError, MemoryError):\n"
            "        print('refused')\n"
        )
        os.execv(sys.executable, [sys.executable, "-I", "-c", code, str(read._ROOT)])
    os.close(writer)
    with os.fdopen(reader) as said:
        lines = said.read().split("\n")
    os.waitpid(child, 0)
    assert lines == ["refused"] * 7 + [""]
    assert cage.MEMORY <= 1.5 * 1024**3


def test_random_damage_never_stops_the_reader():
    """Four damaged copies of each kind; `benchmarks.paper --mutations` runs thousands."""
    rng = np.random.default_rng(7)
    members = {}
    for number in range(16):
        damaged = bytearray((JPEG, PNG, TIFF, PDF)[number % 4])
        for at in rng.integers(4, len(damaged), 12).tolist():
            damaged[at] = int(rng.integers(256))
        members[f"{number}"] = bytes(damaged)
    found = pages(packed(**members), patience=8)
    assert len(found) >= 16
    assert set(found) <= set(Problem)
