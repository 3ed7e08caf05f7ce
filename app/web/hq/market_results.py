"""Results of a market survey: its pages, its charts and tables as files, its report."""

from dataclasses import dataclass

from flask import Blueprint, abort, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import plotly_figures, svg
from app.reports.charts import Chart
from app.reports.exhibits.exhibit import Exhibit
from app.reports.exhibits.table import cell_ends, cell_text
from app.reports.market import words
from app.reports.market.beside import latest_perception
from app.reports.market.orders import LANGUAGES
from app.reports.market.registry import BUILDERS, PAGES, build
from app.reports.market.source import MarketSource, perception_priorities
from app.reports.market.stored import from_text
from app.reports.table_files import to_csv, to_xlsx
from app.staff.models import Role
from app.surveys.market import queries
from app.surveys.market.models import MarketRun, MarketSnapshot, MarketSurveyRow
from app.surveys.market.questionnaire import get_questionnaire
from app.web.auth import current_scope, require_role
from app.web.downloads import attachment
from app.web.hq.exhibit_files import WIDTHS, XLSX
from app.web.hq.exhibit_views import DESK_WIDTH, PHONE_WIDTH, Face, Plot, View
from app.web.hq.market import READERS
from app.web.market_access import access_survey
from app.web.services import services
from app.web.taken import noted
from app.web.transaction import reading

bp = Blueprint("hq_market_results", __name__, url_prefix="/hq/market/<code>/results")

FIRST = "league"


@dataclass(frozen=True, slots=True)
class Shown:
    """The one result a page is about."""

    survey: MarketSurveyRow
    run: MarketRun
    snapshot: MarketSnapshot
    source: MarketSource
    gone: int

    @property
    def title(self) -> str:
        """Return the name of the survey."""
        return self.survey.title_en if current_language() == "en" else self.survey.title

    @property
    def stem(self) -> str:
        """Return the begin of the names of files."""
        return f"{self.survey.code}-r{self.snapshot.revision}"


@bp.get("/")
@require_role(*READERS)
def overview(code: str) -> str:
    """Show where the own company stands."""
    return _page(_shown(code), FIRST)


@bp.get("/<page>")
@require_role(*READERS)
def page(code: str, page: str) -> str:
    """Show one page of the result."""
    if page not in PAGES and page != "method":
        abort(404)
    return _page(_shown(code), page)


@bp.get("/chart/<name>.svg")
@require_role(*READERS)
def chart(code: str, name: str) -> Response:
    """Send one chart as SVG."""
    shown = _shown(code)
    exhibit, width = _exhibit(shown, name), WIDTHS.get(request.args.get("width", "desk"))
    if exhibit.draw is None or width is None:
        abort(404)
    text = svg.draw(exhibit.draw(width), font=svg.PRINT_FONT)
    return _taken(shown, text, "image/svg+xml", f"{shown.stem}-{name}.svg")


@bp.get("/table/<name>.<any(csv, xlsx):form>")
@require_role(*READERS)
def table(code: str, name: str, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    shown = _shown(code)
    exhibit = _exhibit(shown, name)
    about = [
        (_("Survey"), shown.title),
        (_("Market"), shown.survey.market),
        (_("Table"), exhibit.table.title),
        (_("Rests on"), exhibit.note),
        (_("Snapshot"), shown.snapshot.digest),
        (_("Version of the code"), shown.run.code_version),
    ]
    file = f"{shown.stem}-{name}.{form}"
    if form == "csv":
        content = to_csv(exhibit.table, about)
        return _taken(shown, content, "text/csv; charset=utf-8", file)
    book = to_xlsx(
        exhibit.table,
        about,
        company=services().config.company,
        day=beijing_date(shown.run.created_at),
        banner=words.between_residents(),
    )
    return _taken(shown, book, XLSX, file)


@bp.get("/report/<language>.pdf")
@require_role(*READERS)
def report(code: str, language: str) -> Response:
    """Send the printed report."""
    shown = _shown(code)
    kinds = {one.kind: one.digest for one in queries.list_files(reading(), shown.run.id)}
    digest = kinds.get(f"pdf-{language}")
    if language not in LANGUAGES or digest is None:
        abort(404)
    content = services().storage.get(digest)
    return _taken(shown, content, "application/pdf", f"{shown.stem}-{language}.pdf")


@bp.get("/numbers.json")
@require_role(Role.HEAD_OFFICE)
def numbers(code: str) -> Response:
    """Send the numbers as documented JSON."""
    shown = _shown(code)
    return _taken(shown, shown.run.result, "application/json", f"{shown.stem}.json")


def _taken(shown: Shown, content: str | bytes, mimetype: str, name: str) -> Response:
    """Send a file of the market's result once it is on record who took it."""
    answer, subject = attachment(content, mimetype, name), f"market:{shown.survey.code}"
    return noted(answer, subject, name, revision=shown.snapshot.revision)


def _shown(code: str) -> Shown:
    survey, session = access_survey(code), reading()
    found = queries.find_latest_run(session, survey.id, current_scope())
    if found is None:
        abort(404)
    run, snapshot = found
    perception = latest_perception(session, current_scope())
    source = MarketSource(
        stored=from_text(run.result),
        questionnaire=get_questionnaire(session, survey.questionnaire),
        language=current_language(),
        beside=perception_priorities(perception.result),
        beside_from=perception.campaign,
    )
    return Shown(survey, run, snapshot, source, queries.count_gone(session, snapshot))


def _exhibit(shown: Shown, name: str) -> Exhibit:
    found = build(name, shown.source) if name in BUILDERS else None
    if found is None:
        abort(404)
    return found


def _page(shown: Shown, page: str) -> str:
    code = shown.survey.code
    exhibits = [build(name, shown.source) for name in PAGES.get(page, ())]
    return render_template(
        "hq/market/method.html" if page == "method" else "hq/market/results.html",
        survey=shown.survey,
        shown=shown,
        page=page,
        pages=_pages(),
        views=[_view(one) for one in exhibits if one is not None],
        first=words.league_sentence(shown.source) if page == FIRST else "",
        note=words.between_residents(),
        files=queries.list_files(reading(), shown.run.id),
        may_take=current_scope().role is Role.HEAD_OFFICE,
        cell_text=cell_text,
        cell_ends=cell_ends,
        computed=beijing_date(shown.run.created_at).isoformat(),
        page_address=lambda page: url_for(".page", code=code, page=page),
        chart_address=lambda name: url_for(".chart", code=code, name=name),
        table_address=lambda name, form: url_for(".table", code=code, name=name, form=form),
    )


def _pages() -> tuple[tuple[str, str], ...]:
    return (
        ("league", _("League table")),
        ("items", _("Area by area")),
        ("image", _("Image")),
        ("funnel", _("Known and chosen")),
        ("segments", _("Parts of the market")),
        ("needs", _("Special needs")),
        ("further", _("Further answers")),
        ("method", _("Method")),
    )


def _view(exhibit: Exhibit) -> View:
    draw = exhibit.draw
    if draw is None:
        return View(exhibit, None)
    desk, phone = draw(DESK_WIDTH), draw(PHONE_WIDTH)
    return View(exhibit, Plot(_face(desk, live=True), _face(phone, live=False)))


def _face(chart: Chart, *, live: bool) -> Face:
    # The drawing code escapes every word.
    markup = Markup(svg.draw(chart, suffix="desk" if live else "phone"))  # noqa: S704
    return Face(markup, plotly_figures.figure(chart) if live else None)
