"""What these pages share: the place and month of an address, sheets to print, files to take."""

from collections.abc import Sequence
from datetime import date

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup.papers import services as papers
from app.followup.papers.models import PaperKind
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.standards.tables import FORMS, MIMETYPES, Table, to_file
from app.service.standards.rules import month_before, month_start
from app.staff import audit
from app.surveys.register.models import Community
from app.surveys.register.queries import list_communities
from app.web.access import access_community
from app.web.auth import current_scope
from app.web.choosing import number_in_address
from app.web.downloads import attachment
from app.web.forms import Form
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading, transaction

_EARLIEST = 2000
_MONTHS = 24


def today() -> date:
    """Return the present day in Beijing."""
    return beijing_date(outside().now())


def chosen_place() -> Community | None:
    """Return the community of the address, None for all; 404 where it is not in scope."""
    if not request.args.get("community"):
        return None
    key = number_in_address("community")
    return None if key is None else access_community(key)


def chosen_month() -> date:
    """Return the month of the address, else the present one; 404 where it is none or to come."""
    text = request.args.get("month")
    if not text:
        return month_start(today())
    month = read_month(text)
    if month is None:
        abort(404)
    return month


def read_month(text: str) -> date | None:
    """Return the first day of a month written as 2026-11, None where it is none or to come."""
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return month if len(text) == 7 and month.year >= _EARLIEST and month <= today() else None


def last_months(chosen: date) -> list[str]:
    """Return the last two years of months as 2026-11, the present one first, and the chosen one."""
    found, month = [], month_start(today())
    for _number in range(_MONTHS):
        found.append(f"{month:%Y-%m}")
        month = month_before(month)
    text = f"{chosen:%Y-%m}"
    return found if text in found else [*found, text]


def chosen_year() -> int:
    """Return the year of the address, else the present one; 404 where it is none or to come."""
    year = number_in_address("year")
    if year is None:
        return today().year
    if not _EARLIEST <= year <= today().year:
        abort(404)
    return year


def place_choices(everything: str) -> list[tuple[str, str]]:
    """Return the communities of the present scope for a choice, after a word for all of them."""
    found = list_communities(reading(), current_scope())
    return [("", everything), *((str(one.id), one.name) for one in found)]


def checked_token() -> None:
    """Refuse a button that carries no token of this session."""
    if not Form().validate():
        abort(400)


def order_paper(
    kind: PaperKind,
    about: dict[str, int | str],
    *,
    name: str,
    subject: str,
    community_id: int | None = None,
) -> Response:
    """Order a sheet of the worker, write down who did, and lead to where it will be."""
    now = outside().now()
    with transaction() as session:
        paper_id = papers.order(
            session,
            current_scope(),
            kind,
            about,
            name=name[:120],
            language=current_language(),
            now=now,
        )
        audit.record(
            session,
            actor=current_scope(),
            action=f"paper.{kind.value}",
            subject=subject,
            community_id=community_id,
            now=now,
        )
    return redirect(url_for("papers.show", paper_id=paper_id), 303)


def take_file(
    form: str,
    tables: Sequence[Table],
    *,
    title: str,
    name: str,
    subject: str,
    community_id: int | None = None,
) -> Response:
    """Return lists as a file; that it was taken is written down first."""
    if form not in FORMS:
        abort(404)
    content = to_file(form, tables, title=title, company=outside().config.company, day=today())
    answer = attachment(content, MIMETYPES[form], f"{name}.{form}")
    return noted(answer, subject, f"{title}.{form}", community_id=community_id)


def everywhere() -> str:
    """Return the word for all communities."""
    return _("All communities")
