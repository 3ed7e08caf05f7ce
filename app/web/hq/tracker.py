"""Progress of a campaign: communities, one community, and the decisions head office takes there."""

import json
from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.i18n import gettext as _
from app.jobs import queries as job_queries
from app.jobs.models import Job
from app.reports.gate_words import required_words
from app.staff import audit
from app.staff.models import Role
from app.surveys.campaign import queries, services
from app.surveys.campaign.errors import (
    AnsweredError,
    CampaignError,
    EmptyReasonError,
    FrozenError,
    OwnRequestError,
)
from app.surveys.campaign.gates.queries import list_required_changes
from app.surveys.campaign.models import (
    Campaign,
    Exclusion,
    ExclusionCode,
    ExclusionEnding,
    FrameMember,
)
from app.surveys.register.queries import list_uids
from app.surveys.response.progress.curves import History
from app.surveys.response.tracker import Tracker, tracker
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.contact_words import household_outcome
from app.web.curve import CurveView
from app.web.exclusions import ExclusionForm, answered_words, ask_for_exclusion
from app.web.hq.company import company_view
from app.web.hq.forms import ActForm
from app.web.hq.gate_forms import EndingForm
from app.web.hq.gate_history import who
from app.web.hq.gate_panel import gate_panel
from app.web.hq.tracker_file import table_answer
from app.web.progress import needs_somebody
from app.web.services import services as outside
from app.web.standing import community_view, rates_of
from app.web.tracking import curve_of, listing, region_views
from app.web.transaction import reading, transaction
from app.web.words import beijing_day

bp = Blueprint("hq_tracker", __name__, url_prefix="/hq/tracker")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show every community: rate, what is still needed, when it is expected, next step."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    if campaign is None:
        return render_template("hq/tracker.html", campaign=None, campaigns=[])
    now, scope = outside().now(), current_scope()
    found = tracker(reading(), campaign, scope, now=now)
    table = listing(reading(), scope, found, now=now)
    return render_template(
        "hq/tracker.html",
        campaigns=campaigns,
        campaign=campaign,
        found=found,
        required=_required(campaign),
        company=found.company,
        clock=company_view(reading(), found, now=now),
        rates_of=rates_of,
        company_rates=rates_of(found.company) if found.company else None,
        curve=_company_curve(found, table.history, now=now),
        listing=table,
        regions=region_views(found, table.choice),
        met=sum(row.count.meets(campaign.required_permille) for row in found.communities),
        waiting=sum(needs_somebody(row) for row in found.communities),
    )


@bp.get("/table.<any(csv, xlsx):form>")
@require_role(*READERS)
def table(form: str) -> Response:
    """Download the communities the address names, all pages of them."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    now, scope = outside().now(), current_scope()
    found = tracker(reading(), campaign, scope, now=now)
    return table_answer(reading(), scope, found, form, now=now)


def _required(campaign: Campaign) -> str:
    """Return the rate asked for with its changes; empty when it was never changed."""
    changes = list_required_changes(reading(), campaign.id)
    return required_words(campaign.required_permille, changes) if changes else ""


@bp.get("/<code>/<int:community_id>")
@require_role(*READERS)
def community(code: str, community_id: int) -> str:
    """Show one community: its gate, buildings, exclusions and letters."""
    return _community_page(access_campaign(code), community_id)


@bp.post("/<code>/<int:community_id>/exclusions")
@require_role(Role.HEAD_OFFICE)
def exclude(code: str, community_id: int) -> tuple[str, int] | Response:
    """Ask that a home leave the base; it stays in until somebody approves."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    form = ExclusionForm()
    if not form.validate() or not ask_for_exclusion(form, campaign, community_id):
        return _community_page(campaign, community_id, exclusion=form), 422
    flash(_("Requested. The home stays in the base until the request is approved."), "success")
    return redirect(url_for(".community", code=code, community_id=community_id))


