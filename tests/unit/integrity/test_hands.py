"""Scanned batches by many hands and by one: spreads worked by hand, and whole companies."""

import random
from math import log

import pytest

from app.surveys.integrity.hands import Hand, one_hand
from app.surveys.integrity.score import judge


def batch(homes, number=1, *, first=10.0):
    """Return homes a hundredth of darkness, a tenth of a millimetre and a degree apart."""
    slants = [(first + at + 90) % 180 - 90 for at in range(homes)]
    return [
        Hand(number, at, 0.40 + 0.01 * at, 1.0 + 0.1 * at, slant) for at, slant in enumerate(slants)
    ]


def test_the_number_is_minus_the_mean_log_of_three_interquartile_ranges():
    # Of 12 homes the ranges run from the 4th to the 10th: 0.06, 0.6 and 6; (ln 0.216) / 3 = ln 0.6.
    found = one_hand(batch(12))
    assert found.value == pytest.approx(-log(0.6))
    assert (found.base, found.stderr) == (12, pytest.approx(1.166 / 6))
    assert one_hand(batch(11)) is None


def test_directions_lie_as_close_across_the_end_of_the_scale():
    assert one_hand(batch(12, first=85.0)).value == pytest.approx(-log(0.6))


def test_the_pages_of_a_home_are_one_hand_once():
    twice = [*batch(11), *batch(11)]
    assert one_hand(twice) is None
    assert one_hand([*batch(12), *batch(12)]) == one_hand(batch(12))


def test_of_several_batches_the_most_uniform_speaks_less_what_chance_gives():
    # Blom 1958 for the larger of two: the normal quantile of (2 - 3/8) / (2 + 1/4) is 0.5895.
    wide = [Hand(2, one.home, 2 * one.darkness, 2 * one.stroke, 2 * one.slant) for one in batch(12)]
    found = one_hand([*batch(12), *wide])
    assert found.value == pytest.approx(-log(0.6) - 0.5895 * 1.166 / 6, abs=1e-4)


def owners(rng, number, homes):
    """Return a batch of homes with a pen and a way of marking each."""
    return [
        Hand(
            number,
            number * 1000 + at,
            rng.uniform(0.3, 0.9),
            rng.choice((0.9, 1.0, 1.1, 2.2)) + rng.gauss(0, 0.05),
            rng.choice((35, 35, 0, -2, 58)) + rng.gauss(0, 2),
        )
        for at in range(homes)
    ]


def staff(rng, number, homes):
    """Return a batch that one person filled in at one desk."""
    return [
        Hand(
            number,
            number * 1000 + at,
            rng.gauss(0.6, 0.04),
            rng.gauss(0.93, 0.03),
            rng.gauss(35, 1.5),
        )
        for at in range(homes)
    ]


@pytest.mark.parametrize("seed", range(5))
def test_a_batch_by_one_hand_stands_out_of_a_company_and_no_honest_community_does(seed):
    rng = random.Random(seed)
    hands = {
        place: [
            one
            for number in range(rng.randint(1, 6))
            for one in owners(rng, number, rng.randint(12, 40))
        ]
        for place in range(1, 25)
    }
    hands[7] += staff(rng, 90, 24) + owners(rng, 90, 6)  # six of the bundle are genuine
    scores = judge({place: [one_hand(own)] for place, own in hands.items()})
    assert [place for place, score in scores.items() if score.is_high] == [7]
    assert [reason.code for reason in scores[7].said] == ["one_hand"]
