from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import (
    HOUSEHOLDS,
    Cells,
    CellsError,
    Key,
    add_cells,
    cells_of_batches,
    make_cells,
    make_layout,
)
from app.analysis.data.dataset import BLANK, UNREADABLE, Column, Dataset, DatasetError, Role
from app.analysis.data.layout import LayoutError
from tests.unit.analysis.builders import TEN, make_dataset, ratings

COLUMNS = (
    Column("p", Role.PERFORMANCE, "a", (1, 2, 3, 4, 5), (4, 5), "a"),
    Column("k", Role.PRIORITY, "a", (1, 0), (), "a"),
    Column("min", Role.ADEQUATE, "a", TEN, (), "a"),
    Column("max", Role.DESIRED, "a", TEN, (), "a"),
    Column("now", Role.PERCEIVED, "a", TEN, (), "a"),
)
FIVE = (1, 2, 3, 4, 5)
GIVEN = [0, *FIVE, BLANK, 51, UNREADABLE, 64 + 3, 128 + 1]
CODES = (GIVEN, [0, 1, 2], *[[0, *TEN, BLANK]] * 3)
BUILDINGS = (("1", "owner"), ("1", "tenant"), ("2", "owner"))


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    rows = draw(st.integers(0, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10**9)))
    values = np.stack([rng.choice(codes, rows) for codes in CODES], axis=1).astype(np.uint8)
    wave, community, group, cell = (rng.integers(0, most, rows) for most in (2, 3, 30, 3))
    return Dataset(
        COLUMNS,
        values,
        wave,
        community,
        group,
        ("1", "2"),
        ("x", "y", "z"),
        cell_variables=("building", "tenure"),
        cell_names=BUILDINGS,
        cell=cell,
    )


def part(data: Dataset, rows: np.ndarray) -> Dataset:
    cell = None if data.cell is None else data.cell[rows]
    return replace(
        data,
        values=data.values[rows],
        wave=data.wave[rows],
        community=data.community[rows],
        group=data.group[rows],
        cell=cell,
    )


def same(one: Cells, other: Cells) -> bool:
    return one.keys == other.keys and bool((one.sums == other.sums).all())


@settings(max_examples=60, deadline=None)
@given(datasets(), st.integers(0, 10**9))
def test_cells_of_two_parts_add_up_to_the_cells_of_the_whole(data: Dataset, seed: int) -> None:
    chosen = np.random.default_rng(seed).random(data.households) < 0.5
    first, second = make_cells(part(data, chosen)), make_cells(part(data, ~chosen))
    assert same(first + second, make_cells(data))
    assert same(first + second, second + first)


@settings(max_examples=60, deadline=None)
@given(datasets())
def test_the_order_of_rows_does_not_matter(data: Dataset) -> None:
    assert same(make_cells(part(data, np.arange(data.households)[::-1])), make_cells(data))


@settings(max_examples=60, deadline=None)
@given(datasets())
def test_selections_and_groups_partition_the_total(data: Dataset) -> None:
    cells = make_cells(data)
    assert cells.households == data.households
    by_community = sum(cells.select(communities=[c]).total() for c in data.communities)
    by_wave = sum(cells.select(waves=[w]).total() for w in data.waves)
    assert (by_community == cells.total()).all()
    assert (by_wave == cells.total()).all()
    for modulus in (None, 15, 10):
        assert (cells.by_group(modulus).sum(axis=0) == cells.total()).all()


@settings(max_examples=60, deadline=None)
@given(datasets())
def test_below_inside_and_above_are_the_consistent_triples(data: Dataset) -> None:
    cells = make_cells(data)
    total = cells.total()
    start = cells.layout.zones["a"]
    below, inside, above, inverted, answered = total[start : start + 5]
    triple = sum(
        1 for row in data.values if all(1 <= code <= 10 for code in row[2:]) and row[2] <= row[3]
    )
    assert below + inside + above == triple
    assert inverted == sum(1 for row in data.values if 1 <= row[3] < row[2] <= 10)
    assert answered == sum(1 for row in data.values if 1 <= row[2] <= 10 and 1 <= row[3] <= 10)


@settings(max_examples=30, deadline=None)
@given(datasets(), st.integers(1, 20))
def test_batches_of_any_size_add_up_to_the_same_cells(data: Dataset, size: int) -> None:
    rows = np.arange(data.households)
    batches = [part(data, rows[start : start + size]) for start in range(0, len(rows), size)]
    assert same(cells_of_batches([part(data, rows[:0]), *batches]), make_cells(data))


