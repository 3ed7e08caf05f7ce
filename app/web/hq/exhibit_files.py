"""Files of any result: its numbers, and each chart and table of its pages."""

from dataclasses import dataclass
from datetime import datetime

from flask import abort, request
from werkzeug.wrappers import Response

from app.analysis.results.canonical import to_json
from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import svg, wording
from app.reports.exhibits.exhibit import Exhibit
from app.reports.table_files import to_csv, to_xlsx
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope
from app.web.downloads import attachment
from app.web.hq.exhibit_views import DESK_WIDTH, PHONE_WIDTH
from app.web.services import services
from app.web.taken import noted

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = {"desk": DESK_WIDTH, "paper": 620.0, "phone": PHONE_WIDTH}


@dataclass(frozen=True, slots=True)
class Origin:
    """What a file comes from, written above its table so that it can be understood alone.

    Attributes:
        stem: Begin of its name.
        about: What the result is about: a heading and a name.
        campaign: The survey.
        result: The numbers.
        digest: Digest of the snapshot.
        code_version, created_at: Who computed it, and when.
        revision: Of the snapshot.
        community_id: Community it is about; None for several.
        place: Else the region's code, or "company".
    """

    stem: str
    about: tuple[str, str]
    campaign: Campaign
    result: StudyResult
    digest: str
    code_version: str
    created_at: datetime
    revision: int
    community_id: int | None = None
    place: str = ""


def may_take_numbers() -> bool:
    """Say whether this person may take numbers with all their digits.

    Two revisions with all digits tell the answers of the one home that came or went between them.
    """
    return current_scope().role is Role.HEAD_OFFICE


def numbers_file(origin: Origin) -> Response:
    """Send the numbers as documented JSON, with every digit: to head office only."""
    if not may_take_numbers():
        abort(404)
    content = to_json(origin.result).encode()
    return taken(
        origin, "result.json", attachment(content, "application/json", f"{origin.stem}.json")
    )


def taken(origin: Origin, what: str, answer: Response) -> Response:
    """Return a file of a result, on record."""
    return noted(
        answer,
        f"campaign:{origin.campaign.code}",
        what,
        community_id=origin.community_id,
        place=origin.place,
        revision=origin.revision,
    )


def chart_file(origin: Origin, exhibit: Exhibit) -> Response:
    """Send one chart as SVG, as wide as the address asks (desk, paper or phone)."""
    width = WIDTHS.get(request.args.get("width", "desk"))
    if exhibit.draw is None or width is None:
        abort(404)
    text = svg.draw(exhibit.draw(width), font=svg.PRINT_FONT)
    answer = attachment(text, "image/svg+xml", f"{origin.stem}-{exhibit.name}.svg")
    return taken(origin, f"{exhibit.name}.svg", answer)


def table_file(origin: Origin, exhibit: Exhibit, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    return taken(origin, f"{exhibit.name}.{form}", _table_file(origin, exhibit, form))


def _table_file(origin: Origin, exhibit: Exhibit, form: str) -> Response:
    about = _about(origin, exhibit)
    name = f"{origin.stem}-{exhibit.name}.{form}"
    if form == "csv":
        return attachment(to_csv(exhibit.table, about), "text/csv; charset=utf-8", name)
    content = to_xlsx(
        exhibit.table,
        about,
        company=services().config.company,
        day=beijing_date(origin.created_at),
        banner=" ".join(wording.standing_notes(origin.result)),
    )
    return attachment(content, XLSX, name)


def _about(origin: Origin, exhibit: Exhibit) -> list[tuple[str, str]]:
    campaign = origin.campaign
    lines = [
        origin.about,
        (_("Survey"), campaign.title_en if current_language() == "en" else campaign.title),
        (_("Table"), exhibit.table.title),
        (_("Rests on"), exhibit.note),
    ]
    lines += [(_("Standing"), note) for note in wording.standing_notes(origin.result)]
    lines += [(_("Snapshot"), origin.digest), (_("Version of the code"), origin.code_version)]
    return lines
