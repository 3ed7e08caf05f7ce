"""Sums of numbers that are no scale points (floor area, fee), kept exact enough.

The textbook formula sum(x^2) - n mean^2 loses all digits where numbers are large and differ
little. Sums of x - shift, with the shift near the numbers, do not.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


class ShiftError(ValueError):
    """Sums of different shifts cannot be added."""


@dataclass(frozen=True, slots=True)
class NumericSums:
    """Additive sums of shifted numbers.

    Attributes:
        shift: What was subtracted from every number.
        n: Numbers.
        total: Sum of x - shift.
        squares: Sum of (x - shift)^2.
    """

    shift: float
    n: int
    total: float
    squares: float

    def __add__(self, other: "NumericSums") -> "NumericSums":
        """Return the sums of both.

        Raises:
            ShiftError: Their shifts differ.
        """
        if self.shift != other.shift:
            raise ShiftError
        return NumericSums(
            self.shift, self.n + other.n, self.total + other.total, self.squares + other.squares
        )

    @property
    def mean(self) -> float:
        """Return the mean; NaN without numbers."""
        return self.shift + self.total / self.n if self.n else float("nan")

    @property
    def variance(self) -> float:
        """Return the variance with n - 1; NaN below two numbers."""
        if self.n < 2:
            return float("nan")
        return max(0.0, (self.squares - self.total**2 / self.n) / (self.n - 1))

    @property
    def deviation(self) -> float:
        """Return the standard deviation; NaN below two numbers."""
        return float(np.sqrt(self.variance))


def middle(least: float, most: float) -> float:
    """Return the shift for numbers that lie between these two.

    Source: Chan, Golub and LeVeque (1983) Am. Stat. 37:242-247.
    """
    return least + (most - least) / 2


def numeric_sums(values: ArrayLike, *, shift: float | None = None) -> NumericSums:
    """Add up numbers in one pass.

    Args:
        values: Shape (n,); NaN is missing.
        shift: A number near the values, the same for all that are to be added: the middle of
            their range. None takes the middle of these values.

    Source: Chan, Golub and LeVeque (1983) Am. Stat. 37:242-247.
    """
    given = np.asarray(values, dtype=np.float64)
    kept: NDArray[np.float64] = given[~np.isnan(given)]
    if shift is None:
        shift = middle(float(kept.min()), float(kept.max())) if kept.size else 0.0
    moved = kept - shift
    return NumericSums(shift, int(kept.size), float(moved.sum()), float(moved @ moved))
