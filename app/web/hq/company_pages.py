"""Results of the company and its regions, and rounds that compute all communities anew."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.reports import company_exhibits as many
from app.reports import method
from app.reports.company.queries import list_series
from app.reports.exhibits.codes import SCHEMES, scheme_name, variable_name
from app.reports.exhibits.drivers import no_drivers_reason
from app.reports.exhibits.parts import variables
from app.reports.exhibits.silence import bounds_note
from app.reports.exhibits.time import last_step, numbered_events
from app.reports.exhibits.verdicts import since_last
from app.reports.models import PartState
from app.reports.rounds.orders import NothingFrozenError, Progress, order_round, progress_of
from app.reports.rounds.queries import find_last_round
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.register.queries import list_all_communities
from app.web.access import access_campaign
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.hq import company_files
from app.web.hq.company_overview import (
    below_words,
    first_screen,
    mark_words,
    rate_rows,
    steps,
    work_of,
)
from app.web.hq.company_shown import (
    READERS,
    SHARED,
    Shown,
    community_rows,
    find_shown,
    render_page,
    views,
)
from app.web.hq.exhibit_views import view_of
from app.web.hq.forms import ActForm
from app.web.services import services
from app.web.transaction import reading, transaction
from app.web.words import beijing_time

bp = Blueprint("hq_company", __name__, url_prefix="/hq/company")

A_PAGE = 50  # communities in a table
FEW = 30  # so many stand on the overview itself


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter line; the address holds it."""

    words: str
    href: str
    is_current: bool


@bp.get("")
@require_role(*READERS)
def index() -> Response:
    """Lead to the latest campaign that has a result of the company or a region."""
    campaigns = opened_campaigns()
    done = {one.campaign_id for one in list_series(reading(), None, current_scope())}
    found = next((one for one in campaigns if one.id in done), None)
    if found is None:
        found = next((one for one in campaigns if one.closed_at or one.opened_at), None)
    if found is None:
        abort(404)
    return redirect(url_for("hq_company.overview", code=found.code))


@bp.get("/<code>")
@require_role(*READERS)
def overview(code: str) -> str:
    """Show a leader on one page what the result says, what is late and what is on hold."""
    shown = find_shown(code, "hq_company.overview")
    if isinstance(shown, str):
        return shown
    work, rows = work_of(shown), rate_rows(shown, FEW)
    return render_page(
        "overview",
        shown,
        page="overview",
        first=first_screen(shown),
        steps=steps(shown, work),
        above=below_words(shown, many.ABOVE),
        change=since_last(last_step(shown.source)),
        rows=rows,
        marks=mark_words(shown, rows),
        change_words=many.change_words,
        may_order=current_scope().role is Role.HEAD_OFFICE,
        views=views(shown, "pfi"),
        campaigns=_with_result(shown),
        missing=shown.missing(),
    )


@bp.get("/<code>/<page>")
@require_role(*READERS)
def page(code: str, page: str) -> str:
    """Show one page of a company's result: its charts, their tables, and what they rest on."""
    make = MORE.get(page)
    if make is None and page not in SHARED:
        abort(404)
    shown = find_shown(code, "hq_company.page", page)
    if isinstance(shown, str):
        return shown
    more = {} if make is None else make(shown)
    name = page if page in ("communities", "method", "silent", "trend") else "exhibits"
    return render_page(name, shown, page=page, **{"views": views(shown, page), **more})


@bp.get("/<code>/result.json")
@require_role(*READERS)
def result_json(code: str) -> Response:
    """Send the numbers as documented JSON."""
    return company_files.numbers(code)


@bp.get("/<code>/chart/<name>.svg")
@require_role(*READERS)
def chart(code: str, name: str) -> Response:
    """Send one chart as SVG."""
    return company_files.chart(code, name)


