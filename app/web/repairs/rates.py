"""及时率 and 合格率 (R53) per month, office and thing, with their definitions and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports.repairs import words as rw
from app.reports.workbook import Column, Sheet
from app.service.repairs.months import queries as months
from app.service.repairs.rules import (
    PASS_TARGET,
    TIMELY_TARGET,
    Counts,
    month_of,
    settles_at,
)
from app.web.auth import current_scope, require_role
from app.web.choosing import number_in_address
from app.web.repairs.frame import READERS, communities, make_blueprint
from app.web.repairs.rates_picture import Picture, draw, rate_text
from app.web.repairs.taking import csv_answer, xlsx_answer
from app.web.services import services as outside
from app.web.taken import noted
from app.web.transaction import reading

bp = make_blueprint("repair_rates", "/repairs/rates")
_SHOWN = 12  # months
_PHONE = 312  # pixels


@dataclass(frozen=True, slots=True)
class RateRow:
    """One line of a table of rates."""

    name: str
    counts: Counts
    key: int | None = None
    month: str = ""
    is_open: bool = False

    @property
    def timely(self) -> str:
        """Return 及时率 in percent."""
        return rate_text(self.counts.timely, self.counts.decided)

    @property
    def passed(self) -> str:
        """Return 合格率 in percent."""
        return rate_text(self.counts.passed, self.counts.done)

    @property
    def is_late(self) -> bool:
        """Say whether the timely rate is under its target."""
        return 100 * self.counts.timely < TIMELY_TARGET * self.counts.decided

    @property
    def is_failing(self) -> bool:
        """Say whether the pass rate is under its target."""
        return 100 * self.counts.passed < PASS_TARGET * self.counts.done


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for, and the tables of it."""

    month: date
    community_id: int | None
    series: list[RateRow]
    offices: list[RateRow]
    things: list[RateRow]


@bp.get("/")
@require_role(*READERS)
def show() -> str:
    """Show the rates of a month beside those of the year before."""
    chosen = _chosen()
    now, scope = outside().now(), current_scope()
    return render_template(
        "repairs/rates.html",
        here="rates",
        chosen=chosen,
        row=next(one for one in chosen.series if one.month == f"{chosen.month:%Y-%m}"),
        communities=communities(),
        pictures=_pictures(chosen.series),
        waiting=months.count_to_count(reading(), scope),
        is_settled=now >= settles_at(chosen.month),
        settles=settles_at(chosen.month),
        targets=(TIMELY_TARGET, PASS_TARGET),
    )


def _pictures(series: list[RateRow]) -> list[tuple[Picture, Picture]]:
    """Return each rate drawn for the desk and for the phone."""
    timely = [(one.month, one.counts.timely, one.counts.decided) for one in series]
    passed = [(one.month, one.counts.passed, one.counts.done) for one in series]
    asked = ((timely, TIMELY_TARGET, _("Timely rate")), (passed, PASS_TARGET, _("Pass rate")))
    return [
        (
            draw(rows, target=target, title=title),
            draw(rows, target=target, title=title, width=_PHONE),
        )
        for rows, target, title in asked
    ]


def _chosen() -> Chosen:
    session, scope, now = reading(), current_scope(), outside().now()
    month = _month(month_of(now))
    community_id = number_in_address("community") if request.args.get("community") else None
    if community_id is not None and not scope.sees(community_id):
        abort(404)
    span = _months_to(month)
    counted = months.sum_months(session, scope, span, community_id)
    return Chosen(
        month,
        community_id,
        [
            RateRow(
                f"{one:%Y-%m}",
                counted.get(one, Counts()),
                month=f"{one:%Y-%m}",
                is_open=now < settles_at(one),
            )
            for one in span
        ],
        _offices(months.sum_communities(session, scope, month)),
        [
            RateRow(rw.thing_name(thing), counts)
            for thing, counts in sorted(
                months.sum_things(session, scope, month, community_id).items(),
                key=lambda pair: -pair[1].issued,
            )
        ],
    )


def _offices(counted: Mapping[int, Counts]) -> list[RateRow]:
    rows = [
        RateRow(one.name, counted[one.id], key=one.id) for one in communities() if one.id in counted
    ]
    return sorted(rows, key=lambda row: (-row.counts.issued, row.name))


def _month(present: date) -> date:
    text = request.args.get("month")
    if not text:
        return present
    try:
        month = date.fromisoformat(f"{text}-01")
    except ValueError:
        abort(404)
    if month > present or month.year < 2000:
        abort(404)
    return month


def _months_to(month: date) -> list[date]:
    """Return the months of a year that ends with this one, the earliest first."""
    number = 12 * month.year + month.month - 1
    return [date(at // 12, at % 12 + 1, 1) for at in range(number - _SHOWN + 1, number + 1)]


@bp.get("/rates.<any(csv, xlsx):form>")
@require_role(*READERS)
def export(form: str) -> Response:
    """Take the tables of the page along, whole numbers beside every rate."""
    chosen = _chosen()
    groups = (
        (_("Month"), chosen.series),
        (_("Community"), chosen.offices),
        (_("What is repaired"), chosen.things),
    )
    name = f"repair-rates-{chosen.month:%Y-%m}"
    if form == "csv":
        head = (_("Group"), *(column.head for column in _columns(_("Line of the table"))))
        lines = [(group, *_cells(row)) for group, rows in groups for row in rows]
        answer = csv_answer([head, *lines], name)
    else:
        sheets = [
            Sheet(group, _columns(group), [_cells(row) for row in rows]) for group, rows in groups
        ]
        answer = xlsx_answer(sheets, name, title=_("Repair rates"), day=chosen.month)
    place = "" if chosen.community_id else current_scope().role.value
    return noted(answer, "repairs", f"rates-{form}", community_id=chosen.community_id, place=place)


def _columns(first: str) -> list[Column]:
    names = (
        *(_("Orders issued"), _("Without a promised time"), _("Promise still to come")),
        *(_("Promise decided"), _("In time"), _("Timely rate, %")),
        *(_("Orders done"), _("Repairs that held"), _("Pass rate, %")),
    )
    return [Column(first, 20), *(Column(name, 14) for name in names)]


def _cells(row: RateRow) -> list[str | int]:
    counts = row.counts
    return [
        *(row.name, counts.issued, counts.unpromised, counts.undecided, counts.decided),
        *(counts.timely, row.timely, counts.done, counts.passed, row.passed),
    ]
