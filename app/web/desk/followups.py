"""Pages of the desk: progress of own communities, the follow-up list, a case and its contacts."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import ImmutableMultiDict, MultiDict
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.followup import queries, services
from app.followup.cases.errors import KeyTakenError
from app.followup.errors import CaseClosedError, CaseNotFoundError, FieldError
from app.followup.models import Attempt, CaseList, CaseState, Outcome, Urgency
from app.followup.rules import ContactInput
from app.i18n import gettext as _
from app.reports.lists import follow_up_workbook, reach_of
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.response.progress.curves import read_history
from app.surveys.response.tracker import tracker
from app.web import case_words
from app.web.access import access_campaign, access_gate
from app.web.auth import current_scope, require_role
from app.web.choosing import campaign_in_address, chosen_campaign, opened_campaigns
from app.web.desk.casework import (
    QUICK,
    case_page,
    instrument_of,
    new_contact_form,
    open_case,
    words_of,
)
from app.web.desk.follow_list import ChosenList, choose_list, list_context, page_numbers
from app.web.desk.forms import ContactForm
from app.web.desk.lists import list_head, workbook_answer
from app.web.exclusions import ExclusionForm, ask_for_exclusion
from app.web.fields import field_problem, sent_before
from app.web.progress import RowView, by_need, gate_steps, row_view, row_views
from app.web.services import services as outside
from app.web.standing import community_view
from app.web.tracking import forecast_of
from app.web.transaction import reading, transaction

__all__ = ["bp", "case_page", "open_case"]

bp = Blueprint("desk_followups", __name__, url_prefix="/desk")

_WALKS_OFFERED = 4
_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD, Role.CALLER)
# A phone's clock that is a little fast makes no record impossible.
_FAST_CLOCK = timedelta(minutes=10)


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
    """Show one page of the list with the owners' words; each household shown is audited."""
    campaigns = opened_campaigns()
    campaign = _campaign_with_cases(campaigns)
    if campaign is None:
        return render_template("desk/follow_ups.html", campaign=None, campaigns=[])
    today = beijing_date(outside().now())
    chosen = choose_list(campaign, today)
    page = _view_page(campaign, chosen, today) if chosen.is_narrow else None
    instrument = instrument_of(campaign)
    views = page.views if page is not None else ()
    return render_template(
        "desk/follow_ups.html",
        campaign=campaign,
        campaigns=campaigns,
        chosen=chosen,
        page=page,
        page_numbers=page_numbers(page.number, page.count) if page is not None else [],
        cards=[(view, words_of(view, instrument), reach_of(view, instrument)) for view in views],
        today=today,
        locked=_locked(campaign),
        states=CaseState,
        lists=CaseList,
        urgencies=Urgency,
        cw=case_words,
        is_head=current_scope().role is Role.HEAD_OFFICE,
        may_take_along=current_scope().role is not Role.CALLER,
        **list_context(campaign, chosen, today),
    )


@bp.get("/follow-ups.xlsx")
@require_role(*_DESK)
def workbook() -> Response:
    """Download the chosen list, all its pages; each household is audited like on the page."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    today = beijing_date(outside().now())
    chosen = choose_list(campaign, today)
    if not chosen.is_narrow:
        abort(404)
    with transaction() as session:
        views = services.view_all(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            chosen.filters,
            today=today,
            now=outside().now(),
        )
    head = list_head(_("Follow-up list"), campaign, {view.row.community for view in views})
    content = follow_up_workbook(views, instrument_of(campaign), head)
    return workbook_answer(content, f"follow-up-{campaign.code}")


@bp.get("/follow-ups/<int:case_id>")
@require_role(*_DESK)
def case(case_id: int) -> str:
    """Show one case: the owner's words, who to speak to, what was done; audited."""
    view = open_case(case_id)
    return case_page(view, new_contact_form(view))


