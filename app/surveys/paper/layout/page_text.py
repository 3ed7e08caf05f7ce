"""The text of a page code, taken apart without the key: for the reader, which has none.

``LS1`` and 32 letters and digits of base 32 fit level H of a QR code of 29 modules: campaign 4,
layout 6, sheet 9, page 1, copy 2, check 10.
"""

from dataclasses import dataclass

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARK = "LS1"
CAMPAIGN, LAYOUT, SHEET, PAGE, COPY, CHECK = 4, 6, 9, 1, 2, 10
BODY = CAMPAIGN + LAYOUT + SHEET + PAGE + COPY
LENGTH = len(MARK) + BODY + CHECK
_VALUES = {sign: value for value, sign in enumerate(ALPHABET)}


class UnknownCodeError(ValueError):
    """The text is no page code of ours."""


@dataclass(frozen=True, slots=True)
class PageText:
    """What a page code says; nobody has checked yet whether it is true.

    Attributes:
        campaign: Number of the campaign.
        layout: Key of the layout.
        sheet: Public number of the household's sheet.
        page: From 1.
        copy: From 1.
        check: The truncated HMAC.
    """

    campaign: int
    layout: str
    sheet: int
    page: int
    copy: int
    check: str


def split_code(text: str) -> PageText:
    """Take a page code apart.

    Raises:
        UnknownCodeError: It is none.
    """
    if len(text) != LENGTH or not text.startswith(MARK):
        raise UnknownCodeError(text[:60])
    rest = text[len(MARK) :]
    if any(sign not in _VALUES for sign in rest):
        raise UnknownCodeError(text)
    parts = []
    for size in (CAMPAIGN, LAYOUT, SHEET, PAGE, COPY, CHECK):
        parts.append(rest[:size])
        rest = rest[size:]
    campaign, layout, sheet, page, copy, check = parts
    return PageText(_number(campaign), layout, _number(sheet), _number(page), _number(copy), check)


def join_body(*, campaign: int, layout: str, sheet: int, page: int, copy: int) -> str:
    """Return the text of a page code without its check.

    Raises:
        ValueError: A number has no room.
    """
    if len(layout) != LAYOUT or any(sign not in _VALUES for sign in layout):
        raise ValueError(layout)
    return (
        MARK
        + digits(campaign, CAMPAIGN)
        + layout
        + digits(sheet, SHEET)
        + digits(page, PAGE)
        + digits(copy, COPY)
    )


def digits(number: int, size: int) -> str:
    """Return a number in base 32 with so many digits.

    Raises:
        ValueError: It has no room.
    """
    if not 0 <= number < 1 << 5 * size:
        raise ValueError(number)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(5 * (size - 1), -1, -5))


def _number(text: str) -> int:
    value = 0
    for sign in text:
        value = value << 5 | _VALUES[sign]
    return value
