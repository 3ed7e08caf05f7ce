"""What an import would do: counts and rows to look at before anything is written. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from app.surveys.register.errors import Problem
from app.surveys.register.models import ImportantReason
from app.surveys.register.parsing import Parsed

SHOWN = 200  # homes of each kind a dry run keeps to look at; the counts are always complete


class Change(StrEnum):
    """What an import does to one home."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class ShownHome:
    """One home of the file to look at: what happens to it, and which fields are different.

    Attributes:
        line: Line of the file.
        community: Name of the community.
        building, room: As the file writes them.
        important: Why the household is important, None when it is not.
        household_id: Key in the register, None for a new home.
        fields: What is different; of a new home what is told about its people.
    """

    line: int
    community: str
    building: str
    room: str
    important: ImportantReason | None
    household_id: int | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlaceChange:
    """One value of a community or building that an import changes.

    Attributes:
        community: Name of the community, as the register has it.
        building: Building as the register writes it, "" for the community itself.
        field: "name", "city", "office", "office_phone", "region", "handed_over_on", "retired_on"
            (a retired community is taken back) or "lift".
        old, new: Values; days as 2026-03-01, a lift as "yes" or "no".
    """

    community: str
    building: str
    field: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class MissingHome:
    """A living home of the register that the file does not mention; it stays as it is."""

    community: str
    building: str
    room: str


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """The dry run of an import.

    Attributes:
        encoding: How the file was decoded.
        ignored: Headers nobody asked for.
        communities: Codes of the communities of the file.
        new_communities: Names of the communities the register does not have yet.
        changed_communities: Names of those whose own data the file changes, or their lifts.
        places: What it changes there, value by value, the first of them.
        place_count: How many values there are.
        counts: How many homes are new, changed, unchanged.
        shown: The first homes of each kind, in order of the file.
        missing: The first homes of the file's communities that the file leaves out.
        missing_count: How many there are.
        important: How many homes of the file are important customers.
        errors: What keeps the file from being imported, in order of lines, the first thousands.
        error_count: How many problems there are.
        parsed: The content of the file, for writing.
        fingerprint: The same for two plans that would write the same.
    """

    encoding: str
    ignored: tuple[str, ...]
    communities: tuple[str, ...]
    new_communities: tuple[str, ...]
    changed_communities: tuple[str, ...]
    places: tuple[PlaceChange, ...]
    place_count: int
    counts: Mapping[Change, int]
    shown: Mapping[Change, tuple[ShownHome, ...]]
    missing: tuple[MissingHome, ...]
    missing_count: int
    important: int
    errors: tuple[Problem, ...]
    error_count: int
    parsed: Parsed
    fingerprint: str

    def count(self, change: Change) -> int:
        """Return how many homes are new, changed or unchanged."""
        return self.counts[change]

    @property
    def homes(self) -> int:
        """Return how many homes the file has."""
        return sum(self.counts.values())

    @property
    def changes_anything(self) -> bool:
        """Say whether an import would write anything."""
        return bool(
            self.count(Change.NEW)
            or self.count(Change.CHANGED)
            or self.new_communities
            or self.changed_communities
        )
