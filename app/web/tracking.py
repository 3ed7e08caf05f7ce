"""Which rows of the tracker a page shows: state, region, search, order and page of the address."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import ceil

from flask import abort, request
from sqlalchemy.orm import Session

from app.i18n import gettext as _
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import Viewer
from app.surveys.campaign.rules import GateState, ReturnCount
from app.surveys.response.progress.curves import History, foretell, read_history
from app.surveys.response.progress.forecast import Forecast, Verdict
from app.surveys.response.tracker import CompanyRow, RegionRow, Tracker, TrackerRow
from app.web.curve import CurveInput, CurveView, curve_view, share_text
from app.web.foretelling import forecast_view
from app.web.progress import (
    RateView,
    RowView,
    by_need,
    needs_somebody,
    rate_view,
    row_view,
    state_name,
)

PAGE = 40  # communities on one page: it stays below 100 kB
_LONGEST_SEARCH = 40
NO_REGION = ""  # no region has an empty code


class Columns(StrEnum):
    """Which numbers stand beside the rate."""

    PROGRESS = "progress"
    RATES = "rates"


class Order(StrEnum):
    """By what the rows are put in order."""

    NEED = "need"
    NAME = "name"
    RATE = "rate"
    MISSING = "missing"
    SILENT = "silent"


_KEYS: Mapping[Order, Callable[[TrackerRow], tuple[float | str, ...]]] = {
    Order.NAME: lambda row: (row.name,),
    Order.RATE: lambda row: (row.returned / row.base if row.base else 0.0, row.code),
    Order.MISSING: lambda row: (-row.still_needed, row.code),
    Order.SILENT: lambda row: (-row.silent, row.code),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One link of the filter line: its words, how many rows it shows, its arguments."""

    name: str
    count: int | None
    arguments: dict[str, str | None]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """What the address asks for.

    Attributes:
        state: ``need``, the value of a gate's state, or None for all.
        region: Code of a region, `NO_REGION` for those without one, None for all.
        search: Words the name, the code or the office contains.
        order: Order of the rows.
        columns: Which numbers are shown.
        page: Page from 1.
    """

    state: str | None
    region: str | None
    search: str
    order: Order
    columns: Columns
    page: int

    @property
    def arguments(self) -> dict[str, str | None]:
        """The arguments of this page's address; None leaves one out."""
        return {
            "state": self.state,
            "region": self.region,
            "q": self.search or None,
            "sort": None if self.order is Order.NEED else self.order.value,
            "columns": None if self.columns is Columns.PROGRESS else self.columns.value,
        }

    def shows(self, row: TrackerRow) -> bool:
        """Say whether a community is shown."""
        if self.region is not None and row.region_code != self.region:
            return False
        if self.state == "need" and not needs_somebody(row):
            return False
        if self.state not in (None, "need") and row.status.state.value != self.state:
            return False
        wanted = self.search.casefold()
        return any(wanted in text.casefold() for text in (row.name, row.code, row.office))


@dataclass(frozen=True, slots=True)
class RegionView:
    """A region as the page shows it."""

    row: RegionRow
    rate: RateView
    arguments: dict[str, str | None]
    name: str


@dataclass(frozen=True, slots=True)
class Listing:
    """The rows of one page and what stands around them.

    Attributes:
        choice: What was asked for.
        views: Communities of this page.
        shown: Communities of all pages that the filter leaves.
        total: Communities there are.
        pages: Number of pages, at least 1.
        states: Links of the states that occur.
        regions: Links of the regions, none where there is only one.
        orders: Links of the orders.
        columns: Links of the kinds of columns.
        history: Earlier campaigns of the company and of the communities of this page.
    """

    choice: Choice
    views: list[RowView]
    shown: int
    total: int
    pages: int
    states: list[Option]
    regions: list[Option]
    orders: list[Option]
    columns: list[Option]
    history: History

    @property
    def first(self) -> int:
        """Number of the first row shown."""
        return (self.choice.page - 1) * PAGE + 1 if self.views else 0

    @property
    def last(self) -> int:
        """Number of the last row shown."""
        return (self.choice.page - 1) * PAGE + len(self.views)


def read_choice(found: Tracker) -> Choice:
    """Read the choice from the address; what is not offered is answered with 404."""
    state, region = request.args.get("state"), request.args.get("region")
    order, columns = request.args.get("sort", Order.NEED), request.args.get("columns", "progress")
    page = request.args.get("page", "1")
    regions = {row.region_code for row in found.communities}
    is_known = (
        state in (None, "need", *GateState)
        and (region is None or region in regions)
        and order in list(Order)
        and columns in list(Columns)
        and page.isascii()
        and page.isdigit()
        and len(page) < 6
    )
    if not is_known:
        abort(404)
    search = " ".join(request.args.get("q", "").split())[:_LONGEST_SEARCH]
    return Choice(state, region, search, Order(order), Columns(columns), max(1, int(page)))


def chosen_rows(found: Tracker, choice: Choice) -> list[TrackerRow]:
    """Return all communities the filter leaves, in the chosen order."""
    rows = [row for row in found.communities if choice.shows(row)]
    return by_need(rows) if choice.order is Order.NEED else sorted(rows, key=_KEYS[choice.order])


