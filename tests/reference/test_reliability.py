"""Alpha, its companions and omega agree with psych, lavaan and semTools (case 06)."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from app.analysis.scales.alpha import alpha_of, feldt_interval
from app.analysis.scales.covariance import covariance_of_rows, reverse
from app.analysis.scales.omega import fit_one_factor, omega_of
from tests.reference.expected import HERE, read_expected

FOLDER = HERE / "reliability"
EXPECTED = read_expected(FOLDER / "expected.json")
REVERSED = ("A1", "C4", "C5", "E1", "E2", "O2", "O5")
SCALES = "ACENO"
ALPHAS = (
    "attitude_alpha",
    *(f"bfi_{scale}_alpha_{way}" for scale in SCALES for way in ("pairwise", "listwise")),
)
OMEGAS = ("attitude_omega_cfa", *(f"bfi_{scale}_omega_cfa" for scale in SCALES))


@pytest.fixture(scope="module")
def attitude() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "attitude.csv")


@pytest.fixture(scope="module")
def bfi() -> pd.DataFrame:
    data = pd.read_csv(FOLDER / "bfi.csv").astype(float)
    places = [data.columns.get_loc(name) for name in REVERSED]
    return pd.DataFrame(reverse(data.to_numpy(), places, 1, 6), columns=data.columns)


def rows_of(
    entry: str, attitude: pd.DataFrame, bfi: pd.DataFrame
) -> tuple[list[str], NDArray[np.float64]]:
    """Return the items of an entry and their answers."""
    if entry.startswith("attitude"):
        return list(attitude.columns), attitude.to_numpy(dtype=float)
    names = [f"{entry.split('_')[1]}{k}" for k in range(1, 6)]
    return names, bfi[names].to_numpy(dtype=float)


@pytest.mark.parametrize("entry", ALPHAS)
def test_alpha_and_all_its_companions_equal_psych(
    entry: str, attitude: pd.DataFrame, bfi: pd.DataFrame
) -> None:
    names, rows = rows_of(entry, attitude, bfi)
    covariance = covariance_of_rows(rows, listwise=entry.endswith("listwise"))
    found = alpha_of(covariance.matrix)
    low, high = feldt_interval(found.raw, covariance.rows, len(names))
    assert EXPECTED.agrees(found.raw, entry, "raw_alpha")
    assert EXPECTED.agrees(found.standardised, entry, "std_alpha")
    assert EXPECTED.agrees(found.guttman6, entry, "G6")
    assert EXPECTED.agrees(found.average_r, entry, "average_r")
    assert EXPECTED.agrees(low, entry, "feldt", "lower")
    assert EXPECTED.agrees(high, entry, "feldt", "upper")
    assert not found.check_reversed
    for k, name in enumerate(names):
        assert EXPECTED.agrees(float(found.item_rest[k]), entry, "item_rest_r", name)
        assert EXPECTED.agrees(float(found.if_dropped[k]), entry, "alpha_if_dropped", name)
    if entry.endswith("listwise"):
        assert covariance.rows == covariance.least == EXPECTED.value(entry)["n"]


@pytest.mark.parametrize("entry", OMEGAS)
def test_one_factor_and_both_omegas_equal_lavaan(
    entry: str, attitude: pd.DataFrame, bfi: pd.DataFrame
) -> None:
    names, rows = rows_of(entry, attitude, bfi)
    covariance = covariance_of_rows(rows, listwise=True)
    # lavaan divides by n, so its loadings are those of a slightly smaller matrix.
    matrix = covariance.matrix * (covariance.rows - 1) / covariance.rows
    model, found = fit_one_factor(matrix), omega_of(matrix)
    assert EXPECTED.agrees(found.model, entry, "omega_model")
    assert not found.on_border
    for k, name in enumerate(names):
        assert EXPECTED.agrees(float(model.loadings[k]), entry, "loadings", name)
    if "resid" in EXPECTED.value(entry):
        assert EXPECTED.agrees(found.observed, entry, "omega_compRelSEM")
        for k, name in enumerate(names):
            assert EXPECTED.agrees(float(model.residuals[k]), entry, "resid", name)


def test_the_pairwise_covariance_matrix_equals_r(bfi: pd.DataFrame) -> None:
    covariance = covariance_of_rows(bfi[[f"A{k}" for k in range(1, 6)]])
    for i in range(5):
        for j in range(5):
            assert EXPECTED.agrees(float(covariance.matrix[i, j]), "bfi_A_cov_pairwise", i, j)
            assert EXPECTED.agrees(float(covariance.n[i, j]), "bfi_A_npair", i, j)


def test_no_expected_value_is_left_out() -> None:
    assert set(EXPECTED.entries) == {*ALPHAS, *OMEGAS, "bfi_A_cov_pairwise", "bfi_A_npair"}
