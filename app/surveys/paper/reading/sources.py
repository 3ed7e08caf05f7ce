"""Opens what a scanner or a phone made: PDF, TIFF, JPEG, PNG, or a ZIP of those, page by page.

The first bytes decide what a file is, never its name. Sizes are read from the head of a picture
before anything is unpacked. It runs in the child process alone.
"""

import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import pypdfium2
from PIL import Image, TiffImagePlugin, UnidentifiedImageError
from pypdfium2 import raw

from app.surveys.paper.reading.heads import Head, Kind, jpeg_head, kind_of, png_head
from app.surveys.paper.reading.rectify import Gray
from app.surveys.paper.reading.result import FileProblem, Problem, ScanError

MOST_PAGES = 400
MOST_PIXELS = 40_000_000
LARGEST_PICTURE = 20 * 1024 * 1024
LARGEST_MEMBER = 100 * 1024 * 1024  # a PDF or TIFF of many pages inside a ZIP
LARGEST_UNPACKED = 800 * 1024 * 1024
MOST_TIMES_SMALLER = 200
_SMALL_MEMBER = 1_000_000  # below this any ratio is harmless
_POINTS, _DOTS = 72.0, 200.0  # an inch
_LONGEST_SIDE = 2600  # of a page that is drawn
_HALVED = 8_000_000  # pixels from which a JPEG is decoded at half its size: still 150 an inch
_BROKEN = (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, RuntimeError, OSError)
_HIDDEN = ("__MACOSX/", ".", "Thumbs.db", "desktop.ini")


