"""Pieces of a form: drawn from their own top left, then stacked on pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from app.surveys.paper.layout.measure import LayoutError
from app.surveys.paper.layout.model import Box, Drawn, Frame, Row, Rule


@dataclass(frozen=True, slots=True)
class Piece:
    """Something that is never cut.

    Attributes:
        name: Item or section, for errors.
        height: Room it takes.
        rows, frames, drawn: What is in it; heights from its own top, x of the page.
        keeps: The next piece follows on the same page.
        repeat: Printed above it when it opens a page.
        gap: Room above it, unless it opens a page.
        grows: Its frames take what the last page has left.
    """

    name: str
    height: float
    rows: tuple[Row, ...] = ()
    frames: tuple[Frame, ...] = ()
    drawn: tuple[Drawn, ...] = ()
    keeps: bool = False
    repeat: "Piece | None" = None
    gap: float = 0.0
    grows: bool = False


@dataclass(slots=True)
class Stack:
    """The pieces of one page, each with its place."""

    top: float
    bottom: float
    y: float = 0.0
    is_continued: bool = False  # it begins within a question
    placed: list[tuple[float, Piece]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.y = self.top

    def place(self, piece: Piece) -> None:
        """Put a piece below the others."""
        if self.placed:
            self.y += piece.gap
        self.placed.append((self.y, piece))
        self.y += piece.height

    def room_for(self, pieces: Sequence[Piece]) -> bool:
        """Say whether pieces fit below the others."""
        needed = sum(one.height + one.gap for one in pieces)
        if not self.placed and pieces:
            needed -= pieces[0].gap
        return self.y + needed <= self.bottom + 1e-6


def stack(pieces: Iterable[Piece], *, tops: tuple[float, float], bottom: float) -> list[Stack]:
    """Put pieces on pages.

    Args:
        pieces: In order.
        tops: Where the first page begins, and where the others do.
        bottom: Where pages end.

    Raises:
        LayoutError: A piece is higher than a page.
    """
    pages = [Stack(tops[0], bottom)]
    for group in _groups(pieces):
        if not pages[-1].room_for(group):
            if pages[-1].placed:
                pages.append(Stack(tops[1], bottom))
            if group[0].repeat is not None:
                pages[-1].is_continued = True
                pages[-1].place(group[0].repeat)
            if not pages[-1].room_for(group):
                raise LayoutError(group[0].name)
        for piece in group:
            pages[-1].place(piece)
    return pages


def stretch(pages: list[Stack], *, growth: float, spread: float) -> None:
    """Give what is left on a page to its frames, and the rest to the gaps between questions.

    Args:
        pages: The pages, changed in place.
        growth: Most a line of frames takes.
        spread: Most a gap takes.
    """
    for page in pages:
        left = page.bottom - page.y
        growing = sum(1 for _y, one in page.placed if one.grows)
        extra = min(growth, left / growing) if growing else 0.0
        gaps = sum(1 for _y, one in page.placed[1:] if one.gap)
        wider = min(spread, (left - extra * growing) / gaps) if gaps else 0.0
        moved: list[tuple[float, Piece]] = []
        shift = 0.0
        for at, (y, piece) in enumerate(page.placed):
            shift += wider if at and piece.gap else 0.0
            moved.append((y + shift, _grown(piece, extra) if piece.grows else piece))
            shift += extra if piece.grows else 0.0
        page.placed, page.y = moved, page.y + shift


def _groups(pieces: Iterable[Piece]) -> list[list[Piece]]:
    groups: list[list[Piece]] = []
    is_open = False
    for piece in pieces:
        if is_open:
            groups[-1].append(piece)
        else:
            groups.append([piece])
        is_open = piece.keeps
    return groups


def _grown(piece: Piece, extra: float) -> Piece:
    frames = tuple(replace(one, h=one.h + extra) for one in piece.frames)
    return replace(piece, frames=frames, height=piece.height + extra)


def moved_rows(rows: Iterable[Row], y: float) -> tuple[Row, ...]:
    """Return rows further down by `y`."""
    return tuple(replace(row, boxes=tuple(_moved_box(box, y) for box in row.boxes)) for row in rows)


def moved_frames(frames: Iterable[Frame], y: float) -> tuple[Frame, ...]:
    """Return frames further down by `y`."""
    return tuple(replace(one, y=round(one.y + y, 3)) for one in frames)


def moved_drawn(drawn: Iterable[Drawn], y: float) -> tuple[Drawn, ...]:
    """Return words and lines further down by `y`."""
    return tuple(
        replace(one, y1=one.y1 + y, y2=one.y2 + y)
        if isinstance(one, Rule)
        else replace(one, y=one.y + y)
        for one in drawn
    )


def _moved_box(box: Box, y: float) -> Box:
    return replace(box, x=round(box.x, 3), y=round(box.y + y, 3))
