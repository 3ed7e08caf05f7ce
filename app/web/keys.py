"""Numbers that name things: in the address of a page, in its arguments, in what a form sends."""

from werkzeug.datastructures import MultiDict
from werkzeug.routing import IntegerConverter, Map

LAST = 2**31 - 1  # no table has a greater key; a greater one would be an error of the database


class KeyConverter(IntegerConverter):
    """The whole numbers of a path: one that no key can be is an address that does not exist."""

    def __init__(self, addresses: Map, fixed_digits: int = 0) -> None:
        super().__init__(addresses, fixed_digits, min=0, max=LAST)


def key_in(text: str | None) -> int | None:
    """Return the key a text names, None when it names none."""
    if not text or not (text.isascii() and text.isdigit() and len(text) < 11):
        return None
    key = int(text)
    return key if key <= LAST else None


def keys_in(values: MultiDict[str, str], name: str) -> list[int]:
    """Return the keys that stand under a name; what names none is left out."""
    found = (key_in(text) for text in values.getlist(name))
    return [key for key in found if key is not None]
