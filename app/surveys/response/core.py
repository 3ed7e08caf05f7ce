"""Complete or partial: whether a counted answer left a core item blank. Pure.

The core items are those a valid answer needs: the overall question and the nine areas. "No
experience" is an answer. What was flushed from a draft at the deadline is partial in any case.
"""

from app.surveys.campaign.models import Outcome
from app.surveys.instrument.answers import AnswerSet
from app.surveys.instrument.model import Instrument
from app.surveys.response.models import Origin
from app.surveys.response.vector import BLANK, EXTRA, NOT_ASKED, TRIGGERED

BLANK_BYTES = tuple(
    bytes([kind + mark]) for mark in (0, TRIGGERED, EXTRA) for kind in (NOT_ASKED, BLANK)
)
"""Bytes of a vector that hold no answer, alone or marked as triggered or extra."""


def core_codes(instrument: Instrument) -> frozenset[str]:
    """Return the items a valid answer needs, all of a section that is asked in part."""
    sections = {section.id: section.items for section in instrument.sections}
    return frozenset(
        code for name in instrument.valid_needs for code in sections.get(name, (name,))
    )


def core_positions(instrument: Instrument) -> tuple[int, ...]:
    """Return the bytes of a vector that hold the core items."""
    codes = core_codes(instrument)
    stored = (item.code for item in instrument.items if item.in_vector)
    return tuple(at for at, code in enumerate(stored) if code in codes)


def outcome_of(instrument: Instrument, answers: AnswerSet, origin: Origin) -> Outcome:
    """Return what a household is once these answers count."""
    answered = answers.values.keys() | answers.missing.keys()
    is_complete = origin is Origin.SUBMITTED and core_codes(instrument) <= answered
    return Outcome.COMPLETE if is_complete else Outcome.PARTIAL


def outcome_of_vector(instrument: Instrument, vector: bytes, origin: Origin) -> Outcome:
    """Return the same for an answer that is stored."""
    is_blank = any(vector[at : at + 1] in BLANK_BYTES for at in core_positions(instrument))
    is_complete = origin is Origin.SUBMITTED and not is_blank
    return Outcome.COMPLETE if is_complete else Outcome.PARTIAL
