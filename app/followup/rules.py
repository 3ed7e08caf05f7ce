"""Rules of follow-up: which list, which dates, when a contact closes a case. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from app.clock import beijing_date, last_day_before
from app.followup.errors import FieldError
from app.followup.models import Attempt, CaseList, CaseState, Outcome, Source, Urgency
from app.surveys.response.models import ContactWish

START_DAYS = 7  # whole calendar days after T0 work must be under way (requirements R05)
CLOSE_DAYS = 14  # after T0 every case should be closed
TRIES_TO_GIVE_UP = 3
WAYS_TO_GIVE_UP = 2
LONGEST_TEXT = 2000
FURTHEST_DUE = timedelta(days=731)

WAYS = ("visit", "phone", "wechat", "reception")
PLACES = ("home", "desk", "outdoors", "elsewhere")
PLACE_OF_WAY = {"visit": "home", "reception": "desk"}
# Outcomes that say enough by themselves: nobody was reached, or nothing had to be answered.
WORDLESS = frozenset({Outcome.UNREACHABLE, Outcome.DECLINED, Outcome.PRAISE_PASSED})
OWNER_VIEWS = ("satisfied", "neutral", "dissatisfied")


def needs_call_back(source: Source, urgency: Urgency) -> bool:
    """Say whether somebody else must ask the owner before a case is closed."""
    return urgency is Urgency.SAFETY or source is Source.COMPLAINT


def choose_wish(wishes: Sequence[ContactWish]) -> ContactWish:
    """Return the wish that holds for a household with several comments.

    The most protective one holds: one "head office only" is enough; "no reply" holds only when
    every comment says so, because an unanswered wish for a reply would be a broken promise.

    Args:
        wishes: Wishes of all comments of one household, at least one.
    """
    for wish in (ContactWish.HQ_ONLY, ContactWish.OFFICE_OR_HQ):
        if wish in wishes:
            return wish
    return ContactWish.NO_REPLY


def choose_list(wish: ContactWish) -> CaseList:
    """Return the one list a household's case stands on."""
    return CaseList.HEAD_OFFICE if wish is ContactWish.HQ_ONLY else CaseList.COMMUNITY


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a case stands: its list, its state, and since when it is closed."""

    on_list: CaseList
    state: CaseState
    closed_at: datetime | None


def standing_of(
    wish: ContactWish,
    *,
    last_at: datetime,
    last_asked_at: datetime | None,
    before: Standing | None,
) -> Standing:
    """Return where a case stands after the comments of its household were looked at again.

    A new case is open, or declined when nobody may reply. A later comment that wants a reply
    opens a closed case again; a case only ever moves to head office's list, never back.

    Args:
        wish: What `choose_wish` says for all comments.
        last_at: When the last comment came in.
        last_asked_at: When the last comment that wants a reply came in, None when there is none.
        before: Where the case stood, None for a new one.
    """
    on_list = choose_list(wish)
    if before is None:
        if wish is ContactWish.NO_REPLY:
            return Standing(on_list, CaseState.DECLINED, last_at)
        return Standing(on_list, CaseState.OPEN, None)
    if before.on_list is CaseList.HEAD_OFFICE:
        on_list = CaseList.HEAD_OFFICE
    asked_again = (
        before.closed_at is not None
        and last_asked_at is not None
        and last_asked_at > before.closed_at
    )
    if asked_again:
        return Standing(on_list, CaseState.OPEN, None)
    return Standing(on_list, before.state, before.closed_at)


@dataclass(frozen=True, slots=True)
class DueDates:
    """Beijing dates by which a case must be started and closed."""

    start_by: date
    close_by: date


def due_dates(t0: datetime | None) -> DueDates | None:
    """Return the due dates of all cases of a community; None while the clock stands still.

    The clock runs whole days from the instant T0, so the last day is the one in which T0 + 7
    (or 14) days fall; when T0 is midnight, that is the day before.
    """
    if t0 is None:
        return None
    return DueDates(
        last_day_before(t0 + timedelta(days=START_DAYS)),
        last_day_before(t0 + timedelta(days=CLOSE_DAYS)),
    )


@dataclass(frozen=True, slots=True)
class ContactInput:
    """One contact as somebody writes it down: the six fields of the handbook (回访记录).

    时间、地点、对象、沟通人员、事件、处理结果: staff and matter are known from the case.

    Attributes:
        at: When it took place.
        way: One of `WAYS`.
        person: Who was spoken to, or tried.
        outcome: What came out of it.
        result: In words; needed when the owner heard an answer or a promise.
        owner_view: One of `OWNER_VIEWS`, or None when the owner did not say.
        next_on: Date of the next step; needed when the outcome is "dated".
        next_time: Time of that day, ``19:00``.
        place: One of `PLACES`; None where the way is the place, else that of the way.
        attempt: Why a try came to nothing, only with the outcome "unreachable".
    """

    at: datetime
    way: str
    person: str
    outcome: Outcome
    result: str
    owner_view: str | None = None
    next_on: date | None = None
    next_time: str | None = None
    place: str | None = None
    attempt: Attempt | None = None

    @property
    def where(self) -> str | None:
        """Return the place: the one named, else the usual one of the way."""
        return self.place or PLACE_OF_WAY.get(self.way)

    @property
    def is_failed_try(self) -> bool:
        """Say whether nobody was reached; somebody who asked to come again was."""
        return self.outcome is Outcome.UNREACHABLE and self.attempt is not Attempt.COME_AGAIN


def check_contact(
    contact: ContactInput,
    *,
    now: datetime,
    said_at: datetime | None = None,
    released_at: datetime | None = None,
) -> None:
    """Refuse a record that is incomplete or cannot be true.

    Times of a form have no seconds, so a contact of the same minute is none too early.

    Args:
        contact: What was written down.
        now: The present instant.
        said_at: When the words came in that it is about; nobody answers them before.
        released_at: When the list was released to who recorded it, None where he did not have to
            wait for that.

    Raises:
        FieldError: Names the field and what is wrong with it.
    """
    check_text("person", contact.person)
    if contact.outcome not in WORDLESS or contact.result:
        check_text("result", contact.result)
    allowed = (
        ("way", contact.way, WAYS),
        ("owner_view", contact.owner_view, (None, *OWNER_VIEWS)),
        ("place", contact.place, (None, *PLACES)),
    )
    for field, value, values in allowed:
        if value not in values:
            raise FieldError(field, "unknown")
    if contact.at > now:
        raise FieldError("at", "in_future")
    if said_at is not None and contact.at < _minute(said_at):
        raise FieldError("at", "before_words")
    if released_at is not None and contact.at < _minute(released_at):
        raise FieldError("at", "before_release")
    _check_next(contact)


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


def check_due(field: str, day: date, *, not_before: date) -> None:
    """Refuse a promised day that is over, or so far away that the year must be a slip of the pen.

    Raises:
        FieldError: Names the field; ``in_past`` or ``too_far``.
    """
    if day < not_before:
        raise FieldError(field, "in_past")
    if day > not_before + FURTHEST_DUE:
        raise FieldError(field, "too_far")


def _check_next(contact: ContactInput) -> None:
    is_promised = contact.outcome is Outcome.DATED or contact.attempt is Attempt.COME_AGAIN
    if is_promised and contact.next_on is None:
        raise FieldError("next_on", "empty")
    if contact.next_on is not None:
        check_due("next_on", contact.next_on, not_before=beijing_date(contact.at))
    if contact.attempt is not None and contact.outcome is not Outcome.UNREACHABLE:
        raise FieldError("attempt", "unknown")
    if contact.next_time is not None:
        check_time("next_time", contact.next_time)


def check_time(field: str, text: str) -> None:
    """Refuse what is no time of day.

    Raises:
        FieldError: Names the field.
    """
    try:
        time.fromisoformat(text)
    except ValueError:
        raise FieldError(field, "unknown") from None


def check_text(field: str, text: str) -> None:
    """Refuse an empty or overlong text.

    Raises:
        FieldError: Names the field.
    """
    if not text.strip():
        raise FieldError(field, "empty")
    if len(text) > LONGEST_TEXT:
        raise FieldError(field, "too_long")
