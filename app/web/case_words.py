"""Words for what happens with a case: steps, tries, urgency, sources, departments, events."""

from app.followup.history.models import CaseEventKind
from app.followup.models import Attempt, Outcome, Source, Stage, Urgency
from app.followup.problems.codebook import load_codebook
from app.i18n import current_language
from app.i18n import gettext as _
from app.reports.departments import department_name as department_name  # noqa: PLC0414 - templates call it
from app.web.words import outcome_name


def stage_name(stage: Stage) -> str:
    """Return the word for a step of the circle."""
    return {
        Stage.ACCEPTED: _("Accepted"),
        Stage.VERIFIED: _("Checked on site"),
        Stage.IN_WORK: _("In work"),
        Stage.ANSWERED: _("Replied to"),
        Stage.CALLED_BACK: _("Called back"),
        Stage.REOPENED: _("Opened again"),
        Stage.IMPROVED: _("Improved, the owner agrees"),
        Stage.CLOSED: _("Closed"),
        Stage.DECLINED: _("No reply wished"),
    }[stage]


def step_name(stage: Stage) -> str:
    """Return what a button says that takes a step by hand."""
    return {
        Stage.VERIFIED: _("Checked on site"),
        Stage.IN_WORK: _("Work has begun"),
        Stage.CLOSED: _("Close although not satisfied"),
        Stage.REOPENED: _("Open again"),
    }[stage]


def attempt_name(attempt: Attempt | str) -> str:
    """Return why a try came to nothing."""
    return {
        Attempt.NO_ANSWER: _("No answer"),
        Attempt.BUSY: _("Busy"),
        Attempt.WRONG_NUMBER: _("Wrong number"),
        Attempt.NOT_AT_HOME: _("Not at home"),
        Attempt.COME_AGAIN: _("Asked to come again"),
    }[Attempt(attempt)]


def urgency_name(urgency: Urgency) -> str:
    """Return what a case is about, as far as it decides how soon."""
    return {
        Urgency.SAFETY: _("Danger"),
        Urgency.ORDINARY: _("Ordinary"),
        Urgency.PRAISE_ONLY: _("Praise only"),
    }[urgency]


def source_name(source: Source | str) -> str:
    """Return where a case comes from."""
    return {
        Source.SURVEY: _("Survey"),
        Source.COMPLAINT: _("Complaint"),
        Source.REPAIR: _("Repair"),
        Source.FORUM: _("Owners' group"),
        Source.TALK: _("Owners' meeting"),
    }[Source(source)]


def place_name(place: str | None) -> str:
    """Return where a contact took place; nothing where its way says it all."""
    if place is None:
        return ""
    return {
        "home": _("at home"),
        "desk": _("at the service desk"),
        "outdoors": _("in the grounds"),
        "elsewhere": _("somewhere else"),
    }[place]


def code_name(code: str | None) -> str:
    """Return what a code of the codebook stands for."""
    if not code or not load_codebook().has(code):
        return code or ""
    found = load_codebook().find(code)
    return found.en if current_language() == "en" else found.zh


def event_words(kind: CaseEventKind, detail: str, to: str) -> str:
    """Return what happened, without who did it.

    Args:
        kind: What happened.
        detail: Code kept with it.
        to: Name of who answers for the case from then on.
    """
    if kind is CaseEventKind.SOURCE:
        return _("became: {source}").format(source=source_name(detail.rpartition(">")[2]))
    if kind is CaseEventKind.TRIAGED:
        urgency, _sign, code = detail.partition(" ")
        name = code_name(code)
        words = urgency_name(Urgency(urgency))
        return f"{words}{_(', ')}{name}" if name else words
    if kind is CaseEventKind.CONTACT:
        return outcome_name_of(detail)
    return {
        CaseEventKind.OPENED: _("Case made from the owner's words"),
        CaseEventKind.STEP: {
            "reply": _("Reply published"),
            "rating": _("the owner is satisfied with the reply"),
        }.get(detail, _("Next step")),
        CaseEventKind.UNDONE: _("A contact was taken back"),
        CaseEventKind.ASSIGNED: _("answered for by {name}").format(name=to),
        CaseEventKind.HANDED_OVER: _("handed over to {name}").format(name=to),
        CaseEventKind.MOVED: _("moved to head office, as the owner wishes"),
        CaseEventKind.REOPENED: {
            "danger": _("opened because of a danger; nobody contacts the home"),
            "rating": _("opened again: the owner is not satisfied with the reply"),
        }.get(detail, _("opened again")),
    }[kind]


def outcome_name_of(value: str) -> str:
    """Return the word for a stored outcome."""
    return outcome_name(Outcome(value))
