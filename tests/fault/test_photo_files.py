"""Files made to hurt whoever decodes them: each is refused or cleaned, in bounded time."""

import io
import os
import resource
import struct
import sys
import threading
import time
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from app.surveys.response.photos import child
from app.surveys.response.photos.reader import (
    LARGEST_PHOTO,
    PhotoError,
    PhotoProblem,
    read_photo,
)

SECONDS = 8.0  # a laptop needs less than one; two shared cores under load need some


def picture(kind: str, size: tuple[int, int] = (64, 48), mode: str = "RGB", **options) -> bytes:
    made = io.BytesIO()
    Image.new(mode, size, 1).save(made, kind, **options)
    return made.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width: int, height: int, data: bytes = b"", *, extra: bytes = b"", kind: int = 2) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, 8, kind, 0, 0, 0)
    body = extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + body


def with_size(jpeg: bytes, width: int, height: int) -> bytes:
    """Let a JPEG claim another size than it has."""
    at = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:at] + struct.pack(">HH", height, width) + jpeg[at + 4 :]


def text_bomb() -> bytes:
    return chunk(b"zTXt", b"a\x00\x00" + zlib.compress(bytes(64 * 1024 * 1024), 9))


JPEG, PNG, WEBP = picture("JPEG"), picture("PNG"), picture("WEBP")
EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%touch /x) (w) file\n"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

