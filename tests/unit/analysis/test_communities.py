"""Communities: shrunken values, whether they differ, and that no league table comes by itself."""

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.comparison.communities import (
    ABOVE,
    AVERAGE,
    BELOW,
    INDEX_COMMON,
    CommunityWeightsError,
    compare_communities,
)
from app.analysis.comparison.independent import from_mean
from app.analysis.comparison.overlap import welch_test
from app.analysis.comparison.shrinkage import NoErrorsError, heterogeneity, paule_mandel, shrink
from app.analysis.data.cells import Cells, make_cells
from app.analysis.data.dataset import Column, Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.comparison import CommunitiesResult
from benchmarks.shrinkage import measure

TEN = tuple(range(1, 11))
FIVE = (1, 2, 3, 4, 5)
COLUMNS = (
    Column("overall", Role.OVERALL, "overall", TEN, (8, 9, 10)),
    Column("p.a", Role.PRIORITY, "a", (1, 0)),
    Column("p.b", Role.PRIORITY, "b", (1, 0)),
    Column("a.a", Role.PERFORMANCE, "a", FIVE, (4, 5)),
    Column("a.b", Role.PERFORMANCE, "b", FIVE, (4, 5)),
)


def survey(levels: dict[str, tuple[int, float]], seed: int = 1) -> tuple[Cells, StudyPlan]:
    """Return cells of communities with so many households around a latent level of 1..10."""
    rng = np.random.default_rng(seed)
    rows, places = [], []
    for place, (n, level) in enumerate(levels.values()):
        latent = rng.normal(level, 1.8, n)
        ten = np.clip(np.round(latent), 1, 10)
        five = [np.clip(np.round((latent + rng.normal(0, 1, n)) / 2), 1, 5) for _ in "ab"]
        picks = [np.where(rng.random(n) < 0.5, 1, 2) for _ in "ab"]
        rows.append(np.stack([ten, *picks, *five], axis=1))
        places.append(np.full(n, place))
    values = np.concatenate(rows).astype(np.uint8)
    data = Dataset(
        columns=COLUMNS,
        values=values,
        wave=np.zeros(len(values), dtype=np.int64),
        community=np.concatenate(places).astype(np.int64),
        group=rng.integers(0, 30, len(values)),
        waves=("2026",),
        communities=tuple(levels),
    )
    return make_cells(data), make_plan(COLUMNS)


def compared(levels: dict[str, tuple[int, float]], **options: object) -> CommunitiesResult:
    cells, plan = survey(levels)
    return compare_communities(cells, plan, **{"measure": "overall", **options})


# --- shrinkage on arrays ----------------------------------------------------------------------


def test_equal_errors_leave_the_sample_variance_less_the_error() -> None:
    # With equal errors Paule-Mandel is s^2 - SE^2: values 1, 3, 5 have s^2 = 4.
    assert paule_mandel([1, 3, 5], [1, 1, 1]) == pytest.approx(3)
    found = shrink([1, 3, 5], [1, 1, 1])
    assert found.mean == pytest.approx(3)
    assert found.reliability == pytest.approx([0.75] * 3)
    # B = 1/4 of the way to the mean.
    assert found.values == pytest.approx([1.5, 3, 4.5])


def test_the_defining_equation_holds_with_unequal_errors() -> None:
    theta, error = np.array([10.0, 14, 9, 20, 13]), np.array([1.0, 2, 0.5, 3, 1.5])
    tau2 = paule_mandel(theta, error)
    assert heterogeneity(theta, np.sqrt(error**2 + tau2)).statistic == pytest.approx(4, rel=1e-9)


def test_values_that_differ_by_chance_alone_are_shrunk_to_one() -> None:
    found = shrink([50.0, 50.5, 49.8], [2, 2, 3])
    assert found.variance == 0
    assert found.reliability.tolist() == [0, 0, 0]
    assert found.values == pytest.approx([found.mean] * 3)
    # Precision weights 9 : 9 : 4 by hand.
    assert found.mean == pytest.approx((9 * 50 + 9 * 50.5 + 4 * 49.8) / 22)
    assert (found.low < 50).all()
    assert (found.high > 50).all()


