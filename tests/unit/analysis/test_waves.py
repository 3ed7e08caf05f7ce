"""Two waves: what changed, its error with households linked, and what may be said of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from app.analysis.comparison.trend import make_trend
from app.analysis.comparison.verdicts import CANNOT_TELL, NOISE, REAL, TOO_SMALL, verdict
from app.analysis.comparison.waves import NoSuchWaveError, compare_surveys, compare_waves
from app.analysis.data.cells import Cells, make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.levels.index import decompose_change
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.comparison import WaveComparison
from app.analysis.results.estimate import Estimate
from app.analysis.simulation.panel import simulate_panel
from app.analysis.simulation.simulate import make_truth
from app.analysis.uncertainty.intervals import make_limits
from app.analysis.uncertainty.jackknife import jackknife_jk1

FIVE = (1, 2, 3, 4, 5)
TEN = tuple(range(1, 11))
AREAS = ("cleaning", "security", "repairs")


def columns(areas: Sequence[str] = AREAS, points: tuple[int, ...] = FIVE) -> tuple[Column, ...]:
    found = [Column("overall", Role.OVERALL, "overall", TEN, (8, 9, 10))]
    for area in areas:
        found.append(Column(f"p.{area}", Role.PRIORITY, area, (1, 0), (), area))
        found.append(Column(f"a.{area}", Role.PERFORMANCE, area, points, points[-2:], area))
    return tuple(found)


def dataset(
    values: np.ndarray,
    wave: np.ndarray,
    group: np.ndarray,
    *,
    asked: tuple[Column, ...] | None = None,
    communities: np.ndarray | None = None,
    own_groups: bool = False,
) -> Dataset:
    places = np.zeros(len(values), dtype=np.int64) if communities is None else communities
    return Dataset(
        columns=columns() if asked is None else asked,
        values=values.astype(np.uint8),
        wave=wave.astype(np.int64),
        community=places.astype(np.int64),
        group=group.astype(np.int64),
        waves=("2025", "2026"),
        communities=tuple("ABC"[: int(places.max()) + 1]),
        own_groups=own_groups,
    )


def random_answers(rng: np.random.Generator, n: int, shift: int = 0) -> np.ndarray:
    """Position codes: overall on ten points, then pick and rating of every area."""
    found = [np.clip(rng.integers(3, 11, n) + shift, 1, 10)]
    for _ in AREAS:
        rating = np.clip(rng.integers(1, 6, n) + shift, 1, 5)
        found.append(np.where(rng.random(n) < 0.4, 1, 2))
        found.append(np.where(rng.random(n) < 0.1, BLANK, rating))
    return np.stack(found, axis=1)


def panel(rng: np.random.Generator, households: int = 150) -> Dataset:
    """Two waves of answers, many households in both with the same group."""
    group = rng.integers(0, 30, households)
    first = random_answers(rng, households)
    second = np.where(rng.random((households, 1)) < 0.5, first, random_answers(rng, households, 1))
    one, two = rng.random(households) < 0.7, rng.random(households) < 0.7
    return dataset(
        np.concatenate([first[one], second[two]]),
        np.repeat([0, 1], [one.sum(), two.sum()]),
        np.concatenate([group[one], group[two]]),
    )


def plan_of(data: Dataset, **options: object) -> StudyPlan:
    return replace(make_plan(data.columns, suppress=False), **options)


def compared(data: Dataset, *, linked: bool | None = None, **options: object) -> WaveComparison:
    return compare_waves(make_cells(data), plan_of(data, **options), "2025", "2026", linked=linked)


def rows_of(data: Dataset, wave: int, column: int) -> np.ndarray:
    codes = data.values[data.wave == wave, column].astype(float)
    return np.where(codes == BLANK, np.nan, codes)


# --- numbers against an independent computation on rows ---------------------------------------


def on_rows(data: Dataset, frozen: bool) -> object:
    """Index change as a function of weights over all rows of both waves."""
    second = data.wave == 1

    def index(weights: np.ndarray, picks_from: np.ndarray, wave: np.ndarray) -> float:
        shares, percent = [], []
        for k in range(len(AREAS)):
            picked = data.values[:, 1 + 2 * k] == 1
            shares.append((weights * (picked & picks_from)).sum())
            rating = data.values[:, 2 + 2 * k].astype(float)
            answered = wave & (data.values[:, 2 + 2 * k] != BLANK)
            mean = (weights * rating)[answered].sum() / weights[answered].sum()
            percent.append(100 * (mean - 1) / 4)
        return float(np.array(shares) @ percent / np.sum(shares))

    def change(weights: np.ndarray) -> float:
        later = index(weights, ~second if frozen else second, second)
        return later - index(weights, ~second, ~second)

    return change


@pytest.mark.parametrize("frozen", [True, False])
def test_the_change_of_the_index_and_its_error_are_the_jackknife_of_linked_rows(
    frozen: bool,
) -> None:
    data = panel(np.random.default_rng(1))
    found = compared(data)
    contrast = found.index if frozen else found.index_own
    expected = jackknife_jk1(on_rows(data, frozen), data.group)
    assert found.linked
    assert not found.conservative
    assert contrast.change.value == pytest.approx(float(expected.value), rel=1e-12)
    assert contrast.change.stderr == pytest.approx(float(expected.stderr), rel=1e-10)
    assert contrast.change.df == expected.df == 29


def test_the_change_of_an_item_is_the_difference_of_its_means() -> None:
    data = panel(np.random.default_rng(2))
    found = compared(data)
    for k, contrast in enumerate(found.performance):
        means = [np.nanmean(rows_of(data, wave, 2 + 2 * k)) for wave in (0, 1)]
        assert contrast.reference == pytest.approx(100 * (means[0] - 1) / 4)
        assert contrast.value == pytest.approx(100 * (means[1] - 1) / 4)
        assert contrast.change.value == pytest.approx(25 * (means[1] - means[0]))
    satisfied = [np.mean(rows_of(data, wave, 0) >= 8) for wave in (0, 1)]
    assert found.overall_satisfied.change.value == pytest.approx(satisfied[1] - satisfied[0])


def test_without_a_link_the_variances_of_the_waves_add_up() -> None:
    data = panel(np.random.default_rng(3))
    found = compared(data, linked=False)
    parts = []
    for wave in (0, 1):
        inside = data.wave == wave
        answers = 100 * (data.values[inside, 0].astype(float) - 1) / 9

        def mean(weights: np.ndarray, answers: np.ndarray = answers) -> float:
            return float(weights @ answers / weights.sum())

        parts.append(float(jackknife_jk1(mean, data.group[inside]).stderr) ** 2)
    assert found.conservative
    assert found.overall.change.stderr == pytest.approx(np.sqrt(sum(parts)), rel=1e-10)
    # Satterthwaite with 29 and 29 degrees of freedom, rounded down.
    df = sum(parts) ** 2 / sum(part**2 / 29 for part in parts)
    assert found.overall.change.df == int(df)


def test_the_link_makes_the_interval_of_those_who_stay_narrower() -> None:
    truth = make_truth(np.random.default_rng(1), dict.fromkeys(AREAS, ()))
    data = simulate_panel(np.random.default_rng(2), truth, truth, 400)
    cells, plan = make_cells(data), make_plan(data.columns, suppress=False)
    with_link = compare_waves(cells, plan, "before", "after")
    without = compare_waves(cells, plan, "before", "after", linked=False)
    assert with_link.index.change.stderr < 0.85 * without.index.change.stderr
    assert with_link.index.change.value == without.index.change.value


def test_a_group_that_only_one_wave_holds_still_counts() -> None:
    rng = np.random.default_rng(4)
    data = panel(rng)
    kept = (data.wave == 0) | (data.group % 3 > 0)
    thinned = dataset(data.values[kept], data.wave[kept], data.group[kept])
    found = compared(thinned)
    expected = jackknife_jk1(on_rows(thinned, frozen=True), thinned.group)
    assert found.groups == 30
    assert found.index.change.stderr == pytest.approx(float(expected.stderr), rel=1e-10)


def test_the_same_answers_twice_have_no_error_and_no_verdict_of_no_change() -> None:
    rng = np.random.default_rng(5)
    answers, group = random_answers(rng, 120), rng.integers(0, 30, 120)
    data = dataset(np.tile(answers, (2, 1)), np.repeat([0, 1], 120), np.tile(group, 2))
    found = compared(data)
    assert found.index.change.value == 0
    assert found.index.change.stderr is None
    assert found.index.p is None
    assert found.index.established is None
    assert found.index.verdict == CANNOT_TELL


def test_the_order_of_rows_and_of_communities_does_not_matter() -> None:
    rng = np.random.default_rng(19)
    data = panel(rng)
    order = rng.permutation(len(data.values))
    mixed = dataset(data.values[order], data.wave[order], data.group[order])
    assert compared(mixed) == compared(data)


# --- the index taken apart --------------------------------------------------------------------


def test_performance_and_weights_make_up_the_whole_change() -> None:
    data = panel(np.random.default_rng(6))
    found = compared(data)
    whole = found.by_performance.value + found.by_weights.value
    assert found.index_own.change.value == pytest.approx(whole, rel=1e-12)
    percent = [[c.reference for c in found.performance], [c.value for c in found.performance]]
    shares = []
    for wave in (0, 1):
        picks = [(data.values[data.wave == wave, 1 + 2 * k] == 1).sum() for k in range(3)]
        shares.append(np.array(picks) / np.sum(picks))
    parts = decompose_change(shares[0], np.array(percent[0]), shares[1], np.array(percent[1]))
    assert found.by_performance.value == pytest.approx(float(parts.performance.sum()))
    assert found.by_weights.value == pytest.approx(float(parts.weights.sum()))


def test_weights_of_an_older_base_are_taken_from_the_plan() -> None:
    data = panel(np.random.default_rng(7))
    shares = (("cleaning", 0.5), ("security", 0.3), ("repairs", 0.2))
    found = compared(data, weights="frozen", shares=shares)
    changes = [contrast.change.value for contrast in found.performance]
    assert found.index.change.value == pytest.approx(np.dot([0.5, 0.3, 0.2], changes))
    assert found.by_weights.value == pytest.approx(0, abs=1e-12)


def test_a_trend_keeps_the_weights_of_its_first_wave() -> None:
    data = panel(np.random.default_rng(8))
    found = make_trend(make_cells(data), plan_of(data))
    step = compared(data)
    assert (found.base, [point.wave for point in found.points]) == ("2025", ["2025", "2026"])
    assert found.points[0].index == found.points[0].index_own
    assert found.points[1].index.value == pytest.approx(step.index.value)
    assert found.points[1].index_own.value == pytest.approx(step.index_own.value)
    assert found.steps == (step,)
    backwards = make_trend(make_cells(data), plan_of(data), base="2026")
    assert backwards.points[1].index == found.points[1].index_own


# --- what is compared -------------------------------------------------------------------------


def two_instruments(rng: np.random.Generator) -> tuple[Cells, Cells, StudyPlan]:
    group = rng.integers(0, 30, 100)
    old = dataset(random_answers(rng, 100), np.zeros(100), group)
    asked = (*columns(("cleaning",)), *columns(("security",), (1, 2, 3, 4, 5, 6))[1:])
    asked = (*asked, *columns(("parking",))[1:])
    new = dataset(random_answers(rng, 100), np.ones(100), group, asked=asked)
    return make_cells(old), make_cells(new), plan_of(old)


def test_of_two_instruments_only_what_both_asked_alike_is_compared() -> None:
    first, second, plan = two_instruments(np.random.default_rng(9))
    found = compare_surveys(first, second, plan, "2025", "2026")
    assert [contrast.code for contrast in found.performance] == ["cleaning"]
    assert found.only_before == ("performance.repairs", "priority.repairs")
    assert found.only_after == ("performance.parking", "priority.parking")
    # The only common item carries the whole index.
    assert found.index.change.value == pytest.approx(found.performance[0].change.value)


def test_a_wave_without_picks_is_still_a_trend_at_the_weights_of_the_base() -> None:
    rng = np.random.default_rng(10)
    group = rng.integers(0, 30, 100)
    old = dataset(random_answers(rng, 100), np.zeros(100), group)
    asked = tuple(column for column in columns() if column.role is not Role.PRIORITY)
    kept = [k for k, column in enumerate(columns()) if column.role is not Role.PRIORITY]
    new = dataset(random_answers(rng, 100)[:, kept], np.ones(100), group, asked=asked)
    found = compare_surveys(make_cells(old), make_cells(new), plan_of(old), "2025", "2026")
    assert found.index.change.value is not None
    assert found.index_own is None
    assert found.pfi == ()


def test_communities_of_one_wave_alone_are_left_out() -> None:
    data = panel(np.random.default_rng(11))
    alone = np.arange(len(data.values)) % 4 == 0
    places = np.where(alone, 1 + data.wave, 0)
    mixed = dataset(data.values, data.wave, data.group, communities=places)
    found = compared(mixed)
    assert found.left_out == ("B", "C")
    only = dataset(data.values[~alone], data.wave[~alone], data.group[~alone])
    assert found.index == compared(only).index


def test_a_wave_that_is_not_there_is_named() -> None:
    data = panel(np.random.default_rng(12))
    with pytest.raises(NoSuchWaveError) as caught:
        compare_waves(make_cells(data), plan_of(data), "2025", "2024")
    assert caught.value.wave == "2024"


def test_the_recommendation_score_is_compared_on_its_own_scale() -> None:
    rng = np.random.default_rng(13)
    asked = (*columns(), Column("nps", Role.ATTRIBUTE, "nps", tuple(range(11))))
    data = panel(rng)
    points = rng.integers(0, 11, len(data.values))
    wide = dataset(
        np.concatenate([data.values, 1 + points[:, None]], axis=1),
        data.wave,
        data.group,
        asked=asked,
    )
    found = compared(wide, nps="nps").nps
    scores = [
        100 * (np.mean(points[data.wave == w] >= 9) - np.mean(points[data.wave == w] <= 6))
        for w in (0, 1)
    ]
    assert (found.reference, found.value) == pytest.approx(tuple(scores))


def test_each_wave_is_weighted_to_the_same_known_homes() -> None:
    rng = np.random.default_rng(14)
    data = panel(rng)
    cell = (rng.random(len(data.values)) < 0.3 + 0.4 * data.wave).astype(np.int64)
    split = replace(
        data, cell_variables=("tenure",), cell_names=(("owner",), ("tenant",)), cell=cell
    )
    weighting = Weighting((make_margin("tenure", {"owner": 60, "tenant": 40}),))
    found = compared(split, weighting=weighting)
    means = [
        sum(
            share * np.mean(rows_of(data, wave, 0)[cell[data.wave == wave] == value])
            for value, share in ((0, 0.6), (1, 0.4))
        )
        for wave in (0, 1)
    ]
    assert found.overall.change.value == pytest.approx(100 / 9 * (means[1] - means[0]))
    assert found.overall.change.stderr > 0


# --- what is said -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("low", "high", "is_established", "said"),
    [
        (0.5, 6.0, True, REAL),
        (2.5, 3.5, True, REAL),
        (0.1, 1.5, True, TOO_SMALL),
        (-1.0, 1.0, False, NOISE),
        (0.1, 1.5, False, NOISE),
        (-0.1, 3.8, False, CANNOT_TELL),
        (-3.0, 0.5, False, CANNOT_TELL),
        (-1.0, 2.0, False, CANNOT_TELL),
        (-2.5, 2.5, False, CANNOT_TELL),
        (-9.0, 9.0, False, CANNOT_TELL),
        (0.1, 3.0, False, CANNOT_TELL),
    ],
)
def test_what_an_interval_allows_to_say(
    low: float, high: float, is_established: bool, said: str
) -> None:
    change = Estimate((low + high) / 2, 1.0, low, high, 100, 29)
    assert verdict(change, is_established=is_established, smallest=2.0) == said


def test_a_change_without_an_interval_cannot_be_told_and_none_says_nothing() -> None:
    bare = Estimate(0.0, None, None, None, 12)
    assert verdict(bare, is_established=False, smallest=2.0) == CANNOT_TELL
    nothing = Estimate(None, None, None, None, 3)
    assert verdict(nothing, is_established=False, smallest=2.0) is None


def test_a_large_real_change_is_told_apart_from_chance() -> None:
    rng = np.random.default_rng(15)
    group = rng.integers(0, 30, 200)
    values = random_answers(rng, 400)
    values[200:, 2] = np.clip(values[200:, 2] % BLANK + 2, 1, 5)
    data = dataset(values, np.repeat([0, 1], 200), np.tile(group, 2))
    found = {contrast.code: contrast for contrast in compared(data).performance}
    assert found["cleaning"].verdict == REAL
    assert found["cleaning"].exceeds
    assert found["cleaning"].p_holm == pytest.approx(3 * found["cleaning"].p)
    assert not found["security"].established


def small(n: int) -> Dataset:
    rng = np.random.default_rng(16)
    values = random_answers(rng, 100 + n)
    values[:, 2::2] = values[:, 2::2] % BLANK + 1
    values[:, 2::2] = np.clip(values[:, 2::2], 1, 5)
    group = np.arange(100 + n) % 30
    return dataset(values, np.repeat([0, 1], [100, n]), group)


def test_no_change_is_published_below_thirty_answers() -> None:
    for n, is_said in ((29, False), (30, True)):
        found = compared(small(n), suppress=True)
        every = (found.index, found.overall, found.overall_satisfied, *found.performance)
        assert all((one.change.value is not None) == is_said for one in every)
        assert all((one.value is not None) == is_said for one in every)
        assert all((one.verdict is not None) == is_said for one in every)
        assert found.indicative


def test_groups_are_folded_as_the_smaller_wave_asks_for() -> None:
    assert compared(small(60)).groups == 30
    assert compared(small(59)).groups == 15
    assert compared(small(29)).groups == 10
    found = compared(small(19))
    assert found.groups == 0
    assert found.overall.change.value is not None
    assert found.overall.change.low is None
    assert found.overall.verdict == CANNOT_TELL


def test_groups_that_came_with_the_data_are_no_link_unless_said() -> None:
    data = panel(np.random.default_rng(17))
    own = dataset(data.values, data.wave, data.group, own_groups=True)
    assert not compared(own).linked
    assert compared(own, linked=True).index == compared(data).index


def test_intervals_have_the_level_of_the_plan() -> None:
    data = panel(np.random.default_rng(18))
    change = compared(data, level=0.9).index.change
    half = make_limits(29, 0.9).t * change.stderr
    assert (change.low, change.high) == pytest.approx((change.value - half, change.value + half))
