"""Page codes: what the QR codes of a printed questionnaire say, and the code a clerk can key.

The QR code names campaign, layout, the household's sheet, page and copy, and ends in a truncated
HMAC, so that nobody makes a page of a home without the key. It never holds the owner's token. The
code printed beneath names sheet and page alone; the sheet's number is random, and a check symbol
finds every wrong symbol and every swap.
"""

import hmac
from dataclasses import dataclass

from app.surveys.campaign import codes
from app.surveys.paper.layout.page_text import (
    CHECK,
    PAGE,
    SHEET,
    UnknownCodeError,
    digits,
    join_body,
    split_code,
)
from app.vault import Vault

SHEET_BITS = 5 * SHEET
MOST_COPIES = 1023
_TYPED = SHEET + PAGE
_PURPOSE = "page-code"


class ForgedCodeError(ValueError):
    """The text has the form of a page code, but nobody with the key made it."""


@dataclass(frozen=True, slots=True)
class PageCode:
    """What a page code says.

    Attributes:
        sheet: Public number of the household's sheet (`paper_sheet.number`).
        page: From 1.
        copy: From 1.
        layout: Key of the layout.
        campaign: Number of the campaign.
    """

    sheet: int
    page: int
    copy: int
    layout: str
    campaign: int


def make_code(vault: Vault, code: PageCode) -> str:
    """Return the text of the QR code of a page."""
    body = join_body(
        campaign=code.campaign,
        layout=code.layout,
        sheet=code.sheet,
        page=code.page,
        copy=code.copy,
    )
    return body + _check(vault, body)


def read_code(vault: Vault, text: str) -> PageCode:
    """Read the text of a QR code.

    Raises:
        UnknownCodeError: It is no page code.
        ForgedCodeError: Its check is wrong: another installation's, altered, or made up.
    """
    said = split_code(text)
    if not hmac.compare_digest(said.check, _check(vault, text[:-CHECK])):
        raise ForgedCodeError(text)
    return PageCode(said.sheet, said.page, said.copy, said.layout, said.campaign)


def make_typed(sheet: int, page: int) -> str:
    """Return the code printed beneath the QR code, in groups."""
    return codes.format_code(codes.make_code(sheet << 5 * PAGE | page, _TYPED))


def read_typed(text: str) -> tuple[int, int]:
    """Return sheet and page of a code somebody keyed.

    Raises:
        CodeSlipError: It cannot be one (`app.surveys.campaign.codes`).
    """
    plain = codes.read_code(text, _TYPED)
    number = 0
    for sign in plain[:-1]:
        number = number << 5 | codes.ALPHABET.index(sign)
    return number >> 5 * PAGE, number & 31


def _check(vault: Vault, body: str) -> str:
    value = int.from_bytes(vault.keyed_hash(_PURPOSE, body)[:8])
    return digits(value >> 64 - 5 * CHECK, CHECK)


__all__ = [
    "MOST_COPIES",
    "SHEET_BITS",
    "ForgedCodeError",
    "PageCode",
    "UnknownCodeError",
    "make_code",
    "make_typed",
    "read_code",
    "read_typed",
]