def test_one_value_is_left_alone_and_two_are_enough() -> None:
    one = shrink([70.0], [2.0])
    assert (one.mean, one.values[0]) == (70, 70)
    assert np.isnan(one.variance)
    assert np.isnan(one.reliability[0])
    assert np.isnan(heterogeneity([70.0], [2.0]).p)
    two = shrink([60.0, 80.0], [2.0, 2.0])
    # s^2 = 200, so tau^2 = 196 and B = 4/200.
    assert two.variance == pytest.approx(196)
    assert two.values == pytest.approx([60 + 0.02 * 10, 80 - 0.02 * 10])


def test_a_value_without_an_error_is_refused() -> None:
    for values, error in (([], []), ([1.0, 2], [1.0, 0]), ([1.0, np.nan], [1.0, 1])):
        with pytest.raises(NoErrorsError):
            shrink(values, error)


def test_order_and_unit_do_not_matter() -> None:
    rng = np.random.default_rng(2)
    theta, error = rng.normal(60, 4, 9), rng.uniform(1, 3, 9)
    order = rng.permutation(9)
    found, mixed = shrink(theta, error), shrink(10 * theta[order], 10 * error[order])
    assert mixed.values == pytest.approx(10 * found.values[order], rel=1e-7)
    assert mixed.reliability == pytest.approx(found.reliability[order], rel=1e-6)


@pytest.mark.parametrize(("k", "spread"), [(3, 1.0), (10, 0.5), (10, 1.0), (10, 2.0)])
def test_shrunken_intervals_cover_the_true_values(k: int, spread: float) -> None:
    # 200 samples of k: a Monte Carlo error of .005 at k = 10 and .009 at 3. The usual second-order
    # error covers .87 of the less precise communities at k = 10 and spread .5.
    found = measure(np.random.default_rng(3), k, spread, 200)
    assert found.share >= 0.93
    assert found.imprecise >= 0.92


def test_many_alike_communities_lend_each_other_strength() -> None:
    rng = np.random.default_rng(9)
    error = rng.uniform(0.5, 2, 30)
    found = shrink(rng.normal(0, error), error)
    assert found.stderr.mean() < 0.7 * error.mean()
    assert (found.stderr > 0).all()


def test_against_the_mean_of_two_is_the_test_of_their_difference() -> None:
    rng = np.random.default_rng(4)
    one, two = rng.normal(5, 1, 40), rng.normal(5.5, 2, 25)
    error = [side.std(ddof=1) / np.sqrt(side.size) for side in (one, two)]
    found = from_mean([one.mean(), two.mean()], error, [39, 24])
    expected = welch_test(one, two)
    assert found.values[0] / found.stderr[0] == pytest.approx(expected.statistic)
    assert found.df[0] == int(expected.df)


# --- communities of a survey ------------------------------------------------------------------

ALIKE = dict.fromkeys("ABCDEF", (150, 7.0))
APART = {name: (200, 4.0 + k) for k, name in enumerate("ABCDE")}


def test_communities_that_are_alike_get_no_league_table() -> None:
    found = compared(ALIKE)
    assert found.compared == 6
    assert found.median_reliability < 0.7
    assert not found.league_said
    assert {entry.rank for entry in found.entries} == {None}
    assert {entry.standing for entry in found.entries} == {AVERAGE}
    values = [entry.value.value for entry in found.entries]
    shrunken = [entry.shrunken.value for entry in found.entries]
    assert np.ptp(shrunken) < np.ptp(values)


def test_communities_far_apart_are_ranked_with_intervals() -> None:
    found = compared(APART)
    assert found.league_said
    assert found.p < 1e-6
    assert [entry.code for entry in found.entries] == list("ABCDE")
    assert [entry.rank for entry in found.entries] == [5, 4, 3, 2, 1]
    assert (found.entries[0].rank_low, found.entries[0].rank_high) == (5, 5)
    assert found.caterpillar == tuple("ABCDE")
    standing = {entry.code: entry.standing for entry in found.entries}
    assert (standing["A"], standing["E"]) == (BELOW, ABOVE)


def test_below_the_gate_or_on_hold_means_shown_but_not_ranked() -> None:
    found = compared(APART, unranked=("C",))
    entry = {one.code: one for one in found.entries}["C"]
    assert entry.value.value is not None
    assert not entry.is_rankable
    assert entry.rank is None
    assert sorted(one.rank for one in found.entries if one.rank) == [1, 2, 3, 4]
    cells, plan = survey(APART)
    by_plan = compare_communities(cells, replace(plan, unranked=("C",)), measure="overall")
    assert by_plan == found


