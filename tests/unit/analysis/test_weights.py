from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.analysis.data.cells import Cells, CellsError, make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.data.moments import Moments
from app.analysis.design.calibration import (
    CategoryError,
    ConvergenceError,
    TotalsError,
    calibrate,
    kish_effect,
    post_stratify,
    rake,
    trimmed,
)
from app.analysis.design.weights import (
    POST_STRATIFICATION,
    RAKING,
    Weighting,
    advise_weighting,
    cell_weights,
    make_margin,
)
from app.analysis.disclosure.floors import OWN_ROWS
from app.analysis.levels.items import make_levels
from app.analysis.uncertainty.frame import make_frame
from app.analysis.uncertainty.intervals import wilson_interval
from app.analysis.uncertainty.jackknife import jackknife_jk1
from app.analysis.uncertainty.replicate import make_replicates
from tests.unit.analysis.builders import make_dataset, picks, ratings

BUILDINGS, TENURES = ("1", "2"), ("owner", "tenant")
NAMES = tuple((building, tenure) for building in BUILDINGS for tenure in TENURES)
MARGINS = (
    make_margin("building", {"1": 300, "2": 100}),
    make_margin("tenure", {"owner": 250, "tenant": 150}),
)


def with_cells(data: Dataset, cell: np.ndarray) -> Dataset:
    return replace(data, cell_variables=("building", "tenure"), cell_names=NAMES, cell=cell)


def sample_of(households: int, seed: int = 5) -> tuple[Dataset, np.ndarray]:
    rng = np.random.default_rng(seed)
    cell = rng.choice(4, households, p=[0.2, 0.3, 0.35, 0.15])
    score = np.clip(rng.integers(1, 6, households) - (cell == 1), 1, 5)
    answers = [None if rng.random() < 0.1 else int(one) for one in score]
    group = rng.integers(0, 30, households).tolist()
    columns = {**ratings({"a": answers}), **picks({"a": rng.integers(0, 2, households).tolist()})}
    return with_cells(make_dataset(columns, groups=group), cell), cell


def rows_of(data: Dataset) -> tuple[np.ndarray, np.ndarray]:
    codes = data.values[:, 0]
    return np.where(codes <= 5, codes, 0).astype(float), codes <= 5


def test_every_community_counts_by_its_households_not_by_its_answers() -> None:
    data = make_dataset(
        ratings({"a": [5] * 30 + [1] * 10}), communities=["big"] * 30 + ["small"] * 10
    )
    known = make_margin("community", {"big": 100, "small": 100})
    frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting((known,)))
    # By hand: (100 x 5 + 100 x 1) / 200 = 3, unweighted (30 x 5 + 10 x 1) / 40 = 4.
    assert frame.moments.mean(Role.PERFORMANCE, ("a",))[0, 0] == pytest.approx(3.0)
    assert frame.unweighted().moments.mean(Role.PERFORMANCE, ("a",))[0, 0] == 4.0
    found = frame.weighting
    assert found is not None
    assert (found.method, found.applied) == (POST_STRATIFICATION, True)
    # Weights 2/3 and 2, their mean 1: (30 x 4/9 + 10 x 4) / 40.
    assert found.deff == pytest.approx(4 / 3)
    assert found.n_effective == pytest.approx(40 / found.deff)
    assert [(one.category, one.answered, one.population) for one in found.categories] == [
        (("big",), 30, 100.0),
        (("small",), 10, 100.0),
    ]
    assert [one.weight for one in found.categories] == pytest.approx([2 / 3, 2.0])


def test_raking_meets_both_margins() -> None:
    counts = np.array([[20, 30, 35, 15]])
    found = cell_weights(Weighting(MARGINS), NAMES, counts)
    table = found.weights[0] * counts[0] * 400 / 100
    assert table.reshape(2, 2).sum(axis=1) == pytest.approx([300, 100], rel=1e-8)
    assert table.reshape(2, 2).sum(axis=0) == pytest.approx([250, 150], rel=1e-8)
    assert found.result.method == RAKING
    # Raking keeps the odds ratio of the table: 20 x 15 / (30 x 35).
    assert table[0] * table[3] / (table[1] * table[2]) == pytest.approx(300 / 1050)


