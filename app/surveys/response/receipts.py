"""Receipt codes (回执码): ten random letters and digits and a check, made to be read aloud."""

import secrets

# Without 0 O, 1 I L, U (read as V) and Z (read as 2). 29 signs:
# a prime, so the check finds every single wrong sign and every swap of two.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXY"
LENGTH = 11
_RANDOM = LENGTH - 1
_GROUPS = (4, 8)


def make_receipt() -> str:
    """Return a new receipt code, unguessable: 29**10 possibilities."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(_RANDOM))
    return letters + _check(letters)


def format_receipt(code: str) -> str:
    """Return a code in groups, as people copy it: ``ABCD-EFGH-JKM``."""
    first, second = _GROUPS
    return "-".join((code[:first], code[first:second], code[second:]))


def read_receipt(text: str) -> str | None:
    """Return the code somebody typed, in its one form; None when it cannot be one."""
    code = "".join(text.split()).replace("-", "").upper()
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code if _check(code[:_RANDOM]) == code[_RANDOM] else None


def _check(letters: str) -> str:
    total = sum(place * ALPHABET.index(letter) for place, letter in enumerate(letters, 2))
    return ALPHABET[total % len(ALPHABET)]