@bp.post(
    "/<code>/<int:community_id>/exclusions/<int:member_id>"
    "/<any(approve, refuse, take_back):verdict>"
)
@require_role(Role.HEAD_OFFICE)
def decide_exclusion(code: str, community_id: int, member_id: int, verdict: str) -> Response:
    """Approve or refuse a request, or take an approved exclusion back."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    if not ActForm().validate():
        abort(400)
    reason = EndingForm()
    back = redirect(
        url_for(".community", code=code, community_id=community_id, _anchor="exclusions")
    )
    if verdict != "approve" and not reason.validate():
        flash(_("Please say why; nothing was changed."), "error")
        return back
    try:
        with transaction() as session:
            exclusion = _exclusion_here(session, campaign, community_id, member_id)
            _decide(session, exclusion, verdict, reason.reason.data or "")
    except CampaignError as error:
        flash(_not_decided(error), "error")
    else:
        flash(
            {
                "approve": _("Approved: the home left the base."),
                "refuse": _("Refused: the home stays in the base."),
                "take_back": _("Taken back: the home is in the base again."),
            }[verdict],
            "success",
        )
    return back


def _exclusion_here(
    session: Session, campaign: Campaign, community_id: int, member_id: int
) -> Exclusion:
    """Return the exclusion of a home of this community, or answer 404."""
    member = queries.find_member(session, current_scope(), member_id)
    exclusion = queries.find_exclusion(session, member_id)
    if member is None or exclusion is None:
        abort(404)
    if (member.campaign_id, member.community_id) != (campaign.id, community_id):
        abort(404)
    return exclusion


def _decide(session: Session, exclusion: Exclusion, verdict: str, reason: str) -> None:
    staff_id, now = current_scope().staff_id, outside().now()
    if verdict == "approve":
        services.approve_exclusion(session, exclusion, staff_id=staff_id, now=now)
        return
    end = services.refuse_exclusion if verdict == "refuse" else services.take_back_exclusion
    end(session, outside().vault, exclusion, reason=reason, staff_id=staff_id, now=now)


def _not_decided(error: CampaignError) -> str:
    """Say why a decision about an exclusion was refused."""
    if isinstance(error, AnsweredError):
        return answered_words(error.returned_at)
    if isinstance(error, OwnRequestError):
        return _("Somebody else at head office has to approve what you asked for.")
    if isinstance(error, EmptyReasonError):
        return _("Please say why; nothing was changed.")
    if isinstance(error, FrozenError):
        return _("The answers of this community are frozen; nothing was changed.")
    return _("This was decided before; nothing was changed.")


def _company_curve(found: Tracker, history: History, *, now: datetime) -> CurveView | None:
    if found.company is None:
        return None
    return curve_of(found.company, found.campaign, history, None, now=now)


def _community_page(
    campaign: Campaign,
    community_id: int,
    *,
    exclusion: ExclusionForm | None = None,
) -> str:
    found = access_community(community_id)
    now = outside().now()
    standing = community_view(reading(), campaign, current_scope(), found.id, now=now)
    if standing is None:
        abort(404)
    view = standing.view
    may_decide = current_scope().role is Role.HEAD_OFFICE
    return render_template(
        "hq/community.html",
        campaign=campaign,
        community=found,
        view=view,
        standing=standing,
        panel=gate_panel(reading(), outside().vault, view.row, campaign, scope=current_scope()),
        codes=queries.count_exclusions(reading(), campaign.id, found.id),
        exclusions=_exclusions_of(campaign, found.id) if may_decide else [],
        ended=_ended_of(campaign, found.id) if may_decide else [],
        may_decide=may_decide,
        exclusion=exclusion or ExclusionForm(formdata=None),
        act=ActForm(formdata=None),
        job=_job_of(campaign, found.id),
    )


@dataclass(frozen=True, slots=True)
class ShownExclusion:
    """One home that is not asked, as the page shows it."""

    member_id: int
    building: str
    room: str
    code: ExclusionCode
    evidence: str
    approved_at: datetime | None
    asked_by: str
    approved_by: str
    is_own: bool
    returned_at: datetime | None
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownEnding:
    """A request that was refused or an approval that was taken back, as the page shows it."""

    member_id: int
    building: str
    room: str
    code: ExclusionCode
    is_refused: bool
    when: str
    who: str
    why: str


def _exclusions_of(campaign: Campaign, community_id: int) -> list[ShownExclusion]:
    """Return the exclusions of a community with their evidence; only for who decides on them.

    They show addresses and what somebody knows about a home: each look is audited by household.
    """
    vault, scope = outside().vault, current_scope()
    rows = list(queries.list_exclusions(reading(), campaign.id, scope.only(community_id)))
    shown = [
        ShownExclusion(
            member_id=row.member.id,
            building=row.member.building,
            room=row.member.room,
            code=row.exclusion.code,
            evidence=services.open_evidence(vault, row.exclusion),
            approved_at=row.exclusion.approved_at,
            asked_by=who(reading(), row.exclusion.requested_by),
            approved_by=who(reading(), row.exclusion.approved_by)
            if row.exclusion.approved_by is not None
            else "",
            is_own=row.exclusion.approved_by == row.exclusion.requested_by,
            returned_at=row.member.returned_at,
            facts=_facts(row.member),
        )
        for row in rows
    ]
    keys = [row.member.household_id for row in rows]
    with transaction() as session:
        audit.record_many(
            session,
            actor=scope,
            action="view_exclusion",
            subjects=list_uids(session, keys),
            detail=campaign.code,
            now=outside().now(),
        )
    return shown


def _facts(member: FrameMember) -> tuple[str, ...]:
    """Return what is known of a home, to hold against what is said of it."""
    facts = [household_outcome(member.outcome)]
    if member.opened_at is not None:
        facts.append(_("began to answer {date}").format(date=beijing_day(member.opened_at)))
    if member.delivered_at is not None:
        facts.append(_("letter delivered {date}").format(date=beijing_day(member.delivered_at)))
    return tuple(facts)


def _ended_of(campaign: Campaign, community_id: int) -> list[ShownEnding]:
    """Return what was refused or taken back in a community, with the reasons."""
    return [
        ShownEnding(
            member_id=member.id,
            building=member.building,
            room=member.room,
            code=ended.code,
            is_refused=ended.ending is ExclusionEnding.REFUSED,
            when=beijing_day(ended.ended_at),
            who=who(reading(), ended.ended_by),
            why=services.open_ending(outside().vault, ended),
        )
        for ended, member in queries.list_ended_exclusions(reading(), campaign.id, community_id)
    ]


def _job_of(campaign: Campaign, community_id: int) -> Job | None:
    """Return the latest job that freezes and computes this community, None before there is one."""
    for job in job_queries.list_jobs(reading(), "freeze_and_study"):
        payload = json.loads(job.payload)
        if (payload.get("campaign_id"), payload.get("community_id")) == (campaign.id, community_id):
            return job
    return None
