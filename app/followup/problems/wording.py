"""Reasons, states and gaps in words, in the reader's language."""

from collections.abc import Sequence

from app.followup.problems.codebook import Code
from app.followup.problems.models import ProblemState, Remedy
from app.followup.problems.rules import FEWEST_TOLD, Reason, Why
from app.i18n import current_language
from app.i18n import gettext as _


def code_words(code: Code) -> str:
    """Return the name of a code."""
    return code.en if current_language() == "en" else code.zh


def count_words(count: int | None) -> str:
    """Return a count of households as everybody may read it; None and small ones are "few"."""
    if count is None:
        return _("fewer than {count} homes").format(count=FEWEST_TOLD)
    return _("{count} homes").format(count=count)


def reason_words(reason: Reason, *, is_exact: bool) -> str:
    """Return one reason in words.

    Args:
        reason: What `rules.reasons` found.
        is_exact: For head office: small counts and buildings are named.
    """
    if reason.why is Why.ADDED:
        return _("Added by head office")
    if reason.why is Why.ITEM:
        share = 100 * (reason.share or 0.0)
        return _("Only {share}% are satisfied with its item ({count} answers; below 70%)").format(
            share=f"{share:.1f}", count=reason.count
        )
    if not is_exact and reason.count < FEWEST_TOLD:
        if reason.why is Why.BUILDING:
            return _("Several homes of one building")
        return _("At least 5% of the homes that answered")
    return _households_words(reason)


def _households_words(reason: Reason) -> str:
    if reason.why is Why.BUILDING:
        return _("{count} homes of {building} (3 are enough)").format(
            count=reason.count, building=reason.where
        )
    if reason.why is Why.MANY:
        return _("{count} homes (10 are enough)").format(count=reason.count)
    return _("{count} of {of} homes that answered: {share}% (5% are enough)").format(
        count=reason.count, of=reason.of, share=f"{100 * reason.count / reason.of:.1f}"
    )


def reasons_words(found: Sequence[Reason], *, is_exact: bool) -> tuple[str, ...]:
    """Return reasons in words, each sentence once."""
    words = [reason_words(one, is_exact=is_exact) for one in found]
    return tuple(dict.fromkeys(words))


def state_words(state: ProblemState) -> str:
    """Return where a problem stands."""
    return {
        ProblemState.DETECTED: _("answer to be drafted"),
        ProblemState.DRAFTED: _("facts to be checked"),
        ProblemState.CHECKED: _("to be approved"),
        ProblemState.APPROVED: _("to be published"),
        ProblemState.PUBLISHED: _("published"),
        ProblemState.CLOSED: _("closed"),
        ProblemState.SET_ASIDE: _("no public answer"),
    }[state]


def gap_words(gap: int) -> str:
    """Return the name of one of the five gaps between what is promised and what is felt."""
    return {
        1: _("1 Promotion: more was promised than is meant"),
        2: _("2 Understanding: what owners expect is not known"),
        3: _("3 Procedure: there is no rule for it"),
        4: _("4 Behaviour: the rule is not kept"),
        5: _("5 Perception: it is done, and owners do not see it"),
    }[gap]


def remedy_words(remedy: Remedy) -> str:
    """Return what kind of work closes a gap."""
    return {
        Remedy.FIX: _("fix it"),
        Remedy.COMMUNICATE: _("communicate"),
        Remedy.RESET: _("reset the promise"),
    }[remedy]
