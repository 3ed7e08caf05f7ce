"""Papers of complaints as PDF: ordered here, made by the worker, fetched within a day."""

from collections.abc import Callable

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.reports.complaints.words import print_name
from app.service.complaints.papers import prints as services
from app.service.complaints.papers import queries
from app.service.complaints.papers.announcements import READERS as STAFF
from app.service.complaints.papers.models import PrintKind
from app.service.complaints.papers.monthly import READERS as MONTH_READERS
from app.service.complaints.papers.months import month_text
from app.staff import audit
from app.staff.scope import Scope
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_prints", __name__, url_prefix="/complaint-papers/prints")

Found = tuple[str, str, int | None]  # words for the file's name, subject, community


@bp.post("/<any(record, plan, corrective, announcement, month, training):kind>/<int:about_id>")
@require_role(*STAFF)
def order(kind: str, about_id: int) -> Response:
    """Order a paper of something this person may read."""
    if not Form().validate():
        abort(400)
    wanted, now = PrintKind(kind), outside().now()
    found = _FIND[wanted](reading(), current_scope(), about_id)
    if found is None:
        abort(404)
    words, subject, community_id = found
    with transaction() as session:
        print_id = services.order(
            session,
            current_scope(),
            wanted,
            about_id,
            name=f"{print_name(wanted)} {words}",
            language=current_language(),
            now=now,
        )
        audit.record(
            session,
            actor=current_scope(),
            action="print_paper",
            subject=subject,
            community_id=community_id,
            detail=f"complaint_{kind}",
            now=now,
        )
    return redirect(url_for(".show", print_id=print_id))


@bp.get("/<int:print_id>")
@require_role(*STAFF)
def show(print_id: int) -> str:
    """Show that a paper is being made, or where it is."""
    found = services.find(reading(), current_scope(), print_id, now=outside().now())
    if found is None:
        abort(404)
    return render_template(
        "complaints_papers/print.html", found=found, is_made=found.content_sealed is not None
    )


@bp.get("/<int:print_id>.pdf")
@require_role(*STAFF)
def fetch(print_id: int) -> Response:
    """Hand out a paper to who ordered it."""
    found = services.find(reading(), current_scope(), print_id, now=outside().now())
    content = None if found is None else services.open_content(outside().vault, found)
    if found is None or content is None:
        abort(404)
    return attachment(content, "application/pdf", f"{found.name}.pdf")


def _of_complaint(session: Session, scope: Scope, complaint_id: int) -> Found | None:
    row = queries.find_complaint_row(session, scope, complaint_id)
    if row is None:
        return None
    return row.number, f"complaint:{complaint_id}", row.community_id


def _plan(session: Session, scope: Scope, complaint_id: int) -> Found | None:
    plan = queries.find_plan_of(session, scope, complaint_id)
    return None if plan is None else _of_complaint(session, scope, complaint_id)


def _corrective(session: Session, scope: Scope, report_id: int) -> Found | None:
    report = queries.find_corrective(session, scope, report_id)
    return None if report is None else _of_complaint(session, scope, report.follow_up_id)


def _announcement(session: Session, scope: Scope, announcement_id: int) -> Found | None:
    found = queries.find_announcement(session, scope, announcement_id)
    return None if found is None else (found.number or "", f"announcement:{found.id}", None)


def _month(session: Session, scope: Scope, report_id: int) -> Found | None:
    found = queries.find_report(session, scope, report_id) if scope.role in MONTH_READERS else None
    if found is None:
        return None
    row, community = found[0], found[1]
    month = month_text(row.month)
    return f"{community} {month}", f"complaint_month:{month}", row.community_id


def _training(session: Session, scope: Scope, case_id: int) -> Found | None:
    found = queries.find_training(session, scope, case_id)
    return None if found is None else (found.number or "", f"training_case:{found.id}", None)


_FIND: dict[PrintKind, Callable[[Session, Scope, int], Found | None]] = {
    PrintKind.RECORD: _of_complaint,
    PrintKind.PLAN: _plan,
    PrintKind.CORRECTIVE: _corrective,
    PrintKind.ANNOUNCEMENT: _announcement,
    PrintKind.MONTH: _month,
    PrintKind.TRAINING: _training,
}
