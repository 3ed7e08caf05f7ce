"""Derived importance agrees with R on the attitude data, and on a resident survey through cells."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import BLANK, Column, Dataset, Role
from app.analysis.disclosure.floors import OWN_ROWS
from app.analysis.importance import derived
from app.analysis.importance.correlations import correlations, pair_sums_of_rows
from app.analysis.importance.drivers import make_drivers
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.uncertainty.jackknife import jackknife_jk1
from tests.reference.expected import HERE, SHARED, Expected, read_expected

EXPECTED = read_expected(HERE / "drivers" / "expected.json")
RATING = "attitude_rating"
DATA = pd.read_csv(HERE / "reliability" / "attitude.csv")
ROWS = DATA.to_numpy(dtype=float)
NAMES = tuple(DATA.columns[1:])

MEASURES: dict[str, Callable[[NDArray[np.float64]], NDArray[np.float64]]] = {
    "beta_std": derived.standardised_betas,
    "r_zero_order": lambda matrix: matrix[0, 1:],
    "vif": derived.variance_inflation,
    "lmg": derived.lmg,
    "first": derived.first,
    "last": derived.last,
    "betasq": derived.betasq,
    "pratt": derived.pratt,
    "genizi": derived.relative_weights,
    "car": derived.car,
    "johnson_rw": derived.relative_weights,
}
REGRESSION = {"n", "R2", "adjR2", "coef", "coef_se"}
JACKKNIFE = {"lmg_jackknife_se": derived.lmg, "rw_jackknife_se": derived.relative_weights}
OTHER_ENTRIES = {
    "attitude_rwa_package": derived.relative_weights,
    "attitude_lmg_from_cov": derived.lmg,
}


def matrix_of(rows: NDArray[np.float64]) -> NDArray[np.float64]:
    return correlations(pair_sums_of_rows(rows))


@pytest.mark.parametrize("measure", MEASURES)
def test_every_measure_equals_r(measure: str) -> None:
    found = MEASURES[measure](matrix_of(ROWS))
    for value, name in zip(found, NAMES, strict=True):
        assert EXPECTED.agrees(float(value), RATING, measure, name)


def test_the_regression_in_the_units_of_the_data_equals_r() -> None:
    found = derived.regression(matrix_of(ROWS), ROWS.mean(axis=0), ROWS.std(axis=0, ddof=1), 30)
    assert found.n == EXPECTED.value(RATING)["n"]
    assert EXPECTED.agrees(found.r_squared, RATING, "R2")
    assert EXPECTED.agrees(found.adjusted_r_squared, RATING, "adjR2")
    assert EXPECTED.agrees(found.intercept, RATING, "coef", "(Intercept)")
    assert EXPECTED.agrees(found.intercept_stderr, RATING, "coef_se", "(Intercept)")
    for k, name in enumerate(NAMES):
        assert EXPECTED.agrees(float(found.slopes[k]), RATING, "coef", name)
        assert EXPECTED.agrees(float(found.slopes_stderr[k]), RATING, "coef_se", name)


@pytest.mark.parametrize("measure", JACKKNIFE)
def test_deleting_one_row_at_a_time_gives_the_standard_errors_of_r(measure: str) -> None:
    result = jackknife_jk1(
        lambda weights: JACKKNIFE[measure](matrix_of(ROWS[weights > 0])), np.arange(len(ROWS))
    )
    for value, name in zip(result.stderr, NAMES, strict=True):
        assert EXPECTED.agrees(float(value), RATING, measure, name)


@pytest.mark.parametrize("entry", OTHER_ENTRIES)
def test_other_programs_give_the_same(entry: str) -> None:
    found = OTHER_ENTRIES[entry](matrix_of(ROWS))
    for value, name in zip(found, NAMES, strict=True):
        assert EXPECTED.agrees(float(value), entry, name)


def test_no_expected_value_is_left_out() -> None:
    assert set(EXPECTED.entries) == {RATING, *OTHER_ENTRIES}
    assert set(EXPECTED.value(RATING)) == {*MEASURES, *REGRESSION, *JACKKNIFE}


RESIDENTS = SHARED / "reference" / "15_kcmo_residents"


@dataclass(frozen=True)
class Residents:
    """The resident survey of case 15, which stays outside the repository."""

    expected: Expected
    rows: NDArray[np.float64]
    items: tuple[str, ...]
    frame: Frame


@pytest.fixture(scope="module")
def residents() -> Residents:
    if not RESIDENTS.is_dir():
        pytest.skip("the resident survey lies outside the repository, under ../shared")
    expected = read_expected(RESIDENTS / "expected.R.json")
    data = pd.read_csv(RESIDENTS / "kcmo_residents.csv")
    items = tuple(expected.value("rw_pairwise"))
    names = ["q2_01", *(f"q3_{k:02}" for k in range(1, len(items) + 1))]
    rows = data[names].to_numpy(dtype=float)
    rows[rows == 9] = np.nan
    scale = (1, 2, 3, 4, 5)
    columns = (
        Column("overall", Role.OVERALL, "overall", scale),
        *(Column(item, Role.PERFORMANCE, item, scale) for item in items),
    )
    zeros = np.zeros(len(rows), dtype=np.int64)
    dataset = Dataset(
        columns=columns,
        values=np.where(np.isnan(rows), BLANK, rows).astype(np.uint8),
        wave=zeros,
        community=zeros,
        group=data["dag30"].to_numpy(dtype=np.int64),
        waves=("both",),
        communities=("city",),
        own_groups=True,
    )
    return Residents(expected, rows, items, make_frame(make_cells(dataset), floors=OWN_ROWS))


def test_drivers_from_cells_of_a_real_survey_equal_r(residents: Residents) -> None:
    result = make_drivers(residents.frame, residents.items, Role.PERFORMANCE)
    answered = np.isfinite(residents.rows).astype(int)
    assert (result.source, result.n) == ("own", (answered.T @ answered).min())
    assert result.weakest == ("court", "planning")
    for item in result.items:
        expected, code = residents.expected, item.code
        assert expected.agrees(item.correlation, "r_overall_pairwise", code)
        assert expected.agrees(item.relative_weight, "rw_pairwise", code)
        assert expected.agrees(item.share.value, "rw_share_pairwise", code)
        assert expected.agrees(item.share.stderr, "rw_share_dagjk30_se", code)
    matrix = correlations(pair_sums_of_rows(residents.rows))
    smallest = float(np.linalg.eigvalsh(matrix)[0])
    assert residents.expected.agrees(smallest, "pairwise_corr_min_eigen")


def test_drivers_of_complete_rows_of_a_real_survey_equal_r(residents: Residents) -> None:
    complete = pair_sums_of_rows(residents.rows, listwise=True)
    matrix = correlations(complete)
    for value, name in zip(derived.relative_weights(matrix), residents.items, strict=True):
        assert residents.expected.agrees(float(value), "rw_listwise", name)
    entry = "lmg_top8_emphasis_listwise"
    chosen = residents.expected.value(entry)["items"]
    places = [0, *(1 + residents.items.index(name) for name in chosen)]
    eight = correlations(complete.take(places))
    assert int(complete.n.min()) == residents.expected.value(entry)["n"]
    assert residents.expected.agrees(float(derived.r_squared(eight)), entry, "R2")
    for k in range(len(chosen)):
        assert residents.expected.agrees(float(derived.lmg(eight)[k]), entry, "lmg", k)
        assert residents.expected.agrees(
            float(derived.relative_weights(eight)[k]), entry, "genizi", k
        )


def test_no_driver_of_the_resident_survey_is_left_out(residents: Residents) -> None:
    derived_entries = {
        name for name in residents.expected.entries if name.startswith(("rw_", "lmg"))
    }
    assert derived_entries == {
        "rw_pairwise",
        "rw_share_pairwise",
        "rw_share_dagjk30_se",
        "rw_listwise",
        "lmg_top8_emphasis_listwise",
    }
