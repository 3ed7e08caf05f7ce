"""The one result a page is about: who may see it, its words, its drawings, why it is locked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cached_property, partial
from typing import Any

from flask import abort, render_template, request, url_for
from markupsafe import Markup

from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import queries, svg, wording
from app.reports.company.queries import find_company_drivers
from app.reports.exhibits.codes import CodeNames
from app.reports.exhibits.exhibit import Event, Exhibit, Source
from app.reports.exhibits.registry import PAGES, build
from app.reports.exhibits.table import cell_ends, cell_text
from app.reports.gate_words import revision_words
from app.reports.history.exhibits import series
from app.reports.history.queries import list_points
from app.reports.wording import Names
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.planning.queries import list_events
from app.surveys.campaign.queries import list_campaigns
from app.surveys.campaign.rules import GateState
from app.surveys.integrity.deciding.queries import is_annulled
from app.surveys.register.models import Community
from app.surveys.response.tracker import TrackerRow, tracker
from app.surveys.response.voids.queries import count_voids
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope
from app.web.hq.exhibit_views import View, events_of, names_in, view_of
from app.web.services import services
from app.web.transaction import reading
from app.web.words import short_date

# The owners' committee reads results, not how the answers were checked.
NOT_FOR_COMMITTEE = frozenset({"quality"})
COMPANY = "company"


@dataclass(frozen=True)
class Shown:
    """What every page of one community's result needs.

    Attributes:
        campaign, community: What it is about.
        stored: The result and what it was computed from.
        names, codes: Words in the language of the page.
        by: What the address asks to see (``?by=``): a variable, a system, a way of drawing.
    """

    campaign: Campaign
    community: Community
    stored: queries.StoredResult
    names: Names
    codes: CodeNames
    by: str = ""

    @property
    def result(self) -> StudyResult:
        """Return the numbers."""
        return self.stored.result

    @property
    def rate(self) -> str:
        """Return the return rate as text."""
        manifest = self.stored.manifest
        return wording.return_rate(manifest.returned, manifest.base)

    def source(self) -> Source:
        """Return what exhibits are made from."""
        manifest = self.stored.manifest
        is_trend = self.result.trend is not None
        return Source(
            result=self.result,
            names=self.names,
            codes=self.codes,
            returned=manifest.returned,
            base=manifest.base,
            by=self.by,
            closed=self.closed if is_trend else {},
            events=self.events if is_trend else (),
        )

    @cached_property
    def closed(self) -> Mapping[str, date]:
        """Return the last day of every campaign by its code."""
        return {one.code: one.closes_on for one in list_campaigns(reading())}

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Return what happened here between the first campaign of the trend and this one."""
        trend = self.result.trend
        waves = {point.wave for point in trend.points} if trend is not None else set()
        days = [day for code, day in self.closed.items() if code in waves]
        first = min([*days, self.campaign.opens_on])
        rows = list_events(reading(), first, self.campaign.closes_on, [self.community.id])
        return events_of(rows)


def find_shown(code: str, community_id: int) -> Shown | str:
    """Return the result this person may see, or the page that says why there is none yet."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    community = access_community(community_id)
    scope, now = current_scope(), services().now()
    stored = queries.find_latest_result(reading(), campaign.id, community_id, scope)
    if stored is None or is_ahead(gate, now=now):
        row = tracker(reading(), campaign, scope.only(community_id), now=now).communities[0]
        return render_template(
            "hq/results/locked.html",
            campaign=campaign,
            community=community,
            row=row,
            reason=locked_reason(row, campaign),
        )
    names, codes = names_in(stored.manifest.instrument, current_language())
    return Shown(campaign, community, stored, names, codes, request.args.get("by", ""))


def may_see(page: str) -> bool:
    """Say whether the signed-in person's role reads this page of a result."""
    return current_scope().role is not Role.COMMITTEE or page not in NOT_FOR_COMMITTEE


def page_names() -> tuple[tuple[str, str], ...]:
    """Return the pages of a result this person reads, in order: name and title."""
    titles = (
        ("overview", _("Overview")),
        ("pfi", _("What to improve first")),
        ("matrix", _("Matrix")),
        ("zones", _("Zones of tolerance")),
        ("items", _("All items")),
        ("drivers", _("What moves the rating")),
        ("rollups", _("Departments and factors")),
        ("segments", _("Parts of the community")),
        ("trend", _("Trend")),
        ("silent", _("Homes that did not answer")),
        ("comments", _("What owners wrote about")),
        ("loyalty", _("Recommendation")),
        ("gaps", _("Gaps")),
        ("quality", _("Quality of the data")),
        ("method", _("Method")),
    )
    return tuple(one for one in titles if may_see(one[0]))


