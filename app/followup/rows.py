"""What queries and services of follow-up return: frozen rows, sealed and readable."""

from dataclasses import dataclass
from datetime import date, datetime

from app.followup.models import (
    Attempt,
    CaseList,
    CaseState,
    FollowUp,
    Outcome,
    Source,
    Stage,
    Urgency,
)
from app.followup.rules import DueDates
from app.surveys.response.models import ContactWish


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case on a follow-up list, without a word of what was written.

    Attributes:
        id: The case.
        frame_member_id: The household as it stood when the campaign opened.
        household_id, household_uid: The household in the register; the uid names it in the audit.
        community_id, community: Where it lies.
        building, room: Its address.
        on_list: The list the case stands on.
        state: Open, closed or declined.
        wish: Who may reply, over all its comments.
        received_at: When its first comment came in.
        comments: How many of its answers hold a comment.
        contacts: Contacts recorded so far.
        last_contact_at: The latest of them.
        closed_at: When it was closed or declined.
        due: Dates to start and to close; None before the clock started.
        has_own_clock: The dates are the case's own, not those of its community's gate.
        source, urgency, stage: Where it comes from, what it is about, how far it is.
        code, department: What a person said it is about, and who answers for that.
        hint: What its words look like; only until a person has looked at them.
        triaged_at: When a person had looked at it.
        responsible_id, responsible: Who answers for the case; nobody yet when None.
        answered_by: Who gave the answer that waits to be called back.
        next_at: When the owner expects somebody.
        is_no_reply: No comment of the home wants a reply.
    """

    id: int
    frame_member_id: int
    household_id: int
    household_uid: str
    community_id: int
    community: str
    building: str
    room: str
    on_list: CaseList
    state: CaseState
    wish: ContactWish
    received_at: datetime
    comments: int
    contacts: int
    last_contact_at: datetime | None
    closed_at: datetime | None
    due: DueDates | None
    has_own_clock: bool
    source: Source
    urgency: Urgency
    stage: Stage
    code: str | None
    department: str | None
    hint: Urgency | None
    triaged_at: datetime | None
    responsible_id: int | None
    responsible: str
    answered_by: int | None
    next_at: datetime | None
    is_no_reply: bool

    def is_overdue(self, today: date) -> bool:
        """Say whether the case should have been closed, or at least started, before `today`."""
        if self.due is None or self.state is not CaseState.OPEN:
            return False
        return today > self.due.close_by or (self.contacts == 0 and today > self.due.start_by)


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How far follow-up has come on one list of one community.

    Attributes:
        total: Cases; households that left a comment.
        open, closed, declined: Cases by state; they add up to `total`.
        untouched: Open cases without any contact.
        no_reply: Declined cases whose owners wished no reply at all: to an office a number only.
        safety: Open cases about a danger to people.
        own_clock: Open cases with dates of their own.
        own_untouched: Those of them without any contact.
        own_late: Those of them past a date of their own, as of the day the counts were asked for.
        due: Dates to start and to close; None before the clock started.
    """

    community_id: int
    community: str
    on_list: CaseList
    total: int
    open: int
    closed: int
    declined: int
    untouched: int
    no_reply: int = 0
    safety: int = 0
    own_clock: int = 0
    own_untouched: int = 0
    own_late: int = 0
    due: DueDates | None = None

    def overdue(self, today: date) -> int:
        """Count open cases past the day they should be closed, or untouched past the start."""
        if self.due is None:
            return self.own_late
        if today > self.due.close_by:
            return self.open - self.own_clock + self.own_late
        if today > self.due.start_by:
            return self.untouched - self.own_untouched + self.own_late
        return self.own_late


@dataclass(frozen=True, slots=True)
class SealedComment:
    """One comment of a household, still sealed."""

    id: int
    frame_member_id: int
    received_at: datetime
    wish: ContactWish
    texts_sealed: bytes
    contact_sealed: bytes | None


@dataclass(frozen=True, slots=True)
class CommentFact:
    """That a household left a comment: when, and who may reply; with its case, if it has one."""

    frame_member_id: int
    community_id: int
    household_id: int
    wish: ContactWish
    received_at: datetime
    case: FollowUp | None


@dataclass(frozen=True, slots=True)
class CommentView:
    """One comment, readable.

    Attributes:
        id: The comment.
        received_at: When the answer came in.
        wish: Who may reply.
        texts: Pairs of item code and text, e.g. ``comment.wish``.
        way, when, number: How and when the owner wants to be reached; empty when not said.
    """

    id: int
    received_at: datetime
    wish: ContactWish
    texts: tuple[tuple[str, str], ...]
    way: str = ""
    when: str = ""
    number: str = ""


@dataclass(frozen=True, slots=True)
class ContactView:
    """One recorded contact, readable."""

    id: int
    at: datetime
    way: str
    person: str
    staff: str
    outcome: Outcome
    result: str
    owner_view: str | None
    next_on: date | None
    next_time: str | None = None
    place: str | None = None
    attempt: Attempt | None = None
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class PersonView:
    """Somebody of a household; the phone is empty when the register holds none."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """A case as its list shows it: address, due dates, and the comments this person may read.

    `people` and `contacts` are filled when the case is opened, and empty on a list.
    """

    row: CaseRow
    comments: tuple[CommentView, ...]
    people: tuple[PersonView, ...] = ()
    contacts: tuple[ContactView, ...] = ()