def listing(session: Session, scope: Viewer, found: Tracker, *, now: datetime) -> Listing:
    """Return the page of communities the address asks for, with a forecast for each."""
    choice = read_choice(found)
    rows = chosen_rows(found, choice)
    pages = max(1, ceil(len(rows) / PAGE))
    if choice.page > pages:
        abort(404)
    here = rows[(choice.page - 1) * PAGE : choice.page * PAGE]
    history = read_history(session, found.campaign, scope, [row.community_id for row in here])
    return Listing(
        choice=choice,
        views=[
            row_view(
                row,
                found.campaign,
                now=now,
                forecast=forecast_of(row, found.campaign, history, row.community_id, now=now),
            )
            for row in here
        ],
        shown=len(rows),
        total=len(found.communities),
        pages=pages,
        states=_state_options(found, choice),
        regions=_region_options(found, choice),
        orders=_order_options(choice),
        columns=_column_options(choice),
        history=history,
    )


def region_views(found: Tracker, choice: Choice) -> list[RegionView]:
    """Return the regions with their sums; none where all communities are of one."""
    if len(found.regions) < 2:
        return []
    return [
        RegionView(
            row,
            rate_view(row.count, found.campaign.required_permille),
            {**choice.arguments, "region": row.code},
            region_name(found, row),
        )
        for row in found.regions
    ]


def region_name(found: Tracker, row: RegionRow) -> str:
    """Return what a region is called; of two with one name the code stands behind it."""
    if row.code == NO_REGION:
        return _("without a region")
    alike = sum(other.region == row.region for other in found.regions)
    return row.region if alike == 1 else f"{row.region} ({row.code})"


def forecast_of(
    row: TrackerRow | CompanyRow,
    campaign: Campaign,
    history: History,
    community_id: int | None,
    *,
    now: datetime,
    with_fan: bool = False,
) -> Forecast | None:
    """Return when the rate will be reached; None where there is nothing to foretell any more."""
    if row.status.state not in {GateState.COLLECTING, GateState.EXTENDED}:
        return None
    return foretell(
        row.daily,
        base=row.base,
        needed=row.returned + row.still_needed,
        history=history,
        community_id=community_id,
        now=now,
        opens_on=campaign.opens_on,
        with_fan=with_fan,
    )


def curve_of(
    row: TrackerRow | CompanyRow,
    campaign: Campaign,
    history: History,
    community_id: int | None,
    *,
    now: datetime,
) -> CurveView | None:
    """Return the curve of a community, or with None of the company; None before the opening."""
    if row.status.state is GateState.NOT_OPEN or not row.base or not row.daily:
        return None
    found = forecast_of(row, campaign, history, community_id, now=now, with_fan=True)
    past = history.company if community_id is None else history.communities.get(community_id, ())
    title = forecast_view(found, campaign).sentence if found else _returned(row.count)
    return curve_view(
        CurveInput(
            opens_on=campaign.opens_on,
            base=row.base,
            required_permille=campaign.required_permille,
            counts=row.daily,
            past=past,
            history=history,
            forecast=found or Forecast(Verdict.REACHED),
            title=title,
        )
    )


def _returned(count: ReturnCount) -> str:
    return _("{percent}% returned: {returned} of {base} homes.").format(
        percent=share_text(count.returned, count.base),
        returned=f"{count.returned:,}",
        base=f"{count.base:,}",
    )


def _state_options(found: Tracker, choice: Choice) -> list[Option]:
    """Return the states that occur, each with its count; "all" and "waits" always."""
    rows = found.communities
    counts = {state.value: sum(row.status.state is state for row in rows) for state in GateState}
    waiting = sum(needs_somebody(row) for row in rows)
    offered: list[tuple[str | None, str, int]] = [
        (None, _("All"), len(rows)),
        ("need", _("Needs somebody"), waiting),
    ]
    offered += [
        (state.value, state_name(state), counts[state.value])
        for state in GateState
        if counts[state.value] or choice.state == state.value
    ]
    return [
        Option(name, count, {**choice.arguments, "state": state}, state == choice.state)
        for state, name, count in offered
    ]


def _region_options(found: Tracker, choice: Choice) -> list[Option]:
    if len(found.regions) < 2:
        return []
    offered: list[tuple[str | None, str, int]] = [(None, _("All regions"), len(found.communities))]
    offered += [(row.code, region_name(found, row), row.communities) for row in found.regions]
    return [
        Option(name, count, {**choice.arguments, "region": region}, region == choice.region)
        for region, name, count in offered
    ]


def _order_options(choice: Choice) -> list[Option]:
    names = {
        Order.NEED: _("Needs somebody first"),
        Order.RATE: _("Lowest rate"),
        Order.MISSING: _("Most missing"),
        Order.SILENT: _("Most silent"),
        Order.NAME: _("By name"),
    }
    return [
        Option(
            name,
            None,
            {**choice.arguments, "sort": None if order is Order.NEED else order.value},
            order is choice.order,
        )
        for order, name in names.items()
    ]


def _column_options(choice: Choice) -> list[Option]:
    names = {Columns.PROGRESS: _("Progress"), Columns.RATES: _("Delivered, occupied, AAPOR")}
    return [
        Option(
            name,
            None,
            {**choice.arguments, "columns": None if kind is Columns.PROGRESS else kind.value},
            kind is choice.columns,
        )
        for kind, name in names.items()
    ]
