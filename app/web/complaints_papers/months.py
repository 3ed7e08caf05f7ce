"""The monthly report of an office: its figures, the analysis, issued versions, their files."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import TextAreaField

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import LONGEST_TEXT
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.complaints.files import month_csv, month_json, month_xlsx
from app.reports.complaints.lines import footnote, groups_of
from app.reports.complaints.month import pictures_of
from app.reports.complaints.words import month_name
from app.service.complaints.papers import monthly as services
from app.service.complaints.papers import queries
from app.service.complaints.papers.counted.queries import code_labels
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
)
from app.service.complaints.papers.monthly import READERS, WRITERS, Analysis, IssuedReport
from app.service.complaints.papers.months import last_day, month_text, report_due
from app.staff.models import Role
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.register.models import Community
from app.surveys.register.queries import list_communities
from app.web.access import access_community
from app.web.auth import current_scope, find_scope, require_role
from app.web.complaints_papers.asked import XLSX, asked_month, named_month, offered_months, today
from app.web.complaints_papers.traced import closed_words, say_traces
from app.web.downloads import attachment
from app.web.fields import at_most, field_problem
from app.web.forms import Form
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading, transaction

bp = Blueprint("complaint_months", __name__, url_prefix="/complaint-papers")


@bp.app_context_processor
def _role() -> dict[str, object]:
    """Let the pages beside each other know which of them this person may open."""
    scope = find_scope()
    return {"role_now": lambda: "" if scope is None else scope.role.value}


class AnalysisForm(Form):
    """What an office writes about its month."""

    causes = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    measures = TextAreaField(validators=[at_most(LONGEST_TEXT)])
    learnt = TextAreaField(validators=[at_most(LONGEST_TEXT)])

    def words(self) -> Analysis:
        """Return what was written."""
        return Analysis(
            *((one.data or "").strip() for one in (self.causes, self.measures, self.learnt))
        )


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One office in the list of a month."""

    community: Community
    report_id: int | None
    issued_on: date | None
    is_late: bool
    is_missing: bool


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show which offices have issued their report of a month."""
    session, scope, month = reading(), current_scope(), asked_month()
    issued = queries.list_issued(session, scope, [month])
    due = report_due(month, load_calendar(session))
    is_over = today() > last_day(month)
    rows = [
        _row(one, issued.get((one.id, month)), due=due, is_over=is_over)
        for one in list_communities(session, scope)
    ]
    return render_template(
        "complaints_papers/months.html",
        rows=rows,
        month=month,
        months=offered_months(),
        due=due,
        is_over=is_over,
        is_today=today() == due,
        issued=sum(row.report_id is not None for row in rows),
        month_text=month_text,
        month_name=month_name,
    )


@bp.get("/months/<int:community_id>/<month>")
@require_role(*READERS)
def show(community_id: int, month: str) -> str:
    """Show the figures of an office's month, what was written so far, and what was issued."""
    community, chosen = access_community(community_id), named_month(month)
    found = queries.find_draft(reading(), community_id, chosen)
    last = queries.find_last_report(reading(), community_id, chosen)
    return _page(community, chosen, AnalysisForm(formdata=None, obj=found or last))


@bp.post("/months/<int:community_id>/<month>")
@require_role(*WRITERS)
def save(community_id: int, month: str) -> tuple[str, int] | Response:
    """Keep what was written so far."""
    community, chosen, form = access_community(community_id), named_month(month), AnalysisForm()
    if not form.validate():
        return _page(community, chosen, form), 422
    try:
        with transaction() as session:
            services.save_draft(
                session,
                outside().vault,
                current_scope(),
                community_id,
                chosen,
                form.words(),
                now=outside().now(),
            )
    except (FieldError, TracesError) as error:
        return _refused(community_id, chosen, form, error)
    flash(_("Kept as a draft; nothing is issued yet."), "success")
    return redirect(url_for(".show", community_id=community_id, month=month))


