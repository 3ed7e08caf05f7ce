"""Losses as lists and as figures of years: for files, paper and the company's report."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.reports.extras import Line
from app.reports.standards import words
from app.reports.standards.tables import Table
from app.reports.workbook import Column, Value
from app.service.standards import queries
from app.service.standards.loss_services import LossView
from app.service.standards.models import LossKind, LossReason
from app.service.standards.rules import LossSum, Retention, YearLosses, milli_text, year_losses
from app.staff.scope import Scope

_MONEY = "#,##0.00"


def loss_table(views: Sequence[LossView], *, with_words: bool) -> Table:
    """Return losses as a list.

    Args:
        views: In the order they shall stand.
        with_words: With name and words; the caller has checked that they may be read.
    """
    columns = [
        ("day", Column(_("Day"), 12)),
        ("community", Column(_("Community"), 18)),
        ("kind", Column(_("Kind of loss"), 20)),
        ("reason", Column(_("Why"), 24)),
        ("homes", Column(_("Homes"), 8, "0")),
        ("yuan_a_month", Column(_("Yuan a month"), 14, _MONEY)),
        ("yuan_a_year", Column(_("Yuan a year"), 14, _MONEY)),
        ("damage_yuan", Column(_("Damage, yuan"), 14, _MONEY)),
        ("won_back", Column(_("Won back"), 12)),
        ("noted_by", Column(_("Noted by"), 14)),
    ]
    if with_words:
        columns[2:2] = [("who", Column(_("Who was lost"), 22)), ("home", Column(_("Home"), 14))]
        columns.append(("words", Column(_("In words"), 44)))
    rows: list[list[Value]] = []
    for view in views:
        loss = view.row.loss
        row: list[Value] = [
            loss.happened_on,
            view.row.community,
            words.loss_kind(loss.kind),
            words.loss_reason(loss.reason),
            loss.units,
            _money(loss.monthly_fen),
            _money(None if loss.monthly_fen is None else 12 * loss.monthly_fen),
            _money(loss.damage_fen),
            loss.won_back_on,
            view.row.staff,
        ]
        if with_words:
            home = f"{view.row.building} {view.row.room}" if view.row.building else None
            row[2:2] = [view.who, home]
            row.append(view.words)
        rows.append(row)
    return Table(_("Losses"), columns, rows)


def year_table(years: Sequence[tuple[YearLosses, Retention]]) -> Table:
    """Return years with their losses and the contracts kept."""
    return Table(
        _("By year"),
        (
            ("year", Column(_("Year"), 8, "0")),
            ("customers", Column(_("Customers lost"), 12, "0")),
            ("homes", Column(_("Homes"), 10, "0")),
            ("yuan_a_year", Column(_("Income a year lost, yuan"), 18, _MONEY)),
            ("unknown", Column(_("Income unknown"), 12, "0")),
            ("won_back", Column(_("Won back"), 10, "0")),
            ("won_back_yuan", Column(_("Income won back, yuan"), 18, _MONEY)),
            ("net_yuan", Column(_("Stayed lost, yuan"), 18, _MONEY)),
            ("incidents", Column(_("Cases of loss or injury"), 12, "0")),
            ("damage_yuan", Column(_("Damage, yuan"), 16, _MONEY)),
            ("held", Column(_("Communities on 1 January"), 14, "0")),
            ("contracts_lost", Column(_("Contracts lost"), 12, "0")),
            ("kept_percent", Column(_("Contracts kept, %"), 12, "0.0")),
        ),
        [
            (
                one.year,
                one.customers.count,
                one.customers.units,
                _money(one.customers.yearly_fen),
                one.customers.unknown,
                one.customers.won_back,
                _money(one.customers.won_back_fen),
                _money(one.net_fen),
                one.incidents.count,
                _money(one.incidents.damage_fen),
                kept.held,
                kept.lost,
                None if kept.kept_milli is None else kept.kept_milli / 1000,
            )
            for one, kept in years
        ],
    )


def reason_table(year: YearLosses) -> Table:
    """Return the customers lost in a year by reason, the costliest first."""
    return Table(
        _("By reason"),
        (
            ("reason", Column(_("Why"), 30)),
            ("customers", Column(_("Customers lost"), 12, "0")),
            ("homes", Column(_("Homes"), 10, "0")),
            ("yuan_a_year", Column(_("Income a year lost, yuan"), 18, _MONEY)),
        ),
        [
            (words.loss_reason(reason), one.count, one.units, _money(one.yearly_fen))
            for reason, one in by_reason(year)
        ],
    )


def by_reason(year: YearLosses) -> list[tuple[LossReason, LossSum]]:
    """Return the reasons of a year, the costliest first."""
    order = list(LossReason)
    return sorted(
        year.by_reason.items(),
        key=lambda pair: (-pair[1].yearly_fen, -pair[1].count, order.index(pair[0])),
    )


def by_kind(year: YearLosses) -> list[tuple[LossKind, LossSum]]:
    """Return what was lost in a year, in the order of the register."""
    return [(kind, year.by_kind[kind]) for kind in LossKind if kind in year.by_kind]


def read_years(
    session: Session, scope: Scope, *, today: date, community_id: int | None = None, most: int = 5
) -> list[tuple[YearLosses, Retention]]:
    """Return the last years with their losses, the present one first.

    Args:
        session: Open session.
        scope: Who counts.
        today: The present day.
        community_id: One community; None for all of the scope.
        most: How many years at most; those before the first loss are left out.
    """
    first = max(queries.first_loss_year(session, scope) or today.year, today.year - most + 1)
    years = (first, today.year)
    facts = queries.loss_facts(session, scope, years=years, community_id=community_id)
    seen = scope if community_id is None else scope.only(community_id)
    return [
        (year_losses(facts, year), queries.retention(session, seen, year))
        for year in range(today.year, first - 1, -1)
    ]


def loss_lines(session: Session, scope: Scope, *, today: date) -> tuple[Line, ...]:
    """Return the losses of this year and the last for the retention block of a report.

    Nothing where no loss is on record: a report does not say "none lost" for a register nobody
    keeps.
    """
    if queries.first_loss_year(session, scope) is None:
        return ()
    lines = []
    for year, kept in read_years(session, scope, today=today, most=2):
        reasons = [words.loss_reason(reason) for reason, _sum in by_reason(year)[:2]]
        lines.append(
            Line(
                _("Customers lost in {year}", year=year.year),
                str(year.customers.count),
                _(
                    "{amount} a year; {back} won back; mainly: {reasons}",
                    amount=words.yuan(year.customers.yearly_fen),
                    back=year.customers.won_back,
                    reasons=_(", ").join(reasons),
                )
                if year.customers.count
                else "",
            )
        )
        if kept.lost and kept.kept_milli is not None:
            lines.append(
                Line(
                    _("Contracts kept in {year}", year=year.year),
                    f"{milli_text(kept.kept_milli)}%",
                    _("{lost} of {held} lost", lost=kept.lost, held=kept.held),
                )
            )
    return tuple(lines)


def _money(fen: int | None) -> float | None:
    return None if fen is None else fen / 100
