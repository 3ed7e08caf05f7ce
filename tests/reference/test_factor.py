"""KMO, Bartlett, factors and polychoric correlations agree with psych and R (case 11)."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from app.analysis.scales.factor import Factors, fit_factors, fit_measures, oblimin, varimax
from app.analysis.scales.polychoric import polychoric_matrix
from app.analysis.scales.suitability import adequacy, sphericity
from tests.reference.entries import differences
from tests.reference.expected import HERE, read_expected

EXPECTED = read_expected(HERE / "bfi" / "expected_factor.json")


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    data = pd.read_csv(HERE / "reliability" / "bfi.csv")
    items = [f"{scale}{k}" for scale in "ACENO" for k in range(1, 6)]
    return data[items].dropna().astype(float)


@pytest.fixture(scope="module")
def matrix(answers: pd.DataFrame) -> NDArray[np.float64]:
    return np.corrcoef(answers.to_numpy().T)


@pytest.fixture(scope="module")
def fitted(matrix: NDArray[np.float64], answers: pd.DataFrame) -> Factors:
    return fit_factors(matrix, 5, len(answers))


def test_eigenvalues_kmo_and_bartlett_equal_r(
    matrix: NDArray[np.float64], answers: pd.DataFrame
) -> None:
    assert len(answers) == EXPECTED.value("n")
    values = np.linalg.eigvalsh(matrix)[::-1]
    assert differences(EXPECTED, "eigenvalues", values.tolist()) == []
    found = adequacy(matrix)
    items = dict(zip(answers.columns, found.items.tolist(), strict=True))
    assert differences(EXPECTED, "kmo", {"overall": found.overall, "items": items}) == []
    test = sphericity(matrix, len(answers))
    said = {"chisq": test.chi_square, "df": test.df, "p": test.p}
    assert differences(EXPECTED, "bartlett", said) == []


def test_uniquenesses_and_the_test_of_five_factors_equal_factanal(
    fitted: Factors, answers: pd.DataFrame
) -> None:
    found = dict(zip(answers.columns, fitted.uniqueness.tolist(), strict=True))
    assert differences(EXPECTED, "ml5_uniqueness", found) == []
    assert not fitted.on_border
    assert EXPECTED.agrees(fitted.chi_square, "ml5_test", "chisq")
    assert fitted.df == EXPECTED.value("ml5_test")["df"]
    # The tail has 202 zeros: a relative error of 1e-9 in chi-square is one of 1e-6 in p.
    assert EXPECTED.agrees(fitted.p, "ml5_test", "p")


def test_varimax_loadings_equal_factanal(fitted: Factors) -> None:
    value = EXPECTED.value("ml5_varimax_loadings")
    found = {"rows": value["rows"], "loadings": varimax(fitted.loadings).tolist()}
    assert differences(EXPECTED, "ml5_varimax_loadings", found) == []


def test_oblique_loadings_and_fit_equal_psych(
    fitted: Factors, matrix: NDArray[np.float64], answers: pd.DataFrame
) -> None:
    entry = EXPECTED.entries["ml5_oblimin"]
    value = np.array(entry["value"]["loadings"])
    loadings, joint = oblimin(fitted.loadings)
    # Order and sign of factors are free; psych's correlations are those before it turned signs.
    order = min(
        permutations(range(5)),
        key=lambda one: float(np.abs(np.abs(loadings[:, one]) - np.abs(value)).max()),
    )
    signs = np.sign((loadings[:, order] * value).sum(axis=0))
    assert np.abs(loadings[:, order] * signs - value).max() < entry["atol"]
    turned = np.abs(joint[np.ix_(order, order)])
    assert np.abs(turned - np.abs(entry["value"]["phi"])).max() < entry["atol"]
    index, error = fit_measures(matrix, fitted, len(answers))
    assert EXPECTED.agrees(index, "ml5_oblimin", "TLI")
    assert EXPECTED.agrees(error, "ml5_oblimin", "RMSEA")


def test_polychoric_correlations_equal_psych(answers: pd.DataFrame) -> None:
    found = polychoric_matrix(answers[[f"A{k}" for k in range(1, 6)]])
    assert differences(EXPECTED, "polychoric_A1_A5", found.tolist()) == []


def test_no_expected_value_is_left_out() -> None:
    assert set(EXPECTED.entries) == {
        "n", "eigenvalues", "kmo", "bartlett", "ml5_uniqueness", "ml5_varimax_loadings",
        "ml5_test", "ml5_oblimin", "polychoric_A1_A5",
    }  # fmt: skip
