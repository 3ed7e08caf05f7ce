"""Differences of two waves agree with R: partially overlapping, paired, Welch, shares, ranks."""

import numpy as np
import pandas as pd
import pytest

from app.analysis.comparison.overlap import (
    Difference,
    overlap_shares,
    overlap_test,
    paired_test,
    signed_ranks,
    welch_test,
)
from tests.reference.expected import HERE, SHARED, read_expected

FOLDER = HERE / "overlap"
EXPECTED = read_expected(FOLDER / "expected.json")
DERRICK = SHARED / "reference" / "09_overlap_t" / "derrick2017.csv"
NOT_HERE = "the example of Derrick 2017 lies outside the repository, under ../shared"


def columns(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")


def sleep() -> tuple[np.ndarray, np.ndarray]:
    data = columns("sleep").sort_values(["group", "ID"])
    first, second = (data.loc[data["group"] == group, "extra"] for group in (1, 2))
    return first.to_numpy(), second.to_numpy()


def derrick(**options: bool) -> Difference:
    if not DERRICK.is_file():
        pytest.skip(NOT_HERE)
    data = pd.read_csv(DERRICK)
    return overlap_test(data["a"], data["b"], **options)


def bfi(name: str, **options: bool) -> Difference:
    data = columns(name)
    return overlap_test(data["A4"], data["A5"], **options)


def by_gender() -> Difference:
    data = columns("bfi_items")
    return welch_test(*(data.loc[data["gender"] == gender, "A4"] for gender in (1, 2)))


TESTS = {
    "derrick_eq": lambda: derrick(equal_variances=True),
    "derrick_uneq": derrick,
    "bfi_subset_uneq": lambda: bfi("bfi_overlap_subset"),
    "bfi_subset_eq": lambda: bfi("bfi_overlap_subset", equal_variances=True),
    "bfi_full_uneq": lambda: bfi("bfi_items"),
    "bfi_full_paired": lambda: paired_test(columns("bfi_items")["A4"], columns("bfi_items")["A5"]),
    "bfi_A4_welch_gender": by_gender,
    "sleep_paired": lambda: paired_test(*sleep()),
    "sleep_welch": lambda: welch_test(*sleep()),
}


@pytest.mark.parametrize("name", TESTS)
def test_a_difference_its_test_and_its_interval_agree(name: str) -> None:
    found = TESTS[name]()
    assert EXPECTED.agrees(found.statistic, name, "t")
    assert EXPECTED.agrees(found.df, name, "df")
    assert EXPECTED.agrees(found.p, name, "p")
    assert EXPECTED.agrees(found.value, name, "diff")
    assert EXPECTED.agrees(found.low, name, "ci", 0)
    assert EXPECTED.agrees(found.high, name, "ci", 1)


def test_shares_of_overlapping_samples_agree() -> None:
    data = columns("bfi_overlap_subset")
    found = overlap_shares(
        *(np.where(data[item].isna(), np.nan, data[item] >= 5) for item in ("A4", "A5"))
    )
    assert EXPECTED.agrees(found.statistic, "prop_overlap", "statistic")
    assert EXPECTED.agrees(found.p, "prop_overlap", "p.value")
    assert EXPECTED.agrees(found.value, "prop_overlap", "estimate")
    assert EXPECTED.agrees(found.low, "prop_overlap", "conf.int", 0)
    assert EXPECTED.agrees(found.high, "prop_overlap", "conf.int", 1)


def test_signed_ranks_agree_with_ties_and_continuity_corrected() -> None:
    found = signed_ranks(*sleep())
    assert EXPECTED.agrees(found.statistic, "sleep_wilcox", "V")
    assert EXPECTED.agrees(found.p, "sleep_wilcox", "p")


def test_every_expected_value_has_its_test() -> None:
    assert set(EXPECTED.entries) == {*TESTS, "prop_overlap", "sleep_wilcox"}
