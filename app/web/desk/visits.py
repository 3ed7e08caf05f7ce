"""Pages of home visits to important customers: the plan by day, one visit, its calendar file."""

from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.followup.errors import FieldError
from app.followup.visits import queries, services
from app.followup.visits.errors import ActionNotFoundError, AlreadyVisitedError, VisitNotFoundError
from app.followup.visits.models import VisitState
from app.followup.visits.reading import open_picture, open_visit
from app.followup.visits.rows import VisitCounts, VisitRow, VisitView
from app.followup.visits.rules import OPEN_STATES, Appointment
from app.i18n import gettext as _
from app.reports.visit_lists import visit_calendar, visit_workbook
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.web import visit_words
from app.web.auth import current_scope, require_role
from app.web.choosing import (
    campaign_in_address,
    chosen_campaign,
    number_in_address,
    opened_campaigns,
)
from app.web.desk.lists import list_head, workbook_answer
from app.web.desk.visit_forms import AppointmentForm, DoneForm, PlanForm, visitor_of
from app.web.downloads import attachment
from app.web.fields import field_problem
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("desk_visits", __name__, url_prefix="/desk/visits")

DESK = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
MOST_SHOWN = 200  # homes on one page; more are shown community by community
_OPEN = "open"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the address asks for, and the counts of all there is.

    Attributes:
        state: A state, ``open``, or None for all.
        is_mine: Only the visits this person is to make.
        is_narrow: So few that they are shown.
    """

    campaign: Campaign
    community_id: int | None
    state: str | None
    is_mine: bool
    counts: list[VisitCounts]

    @property
    def within(self) -> list[VisitCounts]:
        """Return the counts of the chosen communities."""
        return [row for row in self.counts if self.community_id in (None, row.community_id)]

    def sum(self, name: str) -> int:
        """Add up one count."""
        return sum(int(getattr(row, name)) for row in self.within)

    @property
    def is_narrow(self) -> bool:
        """Say whether the list is short enough for one page."""
        return self.is_mine or self.sum("total") <= MOST_SHOWN

    @property
    def states(self) -> tuple[VisitState, ...]:
        """Return the states to show; empty for all."""
        if self.state is None:
            return ()
        return tuple(OPEN_STATES) if self.state == _OPEN else (VisitState(self.state),)


@bp.get("/")
@require_role(*DESK)
def index() -> str:
    """Show the visits by planned day in the order of the way; each household shown is audited."""
    campaigns = opened_campaigns()
    campaign = campaign_with_visits(campaigns)
    if campaign is None:
        return render_template("desk/visits.html", campaign=None, campaigns=[])
    chosen = choose(campaign)
    views = view_chosen(chosen) if chosen.is_narrow else ()
    return render_template(
        "desk/visits.html",
        campaign=campaign,
        campaigns=campaigns,
        chosen=chosen,
        days=_by_day(views),
        today=beijing_date(outside().now()),
        states=VisitState,
        say=visit_words,
    )


@bp.get("/list.xlsx")
@require_role(*DESK)
def workbook() -> Response:
    """Download the visit list; each household on it is audited like on the page."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    chosen = choose(campaign)
    if not chosen.is_narrow:
        abort(404)
    views = view_chosen(chosen)
    head = list_head(_("Home visits"), campaign, {view.row.community for view in views})
    return workbook_answer(visit_workbook(views, head), f"visits-{campaign.code}")


@bp.get("/plan.ics")
@require_role(*DESK)
def calendar_file() -> Response:
    """Download the open visits as a calendar: address and reference, no name, no phone number."""
    campaign = chosen_campaign(opened_campaigns())
    if campaign is None:
        abort(404)
    mine = current_scope().staff_id if request.args.get("mine") else None
    rows = queries.list_visits(
        reading(),
        current_scope(),
        campaign.id,
        community_id=number_in_address("community"),
        states=OPEN_STATES,
        visitor_id=mine,
    )
    if len(rows) > MOST_SHOWN:
        abort(404)
    content = visit_calendar(rows, now=outside().now())
    return attachment(content, "text/calendar; charset=utf-8", f"visits-{campaign.code}.ics")


