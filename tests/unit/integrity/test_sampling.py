"""Draws that can be done again, chances by the book, calls compared by the system."""

import pytest

from app.surveys.integrity.models import CallOutcome, Filler
from app.surveys.integrity.prints import format_print, print_of
from app.surveys.integrity.sampling import (
    agrees,
    chance_of_any,
    choose_items,
    draw,
    outcome_of_call,
    size_of,
)
from app.vault import Vault


def test_the_same_seed_draws_the_same_calls_in_the_same_order():
    weights = dict.fromkeys(range(300), 0)
    first = draw(weights, calls=30, random_calls=30, seed="a")
    assert first == draw(weights, calls=30, random_calls=30, seed="a")
    assert first != draw(weights, calls=30, random_calls=30, seed="b")
    assert len({one.response_id for one in first}) == 30
    assert all(one.is_random for one in first)


def test_half_of_the_calls_follow_the_risk_and_stand_anywhere_on_the_sheet():
    weights = {key: 9 if key >= 280 else 0 for key in range(300)}
    drawn = draw(weights, calls=60, random_calls=30, seed="a")
    risky = [one.response_id for one in drawn if not one.is_random]
    assert len(risky) == 30
    by_chance = {one.response_id for one in drawn if one.is_random}
    assert set(range(280, 300)) <= set(risky) | by_chance
    places = [at for at, one in enumerate(drawn) if not one.is_random]
    assert min(places) < 15
    assert max(places) > 45


def test_every_answer_is_as_likely_to_be_drawn_by_chance():
    weights = dict.fromkeys(range(50), 0)
    hits = [0] * 50
    for seed in range(400):
        for one in draw(weights, calls=10, random_calls=10, seed=str(seed)):
            hits[one.response_id] += 1
    # 80 expected for each; standard deviation 8: all within five of them.
    assert min(hits) > 40
    assert max(hits) < 120


def test_thirty_calls_sixty_where_the_score_is_high_and_never_more_than_answers():
    assert size_of(300, is_high=False) == (30, 30)
    assert size_of(300, is_high=True) == (60, 30)
    assert size_of(12, is_high=True) == (12, 6)
    assert size_of(12, is_high=False) == (12, 12)


@pytest.mark.parametrize(
    ("calls", "share", "answers", "chance"),
    [
        # By hand: 1 - C(9,2)/C(10,2) = 1 - 36/45.
        (2, 0.1, 10, 0.2),
        # scipy.stats.hypergeom(300, 15, 30).sf(0)
        (30, 0.05, 300, 0.8022),
        (10, 0.2, 10, 1.0),
        (0, 0.2, 10, 0.0),
    ],
)
def test_the_chance_to_meet_a_made_up_answer_is_hypergeometric(calls, share, answers, chance):
    assert chance_of_any(calls, share, answers) == pytest.approx(chance, abs=5e-4)


def test_two_items_are_asked_again_and_not_the_same_of_every_home():
    codes = ["overall", *(f"area.{name}" for name in "abcdefghi")]
    pairs = {choose_items(codes, seed="s", response_id=key) for key in range(40)}
    assert all(len(set(pair)) == 2 for pair in pairs)
    assert len(pairs) > 10
    assert choose_items(["overall"], seed="s", response_id=1) == ("overall",)


def test_a_slip_of_memory_fits_and_another_world_does_not():
    assert agrees(8, 10, 10) is True
    assert agrees(8, 5, 10) is False
    assert agrees(4, 5, 5) is True
    assert agrees(2, 4, 5) is False
    assert agrees(None, 4, 5) is None
    assert agrees(4, None, 5) is None


@pytest.mark.parametrize(
    ("filler", "fits", "outcome"),
    [
        (Filler.OWNER, [True, True], CallOutcome.CONFIRMED),
        (Filler.OWNER, [True, False], CallOutcome.CONFIRMED),
        (Filler.FAMILY, [False, False], CallOutcome.CONTRADICTED),
        (Filler.HELPED, [None, None], CallOutcome.CONFIRMED),
        (Filler.OWNER, [False, None], CallOutcome.CONFIRMED),
        (Filler.NOBODY, [None, None], CallOutcome.CONTRADICTED),
        (Filler.STAFF, [True, True], CallOutcome.CONTRADICTED),
        (Filler.UNSURE, [False, False], CallOutcome.UNSURE),
    ],
)
def test_what_a_call_finds(filler, fits, outcome):
    assert outcome_of_call(filler, fits) is outcome


def test_a_fingerprint_binds_the_receipt_to_every_byte_of_the_answer():
    vault = Vault(bytes(32))
    own = print_of(vault, "ABCDEFGHJK2", b"\x01\x05")
    assert own == print_of(vault, "ABCDEFGHJK2", b"\x01\x05")
    others = {
        print_of(vault, "ABCDEFGHJK2", b"\x01\x04"),
        print_of(vault, "ABCDEFGHJK3", b"\x01\x05"),
        print_of(Vault(b"\x01" * 32), "ABCDEFGHJK2", b"\x01\x05"),
    }
    assert own not in others
    assert len(others) == 3
    assert len(format_print(own)) == 14
