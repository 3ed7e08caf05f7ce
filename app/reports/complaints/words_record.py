"""Words for the record of one complaint: steps, levels, ways, what the customer said."""

from app.followup.models import Outcome
from app.i18n import gettext as _
from app.service.complaints.models import Level, Severity, Step


def step_name(step: Step) -> str:
    """Return one of the six or five steps."""
    return {
        Step.RECORD: _("Write down what was said"),
        Step.NATURE: _("Judge what it is"),
        Step.DEPARTMENT: _("Judge which department"),
        Step.SITE: _("Take the person in charge to the site"),
        Step.LEAD: _("The person in charge takes the lead"),
        Step.IDENTITY: _("Confirm who it is"),
        Step.FEES: _("Look at fees paid"),
        Step.NOTIFY: _("Tell the departments concerned"),
        Step.CALL_BACK: _("Call back"),
    }[step]


def level_name(level: Level) -> str:
    """Return who handles a complaint."""
    return {
        Level.OFFICE: _("Management office"),
        Level.QUALITY: _("Quality department"),
        Level.LEADERS: _("Company leaders"),
    }[level]


def severity_name(severity: Severity) -> str:
    """Return how grave a complaint is."""
    return _("Major") if severity is Severity.MAJOR else _("Ordinary")


def reason_name(reason: str) -> str:
    """Return why a complaint went up."""
    return {
        "by_hand": _("by decision"),
        "compensation": _("compensation is involved"),
        "director": _("the director is concerned"),
        "long_running": _("takes long"),
    }.get(reason, reason)


def view_name(view: str | None) -> str:
    """Return what a customer thinks of it."""
    return {
        "satisfied": _("Satisfied with it"),
        "neutral": _("Neutral about it"),
        "dissatisfied": _("Dissatisfied"),
    }.get(view or "", "—")


def way_name(way: str) -> str:
    """Return how somebody was spoken to or written to."""
    return {
        "visit": _("home visit"),
        "phone": _("telephone"),
        "wechat": _("WeChat"),
        "reception": _("at the office"),
        "letter": _("letter"),
        "fax": _("fax"),
        "online": _("online reply"),
    }.get(way, way)


def place_word(place: str | None) -> str:
    """Return where somebody was spoken to."""
    return {
        "home": _("in the home"),
        "desk": _("at the desk"),
        "outdoors": _("outdoors"),
        "elsewhere": _("elsewhere"),
    }.get(place or "", "")


def outcome_word(outcome: Outcome) -> str:
    """Return what came out of a contact."""
    return {
        Outcome.SOLVED: _("Solved"),
        Outcome.EXPLAINED: _("Explained"),
        Outcome.DATED: _("To be done by a date"),
        Outcome.PRAISE_PASSED: _("Praise passed on"),
        Outcome.TO_COMPLAINT: _("Made a complaint"),
        Outcome.TO_REPAIR: _("Made a repair order"),
        Outcome.UNREACHABLE: _("Not reached"),
        Outcome.DECLINED: _("No reply wished"),
    }[outcome]
