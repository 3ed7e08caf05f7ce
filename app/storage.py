"""Write-once files named by their SHA-256: snapshots, reports. On disk, later elsewhere."""

import hashlib
import os
import tempfile
from pathlib import Path


class DamagedFileError(RuntimeError):
    """A stored file no longer has the content its name promises; carries the digest."""


class MissingFileError(FileNotFoundError):
    """No file with this digest is stored; carries the digest."""


class Storage:
    """A folder of immutable files; the name of a file is the SHA-256 of its bytes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Return where the file with this digest lies (it need not exist)."""
        if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
            raise MissingFileError(digest)
        return self._folder / digest[:2] / digest

    def put(self, content: bytes) -> str:
        """Store bytes durably and return their digest; storing the same bytes again is free."""
        digest = hashlib.sha256(content).hexdigest()
        target = self.path(digest)
        if target.exists():
            return digest
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """Return the stored bytes, checked against their digest.

        Raises:
            MissingFileError: Nothing is stored under this digest.
            DamagedFileError: The bytes changed since they were stored.
        """
        path = self.path(digest)
        if not path.exists():
            raise MissingFileError(digest)
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedFileError(digest)
        return content
