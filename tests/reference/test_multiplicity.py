"""Adjusted p values agree with R's p.adjust, with ties, 0, 1 and missing values."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.uncertainty.multiple import (
    bh_adjusted,
    bonferroni_adjusted,
    by_adjusted,
    hochberg_adjusted,
    holm_adjusted,
    hommel_adjusted,
)
from tests.reference.expected import HERE, read_expected

FOLDER = HERE / "multiplicity"
EXPECTED = read_expected(FOLDER / "expected.json")
FILES = {"bfi_gender_25": "bfi_gender_welch_p.csv", "attitude_cor_21": "attitude_cor_p.csv"}
METHODS = {
    "holm": holm_adjusted,
    "hochberg": hochberg_adjusted,
    "hommel": hommel_adjusted,
    "BH": bh_adjusted,
    "BY": by_adjusted,
    "bonferroni": bonferroni_adjusted,
}


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", EXPECTED.entries)
def test_every_adjusted_p_value_agrees(name: str, method: str) -> None:
    if name in FILES:
        given = pd.read_csv(FOLDER / FILES[name])["p"].to_numpy(dtype=float)
    else:
        given = np.array(EXPECTED.value(name)["p"], dtype=float)
    found = METHODS[method](given)
    expected = EXPECTED.value(name)[method]
    assert len(found) == len(expected)
    for k, value in enumerate(expected):
        if value is None:
            assert np.isnan(found[k])
        else:
            assert EXPECTED.agrees(found[k], name, method, k)


def test_every_method_of_the_expected_values_is_ours() -> None:
    for name in EXPECTED.entries:
        assert set(EXPECTED.value(name)) - {"p"} == set(METHODS)
