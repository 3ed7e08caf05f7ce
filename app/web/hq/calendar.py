"""Working days and events around campaigns: what the yearly notice says, and what happened."""

from datetime import date, timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from app.clock import beijing_date
from app.i18n import gettext as _
from app.staff.models import Role
from app.surveys.campaign.errors import BadDatesError
from app.surveys.campaign.planning import calendar, queries
from app.surveys.campaign.planning.errors import BadEvidenceError
from app.surveys.campaign.planning.limits import FIRST_DAY, LAST_DAY
from app.surveys.campaign.planning.models import CalendarDay, DayKind, EventKind
from app.web.auth import current_scope, require_role
from app.web.hq import plan_words
from app.web.hq.forms import ActForm
from app.web.hq.plan_doors import check_button
from app.web.hq.plan_forms import DayForm, EventForm
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import date_words

bp = Blueprint("hq_calendar", __name__, url_prefix="/hq/calendar")

_FIRST_YEAR, _LAST_YEAR = FIRST_DAY.year, LAST_DAY.year
_EVENTS_BACK = timedelta(days=400)
_COMPANY = "0"


@bp.get("/")
@require_role(Role.HEAD_OFFICE)
def show() -> str:
    """Show the days of a year that are not what their weekday says, and the events."""
    return _page(_year())


@bp.post("/days")
@require_role(Role.HEAD_OFFICE)
def set_days() -> tuple[str, int] | Response:
    """Enter days off, or days worked in exchange."""
    form = DayForm()
    if not form.validate():
        return _page(_year(), day=form), 422
    try:
        with transaction() as session:
            calendar.set_days(
                session,
                first=form.first.data,
                last=form.last.data,
                kind=DayKind(form.kind.data),
                name=form.name.data,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except BadDatesError:
        form.last.errors = [_("A holiday ends after it begins, within a month.")]
        return _page(_year(), day=form), 422
    except BadEvidenceError as error:
        field = form.name if error.field == "name" else form.kind
        field.errors = [plan_words.evidence_problem(error.field)]
        return _page(_year(), day=form), 422
    flash(_("Entered. Plans made from now on follow it."), "success")
    return redirect(url_for(".show", year=form.first.data.year))


@bp.post("/days/<first>/<last>/clear")
@require_role(Role.HEAD_OFFICE)
def clear_days(first: str, last: str) -> Response:
    """Let days be what their weekday says."""
    check_button()
    try:
        found, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        abort(404)
    try:
        with transaction() as session:
            calendar.clear_days(
                session, found, end, staff_id=current_scope().staff_id, now=outside().now()
            )
    except BadDatesError:
        abort(404)
    flash(
        _("Removed: {first} to {last}. Enter it again if that was a mistake.").format(
            first=date_words(found), last=date_words(end)
        ),
        "success",
    )
    return redirect(url_for(".show", year=found.year))


@bp.post("/events")
@require_role(Role.HEAD_OFFICE)
def add_event() -> tuple[str, int] | Response:
    """Keep something that may move satisfaction besides the service itself."""
    form = EventForm()
    form.community.choices = _communities()
    if not form.validate():
        return _page(_year(), event=form), 422
    try:
        with transaction() as session:
            calendar.record_event(
                session,
                kind=EventKind(form.kind.data),
                starts_on=form.starts_on.data,
                ends_on=form.ends_on.data,
                note=form.note.data,
                community_id=int(form.community.data) or None,
                staff_id=current_scope().staff_id,
                now=outside().now(),
            )
    except BadDatesError:
        form.ends_on.errors = [_("The last day lies before the first day.")]
        return _page(_year(), event=form), 422
    except BadEvidenceError as error:
        form.note.errors = [plan_words.evidence_problem(error.field)]
        return _page(_year(), event=form), 422
    flash(_("Kept. It is shown as a clash of the plan and with the trend."), "success")
    return redirect(url_for(".show", _anchor="events"))


@bp.post("/events/<int:event_id>/remove")
@require_role(Role.HEAD_OFFICE)
def remove_event(event_id: int) -> Response:
    """Take back an event recorded by mistake."""
    check_button()
    with transaction() as session:
        event = queries.find_event(session, event_id)
        if event is None:
            abort(404)
        calendar.remove_event(
            session, event, staff_id=current_scope().staff_id, now=outside().now()
        )
    return redirect(url_for(".show", _anchor="events"))


def _today() -> date:
    return beijing_date(outside().now())


def _year() -> int:
    """Return the year of the address, this one by default; 404 for no year."""
    text = request.args.get("year")
    if text is None:
        return _today().year
    if not (text.isascii() and text.isdigit() and _FIRST_YEAR <= int(text[:5]) <= _LAST_YEAR):
        abort(404)
    return int(text)


def _communities() -> list[tuple[str, str]]:
    served = queries.list_served(reading(), _today())
    return [(_COMPANY, _("the whole company")), *((str(one.id), one.name) for one in served)]


def _spans(days: list[CalendarDay]) -> list[tuple[CalendarDay, CalendarDay]]:
    """Return the first and the last day of each holiday, and each day worked in exchange."""
    spans: list[tuple[CalendarDay, CalendarDay]] = []
    for day in days:
        first, last = spans[-1] if spans else (None, None)
        if first is not None and last is not None and _continues(last, day):
            spans[-1] = (first, day)
        else:
            spans.append((day, day))
    return spans


def _continues(last: CalendarDay, day: CalendarDay) -> bool:
    is_next = day.day - last.day == timedelta(days=1)
    return is_next and (day.kind, day.name) == (last.kind, last.name)


def _page(year: int, *, day: DayForm | None = None, event: EventForm | None = None) -> str:
    session, today = reading(), _today()
    known = queries.load_calendar(session)
    event = event or EventForm(formdata=None)
    event.community.choices = _communities()
    return render_template(
        "hq/calendar.html",
        year=year,
        years=range(today.year - 1, today.year + 3),
        lacks=known.lacks(year),
        has_days=any(day.year == year for day in known.holidays),
        spans=_spans(queries.list_days(session, year)),
        events=queries.list_events(session, today - _EVENTS_BACK, date(_LAST_YEAR, 1, 1)),
        day_form=day or DayForm(formdata=None),
        event_form=event,
        act=ActForm(formdata=None),
        plan_words=plan_words,
    )