@pytest.mark.parametrize("households", [25, 90, 300])
def test_weights_are_estimated_again_in_every_replicate(households: int) -> None:
    data, cell = sample_of(households)
    weighting = Weighting(MARGINS, trim=None, most_deff=9.0)
    frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=weighting)
    values, answered = rows_of(data)
    places = (np.array(BUILDINGS)[cell // 2], np.array(TENURES)[cell % 2])
    totals = [{key[0]: size for key, size in one.totals} for one in MARGINS]

    def mean(w: np.ndarray) -> float:
        kept = w > 0
        raked = rake([place[kept] for place in places], totals).weights
        return float(raked @ values[kept] / (raked @ answered[kept]))

    modulus = {25: 10, 90: 30, 300: 30}[households]
    by_rows = jackknife_jk1(mean, data.group % modulus)
    statistic = frame.moments.mean(Role.PERFORMANCE, ("a",))
    assert statistic[0, 0] == pytest.approx(float(by_rows.value), rel=1e-9)
    assert np.sort(statistic[1:, 0]) == pytest.approx(np.sort(by_rows.replicates), rel=1e-9)
    assert frame.replicates.stderr(statistic)[0] == pytest.approx(float(by_rows.stderr), rel=1e-7)


def test_weighted_shares_are_shares_of_weights_and_rest_on_plain_numbers_of_answers() -> None:
    data, cell = sample_of(200)
    frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting(MARGINS))
    found = cell_weights(Weighting(MARGINS), NAMES, np.bincount(cell, minlength=4)[None, :])
    weight = found.weights[0][cell]
    values, answered = rows_of(data)
    level = make_levels(frame, Role.PERFORMANCE, ("a",))[0]
    assert level.n == answered.sum()
    expected = weight @ (values >= 4) / (weight @ answered)
    assert level.satisfied.value == pytest.approx(expected, rel=1e-12)
    assert level.satisfied.n == answered.sum()
    assert level.distribution is not None
    assert sum(level.distribution) == pytest.approx(1.0, abs=1e-12)
    assert level.distribution[4] == pytest.approx(weight @ (values == 5) / (weight @ answered))
    picked = frame.moments.picks(("a",))[0, 0] / frame.households
    assert picked == pytest.approx(weight @ (data.values[:, 1] == 1) / 200, rel=1e-12)
    # Weights cost answers: the interval is wider than that of as many unweighted ones.
    plain = make_levels(frame.unweighted(), Role.PERFORMANCE, ("a",))[0]
    assert plain.satisfied.value != pytest.approx(expected)
    assert frame.is_weighted
    assert not frame.unweighted().is_weighted


@pytest.mark.parametrize("households", [12, 90])
def test_a_share_of_everybody_rests_on_answers_divided_by_the_effect_of_weights(
    households: int,
) -> None:
    cell = np.arange(households) % 4
    data = with_cells(make_dataset(ratings({"a": [5] * households})), cell)
    frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting(MARGINS))
    assert frame.weighting is not None
    n = frame.moments.n(Role.PERFORMANCE, ("a",))
    share = frame.shares(frame.moments.satisfied(Role.PERFORMANCE, ("a",)), n)[0]
    expected = wilson_interval(frame.weighting.n_effective, frame.weighting.n_effective)[0]
    assert frame.weighting.n_effective < households
    assert share.low == pytest.approx(float(expected))
    assert (share.value, share.n) == (1.0, households)


def test_weights_of_one_change_no_number() -> None:
    data, cell = sample_of(120)
    counts = np.bincount(cell, minlength=4)
    known = {name: float(n) for name, n in zip(NAMES, counts, strict=True)}
    weighting = Weighting((make_margin(("building", "tenure"), known),))
    frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=weighting)
    plain = frame.unweighted()
    assert frame.weighting is not None
    assert frame.weighting.deff == pytest.approx(1.0)
    for name in ("mean", "percent"):
        weighted = getattr(frame.moments, name)(Role.PERFORMANCE, ("a",))[0]
        assert weighted == pytest.approx(getattr(plain.moments, name)(Role.PERFORMANCE, ("a",))[0])
    counts = frame.moments.histogram(Role.PERFORMANCE, "a")
    assert counts[0] == pytest.approx(plain.moments.histogram(Role.PERFORMANCE, "a")[0])
    assert counts[1] == plain.moments.histogram(Role.PERFORMANCE, "a")[1]


def test_weighted_gaps_and_zone_shares_come_from_weighted_rows() -> None:
    rng = np.random.default_rng(3)
    adequate = rng.integers(1, 6, 90)
    desired = adequate + rng.integers(0, 4, 90)
    perceived = rng.integers(1, 11, 90)
    columns = {
        (Role.ADEQUATE, "a"): adequate.tolist(),
        (Role.DESIRED, "a"): desired.tolist(),
        (Role.PERCEIVED, "a"): perceived.tolist(),
    }
    cell = rng.integers(0, 4, 90)
    data = with_cells(make_dataset(columns), cell)
    moments = make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting(MARGINS)).moments
    found = cell_weights(Weighting(MARGINS), NAMES, np.bincount(cell, minlength=4)[None, :])
    weight = found.weights[0][cell]
    gap = moments.gap(Role.ADEQUATE, Role.PERCEIVED, ("a",))[0, 0]
    assert gap == pytest.approx(weight @ (perceived - adequate) / 90)
    zone = {name: counts[0, 0] for name, counts in moments.zone(("a",)).items()}
    assert zone["below"] + zone["inside"] + zone["above"] == 90
    assert zone["below"] / 90 == pytest.approx(weight @ (perceived < adequate) / 90, abs=1e-9)
    assert (zone["answered"], zone["inverted"]) == (90, 0)


