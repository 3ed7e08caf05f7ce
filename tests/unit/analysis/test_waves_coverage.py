"""Intervals of changes cover the known truth: a short, seeded form of `benchmarks/change.py`."""

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Role
from app.analysis.data.moments import Moments
from app.analysis.simulation.panel import WAVES, simulate_panel
from app.analysis.simulation.truth import true_values
from benchmarks.change import Tally, measure, two_truths

SAMPLES = 40


@pytest.fixture(scope="module")
def tally() -> Tally:
    return measure(np.random.default_rng(21), 160, SAMPLES)


# 40 samples: an error of .034 for one statistic; nine items of a sample share their households.
@pytest.mark.parametrize("name", ["index, frozen weights", "index, own weights", "overall"])
def test_intervals_of_single_changes_cover_with_households_linked(tally: Tally, name: str) -> None:
    assert tally.trials[name] == SAMPLES
    assert tally.coverage(name) >= 0.85


@pytest.mark.parametrize("name", ["item", "satisfied share", "PFI"])
def test_intervals_of_lists_of_changes_cover_and_are_not_too_wide(tally: Tally, name: str) -> None:
    assert tally.trials[name] == 9 * SAMPLES
    assert 0.91 <= tally.coverage(name) <= 0.985


def test_a_simulated_wave_has_the_true_values_it_says() -> None:
    before, after = two_truths()
    data = simulate_panel(np.random.default_rng(22), before, after, 40_000)
    cells = make_cells(data, {})
    items = tuple(area.code for area in before.areas)
    for wave, truth in zip(WAVES, (before, after), strict=True):
        exact = true_values(truth)
        part = Moments(cells.layout, cells.select(waves=[wave]).total()[None, :])
        # About 26,000 answers: standard errors of .16 points and .0025 of a share.
        percent = part.percent(Role.PERFORMANCE, items)[0]
        np.testing.assert_allclose(percent, exact.performance, atol=0.7)
        emphasis = part.picks(items)[0] / part.households[0]
        np.testing.assert_allclose(emphasis, exact.emphasis, atol=0.012)


def test_a_household_keeps_its_group_over_the_waves() -> None:
    before, _ = two_truths()
    eager = replace(before, response_rate=0.99)
    data = simulate_panel(np.random.default_rng(23), eager, eager, 3_000, persistence=1.0)
    # Nearly everybody answers twice and says the same, so group means of the waves move together.
    means = [
        [data.values[(data.wave == wave) & (data.group == group), 0].mean() for group in range(30)]
        for wave in (0, 1)
    ]
    assert np.corrcoef(means)[0, 1] > 0.9
