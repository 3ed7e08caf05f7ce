"""Outcomes of households (终结状态) in the categories of AAPOR, and what each tells. Pure."""

from enum import StrEnum

from app.surveys.campaign.models import Occupancy, Outcome

__all__ = [
    "ANSWERED",
    "LASTING",
    "SAYABLE",
    "Category",
    "Occupancy",
    "Outcome",
    "category_of",
    "occupancy_of",
    "outcome_after",
]


class Category(StrEnum):
    """AAPOR's categories of homes that belong to the base; exclusions stand outside of them."""

    COMPLETE = "I"
    PARTIAL = "P"
    REFUSAL = "R"
    NO_CONTACT = "NC"
    OTHER = "O"
    UNKNOWN = "UO"


_CATEGORIES = {
    Outcome.COMPLETE: Category.COMPLETE,
    Outcome.PARTIAL: Category.PARTIAL,
    Outcome.REFUSED: Category.REFUSAL,
    Outcome.REFUSED_FOR_GOOD: Category.REFUSAL,
    Outcome.NO_CONTACT: Category.NO_CONTACT,
    Outcome.NOT_AT_HOME: Category.NO_CONTACT,
    Outcome.AWAY: Category.OTHER,
    Outcome.LANGUAGE: Category.OTHER,
    Outcome.UNABLE: Category.OTHER,
    Outcome.DECEASED: Category.OTHER,
    Outcome.MOVED: Category.UNKNOWN,
    Outcome.LOOKS_EMPTY: Category.UNKNOWN,
}
_OCCUPANCIES = {
    Outcome.LOOKS_EMPTY: Occupancy.VACANT_SEEN,
    Outcome.MOVED: Occupancy.UNKNOWN,
    Outcome.COMPLETE: Occupancy.OCCUPIED,
    Outcome.PARTIAL: Occupancy.OCCUPIED,
    Outcome.REFUSED: Occupancy.OCCUPIED,
    Outcome.REFUSED_FOR_GOOD: Occupancy.OCCUPIED,
    Outcome.AWAY: Occupancy.OCCUPIED,
    Outcome.LANGUAGE: Occupancy.OCCUPIED,
    Outcome.UNABLE: Occupancy.OCCUPIED,
}

ANSWERED = frozenset({Outcome.COMPLETE, Outcome.PARTIAL})
"""Outcomes that only a counted answer gives."""

LASTING = frozenset({Outcome.REFUSED_FOR_GOOD, Outcome.DECEASED})
"""Outcomes no later knock takes back: these homes are left alone for the whole campaign."""

SAYABLE = tuple(outcome for outcome in Outcome if outcome not in ANSWERED)
"""Outcomes that a member of staff may record."""


def category_of(outcome: Outcome) -> Category:
    """Return AAPOR's category of an outcome."""
    return _CATEGORIES[outcome]


def outcome_after(before: Outcome, said: Outcome) -> Outcome:
    """Return the outcome of a household after something was recorded about it.

    A lasting one stays, whatever a later knock finds; only another lasting one replaces it, or
    the correction of head office, which says that nothing was heard.
    """
    if before in LASTING and said not in LASTING and said is not Outcome.NO_CONTACT:
        return before
    return said


def occupancy_of(outcome: Outcome, before: Occupancy) -> Occupancy:
    """Return what is known of a home after an outcome: some say nothing about it."""
    return _OCCUPANCIES.get(outcome, before)
