"""What a register file says about communities, buildings and homes, already normalised. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from app.surveys.register.models import ImportantReason

# Between the parts of a home and between homes: a file that holds one of them is refused.
_PART, _END = "\x1f", "\x1e"
_REASONS = tuple(ImportantReason)
_PLACES = {reason: str(place) for place, reason in enumerate(_REASONS)}


@dataclass(frozen=True, slots=True)
class CommunityCells:
    """What the file says about a community; None where it has no such column or a blank."""

    line: int
    code: str
    name: str
    city: str | None
    office: str | None
    office_phone: str | None
    region: str | None
    handed_over_on: date | None


@dataclass(frozen=True, slots=True)
class BuildingCells:
    """What the file says about a building; `has_lift` is None where it does not say."""

    line: int
    community: str
    code: str
    has_lift: bool | None


class HomeCells(NamedTuple):
    """What the file says about a home.

    Attributes:
        line: Line of the file.
        room: Room as written, half-width.
        owner: Name, "" when the file names nobody.
        phone: Digits, None when the file gives none.
        important: Why the household is important, None when it is not.
    """

    line: int
    room: str
    owner: str
    phone: str | None
    important: ImportantReason | None


@dataclass(slots=True)
class HomeStore:
    """The homes of one building, packed: a million of them as objects would not fit."""

    count: int = 0
    packed: bytearray = field(default_factory=bytearray)

    def add(
        self, line: int, room: str, owner: str, phone: str | None, important: ImportantReason | None
    ) -> None:
        """Keep one home."""
        place = _PLACES[important] if important else ""
        self.packed += (
            f"{line}{_PART}{room}{_PART}{owner}{_PART}{phone or ''}{_PART}{place}{_END}".encode()
        )
        self.count += 1

    def __iter__(self) -> Iterator[HomeCells]:
        """Yield the homes in order of the file."""
        for packed in self.packed.decode().split(_END)[:-1]:
            line, room, owner, phone, place = packed.split(_PART)
            important = _REASONS[int(place)] if place else None
            yield HomeCells(int(line), room, owner, phone or None, important)
