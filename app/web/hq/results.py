"""Results for head office, leaders and the office concerned: index, pages of a community, files."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, render_template
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.analysis.results.canonical import to_json
from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import figures, matrix, method, plotly_figures, queries, svg, wording, zone_figure
from app.reports.charts import Chart
from app.reports.context import bounds_of_satisfied
from app.reports.gate_words import exclusion_words, revision_words
from app.reports.wording import Names, names_of
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import count_exclusions, get_instrument
from app.surveys.campaign.rules import GateState
from app.surveys.register.models import Community
from app.surveys.response.tracker import TrackerRow, tracker
from app.surveys.response.voids.queries import count_voids
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import campaign_in_address, opened_campaigns
from app.web.downloads import attachment
from app.web.services import services
from app.web.transaction import reading
from app.web.words import short_date

bp = Blueprint("hq_results", __name__, url_prefix="/hq/results")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE)
DESK_WIDTH = 980.0
PHONE_WIDTH = 350.0
FILES = {
    "pdf-zh-Hans": ("application/pdf", "pdf"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}

Drawing = Callable[[StudyResult, Names, float], Chart]


@dataclass(frozen=True, slots=True)
class Face:
    """One drawing: the SVG that stands in the page, and the figure a script may put over it."""

    markup: Markup
    figure: dict[str, object]


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart for the desk and for the phone."""

    title: str
    desk: Face
    phone: Face


@dataclass(frozen=True, slots=True)
class Shown:
    """What every page of one community's result needs."""

    campaign: Campaign
    community: Community
    stored: queries.StoredResult
    names: Names

    @property
    def result(self) -> StudyResult:
        """Return the numbers."""
        return self.stored.result

    @property
    def rate(self) -> str:
        """Return the return rate as text."""
        manifest = self.stored.manifest
        return wording.return_rate(manifest.returned, manifest.base)


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One community of the index page: a result, or the reason why there is none yet."""

    tracked: TrackerRow
    stored: queries.StoredResult | None
    reason: str


@bp.get("")
@require_role(*READERS)
def index() -> str:
    """Show all communities of a campaign: results where released, the reason where locked."""
    campaigns = opened_campaigns()
    campaign = _campaign_to_show(campaigns)
    if campaign is None:
        return render_template("hq/results/none.html")
    scope = current_scope()
    found = {
        stored.community_id: stored
        for stored in queries.list_results(reading(), campaign.id, scope)
    }
    now = services().now()
    rows = [
        IndexRow(
            row,
            None if is_ahead(row.gate, now=now) else found.get(row.community_id),
            locked_reason(row, campaign),
        )
        for row in tracker(reading(), campaign, scope, now=now).communities
    ]
    return render_template(
        "hq/results/index.html",
        campaigns=campaigns,
        campaign=campaign,
        rows=rows,
        words=wording,
    )


@bp.get("/<code>/<int:community_id>")
@require_role(*READERS)
def overview(code: str, community_id: int) -> str | tuple[str, int]:
    """Show the verdict and the headline figures of a community."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        return shown
    files = queries.list_report_files(reading(), shown.stored.run_id, current_scope())
    return _page(
        "overview",
        shown,
        files=[file.kind for file in files if file.kind in FILES],
        bounds=bounds_of_satisfied(
            shown.result, shown.stored.manifest.returned, shown.stored.manifest.base
        ),
        plot=_drawn(figures.pfi_list, shown, any(i.pfi is not None for i in shown.result.items)),
        exclusions=_(", ").join(
            _("{reason}: {count}").format(reason=reason, count=count)
            for reason, count in exclusion_words(
                count_exclusions(reading(), shown.campaign.id, shown.community.id)
            )
        ),
        beijing_date=beijing_date,
    )


@bp.get("/<code>/<int:community_id>/matrix")
@require_role(*READERS)
def matrix_page(code: str, community_id: int) -> str:
    """Show the importance-performance matrix."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        return shown
    is_placed = any(item.quadrant for item in shown.result.items)
    return _page("matrix", shown, plot=_drawn(matrix.importance_performance, shown, is_placed))


@bp.get("/<code>/<int:community_id>/pfi")
@require_role(*READERS)
def pfi(code: str, community_id: int) -> str:
    """Show the priorities for improvement in bands."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        return shown
    items = wording.in_order(shown.result)
    has_pfi = any(item.pfi is not None for item in items)
    return _page("pfi", shown, plot=_drawn(figures.pfi_list, shown, has_pfi), items=items)


@bp.get("/<code>/<int:community_id>/zones")
@require_role(*READERS)
def zones(code: str, community_id: int) -> str:
    """Show the zones of tolerance and the matrix of the zone list."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        return shown
    found = wording.zones_in_order(shown.result)
    placed = wording.may_draw_zone_matrix(shown.result)
    return _page(
        "zones",
        shown,
        zones=found,
        plot=_drawn(zone_figure.zone_rows, shown, bool(found)),
        matrix=_drawn(matrix.zone_matrix, shown, placed),
    )


@bp.get("/<code>/<int:community_id>/items")
@require_role(*READERS)
def items(code: str, community_id: int) -> str:
    """Show every area and attribute with its numbers."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        return shown
    has_levels = any(a.performance.value is not None for a in shown.result.attributes)
    return _page("items", shown, plot=_drawn(figures.attribute_levels, shown, has_levels))


