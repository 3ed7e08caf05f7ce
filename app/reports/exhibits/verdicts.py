"""What a tested difference may be called: real, within noise, too small, or not to be told."""

from app.analysis.results.comparison import Contrast, WaveComparison
from app.analysis.results.disclosure import COMPLEMENTARY
from app.i18n import gettext as _
from app.reports.wording import interval, signed


def change_word(verdict: str | None) -> str:
    """Say what a change since another campaign is."""
    return {
        "real": _("real change"),
        "noise": _("within noise"),
        "too_small": _("real, but too small to matter"),
    }.get(verdict or "", _("cannot be told"))


def withheld_word(reason: str) -> str:
    """Say why a part's figure is withheld: it is small itself, or another one could be told."""
    if reason == COMPLEMENTARY:
        return _("withheld, else another group could be worked out")
    return _("withheld: too few homes")


def difference_word(contrast: Contrast) -> str:
    """Say what a part's difference to the rest is; up or down only where it is established."""
    if not contrast.established:
        return _("cannot be told apart")
    change = contrast.change.value or 0.0
    if not contrast.exceeds:
        return _("differs, but too little to matter")
    return _("above the rest") if change > 0 else _("below the rest")


def noticed_words(moved: Contrast | None) -> str:
    """Say what follows from the change after a promise was kept.

    That nobody has noticed is said only where it is known, not of a change that cannot be told.
    """
    said = None if moved is None else moved.verdict
    if moved is None or said is None or said == "cannot_tell":
        return _("whether owners have noticed cannot be told: ask again next time")
    if said != "real":
        return _("owners have not noticed: tell them, or do it otherwise")
    if (moved.change.value or 0.0) > 0:
        return _("it works: closed")
    return _("owners rate it lower than before: do it otherwise")


def change_text(contrast: Contrast | None, digits: int = 1) -> str:
    """Write a change with its interval, empty where there is none."""
    if contrast is None or contrast.change.value is None:
        return ""
    ends = interval(contrast.change.low, contrast.change.high, digits)
    text = signed(contrast.change.value, digits)
    return _("{value} ({ends})", value=text, ends=ends) if ends else text


def since_last(step: WaveComparison | None) -> str:
    """Say in one sentence how the index has changed since the campaign before."""
    if step is None:
        return _("No earlier campaign to compare with.")
    contrast = step.index
    if contrast is None or contrast.change.value is None:
        return _("Compared with {wave}: cannot be told.", wave=step.before)
    words = {
        "real": _("Since {wave} {change} points: a real change."),
        "noise": _("Since {wave} {change} points: within noise, so neither better nor worse."),
        "too_small": _("Since {wave} {change} points: real, but too small to matter."),
    }.get(
        contrast.verdict or "",
        _("Since {wave} {change} points: whether that is a change cannot be told."),
    )
    return words.format(wave=step.before, change=change_text(contrast))
