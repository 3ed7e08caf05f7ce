"""The company's figures of complaints: every community with its n, no order by rates."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, render_template
from werkzeug.wrappers import Response

from app.i18n import current_language
from app.reports.complaints.files import CompanyRow, company_csv, company_json, company_xlsx
from app.reports.complaints.lines import class_word, footnote, kind_word, share_text
from app.reports.complaints.month import Picture, pictures_of, trend_of
from app.reports.complaints.pictures import MonthBar
from app.reports.complaints.words import month_name
from app.service.complaints.papers.counted.queries import (
    code_labels,
    count_months,
    list_company_facts,
)
from app.service.complaints.papers.figures import (
    LEAST,
    Fact,
    MonthFigures,
    count_month,
    decided,
    heard,
    rate,
)
from app.service.complaints.papers.months import month_text, run
from app.staff.models import Role
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope, require_role
from app.web.complaints_papers.asked import OFFERED, XLSX, asked_month, offered_months, today
from app.web.downloads import attachment
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading

bp = Blueprint("complaint_figures", __name__, url_prefix="/complaint-papers/figures")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION)


@dataclass(frozen=True, slots=True)
class CompanyMonth:
    """What the page shows.

    Attributes:
        month: Which month.
        rows: Every community by its code; complaints about a director are in none of them.
        total: All of them together, those about directors included where this person may know.
        above: How many of the total no office knows of.
        trend: Thirteen months up to this one.
    """

    month: date
    rows: tuple[CompanyRow, ...]
    total: MonthFigures
    above: int
    trend: tuple[MonthBar, ...]


@bp.get("/")
@require_role(*READERS)
def show() -> str:
    """Show the figures of a month."""
    found = _read(asked_month())
    return render_template(
        "complaints_papers/figures.html",
        found=found,
        pictures=_pictures(found),
        months=offered_months(),
        footnote=footnote(),
        least=LEAST,
        shares=_shares,
        class_word=class_word,
        kind_word=kind_word,
        month_name=month_name,
        month_text=month_text,
        decided=decided,
        heard=heard,
    )


@bp.get("/table.<any(csv, xlsx, json):form>")
@require_role(*READERS)
def table(form: str) -> Response:
    """Hand out the table of a month."""
    found = _read(asked_month())
    name = f"complaints-{month_text(found.month)}.{form}"
    if form == "csv":
        answer = attachment(company_csv(found.rows, found.month), "text/csv; charset=utf-8", name)
    elif form == "json":
        trend = [(one.month, one.received, one.valid) for one in found.trend]
        answer = attachment(company_json(found.rows, found.total, trend), "application/json", name)
    else:
        content = company_xlsx(
            found.rows, found.month, company=outside().config.company, day=today()
        )
        answer = attachment(content, XLSX, name)
    return _noted(answer, found.month, f"complaints.{form}")


@bp.get("/<any(months, classes, matters):picture>.svg")
@require_role(*READERS)
def picture_file(picture: str) -> Response:
    """Hand out one picture."""
    found = _read(asked_month())
    names = {"months": "months", "classes": "by-class", "matters": "by-code"}
    drawn = {one.name: one for one in _pictures(found)}.get(names[picture])
    if drawn is None:
        abort(404)
    answer = attachment(
        drawn.file, "image/svg+xml", f"complaints-{picture}-{month_text(found.month)}.svg"
    )
    return _noted(answer, found.month, f"complaints.{picture}.svg")


def _noted(answer: Response, month: date, what: str) -> Response:
    return noted(answer, f"complaint_month:{month_text(month)}", what, place="company")


def _read(month: date) -> CompanyMonth:
    session, scope, now = reading(), current_scope(), outside().now()
    known, everything, above = defaultdict[int, list[Fact]](list), list[Fact](), 0
    for community_id, is_known, fact in list_company_facts(session, scope, month):
        everything.append(fact)
        if is_known:
            known[community_id].append(fact)
        else:
            above += 1
    rows = tuple(
        CompanyRow(
            one.id, one.code, one.name, one.office, count_month(month, known[one.id], now=now)
        )
        for one in list_communities(session, scope)
    )
    counts = count_months(session, scope, run(month, OFFERED))
    return CompanyMonth(
        month=month,
        rows=rows,
        total=count_month(month, everything, now=now),
        above=above,
        trend=tuple(MonthBar(one.month, one.received, one.valid) for one in counts),
    )


def _pictures(found: CompanyMonth) -> tuple[Picture, ...]:
    labels = code_labels(reading(), current_language())
    return (trend_of(found.trend), *pictures_of(found.total, labels))


def _shares(part: int, whole: int) -> str:
    """Write a rate, or nothing where too few stand behind it."""
    share = rate(part, whole)
    return "" if share is None else share_text(share)
