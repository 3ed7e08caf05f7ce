"""A number with its interval."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its 95 % interval.

    Attributes:
        value: Point estimate, in the unit its owner names.
        stderr: Standard error, never 0; None when the interval comes from another rule.
        low: Lower limit.
        high: Upper limit.
        n: Answers it rests on.
        df: Degrees of freedom of the t interval, None for Wilson intervals.
    """

    value: float | None
    stderr: float | None
    low: float | None
    high: float | None
    n: int
    df: int | None = None
