"""Words for complaints: channels, classes, kinds, steps, levels, days left. Codes stay codes."""

from datetime import date

from app.followup.models import Stage
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.complaints.models import (
    Against,
    Channel,
    ComplaintClass,
    ComplaintCode,
    EscalationReason,
    HotlineKind,
    Kind,
    Level,
    Severity,
    Step,
)
from app.web import case_words
from app.web import words as staff_words


def channel_name(channel: Channel) -> str:
    """Return by which way a complaint came."""
    return {
        Channel.PHONE: _("Telephone"),
        Channel.IN_PERSON: _("In person"),
        Channel.ON_BEHALF: _("Through somebody else"),
        Channel.LETTER: _("Letter"),
        Channel.SUGGESTION_BOX: _("Suggestion box"),
        Channel.HEARSAY: _("Heard by guards or cleaners"),
        Channel.FAX: _("Fax"),
        Channel.ONLINE: _("Website or forum"),
        Channel.WECHAT: _("WeChat"),
        Channel.APP: _("Owners' app"),
        Channel.HOTLINE: _("24-hour hotline"),
    }[channel]


def hotline_name(kind: HotlineKind) -> str:
    """Return what a call on the hotline was."""
    return {
        HotlineKind.COMPLAINT: _("complaint line"),
        HotlineKind.SERVICE: _("service request"),
        HotlineKind.DUTY: _("call to the duty officer"),
    }[kind]


def class_name(class_: ComplaintClass | None) -> str:
    """Return one of the four classes; a complaint from a survey has none at first."""
    if class_ is None:
        return _("not sorted yet")
    return {
        ComplaintClass.FACILITIES: _("Facilities and equipment"),
        ComplaintClass.SERVICE: _("Management service"),
        ComplaintClass.FEES: _("Fees"),
        ComplaintClass.EMERGENCY: _("Emergency"),
    }[class_]


def code_label(code: ComplaintCode) -> str:
    """Return the name of a sub-code in the reader's language."""
    return code.label_en if current_language() == "en" else code.label_zh


def kind_name(kind: Kind) -> str:
    """Return whether a complaint is valid, or what a communicative one asks for."""
    return {
        Kind.VALID: _("Valid complaint"),
        Kind.HELP: _("Asks for help"),
        Kind.CONSULT: _("Asks for advice"),
        Kind.VENT: _("Lets off steam"),
    }[kind]


def severity_name(severity: Severity) -> str:
    """Return how grave a complaint is."""
    return {Severity.ORDINARY: _("Ordinary"), Severity.MAJOR: _("Major")}[severity]


def level_name(level: Level) -> str:
    """Return who handles a complaint now."""
    return {
        Level.OFFICE: _("Management office"),
        Level.QUALITY: _("Quality department"),
        Level.LEADERS: _("Company leaders"),
    }[level]


def against_name(against: Against) -> str:
    """Return whom a complaint is about, as far as it decides who may see it."""
    return {
        Against.NONE: _("nobody in person"),
        Against.STAFF: _("a member of staff"),
        Against.DIRECTOR: _("the director of the office"),
    }[against]


def stage_name(stage: Stage) -> str:
    """Return where a complaint stands."""
    if stage is Stage.ANSWERED:
        return _("Answered, waits for the call-back")
    return case_words.stage_name(stage)


def day_words(due_on: date, today: date, left: int) -> str:
    """Return how far away the last day is, in working days.

    Args:
        due_on: The last day.
        today: The Beijing day of now.
        left: Working days between them; past the last day they are the days over.
    """
    if due_on == today:
        return _("today")
    if due_on > today:
        return (
            _("1 working day left")
            if left == 1
            else _("{count} working days left").format(count=left)
        )
    if left <= 0:
        return _("over since the last working day")
    return (
        _("1 working day over") if left == 1 else _("{count} working days over").format(count=left)
    )


def step_name(step: Step) -> str:
    """Return the name of a step of the handbook's way."""
    return {
        Step.RECORD: _("Written down"),
        Step.NATURE: _("Valid or not, decided"),
        Step.DEPARTMENT: _("Responsible department named"),
        Step.SITE: _("Supervisor taken to the place"),
        Step.LEAD: _("Supervisor leads the solution"),
        Step.IDENTITY: _("Identity confirmed"),
        Step.FEES: _("Payments looked at (only that somebody did)"),
        Step.NOTIFY: _("Departments told"),
        Step.CALL_BACK: _("Called back by another unit"),
    }[step]


def missing_name(code: str) -> str:
    """Return what a complaint lacks before it can be closed."""
    if code == "plan":
        return _("the company's correction plan")
    if code == "report":
        return _("the corrective-action report")
    return step_name(Step(code))


def escalation_name(reason: str) -> str:
    """Return why a complaint went up."""
    return {
        EscalationReason.BY_HAND: _("handed up"),
        EscalationReason.COMPENSATION: _("by itself: compensation"),
        EscalationReason.DIRECTOR: _("by itself: against the director"),
        EscalationReason.LONG_RUNNING: _("by itself: long-running"),
    }[EscalationReason(reason)]


def way_name(way: str) -> str:
    """Return the way of a talk or an answer."""
    names = {
        "letter": _("Letter"),
        "fax": _("Fax"),
        "online": _("Message online"),
        "link": _("On the customer's own page"),
    }
    return names[way] if way in names else staff_words.way_name(way)


def person_name(person: str) -> str:
    """Return who was spoken to."""
    return {"customer": _("The customer"), "company": _("Somebody of the company")}.get(
        person
    ) or staff_words.person_name(person)
