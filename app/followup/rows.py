"""What queries and services of follow-up return: frozen rows, sealed and readable."""

from dataclasses import dataclass
from datetime import date, datetime

from app.followup.models import CaseList, CaseState, FollowUp, Outcome, VisitState
from app.followup.rules import DueDates
from app.surveys.register.models import ImportantReason
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
    due: DueDates | None

    def overdue(self, today: date) -> int:
        """Count open cases past the day they should be closed, or untouched past the start."""
        if self.due is None:
            return 0
        if today > self.due.close_by:
            return self.open
        return self.untouched if today > self.due.start_by else 0


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
class VisitRow:
    """One home visit to an important customer.

    Attributes:
        important: Why the household is important today; None when the register no longer says so.
        visited_by: Name of who went.
    """

    id: int
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

    def is_overdue(self, today: date) -> bool:
        """Say whether the visit should have been made before `today`."""
        return self.state is VisitState.PLANNED and today > self.planned_on


@dataclass(frozen=True, slots=True)
class VisitCounts:
    """How many important customers of a community were visited."""

    community_id: int
    community: str
    planned: int
    visited: int


@dataclass(frozen=True, slots=True)
class LateVisits:
    """How many planned visits of a community are late, and since when the first of them is."""

    community_id: int
    community: str
    count: int
    since: date


@dataclass(frozen=True, slots=True)
class CommentFact:
    """That a household left a comment: when, and who may reply; with its case, if it has one."""

    frame_member_id: int
    community_id: int
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

    at: datetime
    way: str
    person: str
    staff: str
    outcome: Outcome
    result: str
    owner_view: str | None
    next_on: date | None


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


@dataclass(frozen=True, slots=True)
class VisitView:
    """A home visit with the people to be visited."""

    row: VisitRow
    people: tuple[PersonView, ...]
    note: str = ""
