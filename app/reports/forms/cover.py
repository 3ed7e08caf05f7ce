"""The cover sheet of a building's questionnaires: what is in it, which door gets which, who signs.

Doors stand on this sheet alone; a form has its code and nothing else. Call it in the language of
the forms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.reports.glyphs import printable
from app.reports.paper import print_pdf

_ROWS, _COLUMNS = 40, 4
_FIRST_ROWS = 16


@dataclass(frozen=True, slots=True)
class Door:
    """One form of the bundle.

    Attributes:
        number: Running number within the building, in walking order.
        room: As on the door.
        begins: The first signs of its code, the same on all its pages.
        copy: From 1.
    """

    number: int
    room: str
    begins: str
    copy: int


@dataclass(frozen=True, slots=True)
class Cover:
    """What the cover of one building says.

    Attributes:
        company, phone: Of the company; the phone may be empty.
        is_demo: All data is invented.
        campaign, community, building: As people say them.
        order: Number of the order.
        form: ``full`` or ``elder``.
        language: Language of the forms.
        made_on: Day of printing, in words.
        pages: Most pages of a form.
        layouts: Key of each layout and how many forms have it.
        doors: In walking order.
    """

    company: str
    phone: str
    is_demo: bool
    campaign: str
    community: str
    building: str
    order: int
    form: str
    language: str
    made_on: str
    pages: int
    layouts: Sequence[tuple[str, int]]
    doors: Sequence[Door]


def print_cover(cover: Cover) -> bytes:
    """Return the cover as PDF: one page, and further ones for the list of doors."""
    rooms = {door.room: printable(door.room) for door in cover.doors}
    return print_pdf(
        "report/forms_cover.html",
        cover=cover,
        rooms=rooms,
        community=printable(cover.community),
        building=printable(cover.building),
        leaves=(cover.pages + 1) // 2,
        listed=_in_columns(cover.doors),
    )


def _in_columns(doors: Sequence[Door]) -> list[list[Sequence[Door]]]:
    """Return the doors page by page and column by column; the first page has less room."""
    pages: list[list[Sequence[Door]]] = []
    rest = doors
    rows = _FIRST_ROWS
    while rest:
        page, rest = rest[: rows * _COLUMNS], rest[rows * _COLUMNS :]
        pages.append([page[at : at + rows] for at in range(0, len(page), rows)])
        rows = _ROWS
    return pages
