"""Signs of what was answered, on vectors written by hand."""

import numpy as np
import pytest

from app.surveys.integrity import contents
from app.surveys.integrity.clones import count_clones
from app.surveys.integrity.reading import places_of, read_matrix
from tests.factories import perception_instrument

PLACES = places_of(perception_instrument())
ITEMS = [item.code for item in perception_instrument().items if item.in_vector]
WIDTH = len(ITEMS)


def vector(overall=8, areas=(4,) * 9, **codes):
    made = bytearray(WIDTH)
    made[ITEMS.index("overall")] = overall
    for place, point in zip(PLACES.areas, areas, strict=True):
        made[place] = point
    for code, byte in codes.items():
        made[ITEMS.index(code.replace("__", "."))] = byte
    return bytes(made)


def matrix(*vectors):
    return read_matrix(vectors, PLACES)


def test_the_instrument_is_read_by_its_roles():
    assert (PLACES.overall, PLACES.overall_points, PLACES.area_points) == (0, 10, 5)
    assert len(PLACES.areas) == 9
    assert len(PLACES.levels) == 9
    assert PLACES.age is not None
    assert ITEMS[PLACES.age] == "profile.age"


def test_one_point_for_every_area_is_a_straight_line_no_experience_apart():
    found = contents.is_straight(
        matrix(
            vector(areas=(5,) * 9),
            vector(areas=(5,) * 8 + (51,)),
            vector(areas=(5,) * 8 + (4,)),
            vector(areas=(51,) * 9),
        )
    )
    assert found.tolist() == [True, True, False, False]


def test_a_lowest_level_above_the_desired_one_is_nonsense_equal_ones_are_not():
    turned, could = contents.is_nonsense(
        matrix(
            vector(tolerance__fees__adequate=9, tolerance__fees__desired=6),
            vector(tolerance__fees__adequate=6, tolerance__fees__desired=6),
            vector(tolerance__fees__adequate=6),
        )
    )
    assert turned.tolist() == [True, False, False]
    assert could.tolist() == [True, True, False]


def test_an_overall_answer_far_from_the_areas_is_incoherent():
    # 10 of 10 is 100, all areas at 3 of 5 are 50; 8 of 10 is 77.8, areas at 4 are 75.
    found, could = contents.is_incoherent(
        matrix(vector(10, (3,) * 9), vector(8, (4,) * 9), vector(50, (3,) * 9))
    )
    assert found.tolist() == [True, False, False]
    assert could.tolist() == [True, True, False]


def test_what_does_not_concern_a_home_and_was_rated_all_the_same_is_a_contradiction():
    found = matrix(vector(attribute__facilities__lifts=128 + 4), vector()).extras
    assert found.tolist() == [True, False]


def rated(seed, changes=0):
    rng = np.random.default_rng(seed)
    made = bytearray(WIDTH)
    for place in PLACES.ratings[:40]:
        made[place] = int(rng.integers(1, 6))
    for place in PLACES.ratings[:changes]:
        made[place] = 1 + made[place] % 5
    return bytes(made)


def test_a_copy_with_few_changes_has_a_twin_and_strangers_have_none():
    # 3 of 40 changed: 92.5 % the same, above the limit of 92 %; 4 of 40: 90 %, below it.
    found = matrix(rated(1), rated(1, changes=3), rated(2), rated(3))
    rows = np.arange(4)
    assert contents.has_twin(found, rows).tolist() == [True, True, False, False]
    found = matrix(rated(1), rated(1, changes=4))
    assert contents.has_twin(found, np.arange(2)).tolist() == [False, False]


def test_straight_lines_are_nobodys_copies():
    found = matrix(*[vector(areas=(5,) * 9)] * 3)
    assert not contents.has_twin(found, np.arange(3)).any()


def test_buildings_that_differ_have_an_effect_and_made_up_ones_have_none():
    # Two buildings of 40 homes at 25 and 75 of 100 with nothing else: omega squared near 1.
    apart = matrix(*[vector(areas=(2,) * 8 + (2 + at % 2,)) for at in range(40)],
                   *[vector(areas=(4,) * 8 + (4 + at % 2,)) for at in range(40)])  # fmt: skip
    names = ["1栋"] * 40 + ["2栋"] * 40
    found = contents.building_effect(apart, names)
    assert found is not None
    assert found.value == pytest.approx(-1, abs=0.01)
    mixed = contents.building_effect(apart, ["1栋", "2栋"] * 40)
    assert mixed is not None
    assert mixed.value is not None
    assert abs(mixed.value) < 0.05


def test_paper_is_compared_with_phone_inside_the_same_building():
    # 1栋 at 25 (2 of 5), 2栋 at 75 (4 of 5); paper comes from 2栋 mostly. Inside each no gap.
    buildings = ["1栋"] * 30 + ["2栋"] * 30
    points = [2] * 30 + [4] * 30
    is_paper = np.array([at % 5 == 0 for at in range(30)] + [at % 5 != 0 for at in range(30)])
    found = contents.mode_gap(
        matrix(*[vector(areas=(point,) * 9) for point in points]), is_paper, buildings
    )
    assert found is not None
    assert found.value == pytest.approx(0, abs=1e-9)


def test_comments_that_repeat_each_other_are_counted_and_short_ones_are_left_out():
    texts = [
        "物业服务非常好，保安很负责！",
        "物业服务非常好，保安很负责。",
        "电梯经常坏，请尽快维修",
        "很好",
    ]
    assert count_clones(texts) == (2, 3)
