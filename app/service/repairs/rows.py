"""What queries of repairs return: frozen rows."""

from dataclasses import dataclass
from datetime import date, datetime

from app.service.repairs.models import (
    DefectInspection,
    DefectWatch,
    Flag,
    OrderState,
    Place,
    RepairFlag,
    RepairOrder,
    SpecialVisit,
    Thing,
)


@dataclass(frozen=True, slots=True)
class OrderFilters:
    """What a list of orders shows.

    Attributes:
        community_id: Of this community only.
        state, thing: Only these.
        issued_from, issued_to: Beijing days of issue, both included.
        number: Exactly this number.
        is_late: Only orders whose promise is over and nobody came.
        is_major: Only major defects.
    """

    community_id: int | None = None
    state: OrderState | None = None
    thing: Thing | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    number: str = ""
    is_late: bool = False
    is_major: bool = False


@dataclass(frozen=True, slots=True)
class OrderKey:
    """Where a page of a list begins: after this order, newest first."""

    issued_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order on a list, without a word of anybody.

    Attributes:
        order: The row itself.
        community: Name of its community.
        building, room: Its address; empty without a home.
        household_uid: Names the home in the audit log; None without one.
    """

    order: RepairOrder
    community: str
    building: str
    room: str
    household_uid: str | None

    @property
    def address(self) -> str:
        """Return building and room in one word."""
        return f"{self.building} {self.room}".strip()


@dataclass(frozen=True, slots=True)
class Words:
    """The opened words of an order: what a customer and a repairer are called, what was said."""

    name: str = ""
    phone: str = ""
    text: str = ""
    repairer: str = ""


@dataclass(frozen=True, slots=True)
class VisitRow:
    """A special visit with its address and the numbers of both orders."""

    visit: SpecialVisit
    community: str
    building: str
    room: str
    number: str
    rework_number: str
    thing: Thing
    rework_state: OrderState


@dataclass(frozen=True, slots=True)
class FlagRow:
    """A flag with its order."""

    flag: RepairFlag
    community: str
    building: str
    room: str
    number: str
    thing: Thing
    done_at: datetime | None


@dataclass(frozen=True, slots=True)
class FlagCount:
    """How often a kind of flag was raised in an office, by outcome, and out of how many orders."""

    community_id: int
    community: str
    flag: Flag
    raised: int
    true: int
    false_order: int
    unclear: int
    done: int

    @property
    def waiting(self) -> int:
        """Return how many are not checked yet."""
        return self.raised - self.true - self.false_order - self.unclear


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A defect under watch with its address, the next look due and how many were made."""

    watch: DefectWatch
    community: str
    building: str
    room: str
    number: str
    thing: Thing
    place: Place
    responsible: str
    next_on: date | None
    seen: int
    bad: int


@dataclass(frozen=True, slots=True)
class InspectionRow:
    """One look at a defect, with who made it."""

    inspection: DefectInspection
    seen_by: str


@dataclass(frozen=True, slots=True)
class UnwatchedRow:
    """A repaired major defect that is not on the watch list yet."""

    order_id: int
    number: str
    thing: Thing
    done_at: datetime
    community: str
