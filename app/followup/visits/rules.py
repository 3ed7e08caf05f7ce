"""Rules of home visits: days, order of the way, what a record must hold. Pure."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import OWNER_VIEWS, check_due, check_text
from app.followup.visits.models import VisitResult, VisitState
from app.surveys.campaign.planning.workdays import Calendar

VISIT_DAYS = 7
VISITS_A_DAY = 4
MOST_ACTIONS = 3
LONGEST_NAME = 40
LONGEST_KEY = 64
LATEST_DAY = timedelta(days=180)  # a day further away is a slip of the pen

PLACES = ("home", "doorstep")
BY_PHONE = "phone"
PEOPLE = ("owner", "family", "tenant", "other")
# A visit in one of these states still has to be made.
OPEN_STATES = frozenset({VisitState.PLANNED, VisitState.APPOINTED, VisitState.NOT_AT_HOME})

RouteKey = tuple[tuple[int, int, str], ...]


def spread_visits(
    count: int, *, t0: datetime, now: datetime, calendar: Calendar
) -> tuple[date, ...]:
    """Return a home-visit date for each of `count` households, earliest first.

    Four a day from T0 on, so that early days fill up first; when seven days at four are not
    enough, as many a day as it takes. Days gone by are not planned; once the week is over, what
    is left is planned for today. On a weekend owners are at home, so visits are planned for it;
    nobody is called on unasked on a public holiday. A week of nothing but holidays moves its
    visits to the day after them.

    Args:
        count: Visits to plan.
        t0: When the clock started.
        now: The present instant.
        calendar: The public holidays.
    """
    today, first = beijing_date(now), beijing_date(t0)
    week = [first + timedelta(days=i) for i in range(VISIT_DAYS)]
    days = [day for day in week if day >= today and day not in calendar.holidays]
    if not days:
        day = max(first, today)
        while day in calendar.holidays:
            day += timedelta(days=1)
        days = [day]
    a_day = max(VISITS_A_DAY, -(-count // len(days)))
    return tuple(days[i // a_day] for i in range(count))


def route_key(building: str, room: str) -> RouteKey:
    """Return what puts homes in the order of the way: building, unit, floor, door.

    Numbers count as numbers: building 2 comes before building 10, room 901 before 1101.
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", f"{building}\n{room}")
    return tuple((0, int(one), "") if one.isdigit() else (1, 0, one) for one in parts)


def week_of(day: date) -> tuple[date, ...]:
    """Return the seven days of the week a day lies in, from Monday."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=i) for i in range(7))


@dataclass(frozen=True, slots=True)
class Appointment:
    """A time agreed with somebody of the household.

    Attributes:
        at: When.
        agreed_with: One of `PEOPLE`.
        visitor_id: Who goes; None leaves it open.
    """

    at: datetime
    agreed_with: str
    visitor_id: int | None = None


def check_day(field: str, day: date, *, now: datetime) -> None:
    """Refuse a day that is over, or so far away that it must be a slip.

    Raises:
        FieldError: Names the field.
    """
    today = beijing_date(now)
    if day < today:
        raise FieldError(field, "in_past")
    if day > today + LATEST_DAY:
        raise FieldError(field, "in_future")


def check_appointment(appointment: Appointment, *, now: datetime) -> None:
    """Refuse an appointment that nobody can keep.

    Raises:
        FieldError: Names the field and what is wrong with it.
    """
    check_day("at", beijing_date(appointment.at), now=now)
    if appointment.agreed_with not in PEOPLE:
        raise FieldError("agreed_with", "unknown")


@dataclass(frozen=True, slots=True)
class ActionInput:
    """What somebody promised at the door."""

    what: str
    responsible: str
    due_on: date


@dataclass(frozen=True, slots=True)
class VisitInput:
    """One attempt as somebody writes it down: the six fields of the handbook (走访记录).

    Attributes:
        result: What the attempt came to.
        at: When.
        place: One of `PLACES`; of no meaning when nobody was met.
        person: Who was spoken to.
        matter: What was spoken about.
        outcome: What came out of it.
        owner_view: One of `OWNER_VIEWS`, or None when the owner did not say.
        reason: Why it was no visit; needed when the household declined or was telephoned.
        actions: What was promised.
        photo, signature: JPEG made anew from its pixels, or None.
    """

    result: VisitResult
    at: datetime
    place: str = ""
    person: str = ""
    matter: str = ""
    outcome: str = ""
    owner_view: str | None = None
    reason: str = ""
    actions: tuple[ActionInput, ...] = ()
    photo: bytes | None = None
    signature: bytes | None = None

    @property
    def is_visit(self) -> bool:
        """Say whether somebody was visited at home."""
        return self.result is VisitResult.VISITED


def check_visit(visit: VisitInput, *, now: datetime, since: datetime | None = None) -> None:
    """Refuse a record that is incomplete or cannot be true.

    Args:
        visit: The record.
        now: The present instant.
        since: When the community was released; its visits are planned from that day on.

    Raises:
        FieldError: Names the field and what is wrong with it.
    """
    if visit.at > now:
        raise FieldError("at", "in_future")
    if since is not None and beijing_date(visit.at) < beijing_date(since):
        raise FieldError("at", "before_release")
    if visit.is_visit:
        if visit.place not in PLACES:
            raise FieldError("place", "unknown")
        for field in ("person", "matter", "outcome"):
            check_text(field, getattr(visit, field))
    elif visit.result is not VisitResult.NOT_AT_HOME or visit.reason:
        check_text("reason", visit.reason)
    if visit.owner_view is not None and visit.owner_view not in OWNER_VIEWS:
        raise FieldError("owner_view", "unknown")
    _check_actions(visit)


def _check_actions(visit: VisitInput) -> None:
    if len(visit.actions) > MOST_ACTIONS:
        raise FieldError("actions", "too_long")
    for number, action in enumerate(visit.actions):
        check_text(f"actions-{number}-what", action.what)
        check_text(f"actions-{number}-responsible", action.responsible)
        if len(action.responsible) > LONGEST_NAME:
            raise FieldError(f"actions-{number}-responsible", "too_long")
        check_due(f"actions-{number}-due_on", action.due_on, not_before=beijing_date(visit.at))


def place_of(visit: VisitInput) -> str:
    """Return the place to keep: where the visitor stood, or that it was a telephone."""
    if visit.is_visit:
        return visit.place
    return BY_PHONE if visit.result is VisitResult.PHONE_INSTEAD else "doorstep"
