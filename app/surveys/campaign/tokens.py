"""Answer tokens (答题凭证) and the short codes to type; stored hashed.

Both are made from the vault, so that letters can be printed again. The token is the link and the
QR code; the short code stands beside it for those who cannot scan.
"""

import hashlib

from app.surveys.campaign.codes import ALPHABET, LOOK_ALIKES, make_code, read_code
from app.vault import Vault

_BYTES = 16
TOKEN_LENGTH = 26  # 128 bits in letters of five bits
CODE_SYMBOLS = 12  # 60 bits, and a check symbol behind them
_FOLDED = str.maketrans({**LOOK_ALIKES, "u": "u", "-": None, " ": None})


def make_token(vault: Vault, pseudonym: str) -> str:
    """Return the token of a household in a campaign: 26 letters and digits, 128 bits."""
    number = int.from_bytes(vault.keyed_hash("token", pseudonym)[:_BYTES])
    return "".join(
        ALPHABET[number >> shift & 31] for shift in range(5 * (TOKEN_LENGTH - 1), -1, -5)
    )


def normalise_token(token: str) -> str:
    """Return a typed token in its one form: lower case, no blanks or hyphens, no look-alikes."""
    return token.lower().translate(_FOLDED)


def hash_token(token: str) -> bytes:
    """Return the stored form of a token, typed in any case and with the usual misreadings."""
    return hashlib.sha256(normalise_token(token).encode("utf-8", "replace")).digest()


def link(public_url: str, token: str) -> str:
    """Return the address printed on the letter and in the QR code."""
    return f"{public_url}/t/{token}"


def make_typed_code(vault: Vault, pseudonym: str) -> str:
    """Return the short code of a household in a campaign: 60 bits and a check symbol."""
    return make_code(int.from_bytes(vault.keyed_hash("code", pseudonym)[:8]), CODE_SYMBOLS)


def read_typed_code(text: str) -> str:
    """Return a short code as somebody typed it, in its one form.

    Raises:
        CodeSlipError: It cannot be one of ours; found without asking the database.
    """
    return read_code(text, CODE_SYMBOLS)


def hash_typed_code(vault: Vault, code: str) -> bytes:
    """Return the stored form of a short code.

    Sixty bits could be tried out on a stolen database, so the hash needs the key of the vault.
    """
    return vault.keyed_hash("code-stored", code)


def code_address(public_url: str) -> str:
    """Return the address at which short codes are typed, as it is printed."""
    return f"{public_url}/c"
