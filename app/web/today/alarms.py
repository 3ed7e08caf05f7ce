"""Answers a home called not its own."""

from collections.abc import Iterator

from flask import url_for

from app.followup.answering.queries import count_unchecked_alarms
from app.i18n import gettext as _
from app.web.auth import current_scope
from app.web.today.tasks import Task
from app.web.transaction import reading


def tasks() -> Iterator[Task]:
    """Yield one task when a home said that an answer is not its own; of all campaigns at once."""
    count = count_unchecked_alarms(reading(), current_scope())
    if count:
        yield Task(
            "today",
            _("today"),
            _("{count} homes say an answer is not theirs").format(count=count),
            _("Call back where a number was left, and keep what you found."),
            _("Look into it"),
            url_for("hq_alarms.index"),
        )
