"""Activities and open days: the calendar, one of them, what became of it."""

from datetime import timedelta
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.reports.talks.lists import activity_table
from app.service.talks.errors import NotFoundError
from app.service.talks.events import services
from app.service.talks.events.queries import list_activities
from app.service.talks.events.services import ActivityInput, RecordInput
from app.service.talks.models import ActivityKind, ActivityState
from app.staff.models import Role
from app.surveys.response.photos.reader import LARGEST_FILE, PhotoError, read_photo
from app.web.auth import current_scope, require_role
from app.web.services import services as outside
from app.web.standards.ordering import take_file
from app.web.talks.acting import attempt, own_communities
from app.web.talks.forms import ActivityForm, CancelForm, PlainForm, RecordForm
from app.web.transaction import reading, transaction

bp = Blueprint("talks_activities", __name__, url_prefix="/talks/activities")

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE, Role.STEWARD)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD)
_MOST_IN_FILE = 10_000
_BACK, _AHEAD = timedelta(days=365), timedelta(days=365)


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """Show what is planned and what took place within a year."""
    return _index()


@bp.get("/activities.<form>")
@require_role(*READERS)
def table(form: str) -> Response:
    """Hand out the activities as a file."""
    return take_file(
        form,
        [activity_table(_rows(limit=_MOST_IN_FILE))],
        title=_("Activities and open days"),
        name="activities",
        subject="talks:activities",
    )


@bp.post("/")
@require_role(*WRITERS)
def plan() -> tuple[str, int] | Response:
    """Put an activity into the calendar."""
    form = ActivityForm()
    form.offer(own_communities())
    made: list[int] = []

    def act(session: Any) -> None:
        wanted = ActivityInput(
            ActivityKind(form.kind.data),
            form.title.data,
            form.held_on.data,
            (form.starts.data or "").strip(),
            form.place.data,
        )
        community_id = int(form.community.data)
        made.append(
            services.plan_activity(
                session, current_scope(), community_id, wanted, now=outside().now()
            )
        )

    if not attempt(form, act, _("It stands in the calendar.")):
        return _index(form), 422
    return redirect(url_for(".show", activity_id=made[0]))


@bp.get("/<int:activity_id>")
@require_role(*READERS)
def show(activity_id: int) -> str:
    """Show an activity."""
    return _page(activity_id)


@bp.post("/<int:activity_id>/record")
@require_role(*WRITERS)
def record(activity_id: int) -> tuple[str, int] | Response:
    """Keep what became of it."""
    form = RecordForm()
    lost: list[str] = []
    photo = _photo(form)
    if form.photo.errors:
        return _page(activity_id, record_form=form), 422

    def act(session: Any) -> None:
        said = RecordInput(form.took_part.data, form.result.data, form.homes.data or "", photo)
        lost.extend(
            services.record_activity(
                session,
                outside().vault,
                current_scope(),
                activity_id,
                said,
                now=outside().now(),
            )
        )

    if not attempt(form, act, _("The record is kept.")):
        return _page(activity_id, record_form=form), 422
    if lost:
        names = ", ".join(lost[:20])
        flash(_("No home was found for: {names}").format(names=names), "error")
    return redirect(url_for(".show", activity_id=activity_id))


@bp.post("/<int:activity_id>/cancel")
@require_role(*WRITERS)
def cancel(activity_id: int) -> tuple[str, int] | Response:
    """Call it off."""
    form = CancelForm()

    def act(session: Any) -> None:
        services.cancel_activity(
            session,
            outside().vault,
            current_scope(),
            activity_id,
            why=form.why.data,
            now=outside().now(),
        )

    if not attempt(form, act, _("Called off; it stays on record.")):
        return _page(activity_id, cancel_form=form), 422
    return redirect(url_for(".show", activity_id=activity_id))


@bp.get("/<int:activity_id>/photo")
@require_role(*WRITERS)
def photo(activity_id: int) -> Response:
    """Show the photo of an activity."""
    try:
        content = services.open_photo(reading(), outside().vault, current_scope(), activity_id)
    except NotFoundError:
        abort(404)
    answer = Response(content, mimetype="image/jpeg")
    answer.headers["Content-Disposition"] = "inline"
    return answer


def _photo(form: RecordForm) -> bytes | None:
    sent = request.files.get("photo")
    if sent is None or not sent.filename:
        return None
    try:
        return read_photo(sent.read(LARGEST_FILE + 1))
    except PhotoError:
        form.validate()
        form.photo.errors = [_("This photo cannot be read: JPEG, PNG or WebP, please.")]
        return None


def _rows(*, limit: int = 300) -> Any:
    today = beijing_date(outside().now())
    days = (today - _BACK, today + _AHEAD)
    return list_activities(reading(), current_scope(), first=days[0], last=days[1], limit=limit)


def _index(form: ActivityForm | None = None) -> str:
    today = beijing_date(outside().now())
    is_open = form is not None
    if form is None:
        form = ActivityForm(formdata=None, held_on=today)
        form.offer(own_communities())
    rows = _rows()
    return render_template(
        "talks/activities.html",
        planned=[row for row in reversed(rows) if row[0].state is ActivityState.PLANNED],
        past=[row for row in rows if row[0].state is not ActivityState.PLANNED],
        form=form,
        is_open=is_open,
        may_write=current_scope().role in WRITERS,
        today=today,
    )


def _page(
    activity_id: int,
    *,
    record_form: RecordForm | None = None,
    cancel_form: CancelForm | None = None,
) -> str:
    now = outside().now()
    try:
        with transaction() as session:
            view = services.open_activity(
                session, outside().vault, current_scope(), activity_id, now=now
            )
    except NotFoundError:
        abort(404)
    return render_template(
        "talks/activity.html",
        view=view,
        record=record_form or RecordForm(formdata=None),
        cancel=cancel_form or CancelForm(formdata=None),
        is_cancel_open=cancel_form is not None,
        plain=PlainForm(formdata=None),
        may_write=current_scope().role in WRITERS,
        today=beijing_date(now),
    )
