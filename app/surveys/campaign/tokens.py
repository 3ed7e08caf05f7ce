"""Answer tokens (答题凭证): made from the vault, so letters can be printed again; stored hashed."""

import hashlib

from app.vault import Vault

# Crockford's base 32: no i, l, o, u, so that a typed token survives the usual misreadings.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_BYTES = 16
TOKEN_LENGTH = 26  # 128 bits in letters of five bits
_LOOK_ALIKES = str.maketrans({"o": "0", "i": "1", "l": "1", "-": None, " ": None})


def make_token(vault: Vault, pseudonym: str) -> str:
    """Return the token of a household in a campaign: 26 letters and digits, 128 bits."""
    number = int.from_bytes(vault.keyed_hash("token", pseudonym)[:_BYTES])
    return "".join(
        _ALPHABET[number >> shift & 31] for shift in range(5 * (TOKEN_LENGTH - 1), -1, -5)
    )


def normalise_token(token: str) -> str:
    """Return a typed token in its one form: lower case, no blanks or hyphens, no look-alikes."""
    return token.lower().translate(_LOOK_ALIKES)


def hash_token(token: str) -> bytes:
    """Return the stored form of a token, typed in any case and with the usual misreadings."""
    return hashlib.sha256(normalise_token(token).encode("utf-8", "replace")).digest()


def link(public_url: str, token: str) -> str:
    """Return the address printed on the letter and in the QR code."""
    return f"{public_url}/t/{token}"
