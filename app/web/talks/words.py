"""Words of pages of talks that no paper prints, and of errors."""

from flask import flash

from app.i18n import gettext as _
from app.service.talks.errors import LinesError
from app.service.talks.models import (
    AbsenceState,
    OutsideKind,
    ReportState,
)
from app.staff.models import Role
from app.web.fields import field_problem
from app.web.forms import Form


def talk_kept() -> str:
    """Return what to say when a talk was kept."""
    return _("The talk is kept. Now write down the opinions that were raised.")


def absence_kept() -> str:
    """Return what to say when somebody wrote why there was no talk."""
    return _("Kept. Head office now confirms or refuses it; until then the talk stays due.")


def decided() -> str:
    """Return what to say when head office has decided on a month."""
    return _("Decided; it stays on record.")


def flash_first(form: Form) -> None:
    """Tell the first thing that is wrong with a form that has no page of its own."""
    for errors in form.errors.values():
        flash(str(errors[0]), "error")
        return


def verdicts() -> list[tuple[str, str]]:
    """Return what head office can say to a month without a talk."""
    return [("confirm", _("Confirm: no talk needed")), ("refuse", _("Refuse: the talk stays due"))]


def halves() -> list[tuple[str, str]]:
    """Return the times a report can be about."""
    return [("1", _("first half")), ("2", _("second half")), ("0", _("whole year"))]


def absence_state(state: AbsenceState) -> str:
    """Return what head office says to a month without a talk."""
    return {
        AbsenceState.ASKED: _("Waits for head office"),
        AbsenceState.CONFIRMED: _("Absence confirmed"),
        AbsenceState.REFUSED: _("Absence refused"),
    }[state]


def outside_kind(kind: OutsideKind) -> str:
    """Return the kind of a contact outside the company."""
    return {
        OutsideKind.AUTHORITY: _("Property authority"),
        OutsideKind.STREET: _("Street office"),
        OutsideKind.RESIDENTS: _("Residents' committee"),
        OutsideKind.DEVELOPER: _("Developer"),
        OutsideKind.FIRM: _("Professional company"),
        OutsideKind.UTILITY: _("Water, power, gas, heating"),
        OutsideKind.POLICE: _("Police and fire brigade"),
        OutsideKind.OTHER: _("Other"),
    }[kind]


def report_state(state: ReportState) -> str:
    """Return where a version of a report stands."""
    return {
        ReportState.DRAFT: _("Draft"),
        ReportState.APPROVED: _("Approved"),
        ReportState.SENT: _("Sent"),
        ReportState.REPLACED: _("Replaced by a later draft"),
    }[state]


def problem(problem_code: str) -> str:
    """Return the words for a field a service refused."""
    own = {
        "other_month": _("This day does not belong to the talk of that month."),
        "unknown_home": _("No such home, or several: write it like 3-1-1101."),
        "too_many": _("So many wait already: hold the talk first."),
        "in_past": _("This day is too early: it lies before the step that leads to it."),
    }
    return own.get(problem_code) or field_problem(problem_code)


def line_problem(error: LinesError) -> str:
    """Return the words for a file or text that cannot be read."""
    what = {
        "unreadable": _("This is no CSV or XLSX file that can be read."),
        "no_text": _("There are no words of an opinion. A file needs a column named 内容 or text."),
        "too_many": _("At most 500 opinions at a time."),
        "too_long": _("This text is too long."),
        "day": _("This day cannot be read. Write it like 2026-11-03."),
        "in_future": _("This lies in the future."),
    }.get(error.problem, _("This cannot be read; please check it."))
    return f"{_('Line {number}: ').format(number=error.line)}{what}" if error.line else what


def tabs(role: Role) -> list[tuple[str, str]]:
    """Return the pages of talks somebody of a role may open, by name and endpoint."""
    desk = {Role.HEAD_OFFICE, Role.OFFICE, Role.STEWARD}
    every: tuple[tuple[str, str, set[Role]], ...] = (
        (
            _("Talks with the committee"),
            "talks.index",
            {Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE},
        ),
        (_("Forums and WeChat groups"), "talks_forum.index", desk),
        (
            _("Activities and open days"),
            "talks_activities.index",
            desk | {Role.LEADER, Role.REGION},
        ),
        (_("Contacts outside the company"), "talks_contacts.index", desk | {Role.LEADER}),
        (
            _("Reports to the authority"),
            "talks_reports.index",
            {Role.HEAD_OFFICE, Role.LEADER},
        ),
    )
    return [(label, endpoint) for label, endpoint, roles in every if role in roles]
