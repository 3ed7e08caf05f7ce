"""Words for the checks of integrity: signals, how unusual they are, calls, decisions."""

from math import exp

from app.i18n import gettext as _
from app.surveys.integrity.models import (
    AppealOutcome,
    CallOutcome,
    Filler,
    FindingKind,
    Verdict,
)
from app.surveys.integrity.score import Reason
from app.surveys.integrity.thresholds import USUAL

_STRONG = 4.0
_POINTS = frozenset({"mode_gap", "change", "clerks"})  # of 100
_SHARES = frozenset({"exclusions"})  # a difference of shares


def signal_name(code: str) -> str:
    """Return what a signal is called."""
    return {
        "devices": _("More than three homes on one phone"),
        "networks": _("Several homes at once on one network"),
        "pace": _("Filled in faster than one can read"),
        "equal_pace": _("Times of filling in are alike"),
        "night": _("Sent between 22:00 and 6:00"),
        "bursts": _("Many answers within ten minutes"),
        "rooms": _("Neighbouring rooms within minutes"),
        "order": _("Answers in the order letters were printed"),
        "straight": _("One point for every area"),
        "duplicates": _("Nearly the same answers twice"),
        "joint": _("Several weak signs on the same forms"),
        "spread": _("Homes hardly differ"),
        "buildings": _("Buildings hardly differ"),
        "mode_gap": _("Paper kinder than phone"),
        "tolerance": _("Lowest acceptable above desired"),
        "contradictions": _("Rated what the home does not have"),
        "no_words": _("No comment written"),
        "clones": _("Comments that repeat each other"),
        "one_hand": _("Sheets of a batch marked by one hand"),
        "handwriting": _("Handwriting, pen, folds"),
        "last_hours": _("Answers of the last 48 hours"),
        "exclusions": _("Homes left out, against last time"),
        "undelivered": _("Answered without a delivered letter"),
        "complainers": _("Homes that complained are missing"),
        "outside_facts": _("Score against outside facts"),
        "change": _("Rise since last time"),
        "incoherent": _("Overall rating far from the areas"),
        "recall": _("Recall test"),
        "phones": _("Telephone numbers shared by three homes"),
        "proxies": _("Answered through an interviewer"),
        "clerks": _("Sheets of one clerk are kinder"),
        "double_entry": _("Forms keyed twice"),
        "quick_closing": _("Cases closed within a minute of each other"),
        "same_closing": _("Cases closed in the same words"),
        "repair_sample": _("Sample of repairs"),
        "control_homes": _("Control homes"),
    }[code]


def signal_here(one: Reason, value: float) -> str:
    """Return a number of a signal as the table shows it."""
    if one.code in _POINTS:
        return _("{number} points").format(number=f"{value:+.1f}")
    if one.code in _SHARES:
        return _("{number} percentage points").format(number=f"{100 * value:+.1f}")
    if one.code == "spread":
        return _("{number} points").format(number=f"{exp(-value):.1f}")
    if one.code == "equal_pace":
        return _("quartiles 1 : {number}").format(number=f"{exp(-value):.1f}")
    if one.code in ("joint", "order", "one_hand"):
        return f"{value:.2f}"
    # The estimate of a share of variance may fall below 0, which nobody can read.
    return f"{100 * (max(0.0, -value) if one.code == 'buildings' else value):.1f}%"


_NUMBERS = frozenset({"joint", "equal_pace", "order", "one_hand", "spread", "buildings"})


def unusual_words(one: Reason) -> str:
    """Say how unusual a signal is among the peers."""
    if one.unusual < USUAL:
        return _("as elsewhere")
    return _("very unusual") if one.unusual >= _STRONG else _("unusual")


def evidence_words(one: Reason) -> str:
    """Say from how many answers a signal comes."""
    if one.code in _NUMBERS | _POINTS | _SHARES:
        return _("from {base}").format(base=one.base)
    return _("{count} of {base}").format(count=one.count, base=one.base)


def outcome_name(outcome: CallOutcome) -> str:
    """Return what a call found."""
    return {
        CallOutcome.WAITING: _("to call"),
        CallOutcome.CONFIRMED: _("confirmed"),
        CallOutcome.CONTRADICTED: _("contradicted"),
        CallOutcome.UNSURE: _("does not remember"),
        CallOutcome.UNREACHED: _("not reached"),
        CallOutcome.REFUSED: _("does not want to talk"),
    }[outcome]


def filler_name(filler: Filler) -> str:
    """Return who filled the form in, as the home says."""
    return {
        Filler.OWNER: _("The owner"),
        Filler.FAMILY: _("Family or tenant"),
        Filler.HELPED: _("The home, with somebody who read it out"),
        Filler.STAFF: _("Staff filled it in or said what to choose"),
        Filler.NOBODY: _("Nobody of the home answered"),
        Filler.UNSURE: _("Does not remember"),
    }[filler]


def finding_name(kind: FindingKind) -> str:
    """Return what somebody looked at by hand."""
    return {
        FindingKind.HANDWRITING: _("Handwriting, pen, folds of paper forms"),
        FindingKind.RECALL: _("Recall test beside the calls"),
        FindingKind.CONTROL_HOMES: _("Control homes known to head office"),
    }[kind]


def verdict_name(verdict: Verdict) -> str:
    """Return a decision in a few words."""
    return {
        Verdict.ACCEPT: _("Answers accepted"),
        Verdict.VOID: _("Single answers voided"),
        Verdict.HOLD: _("Results held"),
        Verdict.ANNUL: _("Result annulled, asked again"),
    }[verdict]


def verdict_choice(verdict: Verdict) -> str:
    """Return a decision as it is chosen."""
    return {
        Verdict.ACCEPT: _("Accept the answers"),
        Verdict.VOID: _("Void the answers that are not the homes' own"),
        Verdict.HOLD: _("Hold the results until the check is done"),
        Verdict.ANNUL: _("Annul the result and ask again"),
    }[verdict]


def appeal_name(outcome: AppealOutcome) -> str:
    """Return the answer to an objection."""
    return {
        AppealOutcome.UPHELD: _("The decision stays"),
        AppealOutcome.CHANGED: _("The decision is changed"),
    }[outcome]


def floor_percent(chance: float) -> str:
    """Return a chance in whole percent, rounded down: certainty is never printed."""
    return f"{min(99, int(100 * chance))}"
