"""The service loop around the survey on the start page: one line for each slice that presses."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from app.i18n import gettext as _
from app.service.due import Due
from app.web.auth import current_scope
from app.web.loop_due import Subject, list_due
from app.web.today.tasks import Task
from app.web.transaction import reading
from app.web.words import short_date


def tasks(now: datetime) -> Iterator[Task]:
    """Yield what is late and what is due today, a line for each slice and group."""
    for subject, due in list_due(reading(), current_scope(), now=now):
        yield from _lines(subject, due)


def _lines(subject: Subject, due: Due) -> Iterator[Task]:
    for group, count in (("late", due.late), ("today", due.today)):
        if not count:
            continue
        is_late = group == "late"
        since = short_date(due.first) if is_late and due.first else _("today")
        yield Task(
            group,
            since,
            subject.title.format(count=count),
            subject.detail,
            _("Open list"),
            url_for(subject.endpoint),
        )
