"""Reads the page codes: the first, the second, and where neither shows, anywhere on the picture."""

import zxingcpp

from app.surveys.paper.layout.page_text import UnknownCodeError, split_code
from app.surveys.paper.reading.plan import PagePlan
from app.surveys.paper.reading.rectify import SCALE, Gray

_QUIET = 3.0  # mm around the code that are cut out with it
NAMES = ("first", "second")
ANYWHERE = "first"


def read_codes(flat: Gray, spots: tuple[tuple[float, float, float], ...]) -> list[tuple[str, str]]:
    """Return text and name of every page code read at its place on the flat page."""
    found = []
    for name, (x, y, side) in zip(NAMES, spots, strict=False):
        top, left = max(0, round((y - _QUIET) * SCALE)), max(0, round((x - _QUIET) * SCALE))
        size = round((side + 2 * _QUIET) * SCALE)
        text = _decode(flat[top : top + size, left : left + size])
        if text is not None:
            found.append((text, name))
    return found


def search_codes(image: Gray) -> list[str]:
    """Return the texts of all page codes anywhere on a picture, without doubles."""
    return list(dict.fromkeys(_texts(image, is_hard=True)))


def spots_of(plan: PagePlan) -> tuple[tuple[float, float, float], ...]:
    """Return where a page has its codes."""
    return plan.codes


def _decode(image: Gray) -> str | None:
    texts = _texts(image, is_hard=False) or _texts(image, is_hard=True)
    return texts[0] if texts else None


def _texts(image: Gray, *, is_hard: bool) -> list[str]:
    if min(image.shape) < 20:
        return []
    results = zxingcpp.read_barcodes(
        image,
        formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode),
        try_rotate=is_hard,
        try_downscale=is_hard,
        try_invert=False,
    )
    return [one.text for one in results if _is_ours(one.text)]


def _is_ours(text: str) -> bool:
    try:
        split_code(text)
    except UnknownCodeError:
        return False
    return True
