"""What a row of answers, and two revisions of a table, may not tell of one home."""

from collections import Counter
from random import Random

import pytest

from app.reports.exports.coarse import LEAST, coarse_homes, group_labels, shared
from app.reports.exports.lines import coarse_share


def homes(seed: int, size: int) -> dict[str, list[str]]:
    """Return a community of nine buildings of very different size; four of them have no lift."""
    chance = Random(seed)
    buildings = chance.choices("123456789", weights=[40, 30, 20, 10, 9, 8, 4, 2, 1], k=size)
    return {
        "building": buildings,
        "property": ["walk_up" if one in "2468" else "lift" for one in buildings],
        "tenure": ["owner"] * size,
        "channel": ["phone"] * size,
        "day": [str(int(chance.expovariate(0.12))) for _ in range(size)],
    }


@pytest.mark.parametrize("size", [1, 19, 20, 41, 266, 900])
def test_nobody_finds_a_row_by_the_building_and_the_day_of_an_answer(size):
    known = homes(size, size)
    before = Counter(zip(known["building"], known["day"], strict=True))
    assert size < 41 or 1 in before.values()  # the attack: alone in its building on its day
    told = coarse_homes(known)
    classes = Counter(zip(told["property"], told["building"], told["week"], strict=True))
    assert min(classes.values()) >= min(LEAST, size)
    assert size < 266 or len(classes) > 3  # and yet something is said
    weeks = zip(known["day"], told["week"], strict=True)
    assert all(week in ("", str(int(day) // 7)) for day, week in weeks)


@pytest.mark.parametrize(
    ("sizes", "kept"),
    [
        ({"a": 20, "b": 30}, {"a", "b"}),
        ({"a": 19, "b": 30}, set()),  # 19 empty cells would name a: b goes with it
        ({"a": 19, "b": 30, "c": 40}, {"c"}),  # the smallest of the others goes
        ({"a": 12, "b": 8, "c": 20}, {"c"}),  # 20 together are enough
        ({"": 3, "a": 20, "b": 21}, {"b"}),  # what nobody knew is empty, too
        ({"": 20, "a": 20}, {"a"}),
        ({"a": 5}, set()),
    ],
)
def test_what_is_left_empty_is_itself_shared_by_enough(sizes, kept):
    values = [value for value, homes in sizes.items() for _ in range(homes)]
    told = shared([()] * len(values), values, least=20)
    assert set(told) - {""} == kept
    assert all(new in ("", old) for old, new in zip(values, told, strict=True))


def test_groups_get_new_numbers_and_fold_as_before():
    first, second = group_labels(Random(1)), group_labels(Random(2))
    assert first != second
    for labels in (first, second):
        assert sorted(labels) == list(range(30))
        for fold in (15, 10):  # the remainders by which few homes are folded
            pairs = {(old % fold, new % fold) for old, new in enumerate(labels)}
            assert len(pairs) == fold


@pytest.mark.parametrize("total", [30, 47, 99, 100, 266, 499, 500, 1200])
def test_a_share_in_a_table_does_not_give_the_number_of_homes(total):
    told = Counter(coarse_share(count, total) for count in range(total + 1))
    assert None not in told
    assert min(told.values()) >= 2


def test_a_share_of_few_homes_is_not_said():
    assert coarse_share(20, 29) is None
    # By hand: 11/45 = 24.4 per cent, in tens; 110/266 = 41.4, in fives; 411/1000 = 41.1.
    assert [coarse_share(*one) for one in ((11, 45), (110, 266), (411, 1000))] == [0.2, 0.4, 0.41]
