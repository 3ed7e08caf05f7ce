"""The plan of one campaign: its picture, tasks, clashes, approval and lock, and what is missing."""

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.errors import WrongStateError
from app.surveys.campaign.models import OPENED, Campaign, CampaignState
from app.surveys.campaign.planning import queries, services
from app.surveys.campaign.planning.clash_check import SeenClash, acknowledge, list_clashes
from app.surveys.campaign.planning.clashes import ClashKind
from app.surveys.campaign.planning.errors import (
    NotReviewedError,
    OpenGatesError,
    PlanNotReadyError,
    ReasonNeededError,
)
from app.surveys.campaign.planning.models import TaskOwner
from app.surveys.campaign.planning.queries import TaskRow
from app.surveys.response.pilots.queries import count_answers
from app.web import words
from app.web.auth import current_scope, require_role
from app.web.hq import plan_words
from app.web.hq.forms import ActForm
from app.web.hq.plan_doors import check_button, people_for, planned
from app.web.hq.plan_forms import NoteForm, PersonForm, ReasonForm
from app.web.hq.plan_picture import draw, state_of
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("hq_plan", __name__, url_prefix="/hq")

# Who finds his own tasks on the list of plans; head office has them on Due today.
_OWNERS = {Role.LEADER: TaskOwner.LEADER, Role.OFFICE: TaskOwner.OFFICE}


@dataclass(frozen=True, slots=True)
class ClashGroup:
    """The clashes of one kind: what is in the way, what to do, and who has seen it."""

    kind: ClashKind
    seen: tuple[SeenClash, ...]

    @property
    def is_new(self) -> bool:
        """Say whether nobody has looked at one of them."""
        return any(one.note is None for one in self.seen)


@bp.get("/plans")
@require_role(Role.HEAD_OFFICE, Role.LEADER, Role.OFFICE)
def index() -> str:
    """List the campaigns whose plan somebody may want to read or approve, and his own tasks."""
    session, role = reading(), current_scope().role
    campaigns = campaign_queries.list_campaigns(session)
    owner = _OWNERS.get(role)
    own = [
        (campaign, [row for row in rows if row.task.owner is owner])
        for campaign in campaigns
        if owner is not None and campaign.state is not CampaignState.CLOSED
        for rows in [queries.list_task_rows(session, campaign.id)]
    ]
    return render_template(
        "hq/plans.html",
        campaigns=[] if role is Role.OFFICE else campaigns,
        own=[(campaign, rows) for campaign, rows in own if rows],
        is_leader=role is Role.LEADER,
        is_office=role is Role.OFFICE,
        state=_state,
        plan_words=plan_words,
        words=words,
    )


@bp.get("/campaigns/<code>/plan")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def show(code: str) -> str:
    """Show everything about a plan on one page."""
    return _page(planned(code))


@bp.get("/campaigns/<code>/plan/print")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def print_plan(code: str) -> str:
    """Show the plan as it is printed on A4."""
    campaign = planned(code)
    rows = queries.list_task_rows(reading(), campaign.id)
    return render_template(
        "hq/plan_print.html",
        campaign=campaign,
        instrument=campaign_queries.get_instrument(reading(), campaign.instrument_digest),
        rows=rows,
        picture=_picture(campaign, rows),
        groups=_clash_groups(campaign),
        talks=queries.list_talks(reading(), campaign.id),
        approved_by=queries.name_of(reading(), campaign.approved_by),
        locked_by=queries.name_of(reading(), campaign.locked_by),
        plan_words=plan_words,
        state=_state,
    )


@bp.post("/campaigns/<code>/plan/approve")
@require_role(Role.HEAD_OFFICE, Role.LEADER)
def approve(code: str) -> tuple[str, int] | Response:
    """Approve the plan: a leader, or head office with a reason."""
    campaign, form = planned(code), NoteForm()
    if not form.validate():
        return _page(campaign, note=form), 422
    try:
        with transaction() as session:
            services.approve_plan(
                session,
                campaign,
                staff_id=current_scope().staff_id,
                now=outside().now(),
                note=form.note.data or "",
            )
    except ReasonNeededError:
        form.note.errors = [_("Say why head office approves in place of a leader.")]
        return _page(planned(code), note=form), 422
    except PlanNotReadyError:
        flash(_("The plan cannot be approved yet: see what is missing."), "error")
    except WrongStateError:
        flash(_("This plan was approved before."), "error")
    else:
        flash(_("Approved. Now the pilot, then the questionnaire is locked."), "success")
    return redirect(url_for(".show", code=code))


@bp.post("/campaigns/<code>/plan/lock")
@require_role(Role.HEAD_OFFICE)
def lock(code: str) -> tuple[str, int] | Response:
    """Lock the questionnaire, after a pilot or with a reason."""
    campaign, form = planned(code), NoteForm()
    if not form.validate():
        return _page(campaign, note=form), 422
    try:
        with transaction() as session:
            services.lock_campaign(
                session,
                campaign,
                staff_id=current_scope().staff_id,
                now=outside().now(),
                pilot_answers=_pilot_answers(campaign),
                note=form.note.data or "",
            )
    except ReasonNeededError:
        form.note.errors = [_("Say why there is no pilot of 30 answers.")]
        return _page(planned(code), note=form), 422
    except PlanNotReadyError as error:
        flash(" ".join(plan_words.missing_words(one) for one in error.missing), "error")
    except WrongStateError:
        flash(_("This campaign is not waiting to be locked."), "error")
    else:
        flash(_("Locked: not a word of the questionnaire changes any more."), "success")
    return redirect(url_for(".show", code=code))


