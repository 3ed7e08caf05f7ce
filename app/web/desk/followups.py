"""Pages of the desk: progress of own communities, the follow-up list, a case and its contacts."""

from dataclasses import dataclass
from datetime import datetime

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.followup import queries, services
from app.followup.answering.queries import ProblemRow, list_problems
from app.followup.answering.services import list_replies
from app.followup.errors import CaseClosedError, CaseNotFoundError, FieldError
from app.followup.models import CaseList, CaseState, Outcome
from app.followup.published.queries import list_raised
from app.followup.rows import CaseCounts, CaseView
from app.followup.rules import ContactInput
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.lists import follow_up_workbook, reach_of
from app.staff.models import Role
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign
from app.surveys.instrument.model import Instrument
from app.surveys.response.models import ContactWish
from app.surveys.response.progress.curves import read_history
from app.surveys.response.tracker import tracker
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import (
    campaign_in_address,
    chosen_campaign,
    number_in_address,
    opened_campaigns,
)
from app.web.desk.forms import ContactForm, ReplyForm
from app.web.desk.lists import list_head, workbook_answer
from app.web.exclusions import ExclusionForm, ask_for_exclusion
from app.web.fields import field_problem
from app.web.progress import RowView, by_need, gate_steps, row_view, row_views
from app.web.services import services as outside
from app.web.standing import community_view
from app.web.tracking import forecast_of
from app.web.transaction import reading, transaction
from app.web.words import verdict_name

bp = Blueprint("desk_followups", __name__, url_prefix="/desk")

_WALKS_OFFERED = 4
_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)


@dataclass(frozen=True, slots=True)
class Words:
    """What an owner wrote to one question, and the question."""

    question: str
    text: str


@bp.get("/")
@require_role(Role.OFFICE, Role.STEWARD)
def progress() -> str:
    """Show how far the person's own communities are; no scores."""
    campaigns = opened_campaigns()
    campaign = chosen_campaign(campaigns)
    views = _row_views(campaign, with_forecast=True) if campaign else []
    open_rows = [one.row for one in views if one.row.silent and one.row.gate.frozen_at is None]
    return render_template(
        "desk/progress.html",
        campaigns=campaigns,
        campaign=campaign,
        views=views,
        walks=open_rows[:_WALKS_OFFERED],
    )


@bp.get("/progress/<code>/<int:community_id>")
@require_role(Role.OFFICE, Role.STEWARD)
def community(code: str, community_id: int) -> str:
    """Show one own community with its buildings."""
    return _community_page(access_campaign(code), community_id, ExclusionForm(formdata=None))


@bp.post("/progress/<code>/<int:community_id>/exclusions")
@require_role(Role.OFFICE)
def exclude(code: str, community_id: int) -> tuple[str, int] | Response:
    """Ask head office to take a home out of the base."""
    campaign = access_campaign(code)
    access_gate(campaign, community_id)
    form = ExclusionForm()
    if not form.validate() or not ask_for_exclusion(form, campaign, community_id):
        return _community_page(campaign, community_id, form), 422
    flash(_("Requested. The home stays in the base until the request is approved."), "success")
    return redirect(url_for(".community", code=code, community_id=community_id))


@bp.get("/follow-ups")
@require_role(*_DESK)
def index() -> str:
    """Show the follow-up list with the owners' words; each household shown is audited."""
    campaigns = opened_campaigns()
    campaign = _campaign_with_cases(campaigns)
    if campaign is None:
        return render_template("desk/follow_ups.html", campaign=None, campaigns=[])
    chosen = _chosen_list(campaign)
    views = _view_cases(campaign, chosen) if chosen.is_narrow else ()
    today = beijing_date(outside().now())
    ordered = sorted(views, key=lambda view: not view.row.is_overdue(today))
    instrument = _instrument_of(campaign)
    return render_template(
        "desk/follow_ups.html",
        campaign=campaign,
        campaigns=campaigns,
        chosen=chosen,
        cards=[(view, _words_of(view, instrument), reach_of(view, instrument)) for view in ordered],
        today=today,
        locked=_locked(campaign),
        states=CaseState,
        lists=CaseList,
        is_head=current_scope().role is Role.HEAD_OFFICE,
    )


