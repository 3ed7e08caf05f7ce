"""Large register files between upload and import: sealed piece by piece, never whole in memory."""

import base64
import io
import secrets
import struct
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from app.vault import Vault, VaultKeyError

LIFE = timedelta(days=1)
LARGEST = 250_000_000  # bytes of one file
_PIECE = 1 << 20
_LENGTH = struct.Struct(">I")
_NAME = 32  # random bytes of a file's name


class FileTooLargeError(ValueError):
    """The upload is larger than any register; nothing was kept."""


class FileGoneError(LookupError):
    """The file was imported, left or forgotten, or is damaged; carries its name."""


class RegisterFiles:
    """A folder of sealed uploads.

    Each piece is bound to its file and its place, and the last one says so: pieces that are
    moved, lost or added cannot be opened.
    """

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    def keep(self, stream: BinaryIO) -> tuple[str, int]:
        """Store an upload and return its name and size.

        Raises:
            FileTooLargeError: There are more bytes than a register can have.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        name = secrets.token_hex(_NAME)
        size = 0
        path = self._folder / name
        try:
            with path.open("xb") as file:
                piece, at = stream.read(_PIECE), 0
                while piece or at == 0:
                    size = _within(size + len(piece))
                    following = stream.read(_PIECE)
                    sealed = self._vault.seal(
                        base64.b64encode(piece).decode(),
                        _purpose(name, at, is_last=not following),
                    )
                    file.write(_LENGTH.pack(len(sealed)) + sealed)
                    piece, at = following, at + 1
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        return name, size

    def opener(self, name: str) -> Callable[[], BinaryIO]:
        """Return what opens a stored upload from the start, as often as it is called."""
        return lambda: io.BufferedReader(_Opened(self._pieces(name)), _PIECE)

    def forget(self, name: str) -> None:
        """Delete an upload; one that is gone already is no error."""
        (self._folder / name).unlink(missing_ok=True)
        (self._folder / f"{name}.progress").unlink(missing_ok=True)

    def forget_before(self, instant: datetime) -> None:
        """Delete what was stored before an instant."""
        for path in self._folder.glob("*"):
            if path.stat().st_mtime < instant.timestamp():
                path.unlink(missing_ok=True)

    def tell_progress(self, name: str, percent: int) -> None:
        """Note how far the work on an upload is.

        Not in the database: SQLite has one writer, and that is the import itself.
        """
        path = self._folder / f"{name}.progress"
        path.write_text(str(percent), "ascii")

    def progress(self, name: str) -> int:
        """Return how far the work is, in percent."""
        try:
            return int((self._folder / f"{name}.progress").read_text("ascii"))
        except (FileNotFoundError, ValueError):
            return 0

    def _pieces(self, name: str) -> Iterator[bytes]:
        try:
            with (self._folder / name).open("rb") as file:
                head, at = file.read(_LENGTH.size), 0
                while head:
                    sealed = file.read(_LENGTH.unpack(head)[0])
                    head = file.read(_LENGTH.size)
                    purpose = _purpose(name, at, is_last=not head)
                    yield base64.b64decode(self._vault.open(sealed, purpose))
                    at += 1
        except (FileNotFoundError, VaultKeyError, struct.error) as error:
            raise FileGoneError(name) from error


class _Opened(io.RawIOBase):
    """The pieces of an upload as one stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """Say that this can be read."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; 0 at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def _within(size: int) -> int:
    if size > LARGEST:
        raise FileTooLargeError
    return size


def _purpose(name: str, at: int, *, is_last: bool) -> str:
    return f"register-file-{name}-{at}{'-last' if is_last else ''}"
