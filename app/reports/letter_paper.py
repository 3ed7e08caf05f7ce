"""Letters and slips of one building as PDF: cover sheet, delivery list, then a page for each home.

For the worker only. The words all homes share are set once; see `letter_stamp`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from math import ceil
from pathlib import Path

from app.reports.context import date_text
from app.reports.letter_stamp import Code, Sheet, Void, Words, stamp
from app.reports.letters import SLIPS_ON_A_SHEET, LetterHead
from app.reports.paper import print_pages
from app.surveys.distribution.models import BatchForm, RunKind

_STYLE = Path(__file__).resolve().parent.parent / "web" / "templates" / "report" / "letters.css"
# The type cases of the template, in its order.
_BOLD, _MONO, _PLAIN = range(3)


@dataclass(frozen=True, slots=True)
class Home:
    """One home of a bundle.

    Attributes:
        number: Running number within the building, from 1, in walking order.
        room: As on the door.
        address: Building and room.
        link: What its QR code opens.
        code: The code to type, in groups.
    """

    number: int
    room: str
    address: str
    link: str
    code: str


@dataclass(frozen=True, slots=True)
class Bundle:
    """The sealed bundle of one building.

    Attributes:
        head: What all letters share.
        building: Its building, as people say it.
        batch: Number of the batch, on the cover and in the log.
        form: Letters or slips.
        kind: The step of the campaign.
        language: Language of the letters.
        door: Where codes are typed.
        made_on: Day of printing, in words.
        homes: In walking order.
    """

    head: LetterHead
    building: str
    batch: int
    form: BatchForm
    kind: RunKind
    language: str
    door: str
    made_on: str
    homes: Sequence[Home]


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed bundle: its bytes, and its pages with the cover."""

    content: bytes
    pages: int


def print_bundle(bundle: Bundle) -> Printed:
    """Return a bundle as PDF. Call it in the language of the letters."""
    sheets = [_letter(bundle, home) for home in bundle.homes]
    if bundle.form is BatchForm.SLIP:
        # Behind the words "type the code of your home", which are shorter in Chinese.
        sheets = slips_of(bundle.homes, 58.0 if bundle.language == "en" else 37.0)
    listed = _in_columns(bundle.homes)
    cases = _cases(sheets)
    content = print_pages(
        "report/letters_bundle.html",
        # The cover and the delivery list stand before the shared page.
        partial(stamp, shared=1 + len(listed), cases=len(cases), sheets=sheets),
        bundle=bundle,
        head=bundle.head,
        sheets=len(sheets),
        listed=listed,
        cases=cases,
        is_slip=bundle.form is BatchForm.SLIP,
        is_reminder=bundle.kind in {RunKind.REMINDER_1, RunKind.REMINDER_2},
        style=_STYLE.read_text("utf-8"),
        date=date_text,
        language=bundle.language,
        places=range(SLIPS_ON_A_SHEET),
    )
    return Printed(content, 1 + len(listed) + len(sheets))


def _letter(bundle: Bundle, home: Home) -> Sheet:
    """Return what is a home's own on its letter; places as in the template."""
    number = f"{home.number} / {len(bundle.homes)}"
    return (
        Words(f"{bundle.head.community} {home.address}", _BOLD, 14, 20, 37.6, 170),
        Code(home.link, 18, 212, 50),
        Words(home.code, _MONO, 16, 74, 244.3, 118),
        Words(number, _PLAIN, 9, 196, 16, 40, is_right=True),
    )


def slips_of(homes: Sequence[Home], code_at: float) -> list[Sheet]:
    """Return what is stamped on each sheet of slips.

    Slips are cut through the whole pile: the first pile holds the first homes, the second pile
    those that follow, so that the piles laid on one another stand in walking order.
    """
    count = ceil(len(homes) / SLIPS_ON_A_SHEET)
    return [
        [
            mark
            for place in range(SLIPS_ON_A_SHEET)
            for mark in _slip(homes, sheet + place * count, place, code_at)
        ]
        for sheet in range(count)
    ]


def _slip(homes: Sequence[Home], at: int, place: int, code_at: float) -> Sheet:
    left, top = place % 2 * 105.0, place // 2 * 74.25
    if at >= len(homes):  # the cutting lines stay
        return (Void(left + 1, top + 1, 103, 72.25),)
    home = homes[at]
    return (
        Words(home.address, _BOLD, 9.5, left + 9, top + 25.6, 49),
        Code(home.link, left + 59, top + 6, 40),
        Words(home.code, _MONO, 11, left + code_at, top + 60.5, 40),
        Words(str(home.number), _PLAIN, 8, left + 9, top + 69.5, 20),
    )


def _cases(sheets: Sequence[Sheet]) -> list[str]:
    """Return the letters each type case has to hold."""
    found: list[set[str]] = [set() for _case in (_BOLD, _MONO, _PLAIN)]
    for sheet in sheets:
        for mark in sheet:
            if isinstance(mark, Words):
                found[mark.case] |= set(mark.text)
    return ["".join(sorted(letters)) for letters in found]


def _in_columns(homes: Sequence[Home]) -> list[list[Sequence[Home]]]:
    """Return the homes page by page and column by column, as the delivery list prints them."""
    rows, columns = 40, 4
    pages = [homes[at : at + rows * columns] for at in range(0, len(homes), rows * columns)]
    return [[page[at : at + rows] for at in range(0, len(page), rows)] for page in pages]
