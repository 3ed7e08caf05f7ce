"""Words for what a service refused: the spots of a text that could tell who it is about."""

from collections.abc import Mapping

from wtforms import Form as PlainForm

from app.i18n import gettext as _
from app.reports.complaints.words import trace_name
from app.service.complaints.papers.errors import PaperClosedError, TracesError, WrongPersonError
from app.service.complaints.papers.traces import Trace

_AROUND = 8  # letters shown before and after a spot


def say_traces(form: PlainForm, error: TracesError) -> None:
    """Put each spot as an error under the field it stands in."""
    for name in dict.fromkeys(one.field for one in error.traces):
        text = form[name].data or ""
        form[name].errors = [_spot(text, one) for one in error.traces if one.field == name]


def _spot(text: str, trace: Trace) -> str:
    # The service looked at the words without the blanks around them.
    start = trace.start
    if text[start : start + len(trace.found)] != trace.found:
        start = text.find(trace.found)
    around = text[max(0, start - _AROUND) : start + len(trace.found) + _AROUND]
    return _(
        "“{found}” (letter {place}) looks like {kind}. Put it into other words: …{around}…"
    ).format(
        found=trace.found,
        place=start + 1,
        kind=trace_name(trace.kind),
        around=" ".join(around.split()),
    )


def closed_words(error: PaperClosedError) -> str:
    """Return why a paper can no longer be changed in this way."""
    return _closed().get(error.reason, _("This can no longer be changed."))


def _closed() -> Mapping[str, str]:
    return {
        "signed": _("It is signed; its words stand."),
        "verified": _("It was verified; its words stand."),
        "published": _("It was published; its words stand."),
        "withdrawn": _("It was withdrawn before."),
        "released": _("It was released; its words stand."),
        "done": _("It was ticked off before."),
        "unsigned": _("It is not signed by everybody yet."),
        "too_early": _("The month is not over yet."),
        "unchanged": _("Nothing differs from the version issued last."),
        "exists": _("There is one already."),
    }


def person_words(error: WrongPersonError) -> str:
    """Return why somebody else has to do it."""
    return {
        "own_work": _("Somebody who neither wrote it nor answers for it has to do this."),
        "own_unit": _("Another unit has to do this."),
        "role": _("Your role does not do this."),
    }[error.reason]
