"""Shares of Copenhagen residents: intervals and tests agree with R, entry by entry."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from app.analysis.uncertainty.intervals import wilson_interval
from app.analysis.uncertainty.proportions import (
    chi_square,
    clopper_pearson_interval,
    jeffreys_interval,
    shares_difference,
)
from tests.reference.entries import differences
from tests.reference.expected import HERE, read_expected

EXPECTED = read_expected(HERE / "housing" / "expected_shares.json")
TABLE = np.array(EXPECTED.value("type_by_sat_chisq")["table"])
METHODS = {
    "wilson": wilson_interval,
    "clopper_pearson": clopper_pearson_interval,
    "jeffreys": jeffreys_interval,
}


def intervals(count: int, n: int, *names: str) -> dict[str, Any]:
    return {name: METHODS[name](count, n) for name in names}


def found() -> dict[str, Any]:
    counts = pd.read_csv(HERE / "housing" / "housing_sat.csv").set_index("Sat")["Freq"]
    high, n = int(counts["High"]), int(counts.sum())
    independence = chi_square(TABLE)
    sizes = TABLE.sum(axis=1).tolist()
    towers = shares_difference((200, 70), (sizes[0], sizes[3]))
    expected = EXPECTED.value("type_by_sat_chisq")
    return {
        "high_sat": {"x": high, "n": n, "p": high / n, **intervals(high, n, *METHODS)},
        "zero_of_12": intervals(0, 12, "wilson", "clopper_pearson"),
        "eleven_of_12": intervals(11, 12, "wilson", "clopper_pearson"),
        "type_by_sat_chisq": {
            **{name: expected[name] for name in ("table", "rows", "cols")},
            "X2": independence.statistic,
            "df": independence.df,
            "p": independence.p,
            "cramers_v": independence.cramers_v,
        },
        "tower_vs_terrace_high": {
            "diff": towers.difference,
            "ci": [towers.low, towers.high],
            "X2": towers.statistic,
            "p": towers.p,
        },
    }


@pytest.mark.parametrize("name", EXPECTED.entries)
def test_every_number_equals_that_of_r(name: str) -> None:
    assert differences(EXPECTED, name, found()[name]) == []
