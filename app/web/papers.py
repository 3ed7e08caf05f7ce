"""Sheets to print: ordered here, made by the worker, fetched within a day by who ordered them."""

from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.followup.papers import services
from app.followup.papers.models import PaperKind
from app.followup.review import queries as review_queries
from app.followup.visits import queries as visit_queries
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.web.access import access_campaign, access_community
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("papers", __name__, url_prefix="/papers")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_READERS = (*_DESK, Role.LEADER, Role.REGION)


@bp.post("/visit/<any(briefing, record):kind>/<int:visit_id>")
@require_role(*_DESK)
def order_visit(kind: str, visit_id: int) -> Response:
    """Order the sheet of one household; audited for it."""
    _check_token()
    row = visit_queries.find_visit(reading(), current_scope(), visit_id)
    if row is None:
        abort(404)
    name = f"{_('Home visit')} {row.reference}"
    subject = (row.household_uid, row.community_id)
    return _order(PaperKind(kind), {"visit": visit_id}, name, subject)


@bp.post("/day/<any(route):kind>")
@require_role(*_DESK)
def order_day(kind: str) -> Response:
    """Order the route of a day in a community."""
    _check_token()
    campaign = access_campaign(request.form.get("campaign", ""))
    community = access_community(_number(request.form.get("community", "")))
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        abort(400)
    about: dict[str, int | str] = {
        "campaign": campaign.id,
        "community": community.id,
        "day": day.isoformat(),
    }
    name = f"{_('Route of home visits')} {community.name} {day.isoformat()}"
    return _order(PaperKind(kind), about, name, (f"campaign:{campaign.code}", community.id))


@bp.post("/minutes/<int:meeting_id>")
@require_role(Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
def order_minutes(meeting_id: int) -> Response:
    """Order the minutes of a review meeting."""
    _check_token()
    found = review_queries.find_meeting(reading(), current_scope(), meeting_id)
    if found is None:
        abort(404)
    meeting = found[0]
    name = f"{_('Review meeting: minutes')} {meeting.held_on.isoformat()}"
    subject = (f"review:{meeting_id}", meeting.community_id)
    return _order(PaperKind.MINUTES, {"meeting": meeting_id}, name, subject)


@bp.get("/<int:paper_id>")
@require_role(*_READERS)
def show(paper_id: int) -> str | Response:
    """Show that a sheet is being made, or where it is."""
    paper = services.find(reading(), current_scope(), paper_id, now=outside().now())
    if paper is None:
        abort(404)
    return render_template(
        "staff/paper.html", paper=paper, is_made=paper.content_sealed is not None
    )


@bp.get("/<int:paper_id>.pdf")
@require_role(*_READERS)
def fetch(paper_id: int) -> Response:
    """Hand out a sheet to who ordered it."""
    paper = services.find(reading(), current_scope(), paper_id, now=outside().now())
    content = None if paper is None else services.open_content(outside().vault, paper)
    if paper is None or content is None:
        abort(404)
    return attachment(content, "application/pdf", f"{paper.name}.pdf")


def _order(
    kind: PaperKind,
    about: dict[str, int | str],
    name: str,
    subject: tuple[str, int | None],
) -> Response:
    now = outside().now()
    with transaction() as session:
        paper_id = services.order(
            session,
            current_scope(),
            kind,
            about,
            name=name,
            language=current_language(),
            now=now,
        )
        audit.record(
            session,
            actor=current_scope(),
            action="print_paper",
            subject=subject[0],
            community_id=subject[1],
            detail=kind.value,
            now=now,
        )
    return redirect(url_for(".show", paper_id=paper_id))


def _check_token() -> None:
    if not Form().validate():
        abort(400)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        abort(400)
    return int(text)