def test_weights_that_cost_more_than_half_the_answers_are_refused() -> None:
    data = make_dataset(
        ratings({"a": [5] * 95 + [1] * 5}), communities=["big"] * 95 + ["small"] * 5
    )
    known = make_margin("community", {"big": 100, "small": 300})
    weighting = Weighting((known,), trim=None)
    frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=weighting)
    assert frame.weighting is not None
    assert frame.weighting.deff > 2
    assert not frame.weighting.applied
    assert not frame.is_weighted
    assert frame.moments.mean(Role.PERFORMANCE, ("a",))[0, 0] == pytest.approx(4.8)


def test_weights_are_cut_at_five_medians_and_raked_once_more() -> None:
    # Totals that weights of 1 and 3 by building times 1 and 3 by tenure meet: 1, 3, 3 and 9.
    counts = np.array([[200, 60, 60, 2]])
    margins = (
        make_margin("building", {"1": 380, "2": 198}),
        make_margin("tenure", {"owner": 380, "tenant": 198}),
    )
    free = cell_weights(Weighting(margins, trim=None), NAMES, counts)
    assert free.weights[0] / free.weights[0, 0] == pytest.approx([1, 3, 3, 9])
    cut = cell_weights(Weighting(margins), NAMES, counts)
    assert (free.result.trimmed, cut.result.trimmed) == (0, 2)
    assert cut.weights[0, 3] < free.weights[0, 3]
    table = (cut.weights * counts)[0].reshape(2, 2) * 578 / 322
    assert table.sum(axis=0) == pytest.approx([380, 198])
    assert table.sum(axis=1) == pytest.approx([380, 198])


def test_after_post_stratification_a_cut_weight_stays_cut() -> None:
    known = make_margin("building", {"1": 100, "2": 100})
    cells = (("1",), ("2",))
    found = cell_weights(Weighting((known,)), cells, np.array([[90, 10]]))
    # Weights 1 and 9 in proportion, cut at 5: only the sum is restored.
    assert found.weights[0, 1] / found.weights[0, 0] == pytest.approx(5.0)
    assert found.result.trimmed == 10
    assert found.weights[0] @ [90, 10] == pytest.approx(100)


def test_a_category_without_answers_is_named_and_never_spread_over_others() -> None:
    data, _ = sample_of(60)
    margin = make_margin("building", {"1": 300, "2": 100, "3": 50})
    with pytest.raises(CategoryError) as caught:
        make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting((margin,)))
    assert (caught.value.category, caught.value.is_empty) == (("3",), True)


def test_a_category_without_a_known_size_is_named() -> None:
    data, _ = sample_of(60)
    margin = make_margin("building", {"1": 300})
    with pytest.raises(CategoryError) as caught:
        make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting((margin,)))
    assert (caught.value.category, caught.value.is_empty) == (("2",), False)


def test_a_variable_the_cells_do_not_have_is_refused() -> None:
    data, _ = sample_of(60)
    margin = make_margin("age", {"young": 1})
    with pytest.raises(CellsError):
        make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting((margin,)))


def test_margins_of_populations_of_different_size_are_refused() -> None:
    with pytest.raises(TotalsError) as caught:
        rake([["a", "b"], ["x", "y"]], [{"a": 1, "b": 1}, {"x": 2, "y": 1}])
    assert (caught.value.first, caught.value.second) == (2.0, 3.0)


def test_a_margin_without_any_category_is_refused() -> None:
    with pytest.raises(CategoryError) as caught:
        rake([[]], [{}])
    assert (caught.value.margin, caught.value.is_empty) == (0, True)


def test_raking_that_cannot_meet_its_margins_is_an_error() -> None:
    # a goes only with x: their totals contradict each other.
    with pytest.raises(ConvergenceError):
        rake([["a", "b"], ["x", "y"]], [{"a": 1, "b": 3}, {"x": 3, "y": 1}])


def test_linear_calibration_that_cannot_meet_its_totals_is_an_error() -> None:
    columns = np.column_stack([np.ones(4), np.ones(4)])
    with pytest.raises(ConvergenceError):
        calibrate(columns, [10, 20])


@pytest.mark.parametrize("totals", [{"a": 10}, {"a": 10, "b": 0}, {"a": 5, "b": 5, "c": 1}])
def test_rows_and_sizes_of_post_strata_must_fit(totals: dict[str, float]) -> None:
    with pytest.raises(CategoryError):
        post_stratify(["a", "b"], totals)


