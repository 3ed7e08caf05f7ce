"""Promises made at the door and decisions of review meetings that are due."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from flask import url_for

from app.clock import beijing_date
from app.followup.review.queries import list_open_decisions
from app.followup.review.services import open_decision
from app.followup.visits.queries import list_actions
from app.i18n import gettext as _
from app.web.auth import current_scope
from app.web.services import services
from app.web.today.tasks import Task
from app.web.transaction import reading
from app.web.words import home_name, short_date

_WEEK = timedelta(days=7)
_LISTED = 8


def at_doors(now: datetime) -> Iterator[Task]:
    """Yield what was promised to households and is due by next week."""
    today = beijing_date(now)
    found = list_actions(
        reading(), current_scope(), until=today + _WEEK, only_open=True, most=_LISTED
    )
    for action, community, building, room, _by in found:
        yield Task(
            _group(action.due_on, today),
            short_date(action.due_on),
            services().vault.open(action.what_sealed, "action"),
            _("Promised to {community} {home}; {name}").format(
                community=community, home=home_name(building, room), name=action.responsible
            ),
            _("Tick off"),
            url_for("desk_visits.visit", visit_id=action.visit_id),
        )


def of_meetings(now: datetime) -> Iterator[Task]:
    """Yield decisions of review meetings that are due by next week."""
    today = beijing_date(now)
    found = list_open_decisions(reading(), current_scope(), until=today + _WEEK, most=_LISTED)
    for decision, meeting in found:
        yield Task(
            _group(decision.due_on, today),
            short_date(decision.due_on),
            open_decision(services().vault, decision).what,
            _("Decided in the review of {date}; {name}").format(
                date=short_date(meeting.held_on), name=decision.responsible
            ),
            _("Open minutes"),
            url_for("reviews.show", meeting_id=meeting.id),
        )


def _group(due_on: date, today: date) -> str:
    return "late" if due_on < today else "today" if due_on == today else "week"
