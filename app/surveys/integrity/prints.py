"""Short digests by which an owner sees that his answer stands unchanged in the frozen data. Pure.

The digest is keyed and binds the receipt code to the bytes of the answer: another answer, or the
same answer under another receipt, has another one, and nobody can find an answer by trying.
"""

from app.surveys.response.receipts import ALPHABET
from app.vault import Vault

LENGTH = 12
_GROUP = 4


def print_of(vault: Vault, receipt: str, vector: bytes) -> str:
    """Return the digest of an answer: twelve letters and digits without lookalikes."""
    number = int.from_bytes(vault.keyed_hash("answer-print", f"{receipt}:{vector.hex()}"))
    letters = []
    for _place in range(LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(letters)


def format_print(text: str) -> str:
    """Return a digest in groups: ``ABCD-EFGH-JKMN``."""
    return "-".join(text[at : at + _GROUP] for at in range(0, LENGTH, _GROUP))