@bp.get("/follow-ups.xlsx")
@require_role(*_DESK)
def workbook() -> Response:
    """Download the chosen list; each household on it is audited like on the page."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    chosen = _chosen_list(campaign)
    if not chosen.is_narrow:
        abort(404)
    views = _view_cases(campaign, chosen)
    head = list_head(_("Follow-up list"), campaign, {view.row.community for view in views})
    content = follow_up_workbook(views, _instrument_of(campaign), head)
    return workbook_answer(content, f"follow-up-{campaign.code}")


@bp.get("/follow-ups/<int:case_id>")
@require_role(*_DESK)
def case(case_id: int) -> str:
    """Show one case: the owner's words, who to speak to, what was done; audited."""
    now = outside().now().astimezone(BEIJING).replace(tzinfo=None, second=0, microsecond=0)
    return case_page(open_case(case_id), ContactForm(formdata=None, at=now))


@bp.post("/follow-ups/<int:case_id>")
@require_role(*_DESK)
def record(case_id: int) -> tuple[str, int] | Response:
    """Record one contact; the outcome decides whether the case is closed."""
    form = ContactForm()
    if not form.validate():
        return case_page(open_case(case_id), form), 422
    contact = ContactInput(
        at=form.at.data.replace(tzinfo=BEIJING),
        way=form.way.data,
        person=form.person.data,
        outcome=Outcome(form.outcome.data),
        result=form.result.data,
        owner_view=form.owner_view.data or None,
        next_on=form.next_on.data,
    )
    try:
        with transaction() as session:
            state = services.record_contact(
                session, outside().vault, current_scope(), case_id, contact, now=outside().now()
            )
    except CaseNotFoundError:
        abort(404)
    except CaseClosedError:
        flash(_("This case was closed meanwhile. Nothing was recorded."), "error")
        return redirect(url_for(".case", case_id=case_id))
    except FieldError as error:
        form[error.field].errors = [field_problem(error.problem)]
        return case_page(open_case(case_id), form), 422
    done = state is not CaseState.OPEN
    flash(_("Recorded. The case is closed.") if done else _("Recorded. The case stays open."))
    return redirect(url_for(".case", case_id=case_id))


def _view_cases(campaign: Campaign, chosen: "ChosenList") -> tuple[CaseView, ...]:
    """Read the chosen cases; each household gets its audit entry in the same transaction."""
    with transaction() as session:
        return services.view_cases(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            community_id=chosen.community_id,
            on_list=chosen.on_list,
            state=chosen.state,
            now=outside().now(),
        )


@dataclass(frozen=True, slots=True)
class ChosenList:
    """What the address asks for, and the counts of all there is."""

    community_id: int | None
    on_list: CaseList | None
    state: CaseState | None
    counts: list[CaseCounts]
    is_narrow: bool

    def count(self, state: CaseState | None) -> int:
        """Count the cases of a state within list and community; None counts all."""
        return sum(
            row.total if state is None else getattr(row, state.value)
            for row in self.counts
            if self.on_list in (None, row.on_list) and self.community_id in (None, row.community_id)
        )

    @property
    def communities(self) -> list[CaseCounts]:
        """Return the counts of the chosen list by community."""
        return [row for row in self.counts if self.on_list in (None, row.on_list)]


def _chosen_list(campaign: Campaign) -> ChosenList:
    """Return which part of the list to show.

    Head office works on its own list; of the communities' lists it sees one community at a
    time, because each look is written down for each household.
    """
    scope = current_scope()
    counts = queries.count_cases(reading(), scope, campaign.id)
    is_head = scope.role is Role.HEAD_OFFICE
    community_id = number_in_address("community")
    wanted = request.args.get("list", CaseList.HEAD_OFFICE if is_head else CaseList.COMMUNITY)
    state = request.args.get("state", CaseState.OPEN)
    if wanted not in list(CaseList) or state not in [*CaseState, "all"]:
        abort(404)
    if not is_head and wanted != CaseList.COMMUNITY:
        abort(404)
    on_list = CaseList(wanted)
    return ChosenList(
        community_id,
        on_list,
        None if state == "all" else CaseState(state),
        counts,
        is_narrow=not is_head or on_list is CaseList.HEAD_OFFICE or community_id is not None,
    )