@bp.get("/<code>/table/<name>.<any(csv, xlsx):form>")
@require_role(*READERS)
def table(code: str, name: str, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    return company_files.table(code, name, form)


@bp.get("/<code>/rounds")
@require_role(Role.HEAD_OFFICE)
def rounds(code: str) -> str:
    """Show how far the computing of all communities is, and offer to order it."""
    return _rounds(access_campaign(code))


@bp.post("/<code>/rounds")
@require_role(Role.HEAD_OFFICE)
def order(code: str) -> Response | tuple[str, int]:
    """Order the results of all frozen communities, or of one, anew."""
    campaign = access_campaign(code)
    if not ActForm().validate_on_submit():
        return _rounds(campaign, _("Please press the button once more.")), 400
    chosen = request.form.get("community", "")
    wanted = {int(chosen)} if chosen.isascii() and chosen.isdigit() else None
    try:
        with transaction() as session:
            order_round(
                session,
                campaign,
                staff_id=current_scope().staff_id,
                now=services().now(),
                community_ids=wanted,
            )
    except NothingFrozenError:
        return _rounds(campaign, _("No community is frozen yet: there is nothing to compute.")), 409
    return redirect(url_for("hq_company.rounds", code=campaign.code), 303)


def _rounds(campaign: Campaign, problem: str = "") -> str:
    last = find_last_round(reading(), campaign.id)
    progress: Progress | None = None if last is None else progress_of(reading(), last.id)
    failed = {} if progress is None else dict(progress.failed)
    names = {one.id: one.name for one in list_all_communities(reading()) if one.id in failed}
    return render_template(
        "hq/company/rounds.html",
        campaign=campaign,
        progress=progress,
        states=PartState,
        failed=[(key, names.get(key, str(key)), words) for key, words in failed.items()],
        form=ActForm(),
        problem=problem,
        day_time=beijing_time,
    )


def _with_result(shown: Shown) -> list[tuple[str, str]]:
    """Return code and address of the campaigns with a result of this place, latest first."""
    points = list_series(reading(), None, current_scope(), region=shown.region)
    return [
        (
            one.campaign_code,
            url_for("hq_company.overview", code=one.campaign_code, region=shown.region or None),
        )
        for one in reversed(points)
    ]


def _communities(shown: Shown) -> dict[str, object]:
    found = many.find_measure(shown.result, shown.by)
    rows = community_rows(shown)
    wanted = request.args.get("standing", "")
    if wanted in (many.ABOVE, many.BELOW, many.AVERAGE):
        rows = [one for one in rows if one.standing == wanted]
    number = request.args.get("p", "1")
    at = max(1, int(number)) if number.isascii() and number.isdigit() and len(number) < 6 else 1
    first = (at - 1) * A_PAGE
    shown_rows = rows[first : first + A_PAGE]
    exhibit = None if found is None else many.communities(found, shown.communities, rows=shown_rows)
    return {
        "found": found,
        "views": [] if exhibit is None else [view_of(exhibit, shown.source)],
        "total": len(rows),
        "first_row": first + 1,
        "last_row": first + len(shown_rows),
        "before": at - 1 if at > 1 else None,
        "after": at + 1 if first + A_PAGE < len(rows) else None,
        "standing": wanted,
        "choices": _measures(shown),
        "standings": [
            (one, many.standing_words(one)) for one in (many.BELOW, many.ABOVE, many.AVERAGE)
        ],
        "below": below_words(shown),
        "above": below_words(shown, many.ABOVE),
        "note": "" if found is None else many.league_note(found),
        "missing": shown.missing(),
    }


def _measures(shown: Shown) -> list[Choice]:
    words = {"index": _("Satisfaction index"), "overall": _("Overall rating")}
    found = many.find_measure(shown.result, shown.by)
    return [
        _choice(shown, "communities", words.get(one.measure, one.measure), one.measure,
                by="" if found is None else found.measure)
        for one in shown.result.communities
    ]  # fmt: skip


def _regions(_shown: Shown) -> dict[str, object]:
    return {"lead": _("Every region as its communities rated it. Regions are not ranked.")}


def _rollups(shown: Shown) -> dict[str, object]:
    have = {one.scheme for one in shown.result.rollups}
    known = [scheme for scheme in SCHEMES if scheme in have]
    now = shown.by if shown.by in known else next(iter(known), "")
    return {"choices": [_choice(shown, "rollups", scheme_name(one), one, by=now) for one in known]}


def _segments(shown: Shown) -> dict[str, object]:
    known = variables(shown.source)
    now = shown.by if shown.by in known else next(iter(known), "")
    return {
        "choices": [_choice(shown, "segments", variable_name(one), one, by=now) for one in known]
    }


def _drivers(shown: Shown) -> dict[str, object]:
    return {"lead": no_drivers_reason(shown.result.drivers)}


def _trend(shown: Shown) -> dict[str, object]:
    return {
        "events": numbered_events(shown.source),
        "change": since_last(last_step(shown.source)),
    }


def _silent(shown: Shown) -> dict[str, object]:
    stored = shown.stored
    return {
        "silent": stored.asked - stored.answered,
        "not_counted": bounds_note(shown.source),
        "bounds": shown.result.satisfied_bounds,
        "calibrated": many.calibrated_words(shown.result),
        "missing": shown.missing(),
    }


def _method(_shown: Shown) -> dict[str, object]:
    return {"entries": (*method.entries(), *many.entries()), "views": []}


# What a page shows beside its exhibits.
MORE: Mapping[str, Callable[[Shown], dict[str, object]]] = {
    "communities": _communities,
    "regions": _regions,
    "drivers": _drivers,
    "rollups": _rollups,
    "segments": _segments,
    "trend": _trend,
    "silent": _silent,
    "method": _method,
}


def _choice(shown: Shown, page: str, words: str, key: str, *, by: str) -> Choice:
    href = url_for(
        "hq_company.page",
        code=shown.campaign.code,
        page=page,
        by=key or None,
        region=shown.region or None,
    )
    return Choice(words, href, is_current=key == by)