@settings(max_examples=30, deadline=None)
@given(datasets(), st.permutations(range(3)), st.permutations(range(30)))
def test_other_names_of_communities_and_other_numbers_of_groups_only_rename_keys(
    data: Dataset, names: list[int], numbers: list[int]
) -> None:
    communities = tuple("pqr"[k] for k in names)
    renamed = replace(data, communities=communities, group=np.array(numbers)[data.group])
    cells, others = make_cells(data), make_cells(renamed)
    new_key = {
        key: Key(
            key.wave,
            communities[data.communities.index(key.community)],
            numbers[key.group],
            key.cell,
        )
        for key in cells.keys
    }
    row_of = {key: row for row, key in enumerate(others.keys)}
    assert len(row_of) == len(cells.keys)
    for row, key in enumerate(cells.keys):
        assert (cells.sums[row] == others.sums[row_of[new_key[key]]]).all()


@settings(max_examples=30, deadline=None)
@given(datasets())
def test_groups_by_cell_add_up_to_the_groups_and_to_the_cells(data: Dataset) -> None:
    cells = make_cells(data)
    for modulus in (None, 15, 10):
        groups, names, sums = cells.by_group_and_cell(modulus)
        assert groups.tolist() == sorted(set((data.group % (modulus or 30)).tolist()))
        assert (sums.sum(axis=1) == cells.by_group(modulus)).all()
        for k, name in enumerate(names):
            wanted = {"building": {name[0]}, "tenure": {name[1]}}
            assert (sums[:, k].sum(axis=0) == cells.select(cells=wanted).total()).all()


def test_a_household_that_answers_twice_leaves_with_one_group_and_is_never_split() -> None:
    # Groups hang on the household for ever, so June and November of one household go together.
    rng = np.random.default_rng(3)
    group_of = rng.integers(0, 30, 50)
    june, november = rng.permutation(50)[:40], rng.permutation(50)[:40]
    households = np.concatenate([june, november])
    rows = households.size
    data = replace(
        make_dataset(ratings({"a": [1] * rows})),
        wave=np.repeat([0, 1], 40),
        group=group_of[households],
        waves=("june", "november"),
    )
    cells = make_cells(data)
    for group, sums in zip(sorted(set(data.group.tolist())), cells.by_group(), strict=True):
        assert sums[HOUSEHOLDS] == np.isin(households, np.flatnonzero(group_of == group)).sum()
    keys = Counter((key.wave, key.group) for key in cells.keys)
    assert max(keys.values()) == 1


def test_cells_are_selected_by_the_values_of_one_variable_or_of_several() -> None:
    data = replace(
        make_dataset(ratings({"a": [1, 2, 3, 4]})),
        cell_variables=("building", "tenure"),
        cell_names=BUILDINGS,
        cell=np.array([0, 1, 2, 2]),
    )
    cells = make_cells(data)

    def n(**values: set[str]) -> int:
        return cells.select(cells=values).households

    assert (n(building={"1"}), n(tenure={"owner"}), n(building={"2"})) == (2, 3, 2)
    assert (n(building={"1"}, tenure={"owner"}), n(building={"1", "2"}), n()) == (1, 4, 4)
    assert n(building={"2"}, tenure={"tenant"}) == 0
    with pytest.raises(CellsError):
        n(floor={"1"})


def test_a_cell_that_does_not_exist_or_a_name_that_comes_twice_is_refused() -> None:
    data = make_dataset(ratings({"a": [1, 2]}))
    variables = {"cell_variables": ("building",), "cell_names": (("1",), ("2",))}
    with pytest.raises(DatasetError) as caught:
        replace(data, **variables, cell=np.array([0, 2]))
    assert (caught.value.column, caught.value.row) == ("cell", 1)
    with pytest.raises(DatasetError):
        replace(data, cell_variables=("building",), cell_names=(("1",), ("1",)))
    with pytest.raises(DatasetError):
        replace(data, cell_variables=("building",), cell_names=((),))
    with pytest.raises(DatasetError):
        replace(data, communities=("x", "x"))


def test_a_wrong_code_is_named_by_column_and_row_in_whatever_order_rows_come() -> None:
    values = np.ones((9, 5), dtype=np.uint8)
    values[7, 0] = 6
    group = np.arange(9)[::-1] % 4
    zeros = np.zeros(9, dtype=np.int64)
    with pytest.raises(DatasetError) as caught:
        make_cells(Dataset(COLUMNS, values, zeros, zeros, group, ("w",), ("c",)))
    assert (caught.value.column, caught.value.row) == ("p", 7)


