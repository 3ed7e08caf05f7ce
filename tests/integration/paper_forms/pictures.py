"""Printed pages as pictures, and where the dark and the light is on them."""

import cv2
import numpy as np
import pypdfium2
import zxingcpp

from app.surveys.paper.layout.model import Box, Page

DOTS = 300
MM = DOTS / 25.4
DARK = 128
Picture = np.ndarray


def pictures_of(content: bytes, first: int, count: int, dots: int = DOTS) -> list[Picture]:
    """Return pages of a PDF as grey pictures."""
    with pypdfium2.PdfDocument(content) as document:
        return [
            document[at].render(scale=dots / 72, grayscale=True).to_numpy().copy()
            for at in range(first, first + count)
        ]


def edge_error(picture: Picture, box: Box) -> float:
    """Return how far the printed edges of a box are from where they should be, in millimetres.

    Each edge is looked for along the middle of the box: the outermost dark pixel within 1 mm.
    """
    y, x = round((box.y + box.side / 2) * MM), round((box.x + box.side / 2) * MM)
    across, down = picture[y, :] < DARK, picture[:, x] < DARK
    errors = []
    for line, begin in ((across, box.x), (down, box.y)):
        for edge, is_first in ((begin, True), (begin + box.side, False)):
            low, high = round((edge - 1) * MM), round((edge + 1) * MM)
            dark = np.flatnonzero(line[low:high])
            if not len(dark):
                return 99.0
            found = low + (dark[0] if is_first else dark[-1] + 1)
            errors.append(abs(found / MM - edge))
    return max(errors)


def darkest_around(picture: Picture, box: Box) -> int:
    """Return the darkest grey in the ring 0.25 to 1.2 mm outside of a box."""
    inner, outer = 0.25, 1.2

    def cut(room: float) -> tuple[int, int, int, int]:
        return (
            round((box.y - room) * MM),
            round((box.y + box.side + room) * MM),
            round((box.x - room) * MM),
            round((box.x + box.side + room) * MM),
        )

    top, bottom, left, right = cut(outer)
    ring = picture[top:bottom, left:right].copy()
    a, b, c, d = cut(inner)
    ring[a - top : b - top, c - left : d - left] = 255
    return int(ring.min())


def check_page(picture: Picture, page: Page) -> None:
    """Fail unless every box of a page is where the geometry says, with light around it."""
    boxes = [box for row in page.rows for box in row.boxes]
    assert [box for box in boxes if edge_error(picture, box) >= 0.3] == []
    assert [box for box in boxes if darkest_around(picture, box) <= 200] == []


def read_codes(picture: Picture) -> list[str]:
    """Return the texts of the QR codes on a page."""
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def read_markers(picture: Picture) -> list[int]:
    """Return the corner markers on a page."""
    known = cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50)
    _corners, ids, _rejected = cv2.aruco.ArucoDetector(known).detectMarkers(picture)
    return sorted(int(number) for number in ids.ravel())


def words_of(content: bytes, at: int) -> str:
    """Return the words of a page without blanks."""
    with pypdfium2.PdfDocument(content) as document:
        return "".join(document[at].get_textpage().get_text_bounded().split())


def count_pages(content: bytes) -> int:
    """Return how many pages a PDF has."""
    with pypdfium2.PdfDocument(content) as document:
        return len(document)