@bp.post("/follow-ups/<int:case_id>")
@require_role(*_DESK)
def record(case_id: int) -> tuple[str, int] | Response | tuple[Response, int]:
    """Record one contact; the outcome decides the next step of the case.

    The page's form and the phone's outbox post the same fields to the same address; the outbox
    asks for JSON and sends a key, so that a record that arrives twice is kept once.
    """
    form = ContactForm(formdata=_with_quick(request.form))
    wants_json = request.accept_mimetypes.best == "application/json"
    if not form.validate():
        return _refuse(case_id, form, wants_json=wants_json)
    try:
        with transaction() as session:
            state = services.record_contact(
                session,
                outside().vault,
                current_scope(),
                case_id,
                _contact_of(form),
                now=outside().now(),
                key=form.key.data or None,
                is_kept=wants_json,
            )
    except CaseNotFoundError:
        abort(404)
    except CaseClosedError:
        flash(_("This case was closed meanwhile. Nothing was recorded."), "error")
        return redirect(url_for(".case", case_id=case_id))
    except KeyTakenError:
        form.key.data = ""  # the page gives it another, so that sending it again records it
        form.key.errors = [sent_before()]
        if not wants_json:
            flash(sent_before(), "error")
        return _refuse(case_id, form, wants_json=wants_json)
    except FieldError as error:
        form[error.field].errors = [field_problem(error.problem)]
        return _refuse(case_id, form, wants_json=wants_json)
    done = state is not CaseState.OPEN
    words = _("Recorded. The case is closed.") if done else _("Recorded. The case stays open.")
    if wants_json:
        return jsonify(state=state.value, message=words, address=url_for(".case", case_id=case_id))
    flash(words)
    return redirect(url_for(".case", case_id=case_id))


def _with_quick(data: ImmutableMultiDict[str, str]) -> MultiDict[str, str]:
    """Return the fields of a contact; a tap on "no answer" fills in what it says by itself."""
    fields = MultiDict(data)
    code = fields.get("quick", "")
    if code in QUICK:
        ways = QUICK[code]
        fields["outcome"], fields["attempt"] = Outcome.UNREACHABLE.value, code
        fields["owner_view"] = ""
        if fields.get("way") not in ways:
            fields["way"] = ways[0]
        fields.setdefault("person", "owner")
    return fields


def _contact_of(form: ContactForm) -> ContactInput:
    now, at = outside().now(), form.at.data.replace(tzinfo=BEIJING)
    if now < at <= now + _FAST_CLOCK:
        at = now
    return ContactInput(
        at=at,
        way=form.way.data,
        person=form.person.data,
        outcome=Outcome(form.outcome.data),
        result=form.result.data or "",
        owner_view=form.owner_view.data or None,
        next_on=form.next_on.data,
        next_time=f"{form.next_time.data:%H:%M}" if form.next_time.data else None,
        place=form.place.data or None,
        attempt=Attempt(form.attempt.data) if form.attempt.data else None,
    )


def _refuse(
    case_id: int, form: ContactForm, *, wants_json: bool
) -> tuple[str, int] | tuple[Response, int]:
    if wants_json:
        errors = {name: [str(one) for one in told] for name, told in form.errors.items()}
        return jsonify(errors=errors), 422
    return case_page(open_case(case_id), form), 422


def _view_page(campaign: Campaign, chosen: ChosenList, today: date) -> services.PageView:
    """Read the chosen page; each household gets its audit entry in the same transaction."""
    with transaction() as session:
        return services.view_page(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            chosen.filters,
            number=chosen.page,
            today=today,
            now=outside().now(),
        )


def _campaign_with_cases(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest that has cases for this person."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    for campaign in campaigns:
        if queries.has_cases(reading(), current_scope(), campaign.id):
            return campaign
    return campaigns[0] if campaigns else None


def _locked(campaign: Campaign) -> list[RowView]:
    """Return the communities whose list is still locked for an office, with the reason."""
    if current_scope().role not in {Role.OFFICE, Role.STEWARD}:
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
