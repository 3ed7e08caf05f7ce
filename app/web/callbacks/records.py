"""The record of a week: its draw, for everybody to check, and for head office what was said.

An office sees a week three weeks after its Monday, whatever happens: until then nothing it can
open tells of the draw, and nothing it sees depends on how far the calls are.
"""

from datetime import date

from flask import abort, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.followup.papers import services as papers
from app.followup.papers.models import PaperKind
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.callbacks import drawing, queries
from app.service.callbacks.rows import DrawnCall, DrawRow
from app.service.callbacks.rules import week_shown_until
from app.staff import audit
from app.staff.models import Role
from app.surveys.register.queries import list_uids
from app.web import call_words
from app.web.auth import current_scope, require_role
from app.web.callbacks import words
from app.web.callbacks.nav import READERS, SEES_AT_ONCE, SENDERS, make_blueprint
from app.web.forms import Form
from app.web.services import services as outside
from app.web.transaction import reading, transaction
from app.web.words import home_name, short_date

bp = make_blueprint("call_back_records", "/call-backs/records")

_MOST_WEEKS = 26


@bp.get("/")
@require_role(*READERS)
def index() -> str:
    """List the draws of a week."""
    until = _until()
    weeks = queries.list_weeks(reading(), current_scope(), until=until, limit=_MOST_WEEKS)
    monday = _monday(weeks)
    rows = []
    if monday is not None:
        rows = queries.list_draws(reading(), current_scope(), monday, until=until)
    return render_template(
        "callbacks/records.html",
        weeks=[(one.isoformat(), words.week_words(one)) for one in weeks],
        monday=None if monday is None else monday.isoformat(),
        lines=[_line(row) for row in rows],
        sees_at_once=current_scope().role in SEES_AT_ONCE,
    )


@bp.get("/<int:draw_id>")
@require_role(*READERS)
def show(draw_id: int) -> str:
    """Show one draw: list, commitment, seed, and the same draw made once more."""
    row = _access(reading(), draw_id)
    draw, is_finished = row.draw, row.draw.finished_at is not None
    is_head = current_scope().role is Role.HEAD_OFFICE
    may_list = is_finished or is_head
    check = drawing.check_draw(reading(), draw) if is_finished else None
    listed = drawing.listed_of(draw)
    keys = [*listed, *(check.late if check else ())]
    numbers = queries.list_numbers(reading(), keys) if may_list else {}
    calls = queries.list_drawn(reading(), draw.id) if is_head else []
    if calls:
        _note_look(calls)
    return render_template(
        "callbacks/record.html",
        row=row,
        line=_line(row),
        week=words.week_words(draw.monday),
        check=check,
        may_list=may_list,
        listed=[(key, numbers.get(key, "")) for key in listed] if may_list else [],
        drawn={one.call.order_id for one in calls}
        if is_head
        else set(check.drawn if check else ()),
        late=[numbers.get(key, str(key)) for key in check.late] if check else [],
        calls=[_call_line(one) for one in calls],
        is_head=is_head,
        form=Form(),
    )


@bp.post("/<int:draw_id>/print")
@require_role(*SENDERS)
def order_print(draw_id: int) -> Response:
    """Order the record as PDF."""
    if not Form().validate():
        abort(400)
    now = outside().now()
    with transaction() as session:
        row = _access(session, draw_id)
        paper_id = papers.order(
            session,
            current_scope(),
            PaperKind.CALL_BACKS,
            {"draw": draw_id},
            name=f"{_('Record of call-backs')} {row.community} {row.draw.monday.isoformat()}",
            language=current_language(),
            now=now,
        )
        audit.record(
            session,
            actor=current_scope(),
            action="print_paper",
            subject=f"call-back-draw:{draw_id}",
            community_id=row.draw.community_id,
            detail=PaperKind.CALL_BACKS.value,
            now=now,
        )
    return redirect(url_for("papers.show", paper_id=paper_id))


def _until() -> date | None:
    """Return the last week this person may see; None sees all."""
    at_once = current_scope().role in SEES_AT_ONCE
    return None if at_once else week_shown_until(outside().now())


def _access(session: Session, draw_id: int) -> DrawRow:
    row = queries.get_draw(session, current_scope(), draw_id, until=_until())
    if row is None:
        abort(404)
    return row


def _monday(weeks: list[date]) -> date | None:
    text = request.args.get("week", "")
    if not text:
        return weeks[0] if weeks else None
    try:
        asked = date.fromisoformat(text)
    except ValueError:
        abort(404)
    if asked not in weeks:
        abort(404)
    return asked


def _line(row: DrawRow) -> dict[str, object]:
    draw = row.draw
    return {
        "id": draw.id,
        "community": row.community,
        "orders": draw.orders,
        "drawn": draw.drawn,
        "drawn_at": words.moment(draw.drawn_at),
        "finished_at": words.moment(draw.finished_at) if draw.finished_at else "",
        "commitment": draw.commitment,
        "seed": draw.seed or "",
    }


def _call_line(one: DrawnCall) -> dict[str, object]:
    call, answer = one.call, one.answer
    verdict = "" if answer is None else words.satisfied(answer.is_satisfied)
    return {
        "id": call.id,
        "number": one.order.number,
        "home": home_name(one.building or "", one.room or "") if one.room else _("Common parts"),
        "what": call_words.thing_words(one.order.thing),
        "done": short_date(one.order.done_at.date()) if one.order.done_at else "",
        "tries": call.tries,
        "last": words.moment(call.last_try_at) if call.last_try_at else "",
        "state": words.state_name(call.state),
        "verdict": verdict,
    }


def _note_look(calls: list[DrawnCall]) -> None:
    keys = sorted({one.order.household_id for one in calls if one.order.household_id is not None})
    if not keys:
        return
    with transaction() as session:
        audit.record_many(
            session,
            actor=current_scope(),
            action="view_call_back",
            subjects=list_uids(session, keys),
            detail="record",
            now=outside().now(),
        )
