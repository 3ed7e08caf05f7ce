"""Pages of home visits to important customers: the plan by day, and the record of a visit."""

from datetime import date
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.followup import queries, services
from app.followup.errors import AlreadyVisitedError, FieldError, VisitNotFoundError
from app.followup.models import VisitState
from app.followup.rows import VisitCounts, VisitView
from app.i18n import gettext as _
from app.reports.lists import visit_workbook
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web.auth import current_scope, require_role
from app.web.choosing import (
    campaign_in_address,
    chosen_campaign,
    number_in_address,
    opened_campaigns,
)
from app.web.desk.forms import VisitForm
from app.web.desk.lists import list_head, workbook_answer
from app.web.fields import field_problem
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_visits", __name__, url_prefix="/desk/visits")

_DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)


@bp.get("/")
@require_role(*_DESK)
def index() -> str:
    """Show the visits by planned day; each household shown is audited."""
    campaigns = opened_campaigns()
    campaign = _campaign_with_visits(campaigns)
    if campaign is None:
        return render_template("desk/visits.html", campaign=None, campaigns=[])
    community_id = number_in_address("community")
    state = _chosen_state()
    counts = queries.count_visits(reading(), current_scope(), campaign.id)
    views = _view_visits(campaign, community_id, state)
    return render_template(
        "desk/visits.html",
        campaign=campaign,
        campaigns=campaigns,
        community_id=community_id,
        state=state,
        states=VisitState,
        counts=counts,
        planned=sum(row.planned for row in _within(counts, community_id)),
        visited=sum(row.visited for row in _within(counts, community_id)),
        days=_by_day(views),
        today=beijing_date(outside().now()),
    )


@bp.get("/list.xlsx")
@require_role(*_DESK)
def workbook() -> Response:
    """Download the visit list; each household on it is audited like on the page."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    views = _view_visits(campaign, number_in_address("community"), _chosen_state())
    head = list_head(_("Home visits"), campaign, {view.row.community for view in views})
    return workbook_answer(visit_workbook(views, head), f"visits-{campaign.code}")


@bp.get("/<int:visit_id>")
@require_role(*_DESK)
def visit(visit_id: int) -> str:
    """Show one visit with the people to visit; audited."""
    form = VisitForm(formdata=None, visited_on=beijing_date(outside().now()))
    return _visit_page(visit_id, form)


@bp.post("/<int:visit_id>")
@require_role(*_DESK)
def record(visit_id: int) -> tuple[str, int] | Response:
    """Record that a visit took place."""
    form = VisitForm()
    if not form.validate():
        return _visit_page(visit_id, form), 422
    try:
        with transaction() as session:
            services.record_visit(
                session,
                outside().vault,
                current_scope(),
                visit_id,
                visited_on=form.visited_on.data,
                note=form.note.data,
                now=outside().now(),
            )
    except VisitNotFoundError:
        abort(404)
    except AlreadyVisitedError:
        flash(_("This visit was recorded before; a record is never overwritten."), "error")
    except FieldError as error:
        form[error.field].errors = [field_problem(error.problem)]
        return _visit_page(visit_id, form), 422
    else:
        flash(_("The visit is recorded."), "success")
    return redirect(url_for(".visit", visit_id=visit_id))


def _visit_page(visit_id: int, form: VisitForm) -> str:
    try:
        with transaction() as session:
            view = services.open_visit(
                session, outside().vault, current_scope(), visit_id, outside().now()
            )
    except VisitNotFoundError:
        abort(404)
    today = beijing_date(outside().now())
    return render_template("desk/visit.html", view=view, form=form, states=VisitState, today=today)


def _view_visits(
    campaign: Campaign, community_id: int | None, state: VisitState | None
) -> tuple[VisitView, ...]:
    with transaction() as session:
        return services.view_visits(
            session,
            outside().vault,
            current_scope(),
            campaign.id,
            community_id=community_id,
            state=state,
            now=outside().now(),
        )


def _by_day(views: tuple[VisitView, ...]) -> list[tuple[date, list[VisitView]]]:
    """Return the visits under their planned day, homes of one building next to each other."""
    ordered = sorted(
        views, key=lambda view: (view.row.planned_on, view.row.community, view.row.building)
    )
    return [
        (day, list(group)) for day, group in groupby(ordered, key=lambda view: view.row.planned_on)
    ]


def _chosen_state() -> VisitState | None:
    text = request.args.get("state", "all")
    if text == "all":
        return None
    if text not in list(VisitState):
        abort(404)
    return VisitState(text)


def _within(counts: list[VisitCounts], community_id: int | None) -> list[VisitCounts]:
    return [row for row in counts if community_id in (None, row.community_id)]


def _campaign_with_visits(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest with visits for this person."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    for campaign in campaigns:
        if queries.count_visits(reading(), current_scope(), campaign.id):
            return campaign
    return campaigns[0] if campaigns else None
