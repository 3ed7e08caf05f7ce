import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.blocks import absences, block_moments, pair_table, zone_as_answered
from app.analysis.data.cells import make_cells, make_layout
from app.analysis.data.dataset import BLANK, UNREADABLE, Column, Dataset, Role
from app.analysis.data.layout import LayoutError
from tests.unit.analysis.builders import FIVE, TEN, make_dataset


def one_cell(columns: tuple[Column, ...], values: list[list[int]], **options) -> Dataset:
    zeros = np.zeros(len(values), dtype=np.int64)
    return Dataset(
        columns, np.array(values, dtype=np.uint8), zeros, zeros, zeros, ("w",), ("c",), **options
    )


def test_moments_of_a_block_are_over_the_rows_that_answered_both() -> None:
    data = make_dataset(
        {
            (Role.OVERALL, "overall"): [10, 6, None, 2],
            (Role.PERFORMANCE, "a"): [5, 3, 4, None],
            (Role.PERFORMANCE, "b"): [4, None, 1, 2],
        }
    )
    cells = make_cells(data)
    found = block_moments(cells.layout, cells.total()[None, :], "areas")
    assert [column.item for column in found.columns] == ["overall", "a", "b"]
    assert found.n[0].tolist() == [[3, 2, 2], [2, 3, 2], [2, 2, 3]]
    # Overall over the rows with a: 10 + 6; a over the rows with overall: 5 + 3.
    assert (found.x[0, 0, 1], found.x[0, 1, 0]) == (16, 8)
    assert (found.xx[0, 0, 1], found.xx[0, 1, 0]) == (136, 34)
    assert found.xy[0, 0, 1] == found.xy[0, 1, 0] == 50 + 18
    assert found.xy[0].diagonal().tolist() == [140, 50, 21]
    assert found.x[0].diagonal().tolist() == [18, 12, 7]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 10**6),
    st.integers(1, 70),
    st.sampled_from([(1, 2, 3, 4, 5), (0, 1), (-2, 0, 1, 7), (0, 25, 50, 75, 100)]),
)
def test_moments_of_a_block_equal_those_of_plain_arrays_with_gaps(
    seed: int, rows: int, points: tuple[int, ...]
) -> None:
    rng = np.random.default_rng(seed)
    columns = (
        Column("o", Role.OVERALL, "overall", TEN),
        *(Column(f"w{k}", Role.ATTRIBUTE, f"w{k}", points) for k in range(3)),
        Column("k", Role.PRIORITY, "a", (1, 0)),
    )
    codes = [[0, BLANK, *range(1, len(column.points) + 1)] for column in columns]
    values = np.stack([rng.choice(one, rows) for one in codes], axis=1)
    cells = make_cells(one_cell(columns, values.tolist()))
    found = block_moments(cells.layout, cells.total()[None, :], "attributes")
    answers = np.full((rows, 4), np.nan)
    for j, column in enumerate(columns[:4]):
        for code, point in enumerate(column.points, start=1):
            answers[values[:, j] == code, j] = point
    for i in range(4):
        for j in range(4):
            both = ~np.isnan(answers[:, i]) & ~np.isnan(answers[:, j])
            x, y = answers[both, i], answers[both, j]
            one = [part[0, i, j] for part in (found.n, found.x, found.xx, found.xy)]
            assert one == [both.sum(), x.sum(), (x * x).sum(), (x * y).sum()]


def test_a_block_that_is_asked_for_by_name_is_the_only_one() -> None:
    columns = tuple(Column(f"d{k}", Role.PERCEIVED, f"i{k}", TEN) for k in range(3))
    data = one_cell(columns, [[1, 2, 3], [4, 5, 6]])
    cells = make_cells(data, {"now": columns[1:]})
    assert block_moments(cells.layout, cells.total()[None, :], "now").xy[0].tolist() == [
        [29, 36],
        [36, 45],
    ]
    with pytest.raises(LayoutError):
        block_moments(cells.layout, cells.total()[None, :], "areas")


def test_the_attributes_form_a_block_even_where_nobody_was_asked_about_all() -> None:
    columns = tuple(Column(f"w{k}", Role.ATTRIBUTE, f"w{k}", FIVE) for k in range(3))
    assert list(make_layout(columns).blocks) == ["attributes"]
    assert make_layout(columns[:1]).blocks == {}
    overall = Column("o", Role.OVERALL, "overall", TEN)
    assert make_layout((overall, columns[0])).blocks == {"attributes": (overall, columns[0])}
    assert make_layout((overall,)).blocks == {}


