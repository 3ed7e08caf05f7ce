"""What an import would do: counts and rows to look at before anything is written. Pure."""

from dataclasses import dataclass
from enum import StrEnum

from app.surveys.register.errors import Problem
from app.surveys.register.models import ImportantReason


class Change(StrEnum):
    """What an import does to one home."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class CommunityCells:
    """What the file says about a community; None where it has no such column."""

    line: int
    code: str
    name: str
    city: str | None
    office: str | None
    office_phone: str | None


@dataclass(frozen=True, slots=True)
class BuildingCells:
    """What the file says about a building; `has_lift` is None where it does not say."""

    line: int
    community: str
    code: str
    has_lift: bool | None


@dataclass(frozen=True, slots=True)
class HomeCells:
    """What the file says about a home, already normalised.

    Attributes:
        line: Line of the file.
        community, building: Keys of `rules.community_key` and `rules.building_key`.
        building_code: Building as written.
        room: Room as written, half-width.
        owner: Name, "" when the file names nobody.
        phone: Digits, None when the file gives none.
        important: Why the household is important, None when it is not.
    """

    line: int
    community: str
    building: str
    building_code: str
    room: str
    owner: str
    phone: str | None
    important: ImportantReason | None


@dataclass(frozen=True, slots=True)
class PlannedHome:
    """One home of the file: what happens to it, and which fields are different."""

    cells: HomeCells
    change: Change
    household_id: int | None
    person_id: int | None
    fields: tuple[str, ...]


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
        columns: Field to header as the file writes it.
        ignored: Headers nobody asked for.
        communities: Communities of the file by key.
        buildings: Buildings of the file by community key and building key.
        new_communities: Names of the communities the register does not have yet.
        changed_communities: Names of those whose own data the file changes.
        homes: Every home of the file, in its order.
        missing: Homes of the file's communities that the file leaves out.
        errors: What keeps the file from being imported, in order of lines.
    """

    encoding: str
    columns: dict[str, str]
    ignored: tuple[str, ...]
    communities: dict[str, CommunityCells]
    buildings: dict[tuple[str, str], BuildingCells]
    new_communities: tuple[str, ...]
    changed_communities: tuple[str, ...]
    homes: tuple[PlannedHome, ...]
    missing: tuple[MissingHome, ...]
    errors: tuple[Problem, ...]

    def count(self, change: Change) -> int:
        """Return how many homes are new, changed or unchanged."""
        return sum(home.change is change for home in self.homes)

    @property
    def changes_anything(self) -> bool:
        """Say whether an import would write anything."""
        return bool(
            self.count(Change.NEW)
            or self.count(Change.CHANGED)
            or self.new_communities
            or self.changed_communities
        )

    @property
    def important(self) -> int:
        """Return how many homes of the file are important customers."""
        return sum(home.cells.important is not None for home in self.homes)
