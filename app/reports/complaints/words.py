"""Words for the codes of complaints, for pages, prints and files."""

from datetime import date

from app.i18n import current_language
from app.i18n import gettext as _
from app.service.complaints.papers.models import PrintKind, SignedAs
from app.service.complaints.papers.traces import TraceKind


def class_name(code: str) -> str:
    """Return the name of a class of complaints."""
    return {
        "facilities": _("Facilities and equipment"),
        "service": _("Management service"),
        "fees": _("Fees and charges"),
        "emergency": _("Emergencies"),
    }.get(code, code)


def kind_name(code: str) -> str:
    """Return whether a complaint is a valid one, or what sort of talk it is."""
    return {
        "valid": _("Valid complaint"),
        "help": _("Asks for help"),
        "consult": _("Asks a question"),
        "vent": _("Lets off steam"),
    }.get(code, code)


def channel_name(code: str) -> str:
    """Return how a complaint came in."""
    return {
        "phone": _("By telephone"),
        "in_person": _("In person"),
        "on_behalf": _("Through somebody else"),
        "letter": _("By letter"),
        "suggestion_box": _("Suggestion box"),
        "hearsay": _("Heard by guards or cleaners"),
        "fax": _("By fax"),
        "online": _("Online"),
        "wechat": _("WeChat"),
        "app": _("The company's app"),
        "hotline": _("Service hotline"),
    }.get(code, code)


def print_name(kind: PrintKind) -> str:
    """Return the title of a paper."""
    return {
        PrintKind.RECORD: _("Record of a complaint"),
        PrintKind.PLAN: _("Correction plan"),
        PrintKind.CORRECTIVE: _("Corrective-action report"),
        PrintKind.ANNOUNCEMENT: _("Announcement"),
        PrintKind.MONTH: _("Complaints of the month: figures and analysis"),
        PrintKind.TRAINING: _("Training case"),
    }[kind]


def signed_as_name(signed_as: SignedAs) -> str:
    """Return as what somebody signs."""
    return {
        SignedAs.WRITER: _("Written by"),
        SignedAs.RESPONSIBLE: _("First responsible person"),
        SignedAs.QUALITY: _("Quality department"),
        SignedAs.LEADER: _("Company leader"),
    }[signed_as]


def trace_name(kind: TraceKind) -> str:
    """Return what a spot of a text looks like."""
    return {
        TraceKind.NAME: _("a person's name"),
        TraceKind.PHONE: _("a telephone number"),
        TraceKind.ADDRESS: _("a building, a door or a room"),
        TraceKind.PLATE: _("a number plate"),
        TraceKind.NUMBER: _("a number by which somebody can be found"),
        TraceKind.CONTACT: _("an e-mail address or a chat account"),
        TraceKind.PLACE: _("the community or its office"),
    }[kind]


def month_name(month: date) -> str:
    """Return a month as people write it."""
    if current_language() != "en":
        return f"{month.year}年{month.month}月"
    names = (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    )
    return f"{names[month.month - 1]} {month.year}"


def day_name(day: date) -> str:
    """Return a day as an official paper writes it."""
    if current_language() != "en":
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {month_name(day)}"
