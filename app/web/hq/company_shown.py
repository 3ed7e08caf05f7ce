"""The one company or region result a page is about: who may see it, its words, its drawings."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, partial
from typing import Any

from flask import abort, render_template, request, url_for

from app.analysis.results.comparison import CommunityEntry
from app.analysis.results.study import StudyResult
from app.clock import beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports import company_exhibits as many
from app.reports import wording
from app.reports.company.holds.queries import list_held
from app.reports.company.queries import (
    COMPANY,
    StoredCompany,
    Summary,
    find_company_result,
    list_region_heads,
    list_regions,
    list_summaries,
)
from app.reports.exhibits.codes import CodeNames
from app.reports.exhibits.exhibit import Event, Exhibit, Source
from app.reports.exhibits.registry import PAGES as OF_RESULTS
from app.reports.exhibits.registry import build
from app.reports.exhibits.table import cell_ends, cell_text
from app.reports.history.exhibits import series
from app.reports.history.queries import list_points
from app.reports.wording import Names
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.queries import list_events
from app.surveys.campaign.queries import list_campaigns
from app.surveys.snapshot.manifest import MissingReason
from app.web.access import access_campaign
from app.web.auth import current_scope
from app.web.hq.exhibit_views import View, events_of, names_in, view_of
from app.web.transaction import reading

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION)
# Pages of exhibits that a company has like a community; the others are its own.
SHARED = (
    *("pfi", "matrix", "zones", "items", "drivers", "rollups", "segments", "trend"),
    *("silent", "loyalty", "gaps"),
)
OWN = {"silent": ("weights",), "trend": ("series",), "regions": ("regions",)}


@dataclass(frozen=True, slots=True)
class Place:
    """A choice of what the page is about: the company or a region."""

    code: str
    name: str
    href: str
    is_current: bool


@dataclass(frozen=True)
class Shown:
    """What every page of a company's result needs.

    Attributes:
        campaign: The campaign.
        region, title: Code of the region, empty for the company; its name, or the company's.
        stored: The result.
        names, codes: Words in the language of the page.
        by: What the address asks to see.
        places: The company and its regions, as far as this person sees them.
    """

    campaign: Campaign
    region: str
    title: str
    stored: StoredCompany
    names: Names
    codes: CodeNames
    by: str
    places: tuple[Place, ...]

    @property
    def result(self) -> StudyResult:
        """Return the numbers."""
        return self.stored.result

    @property
    def rate(self) -> str:
        """Return the return rate as text."""
        return wording.return_rate(self.stored.returned, self.stored.base)

    @cached_property
    def summaries(self) -> tuple[Summary, ...]:
        """Return the heads of the communities it is about."""
        found = list_summaries(reading(), self.campaign.id, current_scope())
        return tuple(one for one in found if self.region in (COMPANY, one.region_code))

    @cached_property
    def communities(self) -> Mapping[str, str]:
        """Return the names of the communities by code."""
        return {one.code: one.name for one in self.summaries}

    @cached_property
    def source(self) -> Source:
        """Return what exhibits are made from."""
        is_trend = self.result.trend is not None
        return Source(
            result=self.result,
            names=self.names,
            codes=self.codes,
            returned=self.stored.answered,
            base=self.stored.asked,
            left_out=self.stored.base - self.stored.asked,
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
        """Return what happened in the company between the campaigns of the trend."""
        trend = self.result.trend
        waves = {point.wave for point in trend.points} if trend is not None else set()
        days = [day for code, day in self.closed.items() if code in waves]
        first = min(days, default=self.campaign.opens_on)
        rows = list_events(reading(), first, self.campaign.closes_on, [])
        return events_of(rows)

    def missing(self) -> tuple[tuple[str, int, int], ...]:
        """Return why communities are not in it: words, communities and their homes."""
        words = {
            MissingReason.BELOW_RATE: _("below the required rate"),
            MissingReason.NOT_FROZEN: _("released, the numbers are being computed"),
            MissingReason.HELD: _("held while head office checks the answers"),
        }
        members = self.result.plan.get("members")
        named = set(members) if isinstance(members, list) else set()
        found = []
        for reason, text in words.items():
            entries = [
                one
                for one in self.stored.manifest.missing
                if one.reason is reason and (not named or one.community in named)
            ]
            if entries:
                found.append((text, len(entries), sum(one.base for one in entries)))
        return tuple(found)


def find_shown(code: str, endpoint: str, page: str = "") -> Shown | str:
    """Return the result this person may see, or the page that says why there is none yet.

    Args:
        code: Code of the campaign.
        endpoint: Where the links to the other places lead.
        page: Page of that address, where it has one.
    """
    campaign = access_campaign(code)
    session, scope = reading(), current_scope()
    known = list_regions(session, campaign.id, scope)
    is_company = scope.community_ids is None
    region = request.args.get("region", COMPANY)
    if not is_company and region == COMPANY and known:
        region = known[0][0]
    titles = {COMPANY: _("Whole company")} if is_company else {}
    titles |= dict(known)
    if region not in titles:
        if region != COMPANY:
            abort(404)
        return render_template("hq/company/none.html", campaign=campaign, places=(), held=0)
    places = tuple(
        Place(one, name, _address(endpoint, code, page, one), one == region)
        for one, name in titles.items()
    )
    stored = find_company_result(session, campaign.id, scope, region=region)
    if stored is None:
        held = len(list_held(session, campaign.id, region))
        return render_template("hq/company/none.html", campaign=campaign, places=places, held=held)
    names, codes = names_in(campaign.instrument_digest, current_language())
    by = request.args.get("by", "")
    return Shown(campaign, region, titles[region], stored, names, codes, by, places)


def _address(endpoint: str, code: str, page: str, region: str) -> str:
    return url_for(endpoint, code=code, page=page or None, region=region or None)


def result_or_404(code: str) -> Shown:
    """Return the result this person may see; 404 where there is none yet."""
    shown = find_shown(code, "hq_company.overview")
    if isinstance(shown, str):
        abort(404)
    return shown


def page_names(shown: Shown) -> tuple[tuple[str, str], ...]:
    """Return the pages of a company's result in order: name and title."""
    titles = [
        ("overview", _("Overview")),
        ("communities", _("Communities")),
        ("regions", _("Regions")),
        ("pfi", _("What to improve first")),
        ("matrix", _("Matrix")),
        ("zones", _("Zones of tolerance")),
        ("items", _("All items")),
        ("drivers", _("What moves the rating")),
        ("rollups", _("Departments and factors")),
        ("segments", _("Kinds of homes")),
        ("trend", _("Trend")),
        ("silent", _("Homes that did not answer")),
        ("loyalty", _("Recommendation")),
        ("gaps", _("Gaps")),
        ("method", _("Method")),
    ]
    if len(shown.places) < 2:
        titles = [one for one in titles if one[0] != "regions"]
    return tuple(titles)