def test_below_a_hundred_answers_nobody_is_ranked() -> None:
    found = compared({**APART, "C": (99, 6.0)})
    entry = {one.code: one for one in found.entries}["C"]
    assert not entry.is_rankable
    assert found.league_said
    assert not compared({name: (99, level) for name, (_, level) in APART.items()}).league_said


def test_a_single_community_has_a_figure_and_no_comparison() -> None:
    found = compared({"A": (150, 7.0)})
    assert found.compared == 1
    assert found.entries[0].value.value is not None
    assert found.entries[0].shrunken.value is None
    assert found.entries[0].standing is None
    assert found.mean is None
    assert not found.league_said


def test_two_communities_are_one_comparison() -> None:
    found = compared({"A": (150, 6.0), "B": (150, 6.6)})
    first, second = (entry.from_mean for entry in found.entries)
    assert first.p == first.p_holm == pytest.approx(second.p)
    assert first.change.value == pytest.approx(-second.change.value)


def test_a_small_community_hides_the_second_smallest_too() -> None:
    found = compared({"A": (150, 7.0), "B": (7, 7.0), "C": (40, 7.0), "D": (120, 7.0)})
    hidden = {entry.code: entry.hidden for entry in found.entries}
    assert hidden == {"A": None, "B": "small", "C": "complementary", "D": None}
    for entry in found.entries:
        if entry.hidden:
            assert entry.value.value is None
            assert entry.shrunken.value is None
            assert entry.from_mean.value is None
    cells, plan = survey({"A": (150, 7.0), "B": (7, 7.0), "C": (40, 7.0)})
    everything = compare_communities(cells, replace(plan, suppress=False), measure="overall")
    assert all(entry.value.value is not None for entry in everything.entries)


def test_without_replicates_a_figure_is_shown_and_not_compared() -> None:
    found = compared({**ALIKE, "G": (15, 7.0)})
    entry = {one.code: one for one in found.entries}["G"]
    assert entry.value.value is not None
    assert entry.shrunken.value is None
    assert found.compared == 6


def test_the_index_can_be_held_against_common_weights() -> None:
    cells, plan = survey(APART)
    own = compare_communities(cells, plan)
    common = compare_communities(cells, plan, measure=INDEX_COMMON)
    one = cells.select(communities=["A"])
    alone = compare_communities(one, plan)
    assert own.entries[0].value == alone.entries[0].value
    assert common.entries[0].value.value != own.entries[0].value.value
    # With its own picks alone the common weights are its own.
    assert compare_communities(one, plan, measure=INDEX_COMMON).entries[
        0
    ].value.value == pytest.approx(alone.entries[0].value.value)


def test_sizes_of_communities_count_in_the_common_weights_and_in_no_own_figure() -> None:
    cells, plan = survey(APART)
    names = sorted({key.community for key in cells.keys})
    # One community is nearly the whole company: the common weights are its own.
    sizes = {name: 1e6 if name == "A" else 1.0 for name in names}
    weighting = Weighting((make_margin("community", sizes),), trim=None, most_deff=1e9)
    weighted = replace(plan, weighting=weighting)
    assert compare_communities(cells, weighted) == compare_communities(cells, plan)
    alone = compare_communities(cells, plan).entries[0].value.value
    common = compare_communities(cells, weighted, measure=INDEX_COMMON).entries[0].value.value
    unweighted = compare_communities(cells, plan, measure=INDEX_COMMON).entries[0].value.value
    assert common == pytest.approx(alone, abs=1e-3)
    assert unweighted != pytest.approx(alone, abs=1e-3)


def test_a_weighting_inside_communities_is_refused_and_not_ignored() -> None:
    cells, plan = survey(ALIKE)
    margins = (make_margin(("community", "tenure"), {("A", "owner"): 1}),)
    with pytest.raises(CommunityWeightsError) as caught:
        compare_communities(cells, replace(plan, weighting=Weighting(margins)))
    assert caught.value.variable == "tenure"


def test_an_item_can_be_the_measure_and_an_unknown_one_is_refused() -> None:
    cells, plan = survey(ALIKE)
    found = compare_communities(cells, plan, measure="a")
    assert found.entries[0].value.n == 150
    with pytest.raises(KeyError):
        compare_communities(cells, plan, measure="nothing")
