"""The gates of a campaign: what waits for a decision, one gate with its history, the decisions."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import beijing_date, end_of
from app.followup.queries import count_cases
from app.i18n import gettext as _
from app.reports.gate_words import rate_text, required_words
from app.staff.models import Role
from app.surveys.campaign.errors import (
    AlreadyWaivedError,
    CampaignError,
    DeadlineNotReachedError,
    EmptyReasonError,
    FrozenError,
    HeldError,
    RateMetError,
)
from app.surveys.campaign.gates import queries, services
from app.surveys.campaign.gates.errors import (
    AlreadyHeldError,
    BadDayError,
    BadRateError,
    DeadlinePassedError,
    HeldByCheckError,
    NoReasonError,
    NotExtendedError,
    NotFrozenError,
    NotHeldError,
    NotStartedError,
    OpenCasesError,
)
from app.surveys.campaign.gates.models import WorkKind
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.rules import GateState
from app.surveys.campaign.services import waive_gate
from app.surveys.register.models import Community
from app.surveys.response.queries import count_returns
from app.surveys.response.tracker import TrackerRow, tracker
from app.web.access import access_campaign, access_community, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import chosen_campaign, opened_campaigns
from app.web.hq.gate_forms import DecisionForm, ExtensionForm, RateForm, WorkForm
from app.web.hq.gate_history import history, who, work_name
from app.web.hq.gate_panel import gate_panel
from app.web.hq.gate_waiting import list_waiting
from app.web.progress import row_views
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import beijing_time, percent_of

bp = Blueprint("hq_gates", __name__, url_prefix="/hq/gates")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the gates that wait for a decision or are behind their dates."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    if campaign is None:
        return render_template("hq/gates.html", campaign=None, campaigns=[])
    now = outside().now()
    views = row_views(tracker(reading(), campaign, current_scope(), now=now), now=now)
    changes = queries.list_required_changes(reading(), campaign.id)
    return render_template(
        "hq/gates.html",
        campaigns=campaigns,
        campaign=campaign,
        waiting=list_waiting(reading(), campaign, views, scope=current_scope(), now=now),
        required=required_words(campaign.required_permille, changes),
        may_decide=current_scope().role is Role.HEAD_OFFICE,
        work_name=work_name,
    )


@bp.get("/<code>/<int:community_id>")
@require_role(*READERS)
def show(code: str, community_id: int) -> str:
    """Show one gate: its machine, the work after T0, every decision with who, when and why."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    now, vault, scope = outside().now(), outside().vault, current_scope()
    row = row_of(campaign, community_id, now=now)
    return render_template(
        "hq/gate.html",
        campaign=campaign,
        community=access_community(community_id),
        row=row,
        panel=gate_panel(reading(), vault, row, campaign, scope=scope),
        history=history(reading(), vault, gate),
    )


