"""The call sheets of a telephone caller that are not finished."""

from collections.abc import Iterator
from datetime import datetime

from flask import url_for

from app.i18n import gettext as _
from app.surveys.integrity.calls.queries import list_sheets
from app.web.auth import current_scope
from app.web.today.tasks import Task
from app.web.transaction import reading


def tasks(_now: datetime) -> Iterator[Task]:
    """Yield that calls wait, counted over all sheets; nobody is named here."""
    sheets = list_sheets(reading(), caller_id=current_scope().staff_id)
    waiting = sum(max(0, row.sample.calls - row.done) for row in sheets)
    if waiting:
        yield Task(
            "today",
            _("today"),
            _("{count} calls wait on your sheets").format(count=waiting),
            _("Call at the hours the sheet names, and keep what was said."),
            _("Open call sheets"),
            url_for("hq_calls.index"),
        )