@pytest.mark.parametrize(("households", "bits"), [(300, 16), (400, 32)])
def test_sums_take_the_fewest_bits_that_hold_them(households: int, bits: int) -> None:
    # 300 x 10 squared fits into 16 bits (32,767), 400 x 10 squared does not.
    zeros = np.zeros(households, dtype=np.int64)
    values = np.full((households, 1), 10, dtype=np.uint8)
    overall = Column("o", Role.OVERALL, "overall", TEN)
    performance = Column("p", Role.PERFORMANCE, "a", TEN)
    data = Dataset((overall, performance), np.tile(values, 2), zeros, zeros, zeros, ("w",), ("c",))
    cells = make_cells(data)
    assert cells.sums.itemsize * 8 == bits
    start = cells.layout.block_starts["areas"]
    squares = slice(start + 8, start + 12)
    assert cells.total()[squares].tolist() == [100 * households] * 4
    assert (cells + cells).total()[squares].tolist() == [200 * households] * 4


@pytest.mark.parametrize("large", [5_003, 900_001])
def test_points_too_large_for_single_precision_are_added_exactly(large: int) -> None:
    # 8,192 households x 5,003 squared is above 2 ** 24; 3 x 900,001 squared is above 2 ** 31.
    points = (1, large)
    columns = (
        Column("o", Role.OVERALL, "overall", points),
        Column("p", Role.PERFORMANCE, "a", points),
    )
    zeros = np.zeros(3, dtype=np.int64)
    values = np.full((3, 2), 2, dtype=np.uint8)
    cells = make_cells(Dataset(columns, values, zeros, zeros, zeros, ("w",), ("c",)))
    start = cells.layout.block_starts["areas"]
    assert cells.total()[start : start + 12].tolist() == (
        [3, 3, 3 * large**2, 3] + [3 * large] * 4 + [3 * large**2] * 4
    )


def test_points_too_large_for_double_precision_are_refused() -> None:
    columns = (
        Column("o", Role.OVERALL, "overall", (1, 2**21)),
        Column("p", Role.PERFORMANCE, "a", (1, 2)),
    )
    zeros = np.zeros(1, dtype=np.int64)
    values = np.ones((1, 2), dtype=np.uint8)
    with pytest.raises(DatasetError):
        make_cells(Dataset(columns, values, zeros, zeros, zeros, ("w",), ("c",)))


def test_nothing_is_not_a_sum_of_cells() -> None:
    with pytest.raises(CellsError):
        add_cells([])


def test_a_histogram_counts_points_and_missing_but_not_what_was_not_asked() -> None:
    column = Column("p", Role.PERFORMANCE, "a", (1, 2, 3), (), "a")
    zeros = np.zeros(7, dtype=np.int64)
    values = np.array([[1], [3], [3], [0], [BLANK], [51], [64 + 1]], dtype=np.uint8)
    cells = make_cells(Dataset((column,), values, zeros, zeros, zeros, ("w",), ("c",)))
    start = cells.layout.starts[0]
    assert cells.total()[start : start + 4].tolist() == [1, 0, 2, 2]
    assert cells.total()[HOUSEHOLDS] == 7


def test_pair_moments_are_sums_over_rows_that_have_both() -> None:
    data = make_dataset({(Role.COMPETITOR, "a"): [3, None, 7], (Role.PERCEIVED, "a"): [5, 6, 9]})
    cells = make_cells(data)
    start = cells.layout.pairs[Role.COMPETITOR, Role.PERCEIVED, "a"]
    # n, sum x, sum y, sum xx, sum yy, sum xy of (3, 5) and (7, 9)
    assert cells.total()[start : start + 6].tolist() == [2, 10, 14, 58, 106, 78]


def test_cells_of_other_columns_or_other_groups_cannot_be_added() -> None:
    one = make_cells(make_dataset(ratings({"a": [1]})))
    with pytest.raises(CellsError):
        one + make_cells(make_dataset(ratings({"b": [1]})))
    with pytest.raises(CellsError):
        one + make_cells(make_dataset(ratings({"a": [1]}), own_groups=True))


def test_layouts_of_the_same_columns_are_equal() -> None:
    assert make_layout(COLUMNS) == make_layout(tuple(COLUMNS))
    assert make_layout(COLUMNS) != make_layout(COLUMNS[:2])
    assert make_layout(COLUMNS) != make_layout(COLUMNS, {"both": COLUMNS[2:4]})
    assert hash(make_layout(COLUMNS)) == hash(make_layout(tuple(COLUMNS)))


@pytest.mark.parametrize("members", [COLUMNS[:1], (COLUMNS[0], COLUMNS[0]), ()])
def test_a_block_of_fewer_than_two_different_columns_is_refused(
    members: tuple[Column, ...],
) -> None:
    with pytest.raises(LayoutError):
        make_layout(COLUMNS, {"bad": members})


def test_a_block_of_a_column_that_is_not_counted_is_refused() -> None:
    with pytest.raises(LayoutError):
        make_layout(COLUMNS[:2], {"bad": COLUMNS[1:3]})
