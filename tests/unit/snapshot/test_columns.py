"""What the statistics see of an instrument."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.analysis.data.dataset import Role
from app.surveys.instrument.model import ItemRole
from app.surveys.response.queries import CountedVector
from app.surveys.snapshot.errors import ReservedColumnError, WrongVectorError
from app.surveys.snapshot.freeze import answers_file
from app.surveys.snapshot.load import columns_of
from tests.factories import perception_instrument

AT = datetime(2026, 11, 10, tzinfo=UTC)


def row(pseudonym: str, vector: bytes = b"\x01\x02") -> CountedVector:
    return CountedVector(pseudonym, 7, vector, AT)


def test_every_area_has_performance_pick_and_three_levels_with_importance() -> None:
    instrument = perception_instrument()
    columns = columns_of(instrument)
    areas = [area.code for area in instrument.areas]
    roles = (
        Role.PERFORMANCE,
        Role.PRIORITY,
        Role.IMPORTANCE,
        Role.ADEQUATE,
        Role.DESIRED,
        Role.PERCEIVED,
    )
    for role in roles:
        assert [column.item for column in columns if column.role is role] == areas
    assert [column.item for column in columns if column.role is Role.OVERALL] == ["overall"]


def test_a_tick_is_picked_at_position_one() -> None:
    # vector.py: 1 ticked, 2 asked and not ticked
    picks = [c for c in columns_of(perception_instrument()) if c.role is Role.PRIORITY]
    assert {column.points for column in picks} == {(1, 0)}


def test_scales_keep_their_points_and_satisfied_points() -> None:
    by_code = {column.code: column for column in columns_of(perception_instrument())}
    assert by_code["area.security"].points == (1, 2, 3, 4, 5)
    assert by_code["area.security"].satisfied == (4, 5)


def test_who_answers_and_what_applies_to_the_home_are_no_part_of_the_study() -> None:
    instrument = perception_instrument()
    left_out = {
        item.code
        for item in instrument.items
        if item.role in (ItemRole.PROFILE, ItemRole.EXPERIENCE, ItemRole.COMMENT, ItemRole.CONTACT)
    }
    assert left_out
    assert not left_out & {column.code for column in columns_of(instrument)}


def test_an_attribute_code_used_in_two_areas_is_told_by_its_area() -> None:
    instrument = perception_instrument()
    first, second = instrument.areas[:2]
    name = first.attributes[0].code
    items = tuple(
        replace(item, attribute=name)
        if item.area == second.code and item.attribute == second.attributes[0].code
        else item
        for item in instrument.items
    )
    names = [
        c.item for c in columns_of(replace(instrument, items=items)) if c.role is Role.ATTRIBUTE
    ]
    assert {f"{first.code}.{name}", f"{second.code}.{name}"} <= set(names)
    assert len(names) == len(set(names))


def test_the_same_answers_give_the_same_file_in_any_order() -> None:
    rows = [row("b"), row("a", b"\x03\x04"), row("c")]
    first = answers_file(rows, ("x", "y"), wave="w", community="c")
    second = answers_file(rows[::-1], ("x", "y"), wave="w", community="c")
    assert first == second


def test_another_answer_gives_another_file() -> None:
    first = answers_file([row("a")], ("x", "y"), wave="w", community="c")
    second = answers_file([row("a", b"\x01\x03")], ("x", "y"), wave="w", community="c")
    assert first != second


def test_a_community_in_which_nobody_answered_gives_a_file_without_rows() -> None:
    assert answers_file([], ("x", "y"), wave="w", community="c")[:4] == b"PAR1"


def test_an_answer_of_another_width_stops_the_freeze() -> None:
    with pytest.raises(WrongVectorError) as caught:
        answers_file([row("a", b"\x01")], ("x", "y"), wave="w", community="c")
    assert (caught.value.width, caught.value.expected) == (1, 2)


def test_an_item_named_like_a_key_column_stops_the_freeze() -> None:
    with pytest.raises(ReservedColumnError) as caught:
        answers_file([], ("x", "community"), wave="w", community="c")
    assert caught.value.code == "community"