def _campaign_with_cases(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest that has cases for this person."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    for campaign in campaigns:
        if queries.count_cases(reading(), current_scope(), campaign.id):
            return campaign
    return campaigns[0] if campaigns else None


def _locked(campaign: Campaign) -> list[RowView]:
    """Return the communities whose list is still locked for an office, with the reason."""
    if current_scope().role is Role.HEAD_OFFICE:
        return []
    return [view for view in _row_views(campaign) if not view.row.status.is_released]


def _community_page(campaign: Campaign, community_id: int, form: ExclusionForm) -> str:
    access_gate(campaign, community_id)
    now, scope = outside().now(), current_scope()
    standing = community_view(reading(), campaign, scope, community_id, now=now)
    if standing is None:
        abort(404)
    view = standing.view
    return render_template(
        "desk/community.html",
        campaign=campaign,
        view=view,
        standing=standing,
        steps=gate_steps(view, campaign, now=now),
        exclusion=form,
        may_ask=current_scope().role is Role.OFFICE and view.row.gate.frozen_at is None,
    )


def _row_views(campaign: Campaign, *, with_forecast: bool = False) -> list[RowView]:
    now, scope = outside().now(), current_scope()
    found = tracker(reading(), campaign, scope, now=now)
    if not with_forecast:
        return row_views(found, now=now)
    rows = by_need(found.communities)
    history = read_history(reading(), campaign, scope, [row.community_id for row in rows])
    return [
        row_view(
            row,
            campaign,
            now=now,
            forecast=forecast_of(row, campaign, history, row.community_id, now=now),
        )
        for row in rows
    ]


def open_case(case_id: int) -> CaseView:
    """Return a case of the signed-in person's scope and write the look down, or answer 404."""
    try:
        with transaction() as session:
            return services.open_case(
                session, outside().vault, current_scope(), case_id, outside().now()
            )
    except CaseNotFoundError:
        abort(404)


def case_page(
    view: CaseView, form: ContactForm, *, refused: tuple[int, ReplyForm] | None = None
) -> str:
    """Show a case.

    Args:
        view: The case, already audited.
        form: The contact to be recorded.
        refused: Comment and form of a reply that was not published, with what is wrong.
    """
    member = campaign_queries.get_member(reading(), view.row.frame_member_id)
    campaign = campaign_queries.get_campaign(reading(), member.campaign_id)
    instrument = _instrument_of(campaign)
    return render_template(
        "desk/case.html",
        view=view,
        campaign=campaign,
        texts=_words_of(view, instrument),
        wishes=reach_of(view, instrument),
        form=form,
        today=beijing_date(outside().now()),
        staff=current_scope().name,
        states=CaseState,
        replies=list_replies(reading(), outside().vault, [one.id for one in view.comments]),
        reply_form=ReplyForm(formdata=None),
        refused=refused,
        no_reply=ContactWish.NO_REPLY,
        verdict=verdict_name,
        problems=_problems(view, campaign),
    )


def _problems(view: CaseView, campaign: Campaign) -> list[tuple[ProblemRow, set[int]]]:
    """Return the public answers of the home's community with the comments that raised each."""
    if current_scope().role is not Role.HEAD_OFFICE:
        return []
    raised = {one.id: list_raised(reading(), one.id) for one in view.comments}
    return [
        (row, {key for key, problems in raised.items() if row.problem.id in problems})
        for row in list_problems(reading(), campaign.id)
        if row.problem.community_id == view.row.community_id
    ]


def _instrument_of(campaign: Campaign) -> Instrument:
    return campaign_queries.get_instrument(reading(), campaign.instrument_digest)


def _words_of(view: CaseView, instrument: Instrument) -> list[tuple[datetime, list[Words]]]:
    """Return each comment's texts under the questions they answer."""
    language = current_language()
    return [
        (
            comment.received_at,
            [
                Words(instrument.item(code).text.plain(language), text)
                for code, text in comment.texts
            ],
        )
        for comment in view.comments
    ]
