"""The call list of head office, and one call: questions big, keys 1-5, 0 and Enter, saved stepwise.

The office whose work is asked about has no page here: it learns neither who is drawn nor when.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from flask import abort, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.clock import BEIJING, beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.callbacks import calling, queries
from app.service.callbacks.errors import CallGoneError, NotPublishedError, OwnUnitError, TryError
from app.service.callbacks.models import CallKind, CallResult
from app.service.callbacks.questions import Asked, find_asked, get_asked
from app.service.callbacks.reading import CallView
from app.service.callbacks.rules import WANTED_PERCENT, friday_of, holder_of, week_to_draw
from app.staff import audit
from app.staff.models import Role
from app.staff.queries import list_named
from app.surveys.distribution.rules import is_quiet
from app.surveys.instrument.answers import AnswersError
from app.surveys.instrument.model import Item, ItemKind
from app.surveys.register.queries import list_uids
from app.web import call_words
from app.web.auth import current_scope, require_role
from app.web.callbacks import words
from app.web.callbacks.forms import CallForm, TryForm
from app.web.callbacks.nav import CALLERS, make_blueprint
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import home_name, short_date

bp = make_blueprint("call_backs", "/call-backs")


@dataclass(frozen=True, slots=True)
class Question:
    """One question on the telephone.

    Attributes:
        code: Name of its field.
        text: As it is asked.
        choices: Value and words, in the order of the keys 1, 2, 3 ...; empty for words.
        hint: A second line.
    """

    code: str
    text: str
    choices: tuple[tuple[str, str], ...]
    hint: str = ""


@bp.get("/")
@require_role(*CALLERS)
def index() -> str:
    """List the calls to make today, about repairs or complaints; every home is audited."""
    kind = _kind(request.args.get("kind", ""))
    now = outside().now()
    monday, today = week_to_draw(now), beijing_date(now)
    with transaction() as session:
        views = calling.list_calls(
            session, outside().vault, current_scope(), kind, after=_after(), now=now
        )
        _note_look(session, views, now)
        # Here, because behind the end of the transaction each row would be read once more.
        lines, more = [_line(one, today) for one in views], _more(kind, views)
        holders = _holders(session, views, now)
    return render_template(
        "callbacks/list.html",
        kind=kind,
        kinds=[(one, words.kind_name(one), _count(one, now)) for one in CallKind],
        lines=lines,
        progress=queries.week_progress(reading(), calling.reach(current_scope()), monday),
        week=words.week_words(monday),
        friday=short_date(friday_of(monday)),
        is_past_friday=today > friday_of(monday),
        wanted=WANTED_PERCENT,
        more=more,
        holders=holders,
        is_published=find_asked(reading(), kind) is not None,
        is_head=current_scope().role is Role.HEAD_OFFICE,
        is_night=is_quiet(now),
    )


@bp.get("/<int:call_id>")
@require_role(*CALLERS)
def call(call_id: int) -> str | tuple[str, int] | Response:
    """Show one call."""
    return _call_page(call_id)


@bp.post("/<int:call_id>")
@require_role(*CALLERS)
def finish(call_id: int) -> str | tuple[str, int] | Response:
    """End a call with its answers."""
    form = CallForm()
    if not form.validate():
        abort(400)
    try:
        with transaction() as session:
            kind = _kind_of(session, call_id)
            calling.complete(
                session,
                outside().vault,
                current_scope(),
                call_id,
                _fields(),
                key=form.key.data or "",
                now=outside().now(),
            )
    except CallGoneError:
        return _over()
    except OwnUnitError:
        return _own_unit()
    except AnswersError as error:
        return _call_page(call_id, status=422, problems=words.answer_problems(error))
    flash(_("Written down. Thank you."), "success")
    return redirect(url_for(".index", kind=kind))


@bp.post("/<int:call_id>/take")
@require_role(*CALLERS)
def take(call_id: int) -> Response | tuple[str, int]:
    """Take a call from somebody who opened it and went away."""
    if not Form().validate():
        abort(400)
    try:
        with transaction() as session:
            calling.hold_call(session, current_scope(), call_id, is_taken=True, now=outside().now())
    except CallGoneError:
        abort(404)
    except OwnUnitError:
        return _own_unit()
    return redirect(url_for(".call", call_id=call_id))


@bp.post("/<int:call_id>/step")
@require_role(*CALLERS)
def step(call_id: int) -> Response | tuple[str, int]:
    """Keep what was said so far; the page sends it after every answer."""
    form = CallForm()
    if not form.validate():
        abort(400)
    try:
        with transaction() as session:
            _kind_of(session, call_id)
            calling.save_step(session, outside().vault, current_scope(), call_id, _fields())
    except (CallGoneError, OwnUnitError):
        abort(410)
    except (AnswersError, NotPublishedError):
        abort(422)
    return Response(status=204)


@bp.post("/<int:call_id>/try")
@require_role(*CALLERS)
def note_try(call_id: int) -> str | tuple[str, int] | Response:
    """Record a try that brought no answers."""
    form = TryForm()
    if not form.validate():
        return _call_page(call_id, status=422, try_form=form)
    try:
        with transaction() as session:
            kind = _kind_of(session, call_id)
            calling.record_try(
                session,
                outside().vault,
                current_scope(),
                call_id,
                CallResult(form.result.data),
                later_at=_instant(form.later_at.data),
                key=form.key.data or "",
                now=outside().now(),
            )
    except CallGoneError:
        return _over()
    except OwnUnitError:
        return _own_unit()
    except TryError as error:
        form[error.field].errors = (words.try_problem(error.problem),)
        return _call_page(call_id, status=422, try_form=form)
    flash(_("Written down. Thank you."), "success")
    return redirect(url_for(".index", kind=kind))


def _call_page(
    call_id: int,
    *,
    status: int = 200,
    problems: list[str] | None = None,
    try_form: TryForm | None = None,
) -> str | tuple[str, int] | Response:
    now = outside().now()
    try:
        with transaction() as session:
            view = calling.open_call(session, outside().vault, current_scope(), call_id)
            _note_look(session, [view], now)
            asked = get_asked(session, view.call.kind)
            calling.hold_call(session, current_scope(), call_id, now=now)
            holder = _holders(session, [view], now).get(call_id, "")
            tries = queries.list_tries(session, call_id)
    except CallGoneError:
        abort(404)
    except OwnUnitError:
        return _own_unit()
    except NotPublishedError:
        return redirect(url_for(".index", kind=_kind_of(reading(), call_id)))
    is_open = view.call.ended_at is None
    draft = calling.draft_of(outside().vault, view.call)
    said = {code: str(value) for code, value in draft.values.items()} | dict(draft.words)
    if problems is not None:
        said = {code: values[0] for code, values in _fields().items() if values}
    page = render_template(
        "callbacks/call.html",
        view=view,
        line=_line(view, beijing_date(now)),
        kind=view.call.kind,
        questions=_questions(asked, view),
        said=said,
        tries=[words.try_line(one) for one in tries],
        is_open=is_open,
        holder=holder,
        state=words.state_name(view.call.state),
        problems=problems or [],
        form=CallForm(formdata=None, key=secrets.token_hex(16)),
        try_form=try_form or TryForm(formdata=None, key=secrets.token_hex(16)),
        results=words.RESULTS_ASKED,
        result_name=words.result_name,
        company=outside().config.company,
        is_night=is_quiet(now),
    )
    return page if status == 200 else (page, status)


def _questions(asked: Asked, view: CallView) -> tuple[Question, ...]:
    language = current_language()
    if view.call.kind is CallKind.REPAIR:
        values = call_words.repair_values(view.day, view.place, view.thing)
    else:
        values = call_words.complaint_values(view.day, view.topic)
    items = call_words.filled(asked.instrument, values)
    return tuple(_question(asked, item, language) for item in items)


def _question(asked: Asked, item: Item, language: str) -> Question:
    choices: tuple[tuple[str, str], ...] = ()
    if item.kind is ItemKind.CHOICE:
        choices = tuple((one.code, one.text.plain(language)) for one in item.options)
    elif item.scale is not None:
        scale = asked.instrument.scales[item.scale]
        choices = tuple((str(point), scale.labels[point].plain(language)) for point in scale.points)
    return Question(item.code, item.text.plain(language), choices)


def _line(view: CallView, today: date) -> dict[str, object]:
    call = view.call
    return {
        "id": call.id,
        "home": home_name(view.building, view.room) if view.room else _("Common parts"),
        "community": view.community,
        "number": view.number,
        "people": view.people,
        "what": words.what_of(view),
        "day": short_date(view.day),
        "due": short_date(call.due_on),
        "is_late": call.due_on < today,
        "tries": call.tries,
        "wished": words.moment(call.not_before) if call.not_before else "",
    }


def _holders(session: Session, views: list[CallView], now: datetime) -> dict[int, str]:
    """Return who else is on these calls just now, by call."""
    staff_id = current_scope().staff_id
    held = {
        one.call.id: holder_of(one.call.held_by, one.call.held_at, staff_id=staff_id, now=now)
        for one in views
    }
    others = {key: other for key, other in held.items() if other is not None}
    names = list_named(session, set(others.values())) if others else {}
    return {key: names[other] for key, other in others.items()}


def _note_look(session: Session, views: list[CallView], now: datetime) -> None:
    """Write down whose homes were looked at."""
    keys = sorted({one.household_id for one in views if one.household_id is not None})
    if keys:
        audit.record_many(
            session,
            actor=current_scope(),
            action="view_call_back",
            subjects=list_uids(session, keys),
            detail="call_backs",
            now=now,
        )


def _count(kind: CallKind, now: datetime) -> int:
    return calling.count_open(reading(), current_scope(), kind, now=now)


def _kind(text: str) -> CallKind:
    return CallKind(text) if text in set(CallKind) else CallKind.REPAIR


def _kind_of(session: Session, call_id: int) -> CallKind:
    found = queries.find_call(session, calling.reach(current_scope()), call_id)
    if found is None:
        abort(404)
    return found.kind


def _after() -> tuple[date, int] | None:
    day, _dash, key = request.args.get("after", "").partition("~")
    try:
        return (date.fromisoformat(day), int(key)) if key.isascii() and len(key) < 10 else None
    except ValueError:
        return None


def _more(kind: CallKind, views: list[CallView]) -> str:
    if len(views) < calling.PAGE:
        return ""
    last = views[-1].call
    return url_for(".index", kind=kind, after=f"{last.due_on.isoformat()}~{last.id}")


def _fields() -> dict[str, list[str]]:
    return {name: request.form.getlist(name) for name in request.form}


def _instant(local: datetime | None) -> datetime | None:
    return None if local is None else local.replace(tzinfo=BEIJING)


def _over() -> Response:
    flash(_("This call is over; somebody else wrote it down a moment ago."), "error")
    return redirect(url_for(".index"))


def _own_unit() -> Response:
    flash(_("Your own unit handled this complaint. Somebody of another unit calls back."), "error")
    return redirect(url_for(".index", kind=CallKind.COMPLAINT))
