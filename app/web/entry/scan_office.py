"""Scanned paper seen from head office: all batches, error figures, conflicts, second answers."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.campaign.queries import find_campaign, list_campaigns
from app.surveys.paper.scans import checks, deciding, keyed, queries
from app.surveys.paper.scans.errors import MovedError, NoReasonError
from app.surveys.paper.scans.inbox.queries import count_queued
from app.surveys.paper.scans.models import ScanCheck, ScanPage
from app.surveys.paper.scans.reviewing import Crop, crop_of, differing_fields
from app.surveys.paper.scans.sampling import queries as sampled
from app.surveys.paper.scans.settling import load_states
from app.surveys.paper.scans.sheets import get_printed
from app.surveys.response.queries import list_responses
from app.web.auth import current_scope, require_role
from app.web.entry import scan_words
from app.web.entry.forms import Line
from app.web.entry.scan_forms import ReasonForm
from app.web.entry.scan_inbox import tray_views
from app.web.entry.scan_lines import lines_by_name
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("entry_scan_office", __name__, url_prefix="/entry/scan-office")


@dataclass(frozen=True, slots=True)
class ErrorRate:
    """How often somebody was wrong, with its interval."""

    name: str
    wrong: int
    fields: int
    share: str
    interval: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A page scanned twice, or keyed in and scanned, with other marks: the rows that differ.

    Without a first scan what stands was keyed in by hand.
    """

    page: ScanPage
    first: ScanPage | None
    home: str
    rows: list[tuple[str, Crop, str, str]]
    problem: str


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def index() -> str:
    """Show all batches of a campaign, what waits, and how often reading was wrong."""
    campaigns = list_campaigns(reading())
    chosen = find_campaign(reading(), request.args.get("campaign", ""))
    campaign = chosen or (campaigns[0] if campaigns else None)
    if campaign is None:
        return render_template("entry/scan_office.html", campaign=None, campaigns=[])
    scope = current_scope()
    page = max(1, request.args.get("page", 1, type=int))
    rows = queries.list_batches(reading(), scope, campaign_id=campaign.id, page=page)
    sums = sampled.sum_checks(reading(), scope, campaign.id)
    differing = [
        (_home(member), _differing(check))
        for check, member in sampled.list_differing(reading(), scope, campaign.id)
    ]
    return render_template(
        "entry/scan_office.html",
        campaign=campaign,
        campaigns=campaigns,
        rows=rows[: queries.PER_PAGE],
        has_more=len(rows) > queries.PER_PAGE,
        page=page,
        waiting=tray_views(count_queued(reading(), scope, campaign.id)),
        sums=sums,
        rates=_rates(sums),
        differing=differing,
        conflicts=len(queries.list_conflicts(reading(), scope, campaign.id)),
        seconds=len(queries.list_second_answers(reading(), scope, campaign.id)),
        scan_words=scan_words,
    )


@bp.get("/<code>/conflicts")
@require_role(Role.HEAD_OFFICE)
def conflicts(code: str) -> str:
    """Show pages scanned twice with other marks, and second answers of a home."""
    return _conflicts(_campaign(code), ReasonForm(formdata=None))


@bp.post("/<code>/second/<int:sheet_id>")
@require_role(Role.HEAD_OFFICE)
def seen(code: str, sheet_id: int) -> tuple[str, int] | Response:
    """Note that a second answer of a home was looked at: the first valid one counts."""
    campaign = _campaign(code)
    sheet = queries.find_scan_sheet(reading(), sheet_id)
    if sheet is None or sheet.campaign_id != campaign.id:
        abort(404)
    form = ReasonForm()
    if not form.validate():
        return _conflicts(campaign, form, failed_at=sheet_id), 422
    community_id = sheet.community_id
    try:
        with transaction() as session:
            scope = current_scope()
            deciding.see_second_answer(
                session,
                outside().vault,
                sheet_id,
                note=form.note.data,
                staff_id=scope.staff_id,
                now=outside().now(),
            )
            audit.record(
                session,
                actor=scope,
                action="scan.see_second_answer",
                subject=f"sheet:{sheet_id}",
                community_id=community_id,
                now=outside().now(),
            )
    except MovedError:
        flash(_("Somebody else was here first. Nothing was changed."), "error")
    except NoReasonError:
        flash(_("Say in words what happened."), "error")
    return redirect(url_for(".conflicts", code=code))


def _differing(check: ScanCheck) -> list[tuple[str, str, str]]:
    """Return the fields on which two keyings differ: the question, what stands, the second one."""
    lines = lines_by_name(get_printed(reading(), check.sheet_id))
    found = checks.open_differing(outside().vault, check)
    return [
        (lines[name].words, _said(lines[name], stands), _said(lines[name], second))
        for name, (stands, second) in found.items()
        if name in lines
    ]


def _said(line: Line, values: Iterable[str]) -> str:
    return _(", ").join(line.asked.words_of(one) for one in values) or _("nothing")


def _conflicts(campaign: Campaign, form: ReasonForm, *, failed_at: int = 0) -> str:
    scope = current_scope()
    pages = queries.list_conflicts(reading(), scope, campaign.id)
    seconds = [
        (sheet, answer, _home(member), list_responses(reading(), member.id))
        for sheet, answer, member in queries.list_second_answers(reading(), scope, campaign.id)
    ]
    return render_template(
        "entry/scan_conflicts.html",
        campaign=campaign,
        conflicts=[_conflict(page, member) for page, _batch, member in pages],
        seconds=seconds,
        form=form,
        failed_at=failed_at,
    )


def _conflict(page: ScanPage, member: FrameMember) -> Conflict:
    printed = get_printed(reading(), page.sheet_id or 0)
    first = queries.find_in_slot(reading(), f"{page.sheet_id}:{page.page}")
    again = load_states(reading(), outside().vault, [page])[0]
    stands: Mapping[str, Collection[str]] = {}
    names: Sequence[str] = ()
    if first is not None:
        stood = load_states(reading(), outside().vault, [first])[0]
        stands, names = stood.raw, differing_fields(stood, again)
    elif page.problem == keyed.KEYED_OTHERWISE:
        said = keyed.stands_keyed(reading(), printed)
        stands, names = said, keyed.differing(said, again.reading)
    rows = []
    lines, form = lines_by_name(printed), printed.layout.page(page.page or 0)
    for name in names:
        line = lines[name]
        before, after = _said(line, sorted(stands.get(name, ()))), _said(line, again.read(name))
        rows.append((line.words, crop_of(form, name), before, after))
    return Conflict(page, first, _home(member), rows, scan_words.problem_name(page.problem))


def _rates(sums: sampled.CheckSums) -> list[ErrorRate]:
    named = (
        (_("The reader"), sums.reader_wrong, sums.reader_fields),
        (_("Clerks"), sums.clerk_wrong, sums.clerk_fields),
    )
    rates = []
    for name, wrong, fields in named:
        limits = checks.wilson(wrong, fields)
        if limits is None:
            rates.append(ErrorRate(name, 0, 0, "—", "—"))
            continue
        low, high = (f"{100 * limit:.2f}" for limit in limits)
        share = f"{100 * wrong / fields:.2f}%"
        rates.append(ErrorRate(name, wrong, fields, share, f"{low}%–{high}%"))
    return rates


def _campaign(code: str) -> Campaign:
    campaign = find_campaign(reading(), code)
    if campaign is None:
        abort(404)
    return campaign


def _home(member: FrameMember) -> str:
    return f"{member.building} {member.room}"