def test_a_category_that_one_group_holds_alone_leaves_only_that_replicate() -> None:
    rows = 60
    group = [k % 30 for k in range(rows)]
    communities = ["tiny" if one == 7 else "big" for one in group]
    data = make_dataset(
        ratings({"a": [1 + k % 5 for k in range(rows)]}), groups=group, communities=communities
    )
    known = make_margin("community", {"tiny": 10, "big": 200})
    replicates = make_replicates(make_cells(data), Weighting((known,)))
    assert replicates.weighting is not None
    assert replicates.weighting.emptied == 1
    moments = Moments(make_cells(data).layout, replicates.sums, replicates.weighted)
    assert np.isfinite(replicates.stderr(moments.mean(Role.PERFORMANCE, ("a",)))).all()


def test_cells_without_households_are_not_weighted() -> None:
    data, _ = sample_of(40)
    cells = make_cells(data).select(waves=["none"])
    assert isinstance(cells, Cells)
    assert make_replicates(cells, Weighting(MARGINS)).weighting is None


def test_the_median_of_weights_counts_households() -> None:
    # Ten households of weight 1 and three of 7: the median is 1, the limit 5.
    assert trimmed([1.0, 7.0], counts=[10, 3]).tolist() == [1.0, 5.0]
    # Two and two: the median lies between.
    assert trimmed([1.0, 9.0, 30.0], counts=[2, 1, 1], times=2.0).tolist() == [1.0, 9.0, 10.0]


@settings(max_examples=30, derandomize=True, deadline=None)
@given(weights=st.lists(st.floats(0.1, 10), min_size=2, max_size=30), scale=st.floats(0.01, 100))
def test_the_effect_of_weights_is_one_plus_their_squared_variation(
    weights: list[float], scale: float
) -> None:
    given_weights = np.array(weights)
    found = kish_effect(given_weights * scale)
    assert found == pytest.approx(1 + given_weights.var() / given_weights.mean() ** 2)
    assert found >= 1 - 1e-12
    assert kish_effect([1, 3], counts=[4, 2]) == pytest.approx(kish_effect([1] * 4 + [3] * 2))


@pytest.mark.parametrize(
    ("answered", "advised", "small"),
    [
        ({"1": 60, "2": 48}, True, ()),
        # Exactly ten points are not more than ten.
        ({"1": 60, "2": 50}, False, ()),
        ({"1": 60, "2": 9}, False, ("2",)),
        ({"1": 60}, False, ("2",)),
    ],
)
def test_weighting_is_advised_where_rates_differ_and_no_category_is_small(
    answered: dict[str, int], advised: bool, small: tuple[str, ...]
) -> None:
    found = advise_weighting(answered, {"1": 100, "2": 100})
    assert (found.is_advised, found.small) == (advised, small)
    assert dict(found.rates)["1"] == 0.6


def test_one_category_gives_no_reason_to_weight() -> None:
    found = advise_weighting({"1": 50}, {"1": 100})
    assert (found.is_advised, found.difference) == (False, None)


def test_raked_means_are_covered_as_often_as_they_say() -> None:
    # A population of 2 x 2 cells with different means and different response; 95 % intervals of
    # the raked mean by replicates. With 300 samples .95 has a standard error of .0126.
    rng = np.random.default_rng(2026)
    size = np.array([300, 100, 200, 200])
    level = np.array([2.2, 3.6, 3.0, 4.2])
    rate = np.array([0.10, 0.30, 0.20, 0.25])
    margins = (
        make_margin("building", {"1": 400, "2": 400}),
        make_margin("tenure", {"owner": 500, "tenant": 300}),
    )
    # Additive levels would be met exactly; the truth is the mean over all households.
    chance = level / 5
    truth = float(size @ (1 + 4 * chance) / size.sum())
    covered = plain = 0
    for _ in range(300):
        cell = np.repeat(np.arange(4), rng.binomial(size, rate))
        score = 1 + rng.binomial(4, chance[cell])
        group = rng.integers(0, 30, cell.size)
        data = with_cells(make_dataset(ratings({"a": score.tolist()}), groups=group.tolist()), cell)
        frame = make_frame(make_cells(data), floors=OWN_ROWS, weighting=Weighting(margins))
        for one, is_plain in ((frame, False), (frame.unweighted(), True)):
            n = one.moments.n(Role.PERFORMANCE, ("a",))[0]
            found = one.estimates(one.moments.mean(Role.PERFORMANCE, ("a",)), n)[0]
            assert found.low is not None
            assert found.high is not None
            hit = found.low <= truth <= found.high
            covered += hit and not is_plain
            plain += hit and is_plain
    # The bar of means at n >= 100 is .93, less two standard errors; unweighted means are biased.
    assert covered / 300 >= 0.905
    assert plain / 300 < 0.80
