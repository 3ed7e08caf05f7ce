"""What a tablet does with an interview before it sends it, written a second time for the tests."""

import base64
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def seal(public_key: str, content: bytes) -> str:
    """Seal for the server whose key this is."""
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(
        ec.SECP256R1(), base64.b64decode(public_key)
    )
    own = ec.generate_private_key(ec.SECP256R1())
    shared = own.exchange(ec.ECDH(), theirs)
    key = HKDF(SHA256(), 32, salt=None, info=b"linsheng:interview").derive(shared)
    nonce = os.urandom(12)
    point = own.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    body = AESGCM(key).encrypt(nonce, content, None)
    return base64.b64encode(b"\x01" + point + nonce + body).decode()


def seal_interview(package, asked, raw, *, key: str = "visit-0001", **more) -> str:
    """Seal an interview of the home that was asked; `more` replaces what a tablet would write."""
    data = {
        "home": asked["id"],
        "key": key,
        "staff": package["staff"],
        "language": "zh-Hans",
        "form": "elder",
        "helped": "family",
        "began_at": "2026-11-02T09:00:00.000Z",
        "ended_at": "2026-11-02T09:06:00.000Z",
        "raw": raw,
        **more,
    }
    return seal(package["key"], json.dumps(data).encode())


def least_answers(package, home) -> dict[str, list[str]]:
    """Return the fewest answers that make this home's answer valid: the best point of each."""
    about = package["instruments"][home["instrument"]]
    raw = {}
    for need in about["needs"]:
        for name in need["fields"][: need["least"]]:
            raw[name] = [about["fields"][name]["choices"][0]["value"]]
    return raw
