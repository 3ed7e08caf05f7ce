"""Reports to the authority: draft, look, approve, send, take along."""

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.talks.figures import figure_table, parts_of
from app.reports.talks.gather import gather
from app.service.talks.models import Addressee, AuthorityReport
from app.service.talks.rules import half_year
from app.service.talks.statements import queries, services
from app.service.talks.statements.services import ReportInput
from app.staff.models import Role
from app.staff.queries import find_staff
from app.surveys.register.queries import get_community
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.services import services as outside
from app.web.standards.ordering import take_file
from app.web.taken import noted
from app.web.talks.acting import attempt, own_communities
from app.web.talks.forms import PlainForm, ReportForm, SentForm
from app.web.transaction import reading

bp = Blueprint("talks_reports", __name__, url_prefix="/talks/reports")

READERS = (Role.HEAD_OFFICE, Role.LEADER)
_ALL = "0"
_MOST = 100
_YEARS = range(2000, 2101)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the reports, the latest first."""
    return _index()


@bp.post("/")
@require_role(Role.HEAD_OFFICE)
def draft() -> tuple[str, int] | Response:
    """Draft a version with the figures of now."""
    form = ReportForm()
    form.offer(_places())
    made: list[int] = []

    def act(session: Any) -> None:
        scope, now = current_scope(), outside().now()
        key = None if form.community.data == _ALL else int(form.community.data)
        place = None if key is None else get_community(session, scope, key)
        period = half_year(form.year.data, int(form.half.data))
        wanted = ReportInput(
            community_id=key,
            place="" if place is None else place.code,
            addressee=Addressee(form.addressee.data),
            period=period,
            words=form.words.data or "",
            content=gather(session, scope, key, period, now=now),
        )
        made.append(services.draft_report(session, scope, wanted, now=now))

    is_year = form.year.data is None or form.year.data in _YEARS
    done = _("Drafted. Read it, then approve it.")
    if not is_year or not attempt(form, act, done, fields={"period": "year"}):
        if not is_year:
            form.validate()
            form.year.errors = [_("This cannot be read; please check it.")]
        return _index(form), 422
    return redirect(url_for(".show", authority_report_id=made[0]))


@bp.get("/<int:authority_report_id>")
@require_role(*READERS)
def show(authority_report_id: int) -> str:
    """Show a version with its figures."""
    return _page(authority_report_id)


@bp.post("/<int:authority_report_id>/approve")
@require_role(Role.HEAD_OFFICE)
def approve(authority_report_id: int) -> Response:
    """Approve a draft."""
    form = PlainForm()
    if not form.validate():
        abort(400)
    attempt(
        form,
        lambda session: services.approve_report(
            session, current_scope(), authority_report_id, now=outside().now()
        ),
        _("Approved. It can be printed and sent."),
    )
    return redirect(url_for(".show", authority_report_id=authority_report_id))


@bp.post("/<int:authority_report_id>/sent")
@require_role(Role.HEAD_OFFICE)
def send(authority_report_id: int) -> tuple[str, int] | Response:
    """Keep when and how it was sent."""
    form = SentForm()

    def act(session: Any) -> None:
        services.send_report(
            session,
            current_scope(),
            authority_report_id,
            sent_on=form.sent_on.data,
            way=form.way.data,
            now=outside().now(),
        )

    if not attempt(form, act, _("Kept: when and how it was sent.")):
        return _page(authority_report_id, form), 422
    return redirect(url_for(".show", authority_report_id=authority_report_id))


@bp.get("/<int:authority_report_id>.<form>")
@require_role(*READERS)
def figures(authority_report_id: int, form: str) -> Response:
    """Hand out the figures of a version: in words as a list, as they were kept as JSON."""
    report = _find(authority_report_id)[0]
    name, subject = (
        f"authority-report-{report.id}-v{report.version}",
        f"authority-report:{report.id}",
    )
    if form == "json":
        answer = attachment(report.content, "application/json", f"{name}.json")
        return noted(answer, subject, form, community_id=report.community_id)
    return take_file(
        form,
        [figure_table(report.content)],
        title=_("Report on property service and owners' opinions"),
        name=name,
        subject=subject,
        community_id=report.community_id,
    )


def _find(key: int) -> tuple[AuthorityReport, str | None, str]:
    found = queries.find_report(reading(), current_scope(), key)
    if found is None:
        abort(404)
    return found


def _places() -> list[tuple[str, str]]:
    return [(_ALL, _("Whole company")), *own_communities()]


def _index(form: ReportForm | None = None) -> str:
    is_open = form is not None
    today = beijing_date(outside().now())
    if form is None:
        half = "1" if today.month > 6 else "2"  # the half year that is over
        year = today.year if today.month > 6 else today.year - 1
        form = ReportForm(formdata=None, year=year, half=half)
        form.offer(_places())
    return render_template(
        "talks/reports.html",
        rows=queries.list_reports(reading(), current_scope(), limit=_MOST),
        form=form,
        is_open=is_open,
        is_head=current_scope().role is Role.HEAD_OFFICE,
    )


def _page(key: int, form: SentForm | None = None) -> str:
    report, community, made_by = _find(key)
    approver = find_staff(reading(), report.approved_by) if report.approved_by else None
    today = beijing_date(outside().now())
    return render_template(
        "talks/report.html",
        report=report,
        community=community,
        made_by=made_by,
        approved_by="" if approver is None else approver.name,
        parts=parts_of(report.content),
        made_on=beijing_date(report.made_at),
        form=form or SentForm(formdata=None, sent_on=today),
        plain=PlainForm(formdata=None),
        is_head=current_scope().role is Role.HEAD_OFFICE,
    )
