import numpy as np
import pytest

from app.analysis.data.dataset import (
    BLANK,
    KEPT_OUT,
    Column,
    Dataset,
    DatasetError,
    Role,
    points_of,
)

FIVE = (1, 2, 3, 4, 5)


def build(columns: list[Column], values: list[list[int]], **changes: object) -> Dataset:
    rows = len(values)
    zeros = np.zeros(rows, dtype=np.int64)
    arguments: dict[str, object] = {
        "columns": tuple(columns),
        "values": np.array(values, dtype=np.uint8),
        "wave": zeros,
        "community": zeros,
        "group": zeros,
        "waves": ("w",),
        "communities": ("c",),
        **changes,
    }
    return Dataset(**arguments)  # type: ignore[arg-type]


def rating(code: str = "area.fees") -> Column:
    return Column(code, Role.PERFORMANCE, "fees", FIVE)


def test_a_position_becomes_its_point_and_everything_else_is_missing() -> None:
    data = build([rating()], [[1], [5], [0], [BLANK], [51], [KEPT_OUT + 2], [128 + 3]])
    points = points_of(data, 0)
    assert points[:2].tolist() == [1.0, 5.0]
    assert np.isnan(points[2:]).all()


def test_a_position_beyond_the_scale_names_column_and_row() -> None:
    data = build([rating()], [[1], [6]])
    with pytest.raises(DatasetError) as caught:
        points_of(data, 0)
    assert (caught.value.column, caught.value.row) == ("area.fees", 1)


def test_a_repeated_role_and_item_is_refused() -> None:
    with pytest.raises(DatasetError) as caught:
        build([rating("a"), rating("b")], [[1, 1]])
    assert caught.value.column == "b"


def test_attributes_of_the_same_name_in_two_areas_are_two_columns() -> None:
    columns = [
        Column(f"attribute.{area}.speed", Role.ATTRIBUTE, "speed", FIVE, (), area)
        for area in ("repairs", "service")
    ]
    assert build(columns, [[1, 2]]).households == 1


def test_a_group_outside_0_to_29_is_refused_unless_the_data_brought_it() -> None:
    group = np.array([30])
    with pytest.raises(DatasetError) as caught:
        build([rating()], [[1]], group=group)
    assert (caught.value.column, caught.value.row) == ("group", 0)
    assert build([rating()], [[1]], group=group, own_groups=True).own_groups


def test_arrays_of_different_length_are_refused() -> None:
    with pytest.raises(DatasetError):
        build([rating()], [[1]], wave=np.zeros(2, dtype=np.int64))
    with pytest.raises(DatasetError):
        build([rating()], [[1, 2]])
