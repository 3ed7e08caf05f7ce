"""Words of the pages of calling back."""

from datetime import date, datetime, timedelta

from app.clock import BEIJING
from app.i18n import current_language
from app.i18n import gettext as _
from app.service.callbacks.models import CallBackTry, CallKind, CallResult, CallState, LinkState
from app.service.callbacks.reading import CallView
from app.service.callbacks.rules import Effect
from app.service.repairs.models import Thing
from app.surveys.distribution.models import SendChannel
from app.surveys.instrument.answers import AnswersError
from app.web import call_words
from app.web.instrument_forms import problem_words
from app.web.words import short_date

RESULTS_ASKED = (
    CallResult.NO_ANSWER,
    CallResult.LATER,
    CallResult.REFUSED,
    CallResult.WRONG_NUMBER,
    CallResult.LANGUAGE,
)


def kind_name(kind: CallKind) -> str:
    """Return what is called back about."""
    return {CallKind.REPAIR: _("Repairs"), CallKind.COMPLAINT: _("Complaints")}[kind]


def result_name(result: CallResult) -> str:
    """Return what became of a try."""
    return {
        CallResult.COMPLETED: _("Answered the questions"),
        CallResult.NO_ANSWER: _("No answer"),
        CallResult.LATER: _("Call later"),
        CallResult.REFUSED: _("Refused to answer"),
        CallResult.WRONG_NUMBER: _("Wrong number"),
        CallResult.LANGUAGE: _("No language in common"),
    }[result]


def state_name(state: CallState) -> str:
    """Return how a call stands."""
    return {
        CallState.WAITING: _("To call"),
        CallState.DONE: _("Answered the questions"),
        CallState.REFUSED: _("Refused to answer"),
        CallState.WRONG_NUMBER: _("Wrong number"),
        CallState.LANGUAGE: _("No language in common"),
        CallState.UNREACHED: _("Not reached, three tries"),
        CallState.LINKED: _("Answered by link"),
        CallState.LAPSED: _("Not called in time"),
    }[state]


def effect_name(effect: Effect) -> str:
    """Return what an answer set going."""
    return {
        Effect.NOBODY_CAME: _("Nobody came: order checked by head office"),
        Effect.FEE_NOT_TOLD: _("Charge not told before"),
        Effect.FEE_DIFFERED: _("Charge differed from what was told"),
        Effect.REWORK: _("Not fixed: rework and special visit"),
        Effect.CASE: _("Dissatisfied or a wish: case"),
        Effect.REOPEN: _("Not solved: complaint opened again"),
        Effect.REPEAT: _("Raised before: marked as repeated"),
        Effect.ESCALATE: _("Wants to hear from a company leader"),
    }[effect]


def link_state(state: LinkState) -> str:
    """Return how far links are."""
    return {
        LinkState.PLANNED: _("Waiting to leave"),
        LinkState.SENDING: _("Being sent"),
        LinkState.SENT: _("Sent"),
        LinkState.FILED: _("Handed over in a file"),
        LinkState.FAILED: _("Failed"),
        LinkState.SKIPPED: _("Left out"),
    }[state]


def try_problem(problem: str) -> str:
    """Return what is wrong with the time wished for."""
    return {
        "empty": _("Please fill in when to call."),
        "in_past": _("This time is over."),
        "too_far": _("This is too far away: at most two weeks."),
        "at_night": _("Nobody is called at night. Please choose a time from 8:00 to 21:00."),
    }[problem]


def answer_problems(error: AnswersError) -> list[str]:
    """Return what is missing or wrong with the answers, each once."""
    found = [
        _("Please ask the first questions and how satisfied the customer is.")
        if one.code.startswith(("too_few_", "missing_"))
        else problem_words(one)
        for one in error.problems
    ]
    return list(dict.fromkeys(found))


def what_of(view: CallView) -> str:
    """Return what a call is about in a few words."""
    if view.call.kind is CallKind.REPAIR:
        if view.thing is Thing.OTHER:
            return _("another repair")
        return call_words.thing_words(view.thing)
    chinese, english = view.topic or ("", "")
    return (english if current_language() == "en" else chinese) or _("Complaint")


def week_words(monday: date) -> str:
    """Return a week by its first and last day."""
    return _("{first} to {last}").format(
        first=short_date(monday), last=short_date(monday + timedelta(days=6))
    )


def moment(instant: datetime) -> str:
    """Return day and time in Beijing."""
    local = instant.astimezone(BEIJING)
    return f"{short_date(local.date())} {local:%H:%M}"


def try_line(one: CallBackTry) -> tuple[str, str]:
    """Return when a try was and what became of it."""
    return moment(one.at), result_name(one.result)


def satisfied(is_satisfied: bool | None) -> str:
    """Return what a customer thinks of the whole."""
    if is_satisfied is None:
        return _("not said")
    return _("satisfied") if is_satisfied else _("not satisfied")


def channel_name(channel: SendChannel) -> str:
    """Return how links are sent."""
    return {SendChannel.SMS: _("SMS"), SendChannel.WECHAT: _("WeChat")}[channel]
