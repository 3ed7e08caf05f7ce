"""Whoever keeps two revisions of a result and subtracts them does not learn what a home said."""

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.plan import make_plan
from app.analysis.study import run_study
from app.web.api.study_shapes import StudyShown, shown
from tests.unit.analysis.builders import FIVE, make_dataset
from tests.web.api.world import CODE

ITEMS = tuple("abcdefghi")
HOMES = 180
# What lets a reader undo the rounding, or work out a distribution.
TELLING = {"stderr", "df", "p", "p_holm", "distribution", "missing", "seed", "plan", "boxes"}


def revision(ratings: dict[str, np.ndarray]) -> tuple[StudyShown, dict[str, tuple]]:
    """Return what the API gives of a revision, and the exact distributions it holds back."""
    data = make_dataset(
        {(Role.PERFORMANCE, one): [int(p) for p in given] for one, given in ratings.items()}
    )
    result = run_study(make_cells(data), make_plan(data.columns))
    return shown(result), {one.code: one.distribution for one in result.items}


def two(seed: int, homes: int = HOMES):
    """Return a home's nine answers, and two revisions that differ by this home."""
    rng = np.random.default_rng(seed)
    ratings = {one: rng.choice(FIVE, size=homes, p=rng.dirichlet(np.full(5, 3.0))) for one in ITEMS}
    gone = {one: int(given[0]) for one, given in ratings.items()}
    return gone, revision(ratings), revision({k: v[1:] for k, v in ratings.items()})


def possible(before, after) -> tuple[float, float]:
    """Return between which numbers the home's part lies, by two means with one decimal."""
    total = before.n * before.mean.value - after.n * after.mean.value
    off = 0.05 * (before.n + after.n) + 1e-9
    return total - off, total + off


@pytest.mark.parametrize("seed", range(6))
def test_two_revisions_leave_every_answer_of_the_home_between_them_open(seed):
    gone, (before, exact), (after, later) = two(seed)
    guessed = 0
    for one, other in zip(before.items, after.items, strict=True):
        # The attacker is right where all digits are published: one of five is 1, the others 0.
        vector = one.n * np.array(exact[one.code]) - other.n * np.array(later[one.code])
        assert [round(part) for part in vector] == [int(p == gone[one.code]) for p in FIVE]
        low, high = possible(one, other)
        assert low <= gone[one.code] <= high  # the attack on means itself is sound
        assert sum(low <= point <= high for point in FIVE) >= 2
        guessed += round((low + high) / 2) == gone[one.code]
    assert guessed < len(ITEMS)


def test_means_on_0_to_100_with_a_decimal_would_tell_all_nine_answers_of_a_home_among_60():
    """So the API gives means in points of the scale."""
    gone, (before, exact), (after, later) = two(1, homes=60)
    for one, other in zip(before.items, after.items, strict=True):
        levels = [
            round(25 * float(np.dot(range(5), parts[one.code])), 1) for parts in (exact, later)
        ]
        said = 1 + (one.n * levels[0] - other.n * levels[1]) / 25
        assert round(said) == gone[one.code]
        low, high = possible(one, other)
        assert sum(low <= point <= high for point in FIVE) >= 2


def keys_of(value):
    if isinstance(value, dict):
        for name, one in value.items():
            yield name
            yield from keys_of(one)
    elif isinstance(value, list):
        for one in value:
            yield from keys_of(one)


def floats_of(value):
    if isinstance(value, float):
        yield value
    elif isinstance(value, dict | list):
        for one in value.values() if isinstance(value, dict) else value:
            yield from floats_of(one)


@pytest.mark.parametrize("path", ["results/{own}", "results"])
def test_results_have_no_more_digits_than_a_page_and_nothing_to_undo_the_rounding(api, path):
    answer = api.get(f"/campaigns/{CODE}/{path.format(own=api.own)}").json
    assert not TELLING & set(keys_of(answer))
    shares = ("satisfied", "overall_satisfied", "importance")
    rest = without(answer, shares)
    numbers = list(floats_of(rest))
    assert numbers
    assert all(number == round(number, 1) for number in numbers)
    assert all(number == round(number, 2) for number in floats_of(answer))


def without(value, names):
    if isinstance(value, dict):
        return {k: without(v, names) for k, v in value.items() if k not in names}
    return [without(one, names) for one in value] if isinstance(value, list) else value


def test_few_answers_give_coarser_shares_and_the_fewest_none():
    many, some, few = (two(2, homes=homes)[1][0] for homes in (150, 50, 20))
    assert any(round(100 * one.satisfied) % 5 for one in many.items)
    assert all(round(100 * one.satisfied) % 5 == 0 for one in some.items)
    assert all(one.satisfied is None and one.mean.value is not None for one in few.items)
