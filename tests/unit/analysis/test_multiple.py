"""Adjusted p values: what every method keeps, and that missing tests are no tests."""

import gc
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from app.analysis.uncertainty.multiple import (
    benjamini_hochberg,
    bh_adjusted,
    bonferroni_adjusted,
    by_adjusted,
    hochberg_adjusted,
    holm,
    holm_adjusted,
    hommel_adjusted,
)

# Names statsmodels, which is written independently of us, gives the methods.
METHODS = {
    "holm": holm_adjusted,
    "simes-hochberg": hochberg_adjusted,
    "hommel": hommel_adjusted,
    "fdr_bh": bh_adjusted,
    "fdr_by": by_adjusted,
    "bonferroni": bonferroni_adjusted,
}


@pytest.fixture(autouse=True, scope="module")
def fewer_walks() -> Iterator[None]:
    """Spare statsmodels the walk through all modules: it collects garbage in every call."""
    gc.freeze()
    yield
    gc.unfreeze()


P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=12)


@pytest.mark.parametrize("name", METHODS)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(given_p=P_VALUES)
def test_every_method_agrees_with_statsmodels(name: str, given_p: list[float]) -> None:
    p = np.array(given_p)
    expected = multipletests(p, method=name)[1]
    np.testing.assert_allclose(METHODS[name](p), expected, rtol=1e-10, atol=1e-300)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(given_p=P_VALUES)
def test_what_was_not_tested_changes_nothing_and_stays_missing(given_p: list[float]) -> None:
    p = np.array(given_p)
    with_gaps = np.full(2 * p.size + 1, np.nan)
    with_gaps[1::2] = p
    for adjust in METHODS.values():
        found = adjust(with_gaps)
        np.testing.assert_array_equal(found[1::2], adjust(p))
        assert np.isnan(found[::2]).all()


@pytest.mark.parametrize("adjust", METHODS.values())
def test_a_table_without_tests_has_no_p_values(adjust) -> None:
    assert adjust(np.array([])).size == 0
    assert np.isnan(adjust(np.array([np.nan, np.nan]))).all()


def test_holm_worked_by_hand() -> None:
    # Three tests: .01 x 3, then .03 x 2, then max(.06, .2 x 1).
    p = np.array([0.2, np.nan, 0.01, 0.03])
    assert holm_adjusted(p)[[2, 3, 0]] == pytest.approx([0.03, 0.06, 0.2])
    assert holm(p).tolist() == [False, False, True, False]
    # The screening list keeps .03 as well: .03 x 3 / 2 = .045, and .2 x 3 / 3 = .2 is above .10.
    assert benjamini_hochberg(p).tolist() == [False, False, True, True]