@bp.post("/months/<int:community_id>/<month>/issue")
@require_role(*WRITERS)
def issue(community_id: int, month: str) -> tuple[str, int] | Response:
    """Issue the report: figures and words stand from then on."""
    community, chosen, form = access_community(community_id), named_month(month), AnalysisForm()
    if not form.validate():
        return _page(community, chosen, form), 422
    try:
        with transaction() as session:
            report_id = services.issue(
                session,
                outside().vault,
                current_scope(),
                community_id,
                chosen,
                form.words(),
                now=outside().now(),
            )
    except (FieldError, TracesError) as error:
        return _refused(community_id, chosen, form, error)
    except PaperClosedError as error:
        flash(closed_words(error), "error")
        return redirect(url_for(".show", community_id=community_id, month=month))
    flash(_("Issued and archived."), "success")
    return redirect(url_for(".report", complaint_report=report_id))


@bp.get("/reports/<int:complaint_report>")
@require_role(*READERS)
def report(complaint_report: int) -> str:
    """Show an issued report as it was archived."""
    found = _open(complaint_report)
    session, labels = reading(), code_labels(reading(), current_language())
    row = found.row
    return render_template(
        "complaints_papers/report.html",
        found=found,
        row=row,
        groups=groups_of(found.compared, labels),
        pictures=pictures_of(found.compared.now, labels),
        footnote=footnote(),
        versions=queries.list_versions(session, row.community_id, row.month),
        is_late=beijing_date(row.issued_at) > row.due_on,
        month_name=month_name,
        month_text=month_text,
    )


@bp.get("/reports/<int:complaint_report>.<any(csv, xlsx, json):form>")
@require_role(*READERS)
def report_file(complaint_report: int, form: str) -> Response:
    """Hand out an issued report as a file."""
    found = _open(complaint_report)
    row, labels = found.row, code_labels(reading(), current_language())
    stem = f"complaints-{row.community_id}-{month_text(row.month)}-v{row.version}"
    if form == "json":
        answer = attachment(month_json(found), "application/json", f"{stem}.json")
    elif form == "csv":
        answer = attachment(month_csv(found, labels), "text/csv; charset=utf-8", f"{stem}.csv")
    else:
        content = month_xlsx(found, labels, company=outside().config.company)
        answer = attachment(content, XLSX, f"{stem}.xlsx")
    return noted(
        answer,
        f"complaint_month:{month_text(row.month)}",
        f"complaints.{form}",
        community_id=row.community_id,
    )


def _open(report_id: int) -> IssuedReport:
    try:
        return services.open_report(reading(), current_scope(), report_id)
    except PaperNotFoundError:
        abort(404)


def _row(
    community: Community,
    issued: tuple[int, object, date] | None,
    *,
    due: date,
    is_over: bool,
) -> MonthRow:
    if issued is None:
        return MonthRow(community, None, None, is_over and today() > due, is_over)
    key, at, due_on = issued
    day = beijing_date(at)  # type: ignore[arg-type]
    return MonthRow(community, key, day, day > due_on, is_missing=False)


def _page(community: Community, month: date, form: AnalysisForm) -> str:
    session = reading()
    labels = code_labels(session, current_language())
    compared = services.compare(session, community.id, month, now=outside().now())
    return render_template(
        "complaints_papers/month.html",
        community=community,
        month=month,
        form=form,
        groups=groups_of(compared, labels),
        pictures=pictures_of(compared.now, labels),
        footnote=footnote(),
        due=report_due(month, load_calendar(session)),
        is_over=today() > last_day(month),
        versions=queries.list_versions(session, community.id, month),
        may_write=current_scope().role in WRITERS,
        is_office=current_scope().role is Role.OFFICE,
        longest=LONGEST_TEXT,
        month_name=month_name,
        month_text=month_text,
    )


def _refused(
    community_id: int, month: date, form: AnalysisForm, error: FieldError | TracesError
) -> tuple[str, int]:
    if isinstance(error, TracesError):
        say_traces(form, error)
    else:
        form[error.field].errors = [field_problem(error.problem)]
    return _page(access_community(community_id), month, form), 422
