"""Results of communities: the list of a campaign, the pages of one community, their files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Blueprint, abort, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports import method, queries, wording
from app.reports.context import bounds_of_satisfied
from app.reports.exhibits.codes import SCHEMES, scheme_name, variable_name
from app.reports.exhibits.drivers import no_drivers_reason
from app.reports.exhibits.parts import variables
from app.reports.exhibits.registry import PAGES
from app.reports.exhibits.time import last_step, numbered_events
from app.reports.exhibits.verdicts import since_last
from app.reports.exhibits.worked import worked
from app.reports.gate_words import exclusion_words
from app.surveys.campaign.queries import count_exclusions
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.hq import results_files
from app.web.hq.exhibit_files import may_take_numbers
from app.web.hq.forms import ActForm
from app.web.hq.results_index import campaign_to_show, index_rows
from app.web.hq.results_overview import coverage_of, first_screen, next_steps
from app.web.hq.results_quality import quality_values
from app.web.hq.results_shown import (
    Shown,
    find_shown,
    may_see,
    render_page,
    views,
)
from app.web.hq.results_voices import voices_values
from app.web.transaction import reading

bp = Blueprint("hq_results", __name__, url_prefix="/hq/results")

READERS = queries.READERS


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter line; the address holds it."""

    words: str
    href: str
    is_current: bool


@bp.get("")
@require_role(*READERS)
def index() -> str:
    """Show all communities of a campaign: results where released, the reason where locked."""
    campaigns = opened_campaigns()
    campaign = campaign_to_show(campaigns)
    if campaign is None:
        return render_template("hq/results/none.html")
    return render_template(
        "hq/results/index.html",
        campaigns=campaigns,
        campaign=campaign,
        rows=index_rows(campaign),
    )


@bp.get("/<code>/<int:community_id>")
@require_role(*READERS)
def overview(code: str, community_id: int) -> str:
    """Show in words what to fix first and how sure that is, and the headline figures."""
    shown = find_shown(code, community_id)
    if isinstance(shown, str):
        return shown
    kinds = [
        file.kind
        for file in queries.list_report_files(reading(), shown.stored.run_id, current_scope())
    ]
    source = shown.source()
    coverage = coverage_of(shown)
    return render_page(
        "overview",
        shown,
        first=first_screen(shown),
        steps=next_steps(shown, source, coverage),
        change=since_last(last_step(source)),
        files=results_files.offered(kinds),
        prints=results_files.prints(shown, kinds),
        form=ActForm(),
        may_take_numbers=may_take_numbers(),
        bounds=bounds_of_satisfied(
            shown.result, shown.stored.manifest.returned, shown.stored.manifest.base
        ),
        views=views(shown, "pfi"),
        exclusions=_(", ").join(
            _("{reason}: {count}").format(reason=reason, count=count)
            for reason, count in exclusion_words(
                count_exclusions(reading(), shown.campaign.id, shown.community.id)
            )
        ),
        beijing_date=beijing_date,
    )


@bp.get("/<code>/<int:community_id>/<page>")
@require_role(*READERS)
def page(code: str, community_id: int, page: str) -> str:
    """Show one page of a community's result: its charts, their tables, and what they rest on."""
    if page not in PAGES or not may_see(page):
        abort(404)
    shown = find_shown(code, community_id)
    if isinstance(shown, str):
        return shown
    make = MORE.get(page)
    more = make(shown) if make is not None else {}
    return render_page(page, shown, views=views(shown, page), **more)


@bp.get("/<code>/<int:community_id>/file/<kind>")
@require_role(*READERS)
def download(code: str, community_id: int, kind: str) -> Response:
    """Send a report or the workbook of a result."""
    return results_files.stored_file(code, community_id, kind)


@bp.post("/<code>/<int:community_id>/print/<language>")
@require_role(*results_files.PRINTERS)
def order_print(code: str, community_id: int, language: str) -> Response:
    """Order the files of a result in a language; the worker makes them."""
    return results_files.order_print(code, community_id, language)


@bp.get("/<code>/<int:community_id>/result.json")
@require_role(*READERS)
def result_json(code: str, community_id: int) -> Response:
    """Send the numbers as documented JSON."""
    return results_files.numbers(code, community_id)


@bp.get("/<code>/<int:community_id>/chart/<name>.svg")
@require_role(*READERS)
def chart(code: str, community_id: int, name: str) -> Response:
    """Send one chart as SVG."""
    return results_files.chart(code, community_id, name)


@bp.get("/<code>/<int:community_id>/table/<name>.<any(csv, xlsx):form>")
@require_role(*READERS)
def table(code: str, community_id: int, name: str, form: str) -> Response:
    """Send one table as CSV or XLSX."""
    return results_files.table(code, community_id, name, form)


def _priorities(shown: Shown) -> dict[str, object]:
    return {"items": wording.in_order(shown.result)}


def _zones(shown: Shown) -> dict[str, object]:
    looks = ((_("Bars"), ""), (_("Radar, without intervals"), "radar"))
    return {"choices": [_choice(shown, "zones", words, key, by=shown.by) for words, key in looks]}


def _rollups(shown: Shown) -> dict[str, object]:
    have = {one.scheme for one in shown.result.rollups}
    known = [scheme for scheme in SCHEMES if scheme in have]
    now = shown.by if shown.by in known else next(iter(known), "")
    return {"choices": [_choice(shown, "rollups", scheme_name(one), one, by=now) for one in known]}


def _segments(shown: Shown) -> dict[str, object]:
    known = variables(shown.source())
    now = shown.by if shown.by in known else next(iter(known), "")
    return {
        "choices": [_choice(shown, "segments", variable_name(one), one, by=now) for one in known]
    }


def _drivers(shown: Shown) -> dict[str, object]:
    return {"why_none": no_drivers_reason(shown.result.drivers)}


def _trend(shown: Shown) -> dict[str, object]:
    source = shown.source()
    return {"events": numbered_events(source), "change": since_last(last_step(source))}


def _silent(shown: Shown) -> dict[str, object]:
    manifest = shown.stored.manifest
    return {
        "silent": manifest.base - manifest.returned,
        "bounds": bounds_of_satisfied(shown.result, manifest.returned, manifest.base),
    }


def _method(shown: Shown) -> dict[str, object]:
    return {"entries": method.entries(), "filled": worked(shown.source())}


# What a page shows beside its exhibits.
MORE: Mapping[str, Callable[[Shown], dict[str, object]]] = {
    "pfi": _priorities,
    "zones": _zones,
    "drivers": _drivers,
    "rollups": _rollups,
    "segments": _segments,
    "trend": _trend,
    "silent": _silent,
    "comments": voices_values,
    "quality": quality_values,
    "method": _method,
}


def _choice(shown: Shown, page: str, words: str, key: str, *, by: str) -> Choice:
    href = url_for(
        "hq_results.page",
        code=shown.campaign.code,
        community_id=shown.community.id,
        page=page,
        by=key or None,
    )
    return Choice(words, href, is_current=key == by)
