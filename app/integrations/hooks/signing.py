"""Signatures of messages after Standard Webhooks 1.0, version v1 (HMAC-SHA-256). Pure."""

import base64
import hashlib
import hmac
from datetime import datetime

PREFIX = "whsec_"


def secret_text(secret: bytes) -> str:
    """Return a secret as it is handed over."""
    return PREFIX + base64.b64encode(secret).decode()


def headers_of(secret: str, name: str, body: str, *, now: datetime) -> dict[str, str]:
    """Return the three headers of a message.

    Args:
        secret: As `secret_text` writes it.
        name: Of the message; the same at every try.
        body: What is sent.
        now: When it is sent; receivers refuse what is old.
    """
    key = base64.b64decode(secret.removeprefix(PREFIX))
    stamp = str(int(now.timestamp()))
    signed = f"{name}.{stamp}.{body}".encode()
    mark = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": f"v1,{mark}"}
