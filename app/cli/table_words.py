"""Numbers and words as the cells of the tables in a terminal."""

from collections.abc import Iterable

from app.analysis.results.estimate import Estimate
from app.i18n import gettext as _
from app.reports.wording import NOTHING, interval, said_share, share_interval, signed


def title(text: str) -> str:
    """Return the heading of a table."""
    return f"== {text} =="


def joined(words: Iterable[str]) -> str:
    """Write a list of names as the language separates them."""
    return _(", ").join(words)


def share_text(share: Estimate) -> str:
    """Write a share in per cent with its interval in brackets."""
    ends = share_interval(share)
    value = said_share(share)
    return _("{value} ({ends})", value=value, ends=ends) if ends else value


def difference_text(one: Estimate, digits: int = 1) -> str:
    """Write a difference with its sign and its interval."""
    value, ends = signed(one.value, digits), interval(one.low, one.high, digits)
    return _("{value} ({ends})", value=value, ends=ends) if ends else value


def p_text(p: float | None) -> str:
    """Write a p value."""
    if p is None:
        return NOTHING
    return "<.001" if p < 0.001 else f"{p:.3f}".lstrip("0")


def verdict_word(word: str | None) -> str:
    """Say what a comparison found."""
    return {
        "real": _("real"),
        "noise": _("noise"),
        "too_small": _("real, but too small to matter"),
        "cannot_tell": _("cannot be told"),
    }.get(word or "", NOTHING)


def standing_text(word: str | None) -> str:
    """Say where a community stands against the average."""
    return {
        "above": _("above the average"),
        "below": _("below the average"),
        "average": _("not distinguishable from the average"),
    }.get(word or "", NOTHING)
