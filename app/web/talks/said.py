"""What the pages of talks say after an act."""

from app.i18n import gettext as _
from app.web.talks.words import flash_first

__all__ = ["done", "flash_first", "opinion_kept", "shared"]


def shared() -> str:
    """Return what to say when a talk was shared."""
    return _("The committee can read the minutes now, and what comes of its opinions.")


def opinion_kept() -> str:
    """Return what to say when an opinion was written down."""
    return _("The opinion is kept. Answer it, or say what is done about it.")


def done(act: str) -> str:
    """Return what to say when an opinion was taken a step further."""
    return {
        "answer": _("The answer is kept."),
        "promise": _("Kept: who does what by when."),
        "case": _("It is a case now as well."),
        "done": _("Kept as done. Now tell the committee."),
        "told": _("Kept: the committee was told."),
    }[act]
