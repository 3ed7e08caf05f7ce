"""What must hold of every study whatever the answers: hypothesis makes them up."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, KEPT_OUT, NOT_ASKED, Column, Dataset, Role
from app.analysis.plan import make_plan
from app.analysis.priorities.pfi import Term, pfi_values
from app.analysis.results.canonical import to_json
from app.analysis.results.study import StudyResult
from app.analysis.study import run_study

FIVE = (1, 2, 3, 4, 5)
TEN = tuple(range(1, 11))
ITEMS = ("a", "b", "c")
# Every example is a whole study; few of them find what a rule forgets.
studies = settings(max_examples=15, derandomize=True, deadline=None, database=None)


def columns_of(items: tuple[str, ...], five: tuple[int, ...] = FIVE) -> tuple[Column, ...]:
    found: list[Column] = []
    for item in items:
        found.append(Column(f"pick.{item}", Role.PRIORITY, item, (1, 0), (), item))
        found.append(Column(f"rate.{item}", Role.PERFORMANCE, item, five, five[3:], item))
        found += [
            Column(f"{role}.{item}", role, item, TEN, (), item)
            for role in (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
        ]
    return tuple(found)


@st.composite
def datasets(draw: st.DrawFn) -> Dataset:
    """Answers of 30 to 130 households with every kind of missing answer."""
    rows = draw(st.integers(30, 130))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    columns = columns_of(ITEMS)
    lean = draw(st.lists(st.floats(0.2, 5), min_size=len(columns), max_size=len(columns)))
    values = np.empty((rows, len(columns)), dtype=np.uint8)
    for j, column in enumerate(columns):
        points = len(column.points)
        chance = np.arange(1, points + 1) ** lean[j]
        values[:, j] = rng.choice(points, rows, p=chance / chance.sum()) + 1
    missing = rng.random(values.shape)
    values[missing < 0.06] = BLANK
    values[missing < 0.04] = NOT_ASKED
    values[missing < 0.02] = KEPT_OUT
    zeros = np.zeros(rows, dtype=np.int64)
    group = rng.integers(0, 30, rows)
    return Dataset(columns, values, zeros, zeros, group, ("wave",), ("community",))


def study(data: Dataset) -> StudyResult:
    return run_study(make_cells(data), make_plan(data.columns, suppress=False))


@studies
@given(datasets())
def test_the_pfi_of_the_headline_add_up_to_what_the_index_lacks(data: Dataset) -> None:
    result = study(data)
    if result.index.value is not None:
        total = sum(item.pfi or 0 for item in result.items)
        assert abs(total - (100 - result.index.value)) < 1e-9


@studies
@given(datasets(), st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_no_byte(data: Dataset, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(data.households)
    other = replace(data, values=data.values[order], group=data.group[order])
    assert to_json(study(other)) == to_json(study(data))


@studies
@given(datasets(), st.permutations(range(len(ITEMS))))
def test_other_codes_in_another_order_change_names_only(data: Dataset, order: list[int]) -> None:
    # Item k is called zk and stands at place order[k]; ties, which go by code, are left out.
    before = study(data)
    names = [f"z{k}" for k in range(len(ITEMS))]
    block = len(columns_of(("a",)))
    places = [place for k in order for place in range(k * block, (k + 1) * block)]
    columns = columns_of(tuple(names[k] for k in order))
    after = study(replace(data, columns=columns, values=data.values[:, places]))
    found = {item.code: item for item in after.items}
    values = [round(item.pfi or 0, 9) for item in before.items]
    for k, item in enumerate(before.items):
        other = found[names[k]]
        assert _near(other.performance.value, item.performance.value)
        assert _near(other.pfi, item.pfi)
        assert (other.rank_low, other.rank_high) == (item.rank_low, item.rank_high)
        assert other.quadrant == item.quadrant
        if len(set(values)) == len(values):
            assert other.rank == item.rank
            assert other.band == item.band


@studies
@given(datasets())
def test_a_scale_from_3_to_7_gives_the_same_numbers_of_100(data: Dataset) -> None:
    shifted = replace(data, columns=columns_of(ITEMS, (3, 4, 5, 6, 7)))
    before, after = study(data), study(shifted)
    assert _near(after.index.value, before.index.value)
    for one, other in zip(before.items, after.items, strict=True):
        assert _near(other.performance.value, one.performance.value)
        assert _near(other.performance.stderr, one.performance.stderr)
        assert _near(other.pfi, one.pfi)
        assert _near(other.pfi_high, one.pfi_high)
        assert _near(other.mean, None if one.mean is None else one.mean + 2)


def _near(found: float | None, expected: float | None) -> bool:
    if found is None or expected is None:
        return found is expected
    return abs(found - expected) < 1e-8


@studies
@given(
    st.lists(st.floats(-60, 60), min_size=1, max_size=6),
    st.floats(0, 4),
    st.floats(0, 4),
)
def test_a_larger_lambda_never_makes_a_pfi_smaller(
    shortfalls: list[float], smaller: float, more: float
) -> None:
    above = np.array([shortfalls])
    weights = np.full(above.shape, 1 / above.size)

    def values(penalty: float) -> np.ndarray:
        return pfi_values(weights, (Term(1.0, above + 20), Term(penalty, above)))

    first, second = values(smaller), values(smaller + more)
    assert (second >= first).all()
    # And it touches only what lies below the minimum.
    assert (second == first)[above <= 0].all()


@studies
@given(datasets(), st.integers(2, 4))
def test_a_household_is_never_split_over_replicate_groups(data: Dataset, times: int) -> None:
    # A second wave of the same households keeps their groups: every replicate leaves out all
    # answers of a household or none, so the errors of equal waves together are those of one.
    waves = tuple(f"w{k}" for k in range(times))
    together = replace(
        data,
        values=np.concatenate([data.values] * times),
        wave=np.repeat(np.arange(times), data.households),
        community=np.concatenate([data.community] * times),
        group=np.concatenate([data.group] * times),
        waves=waves,
    )
    cells = make_cells(together)
    plan = make_plan(data.columns, suppress=False)
    one = run_study(cells.select(waves=[waves[0]]), plan)
    if data.households >= 60:  # fewer are folded to 15 groups, together they would not be
        both = run_study(cells, plan)
        assert _near(both.index.stderr, one.index.stderr)
        assert both.n == times * one.n
