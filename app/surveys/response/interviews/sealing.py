"""Interviews on their way: a tablet seals them for the server and cannot open them again.

The tablet holds a public key only (P-256). Each interview gets a key of its own from a fresh key
pair (ECDH, HKDF-SHA-256) and is sealed with AES-256-GCM. Losing a tablet loses no answer to
whoever finds it.
"""

import base64

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.surveys.response.errors import ResponseError
from app.vault import Vault

_INFO = b"linsheng:interview"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_VERSION, _POINT, _NONCE = 1, 65, 12


class UnreadableInterviewError(ResponseError):
    """What a tablet sent was not sealed for this server, or was changed on the way."""


def public_key(vault: Vault) -> str:
    """Return the key interviews are sealed for: base 64 of an uncompressed point."""
    point = _private_key(vault).public_key()
    return base64.b64encode(
        point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    ).decode()


def open_sealed(vault: Vault, sealed: str) -> bytes:
    """Return what a tablet sealed.

    Raises:
        UnreadableInterviewError: It was sealed for another server, or damaged.
    """
    try:
        content = base64.b64decode(sealed, validate=True)
        if content[:1] != bytes([_VERSION]):
            raise UnreadableInterviewError
        point, rest = content[1 : 1 + _POINT], content[1 + _POINT :]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
        shared = _private_key(vault).exchange(ec.ECDH(), theirs)
        key = HKDF(SHA256(), 32, salt=None, info=_INFO).derive(shared)
        return AESGCM(key).decrypt(rest[:_NONCE], rest[_NONCE:], None)
    except (InvalidTag, ValueError) as error:
        raise UnreadableInterviewError from error


def _private_key(vault: Vault) -> ec.EllipticCurvePrivateKey:
    """Derive the key from the root key: nothing more to keep, back up or lose."""
    number = int.from_bytes(vault.keyed_hash("interview-key", "v1"))
    return ec.derive_private_key(number % (_ORDER - 1) + 1, ec.SECP256R1())
