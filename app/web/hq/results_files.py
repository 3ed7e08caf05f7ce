"""Files of one result: report, tables, numbers, and every chart and table of its pages."""

from typing import NamedTuple

from flask import abort, redirect, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports import queries
from app.reports.exhibits.exhibit import Exhibit
from app.reports.exhibits.registry import BUILDERS, PAGES, build
from app.reports.printing import orders as printing
from app.staff.models import Role
from app.web.auth import current_scope
from app.web.downloads import attachment
from app.web.hq import exhibit_files
from app.web.hq.forms import ActForm
from app.web.hq.results_shown import (
    Shown,
    earlier,
    may_see,
    result_or_404,
    with_company_drivers,
)
from app.web.services import services
from app.web.transaction import reading, transaction

SERIES = "series"
PRINTERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)


class Kind(NamedTuple):
    """A kind of stored file: its type, its ending, and whether owners' committees get it."""

    mimetype: str
    ending: str
    is_for_committee: bool = False


FILES = {
    "pdf-zh-Hans": Kind("application/pdf", ".pdf"),
    "pdf-en": Kind("application/pdf", "-en.pdf"),
    "sheet-zh-Hans": Kind("application/pdf", "-sheet.pdf"),
    "sheet-en": Kind("application/pdf", "-sheet-en.pdf"),
    "notice-zh-Hans": Kind("application/pdf", "-notice.pdf", is_for_committee=True),
    "notice-en": Kind("application/pdf", "-notice-en.pdf", is_for_committee=True),
    "xlsx": Kind(exhibit_files.XLSX, ".xlsx"),
}


def offered(kinds: list[str]) -> list[str]:
    """Return the kinds of stored files this person may take, in a fixed order."""
    role = current_scope().role
    return [
        kind
        for kind, known in FILES.items()
        if kind in kinds and (known.is_for_committee or role is not Role.COMMITTEE)
    ]


class Print(NamedTuple):
    """Files of a result in one language: where they stand, and what the button says."""

    language: str
    stage: printing.Stage
    button: str


def prints(shown: Shown, made: list[str]) -> list[Print]:
    """Return the languages whose files are not all made; none for who does not order any."""
    if current_scope().role not in PRINTERS:
        return []
    words = {"zh-Hans": _("Make the files in Chinese"), "en": _("Make the files in English")}
    kinds = frozenset(made)
    found = [
        Print(one, printing.stage_of(reading(), shown.stored.run_id, kinds, one), words[one])
        for one in printing.LANGUAGES
    ]
    return [one for one in found if one.stage is not printing.Stage.MADE]


def order_print(code: str, community_id: int, language: str) -> Response:
    """Order the files of a result in one language, and lead back to its page."""
    shown = result_or_404(code, community_id)
    if language not in printing.LANGUAGES or not ActForm().validate():
        abort(400)
    with transaction() as session:
        printing.order_at_once(
            session,
            shown.campaign.id,
            shown.stored.run_id,
            language=language,
            now=services().now(),
        )
    address = url_for("hq_results.overview", code=code, community_id=community_id)
    return redirect(f"{address}#take", 303)


def stored_file(code: str, community_id: int, kind: str) -> Response:
    """Send a file that was made from the result."""
    shown = result_or_404(code, community_id)
    if not offered([kind]):
        abort(404)
    file = queries.find_report_file(reading(), shown.stored.run_id, kind, current_scope())
    if file is None:
        abort(404)
    known = FILES[kind]
    content = services().storage.get(file.digest)
    origin = _origin(shown)
    answer = attachment(content, known.mimetype, f"{origin.stem}{known.ending}")
    return exhibit_files.taken(origin, kind, answer)


def numbers(code: str, community_id: int) -> Response:
    """Send the numbers as documented JSON."""
    return exhibit_files.numbers_file(_origin(result_or_404(code, community_id)))


def chart(code: str, community_id: int, name: str) -> Response:
    """Send one chart as SVG."""
    shown = result_or_404(code, community_id)
    return exhibit_files.chart_file(_origin(shown), _exhibit(shown, name))


def table(code: str, community_id: int, name: str, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    shown = result_or_404(code, community_id)
    return exhibit_files.table_file(_origin(shown), _exhibit(shown, name), form)


def _exhibit(shown: Shown, name: str) -> Exhibit:
    """Return an exhibit of a page this person reads, else 404."""
    if name == SERIES:
        return earlier(shown) or abort(404)
    pages = [page for page, names in PAGES.items() if name in names]
    if name not in BUILDERS or not any(may_see(page) for page in pages):
        abort(404)
    source = shown.source()
    if name in PAGES["drivers"]:
        source = with_company_drivers(source, shown)
    found = build(name, source)
    if found is None:
        abort(404)
    return found


def _origin(shown: Shown) -> exhibit_files.Origin:
    stored, manifest = shown.stored, shown.stored.manifest
    return exhibit_files.Origin(
        stem=f"{manifest.campaign}-{manifest.community}-r{manifest.revision}",
        about=(_("Community"), shown.community.name),
        campaign=shown.campaign,
        result=shown.result,
        digest=stored.snapshot.digest,
        code_version=stored.code_version,
        created_at=stored.created_at,
        revision=manifest.revision,
        community_id=shown.community.id,
    )
