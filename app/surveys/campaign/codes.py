"""Codes that people type: Crockford's base 32 with a check symbol that finds misreadings.

The symbols of a code and its check are the coefficients of a polynomial over the field of 32
elements, and its value at a generator of the field is zero. So every single wrong symbol and
every swap of two symbols, next to each other or not, is found without asking anybody.
"""

import unicodedata
from enum import StrEnum

# No i, l, o, u: they are read as 1, 1, 0 and v.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LOOK_ALIKES = {"o": "0", "i": "1", "l": "1", "u": "v"}
_SYMBOL_BITS = 5
_MODULUS = 0b100101  # x^5 + x^2 + 1, primitive
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
_SEPARATORS = frozenset(" \t\r\n-_.·•/‐‑‒–—―−")
_GROUP = 4


class Slip(StrEnum):
    """What is wrong with a typed code; a slip of the pen, found without asking the database."""

    SHORT = "short"
    LONG = "long"
    SIGN = "sign"  # holds something that is no symbol of these codes
    SYMBOL = "symbol"  # a symbol is wrong, or two were swapped


class CodeSlipError(ValueError):
    """A typed code cannot be one of ours.

    Attributes:
        slip: What is wrong.
    """

    def __init__(self, slip: Slip) -> None:
        super().__init__(slip)
        self.slip = slip


def make_code(number: int, symbols: int) -> str:
    """Return a code of so many symbols from the lowest bits of a number, and its check symbol."""
    shifts = range(_SYMBOL_BITS * (symbols - 1), -1, -_SYMBOL_BITS)
    code = "".join(ALPHABET[number >> shift & 31] for shift in shifts)
    return code + ALPHABET[_times_generator(_value_of(code))]


def read_code(text: str, symbols: int) -> str:
    """Return a typed code in its one form: any case, any grouping, full-width, look-alikes.

    Args:
        text: As typed.
        symbols: Symbols of such codes, without the check.

    Raises:
        CodeSlipError: It cannot be one; says what is wrong with it.
    """
    plain = unicodedata.normalize("NFKC", text[:200]).lower()
    kept = [LOOK_ALIKES.get(sign, sign) for sign in plain if sign not in _SEPARATORS]
    if any(sign not in _VALUES for sign in kept):
        raise CodeSlipError(Slip.SIGN)
    if len(kept) != symbols + 1:
        raise CodeSlipError(Slip.SHORT if len(kept) <= symbols else Slip.LONG)
    if _value_of(kept):
        raise CodeSlipError(Slip.SYMBOL)
    return "".join(kept)


def format_code(code: str) -> str:
    """Return a code as it is printed: capitals in groups of four, a last single one joined."""
    capitals = code.upper()
    cuts = list(range(0, len(capitals), _GROUP))
    if len(capitals) - cuts[-1] == 1:
        cuts.pop()
    return "-".join(
        capitals[start:end] for start, end in zip(cuts, [*cuts[1:], len(capitals)], strict=True)
    )


def _value_of(symbols: str | list[str]) -> int:
    value = 0
    for symbol in symbols:
        value = _times_generator(value) ^ _VALUES[symbol]
    return value


def _times_generator(value: int) -> int:
    doubled = value << 1
    return doubled ^ _MODULUS if doubled & 32 else doubled
