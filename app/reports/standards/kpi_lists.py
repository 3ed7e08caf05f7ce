"""Key figures of a campaign that may judge people: the rankable ones; the others by name only.

What is rankable is said once, in `app.reports.exports.kpi`.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.reports.company.queries import list_summaries
from app.reports.exports import kpi
from app.reports.exports.queries import find_league, list_barred, list_places
from app.reports.standards.tables import Table
from app.reports.workbook import Column, Value
from app.staff.scope import Scope


@dataclass(frozen=True, slots=True)
class Ranked:
    """What of a campaign may be exported.

    Attributes:
        figures: Rows as `kpi.HEAD` names them.
        barred: Community, office, region and the reason in words.
        reliability: Median reliability of the communities, None where nobody knows.
    """

    figures: list[tuple[Value, ...]]
    barred: list[tuple[Value, ...]]
    reliability: float | None


def read_ranked(session: Session, campaign_id: int, scope: Scope, *, now: datetime) -> Ranked:
    """Return the rankable figures of a campaign, and who is left out and why, without a number."""
    places = list_barred(session, campaign_id, scope)
    released = {one.community_id for one in list_places(session, campaign_id, scope, now=now)}
    found = {
        one.community_id: kpi.Found(one.head)
        for one in list_summaries(session, campaign_id, scope)
        if one.community_id in released
    }
    league = find_league(session, campaign_id)
    reliability = None if league is None else league.median_reliability
    names = {
        "index": _("Satisfaction index"),
        "satisfied": _("Satisfied overall (share of the homes that answered)"),
        "overall": _("Overall rating"),
    }
    figures = kpi.kpi_rows(places, found, reliability=reliability, names=names)
    barred = kpi.barred_rows(places, found, reliability=reliability, words=reasons())
    # The last column says how many answered: what is not ranked leaves without any number.
    return Ranked(list(figures), [(*row[:4], row[5]) for row in barred], reliability)


def reasons() -> dict[str, str]:
    """Return why figures are no key figures."""
    return {
        "held": _("held while head office checks the answers"),
        "not_released": _("not released: the required rate is not reached, or not yet"),
        "waived": _("released by a waiver: indicative, not ranked"),
        "few": _("fewer than 100 answers"),
        "reliability": _("differences between communities are not reliable enough"),
    }


def ranked_tables(found: Ranked) -> list[Table]:
    """Return both lists for a file."""
    place = (
        ("community", Column(_("Code"), 12)),
        ("name", Column(_("Community"), 20)),
        ("office", Column(_("Office"), 20)),
        ("region", Column(_("Region"), 14)),
    )
    known = "—" if found.reliability is None else f"{found.reliability:.2f}"
    return [
        Table(
            _("Key figures"),
            (
                *place,
                ("measure", Column(_("Measure"), 34)),
                ("unit", Column(_("Unit"), 10)),
                ("value", Column(_("Value"), 10)),
                ("low", Column(_("From (95%)"), 10)),
                ("high", Column(_("To (95%)"), 10)),
                ("answers", Column(_("Answers"), 10, "0")),
                ("base", Column(_("Homes in the base"), 12, "0")),
                ("returned", Column(_("Returned"), 10, "0")),
            ),
            found.figures,
            _("Median reliability of the communities: {value}; .70 is needed.", value=known),
        ),
        Table(_("Not ranked"), (*place, ("reason", Column(_("Why not"), 50))), found.barred),
    ]