@bp.get("/<code>/<int:community_id>/method")
@require_role(*READERS)
def method_page(code: str, community_id: int) -> str:
    """Show formulas, the table for checking by hand, and where the numbers come from."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        return shown
    return _page("method", shown, entries=method.entries())


@bp.get("/<code>/<int:community_id>/file/<kind>")
@require_role(*READERS)
def download(code: str, community_id: int, kind: str) -> Response:
    """Send the PDF or the workbook of a result."""
    shown = _shown(code, community_id)
    if isinstance(shown, str) or kind not in FILES:
        abort(404)
    file = queries.find_report_file(reading(), shown.stored.run_id, kind, current_scope())
    if file is None:
        abort(404)
    mimetype, ending = FILES[kind]
    return attachment(services().storage.get(file.digest), mimetype, _file_name(shown, ending))


@bp.get("/<code>/<int:community_id>/result.json")
@require_role(*READERS)
def result_json(code: str, community_id: int) -> Response:
    """Send the numbers as documented JSON."""
    shown = _shown(code, community_id)
    if isinstance(shown, str):
        abort(404)
    text = to_json(shown.result)
    return attachment(text.encode(), "application/json", _file_name(shown, "json"))


def _campaign_to_show(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest that has a result to show."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    for campaign in campaigns:
        if queries.list_results(reading(), campaign.id, current_scope()):
            return campaign
    return campaigns[0] if campaigns else None


def is_ahead(gate: Gate, *, now: datetime) -> bool:
    """Say whether a clock that ran fast opened this gate: its T0 is still to come."""
    return gate.t0 is not None and now < gate.t0


def locked_reason(row: TrackerRow, campaign: Campaign) -> str:
    """Say why a community's results cannot be seen yet."""
    state = row.status.state
    if state is GateState.NOT_OPEN:
        return _("opens on {date}", date=short_date(campaign.opens_on))
    if state is GateState.COLLECTING:
        return _(
            "collecting until {date}; results stay locked until then",
            date=short_date(campaign.closes_on),
        )
    if state is GateState.EXTENDED:
        return _(
            "below the required rate: {count} more homes needed, or a waiver by head office",
            count=row.still_needed,
        )
    if state is GateState.HELD:
        return _("held: head office is checking the answers; the results are shut until then")
    return _("released; the numbers are being computed")


def _shown(code: str, community_id: int) -> Shown | str:
    """Return the result this person may see, or the page that says why there is none yet."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    community = access_community(community_id)
    scope, now = current_scope(), services().now()
    stored = queries.find_latest_result(reading(), campaign.id, community_id, scope)
    if stored is None or is_ahead(gate, now=now):
        row = tracker(reading(), campaign, scope.only(community_id), now=now).communities[0]
        return render_template(
            "hq/results/locked.html",
            campaign=campaign,
            community=community,
            row=row,
            reason=locked_reason(row, campaign),
        )
    instrument = get_instrument(reading(), stored.manifest.instrument)
    return Shown(campaign, community, stored, names_of(instrument, current_language()))


def _page(name: str, shown: Shown, **values: object) -> str:
    return render_template(
        f"hq/results/{name}.html",
        page=name,
        shown=shown,
        campaign=shown.campaign,
        community=shown.community,
        result=shown.result,
        revision=_revision_words(shown),
        names=shown.names,
        words=wording,
        rank_slots=_rank_slots,
        short_names=lambda found: [shown.names.short(item.code) for item in found],
        **values,
    )


def _revision_words(shown: Shown) -> str:
    """Say since when a corrected result stands and why; empty for the first."""
    snapshot = shown.stored.snapshot
    if snapshot.revision == 1:
        return ""
    gate = access_gate(shown.campaign, shown.community.id)
    voids = count_voids(reading(), gate).get(snapshot.revision, {})
    return revision_words(snapshot.revision, since=beijing_date(snapshot.created_at), voids=voids)


def _drawn(drawing: Drawing, shown: Shown, has_data: bool, /) -> Plot | None:
    if not has_data:
        return None
    desk, phone = (drawing(shown.result, shown.names, width) for width in (DESK_WIDTH, PHONE_WIDTH))
    return Plot(desk.title, _face(desk, "desk"), _face(phone, "phone"))


def _face(chart: Chart, suffix: str) -> Face:
    # The drawing code escapes every word.
    markup = Markup(svg.draw(chart, suffix=suffix))  # noqa: S704
    return Face(markup, plotly_figures.figure(chart))


def _rank_slots(low: int, high: int, count: int) -> Markup:
    return Markup(svg.rank_slots(low, high, count))  # noqa: S704 - numbers only


def _file_name(shown: Shown, ending: str) -> str:
    manifest = shown.stored.manifest
    return f"{manifest.campaign}-{manifest.community}-r{manifest.revision}.{ending}"
