"""Files of a company's result: charts, tables, numbers."""

from flask import abort, request
from werkzeug.wrappers import Response

from app.analysis.results.canonical import to_json
from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import svg, wording
from app.reports.exhibits.exhibit import Exhibit
from app.reports.table_files import to_csv, to_xlsx
from app.web.downloads import attachment
from app.web.hq.company_shown import Shown, find_exhibit, result_or_404
from app.web.hq.results_files import WIDTHS, XLSX, may_take_numbers
from app.web.services import services


def numbers(code: str) -> Response:
    """Send the numbers as documented JSON, with every digit: to head office only."""
    shown = result_or_404(code)
    if not may_take_numbers():
        abort(404)
    text = to_json(shown.result)
    return attachment(text.encode(), "application/json", _file_name(shown, ".json"))


def chart(code: str, name: str) -> Response:
    """Send one chart as SVG, as wide as the address asks (desk, paper or phone)."""
    shown = result_or_404(code)
    exhibit = _exhibit(shown, name)
    width = WIDTHS.get(request.args.get("width", "desk"))
    if exhibit.draw is None or width is None:
        abort(404)
    text = svg.draw(exhibit.draw(width), font=svg.PRINT_FONT)
    return attachment(text, "image/svg+xml", _file_name(shown, f"-{name}.svg"))


def table(code: str, name: str, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    shown = result_or_404(code)
    exhibit = _exhibit(shown, name)
    about = _about(shown, exhibit)
    if form == "csv":
        text = to_csv(exhibit.table, about)
        return attachment(text, "text/csv; charset=utf-8", _file_name(shown, f"-{name}.csv"))
    content = to_xlsx(
        exhibit.table,
        about,
        company=services().config.company,
        day=beijing_date(shown.stored.created_at),
        banner=" ".join(wording.standing_notes(shown.result)),
    )
    return attachment(content, XLSX, _file_name(shown, f"-{name}.xlsx"))


def _exhibit(shown: Shown, name: str) -> Exhibit:
    found = find_exhibit(shown, name)
    if found is None:
        abort(404)
    return found


def _about(shown: Shown, exhibit: Exhibit) -> list[tuple[str, str]]:
    """Return what stands above a table in a file, so that it can be understood alone."""
    campaign, stored = shown.campaign, shown.stored
    lines = [
        (_("About"), shown.title),
        (_("Survey"), campaign.title_en if current_language() == "en" else campaign.title),
        (_("Table"), exhibit.table.title),
        (_("Rests on"), exhibit.note),
    ]
    lines += [(_("Standing"), note) for note in wording.standing_notes(shown.result)]
    lines += [
        (_("Snapshot"), stored.snapshot.digest),
        (_("Version of the code"), stored.code_version),
    ]
    return lines


def _file_name(shown: Shown, rest: str) -> str:
    place = shown.region or "company"
    return f"{shown.campaign.code}-{place}-r{shown.stored.snapshot.revision}{rest}"
