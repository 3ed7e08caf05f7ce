"""Pages of a long document that exist only while they are painted, so that a book stays small."""

import gc
from collections.abc import Callable, Sequence

from weasyprint.document import Page

_SWEEP = 8  # parts between two searches for what nobody holds any more


class PartTooLongError(Exception):
    """A part takes another number of pages than was promised; carries both."""

    def __init__(self, promised: int, found: int) -> None:
        super().__init__(promised, found)
        self.promised = promised
        self.found = found


class LatePart:
    """Some pages in a row: laid out when the first is painted, let go after the last.

    A laid-out page takes ten megabytes; a book of three hundred would take three gigabytes.
    """

    _made = 0

    def __init__(self, lay_out: Callable[[], Sequence[Page]], promised: int) -> None:
        self._lay_out = lay_out
        self._promised = promised
        self._pages: Sequence[Page] = ()

    def page(self, number: int) -> Page:
        """Return one of its pages, counted from 0.

        Raises:
            PartTooLongError: It takes more or fewer pages than promised.
        """
        if not self._pages:
            self._pages = self._lay_out()
            if len(self._pages) != self._promised:
                raise PartTooLongError(self._promised, len(self._pages))
        found = self._pages[number]
        if number == self._promised - 1:
            self._pages = ()
            LatePart._made += 1
            if LatePart._made % _SWEEP == 0:
                gc.collect()
        return found


class LatePage:
    """Stands for a page in a document until it is painted.

    Attributes:
        width, height, bleed: Its size.
        bookmarks, links, anchors, forms: What the document knows of it before it is painted.
    """

    def __init__(self, part: LatePart, number: int, *, like: Page, anchor: str, title: str) -> None:
        self._part = part
        self._number = number
        self.width: float = like.width
        self.height: float = like.height
        self.bleed: dict[str, float] = like.bleed
        self.bookmarks = [(1, title, (0.0, 0.0), "open")]
        self.links: list[object] = []
        self.anchors = {anchor: (0.0, 0.0, like.width, 0.0)}
        self.forms: dict[None, list[object]] = {None: []}

    def paint(self, stream: object, scale: float = 1.0) -> None:
        """Lay the page out, unless the one before it has done so, and paint it."""
        self._part.page(self._number).paint(stream, scale)
