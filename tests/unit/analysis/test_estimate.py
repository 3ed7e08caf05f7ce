import numpy as np
import pytest

from app.analysis.uncertainty.intervals import (
    effective_sizes,
    make_limits,
    number,
    srs_mean,
    t_interval,
    wilson_interval,
)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    [
        # R prop.test(correct = FALSE)
        (668, 1681, 0.374248800349518, 0.420984158696086),
        (0, 12, 0.0, 0.242494006655241),
        (11, 12, 0.646120088858883, 0.985134905595083),
    ],
)
def test_wilson_intervals_equal_those_of_r(count: int, n: int, low: float, high: float) -> None:
    found_low, found_high = wilson_interval(count, n)
    assert float(found_low) == pytest.approx(low, rel=1e-8, abs=1e-10)
    assert float(found_high) == pytest.approx(high, rel=1e-8, abs=1e-10)


def test_a_share_of_one_reaches_up_to_one_and_no_further() -> None:
    low, high = wilson_interval([12, 3], [12, 3])
    assert (high == 1.0).all()
    assert (low < 1.0).all()


def test_the_limits_of_nobody_and_of_everybody_are_exactly_0_and_1() -> None:
    sizes = np.arange(1, 200)
    low, _ = wilson_interval(np.zeros(sizes.size), sizes)
    _, high = wilson_interval(sizes, sizes)
    assert (low == 0.0).all()
    assert (high == 1.0).all()


def test_a_t_interval_has_the_width_of_its_degrees_of_freedom() -> None:
    found = t_interval(50.0, 2.0, make_limits(29, 0.95), n=100)
    # Printed table: t(.975, 29) = 2.0452.
    assert found.low == pytest.approx(50 - 2 * 2.0452, abs=1e-4)
    assert found.high == pytest.approx(50 + 2 * 2.0452, abs=1e-4)
    assert (found.df, found.n) == (29, 100)


def test_limits_are_cut_at_the_ends_of_the_scale() -> None:
    found = t_interval(99.0, 2.0, make_limits(29, 0.95), n=100, bounds=(0.0, 100.0))
    assert found.high == 100.0


@pytest.mark.parametrize("stderr", [0.0, float("nan")])
def test_an_error_of_nothing_is_never_said(stderr: float) -> None:
    found = t_interval(5.0, stderr, make_limits(29, 0.95), n=10)
    assert (found.value, found.stderr, found.low, found.high) == (5.0, None, None, None)


def test_without_degrees_of_freedom_there_is_no_interval() -> None:
    assert t_interval(5.0, 1.0, make_limits(0, 0.95), n=10).low is None


@pytest.mark.parametrize("value", [float("nan"), float("inf"), None])
def test_what_is_not_a_number_becomes_none(value: float | None) -> None:
    assert number(value) is None


def test_effective_numbers_are_variance_over_squared_error() -> None:
    shares = np.array([0.5, 0.2, 1.0, 0.0])
    n = np.array([100, 100, 100, 50])
    # Design effects 4 and 1: median 2.5 for the shares that carry none of their own.
    stderr = np.array([0.1, 0.04, 0.0, 0.0])
    assert effective_sizes(shares, n, stderr) == pytest.approx([25.0, 100.0, 40.0, 20.0])


def test_a_design_effect_lent_to_others_is_at_least_one() -> None:
    found = effective_sizes(np.array([0.5, 1.0]), np.array([100, 100]), np.array([0.025, 0.0]))
    assert found == pytest.approx([400.0, 100.0])


def test_one_value_has_a_mean_but_no_error() -> None:
    found = srs_mean([4.0])
    assert found.mean == 4.0
    assert np.isnan(found.stderr)
