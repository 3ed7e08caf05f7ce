"""One ZIP for each order: its files, a manifest of their digests, the order's number everywhere."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

SCHEMA = "linsheng-export/1"
MANIFEST = "manifest.json"
_PIECE = 1 << 20
_LEVEL = 3  # far less time than the usual 6, and the file hardly grows


@dataclass(frozen=True, slots=True)
class Made:
    """A finished ZIP.

    Attributes:
        rows: Homes, or lines of tables.
        snapshot: Digest of what it was made from.
        left_out: Forms that were ordered and are not there, with a code of the reason.
        communities: Keys of the communities that stand in it.
    """

    rows: int
    snapshot: str
    left_out: Mapping[str, str] = field(default_factory=dict)
    communities: frozenset[int] = frozenset()


class Archive:
    """Writes members into one folder of a ZIP and remembers their digests."""

    def __init__(self, path: Path, *, folder: str, number: str, made_at: datetime) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)
        self._zip.comment = number.encode()
        self._folder = folder
        self._day = made_at.timetuple()[:6]
        self.members: list[dict[str, str | int]] = []

    @property
    def names(self) -> list[str]:
        """Return the names of the members so far."""
        return [str(one["name"]) for one in self.members]

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """Open a member for writing bytes."""
        with self._zip.open(self._info(name), "w", force_zip64=True) as target:
            counted = _Counted(target)
            yield cast("BinaryIO", counted)
        self.members.append(
            {"name": name, "sha256": counted.digest.hexdigest(), "size": counted.size}
        )

    @contextmanager
    def text(self, name: str) -> Iterator[io.TextIOWrapper]:
        """Open a member for writing text as UTF-8, line ends as they are written."""
        with self.member(name) as target:
            written = io.TextIOWrapper(target, encoding="utf-8", newline="")
            yield written
            written.flush()
            written.detach()

    def add(self, name: str, content: bytes) -> None:
        """Add a member."""
        with self.member(name) as target:
            target.write(content)

    def add_made(self, name: str, path: Path, make: Callable[[Path], None]) -> None:
        """Add a file that something else writes to a path."""
        make(path)
        with self.member(name) as target, path.open("rb") as source:
            while piece := source.read(_PIECE):
                target.write(piece)
        path.unlink()

    def close(self, facts: Mapping[str, object]) -> None:
        """Add the manifest and finish the ZIP."""
        content = {"schema": SCHEMA, **facts, "files": self.members}
        text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
        self._zip.writestr(self._info(MANIFEST), text)
        self._zip.close()

    def _info(self, name: str) -> zipfile.ZipInfo:
        year, month, day, hour, minute, second = self._day
        info = zipfile.ZipInfo(
            f"{self._folder}/{name}", (year, month, day, hour, minute, second // 2 * 2)
        )
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


class _Counted(io.RawIOBase):
    """Passes bytes on, counts them and their digest."""

    def __init__(self, target: IO[bytes]) -> None:
        self._target = target
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        piece = bytes(content)
        self._target.write(piece)
        self.digest.update(piece)
        self.size += len(piece)
        return len(piece)


def digest_of_many(digests: Sequence[str]) -> str:
    """Return one digest for the snapshots of several communities: SHA-256 of their lines.

    One snapshot stands for itself.
    """
    if len(digests) == 1:
        return digests[0]
    return hashlib.sha256("\n".join(digests).encode()).hexdigest()
