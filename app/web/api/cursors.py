"""Cursors of pages: the last key shown, signed, so that nobody makes one up."""

import base64
import binascii
import hmac

from app.vault import Vault
from app.web.keys import LAST

_MARK = 8  # bytes of the signature


class CursorError(ValueError):
    """A cursor that was not made for this list."""


def make_cursor(vault: Vault, place: str, last: int) -> str:
    """Return the cursor behind a key.

    Args:
        vault: Signs it.
        place: Which list, with everything it is narrowed to.
        last: Key of the last row shown.
    """
    mark = _sign(vault, place, last)
    return base64.urlsafe_b64encode(last.to_bytes(4, "big") + mark).decode().rstrip("=")


def read_cursor(vault: Vault, place: str, text: str) -> int:
    """Return the key a cursor stands behind.

    Raises:
        CursorError: It was made for another list, or by somebody else.
    """
    try:
        raw = base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
    except (ValueError, binascii.Error) as error:
        raise CursorError from error
    last = int.from_bytes(raw[:4], "big")
    is_ours = hmac.compare_digest(raw[4:], _sign(vault, place, last))
    if len(raw) != 4 + _MARK or not is_ours or last > LAST:
        raise CursorError
    return last


def _sign(vault: Vault, place: str, last: int) -> bytes:
    return vault.keyed_hash("api-cursor", f"{place}\n{last}")[:_MARK]
