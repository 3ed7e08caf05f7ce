"""What the silent households could do to a mean at worst."""

import numpy as np


class RateError(ValueError):
    """A response rate is not between 0 and 1, or a mean not on 0-100; carries the number."""


def worst_case_bounds(rate: float, mean: float) -> tuple[float, float]:
    """Return where the mean of all households lies, whatever the silent ones think.

    [rate x mean, rate x mean + 100 (1 - rate)]: the silent give 0 or 100. There is no assumption
    in it and no sampling error.

    Args:
        rate: Response rate, a fraction of 1.
        mean: Mean of those who answered, on 0-100.

    Raises:
        RateError: An argument is out of range.

    Source: Manski (1989) J. Human Resources 24:343-360; Cochran (1977), Sampling Techniques, 13.2.
    """
    if not 0 <= rate <= 1 or not 0 <= mean <= 100 or np.isnan(rate + mean):
        raise RateError(rate, mean)
    low = rate * mean
    return low, low + 100 * (1 - rate)
