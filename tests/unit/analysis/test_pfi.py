import numpy as np
import pytest

from app.analysis.priorities.pfi import Term, band, make_pfi_list, pfi_values, standings
from app.analysis.uncertainty.intervals import make_limits
from app.analysis.uncertainty.ranks import rank_intervals
from app.analysis.uncertainty.replicate import Replicates

GROUPS = 30


def replicated(value: float, stderr: float, seed: int = 1) -> np.ndarray:
    """Return a statistic whose jackknife error is exactly `stderr`."""
    noise = np.random.default_rng(seed).normal(size=GROUPS)
    noise -= noise.mean()
    noise *= stderr / np.sqrt((GROUPS - 1) / GROUPS * (noise**2).sum())
    return np.concatenate([[value], value + noise])


def stack(*columns: np.ndarray) -> np.ndarray:
    return np.stack(columns, axis=1)


REPLICATES = Replicates(np.zeros((GROUPS + 1, 1), dtype=np.int64), GROUPS)
LIMITS = make_limits(GROUPS - 1, 0.95)
T = LIMITS.t


def pfi_of(weights: np.ndarray, *terms: Term):
    n = np.full(weights.shape[1], 100)
    return make_pfi_list(weights, terms, REPLICATES, LIMITS, n=n)


def constant(value: float) -> np.ndarray:
    return np.full(GROUPS + 1, value)


def test_a_point_below_the_minimum_counts_twice() -> None:
    # T - P = 30, A - P = 10, weight .5: .5 (30 + 10) = 20
    terms = (Term(1.0, np.array([[30.0]])), Term(1.0, np.array([[10.0]])))
    assert pfi_values(np.array([[0.5]]), terms)[0, 0] == 20.0


def test_beyond_the_target_there_is_nothing_to_gain() -> None:
    assert pfi_values(np.array([[0.5]]), (Term(1.0, np.array([[-30.0]])),))[0, 0] == 0.0


def test_far_from_zero_the_interval_is_the_t_interval_of_the_replicates() -> None:
    found = pfi_of(stack(constant(0.5)), Term(1.0, stack(replicated(30.0, 2.0))))
    estimate = found.estimates[0]
    assert estimate.value == 15.0
    assert estimate.stderr == pytest.approx(1.0)
    assert estimate.low == pytest.approx(15.0 - T)
    assert estimate.high == pytest.approx(15.0 + T)


@pytest.mark.parametrize("shortfall", [1.0, 0.0, -1.0, 5.9])
def test_near_zero_the_interval_is_the_image_of_the_shortfalls_own(shortfall: float) -> None:
    found = pfi_of(stack(constant(0.5)), Term(1.0, stack(replicated(shortfall, 2.0))))
    estimate = found.estimates[0]
    assert estimate.value == pytest.approx(max(0.0, 0.5 * shortfall))
    assert estimate.stderr is None
    assert estimate.low == pytest.approx(max(0.0, 0.5 * (shortfall - 2.0 * T)))
    assert estimate.high == pytest.approx(max(0.0, 0.5 * (shortfall + 2.0 * T)))


def test_near_zero_the_far_term_still_moves_by_replicate() -> None:
    far, near = replicated(20.0, 1.0, seed=2), replicated(0.5, 1.0, seed=3)
    found = pfi_of(stack(constant(1.0)), Term(1.0, stack(far)), Term(1.0, stack(near)))
    estimate = found.estimates[0]
    both = REPLICATES.stderr((far + near)[:, None])[0]
    assert estimate.value == pytest.approx(20.5)
    assert estimate.high == pytest.approx(max(20.5 + T * both, 20.0 + T))
    assert estimate.low == pytest.approx(max(20.5 - T * both, 20.0 - T))


def test_an_item_nobody_picks_has_no_error_to_say() -> None:
    found = pfi_of(stack(constant(0.0)), Term(1.0, stack(replicated(1.0, 2.0))))
    assert found.estimates[0].value == 0.0
    assert found.estimates[0].stderr is None
    assert found.estimates[0].high is None
    assert found.fixed.tolist() == [True]


