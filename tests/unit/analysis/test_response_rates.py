"""Rates of return on counts worked by hand, and counts no survey can have."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.nonresponse.rates import (
    DEFINITIONS,
    Cases,
    EligibilityError,
    NegativeCountError,
    PartTooLargeError,
    UnknownLetterError,
    cases_of,
    eligibility,
    percent_text,
    rate,
    rates,
    returns,
)

LETTERS = ("I", "P", "R", "NC", "O", "UH", "UO", "NE")


def test_three_of_five_is_sixty_percent_and_599_of_1000_is_not():
    assert rate("RR2", Cases(complete=3, no_contact=2)) == Fraction(3, 5)
    assert percent_text(rate("RR2", Cases(complete=599, no_contact=401))) == "59.9"


def test_a_rate_of_nobody_is_none_and_reads_as_nothing():
    assert set(rates(Cases()).values()) == {None}
    assert eligibility(Cases()) is None
    assert rate("COOP1", Cases(no_contact=5)) is None
    assert percent_text(None) == ""


def test_without_a_word_about_eligibility_it_follows_from_the_counts():
    cases = Cases(complete=6, no_contact=2, unknown_other=4, not_eligible=2)
    assert eligibility(cases) == Fraction(8, 10)
    assert rate("RR3", cases) == Fraction(6, 1) / (8 + Fraction(8, 10) * 4)
    assert rate("RR3", cases, Fraction(1)) == rate("RR1", cases) == Fraction(6, 12)
    assert rate("RR3", cases, Fraction(0)) == rate("RR5", cases) == Fraction(6, 8)


def test_taking_homes_out_of_the_base_raises_the_return_rate_and_not_the_rate_of_the_issued():
    """10 homes, 5 answers; then 3 silent ones leave the base: 5/7, but still 5/10 of the issued."""
    before = returns(Cases(complete=5, no_contact=5), delivered=8, occupied=10)
    after = returns(Cases(complete=5, no_contact=2, not_eligible=3), delivered=6, occupied=7)
    assert (before.returned, before.issued) == (Fraction(1, 2), Fraction(1, 2))
    assert (after.returned, after.issued) == (Fraction(5, 7), Fraction(1, 2))
    assert (before.delivered, before.returned_of_delivered) == (Fraction(8, 10), Fraction(5, 8))
    assert before.returned_of_occupied == Fraction(1, 2)


@pytest.mark.parametrize("letter", LETTERS)
def test_a_count_below_zero_is_named(letter):
    with pytest.raises(NegativeCountError) as caught:
        cases_of({letter: -1})
    assert (caught.value.letter, caught.value.count) == (letter, -1)


def test_a_letter_that_stands_for_nothing_is_named():
    with pytest.raises(UnknownLetterError) as caught:
        cases_of({"X": 1})
    assert caught.value.letter == "X"


@pytest.mark.parametrize("e", [Fraction(-1, 10), Fraction(11, 10)])
def test_a_share_of_eligible_homes_lies_between_nobody_and_everybody(e):
    with pytest.raises(EligibilityError):
        rate("RR1", Cases(complete=1), e)


@pytest.mark.parametrize(
    ("delivered", "occupied", "part"),
    [(11, 10, "delivered"), (10, 11, "occupied"), (4, 10, "returned"), (10, 4, "returned")],
)
def test_parts_larger_than_their_whole_are_refused(delivered, occupied, part):
    with pytest.raises(PartTooLargeError) as caught:
        returns(Cases(complete=5, no_contact=5), delivered=delivered, occupied=occupied)
    assert caught.value.part == part


@settings(max_examples=60, deadline=None)
@given(
    st.fixed_dictionaries({letter: st.integers(0, 9) for letter in LETTERS}),
    st.fractions(0, 1),
)
def test_rates_lie_between_nothing_and_one_and_in_their_order(counts, e):
    found = rates(cases_of(counts), e)
    assert all(value is None or 0 <= value <= 1 for value in found.values())
    for low, middle, high in (("RR1", "RR3", "RR5"), ("RR2", "RR4", "RR6")):
        if found[low] is not None and found[high] is not None:
            assert found[low] <= found[middle] <= found[high]
    assert found.keys() == DEFINITIONS.keys()