def find_exhibit(shown: Shown, name: str) -> Exhibit | None:
    """Return an exhibit of a company's result, None where it has nothing for it."""
    make = _MAKERS.get(name)
    if make is not None:
        return make(shown)
    is_shared = any(name in OF_RESULTS[page] for page in SHARED)
    return build(name, shown.source) if is_shared else None


def _communities(shown: Shown) -> Exhibit | None:
    found = many.find_measure(shown.result, shown.by)
    if found is None:
        return None
    return many.communities(found, shown.communities, rows=community_rows(shown))


def _weights(shown: Shown) -> Exhibit | None:
    return many.weights(shown.result, shown.codes)


def _series(shown: Shown) -> Exhibit | None:
    return series(list_points(reading(), None, current_scope(), region=shown.region))


def _regions(shown: Shown) -> Exhibit | None:
    heads = list_region_heads(reading(), shown.campaign.id, current_scope())
    titles = {one.code: one.name for one in shown.places}
    return many.regions([(titles.get(code, code), head) for code, head in heads.items()])


_MAKERS: Mapping[str, Callable[[Shown], Exhibit | None]] = {
    "communities": _communities,
    "weights": _weights,
    "series": _series,
    "regions": _regions,
}


def community_rows(shown: Shown) -> list[CommunityEntry]:
    """Return the communities in the order they are drawn, those without a figure at the end."""
    found = many.find_measure(shown.result, shown.by)
    if found is None:
        return []
    drawn = many.in_drawn_order(found)
    codes = {one.code for one in drawn}
    return [*drawn, *(one for one in found.entries if one.code not in codes)]


def views(shown: Shown, page: str) -> list[View]:
    """Return the exhibits of a page that this result has something for."""
    names = (*(OF_RESULTS[page] if page in SHARED else ()), *OWN.get(page, ()))
    found = (find_exhibit(shown, name) for name in names)
    return [view_of(one, shown.source) for one in found if one is not None]


def render_page(name: str, shown: Shown, *, page: str, **values: object) -> str:
    """Render a page of a company's result with everything its layout needs."""
    place: dict[str, Any] = {"code": shown.campaign.code, "region": shown.region or None}
    shows: dict[str, Any] = {**place, "by": shown.by or None}
    return render_template(
        f"hq/company/{name}.html",
        page=page,
        pages=page_names(shown),
        shown=shown,
        campaign=shown.campaign,
        region=shown.region or None,
        result=shown.result,
        names=shown.names,
        by=shown.by,
        words=wording,
        cell_text=cell_text,
        cell_ends=cell_ends,
        beijing_date=beijing_date,
        page_address=partial(url_for, "hq_company.page", **place),
        chart_address=partial(url_for, "hq_company.chart", **shows),
        table_address=partial(url_for, "hq_company.table", **shows),
        **values,
    )