def views(shown: Shown, page: str) -> list[View]:
    """Return the exhibits of a page that this result has something for."""
    source = shown.source()
    if page == "drivers":
        source = with_company_drivers(source, shown)
    found = [build(name, source) for name in PAGES[page]]
    if page == "trend":
        found.append(earlier(shown))
    return [view_of(one, source) for one in found if one is not None]


def earlier(shown: Shown) -> Exhibit | None:
    """Return all campaigns here where some were entered from a file, else None."""
    points = list_points(reading(), shown.community.id, current_scope())
    return series(points) if any(one.is_entered for one in points) else None


def with_company_drivers(source: Source, shown: Shown) -> Source:
    """Take the company's drivers where a community's own answers are too few for its own."""
    own = source.result.drivers
    if own is None or own.items:
        return source
    areas, attributes = find_company_drivers(reading(), shown.campaign.id)
    if areas is None or not areas.items:
        return source
    borrowed = replace(areas, source=COMPANY)
    pooled = tuple(replace(one, source=COMPANY) for one in attributes)
    result = replace(source.result, drivers=borrowed, attribute_drivers=pooled)
    return replace(source, result=result)


def render_page(name: str, shown: Shown, **values: object) -> str:
    """Render a page of a result with everything its layout needs."""
    place: dict[str, Any] = {"code": shown.campaign.code, "community_id": shown.community.id}
    shows: dict[str, Any] = {**place, "by": shown.by or None}
    return render_template(
        f"hq/results/{name}.html",
        page=name,
        pages=page_names(),
        shown=shown,
        campaign=shown.campaign,
        community=shown.community,
        result=shown.result,
        revision=_revision_words(shown),
        names=shown.names,
        by=shown.by,
        words=wording,
        cell_text=cell_text,
        cell_ends=cell_ends,
        rank_slots=_rank_slots,
        page_address=partial(url_for, "hq_results.page", **place),
        chart_address=partial(url_for, "hq_results.chart", **shows),
        table_address=partial(url_for, "hq_results.table", **shows),
        short_names=lambda found: [shown.names.short(item.code) for item in found],
        **values,
    )


def _revision_words(shown: Shown) -> str:
    """Say since when a corrected result stands and why; empty for the first."""
    snapshot = shown.stored.snapshot
    if snapshot.revision == 1:
        return ""
    gate = access_gate(shown.campaign, shown.community.id)
    voids = count_voids(reading(), gate).get(snapshot.revision, {})
    return revision_words(
        snapshot.revision,
        since=beijing_date(snapshot.created_at),
        voids=voids,
        least=1 if current_scope().role is Role.HEAD_OFFICE else None,
    )


def _rank_slots(low: int, high: int, count: int) -> Markup:
    return Markup(svg.rank_slots(low, high, count))  # noqa: S704 - numbers only


def is_ahead(gate: Gate, *, now: datetime) -> bool:
    """Say whether a clock that ran fast opened this gate: its T0 is still to come."""
    return gate.t0 is not None and now < gate.t0


def locked_reason(row: TrackerRow, campaign: Campaign) -> str:
    """Say why a community's results cannot be seen yet."""
    state = row.status.state
    if state is GateState.NOT_OPEN:
        return _("opens on {date}", date=short_date(campaign.opens_on))
    if state is GateState.COLLECTING:
        return _(
            "collecting until {date}; results stay locked until then",
            date=short_date(campaign.closes_on),
        )
    if state is GateState.EXTENDED:
        return _(
            "below the required rate: {count} more homes needed, or a waiver by head office",
            count=row.still_needed,
        )
    if state is GateState.HELD and is_annulled(reading(), campaign.id, row.community_id):
        return _("annulled: this result is never shown; the community is asked again")
    if state is GateState.HELD:
        return _("held: head office is checking the answers; the results are shut until then")
    return _("released; the numbers are being computed")


def result_or_404(code: str, community_id: int) -> Shown:
    """Return the result this person may see; 404 where there is none yet."""
    shown = find_shown(code, community_id)
    if isinstance(shown, str):
        abort(404)
    return shown