def test_a_pair_table_counts_every_pair_of_points() -> None:
    data = make_dataset(
        {
            (Role.OVERALL, "overall"): [10, 10, 1, None],
            (Role.PERFORMANCE, "a"): [5, 5, 2, 3],
            (Role.COMPETITOR, "a"): [3, None, 7, 3],
            (Role.PERCEIVED, "a"): [5, 6, 9, 5],
        }
    )
    cells = make_cells(data)
    sums = np.stack([cells.total(), 2 * cells.total()])
    table = pair_table(cells.layout, sums, Role.COMPETITOR, Role.PERCEIVED, "a")
    assert table.shape == (2, 10, 10)
    assert table[0, 2, 4] == 2
    assert table[0, 6, 8] == 1
    assert table.sum(axis=(1, 2)).tolist() == [3, 6]
    with_overall = pair_table(cells.layout, sums, Role.PERFORMANCE, Role.OVERALL, "a")
    assert with_overall.shape == (2, 5, 10)
    assert (with_overall[0, 4, 9], with_overall[0, 1, 0], with_overall[0].sum()) == (2, 1, 3)
    with pytest.raises(LayoutError):
        pair_table(cells.layout, sums, Role.ADEQUATE, Role.PERCEIVED, "a")


def test_as_answered_counts_inversions_that_the_rules_take_away() -> None:
    # Adequate, desired, perceived: inside; inverted with P between them; inverted below; no P.
    rows = [(4, 8, 6), (9, 5, 7), (9, 5, 3), (3, 7, None)]
    data = make_dataset(
        {
            (role, "a"): [row[k] for row in rows]
            for k, role in enumerate((Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED))
        }
    )
    cells = make_cells(data)
    found = zone_as_answered(cells.layout, cells.total()[None, :], ("a",))
    assert {name: int(value[0, 0]) for name, value in found.items()} == {
        "triples": 3,
        "below": 2,  # 7 < 9 and 3 < 9
        "inside": 1,
        "above": 1,  # 7 > 5, although it is also below 9
        "adequacy_n": 3,
        "adequacy": 2 - 2 - 6,
        "adequacy_squared": 4 + 4 + 36,
        "superiority_n": 3,
        "superiority": -2 + 2 - 2,
        "superiority_squared": 4 + 4 + 4,
    }
    with pytest.raises(LayoutError):
        zone_as_answered(cells.layout, cells.total()[None, :], ("b",))


def test_every_reason_for_having_no_point_is_counted_apart() -> None:
    columns = (
        Column("p", Role.PERFORMANCE, "a", FIVE),
        Column("min", Role.ADEQUATE, "a", TEN),
        Column("max", Role.DESIRED, "a", TEN),
        Column("now", Role.PERCEIVED, "a", TEN),
    )
    codes = [3, 0, 0, BLANK, 51, 52, UNREADABLE, 64 + 2, 64 + BLANK, 128 + 5]
    # In the first three rows the adequate level lies above the desired one.
    levels = [(9, 2, 5)] * 3 + [(2, 9, 5)] * 7
    data = one_cell(columns, [[code, *level] for code, level in zip(codes, levels, strict=True)])
    cells = make_cells(data)

    def counts(role: Role) -> dict[str, int]:
        found = absences(cells.layout, cells.total()[None, :], role, ("a",))
        return {name: int(value[0, 0]) for name, value in found.items() if value[0, 0]}

    assert counts(Role.PERFORMANCE) == {
        "not_asked": 2,
        "asked": 4,
        "blank": 1,
        "no_experience": 2,
        "unreadable": 1,
        "triggered": 2,
        "extra": 1,
    }
    assert counts(Role.ADEQUATE) == {"asked": 3, "unusable": 3}
    assert counts(Role.PERCEIVED) == {}


def test_weighted_sums_are_read_the_same_way() -> None:
    data = make_dataset({(Role.OVERALL, "overall"): [10, 6], (Role.PERFORMANCE, "a"): [5, None]})
    cells = make_cells(data)
    sums = 0.5 * cells.total()[None, :]
    assert block_moments(cells.layout, sums, "areas").xy[0, 0, 1] == 25.0
    assert absences(cells.layout, sums, Role.PERFORMANCE, ("a",))["blank"][0, 0] == 0.5
