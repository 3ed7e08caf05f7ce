"""What services of talks take and return: frozen, readable."""

from dataclasses import dataclass
from datetime import date, datetime

from app.service.talks.models import (
    AbsenceReason,
    AbsenceState,
    ForumPlace,
    OpinionState,
    Voice,
)
from app.service.talks.rules import Standing


@dataclass(frozen=True, slots=True)
class TalkInput:
    """A talk as somebody writes it down.

    Attributes:
        month: First day of the month it is held for.
        held_on, held_time: When.
        place: Where.
        committee, representatives: How many of each came.
        people: Who they were, in words.
        staff: Who of the company was there.
        subjects: Codes of `rules.SUBJECTS`.
        minutes: What was said.
    """

    month: date
    held_on: date
    held_time: str
    place: str
    committee: int
    representatives: int
    people: str
    staff: str
    subjects: tuple[str, ...]
    minutes: str


@dataclass(frozen=True, slots=True)
class OpinionView:
    """An opinion, readable, with what came of it."""

    id: int
    community: str
    talk_id: int | None
    voice: Voice
    department: str
    text: str
    said_at: datetime
    state: OpinionState
    answer: str
    action: str
    responsible: str
    due_on: date | None
    done_on: date | None
    done: str
    told_on: date | None
    told_way: str
    told: str
    case_id: int | None

    def is_late(self, today: date) -> bool:
        """Say whether something was promised by a day that is past and not done."""
        is_promised = self.state is OpinionState.PROMISED
        return is_promised and self.due_on is not None and today > self.due_on


@dataclass(frozen=True, slots=True)
class TalkView:
    """A talk, readable, with its opinions and what became of those of the talk before.

    Attributes:
        before_on: Day of the talk before, None for the first.
        before: Its opinions.
    """

    id: int
    community_id: int
    community: str
    month: date
    standing: Standing
    held_on: date
    held_time: str
    place: str
    committee: int
    representatives: int
    people: str
    staff: str
    subjects: tuple[str, ...]
    minutes: str
    noted_by: str
    shared_at: datetime | None
    opinions: tuple[OpinionView, ...]
    before_on: date | None = None
    before: tuple[OpinionView, ...] = ()


@dataclass(frozen=True, slots=True)
class AbsenceInput:
    """Why there is no talk in a month, in words, and what shows it."""

    reason: AbsenceReason
    words: str
    evidence: str


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """A month without a talk, readable."""

    id: int
    month: date
    community_id: int
    community: str
    reason: AbsenceReason
    words: str
    evidence: str
    said_by: str
    said_at: datetime
    state: AbsenceState
    decided_by: str
    decided_at: datetime | None
    decision: str


@dataclass(frozen=True, slots=True)
class ForumInput:
    """An opinion of a forum or group as somebody writes it down.

    Attributes:
        community_id: Where.
        place, place_name: Forum or group, and which.
        said_on: When it was written there.
        text: The words.
        author: Who wrote it, as it stands there.
        link: Address, or which screenshot shows it.
        department: Who answers for the matter.
        household_id: Home, where it is known.
        head_only: For head office alone: it is about the office's own director.
    """

    community_id: int
    place: ForumPlace
    said_on: date
    text: str
    place_name: str = ""
    author: str = ""
    link: str = ""
    department: str = "service"
    household_id: int | None = None
    head_only: bool = False


@dataclass(frozen=True, slots=True)
class ForumView:
    """An opinion of a forum or group, readable.

    Attributes:
        home: Building and room, where the home is known; "" else.
        reply_late: It was replied to after its day, or not yet and the day is past.
    """

    id: int
    community_id: int
    community: str
    place: ForumPlace
    place_name: str
    said_on: date
    text: str
    author: str
    link: str
    department: str
    home: str
    household_id: int | None
    head_only: bool
    looks_dangerous: bool
    due_on: date
    entered_by: str
    entered_at: datetime
    replied_on: date | None
    reply_way: str
    reply: str
    replied_by: str
    reply_late: bool