def test_an_item_without_error_is_told_apart_from_nobody() -> None:
    weights = stack(constant(0.5), constant(0.5), constant(0.5))
    values = stack(replicated(60.0, 1.0, 1), replicated(20.0, 1.0, 2), constant(90.0))
    found = standings(
        pfi_of(weights, Term(1.0, values)),
        np.array([40.0, 80.0, 10.0]),
        ("a", "b", "c"),
        REPLICATES,
        kept=np.ones(3, bool),
    )
    assert [(one.rank, one.low, one.high) for one in found if one] == [
        (2, 1, 2),
        (3, 2, 3),
        (1, 1, 3),
    ]


def test_ties_go_to_lower_performance_then_to_the_code() -> None:
    weights = np.array([[0.5, 0.25, 0.5]])
    term = Term(1.0, np.array([[20.0, 40.0, 20.0]]))
    alone = Replicates(np.zeros((1, 1), dtype=np.int64), 0)
    pfi = make_pfi_list(weights, (term,), alone, make_limits(0, 0.95), n=np.full(3, 9))
    found = standings(
        pfi, np.array([80.0, 60.0, 80.0]), ("b", "c", "a"), alone, kept=np.ones(3, bool)
    )
    assert [one.rank for one in found if one] == [3, 1, 2]
    assert all(one and one.low is None and one.band is None for one in found)


def test_items_left_out_are_neither_ranked_nor_in_the_family() -> None:
    weights = stack(constant(0.5), constant(0.5))
    values = stack(replicated(60.0, 1.0, 1), replicated(20.0, 1.0, 2))
    found = standings(
        pfi_of(weights, Term(1.0, values)),
        np.array([40.0, 80.0]),
        ("a", "b"),
        REPLICATES,
        kept=np.array([True, False]),
    )
    assert found[1] is None
    assert found[0] is not None
    assert (found[0].rank, found[0].low, found[0].high, found[0].band) == (1, 1, 1, None)


def test_a_list_of_three_items_has_ranks_and_no_bands() -> None:
    levels = [60.0, 40.0, 20.0, 10.0]
    for size in (3, 4):
        values = stack(*(replicated(levels[k], 1.0, k) for k in range(size)))
        found = standings(
            pfi_of(stack(*[constant(1 / size)] * size), Term(1.0, values)),
            np.array(levels[:size]),
            tuple("abcd"[:size]),
            REPLICATES,
            kept=np.ones(size, bool),
        )
        assert [one.rank for one in found if one] == list(range(1, size + 1))
        bands = [one.band for one in found if one]
        assert bands == ([None] * 3 if size == 3 else ["A", "A", "A", "C"])


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(1, 3, "A"), (2, 2, "A"), (3, 4, "B"), (1, 9, "B"), (4, 4, "C")],
)
def test_bands_say_who_is_surely_and_who_may_be_among_the_first_three(
    low: int, high: int, expected: str
) -> None:
    assert band(low, high) == expected


def test_rank_intervals_of_one_item_are_its_rank() -> None:
    found = rank_intervals(np.array([5.0]), np.array([[0.0]]), df=29)
    assert (found.rank, found.low, found.high) == ((1,), (1,), (1,))


def test_items_whose_rank_intervals_overlap_may_be_told_apart_all_the_same() -> None:
    # The first and the last differ by t = 5; the middle one differs from both by t = 1.25 only.
    errors = np.array([[0.0, 2.0, 1.0], [2.0, 0.0, 2.0], [1.0, 2.0, 0.0]])
    found = rank_intervals(np.array([15.0, 12.5, 10.0]), errors, df=29)
    assert (found.low, found.high) == ((1, 1, 2), (2, 3, 3))
    assert found.tied == ((1,), (0, 2), (1,))


def test_every_pair_may_have_its_own_degrees_of_freedom() -> None:
    # Printed tables: t = 2.5 is beyond t(.975, 29) = 2.045, not beyond t(.975, 3) = 3.182.
    values, errors = np.array([2.5, 0.0]), np.array([[0.0, 1.0], [1.0, 0.0]])
    assert rank_intervals(values, errors, df=np.full((2, 2), 29)).tied == ((), ())
    assert rank_intervals(values, errors, df=np.full((2, 2), 3)).tied == ((1,), (0,))


def test_without_degrees_of_freedom_every_rank_is_possible() -> None:
    found = rank_intervals(np.array([5.0, 1.0]), np.full((2, 2), np.nan), df=0)
    assert (found.low, found.high) == ((1, 1), (2, 2))
