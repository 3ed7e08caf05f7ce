import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import HOUSEHOLDS, Cells, CellsError, make_cells, make_layout
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from tests.unit.analysis.builders import TEN, make_dataset, ratings

COLUMNS = (
    Column("p", Role.PERFORMANCE, "a", (1, 2, 3, 4, 5), (4, 5), "a"),
    Column("k", Role.PRIORITY, "a", (1, 0), (), "a"),
    Column("min", Role.ADEQUATE, "a", TEN, (), "a"),
    Column("max", Role.DESIRED, "a", TEN, (), "a"),
    Column("now", Role.PERCEIVED, "a", TEN, (), "a"),
)
CODES = ([0, 1, 2, 3, 4, 5, BLANK, 51, 64 + 3, 128 + 1], [0, 1, 2], *[[0, *TEN, BLANK]] * 3)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    rows = draw(st.integers(0, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10**9)))
    values = np.stack([rng.choice(codes, rows) for codes in CODES], axis=1).astype(np.uint8)
    keys = [rng.integers(0, most, rows) for most in (2, 3, 30)]
    return Dataset(COLUMNS, values, *keys, ("1", "2"), ("x", "y", "z"))


def part(data: Dataset, rows: np.ndarray) -> Dataset:
    return Dataset(
        data.columns,
        data.values[rows],
        data.wave[rows],
        data.community[rows],
        data.group[rows],
        data.waves,
        data.communities,
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