@bp.get("/<int:visit_id>")
@require_role(*DESK)
def visit(visit_id: int) -> str:
    """Show one visit with all there is to know before going there; audited."""
    return visit_page(open_or_404(visit_id))


@bp.post("/<int:visit_id>/appointment")
@require_role(*DESK)
def appoint(visit_id: int) -> tuple[str, int] | Response:
    """Keep the time somebody of the household agreed to."""
    row = row_or_404(visit_id)
    form = AppointmentForm()
    form.offer(queries.list_visitors(reading(), row.community_id))
    if not form.validate():
        return visit_page(open_or_404(visit_id), appointment=form), 422
    wanted = Appointment(form.instant, form.agreed_with.data, visitor_of(form))
    try:
        with transaction() as session:
            services.make_appointment(
                session, current_scope(), visit_id, wanted, now=outside().now()
            )
    except AlreadyVisitedError:
        flash(_("This visit was recorded before; a record is never overwritten."), "error")
    except FieldError as error:
        form[error.field].errors = [day_problem(error.problem)]
        return visit_page(open_or_404(visit_id), appointment=form), 422
    else:
        flash(_("The appointment is kept."), "success")
    return redirect(url_for(".visit", visit_id=visit_id))


@bp.post("/<int:visit_id>/plan")
@require_role(*DESK)
def plan(visit_id: int) -> tuple[str, int] | Response:
    """Plan the visit for another day or another visitor."""
    row = row_or_404(visit_id)
    form = PlanForm()
    form.offer(queries.list_visitors(reading(), row.community_id))
    if not form.validate():
        return visit_page(open_or_404(visit_id), plan=form), 422
    try:
        with transaction() as session:
            services.move_visit(
                session,
                current_scope(),
                visit_id,
                planned_on=form.planned_on.data,
                visitor_id=visitor_of(form),
                now=outside().now(),
            )
    except AlreadyVisitedError:
        flash(_("This visit was recorded before; a record is never overwritten."), "error")
    except FieldError as error:
        form[error.field].errors = [day_problem(error.problem)]
        return visit_page(open_or_404(visit_id), plan=form), 422
    else:
        flash(_("The plan is changed."), "success")
    return redirect(url_for(".visit", visit_id=visit_id))


@bp.post("/<int:visit_id>/actions/<int:action_id>")
@require_role(*DESK)
def finish(visit_id: int, action_id: int) -> tuple[str, int] | Response:
    """Say that a promise made at the door was kept."""
    if not queries.has_action(reading(), current_scope(), visit_id, action_id):
        abort(404)
    form = DoneForm()
    if not form.validate():
        return visit_page(open_or_404(visit_id), done=form, done_id=action_id), 422
    try:
        with transaction() as session:
            services.finish_action(
                session,
                outside().vault,
                current_scope(),
                action_id,
                form.note.data,
                now=outside().now(),
            )
    except ActionNotFoundError:
        flash(_("This promise was ticked off before."), "error")
    else:
        flash(_("Ticked off. Tell the household."), "success")
    return redirect(url_for(".visit", visit_id=visit_id))


@bp.get("/<int:visit_id>/pictures/<int:picture_id>")
@require_role(*DESK)
def picture(visit_id: int, picture_id: int) -> Response:
    """Show a photo or signature; the look is written down."""
    with transaction() as session:
        content = open_picture(
            session, outside().vault, current_scope(), visit_id, picture_id, now=outside().now()
        )
    if content is None:
        abort(404)
    made = Response(content, mimetype="image/jpeg")
    made.headers["Content-Disposition"] = "inline"
    return made