@bp.route("/<code>/<int:community_id>/<any(hold,lift,extend,waive):act>", methods=["GET", "POST"])
@require_role(Role.HEAD_OFFICE)
def decide(code: str, community_id: int, act: str) -> str | tuple[str, int] | Response:
    """Ask for the reason of a decision, show what it does, then do it."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    form = ExtensionForm() if act == "extend" else DecisionForm()
    community = access_community(community_id)
    back = redirect(url_for(".show", code=code, community_id=community_id))
    obstacle = _obstacle(act, row_of(campaign, community_id, now=outside().now()), campaign)
    if obstacle is not None:
        flash(_refused(obstacle), "error")
        return back
    is_good = form.is_submitted() and form.validate()
    if not is_good or not form.is_confirmed:
        page = _decision_page(campaign, community, act, form, is_second=is_good)
        return (page, 422) if form.errors else page
    try:
        with transaction() as session:
            _DEEDS[act](session, gate, form, outside().now())
    except BadDayError:
        form.until.errors = [_("From today on, and at most sixty days ahead.")]
        return _decision_page(campaign, community, act, form), 422
    except (NoReasonError, EmptyReasonError):
        form.reason.errors = [_("Please say it in words.")]
        return _decision_page(campaign, community, act, form), 422
    except CampaignError as error:
        flash(_refused(error), "error")
        return back
    flash(_done(act), "success")
    return back


@bp.post("/<code>/<int:community_id>/work/<kind>")
@require_role(Role.HEAD_OFFICE)
def work(code: str, community_id: int, kind: str) -> Response:
    """Record that analysis or follow-up was begun or finished."""
    campaign = access_campaign(code)
    gate = access_gate(campaign, community_id)
    form = WorkForm()
    if not form.validate() or kind not in set(WorkKind):
        abort(400)
    now, staff_id = outside().now(), current_scope().staff_id
    try:
        with transaction() as session:
            if form.act.data == "done":
                services.finish_work(
                    session,
                    gate,
                    WorkKind(kind),
                    staff_id=staff_id,
                    now=now,
                    open_cases=_untouched(session, campaign, community_id),
                )
            else:
                services.start_work(session, gate, WorkKind(kind), staff_id=staff_id, now=now)
    except CampaignError as error:
        flash(_refused(error), "error")
    else:
        flash(_("Recorded."), "success")
    return redirect(url_for(".show", code=code, community_id=community_id))


@bp.get("/<code>/rate")
@require_role(*READERS)
def rate(code: str) -> str:
    """Show the rate a campaign asks for with all its changes."""
    return _rate_page(access_campaign(code), RateForm(formdata=None))


@bp.post("/<code>/rate")
@require_role(Role.HEAD_OFFICE)
def change_rate(code: str) -> str | tuple[str, int] | Response:
    """Show what another rate does, then change it; the former one stays in print."""
    campaign = access_campaign(code)
    form = RateForm()
    if not form.validate():
        return _rate_page(campaign, form), 422
    if form.permille == campaign.required_permille:
        form.percent.errors = [_("This is the rate of today.")]
        return _rate_page(campaign, form), 422
    if not form.is_confirmed:
        return _rate_page(campaign, form, is_second=True)
    try:
        with transaction() as session:
            services.change_required(
                session,
                outside().vault,
                campaign,
                permille=form.permille,
                reason=form.reason.data or "",
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except CampaignError as error:
        flash(_refused(error), "error")
    else:
        flash(_("Recorded. The change is printed wherever the rate is."), "success")
    return redirect(url_for(".rate", code=code))


def _untouched(session: Session, campaign: Campaign, community_id: int) -> int:
    """Return the cases of a community that nobody has contacted."""
    return sum(
        row.untouched
        for row in count_cases(session, current_scope(), campaign.id)
        if row.community_id == community_id
    )


def _obstacle(act: str, row: TrackerRow, campaign: Campaign) -> CampaignError | None:
    """Return why a decision cannot be taken now, before anybody writes a reason for it."""
    gate, state = row.gate, row.status.state
    found: CampaignError | None = None
    if act == "hold" and gate.held_at is not None:
        found = AlreadyHeldError(gate.held_at)
    elif act == "lift":
        found = _not_lifted(gate)
    elif act not in {"extend", "waive"}:
        found = None
    elif gate.frozen_at is not None:
        found = FrozenError(gate.frozen_at)
    elif gate.waived_at is not None:
        found = AlreadyWaivedError(gate.waived_at)
    elif act == "waive" and gate.held_at is not None:
        found = HeldError(gate.held_at)
    elif state is not GateState.EXTENDED:
        found = _not_extended(act, state, campaign)
    return found


def _not_lifted(gate: Gate) -> CampaignError | None:
    """Return why a hold cannot be lifted here; one of the checks is lifted where it was placed."""
    hold = queries.find_open_hold(reading(), gate.id)
    if hold is None:
        return NotHeldError()
    return HeldByCheckError() if hold.is_of_check else None


def _not_extended(act: str, state: GateState, campaign: Campaign) -> CampaignError:
    """Return why a community that is not below the rate after the deadline is left alone."""
    if act == "extend":
        return NotExtendedError()
    if state in {GateState.NOT_OPEN, GateState.COLLECTING}:
        return DeadlineNotReachedError(end_of(campaign.closes_on))
    return RateMetError()


def row_of(campaign: Campaign, community_id: int, *, now: datetime) -> TrackerRow:
    """Return one community of the tracker, or answer 404."""
    found = tracker(reading(), campaign, current_scope().only(community_id), now=now)
    if not found.communities:
        abort(404)
    return found.communities[0]


def _decision_page(
    campaign: Campaign,
    community: Community,
    act: str,
    form: DecisionForm,
    *,
    is_second: bool = False,
) -> str:
    now = outside().now()
    return render_template(
        "hq/gate_decision.html",
        campaign=campaign,
        community=community,
        row=row_of(campaign, community.id, now=now),
        act=act,
        form=form,
        is_second=is_second,
        today=beijing_date(now),
        **_wording(act),
    )


def _rate_page(campaign: Campaign, form: RateForm, *, is_second: bool = False) -> str:
    changes = queries.list_required_changes(reading(), campaign.id)
    return render_template(
        "hq/gate_rate.html",
        campaign=campaign,
        form=form,
        is_second=is_second,
        required=rate_text(campaign.required_permille),
        is_over=outside().now() >= end_of(campaign.closes_on),
        effect=_effect(campaign, form) if is_second else (),
        changes=[
            (
                beijing_time(one.changed_at),
                percent_of(one.before_permille),
                percent_of(one.after_permille),
                who(reading(), one.changed_by),
                services.open_reason(outside().vault, one),
            )
            for one in changes
        ],
        may_decide=current_scope().role is Role.HEAD_OFFICE,
    )


def _effect(campaign: Campaign, form: RateForm) -> tuple[str, ...]:
    """Say what another rate does: from what to what, and which communities it moves."""
    rows = tracker(reading(), campaign, current_scope(), now=outside().now()).communities
    before, after = campaign.required_permille, form.permille
    opened = [row.name for row in rows if row.count.meets(after) and not row.count.meets(before)]
    shut = [row.name for row in rows if row.count.meets(before) and not row.count.meets(after)]
    said = [_("From {before} to {after}.").format(before=rate_text(before), after=rate_text(after))]
    said.append(
        _("Communities at the rate today: {before} of {total}; with the new rate: {after}.").format(
            before=sum(row.count.meets(before) for row in rows),
            after=sum(row.count.meets(after) for row in rows),
            total=len(rows),
        )
    )
    if opened:
        said.append(_("Would reach it: {names}.").format(names=_(", ").join(opened)))
    if shut:
        said.append(_("Would not reach it any more: {names}.").format(names=_(", ").join(shut)))
    return tuple(said)


def _hold(session: Session, gate: Gate, form: DecisionForm, now: datetime) -> None:
    staff_id, reason = current_scope().staff_id, form.reason.data or ""
    services.place_hold(session, outside().vault, gate, reason=reason, staff_id=staff_id, now=now)


def _lift(session: Session, gate: Gate, form: DecisionForm, now: datetime) -> None:
    staff_id, reason = current_scope().staff_id, form.reason.data or ""
    services.lift_hold(session, outside().vault, gate, reason=reason, staff_id=staff_id, now=now)


def _extend(session: Session, gate: Gate, form: ExtensionForm, now: datetime) -> None:
    services.extend_collection(
        session,
        outside().vault,
        gate,
        until=form.until.data,
        reason=form.reason.data or "",
        count=count_returns(session, gate.campaign_id, gate.community_id),
        staff_id=current_scope().staff_id,
        now=now,
    )


def _waive(session: Session, gate: Gate, form: DecisionForm, now: datetime) -> None:
    waive_gate(
        session,
        outside().vault,
        gate,
        count=count_returns(session, gate.campaign_id, gate.community_id),
        staff_id=current_scope().staff_id,
        reason=form.reason.data or "",
        now=now,
    )


_DEEDS: dict[str, Callable[[Session, Gate, DecisionForm, datetime], None]] = {
    "hold": _hold,
    "lift": _lift,
    "extend": _extend,
    "waive": _waive,
}


def _wording(act: str) -> dict[str, str]:
    """Return the words of a decision page: what is decided, what it does, its button."""
    return {
        "hold": {
            "title": _("Hold the results"),
            "effect": _(
                "Nobody sees results of this community until the hold is lifted. Answers still "
                "come in and the clocks go on. What was shown before stays on record."
            ),
            "button": _("Hold the results"),
            "asked": _("What is being checked, and why"),
        },
        "lift": {
            "title": _("Lift the hold"),
            "effect": _(
                "Dates and counts decide again. If the rate is reached and the last day is over, "
                "results open at once."
            ),
            "button": _("Lift the hold"),
            "asked": _("What the check found"),
        },
        "extend": {
            "title": _("Go on collecting"),
            "effect": _(
                "Answers count as before, results stay locked and no clock starts. Leaders see "
                "the day and the reason."
            ),
            "button": _("Go on collecting"),
            "asked": _("Why, and what is done to bring in more homes"),
        },
        "waive": {
            "title": _("Release below the gate"),
            "effect": _(
                "Results open now and are marked “indicative, not ranked” everywhere; the clocks "
                "start today. The reason is printed in every report. This cannot be undone."
            ),
            "button": _("Release below the gate"),
            "asked": _("Reason"),
        },
    }[act]


def _done(act: str) -> str:
    return {
        "hold": _("Held. Nobody sees results of this community now."),
        "lift": _("The hold is lifted."),
        "extend": _("Recorded. Leaders see the day and the reason."),
        "waive": _("Recorded. Results will be marked “indicative, not ranked”."),
    }[act]


def _refused(error: CampaignError) -> str:
    """Say why a decision was refused; what has no words of its own was decided before."""
    words: dict[type[CampaignError], str] = {
        DeadlineNotReachedError: _(
            "The deadline has not passed; a waiver is possible only after it."
        ),
        RateMetError: _("The rate is reached; there is nothing to waive."),
        HeldError: _("A hold is in place; lift it first."),
        AlreadyHeldError: _("A hold is in place already; nothing was changed."),
        NotHeldError: _("No hold is in place; nothing was changed."),
        HeldByCheckError: _(
            "This hold follows from a decision about the answers; decide there again."
        ),
        NotExtendedError: _("Only a community below the rate, after the last day, needs this."),
        DeadlinePassedError: _("The last day is over, so the required rate stands."),
        BadRateError: _("This is the rate of today, or one below 60%."),
        NoReasonError: _("Please say it in words."),
        NotFrozenError: _("The work begins when the answers are frozen."),
        NotStartedError: _("This has not begun yet."),
        FrozenError: _("The answers of this community are frozen; nothing was changed."),
        AlreadyWaivedError: _("This was decided before; nothing was changed."),
    }
    if isinstance(error, OpenCasesError):
        return _(
            "{count} cases were never contacted, so the follow-up is not finished; nothing was "
            "recorded."
        ).format(count=error.count)
    return words.get(type(error), _("This was decided before; nothing was changed."))
