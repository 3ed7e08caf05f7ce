"""What queries and services of complaints return and take: frozen rows, sealed and readable."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.followup.models import FollowUp, Stage
from app.followup.rows import ContactView
from app.service.complaints.clocks import is_late
from app.service.complaints.models import (
    Against,
    Channel,
    Complaint,
    ComplaintClass,
    GroupState,
    Kind,
    Level,
    Severity,
    Step,
)


@dataclass(frozen=True, slots=True)
class ComplaintRow:
    """One complaint this person may know of, without a word of what was said.

    Attributes:
        complaint, case: The two rows it is made of.
        community: Its name.
        building, room, household_uid: The home; empty for a company without one.
        label_zh, label_en, department: Of the sub-code; empty while unclassified.
        responsible, first_asked: Names; empty when nobody is.
        repeat_of, repeat_number: The earlier complaint, where this person may know of it.
        group_state: Of the group it belongs to.
    """

    complaint: Complaint
    case: FollowUp
    community: str
    building: str
    room: str
    household_uid: str
    label_zh: str
    label_en: str
    department: str
    responsible: str
    first_asked: str
    repeat_of: int | None
    repeat_number: str
    group_state: GroupState | None

    @property
    def id(self) -> int:
        """Return the key of the case."""
        return self.case.id

    @property
    def stage(self) -> Stage:
        """Return where it stands."""
        return self.case.stage

    @property
    def subject(self) -> str:
        """Return what names it in the audit log: the household, else the complaint."""
        return self.household_uid or f"complaint:{self.id}"

    def is_late(self, now: datetime) -> bool:
        """Say whether its answer came too late, or is missing and the time is over."""
        return is_late(self.complaint.due_at, self.complaint.answered_at, now=now)


class Order(StrEnum):
    """How a list is sorted."""

    DUE = "due"  # what must move first
    NEWEST = "newest"
    KEY = "key"  # as they were taken in: pages of programs, which never shift


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of a list asks for; None leaves a thing open.

    Attributes:
        is_open: Open or closed ones.
        community_id, household_id: Where.
        class_, sub_code, kind, severity, level, channel, stage: As of the complaint.
        responsible_id: Whose.
        is_unclassified: Only those nobody has sorted.
        is_unseen: Only valid ones head office has not looked at.
        is_repeat: Only those about the same once more.
        group_id: Only those of a group.
        is_grouped: Only those of groups head office confirmed.
        against: Only those about the director, or about staff.
        has_compensation, has_media, has_legal: Only those with money, press or lawyers in them.
        late_at: Only those unanswered whose time is over at this instant.
        number: Only this number.
        order: How to sort.
    """

    is_open: bool | None = None
    community_id: int | None = None
    household_id: int | None = None
    class_: ComplaintClass | None = None
    sub_code: str | None = None
    kind: Kind | None = None
    severity: Severity | None = None
    level: Level | None = None
    channel: Channel | None = None
    stage: Stage | None = None
    responsible_id: int | None = None
    is_unclassified: bool = False
    is_unseen: bool = False
    is_repeat: bool = False
    group_id: int | None = None
    is_grouped: bool = False
    against: Against | None = None
    has_compensation: bool | None = None
    has_media: bool | None = None
    has_legal: bool | None = None
    late_at: datetime | None = None
    number: str | None = None
    order: Order = Order.DUE


@dataclass(frozen=True, slots=True)
class ComplaintPage:
    """A page of a list, and where the next one begins; None at the end."""

    rows: tuple[ComplaintRow, ...]
    next: str | None


@dataclass(frozen=True, slots=True)
class StepView:
    """One of the six or five steps: taken when and by whom, or until when it must be."""

    step: Step
    at: datetime | None
    by: str
    note: str
    due_on: date | None
    is_optional: bool


@dataclass(frozen=True, slots=True)
class ExtensionView:
    """A day that was moved, with the customer's reaction."""

    at: datetime
    by: str
    old_due_on: date
    new_due_on: date
    reaction: str | None


@dataclass(frozen=True, slots=True)
class EscalationView:
    """That a complaint went up; nobody's name when it did by itself."""

    at: datetime
    by: str
    level: Level
    reason: str


@dataclass(frozen=True, slots=True)
class EventView:
    """One thing that happened, with the reason somebody gave."""

    at: datetime
    kind: str
    stage: Stage
    by: str
    to: str
    detail: str
    note: str


@dataclass(frozen=True, slots=True)
class ComplaintView:
    """A complaint, readable.

    Attributes:
        row: What is not sealed.
        name, contact, company: The customer.
        text: What he said; of a case turned out of a survey his comments.
        cause, prevention: Empty until it is closed.
        contacts: Talks with him, oldest first.
        steps, extensions, escalations, events: What was done.
        repeats: Later ones of the home about the same this person may know of: key and number.
    """

    row: ComplaintRow
    name: str
    contact: str
    company: str
    text: str
    cause: str
    prevention: str
    contacts: tuple[ContactView, ...]
    steps: tuple[StepView, ...]
    extensions: tuple[ExtensionView, ...]
    escalations: tuple[EscalationView, ...]
    events: tuple[EventView, ...]
    repeats: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Taken:
    """A complaint that was taken in: its key, and the number to tell the customer."""

    id: int
    number: str


@dataclass(frozen=True, slots=True)
class GroupRow:
    """Complaints of several homes about the same.

    Attributes:
        complaints, homes, waiting: Those this person may know of; `waiting` for an answer.
    """

    id: int
    community_id: int
    community: str
    building: str
    sub_code: str
    label_zh: str
    label_en: str
    state: GroupState
    suggested_at: datetime
    complaints: int
    homes: int
    waiting: int


@dataclass(frozen=True, slots=True)
class GroupAnswer:
    """What came of one answer for all complaints of a group.

    Attributes:
        answered: So many are answered now.
        kept: So many keep their clock: what came in writing is answered in writing.
    """

    answered: int
    kept: int


@dataclass(frozen=True, slots=True)
class MonthCounts:
    """What came in during a month, as far as this person may count it.

    Attributes:
        month: Its first day.
        received: Complaints.
        valid, communicative, unclassified: By kind; they add up to `received`.
        converted: Talks that became valid.
        answered: Answered in substance, in their first round.
        in_time: Of these, by their day.
        late: Answered too late, or missing and the time is over.
        major, repeats, reopened, closed: What their names say.
        by_class, by_channel: How many of each; what is zero is left out.
    """

    month: date
    received: int = 0
    valid: int = 0
    communicative: int = 0
    unclassified: int = 0
    converted: int = 0
    answered: int = 0
    in_time: int = 0
    late: int = 0
    major: int = 0
    repeats: int = 0
    reopened: int = 0
    closed: int = 0
    by_class: dict[str, int] = field(default_factory=dict)
    by_channel: dict[str, int] = field(default_factory=dict)
