"""One community on a page of its own: rates, curve, forecast, buildings."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.analysis.nonresponse.rates import cases_of, percent_text, rate
from app.surveys.campaign.contact.outcomes import Category
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import Viewer
from app.surveys.response.progress.curves import read_history
from app.surveys.response.tracker import (
    CompanyRow,
    RegionRow,
    TrackerRow,
    building_rows,
    tracker_row,
)
from app.web.curve import CurveView, share_text
from app.web.progress import BuildingView, RowView, building_views, row_view
from app.web.tracking import curve_of, forecast_of

AAPOR = ("RR1", "RR2", "RR6")


@dataclass(frozen=True, slots=True)
class RatesView:
    """Rates beside the one of the gate, in percent without the sign; "" where there is none.

    Attributes:
        delivered: Homes whose letter is known to have arrived, of the base.
        occupied: Homes nobody has seen empty, of the base.
        aapor: AAPOR's rates by their names.
    """

    delivered: str
    occupied: str
    aapor: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CommunityView:
    """One community as its page shows it."""

    view: RowView
    rates: RatesView
    outcomes: Mapping[Category, int]
    curve: CurveView | None
    buildings: list[BuildingView]


def rates_of(row: TrackerRow | RegionRow | CompanyRow) -> RatesView:
    """Return the rates that stand beside the one of the gate."""
    cases = cases_of({letter.value: count for letter, count in row.outcomes.items()})
    base = row.count.base
    return RatesView(
        delivered=share_text(row.delivered, base),
        occupied=share_text(row.occupied, base),
        aapor={name: percent_text(rate(name, cases)) for name in AAPOR},
    )


def community_view(
    session: Session, campaign: Campaign, scope: Viewer, community_id: int, *, now: datetime
) -> CommunityView | None:
    """Return one community, read alone: the page stays as quick among five hundred.

    None when it does not take part in the campaign or lies outside of the scope.
    """
    row = tracker_row(session, campaign, scope, community_id, now=now)
    if row is None:
        return None
    history = read_history(session, campaign, scope, [community_id])
    forecast = forecast_of(row, campaign, history, community_id, now=now)
    return CommunityView(
        view=row_view(row, campaign, now=now, forecast=forecast),
        rates=rates_of(row),
        outcomes=row.outcomes,
        curve=curve_of(row, campaign, history, community_id, now=now),
        buildings=building_views(
            building_rows(session, campaign, community_id), campaign, row.status
        ),
    )
