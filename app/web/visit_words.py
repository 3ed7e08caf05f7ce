"""Words of home visits: states, results, places. Codes stay in the database."""

from datetime import date, datetime

from app.clock import BEIJING
from app.followup.visits.models import VisitResult, VisitState
from app.followup.visits.rows import VisitRow
from app.followup.visits.wording import visit_state
from app.i18n import gettext as _
from app.surveys.register.models import CareNeedKind
from app.web import words


def visit_result(result: VisitResult) -> str:
    """Return the word for what an attempt came to."""
    return {
        VisitResult.VISITED: _("Visited at home"),
        VisitResult.NOT_AT_HOME: _("Nobody at home"),
        VisitResult.DECLINED: _("Wishes no visit"),
        VisitResult.PHONE_INSTEAD: _("By telephone instead"),
    }[result]


def place_name(place: str) -> str:
    """Return the word for where somebody was spoken to."""
    names = {"home": _("In the home"), "doorstep": _("At the door"), "phone": _("By telephone")}
    return names.get(place, place)


def chip_kind(row: VisitRow, today: date) -> str:
    """Return the look of the state of a visit."""
    if row.is_overdue(today):
        return "late"
    looks = {VisitState.VISITED: "released", VisitState.APPOINTED: "clock"}
    return looks.get(row.state, "")


def chip_words(row: VisitRow, today: date) -> str:
    """Return what the state of a visit says on a list."""
    if row.state is VisitState.VISITED and row.visited_on:
        return _("Visited {date}").format(date=words.short_date(row.visited_on))
    if row.is_overdue(today):
        return _("{state}, overdue").format(state=visit_state(row.state))
    return visit_state(row.state)


def clock_time(instant: datetime) -> str:
    """Return the Beijing time of an instant, without its day."""
    return f"{instant.astimezone(BEIJING):%H:%M}"


def care_need(need: CareNeedKind) -> str:
    """Return what a home needs, as somebody going there should know it."""
    return {
        CareNeedKind.HOME_VISIT: _("wishes a visit at home"),
        CareNeedKind.LARGE_PRINT: _("bring large print"),
        CareNeedKind.PHONE_CALL: _("call before you come"),
    }[need]