def visit_page(
    view: VisitView,
    *,
    appointment: AppointmentForm | None = None,
    plan: PlanForm | None = None,
    done: DoneForm | None = None,
    done_id: int | None = None,
) -> str:
    """Return the page of one visit with its forms."""
    row = view.row
    visitors = queries.list_visitors(reading(), row.community_id)
    local = row.appointed_at.astimezone(BEIJING).replace(tzinfo=None) if row.appointed_at else None
    if appointment is None:
        appointment = AppointmentForm(
            formdata=None,
            at=local,
            agreed_with=row.agreed_with or "owner",
            visitor=str(row.visitor_id or _default_visitor(visitors)),
        )
        appointment.offer(visitors)
    if plan is None:
        plan = PlanForm(formdata=None, planned_on=row.planned_on, visitor=str(row.visitor_id or 0))
        plan.offer(visitors)
    return render_template(
        "desk/visit.html",
        view=view,
        appointment=appointment,
        plan=plan,
        done=done or DoneForm(formdata=None),
        done_id=done_id,
        states=VisitState,
        today=beijing_date(outside().now()),
        say=visit_words,
    )


def _default_visitor(visitors: list[tuple[int, str]]) -> int:
    """Return the person at the screen, when he is one of those who go."""
    own = current_scope().staff_id
    return own if own in {key for key, _name in visitors} else 0


def open_or_404(visit_id: int) -> VisitView:
    """Open a visit, or answer 404; the look is audited."""
    try:
        with transaction() as session:
            return open_visit(
                session, outside().vault, current_scope(), visit_id, now=outside().now()
            )
    except VisitNotFoundError:
        abort(404)


def row_or_404(visit_id: int) -> VisitRow:
    """Return the row of a visit, or answer 404."""
    row = queries.find_visit(reading(), current_scope(), visit_id)
    if row is None:
        abort(404)
    return row


def day_problem(problem: str) -> str:
    """Return the words for a day that cannot be planned."""
    if problem == "in_past":
        return _("This day is over.")
    return _("This day is far away.") if problem == "in_future" else field_problem(problem)


def choose(campaign: Campaign) -> Chosen:
    """Return what the address asks for."""
    state = request.args.get("state")
    if state not in {None, "all", _OPEN, *VisitState}:
        abort(404)
    today = beijing_date(outside().now())
    found = Chosen(
        campaign=campaign,
        community_id=number_in_address("community"),
        state=None if state == "all" else state,
        is_mine=bool(request.args.get("mine")),
        counts=queries.count_visits(reading(), current_scope(), campaign.id, today=today),
    )
    # Without a wish of the reader: what is to be done, as long as there is anything.
    return replace(found, state=_OPEN) if state is None and found.sum("open") else found


def view_chosen(chosen: Chosen) -> tuple[VisitView, ...]:
    """Read the chosen visits; each household gets its audit entry in the same transaction."""
    with transaction() as session:
        rows = queries.list_visits(
            session,
            current_scope(),
            chosen.campaign.id,
            community_id=chosen.community_id,
            states=chosen.states,
            visitor_id=current_scope().staff_id if chosen.is_mine else None,
        )
        return services.view_visits(
            session, outside().vault, current_scope(), rows, now=outside().now()
        )


def _by_day(views: tuple[VisitView, ...]) -> list[tuple[date, list[VisitView]]]:
    """Return the visits under their day: those with a time first, then in the order of the way."""
    ordered = sorted(
        views,
        key=lambda view: (
            view.row.planned_on,
            view.row.community,
            visit_words.clock_time(view.row.appointed_at) if view.row.appointed_at else "~",
            view.row.route,
        ),
    )
    return [
        (day, list(group)) for day, group in groupby(ordered, key=lambda view: view.row.planned_on)
    ]


def campaign_with_visits(campaigns: list[Campaign]) -> Campaign | None:
    """Return the campaign of the address, else the latest with visits for this person."""
    named = campaign_in_address(campaigns)
    if named is not None:
        return named
    for campaign in campaigns:
        if queries.count_visits(reading(), current_scope(), campaign.id):
            return campaign
    return campaigns[0] if campaigns else None
