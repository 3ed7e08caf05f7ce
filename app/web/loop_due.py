"""What presses in each slice of the service loop around the survey, for the signed-in person."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.service.callbacks import calling
from app.service.complaints import queries as complaints
from app.service.complaints.papers import due as papers
from app.service.due import Due
from app.service.repairs import queries as repairs
from app.service.standards import services as standards
from app.service.talks import pressing as talks
from app.staff.models import Role
from app.staff.scope import Scope

_HEADS = frozenset({Role.HEAD_OFFICE})
_DESK = frozenset({Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD})
_OFFICES = frozenset({Role.HEAD_OFFICE, Role.OFFICE})


@dataclass(frozen=True, slots=True)
class Subject:
    """One slice of the loop.

    Attributes:
        count: Counts what presses: ``(session, scope, *, now) -> Due``.
        endpoint: The page where it is done.
        roles: Who does it.
        title: With ``{count}``.
        detail: The rule behind it.
    """

    count: Callable[..., Due]
    endpoint: str
    roles: frozenset[Role]
    title: str
    detail: str


def list_due(session: Session, scope: Scope, *, now: datetime) -> Iterator[tuple[Subject, Due]]:
    """Yield each slice this person works in, with what presses there."""
    for subject in _subjects():
        if scope.role in subject.roles:
            yield subject, subject.count(session, scope, now=now)


def count_late(session: Session, scope: Scope, *, now: datetime) -> int:
    """Return how much of the service loop is past its day for somebody."""
    return sum(due.late for _subject, due in list_due(session, scope, now=now))


def _subjects() -> tuple[Subject, ...]:
    return (
        Subject(
            complaints.count_due,
            "complaints.index",
            _DESK | {Role.LEADER},
            _("Complaints to answer: {count}"),
            _("Spoken ones within one working day, letters within three."),
        ),
        Subject(
            papers.count_due,
            "complaint_months.index",
            _OFFICES,
            _("Papers of complaints: {count}"),
            _("Plans to write, actions to tick off, reports of the month to submit."),
        ),
        Subject(
            repairs.count_due,
            "repairs.index",
            _DESK,
            _("Special visits, defects and flags of repairs: {count}"),
            _("A failed repair is visited within 24 hours; a major defect is looked at again."),
        ),
        Subject(
            calling.count_due,
            "call_backs.index",
            _HEADS | {Role.CALLER},
            _("Call-backs to make: {count}"),
            _("Nine in ten of a week's draw are tried by Friday."),
        ),
        Subject(
            talks.count_due,
            "talks.index",
            _DESK,
            _("Talks and opinions: {count}"),
            _("A talk with the committee every month; every opinion is replied to."),
        ),
        Subject(
            standards.count_due,
            "standards.index",
            _OFFICES,
            _("Standards without a value, prices missing: {count}"),
            _("Values of a month are written down by the tenth of the next."),
        ),
    )
