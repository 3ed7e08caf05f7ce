"""Which standards hold in a place, what was measured in a month, and whether they were kept."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.reports.standards import words
from app.reports.standards.measures import Asked, Measured, measure
from app.reports.standards.tables import Table
from app.reports.workbook import Column
from app.service.standards import queries
from app.service.standards.models import ServiceStandard, StandardValue
from app.service.standards.rules import Verdict, judge, next_month
from app.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Kept:
    """One standard in one month.

    Attributes:
        community: Its community, None where it holds in all.
        value_milli: What was measured, None where nothing was.
        n: Of how many, None where that is not known.
        note: What was written beside a value entered by hand.
    """

    standard: ServiceStandard
    community: str | None
    value_milli: int | None
    n: int | None
    note: str
    verdict: Verdict

    @property
    def is_by_hand(self) -> bool:
        """Say whether somebody enters the value."""
        return not self.standard.measure


def standards_kept(
    session: Session, scope: Scope, *, community_id: int | None, month: date, now: datetime
) -> list[Kept]:
    """Return the standards of a place and what can be said of them in a month.

    A standard of all communities has a value of its own in each place: the company's is not
    that of a community. Where a value of few was measured, n says so; nothing is withheld, since
    no standard rests on what a home answered.

    Args:
        session: Open session.
        scope: Who looks.
        community_id: A community of the scope; None for all of it.
        month: Its first day.
        now: The present instant.
    """
    last = next_month(month)
    rows = [
        (standard, name)
        for standard, name in queries.list_standards(session, scope, community_id=community_id)
        if standard.valid_from < last
        and (standard.valid_until is None or standard.valid_until >= month)
    ]
    asked = Asked(session, scope, community_id, month, now)
    entered = _entered(session, rows, community_id, month)
    taken: dict[str, Measured | None] = {}
    found = []
    for standard, name in rows:
        own = standard.community_id
        if standard.measure:
            there = asked if own in (None, community_id) else None
            if there is None:
                found.append(_measured(standard, name, _of_one(asked, own, standard.measure)))
                continue
            if standard.measure not in taken:
                taken[standard.measure] = measure(there, standard.measure)
            found.append(_measured(standard, name, taken[standard.measure]))
        else:
            found.append(_by_hand(standard, name, entered.get(standard.id)))
    return found


def _of_one(asked: Asked, community_id: int | None, code: str) -> Measured | None:
    """Measure a standard of one community on the page of all."""
    one = Asked(asked.session, asked.scope, community_id, asked.month, asked.now)
    return measure(one, code)


def _entered(
    session: Session,
    rows: list[tuple[ServiceStandard, str | None]],
    community_id: int | None,
    month: date,
) -> dict[int, StandardValue]:
    found: dict[int, StandardValue] = {}
    by_place: dict[int, list[int]] = {}
    for standard, _name in rows:
        place = community_id or standard.community_id or 0
        by_place.setdefault(place, []).append(standard.id)
    for place, keys in by_place.items():
        for value in queries.list_values(session, keys, place=place, months=(month, month)):
            found[value.standard_id] = value
    return found


def _measured(standard: ServiceStandard, name: str | None, found: Measured | None) -> Kept:
    value = None if found is None else found.value_milli
    verdict = judge(standard.operator, standard.target_milli, value)
    return Kept(standard, name, value, None if found is None else found.n, "", verdict)


def _by_hand(standard: ServiceStandard, name: str | None, found: StandardValue | None) -> Kept:
    if found is None:
        return Kept(standard, name, None, None, "", Verdict.UNKNOWN)
    verdict = judge(standard.operator, standard.target_milli, found.value_milli)
    return Kept(standard, name, found.value_milli, found.n, found.note, verdict)


def kept_table(rows: list[Kept]) -> Table:
    """Return standards of a month as a list for a file."""
    return Table(
        _("Service standards"),
        (
            ("standard", Column(_("Standard"), 44)),
            ("community", Column(_("Community"), 18)),
            ("target", Column(_("Target"), 16)),
            ("measured", Column(_("Measured"), 16)),
            ("n", Column(_("Of how many"), 10, "0")),
            ("verdict", Column(_("Kept?"), 14)),
            ("origin", Column(_("Source"), 14)),
            ("origin_words", Column(_("Where it stands"), 26)),
            ("valid_from", Column(_("Valid from"), 12)),
            ("valid_until", Column(_("Valid until"), 12)),
            ("note", Column(_("Remark"), 30)),
        ),
        [
            (
                words.standard_text(one.standard),
                one.community or _("All communities"),
                words.target_words(one.standard),
                words.quantity(one.value_milli, one.standard.unit)
                if one.value_milli is not None
                else None,
                one.n,
                words.verdict_name(one.verdict),
                words.origin_name(one.standard.origin),
                one.standard.origin_words,
                one.standard.valid_from,
                one.standard.valid_until,
                one.note,
            )
            for one in rows
        ],
    )
