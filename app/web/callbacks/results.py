"""Results of a month: by telephone and by link apart, each with its interval and its answers."""

import csv
from collections.abc import Sequence
from datetime import date
from io import StringIO

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.exports.safe import guarded
from app.reports.workbook import Column, Sheet, Value, make_workbook
from app.service.callbacks.figures import Share
from app.service.callbacks.models import CallKind
from app.service.callbacks.results.queries import month_span
from app.service.callbacks.results.services import MonthResult, OfficeResult, month_result
from app.service.callbacks.rules import Effect, month_after, month_of, month_shown
from app.web.auth import current_scope, require_role
from app.web.callbacks import words
from app.web.callbacks.nav import READERS, SEES_AT_ONCE, make_blueprint
from app.web.downloads import attachment
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading

bp = make_blueprint("call_back_results", "/call-backs/results")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MOST_MONTHS = 18


@bp.get("/")
@require_role(*READERS)
def show() -> str:
    """Show a month."""
    kind, months = _kind(), _months()
    month = _month(months)
    found = None if month is None else _result(kind, month)
    return render_template(
        "callbacks/results.html",
        kind=kind,
        kinds=[(one, words.kind_name(one)) for one in CallKind],
        months=[(one, f"{one:%Y-%m}") for one in months],
        month=month,
        found=found,
        offices=[] if found is None else [_line(one) for one in found.offices],
        phone=None if found is None else _share_words(found.phone),
        link=None if found is None else _share_words(found.link),
        effects=[] if found is None else _effects(found),
        sees_at_once=current_scope().role in SEES_AT_ONCE,
    )


@bp.get("/<int:number>.csv")
@require_role(*READERS)
def table_csv(number: int) -> Response:
    """Hand out a month as CSV; `number` is the year and month, 202611."""
    kind, found = _asked(number)
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow([column.head for column in _columns()])
    for row in _rows(found):
        writer.writerow([guarded(one) if isinstance(one, str) else one for one in row])
    content = "\ufeff" + target.getvalue()
    answer = attachment(content, "text/csv", f"{_title(kind, found.month)}.csv")
    return noted(answer, f"call-backs:{found.month:%Y-%m}", f"{kind}.csv")


@bp.get("/<int:number>.xlsx")
@require_role(*READERS)
def table_xlsx(number: int) -> Response:
    """Hand out a month as XLSX."""
    kind, found = _asked(number)
    title = _title(kind, found.month)
    content = make_workbook(
        [Sheet(_("Call-backs"), _columns(), _rows(found))],
        title=title,
        company=outside().config.company,
        day=beijing_date(outside().now()),
    )
    answer = attachment(content, _XLSX, f"{title}.xlsx")
    return noted(answer, f"call-backs:{found.month:%Y-%m}", f"{kind}.xlsx")


def _result(kind: CallKind, month: date) -> MonthResult:
    return month_result(reading(), current_scope(), kind, month)


def _asked(number: int) -> tuple[CallKind, MonthResult]:
    year, at = divmod(number, 100)
    if not (2000 <= year <= 2999 and 1 <= at <= 12):
        abort(404)
    month = date(year, at, 1)
    if month not in _months():
        abort(404)
    return _kind(), _result(_kind(), month)


def _months() -> list[date]:
    """Return the months this person may see; an office those whose calls are all over."""
    now, span = outside().now(), month_span(reading())
    if span is None:
        return []
    found, month = [], span[0]
    while month <= span[1]:
        found.append(month)
        month = month_after(month)
    if current_scope().role not in SEES_AT_ONCE:
        found = [one for one in found if month_shown(one, now)]
    return found[-_MOST_MONTHS:][::-1]


def _month(months: Sequence[date]) -> date | None:
    try:
        asked = month_of(date.fromisoformat(f"{request.args.get('month', '')}-01"))
    except ValueError:
        return months[0] if months else None
    if asked not in months:
        abort(404)
    return asked


def _kind() -> CallKind:
    text = request.args.get("kind", "")
    return CallKind(text) if text in set(CallKind) else CallKind.REPAIR


def _line(one: OfficeResult) -> dict[str, object]:
    row = one.row
    return {
        "name": row.community,
        "orders": row.orders,
        "calls": row.calls,
        "tried": row.tried,
        "reached": row.reached,
        "phone": _share_words(one.phone),
        "link": _share_words(one.link),
        "links": row.links,
        "later": sum(row.later.values()),
    }


def _share_words(share: Share) -> dict[str, object]:
    """Return a share as it is shown: percent with its interval, or only how many answered."""
    if share.value is None or share.low is None or share.high is None:
        return {"n": share.n, "value": "", "interval": ""}
    return {
        "n": share.n,
        "value": f"{100 * share.value:.0f}%",
        "interval": _("{low}–{high}%").format(
            low=f"{100 * share.low:.0f}", high=f"{100 * share.high:.0f}"
        ),
    }


def _effects(found: MonthResult) -> list[tuple[str, int]]:
    return [(words.effect_name(one), found.effects[one]) for one in Effect if one in found.effects]


def _columns() -> tuple[Column, ...]:
    share = "0.0%"
    return (
        Column(_("Community"), 24),
        Column(_("Closed orders"), 10, "0"),
        Column(_("Calls to make"), 10, "0"),
        Column(_("Called"), 10, "0"),
        Column(_("People reached"), 10, "0"),
        Column(_("Answers by telephone"), 12, "0"),
        Column(_("Satisfied, by telephone"), 12, share),
        Column(_("lower limit"), 9, share),
        Column(_("upper limit"), 9, share),
        Column(_("Links out"), 10, "0"),
        Column(_("Answers by link"), 12, "0"),
        Column(_("Satisfied, by link"), 12, share),
        Column(_("lower limit"), 9, share),
        Column(_("upper limit"), 9, share),
        Column(_("Second answers, not counted"), 14, "0"),
    )


def _rows(found: MonthResult) -> list[Sequence[Value]]:
    rows: list[Sequence[Value]] = [
        (
            *(one.row.community, one.row.orders, one.row.calls, one.row.tried, one.row.reached),
            *_numbers(one.phone),
            one.row.links,
            *_numbers(one.link),
            sum(one.row.later.values()),
        )
        for one in found.offices
    ]
    if len(rows) > 1:
        rows.append(
            (
                _("Company, weighted by orders"),
                *(found.orders, found.calls, found.tried, found.reached),
                *_numbers(found.phone),
                sum(one.row.links for one in found.offices),
                *_numbers(found.link),
                sum(sum(one.row.later.values()) for one in found.offices),
            )
        )
    return rows


def _numbers(share: Share) -> tuple[Value, ...]:
    def digits(value: float | None) -> float | None:
        return None if value is None else round(value, 3)

    return (share.n, digits(share.value), digits(share.low), digits(share.high))


def _title(kind: CallKind, month: date) -> str:
    return f"{_('Call-backs')} {words.kind_name(kind)} {month:%Y-%m}"