class PageError(Exception):
    """One page cannot be had from a file; the others can."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True)
class Picture:
    """A grey page, and whether the file knows only black and white."""

    image: Gray
    one_bit: bool


Fetch = Callable[[], Picture]


def open_scan(content: bytes) -> list[Fetch]:
    """Return for each page of a file how to get it.

    Raises:
        ScanError: It is no file we take.
    """
    kind = kind_of(content)
    if kind is None:
        raise ScanError(FileProblem.KIND if content else FileProblem.EMPTY)
    pages = _open_zip(content) if kind is Kind.ZIP else _open_one(content, kind)
    if not pages:
        raise ScanError(FileProblem.NOTHING_INSIDE)
    if len(pages) > MOST_PAGES:
        raise ScanError(FileProblem.TOO_MANY_PAGES)
    return pages


def _open_one(content: bytes, kind: Kind) -> list[Fetch]:
    if kind is Kind.PDF:
        return _open_pdf(content)
    if kind is Kind.TIFF:
        return _open_tiff(content)
    return [lambda: decode(content, kind)]


def decode(content: bytes, kind: Kind) -> Picture:
    """Decode one JPEG or PNG.

    Raises:
        PageError: It cannot be decoded, or has too many dots.
    """
    head = jpeg_head(content) if kind is Kind.JPEG else png_head(content)
    _check(head, len(content))
    how = cv2.IMREAD_GRAYSCALE
    if kind is Kind.JPEG and head is not None and head.wide * head.high >= _HALVED:
        how = cv2.IMREAD_REDUCED_GRAYSCALE_2
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), how)
    except cv2.error as error:
        raise PageError(Problem.DAMAGED) from error
    if image is None or min(image.shape) < 50:
        raise PageError(Problem.DAMAGED)
    return Picture(np.asarray(image, np.uint8), head is not None and head.bits == 1)


def _check(head: Head | None, size: int) -> None:
    if head is None or not head.wide or not head.high:
        raise PageError(Problem.DAMAGED)
    if head.wide * head.high > MOST_PIXELS or size > LARGEST_PICTURE:
        raise PageError(Problem.TOO_LARGE)


def _open_pdf(content: bytes) -> list[Fetch]:
    try:
        document = pypdfium2.PdfDocument(content)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        locked = raw.FPDF_GetLastError() in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY)
        raise ScanError(FileProblem.LOCKED if locked else FileProblem.DAMAGED) from error
    if count > MOST_PAGES:
        raise ScanError(FileProblem.TOO_MANY_PAGES)
    return [lambda number=number: _pdf_page(document, number) for number in range(count)]  # type: ignore[misc]


def _pdf_page(document: pypdfium2.PdfDocument, number: int) -> Picture:
    try:
        page = document[number]
    except pypdfium2.PdfiumError as error:
        raise PageError(Problem.DAMAGED) from error
    try:
        return _scanned_picture(page) or _drawn_picture(page)
    except pypdfium2.PdfiumError as error:
        raise PageError(Problem.DAMAGED) from error
    finally:
        page.close()


def _scanned_picture(page: pypdfium2.PdfPage) -> Picture | None:
    """Return the picture a scanner put on the page as it is, when there is nothing else on it."""
    things = [thing for thing, _ in zip(page.get_objects(max_depth=1), range(3), strict=False)]
    if len(things) != 1 or things[0].type != raw.FPDF_PAGEOBJ_IMAGE:
        return None
    picture = things[0]
    if list(picture.get_filters()) != ["DCTDecode"] or _is_mirrored(picture):
        return None
    content = bytes(picture.get_data())
    head = jpeg_head(content)
    return decode(content, Kind.JPEG) if head is not None and head.is_plain else None


def _is_mirrored(picture: pypdfium2.PdfImage) -> bool:
    a, b, c, d, _, _ = picture.get_matrix().get()
    return bool(a * d - b * c <= 0)


def _drawn_picture(page: pypdfium2.PdfPage) -> Picture:
    wide, high = page.get_size()
    if not (wide > 1 and high > 1):
        raise PageError(Problem.DAMAGED)
    one_bit = False
    for thing, _ in zip(page.get_objects(max_depth=1), range(8), strict=False):
        if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
            known = thing.get_metadata()
            if known.width * known.height > MOST_PIXELS:
                raise PageError(Problem.TOO_LARGE)
            one_bit = one_bit or known.bits_per_pixel == 1
    scale = min(_DOTS / _POINTS, _LONGEST_SIDE / max(wide, high))
    drawn = page.render(scale=scale, grayscale=True, may_draw_forms=False, draw_annots=False)
    image = np.array(drawn.to_numpy(), np.uint8)
    drawn.close()
    return Picture(image.reshape(image.shape[:2]), one_bit)


def _open_tiff(content: bytes) -> list[Fetch]:
    try:
        file = TiffImagePlugin.TiffImageFile(io.BytesIO(content))
        count = _tiff_pages(file)
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, EOFError, KeyError) as error:
        raise ScanError(FileProblem.DAMAGED) from error
    return [lambda number=number: _tiff_page(file, number) for number in range(count)]  # type: ignore[misc]


def _tiff_pages(file: TiffImagePlugin.TiffImageFile) -> int:
    """Count pages, and stop soon behind the most a file may have."""
    count = 1
    while count <= MOST_PAGES:
        try:
            file.seek(count)
        except EOFError:
            return count
        count += 1
    raise ScanError(FileProblem.TOO_MANY_PAGES)


def _tiff_page(file: TiffImagePlugin.TiffImageFile, number: int) -> Picture:
    try:
        file.seek(number)
        if file.width * file.height > MOST_PIXELS:
            raise PageError(Problem.TOO_LARGE)
        one_bit = file.mode == "1"
        image = np.array(file.convert("L"), np.uint8)
    except (OSError, SyntaxError, ValueError, EOFError, KeyError, TypeError) as error:
        raise PageError(Problem.DAMAGED) from error
    if min(image.shape) < 50:
        raise PageError(Problem.DAMAGED)
    return Picture(image, one_bit)


def _open_zip(content: bytes) -> list[Fetch]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        members = [one for one in archive.infolist() if not one.is_dir() and not _is_hidden(one)]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeError) as error:
        raise ScanError(FileProblem.DAMAGED) from error
    if len(members) > MOST_PAGES:
        raise ScanError(FileProblem.TOO_MANY_PAGES)
    if sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise ScanError(FileProblem.UNPACKS_TOO_LARGE)
    if any(member.flag_bits & 0x1 for member in members):
        raise ScanError(FileProblem.LOCKED)
    members.sort(key=lambda member: member.filename)
    shelf = _Shelf(archive)
    pages: list[Fetch] = []
    for member in members:
        pages += _open_member(shelf, member)
        if len(pages) > MOST_PAGES:
            raise ScanError(FileProblem.TOO_MANY_PAGES)
    return pages


class _Shelf:
    """Holds one unpacked member of an archive at a time, the last that was asked for."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self._name = ""
        self._pages: list[Fetch] = []

    def pages(self, member: zipfile.ZipInfo, kind: Kind) -> list[Fetch]:
        """Return the pages of a PDF or TIFF inside the archive."""
        if self._name != member.filename or not self._pages:
            self._name, self._pages = "", []
            self._pages = _open_one(_unpack(self.archive, member, LARGEST_MEMBER), kind)
            self._name = member.filename
        return self._pages


