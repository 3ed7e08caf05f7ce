"""The outbox: every message as a file, exactly as its provider would get it. Nothing leaves."""

import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from app.clock import beijing_date
from app.surveys.distribution.models import SendChannel
from app.surveys.distribution.providers.message import Outgoing, Provider

FOLDER = "outbox"
RECEIPT = "outbox"


@dataclass(frozen=True, slots=True)
class OutboxFile:
    """One file of the outbox."""

    channel: str
    day: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Outbox:
    """Writes what a provider composes into a folder only this program may read.

    Attributes:
        folder: The outbox of the installation.
        channel: Which part of it.
        provider: Composes the messages.
    """

    folder: Path
    channel: SendChannel
    provider: Provider

    @property
    def suffix(self) -> str:
        """Return the ending of its files."""
        return self.provider.suffix

    def compose(self, message: Outgoing, *, attempt: int, now: datetime) -> bytes:
        """Return what would go over the network."""
        return self.provider.compose(message, attempt=attempt, now=now)

    def send(self, message: Outgoing, *, attempt: int, now: datetime) -> str:
        """Write one message; writing it again puts the same file in its place."""
        content = self.provider.compose(message, attempt=attempt, now=now)
        place = self.folder / self.channel.value / beijing_date(now).isoformat()
        make_private(place)
        handle, name = tempfile.mkstemp(dir=place)  # readable by its owner only
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(place / f"{message.key}.{self.suffix}")
        return RECEIPT


def make_private(folder: Path) -> None:
    """Make a folder nobody else on the machine can read."""
    for part in (folder.parent.parent, folder.parent, folder):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)


def list_days(folder: Path) -> list[tuple[str, str, int]]:
    """Return channel, day and number of files of an outbox, the latest day first."""
    found = [
        (place.parent.name, place.name, sum(1 for _file in place.iterdir()))
        for place in folder.glob("*/*")
        if place.is_dir() and _is_day(place.name)
    ]
    return sorted(found, key=lambda one: (one[1], one[0]), reverse=True)


def list_files(folder: Path, channel: SendChannel, day: date, most: int) -> list[OutboxFile]:
    """Return the first files of one day of a channel by name."""
    place = folder / channel.value / day.isoformat()
    names = sorted(path.name for path in _files(place))[:most]
    return [
        OutboxFile(channel.value, day.isoformat(), name, (place / name).stat().st_size)
        for name in names
    ]


def read_file(folder: Path, channel: SendChannel, day: date, name: str) -> bytes | None:
    """Return one file of an outbox, None when there is none of this name."""
    place = folder / channel.value / day.isoformat()
    known = {path.name: path for path in _files(place)}
    return known[name].read_bytes() if name in known else None


def drop_old(folder: Path, *, days: int, now: datetime) -> int:
    """Delete the files older than so many days and return how many there were."""
    oldest = (beijing_date(now) - timedelta(days=days)).isoformat()
    dropped = 0
    for place in folder.glob("*/*"):
        if place.is_dir() and _is_day(place.name) and place.name < oldest:
            for file in place.iterdir():
                file.unlink()
                dropped += 1
            place.rmdir()
    return dropped


def _files(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (path for path in place.iterdir() if path.suffix in {".http", ".eml"})


def _is_day(name: str) -> bool:
    try:
        date.fromisoformat(name)
    except ValueError:
        return False
    return True
