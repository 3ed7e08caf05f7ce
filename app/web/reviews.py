"""Review meetings after a campaign (会审): minutes, decisions with person and day, until done."""

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response
from wtforms import DateField, SelectField, StringField, TextAreaField

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.review import queries, services
from app.followup.review.errors import MeetingNotFoundError
from app.followup.review.services import (
    LONGEST_NAME,
    LONGEST_PLACE,
    DecisionInput,
    MeetingInput,
    MeetingView,
)
from app.followup.rules import LONGEST_TEXT
from app.i18n import current_language
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.register.queries import list_communities
from app.web.auth import current_scope, require_role
from app.web.choosing import opened_campaigns
from app.web.fields import at_most, field_problem, filled, offered
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction

bp = Blueprint("reviews", __name__, url_prefix="/hq/reviews")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
_MOST = 100
_ALL = "0"


class MeetingForm(Form):
    """A meeting that took place."""

    campaign = SelectField(validators=[offered], validate_choice=False)
    community = SelectField(validators=[offered], default=_ALL, validate_choice=False)
    held_on = DateField(validators=[filled])
    place = StringField(validators=[filled, at_most(LONGEST_PLACE)])
    people = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    minutes = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])

    def offer(self, campaigns: list[Campaign]) -> None:
        """Offer the campaigns and the communities of this person."""
        is_english = current_language() == "en"
        self.campaign.choices = [
            (one.code, one.title_en if is_english else one.title) for one in campaigns
        ]
        known = list_communities(reading(), current_scope())
        self.community.choices = [
            (_ALL, _("All communities")),
            *((str(one.id), one.name) for one in known),
        ]


class DecisionForm(Form):
    """A decision of a meeting."""

    what = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])
    responsible = StringField(validators=[filled, at_most(LONGEST_NAME)])
    due_on = DateField(validators=[filled])


class DoneForm(Form):
    """That a decision was carried out, and how."""

    note = TextAreaField(validators=[filled, at_most(LONGEST_TEXT)])


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show the meetings, the latest first, and how many decisions are open."""
    rows = queries.list_meetings(reading(), current_scope(), most=_MOST)
    return render_template("staff/reviews.html", rows=rows, is_head=_is_head())


@bp.get("/new")
@require_role(Role.HEAD_OFFICE)
def new() -> str:
    """Show the form of a meeting that took place."""
    form = MeetingForm(formdata=None, held_on=beijing_date(outside().now()))
    return _form_page(form, opened_campaigns())


@bp.post("/new")
@require_role(Role.HEAD_OFFICE)
def hold() -> tuple[str, int] | Response:
    """Keep a meeting."""
    form, campaigns = MeetingForm(), opened_campaigns()
    form.offer(campaigns)
    if not form.validate():
        return _form_page(form, campaigns), 422
    campaign = next(one for one in campaigns if one.code == form.campaign.data)
    place = None if form.community.data == _ALL else int(form.community.data)
    meeting = MeetingInput(
        form.held_on.data, form.place.data, form.people.data, form.minutes.data, place
    )
    try:
        with transaction() as session:
            meeting_id = services.hold_meeting(
                session,
                outside().vault,
                current_scope(),
                campaign,
                meeting,
                now=outside().now(),
            )
    except FieldError as error:
        form[error.field].errors = [field_problem(error.problem)]
        return _form_page(form, campaigns), 422
    flash(_("The minutes are kept. Now add the decisions."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id))


@bp.get("/<int:meeting_id>")
@require_role(*READERS)
def show(meeting_id: int) -> str:
    """Show the minutes of a meeting and its decisions."""
    return _page(_open(meeting_id))


@bp.post("/<int:meeting_id>/decisions")
@require_role(Role.HEAD_OFFICE)
def decide(meeting_id: int) -> tuple[str, int] | Response:
    """Add a decision."""
    form = DecisionForm()
    if not form.validate():
        return _page(_open(meeting_id), decision=form), 422
    wanted = DecisionInput(form.what.data, form.responsible.data, form.due_on.data)
    try:
        with transaction() as session:
            services.add_decision(
                session,
                outside().vault,
                current_scope(),
                meeting_id,
                wanted,
                now=outside().now(),
            )
    except MeetingNotFoundError:
        abort(404)
    except FieldError as error:
        form[error.field].errors = [
            _("This day lies before the meeting.")
            if error.problem == "in_past"
            else field_problem(error.problem)
        ]
        return _page(_open(meeting_id), decision=form), 422
    flash(_("The decision is kept."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id, _anchor="decisions"))


@bp.post("/<int:meeting_id>/decisions/<int:decision_id>")
@require_role(Role.HEAD_OFFICE, Role.OFFICE)
def finish(meeting_id: int, decision_id: int) -> tuple[str, int] | Response:
    """Say that a decision was carried out."""
    form = DoneForm()
    if not form.validate():
        return _page(_open(meeting_id), done=form, done_id=decision_id), 422
    try:
        with transaction() as session:
            services.finish_decision(
                session,
                outside().vault,
                current_scope(),
                meeting_id,
                decision_id,
                note=form.note.data,
                now=outside().now(),
            )
    except MeetingNotFoundError:
        flash(_("This decision was ticked off before."), "error")
    else:
        flash(_("Ticked off."), "success")
    return redirect(url_for(".show", meeting_id=meeting_id, _anchor="decisions"))


def _open(meeting_id: int) -> MeetingView:
    try:
        return services.open_meeting(reading(), outside().vault, current_scope(), meeting_id)
    except MeetingNotFoundError:
        abort(404)


def _page(
    meeting: MeetingView,
    *,
    decision: DecisionForm | None = None,
    done: DoneForm | None = None,
    done_id: int | None = None,
) -> str:
    return render_template(
        "staff/review.html",
        meeting=meeting,
        decision=decision or DecisionForm(formdata=None),
        done=done or DoneForm(formdata=None),
        done_id=done_id,
        today=beijing_date(outside().now()),
        is_head=_is_head(),
        may_finish=current_scope().role in (Role.HEAD_OFFICE, Role.OFFICE),
    )


def _form_page(form: MeetingForm, campaigns: list[Campaign]) -> str:
    form.offer(campaigns)
    return render_template("staff/review_new.html", form=form)


def _is_head() -> bool:
    return current_scope().role is Role.HEAD_OFFICE
