"""Files of a company's result: charts, tables, numbers."""

from flask import abort
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports.exhibits.exhibit import Exhibit
from app.web.hq import exhibit_files
from app.web.hq.company_shown import Shown, find_exhibit, result_or_404


def numbers(code: str) -> Response:
    """Send the numbers as documented JSON."""
    return exhibit_files.numbers_file(_origin(result_or_404(code)))


def chart(code: str, name: str) -> Response:
    """Send one chart as SVG."""
    shown = result_or_404(code)
    return exhibit_files.chart_file(_origin(shown), _exhibit(shown, name))


def table(code: str, name: str, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    shown = result_or_404(code)
    return exhibit_files.table_file(_origin(shown), _exhibit(shown, name), form)


def _exhibit(shown: Shown, name: str) -> Exhibit:
    found = find_exhibit(shown, name)
    if found is None:
        abort(404)
    return found


def _origin(shown: Shown) -> exhibit_files.Origin:
    stored, place = shown.stored, shown.region or "company"
    return exhibit_files.Origin(
        stem=f"{shown.campaign.code}-{place}-r{stored.snapshot.revision}",
        about=(_("About"), shown.title),
        campaign=shown.campaign,
        result=shown.result,
        digest=stored.snapshot.digest,
        code_version=stored.code_version,
        created_at=stored.created_at,
        revision=stored.snapshot.revision,
        place=place,
    )
