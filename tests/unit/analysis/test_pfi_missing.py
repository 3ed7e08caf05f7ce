"""Planned missingness: what a household was not offered, or was asked because of a low answer."""

from dataclasses import replace

import numpy as np
import pytest

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import KEPT_OUT, NOT_ASKED, Dataset, Role
from app.analysis.plan import make_plan
from app.analysis.results.study import StudyResult
from app.analysis.simulation.simulate import make_truth, simulate_dataset
from app.analysis.study import run_study

AREAS = tuple("abcdefghi")
LEVELS = (Role.IMPORTANCE, Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)


@pytest.fixture(scope="module")
def full() -> Dataset:
    rng = np.random.default_rng(6)
    return simulate_dataset(rng, make_truth(rng, dict.fromkeys(AREAS, ())), 180)


def study(data: Dataset) -> StudyResult:
    return run_study(make_cells(data), make_plan(data.columns))


def blocked(data: Dataset) -> tuple[Dataset, np.ndarray]:
    """Offer every household the zone columns of three of nine areas, in three rotating blocks."""
    block = np.arange(data.households) % 3
    values = data.values.copy()
    for j, column in enumerate(data.columns):
        if column.role in LEVELS:
            values[AREAS.index(column.item) // 3 != block, j] = NOT_ASKED
    return replace(data, values=values), block


def test_blocks_give_the_means_of_the_households_that_were_offered_the_item(full: Dataset) -> None:
    data, block = blocked(full)
    result = study(data)
    codes = [column.code for column in data.columns]
    for zone in result.zones:
        offered = block == AREAS.index(zone.code) // 3
        points = {
            role: full.values[offered, codes.index(f"tolerance.{zone.code}.{role}")].astype(float)
            for role in (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
        }
        assert zone.adequate.n == offered.sum() == 60
        assert zone.adequate.value == pytest.approx(points[Role.ADEQUATE].mean())
        adequacy = points[Role.PERCEIVED] - points[Role.ADEQUATE]
        assert zone.adequacy.value == pytest.approx(adequacy.mean())
        assert zone.below.value == pytest.approx((adequacy < 0).mean())
        assert zone.below.n == 60


def test_what_is_not_offered_is_not_missing(full: Dataset) -> None:
    values = full.values.copy()
    codes = [column.code for column in full.columns]
    values[::2, codes.index("area.a")] = NOT_ASKED
    found = study(replace(full, values=values)).items[0]
    assert found.n + found.missing == 90


def test_answers_asked_because_of_a_low_one_change_no_number(full: Dataset) -> None:
    data, _ = blocked(full)
    before = study(data)
    # Every household unhappy with an area outside its block is asked its levels all the same:
    # the answers are stored as kept out, and what they are must not matter.
    values = data.values.copy()
    codes = [column.code for column in data.columns]
    triggered = 0
    for j, column in enumerate(data.columns):
        if column.role in LEVELS:
            unhappy = full.values[:, codes.index(f"area.{column.item}")] <= 2
            asked = unhappy & (values[:, j] == NOT_ASKED)
            values[asked, j] = KEPT_OUT + full.values[asked, j]
            triggered += int(asked.sum())
    after = study(replace(data, values=values))
    assert triggered > 100
    assert after.items == before.items
    assert after.zones == before.zones
    assert after.index == before.index