REFUSED: dict[str, tuple[bytes, PhotoProblem]] = {
    "zero bytes": (b"", PhotoProblem.EMPTY),
    "above the limit": (JPEG + bytes(12 * 1024 * 1024), PhotoProblem.TOO_LARGE),
    "EPS renamed": (EPS, PhotoProblem.KIND),
    "SVG with a script": (SVG, PhotoProblem.KIND),
    "HTML": (b"<!doctype html><script>alert(1)</script>", PhotoProblem.KIND),
    "PDF": (b"%PDF-1.7\n", PhotoProblem.KIND),
    "ZIP": (b"PK\x03\x04" + bytes(60), PhotoProblem.KIND),
    "GIF": (picture("GIF", mode="P"), PhotoProblem.KIND),
    "BMP": (picture("BMP"), PhotoProblem.KIND),
    "TIFF": (picture("TIFF"), PhotoProblem.KIND),
    "ICO": (picture("ICO"), PhotoProblem.KIND),
    "PPM": (picture("PPM"), PhotoProblem.KIND),
    "JPEG 2000": (picture("JPEG2000"), PhotoProblem.KIND),
    "noise": (bytes(range(256)) * 40, PhotoProblem.KIND),
    "HEIC": (b"\x00\x00\x00\x18ftypheic" + bytes(200), PhotoProblem.HEIC),
    "AVIF": (b"\x00\x00\x00\x18ftypavif" + bytes(200), PhotoProblem.HEIC),
    "magic of a JPEG alone": (b"\xff\xd8\xff", PhotoProblem.DAMAGED),
    "magic of a PNG alone": (b"\x89PNG\r\n\x1a\n", PhotoProblem.DAMAGED),
    "magic of a WebP alone": (b"RIFF\x00\x00\x00\x00WEBP", PhotoProblem.DAMAGED),
    "JPEG magic before EPS": (b"\xff\xd8\xff" + EPS, PhotoProblem.DAMAGED),
    "PNG magic before HTML": (b"\x89PNG\r\n\x1a\n" + SVG, PhotoProblem.DAMAGED),
    "JPEG cut in its head": (JPEG[:100], PhotoProblem.DAMAGED),
    "JPEG cut in its data": (picture("JPEG", (900, 900))[:-400], PhotoProblem.DAMAGED),
    "PNG cut": (PNG[: len(PNG) // 2], PhotoProblem.DAMAGED),
    "WebP cut": (picture("WEBP", (600, 600))[:60], PhotoProblem.DAMAGED),
    "PNG of 65,000 x 65,000": (png(65_000, 65_000), PhotoProblem.PIXELS),
    "PNG of two thousand million pixels wide": (png(2**31 - 1, 1), PhotoProblem.PIXELS),
    "JPEG that claims 65,500 x 65,500": (with_size(JPEG, 65_500, 65_500), PhotoProblem.PIXELS),
    "PNG of no size": (png(0, 0), PhotoProblem.DAMAGED),
    "PNG without data": (png(50, 50), PhotoProblem.DAMAGED),
    "PNG with a wrong check sum": (PNG[:29] + b"\0\0\0\0" + PNG[33:], PhotoProblem.DAMAGED),
    "PNG with a text bomb": (png(9, 9, zlib.compress(bytes(252)), extra=text_bomb() * 3),
                             PhotoProblem.DAMAGED),
    "PNG whose chunk claims two gigabytes": (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 2**31 - 1) + b"IHDR" + bytes(30),
        PhotoProblem.DAMAGED,
    ),
}  # fmt: skip

CLEANED: dict[str, bytes] = {
    "JPEG": JPEG,
    "PNG": PNG,
    "WebP": WEBP,
    "grey with transparency": picture("PNG", mode="LA"),
    "palette": picture("PNG", mode="P"),
    "one bit": picture("PNG", mode="1"),
    "sixteen bits": picture("PNG", mode="I;16"),
    "CMYK": picture("JPEG", mode="CMYK"),
    "one pixel": picture("PNG", (1, 1)),
    "one pixel high": picture("PNG", (9000, 1)),
    "JPEG with a web page behind it": JPEG + SVG,
    "JPEG with a ZIP behind it": JPEG + b"PK\x03\x04" + bytes(200),
    "WebP that moves": picture("WEBP", save_all=True, append_images=[Image.new("RGB", (64, 48))]),
    "39 million pixels, packed": picture("PNG", (6500, 6000), mode="L"),
    "39 million pixels, four channels": picture("PNG", (6500, 6000), mode="RGBA"),
    "a progressive JPEG of 36 million pixels": picture("JPEG", (6000, 6000), progressive=True),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_file_is_refused_with_its_reason_and_in_time(name):
    content, problem = REFUSED[name]
    begin = time.monotonic()
    with pytest.raises(PhotoError) as refused:
        read_photo(content)
    assert refused.value.problem is problem
    assert time.monotonic() - begin < SECONDS


@pytest.mark.parametrize("name", CLEANED)
def test_an_odd_photo_comes_out_as_pixels_alone(name):
    begin = time.monotonic()
    made = read_photo(CLEANED[name])
    assert time.monotonic() - begin < SECONDS
    photo = Image.open(io.BytesIO(made))
    assert (photo.format, photo.mode) == ("JPEG", "RGB")
    assert max(photo.size) <= child.LONGEST_SIDE
    assert not photo.getexif()
    assert b"<script" not in made
    assert b"PK\x03\x04" not in made
    assert len(made) <= LARGEST_PHOTO


def test_a_photo_taken_sideways_stands_upright():
    exif = Image.Exif()
    exif[0x0112] = 6  # turned right by 90 degrees
    made = read_photo(picture("JPEG", (80, 40), exif=exif))
    assert Image.open(io.BytesIO(made)).size == (40, 80)


def test_all_hostile_files_at_once_leave_the_page_alive_and_without_its_memory():
    outcomes: list[object] = []
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    def send(content: bytes) -> None:
        try:
            outcomes.append(read_photo(content))
        except PhotoError as error:
            outcomes.append(error.problem)

    hostile = [content for content, _problem in REFUSED.values()][16:]
    threads = [threading.Thread(target=send, args=(content,)) for content in hostile]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(outcomes) == len(hostile)
    assert set(outcomes) <= set(PhotoProblem)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 64 * 1024  # kilobytes: the decoding happened elsewhere
    assert read_photo(JPEG).startswith(b"\xff\xd8\xff")


def run_in_child(act: Callable[[], object]) -> str:
    """Give up the rights in a process of its own, act, and say what happened."""
    read_end, write_end = os.pipe()
    if os.fork() == 0:
        try:
            os.dup2(write_end, 1)
            os.closerange(3, 64)
            child._give_up_rights()
            act()
            said = b"done"
        except BaseException as error:
            said = type(error).__name__.encode()
        os.write(1, said)
        os._exit(0)
    os.close(write_end)
    with os.fdopen(read_end) as answer:
        said = answer.read()
    os.wait()
    return said


@pytest.mark.skipif(sys.platform != "linux", reason="the limits are those of Linux")
@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda: open("/etc/hostname"), "OSError"),  # noqa: PTH123, SIM115
        (lambda: __import__("socket").socket(), "OSError"),
        (lambda: bytearray(900 * 1024 * 1024), "MemoryError"),
    ],
    ids=["file", "socket", "memory"],
)
def test_the_child_can_open_nothing_and_take_no_more_memory(act, error):
    __import__("socket")  # loaded before the rights are gone, as an attacker's code would be
    assert run_in_child(act) == error