def _open_member(shelf: _Shelf, member: zipfile.ZipInfo) -> list[Fetch]:
    packed = max(1, member.compress_size)
    if member.file_size > _SMALL_MEMBER and member.file_size > MOST_TIMES_SMALLER * packed:
        return [_failing(Problem.TOO_LARGE)]
    try:
        return _member_pages(shelf, member)
    except ScanError as error:
        if error.problem is FileProblem.TOO_MANY_PAGES:
            raise
        return [_failing(Problem.DAMAGED)]
    except PageError as error:
        return [_failing(error.problem)]
    except _BROKEN:
        return [_failing(Problem.DAMAGED)]


def _member_pages(shelf: _Shelf, member: zipfile.ZipInfo) -> list[Fetch]:
    with shelf.archive.open(member) as file:
        kind = kind_of(file.read(1024))
    if kind is None or kind is Kind.ZIP:
        return [_failing(Problem.KIND)]
    if kind in (Kind.JPEG, Kind.PNG):
        return [lambda: decode(_unpack(shelf.archive, member, LARGEST_PICTURE), kind)]
    count = len(shelf.pages(member, kind))
    return [lambda at=at: shelf.pages(member, kind)[at]() for at in range(count)]  # type: ignore[misc]


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, most: int) -> bytes:
    """Return a member; never more than its directory entry says and a member may have."""
    if member.file_size > most:
        raise PageError(Problem.TOO_LARGE)
    try:
        with archive.open(member) as file:
            return file.read(most + 1)
    except _BROKEN as error:
        raise PageError(Problem.DAMAGED) from error


def _is_hidden(member: zipfile.ZipInfo) -> bool:
    name = member.filename
    return name.startswith(_HIDDEN[0]) or name.rpartition("/")[2].startswith(_HIDDEN[1:])


def _failing(problem: Problem) -> Fetch:
    def fail() -> Picture:
        raise PageError(problem)

    return fail


def warm_up() -> None:
    """Decode one tiny picture of each kind: later nothing can be loaded any more."""
    Image.preinit()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    dot = np.full((60, 60), 255, np.uint8)
    for name in (".jpg", ".png"):
        cv2.imdecode(cv2.imencode(name, dot)[1], cv2.IMREAD_GRAYSCALE)
    for how in ("group4", "jpeg", "tiff_lzw", "tiff_deflate", "packbits"):
        made = io.BytesIO()
        Image.fromarray(dot).convert("1" if how == "group4" else "L").save(
            made, "TIFF", compression=how
        )
        _open_tiff(made.getvalue())[0]()
    made = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(60, 60)
    document.save(made)
    _open_pdf(made.getvalue())[0]()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("扫描.pdf", made.getvalue())
    _open_zip(packed.getvalue())[0]()
