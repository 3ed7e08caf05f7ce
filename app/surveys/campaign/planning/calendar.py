"""Commands on the calendar of working days and on events around campaigns. None commits."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.staff import audit
from app.surveys.campaign.errors import BadDatesError
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.errors import BadEvidenceError
from app.surveys.campaign.planning.limits import check_days, words_in
from app.surveys.campaign.planning.models import CalendarDay, ContextEvent, DayKind, EventKind
from app.surveys.campaign.planning.workdays import Calendar, is_working_day

_LONGEST_DAYS = 31  # of a holiday typed in at once: longer is a typing mistake


def set_days(
    session: Session,
    *,
    first: date,
    last: date,
    kind: DayKind,
    name: str,
    staff_id: int,
    now: datetime,
) -> None:
    """Make days holidays, or working days in exchange for one; what they were is overwritten.

    Raises:
        BadDatesError: The last day lies before the first or more than a month after it, or they
            lie outside the calendar.
        BadEvidenceError: No name, or a weekday said to be worked in exchange: it is worked anyway.
    """
    name = words_in(name)
    if not name:
        raise BadEvidenceError("name")
    _check_span(first, last)
    days = [date.fromordinal(at) for at in range(first.toordinal(), last.toordinal() + 1)]
    if kind is DayKind.MAKE_UP and any(is_working_day(day, Calendar()) for day in days):
        raise BadEvidenceError("kind")
    queries.delete_days(session, first, last)
    session.add_all(CalendarDay(day=day, kind=kind, name=name) for day in days)
    session.flush()
    _audit(session, "calendar.set", f"{kind} {first} {last}", staff_id=staff_id, now=now)


def clear_days(session: Session, first: date, last: date, *, staff_id: int, now: datetime) -> None:
    """Let days be what their weekday says.

    Raises:
        BadDatesError: As `set_days`.
    """
    _check_span(first, last)
    queries.delete_days(session, first, last)
    _audit(session, "calendar.clear", f"{first} {last}", staff_id=staff_id, now=now)


def record_event(
    session: Session,
    *,
    kind: EventKind,
    starts_on: date,
    ends_on: date,
    note: str,
    community_id: int | None,
    staff_id: int,
    now: datetime,
) -> ContextEvent:
    """Keep something that may move satisfaction besides the service itself.

    Raises:
        BadDatesError: It ends before it begins, or lies outside the calendar.
        BadEvidenceError: Nothing is said about it.
    """
    note = words_in(note)
    if not note:
        raise BadEvidenceError("note")
    check_days(starts_on, ends_on)
    event = ContextEvent(
        community_id=community_id,
        kind=kind,
        starts_on=starts_on,
        ends_on=ends_on,
        note=note,
        recorded_by=staff_id,
        recorded_at=now,
    )
    session.add(event)
    session.flush()
    _audit(session, "event.record", f"{kind} event:{event.id}", staff_id=staff_id, now=now)
    return event


def remove_event(session: Session, event: ContextEvent, *, staff_id: int, now: datetime) -> None:
    """Take back an event that was recorded by mistake."""
    _audit(session, "event.remove", f"{event.kind} event:{event.id}", staff_id=staff_id, now=now)
    session.delete(event)
    session.flush()


def _check_span(first: date, last: date) -> None:
    check_days(first, last)
    if (last - first).days >= _LONGEST_DAYS:
        raise BadDatesError(first, last)


def _audit(session: Session, action: str, detail: str, *, staff_id: int, now: datetime) -> None:
    audit.record(
        session,
        actor=f"staff:{staff_id}",
        action=action,
        subject="calendar",
        detail=detail,
        now=now,
    )
