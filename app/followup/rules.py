"""Rules of follow-up: which list, which dates, when a contact closes a case. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.clock import beijing_date, last_day_before
from app.followup.errors import FieldError
from app.followup.models import CaseList, CaseState, Outcome
from app.surveys.response.models import ContactWish

START_DAYS = 7  # after T0 work must be under way (requirements R05)
CLOSE_DAYS = 14  # after T0 every case should be closed
VISIT_DAYS = 7
VISITS_A_DAY = 4
TRIES_TO_GIVE_UP = 3
WAYS_TO_GIVE_UP = 2
LONGEST_TEXT = 2000

WAYS = ("visit", "phone", "wechat", "reception")
OWNER_VIEWS = ("satisfied", "neutral", "dissatisfied")


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


def spread_visits(count: int, *, t0: datetime, now: datetime) -> tuple[date, ...]:
    """Return a home-visit date for each of `count` households, earliest first.

    Four a day from T0 on, so that early days fill up first; when seven days at four are not
    enough, as many a day as it takes. Days gone by are not planned; once the week is over, what
    is left is planned for today.

    Args:
        count: Visits to plan.
        t0: When the clock started.
        now: The present instant.
    """
    today, first = beijing_date(now), beijing_date(t0)
    last = first + timedelta(days=VISIT_DAYS - 1)
    start = max(first, today)
    days = max(1, (last - start).days + 1)
    a_day = max(VISITS_A_DAY, -(-count // days))
    return tuple(start + timedelta(days=i // a_day) for i in range(count))


@dataclass(frozen=True, slots=True)
class ContactInput:
    """One contact as somebody writes it down: the six fields of the handbook (回访记录).

    时间、地点、对象、沟通人员、事件、处理结果: staff and matter are known from the case.

    Attributes:
        at: When it took place.
        way: One of `WAYS`.
        person: Who was spoken to, or tried.
        outcome: What came out of it.
        result: In words.
        owner_view: One of `OWNER_VIEWS`, or None when the owner did not say.
        next_on: Date of the next step; needed when the outcome is "dated".
    """

    at: datetime
    way: str
    person: str
    outcome: Outcome
    result: str
    owner_view: str | None = None
    next_on: date | None = None


def check_contact(contact: ContactInput, *, now: datetime) -> None:
    """Refuse a record that is incomplete or cannot be true.

    Raises:
        FieldError: Names the field and what is wrong with it.
    """
    for field, text in (("person", contact.person), ("result", contact.result)):
        check_text(field, text)
    if contact.way not in WAYS:
        raise FieldError("way", "unknown")
    if contact.owner_view is not None and contact.owner_view not in OWNER_VIEWS:
        raise FieldError("owner_view", "unknown")
    if contact.at > now:
        raise FieldError("at", "in_future")
    if contact.outcome is Outcome.DATED and contact.next_on is None:
        raise FieldError("next_on", "empty")
    if contact.next_on is not None and contact.next_on < beijing_date(contact.at):
        raise FieldError("next_on", "in_past")


def check_text(field: str, text: str) -> None:
    """Refuse an empty or overlong text.

    Raises:
        FieldError: Names the field.
    """
    if not text.strip():
        raise FieldError(field, "empty")
    if len(text) > LONGEST_TEXT:
        raise FieldError(field, "too_long")


def state_after(outcome: Outcome, tries: Sequence[str]) -> CaseState:
    """Return the state of a case after a contact.

    Args:
        outcome: Outcome of this contact.
        tries: Ways of all contacts in which nobody was reached, this one included. Three of
            them in two different ways close the case.
    """
    if outcome is Outcome.DATED:
        return CaseState.OPEN
    if outcome is Outcome.DECLINED:
        return CaseState.DECLINED
    if outcome is Outcome.UNREACHABLE:
        gave_up = len(tries) >= TRIES_TO_GIVE_UP and len(set(tries)) >= WAYS_TO_GIVE_UP
        return CaseState.CLOSED if gave_up else CaseState.OPEN
    return CaseState.CLOSED
