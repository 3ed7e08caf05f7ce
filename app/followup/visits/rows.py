"""What reads of home visits return: frozen rows, sealed and readable."""

from dataclasses import dataclass
from datetime import date, datetime

from app.followup.rows import PersonView
from app.followup.visits.models import VisitResult, VisitState
from app.followup.visits.rules import OPEN_STATES, RouteKey, route_key
from app.surveys.register.models import CareNeedKind, ImportantReason


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One home visit to an important customer.

    Attributes:
        important: Why the household is important today; None when the register no longer says so.
        planned_on: The day it is to be made; that of the appointment, once there is one.
        appointed_at: When the household expects us.
        agreed_with: Who of the household agreed.
        visitor_id, visitor: Who is to go.
        visited_by: Name of who went.
    """

    id: int
    frame_member_id: int
    campaign_id: int
    household_id: int
    household_uid: str
    community_id: int
    community: str
    building: str
    room: str
    important: ImportantReason | None
    planned_on: date
    state: VisitState
    visited_on: date | None
    visited_by: str | None
    appointed_at: datetime | None
    agreed_with: str | None
    visitor_id: int | None
    visitor: str | None

    @property
    def is_open(self) -> bool:
        """Say whether the visit still has to be made."""
        return self.state in OPEN_STATES

    @property
    def route(self) -> RouteKey:
        """Return what puts visits in the order of the way."""
        return route_key(self.building, self.room)

    @property
    def reference(self) -> str:
        """Return the name of the visit on paper and in calendars; it says nothing of the home."""
        return f"LS-V{self.id}"

    def is_overdue(self, today: date) -> bool:
        """Say whether the visit should have been made before `today`."""
        return self.is_open and today > self.planned_on


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """How many important customers of a community were visited.

    Attributes:
        total: Important customers to visit; the states below add up to it.
        overdue: Of the open ones, those whose day has passed.
    """

    community_id: int
    community: str
    total: int
    planned: int
    appointed: int
    visited: int
    not_at_home: int
    declined: int
    phone_instead: int
    overdue: int

    @property
    def open(self) -> int:
        """Return how many visits still have to be made."""
        return self.planned + self.appointed + self.not_at_home


@dataclass(frozen=True, slots=True)
class LateVisits:
    """How many planned visits of a community are late, and since when the first of them is."""

    community_id: int
    community: str
    count: int
    since: date


@dataclass(frozen=True, slots=True)
class RecordView:
    """One attempt, readable."""

    id: int
    result: VisitResult
    at: datetime
    place: str
    person: str
    staff: str
    matter: str
    outcome: str
    reason: str
    owner_view: str | None
    pictures: tuple[tuple[int, str], ...]  # key and kind


@dataclass(frozen=True, slots=True)
class ActionView:
    """A promise, readable, and whether it was kept."""

    id: int
    visit_id: int
    community_id: int
    community: str
    building: str
    room: str
    what: str
    responsible: str
    due_on: date
    done_on: date | None
    done_by: str
    done_note: str

    def is_overdue(self, today: date) -> bool:
        """Say whether it should have been done before `today`."""
        return self.done_on is None and today > self.due_on


@dataclass(frozen=True, slots=True)
class VisitView:
    """A home visit with the people to be visited.

    `records`, `actions` and `care` are filled when the visit is opened, and empty on a list;
    `earlier` is the day of the last visit in a campaign before.
    """

    row: VisitRow
    people: tuple[PersonView, ...]
    note: str = ""
    records: tuple[RecordView, ...] = ()
    actions: tuple[ActionView, ...] = ()
    care: tuple[CareNeedKind, ...] = ()
    earlier: date | None = None


@dataclass(frozen=True, slots=True)
class ImportantHome:
    """A household the register calls important, and why.

    Attributes:
        since: Day it was called so; None when it came so with an import.
        last_visit: Day of its last home visit, in any campaign.
    """

    household_id: int
    household_uid: str
    community_id: int
    building: str
    room: str
    reason: ImportantReason
    since: date | None
    last_visit: date | None


@dataclass(frozen=True, slots=True)
class CareHome:
    """A household that needs something from us (照顾名单); never why."""

    household_id: int
    household_uid: str
    community_id: int
    building: str
    room: str
    needs: tuple[CareNeedKind, ...]
    since: date
    last_visit: date | None
