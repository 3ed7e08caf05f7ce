"""The special record of a major defect (维修后大缺陷专项记录) as PDF."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.i18n import current_language
from app.reports.glyphs import printable
from app.reports.paper import in_language, print_pdf
from app.reports.repairs.words import instant_words, place_name, reason_name, thing_name
from app.service.repairs import log, queries
from app.service.repairs.models import RepairPrint
from app.service.repairs.rules import read_days
from app.service.repairs.watch import queries as watches
from app.staff.scope import Scope
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Look:
    """One inspection as it stands on paper; `seen_on` is None for one still due."""

    due_on: date
    reason: str
    rained_on: date | None
    seen_on: date | None
    seen_by: str
    is_good: bool | None
    has_water: bool | None
    findings: str
    has_photo: bool


def looks_of(session: Session, vault: Vault, watch_id: int) -> list[Look]:
    """Return the inspections of a defect, words opened."""
    return [
        Look(
            one.inspection.due_on,
            reason_name(one.inspection.reason),
            one.inspection.rained_on,
            one.inspection.seen_on,
            one.seen_by,
            one.inspection.is_good,
            one.inspection.has_water,
            vault.open(one.inspection.findings_sealed, "note")
            if one.inspection.findings_sealed
            else "",
            one.inspection.has_photo,
        )
        for one in watches.list_inspections(session, watch_id)
    ]


def record_pdf(
    session: Session,
    vault: Vault,
    scope: Scope,
    sheet: RepairPrint,
    *,
    company: str,
    is_demo: bool,
    now: datetime,
) -> bytes | None:
    """Return the special record as its reader may see it now; None when he may not."""
    row = watches.find_watch(session, scope, sheet.watch_id)
    order = None if row is None else queries.find_order(session, scope, row.watch.order_id)
    if row is None or order is None:
        return None
    with in_language(sheet.language):
        words = log.open_words(vault, order)
        looks = looks_of(session, vault, row.watch.id)
        days = read_days(row.watch.days) or ()
        return print_pdf(
            "report/defect_record.html",
            language=current_language(),
            company=company,
            is_demo=is_demo,
            row=row,
            order=order,
            thing=thing_name(order.thing),
            place=place_name(order.place),
            done_at=instant_words(order.done_at),
            text=printable(words.text),
            repairer=printable(words.repairer),
            days=[(day, row.watch.started_on + timedelta(days=day)) for day in days],
            looks=[one for one in looks if one.seen_on is not None],
            due=[one for one in looks if one.seen_on is None],
            printable=printable,
            printed_on=beijing_date(now).isoformat(),
            reader=scope.name,
        )
