"""Jobs of the worker: let the months' tasks appear, print papers of talks, drop old ones.

Printing takes seconds, so it happens outside of every transaction; a paper that has its file is
never printed again, so a job that is run twice ends the same.
"""

import json
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.i18n import current_language
from app.reports.complaints.words import class_name
from app.reports.context import date_text
from app.reports.paper import in_language, print_pdf
from app.reports.talks import words
from app.reports.work import Workshop
from app.service.talks.errors import NotFoundError
from app.service.talks.events.services import open_activity
from app.service.talks.models import PrintKind, PrintState, TalkPrint
from app.service.talks.months import open_months, open_talk
from app.service.talks.statements.prints import drop_old_prints, keep_print, print_storage
from app.service.talks.statements.queries import find_print, find_report
from app.staff.models import Staff
from app.staff.queries import find_staff
from app.staff.services import scope_of

_TEMPLATES = {
    PrintKind.TALK: "report/talks/talk.html",
    PrintKind.ACTIVITY: "report/talks/activity.html",
    PrintKind.REPORT: "report/talks/authority.html",
}


def talks_round(workshop: Workshop) -> None:
    """Let the tasks of due months stand, and drop old papers."""
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        open_months(session, now=now)
        drop_old_prints(session, print_storage(workshop.config.instance), now=now)


def make_print(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print a paper with the eyes of who asked for it.

    Args:
        workshop: What to work with.
        payload: ``print_id``.
    """
    print_id = int(str(payload["print_id"]))
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        asked = find_print(session, print_id)
        if asked is None or asked.state is not PrintState.WAITING:
            return
        template, language = _TEMPLATES[asked.kind], asked.language
        with in_language(language):
            values = _values(session, workshop, asked)
    with in_language(language):
        content = print_pdf(template, **values)
    with write_session(workshop.engine) as session:
        made = session.get_one(TalkPrint, print_id)
        storage = print_storage(workshop.config.instance)
        keep_print(session, storage, workshop.vault, made, content, now=now)


def _values(session: Session, workshop: Workshop, asked: TalkPrint) -> dict[str, Any]:
    now = workshop.clock()
    staff = session.get_one(Staff, asked.asked_by)
    scope = scope_of(session, staff)
    values: dict[str, Any] = {
        "language": current_language(),
        "company": workshop.config.company,
        "is_demo": workshop.config.demo,
        "reader": staff.name,
        "today": beijing_date(now),
        "printed_on": date_text(beijing_date(now)),
        "day": date_text,
        "words": words,
    }
    if asked.kind is PrintKind.TALK:
        talk = open_talk(session, workshop.vault, scope, asked.subject_id, now=now)
        return values | {"talk": talk}
    if asked.kind is PrintKind.ACTIVITY:
        one = open_activity(session, workshop.vault, scope, asked.subject_id, now=now)
        return values | {"activity": one}
    found = find_report(session, scope, asked.subject_id)
    if found is None:
        raise NotFoundError("authority_report", asked.subject_id)
    report, community, _made_by = found
    session.expunge(report)  # it is printed when this transaction is over
    figures = json.loads(report.content)
    approver = find_staff(session, report.approved_by) if report.approved_by else None
    return values | {
        "report": report,
        "community": community or "",
        "figures": figures,
        "counted_on": date.fromisoformat(figures["counted_on"]),
        "class_name": class_name,
        "approved_by": "" if approver is None else approver.name,
        "approved_on": beijing_date(report.approved_at) if report.approved_at else None,
    }
