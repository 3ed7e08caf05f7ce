"""Numbers far from 0: means and deviations keep the digits that NIST certifies."""

import json

import numpy as np
import pytest

from app.analysis.data.numeric import numeric_sums
from app.analysis.design.sums import design_sums, means_from_sums
from tests.reference.expected import HERE

CERTIFIED = {
    one["id"]: one for one in json.loads((HERE / "nist" / "expected.json").read_text("utf-8"))
}
# NumAcc2 to 4: one number, then a thousand that alternate below and above it. The last two hold
# numbers that binary fractions cannot hold to more than so many digits.
DIGITS = {"NumAcc1": 15.0, "NumAcc2": 14.0, "NumAcc3": 9.4, "NumAcc4": 8.2}


def numbers_of(name: str) -> np.ndarray:
    if name == "NumAcc1":
        return np.array([10000001.0, 10000003.0, 10000002.0])
    base = {"NumAcc2": 1, "NumAcc3": 1000000, "NumAcc4": 10000000}[name]
    tenths = [2, *([1, 3] * 500)]
    return np.array([float(f"{base}.{tenth}") for tenth in tenths])


def digits(found: float, certified: float) -> float:
    error = abs(found - certified) / abs(certified)
    return 16.0 if error == 0 else -float(np.log10(error))


@pytest.mark.parametrize("name", CERTIFIED)
def test_mean_and_deviation_keep_the_certified_digits(name: str) -> None:
    values, certified = numbers_of(name), CERTIFIED[name]
    sums = numeric_sums(values)
    assert sums.n == certified["n"] == values.size
    assert digits(sums.mean, certified["mean"]) >= 14
    assert digits(sums.deviation, certified["sd"]) >= DIGITS[name]


@pytest.mark.parametrize("name", CERTIFIED)
def test_sums_of_parts_keep_the_digits_too(name: str) -> None:
    values, certified = numbers_of(name), CERTIFIED[name]
    shift = float(values[0])
    whole = numeric_sums(values[:2], shift=shift) + numeric_sums(values[2:], shift=shift)
    assert digits(whole.deviation, certified["sd"]) >= DIGITS[name]


def test_without_a_shift_the_one_pass_formula_loses_the_digits() -> None:
    # Documents why the shift is there: the same sums about 0 keep at most 3 digits.
    plain = numeric_sums(numbers_of("NumAcc4"), shift=0.0)
    assert digits(plain.deviation, 0.1) < 3 or plain.deviation == 0


def test_design_sums_about_a_shift_give_the_error_of_a_mean_of_large_numbers() -> None:
    values = numbers_of("NumAcc3")
    found = means_from_sums(design_sums(values, shift=1000000.0))
    # The certified deviation over the root of n: a simple random sample.
    assert digits(float(found.stderr[0]), 0.1 / np.sqrt(1001)) >= 9
    assert digits(float(found.value[0]), 1000000.2) >= 14