@bp.post("/campaigns/<code>/plan/close")
@require_role(Role.HEAD_OFFICE)
def close(code: str) -> Response:
    """Close a reviewed campaign."""
    campaign = planned(code)
    check_button()
    try:
        with transaction() as session:
            services.close_campaign(
                session, campaign, staff_id=current_scope().staff_id, now=outside().now()
            )
    except OpenGatesError as error:
        flash(_("{count} communities have no result yet.").format(count=error.count), "error")
    except NotReviewedError:
        flash(_("The review meeting is not ticked yet."), "error")
    except WrongStateError:
        flash(_("Only an open campaign can be closed."), "error")
    else:
        flash(_("Closed. All its pages stay."), "success")
    return redirect(url_for(".show", code=code))


@bp.post("/campaigns/<code>/plan/clashes/<kind>")
@require_role(Role.HEAD_OFFICE)
def see_clash(code: str, kind: str) -> tuple[str, int] | Response:
    """Note that clashes of one kind were seen, and what is done about them."""
    campaign, form = planned(code), ReasonForm()
    if kind not in set(ClashKind):
        abort(404)
    if not form.validate():
        return _page(campaign, reason=form, kind=ClashKind(kind)), 422
    try:
        with transaction() as session:
            acknowledge(
                session,
                campaign,
                [ClashKind(kind)],
                reason=form.reason.data,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except ReasonNeededError:
        form.reason.errors = [_("Please fill this in.")]
        return _page(planned(code), reason=form, kind=ClashKind(kind)), 422
    return redirect(url_for(".show", code=code, _anchor="clashes"))


def _today() -> date:
    return beijing_date(outside().now())


def _state(row: TaskRow) -> str:
    return state_of(row, _today())


def _picture(campaign: Campaign, rows: list[TaskRow]) -> object:
    return draw(campaign, rows, queries.load_calendar(reading()), today=_today())


def _clash_groups(campaign: Campaign) -> list[ClashGroup]:
    if campaign.state in OPENED:
        return []
    found: dict[ClashKind, list[SeenClash]] = {}
    for seen in list_clashes(reading(), campaign, now=outside().now()):
        found.setdefault(seen.clash.kind, []).append(seen)
    return [ClashGroup(kind, tuple(seen)) for kind, seen in found.items()]


def _pilot_answers(campaign: Campaign) -> int:
    """Return what the pilot brought: to this questionnaire, or to a version of it before."""
    session = reading()
    pilot = queries.find_pilot(session, campaign.id)
    if pilot is None:
        return 0
    tried, asked = (
        campaign_queries.get_instrument(session, one.instrument_digest).code
        for one in (pilot, campaign)
    )
    return count_answers(session, campaign.id) if tried == asked else 0


def _count_unexplained(campaign: Campaign) -> tuple[int, int]:
    """Return how many items have no note, and how many there are; asked before the lock only."""
    if campaign.state in OPENED:
        return 0, 0
    session = reading()
    items = campaign_queries.get_instrument(session, campaign.instrument_digest).items
    noted = {change.item for change, _talk in queries.list_changes(session, campaign.id)}
    return sum(one.code not in noted for one in items), len(items)


def _page(
    campaign: Campaign,
    *,
    note: NoteForm | None = None,
    reason: ReasonForm | None = None,
    kind: ClashKind | None = None,
) -> str:
    session, now = reading(), outside().now()
    rows = queries.list_task_rows(session, campaign.id)
    unfrozen = queries.count_unfrozen(session, campaign.id)
    person = PersonForm(formdata=None)
    person.person.choices = people_for(TaskOwner.HEAD_OFFICE)
    return render_template(
        "hq/plan.html",
        campaign=campaign,
        instrument=campaign_queries.get_instrument(session, campaign.instrument_digest),
        missing=services.find_pending(session, campaign, now=now),
        unexplained=_count_unexplained(campaign),
        rows=rows,
        owners=[(owner, [row for row in rows if row.task.owner is owner]) for owner in TaskOwner],
        picture=_picture(campaign, rows),
        groups=_clash_groups(campaign),
        talks=queries.list_talks(session, campaign.id),
        changes=queries.list_changes(session, campaign.id),
        pilot=queries.find_pilot(session, campaign.id),
        pilot_answers=_pilot_answers(campaign),
        wanted=services.PILOT_ANSWERS,
        names={
            staff_id: queries.name_of(session, staff_id)
            for staff_id in (campaign.approved_by, campaign.locked_by, campaign.closed_by)
        },
        unfrozen=unfrozen,
        may_tick_all=campaign.state in OPENED and not unfrozen,
        is_leader=current_scope().role is Role.LEADER,
        note=note or NoteForm(formdata=None),
        reason=reason or ReasonForm(formdata=None),
        reason_kind=kind,
        act=ActForm(formdata=None),
        person=person,
        state=_state,
        plan_words=plan_words,
    )
