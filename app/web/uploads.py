"""Uploaded files between check and confirmation: sealed, in a folder of their own, for an hour."""

import base64
import os
from datetime import datetime, timedelta

from app.storage import DamagedFileError, MissingFileError, Storage
from app.vault import VaultKeyError
from app.web.services import services

LIFE = timedelta(hours=1)


class UploadGoneError(LookupError):
    """The upload was applied, left or forgotten, or is one of another kind."""


def keep(content: bytes, kind: str) -> str:
    """Store an upload, sealed because registers hold names and phones; forget old ones.

    Args:
        content: The bytes of the file.
        kind: What it is for: only `read` with the same word opens it again.

    Returns:
        The digest it is asked for by.
    """
    now = services().now()
    _forget_before(now - LIFE)
    sealed = services().vault.seal(base64.b64encode(content).decode(), f"upload-{kind}")
    digest = _folder().put(sealed)
    # The age is counted on the clock of the application.
    os.utime(_folder().path(digest), (now.timestamp(), now.timestamp()))
    return digest


def read(digest: str, kind: str) -> bytes:
    """Return an upload as it came.

    Raises:
        UploadGoneError: There is no such upload of this kind.
    """
    try:
        sealed = _folder().get(digest)
        return base64.b64decode(services().vault.open(sealed, f"upload-{kind}"))
    except (MissingFileError, DamagedFileError, VaultKeyError) as error:
        raise UploadGoneError(digest) from error


def forget(digest: str) -> None:
    """Delete an upload; one that is gone already is no error."""
    _folder().path(digest).unlink(missing_ok=True)


def _forget_before(instant: datetime) -> None:
    for path in (services().config.instance / "uploads").glob("*/*"):
        if path.stat().st_mtime < instant.timestamp():
            path.unlink(missing_ok=True)


def _folder() -> Storage:
    return Storage(services().config.instance / "uploads")
