"""What the queries of calling back hand out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from app.service.callbacks.models import CallBack, CallBackAnswer, CallBackDraw
from app.service.repairs.models import RepairOrder


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call with its place.

    Attributes:
        call: The call.
        community: Its name.
        building: Of the home, None for common parts.
        room: Of the home.
        order: What was repaired.
    """

    call: CallBack
    community: str
    building: str | None
    room: str | None
    order: RepairOrder


@dataclass(frozen=True, slots=True)
class DrawRow:
    """A draw with the name of its community."""

    draw: CallBackDraw
    community: str


@dataclass(frozen=True, slots=True)
class DrawnCall:
    """One drawn order in the record of a week."""

    call: CallBack
    order: RepairOrder
    building: str | None
    room: str | None
    answer: CallBackAnswer | None  # by telephone


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the calls of a week are.

    Attributes:
        calls: To make.
        tried: Called at least once.
        ended: Over.
        reached: Somebody was spoken to.
    """

    calls: int = 0
    tried: int = 0
    ended: int = 0
    reached: int = 0

    @property
    def percent(self) -> int:
        """Tried calls of a hundred, rounded down: 90 is never told before it is reached."""
        return 100 * self.tried // self.calls if self.calls else 100


@dataclass(frozen=True, slots=True)
class MonthRow:
    """Counts of one office in a month.

    Attributes:
        community_id: Its key.
        community: Its name.
        orders: Orders that the calls stand for; 0 for complaints.
        calls: Calls to make.
        tried: Called at least once.
        reached: Somebody was spoken to.
        answered: Answers by way; the first of each subject counts.
        satisfied: Of them satisfied, by way.
        later: Answers kept and not counted, by way.
        links: Links sent or handed over.
    """

    community_id: int
    community: str
    orders: int
    calls: int
    tried: int
    reached: int
    answered: Mapping[str, int]
    satisfied: Mapping[str, int]
    later: Mapping[str, int]
    links: int


@dataclass(frozen=True, slots=True)
class EffectRow:
    """How often something was set going in a month."""

    month: date
    effect: str
    count: int
