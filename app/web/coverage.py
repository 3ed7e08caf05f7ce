"""The coverage board: how far each community has come after the answers. Counts, never scores."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, abort, render_template, request
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.coverage.queries import list_coverage
from app.followup.coverage.rows import Coverage
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.coverage_list import coverage_workbook
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope, require_role
from app.web.choosing import campaign_in_address, chosen_campaign, opened_campaigns
from app.web.downloads import attachment
from app.web.services import services
from app.web.taken import noted
from app.web.transaction import reading

bp = Blueprint("coverage", __name__, url_prefix="/hq/coverage")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_PAGE = 100
_CAMPAIGNS = 2
_SORTS: dict[str, Callable[[Coverage], object]] = {
    "need": lambda row: row.need,
    "open": lambda row: -row.open,
    "visits": lambda row: row.visited - row.visits,
    "answers": lambda row: -row.answers_due,
    "close_by": lambda row: row.close_by or date.max,
}


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the communities with the two clocks, those that need somebody first."""
    campaigns = opened_campaigns()
    campaign = _campaign(campaigns)
    if campaign is None:
        return render_template("staff/coverage.html", campaign=None, campaigns=[])
    sort = request.args.get("sort", "need")
    if sort not in _SORTS:
        abort(404)
    rows = [row for row in _rows(campaign) if not row.is_quiet]
    number = _page_number(len(rows))
    start = (number - 1) * _PAGE
    return render_template(
        "staff/coverage.html",
        campaign=campaign,
        campaigns=campaigns,
        rows=_sorted(rows, sort)[start : start + _PAGE],
        all_rows=rows,
        sort=sort,
        sorts=_sort_names(),
        number=number,
        pages=max(1, -(-len(rows) // _PAGE)),
        today=beijing_date(services().now()),
        is_desk=current_scope().role in (Role.HEAD_OFFICE, Role.OFFICE),
    )


@bp.get("/coverage.xlsx")
@require_role(*READERS)
def workbook() -> Response:
    """Download the board of a campaign."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    title = campaign.title_en if current_language() == "en" else campaign.title
    content = coverage_workbook(
        _sorted(list(_rows(campaign)), "need"),
        title=f"{_('Coverage')} {title}",
        company=services().config.company,
        today=beijing_date(services().now()),
    )
    answer = attachment(content, _XLSX, f"coverage-{campaign.code}.xlsx")
    return noted(answer, f"campaign:{campaign.code}", "coverage.xlsx")


def _campaign(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest in which anything has come up."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    for campaign in campaigns[:_CAMPAIGNS]:
        if any(not row.is_quiet for row in _rows(campaign)):
            return campaign
    return campaigns[0] if campaigns else None


def _rows(campaign: Campaign) -> tuple[Coverage, ...]:
    return list_coverage(reading(), current_scope(), campaign.id, now=services().now())


def _sorted(rows: list[Coverage], sort: str) -> list[Coverage]:
    key = _SORTS[sort]
    return sorted(rows, key=key)  # type: ignore[arg-type]


def _sort_names() -> list[tuple[str, str]]:
    return [
        ("need", _("By need")),
        ("open", _("Open cases")),
        ("visits", _("Visits to make")),
        ("answers", _("Answers due")),
        ("close_by", _("Close by")),
    ]


def _page_number(count: int) -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and len(text) < 6):
        abort(404)
    number = int(text)
    if not 1 <= number <= max(1, -(-count // _PAGE)):
        abort(404)
    return number
