"""Words of shared problems on staff pages: codes, departments, verdicts of a change."""

from app.followup.problems.codebook import Code, Named
from app.followup.problems.promises.services import Change
from app.followup.published.models import ProgressKind
from app.i18n import current_language
from app.i18n import gettext as _


def code_name(code: Code) -> str:
    """Return the name of a code."""
    return code.en if current_language() == "en" else code.zh


def group_name(group: Named) -> str:
    """Return the name of a group of codes, or of a department."""
    return group.en if current_language() == "en" else group.zh


def verdict_words(verdict: str) -> str:
    """Return what a change is: real, or within the error."""
    return {
        "real": _("really changed"),
        "noise": _("within the error"),
        "too_small": _("too small to matter"),
        "cannot_tell": _("within the error, so neither better nor worse can be said"),
    }.get(verdict, _("cannot be told"))


def change_words(change: Change) -> str:
    """Return a change with its interval and what it is."""
    if change.change is None or change.low is None or change.high is None:
        return _("cannot be told")
    return _("{change} ({low} to {high}): {verdict}").format(
        change=_signed(change.change),
        low=_signed(change.low),
        high=_signed(change.high),
        verdict=verdict_words(change.verdict),
    )


def _signed(value: float) -> str:
    # The minus sign has the width of the plus: columns stay straight.
    return f"{value:+.1f}".replace("-", "−")


def progress_kind(kind: ProgressKind) -> str:
    """Return which word on progress it is."""
    return {
        ProgressKind.DAY_30: _("after 30 days"),
        ProgressKind.DAY_60: _("after 60 days"),
        ProgressKind.BETWEEN: _("in between"),
        ProgressKind.CLOSING: _("last word"),
    }[kind]
