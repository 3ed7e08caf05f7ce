"""Drivers of a study: own answers, the company's or none; stated against derived; warnings."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, NOT_ASKED, Column, Dataset, Role
from app.analysis.data.layout import LayoutError
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.disclosure.floors import PUBLISHED
from app.analysis.importance.company import pool_company
from app.analysis.importance.contrast import agreement, quadrants
from app.analysis.importance.correlations import pair_sums_of_rows, pooled_within
from app.analysis.importance.derived import relative_weights
from app.analysis.importance.drivers import make_attribute_drivers, make_drivers
from app.analysis.importance.evidence import evidence_of
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.uncertainty.jackknife import jackknife_jk1

FIVE = (1, 2, 3, 4, 5)
TEN = tuple(range(1, 11))
AREAS = ("a", "b", "c")


def answers(
    n: int,
    loads: Sequence[float] = (0.8, 0.4, 0.1),
    *,
    seed: int = 5,
    common: float = 0.5,
    missing: float = 0.0,
) -> NDArray[np.float64]:
    """Draw overall (1-10) and items (1-5); NaN is "asked, no point"."""
    rng = np.random.default_rng(seed)
    items = rng.normal(size=(n, len(loads))) + common * rng.normal(size=(n, 1))
    outcome = items @ np.array(loads) + rng.normal(size=n)
    points = np.column_stack(
        [np.clip(np.round(5.5 + 1.5 * outcome), 1, 10), np.clip(np.round(3 + items), 1, 5)]
    )
    points[:, 1:][rng.random((n, len(loads))) < missing] = np.nan
    return points


def dataset_of(
    rows: NDArray[np.float64],
    role: Role = Role.PERFORMANCE,
    *,
    areas: Sequence[str] | None = None,
    communities: Sequence[int] | None = None,
    has_overall: bool = True,
) -> Dataset:
    """Make a dataset of the overall item and one column per item, groups dealt in turn."""
    names = [f"i{k}" for k in range(rows.shape[1] - 1)] if areas is None else list(areas)
    columns = [Column("overall", Role.OVERALL, "overall", TEN, (8, 9, 10))]
    for k, name in enumerate(names):
        code = f"{name}.{k}" if role is Role.ATTRIBUTE else name
        columns.append(Column(code, role, code, FIVE, (4, 5), name))
    values = np.where(np.isfinite(rows), rows, BLANK).astype(np.uint8)
    places = np.array(communities if communities is not None else [0] * len(rows))
    zeros = np.zeros(len(rows), dtype=np.int64)
    whole = Dataset(
        columns=tuple(columns),
        values=values,
        wave=zeros,
        community=places,
        group=np.arange(len(rows)) % 30,
        waves=("w",),
        communities=tuple(f"c{k}" for k in range(int(places.max()) + 1)),
    )
    if has_overall:
        return whole
    return replace(whole, columns=whole.columns[1:], values=whole.values[:, 1:])


def frame_of(dataset: Dataset) -> Frame:
    return make_frame(make_cells(dataset), floors=PUBLISHED)


def test_shares_and_their_errors_are_those_of_the_rows_with_each_group_left_out() -> None:
    rows = answers(240, missing=0.1)
    result = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)

    def shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        found = relative_weights(pd.DataFrame(rows[weights > 0]).corr().to_numpy())
        return found / found.sum()

    expected = jackknife_jk1(shares, np.arange(240) % 30)
    assert result.source == "own"
    assert result.communities == 1
    for k, item in enumerate(result.items):
        assert item.share.value == pytest.approx(expected.value[k], rel=1e-10)
        assert item.share.stderr == pytest.approx(expected.stderr[k], rel=1e-8)
        assert item.share.df == 29
        assert item.n == int(np.isfinite(rows[:, k + 1]).sum())
    matrix = pd.DataFrame(rows).corr().to_numpy()
    assert result.r_squared is not None
    assert result.r_squared.value == pytest.approx(relative_weights(matrix).sum(), rel=1e-10)
    assert result.approximate


def test_the_fewest_households_behind_a_pair_are_told_with_the_pair() -> None:
    rows = answers(300)
    rows[:80, 1] = np.nan
    rows[80:120, 2] = np.nan
    result = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert (result.n, result.weakest) == (180, ("a", "b"))
    assert [item.n for item in result.items] == [220, 260, 300]


@pytest.mark.parametrize(("n", "source"), [(149, None), (150, "own")])
def test_a_community_uses_its_own_answers_from_150_on(n: int, source: str | None) -> None:
    result = make_drivers(frame_of(dataset_of(answers(n), areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert result.source == source
    assert result.n == n
    assert result.refusals == (() if source else ("few_pairs", "no_company"))
    assert bool(result.items) == bool(source)


@pytest.mark.parametrize(("n", "refusals"), [(159, ("few_per_item", "no_company")), (160, ())])
def test_sixteen_items_need_160_households(n: int, refusals: tuple[str, ...]) -> None:
    rows = answers(n, loads=[0.2] * 16)
    items = tuple(f"i{k}" for k in range(16))
    result = make_drivers(frame_of(dataset_of(rows)), items, Role.PERFORMANCE)
    assert result.refusals == refusals
    assert all(item.lmg_share is None for item in result.items)


def test_a_small_community_takes_the_companys_drivers_and_says_so() -> None:
    rows = answers(500, missing=0.05)
    places = np.repeat([0, 1, 2], [60, 200, 240])
    cells = make_cells(dataset_of(rows, areas=AREAS, communities=places))
    frame = make_frame(cells.select(communities=["c0"]), floors=PUBLISHED)
    company = pool_company(cells)
    result = make_drivers(frame, AREAS, Role.PERFORMANCE, company=company)
    assert (result.source, result.communities) == ("company", 3)
    assert result.refusals == ("few_pairs",)

    def shares(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        kept = weights > 0
        parts = [pair_sums_of_rows(rows[kept & (places == k)]) for k in range(3)]
        found = relative_weights(pooled_within(parts))
        return found / found.sum()

    expected = jackknife_jk1(shares, np.arange(500) % 30)
    for k, item in enumerate(result.items):
        assert item.share.value == pytest.approx(expected.value[k], rel=1e-10)
        assert item.share.stderr == pytest.approx(expected.stderr[k], rel=1e-8)


def test_a_company_of_one_community_has_that_communitys_correlations() -> None:
    cells = make_cells(dataset_of(answers(200, missing=0.1), areas=AREAS))
    own = evidence_of(make_frame(cells, floors=PUBLISHED).moments, Role.PERFORMANCE, AREAS)
    assert own is not None
    pooled = pool_company(cells).evidence
    np.testing.assert_allclose(pooled.correlation, own.correlation, rtol=1e-12)
    np.testing.assert_array_equal(pooled.n, own.n)


def test_a_company_that_is_too_small_is_refused_for_its_own_reason() -> None:
    cells = make_cells(dataset_of(answers(19), areas=AREAS))
    frame = make_frame(cells, floors=PUBLISHED)
    company = pool_company(cells)
    assert (company.communities, company.evidence.least) == (1, 19)
    result = make_drivers(frame, AREAS, Role.PERFORMANCE, company=company)
    assert result.refusals == ("few_pairs", "few_pairs")


def test_a_company_without_such_pairs_is_an_error_that_names_them() -> None:
    cells = make_cells(dataset_of(answers(19), areas=AREAS))
    with pytest.raises(LayoutError, match="attributes"):
        pool_company(cells, "attributes")


def test_weighted_households_count_in_the_correlations_and_not_in_n() -> None:
    rows = answers(300)
    dataset = dataset_of(rows, areas=AREAS)
    phase = (np.arange(300) // 30) % 2
    dataset = replace(
        dataset, cell_variables=("phase",), cell_names=(("old",), ("new",)), cell=phase
    )
    known = make_margin("phase", {"old": 200, "new": 100})
    frame = make_frame(make_cells(dataset), floors=PUBLISHED, weighting=Weighting((known,)))
    result = make_drivers(frame, AREAS, Role.PERFORMANCE)
    # 150 answers each: old households count twice as much as new ones.
    twice = np.vstack([rows, rows[phase == 0]])
    expected = relative_weights(np.corrcoef(twice, rowvar=False))
    found = [item.share.value for item in result.items]
    assert found == pytest.approx(list(expected / expected.sum()), rel=1e-9)
    assert result.n == 300


def test_items_that_say_the_same_and_items_that_do_not_vary_are_refused() -> None:
    rows = answers(200)
    rows[:, 2] = rows[:, 1]
    same = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert same.refusals[0] == "indefinite"
    rows[:, 2] = 4
    still = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert still.refusals[0] == "not_finite"


def test_without_an_overall_item_there_are_no_drivers() -> None:
    dataset = dataset_of(answers(200), areas=AREAS, has_overall=False)
    result = make_drivers(frame_of(dataset), AREAS, Role.PERFORMANCE)
    assert (result.outcome, result.source, result.n) == ("", None, 0)
    assert result.refusals == ("no_pairs", "no_company")


def test_items_of_blocks_that_no_household_shares_are_refused_not_guessed() -> None:
    rows = answers(400)
    dataset = dataset_of(rows, areas=AREAS)
    dataset.values[:200, 1] = NOT_ASKED
    dataset.values[200:, 2] = NOT_ASKED
    result = make_drivers(frame_of(dataset), AREAS, Role.PERFORMANCE)
    assert (result.n, result.weakest) == (0, ("a", "b"))
    assert result.refusals[0] == "few_pairs"


def test_lmg_confirms_the_shares_and_every_measure_is_given() -> None:
    rows = answers(300)
    result = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert result.r_squared is not None
    assert result.r_squared.value is not None
    explained = result.r_squared.value
    for item in result.items:
        assert item.share.value == pytest.approx(item.lmg_share, abs=0.02)
        assert item.vif >= 1
        assert item.first == pytest.approx(item.correlation**2)
    assert sum(item.pratt for item in result.items) == pytest.approx(explained)
    assert sum(item.car for item in result.items) == pytest.approx(explained)
    assert sum(item.share.value or 0 for item in result.items) == pytest.approx(1)
    assert result.adjusted_r_squared == pytest.approx(1 - (1 - explained) * 299 / 296)


@pytest.mark.parametrize(
    ("loads", "common", "little", "halo"),
    [((0.8, 0.4, 0.1), 0.1, False, False), ((0.1, 0.1, 0.1), 0.1, True, False)],
)
def test_a_list_that_explains_little_is_marked(
    loads: Sequence[float], common: float, little: bool, halo: bool
) -> None:
    rows = answers(300, loads, common=common)
    result = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert (result.explains_little, result.halo) == (little, halo)


def test_answers_that_all_move_together_raise_the_halo_warning() -> None:
    rows = answers(300, (0.3, 0.3, 0.3), common=2.0)
    result = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    assert result.halo
    assert result.first_component is not None
    assert result.first_component > 0.6


def test_stated_and_derived_shares_make_four_quadrants_cut_at_the_equal_share() -> None:
    stated = [0.4, 0.4, 0.1, 0.1]
    derived = [0.4, 0.1, 0.4, 0.1]
    assert quadrants(stated, derived) == ("key_driver", "basic", "hidden_driver", "low")
    assert quadrants([0.25] * 4, [0.25] * 4) == ("key_driver",) * 4
    assert quadrants([np.nan, 0.5], [0.5, 0.5]) == (None, "key_driver")


def test_stated_and_derived_shares_are_compared_by_rank_and_by_line() -> None:
    # By hand: pairs of (1, 2, 3, 4) and (1, 3, 2, 4): five in order, one not: tau 4/6.
    line, tau = agreement([1, 2, 3, 4], [1, 3, 2, 4])
    assert tau == pytest.approx(4 / 6)
    assert line == pytest.approx(0.8)
    assert np.isnan(agreement([0.25] * 4, [1, 2, 3, 4])).all()
    assert np.isnan(agreement([0.5, np.nan], [0.5, 0.5])).all()


def test_the_study_puts_stated_beside_derived() -> None:
    frame = frame_of(dataset_of(answers(300), areas=AREAS))
    result = make_drivers(frame, AREAS, Role.PERFORMANCE, (0.2, 0.7, 0.1))
    assert [item.stated for item in result.items] == [0.2, 0.7, 0.1]
    assert [item.quadrant for item in result.items] == ["hidden_driver", "basic", "low"]
    assert [item.on_the_line for item in result.items] == [False, True, False]
    assert result.agreement_tau == pytest.approx(1 / 3)
    without = make_drivers(frame, AREAS, Role.PERFORMANCE)
    assert [item.quadrant for item in without.items] == [None] * 3
    assert without.agreement is None


def test_attributes_are_ranked_together_and_within_each_area_of_two_or_more() -> None:
    rows = answers(200, (0.5, 0.4, 0.3, 0.2))
    dataset = dataset_of(rows, Role.ATTRIBUTE, areas=("a", "a", "a", "b"))
    results = make_attribute_drivers(frame_of(dataset))
    assert [(one.area, len(one.items)) for one in results] == [("", 4), ("a", 3)]
    assert [item.code for item in results[1].items] == ["a.0", "a.1", "a.2"]
    assert sum(item.share.value or 0 for item in results[1].items) == pytest.approx(1)
    assert make_attribute_drivers(frame_of(dataset_of(rows))) == ()


def test_attributes_of_a_small_community_take_the_companys_shares() -> None:
    rows = answers(400, (0.5, 0.4))
    places = np.repeat([0, 1], [50, 350])
    cells = make_cells(dataset_of(rows, Role.ATTRIBUTE, areas=("a", "a"), communities=places))
    frame = make_frame(cells.select(communities=["c0"]), floors=PUBLISHED)
    results = make_attribute_drivers(frame, company=pool_company(cells, "attributes"))
    assert [one.source for one in results] == ["company", "company"]


def test_order_of_rows_and_scale_of_an_item_change_no_share() -> None:
    rows = answers(200)
    first = make_drivers(frame_of(dataset_of(rows, areas=AREAS)), AREAS, Role.PERFORMANCE)
    dataset = dataset_of(rows, areas=AREAS)
    order = np.random.default_rng(0).permutation(200)
    shuffled = replace(dataset, values=dataset.values[order], group=dataset.group[order])
    columns = (
        dataset.columns[0],
        replace(dataset.columns[1], points=(3, 5, 7, 9, 11), satisfied=()),
        *dataset.columns[2:],
    )
    for other in (shuffled, replace(dataset, columns=columns)):
        found = make_drivers(frame_of(other), AREAS, Role.PERFORMANCE)
        for one, two in zip(found.items, first.items, strict=True):
            assert one.share.value == pytest.approx(two.share.value, rel=1e-10)
            assert one.share.stderr == pytest.approx(two.share.stderr, rel=1e-8)
