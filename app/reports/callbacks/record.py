"""The record of a week's call-backs (维修抽样回访记录) as it is printed: draw, calls, results."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.callbacks.errors import NoRecordError
from app.service.callbacks import drawing, queries
from app.service.callbacks.answering import open_words
from app.service.callbacks.models import CallKind, CallState
from app.service.callbacks.questions import get_asked_with, read_values
from app.service.callbacks.rows import DrawnCall
from app.staff.models import Role
from app.staff.queries import find_staff
from app.staff.scope import Scope
from app.surveys.instrument.model import Instrument
from app.vault import Vault

Values = dict[str, object]
_COLUMNS = (
    "handling.came",
    "handling.on_time",
    "handling.fixed",
    "handling.attitude",
    "handling.charge",
    "overall",
)


@dataclass(frozen=True, slots=True)
class Line:
    """One drawn order.

    Attributes:
        number: Of the order.
        place: Home, or common parts.
        done: Day it was done.
        tries: Times called.
        last: When it was called last.
        state: Result of the calls.
        said: What was answered, question by question.
        words: What the customer said.
        caller: Who asked.
    """

    number: str
    place: str
    done: str
    tries: int
    last: str
    state: str
    said: tuple[str, ...]
    words: str
    caller: str


def record_values(
    session: Session, vault: Vault, scope: Scope, draw_id: int, *, now: datetime
) -> tuple[str, Values]:
    """Return the template and what it shows; for head office only.

    Raises:
        NoRecordError: There is no such draw for this person.
    """
    row = queries.get_draw(session, scope, draw_id, until=None)
    if row is None or scope.role is not Role.HEAD_OFFICE:
        raise NoRecordError(draw_id)
    draw = row.draw
    calls = queries.list_drawn(session, draw.id)
    lines = [_line(session, vault, one) for one in calls]
    check = drawing.check_draw(session, draw) if draw.finished_at is not None else None
    listed = drawing.listed_of(draw)
    late = [] if check is None else list(check.late)
    numbers = queries.list_numbers(session, [*listed, *late])
    drawn = {one.call.order_id for one in calls}
    answered = [one for one in calls if one.answer is not None]
    return "report/call_backs.html", {
        "community": row.community,
        "monday": draw.monday.isoformat(),
        "sunday": (draw.monday + timedelta(days=6)).isoformat(),
        "draw": draw,
        "drawn_at": _moment(draw.drawn_at),
        "finished_at": _moment(draw.finished_at) if draw.finished_at else "",
        "check": check,
        "listed": [(numbers.get(key, str(key)), key, key in drawn) for key in listed],
        "late": [numbers.get(key, str(key)) for key in late],
        "heads": _heads(),
        "lines": lines,
        "tried": sum(one.call.tries > 0 for one in calls),
        "reached": sum(one.call.was_reached for one in calls),
        "answered": len(answered),
        "satisfied": sum(one.answer.is_satisfied is True for one in answered if one.answer),
        "made_at": _moment(now),
    }


def _line(session: Session, vault: Vault, one: DrawnCall) -> Line:
    answer, call = one.answer, one.call
    said = tuple("" for _code in _COLUMNS)
    words, caller = "", ""
    if answer is not None:
        asked = get_asked_with(session, CallKind.REPAIR, answer.instrument_digest)
        values = read_values(answer.answers)
        said = tuple(_said(asked.instrument, code, values.get(code)) for code in _COLUMNS)
        words = "\n".join(open_words(vault, answer.words_sealed).values())
        staff = None if answer.staff_id is None else find_staff(session, answer.staff_id)
        caller = "" if staff is None else staff.name
    place = f"{one.building} {one.room}" if one.room else _("Common parts")
    return Line(
        number=one.order.number,
        place=place,
        done="" if one.order.done_at is None else _short(one.order.done_at),
        tries=call.tries,
        last="" if call.last_try_at is None else _moment(call.last_try_at)[5:],
        state=_state(call.state),
        said=said,
        words=words,
        caller=caller,
    )


def _said(instrument: Instrument, code: str, value: str | int | None) -> str:
    if value is None:
        return "—"
    item, language = instrument.item(code), current_language()
    if item.scale is not None:
        return instrument.scales[item.scale].labels[int(value)].plain(language)
    return next(one.text.plain(language) for one in item.options if one.code == value)


def _heads() -> tuple[str, ...]:
    return (
        _("Came"),
        _("On time"),
        _("Fixed"),
        _("Attitude and tidiness"),
        _("Charge"),
        _("Overall satisfaction"),
    )


def _state(state: CallState) -> str:
    return {
        CallState.WAITING: _("To call"),
        CallState.DONE: _("Answered the questions"),
        CallState.REFUSED: _("Refused to answer"),
        CallState.WRONG_NUMBER: _("Wrong number"),
        CallState.LANGUAGE: _("No language in common"),
        CallState.UNREACHED: _("Not reached, three tries"),
    }.get(state, _("Not called in time"))


def _moment(instant: datetime) -> str:
    return f"{instant.astimezone(BEIJING):%Y-%m-%d %H:%M}"


def _short(instant: datetime) -> str:
    return f"{beijing_date(instant):%m-%d}"
