"""AAPOR's rates of response, cooperation, refusal, contact and location, exact. Pure, no numpy.

Counts are integers and rates are fractions: 60 % of five homes is three homes, without a
floating-point number anywhere. Which count stands above and below the line is the table
`DEFINITIONS`; nothing else defines a rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction

EVERYBODY = ("I", "P", "R", "NC", "O", "UH", "UO")
_KNOWN = ("I", "P", "R", "NC", "O")
_WEIGHTED = (*_KNOWN, "eUH", "eUO")
_CONTACTED = ("I", "P", "R", "O")

DEFINITIONS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "RR1": (("I",), EVERYBODY),
    "RR2": (("I", "P"), EVERYBODY),
    "RR3": (("I",), _WEIGHTED),
    "RR4": (("I", "P"), _WEIGHTED),
    "RR5": (("I",), _KNOWN),
    "RR6": (("I", "P"), _KNOWN),
    "COOP1": (("I",), _CONTACTED),
    "COOP2": (("I", "P"), _CONTACTED),
    "COOP3": (("I",), ("I", "P", "R")),
    "COOP4": (("I", "P"), ("I", "P", "R")),
    "REF1": (("R",), EVERYBODY),
    "REF2": (("R",), _WEIGHTED),
    "REF3": (("R",), _KNOWN),
    "CON1": (_CONTACTED, EVERYBODY),
    "CON2": (_CONTACTED, _WEIGHTED),
    "CON3": (_CONTACTED, _KNOWN),
    "LOC1": (_KNOWN, EVERYBODY),
    "LOC2": (_KNOWN, _WEIGHTED),
}
"""Rate -> letters above and below the line; "eUH" is e times UH."""


class RatesError(ValueError):
    """Counts that no survey can have."""


class NegativeCountError(RatesError):
    """A count is below zero; carries its letter and the count."""

    def __init__(self, letter: str, count: int) -> None:
        super().__init__(letter, count)
        self.letter = letter
        self.count = count


class UnknownLetterError(RatesError):
    """A letter stands for no category; carries it."""

    def __init__(self, letter: str) -> None:
        super().__init__(letter)
        self.letter = letter


class EligibilityError(RatesError):
    """The share of eligible homes among the unknown does not lie in 0 to 1; carries it."""

    def __init__(self, e: Fraction) -> None:
        super().__init__(e)
        self.e = e


class PartTooLargeError(RatesError):
    """More homes are counted as a part than there are; carries the name of the part and both."""

    def __init__(self, part: str, count: int, whole: int) -> None:
        super().__init__(part, count, whole)
        self.part = part
        self.count = count
        self.whole = whole


@dataclass(frozen=True, slots=True)
class Cases:
    """How many homes, or how much weight in integers, fell into each category.

    Attributes:
        complete: I, complete answers.
        partial: P, counted answers that left a core item blank or were flushed at the deadline.
        refusal: R.
        no_contact: NC, nothing heard.
        other: O, contacted and unable to answer.
        unknown_household: UH, nobody knows whether there is a home.
        unknown_other: UO, nobody knows whether somebody lives there.
        not_eligible: NE, left the base with approval. In no rate; only in `e`.
    """

    complete: int = 0
    partial: int = 0
    refusal: int = 0
    no_contact: int = 0
    other: int = 0
    unknown_household: int = 0
    unknown_other: int = 0
    not_eligible: int = 0

    def __post_init__(self) -> None:
        for letter, count in self.by_letter().items():
            if count < 0:
                raise NegativeCountError(letter, count)

    @property
    def base(self) -> int:
        """All that were asked: everybody but those not eligible."""
        return sum(self.by_letter().values()) - self.not_eligible

    @property
    def returned(self) -> int:
        """All whose answer counts."""
        return self.complete + self.partial

    def by_letter(self) -> dict[str, int]:
        """Return the counts by the letters of the handbook."""
        values = (getattr(self, field.name) for field in fields(self))
        return dict(zip((*EVERYBODY, "NE"), values, strict=True))


def cases_of(counts: Mapping[str, int]) -> Cases:
    """Return cases from counts by letter; letters left out are zero.

    Source: AAPOR 2023, Standard Definitions, 10th ed.

    Raises:
        UnknownLetterError, NegativeCountError: As they say.
    """
    letters = (*EVERYBODY, "NE")
    for letter in counts:
        if letter not in letters:
            raise UnknownLetterError(letter)
    return Cases(*(counts.get(letter, 0) for letter in letters))


def eligibility(cases: Cases) -> Fraction | None:
    """Return e: the share of eligible homes among those whose eligibility is known.

    None when it is known of nobody.

    Source: AAPOR 2023, Standard Definitions, 10th ed.; the proportional allocation.
    """
    counts = cases.by_letter()
    eligible = sum(counts[letter] for letter in _KNOWN)
    known = eligible + cases.not_eligible
    return Fraction(eligible, known) if known else None


def rate(name: str, cases: Cases, e: Fraction | None = None) -> Fraction | None:
    """Return one rate; None when nobody stands below the line.

    Args:
        name: A key of `DEFINITIONS`, such as ``RR1``.
        cases: The counts.
        e: Share of the unknown that is eligible, for the rates that use it; None for the one
            that follows from the counts, `eligibility`, and all of them where that is unknown.

    Source: AAPOR 2023, Standard Definitions, 10th ed.

    Raises:
        EligibilityError: e does not lie in 0 to 1.
        KeyError: There is no such rate.
    """
    if e is None:
        e = eligibility(cases)
    if e is None:
        e = Fraction(1)
    if not 0 <= e <= 1:
        raise EligibilityError(e)
    counts: dict[str, Fraction] = {
        letter: Fraction(count) for letter, count in cases.by_letter().items()
    }
    counts |= {"eUH": e * counts["UH"], "eUO": e * counts["UO"]}
    above, below = (
        sum((counts[letter] for letter in side), Fraction()) for side in DEFINITIONS[name]
    )
    return above / below if below else None


def rates(cases: Cases, e: Fraction | None = None) -> dict[str, Fraction | None]:
    """Return all rates by their names.

    Source: AAPOR 2023, Standard Definitions, 10th ed.

    Raises:
        EligibilityError: e does not lie in 0 to 1.
    """
    return {name: rate(name, cases, e) for name in DEFINITIONS}


@dataclass(frozen=True, slots=True)
class Returns:
    """The rates of the tracker beside AAPOR's; None where nobody stands below the line.

    Attributes:
        returned: The handbook's return rate: answers over the base. It equals RR2, because
            unknown homes stay in the base; only this one opens the gate.
        issued: Answers over everything issued, approved exclusions included: nobody can raise
            it by taking homes out of the base.
        delivered: Homes known to have their letter over the base.
        returned_of_delivered: Answers over the homes known to have their letter.
        returned_of_occupied: Answers over the homes that were not seen empty.
    """

    returned: Fraction | None
    issued: Fraction | None
    delivered: Fraction | None
    returned_of_delivered: Fraction | None
    returned_of_occupied: Fraction | None


def returns(cases: Cases, *, delivered: int, occupied: int) -> Returns:
    """Return the handbook's return rate and those beside it.

    Args:
        cases: The counts.
        delivered: Homes of the base known to have their letter; whoever answered had it.
        occupied: Homes of the base that were not seen empty; somebody lives where one answered.

    Source: ours, see docs/methods/return-rates.md.

    Raises:
        PartTooLargeError: More delivered or occupied homes than the base, or fewer than answers.
    """
    for part, count in (("delivered", delivered), ("occupied", occupied)):
        if count > cases.base:
            raise PartTooLargeError(part, count, cases.base)
        if cases.returned > count:
            raise PartTooLargeError("returned", cases.returned, count)
    return Returns(
        returned=_share(cases.returned, cases.base),
        issued=_share(cases.returned, cases.base + cases.not_eligible),
        delivered=_share(delivered, cases.base),
        returned_of_delivered=_share(cases.returned, delivered),
        returned_of_occupied=_share(cases.returned, occupied),
    )


def percent_text(share: Fraction | None) -> str:
    """Return a share in percent with one decimal, rounded down, without the sign; "" for None.

    Rounded down as the gate does: 59.97 % never reads as the 60.0 % it has not reached.

    Source: ours, see docs/methods/return-rates.md.
    """
    if share is None:
        return ""
    tenths = 1000 * share.numerator // share.denominator
    return f"{tenths // 10}.{tenths % 10}"


def _share(part: int, whole: int) -> Fraction | None:
    return Fraction(part, whole) if whole else None
