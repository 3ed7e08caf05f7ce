"""What the silent households could do to a mean at worst."""

from collections.abc import Sequence

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


def index_bounds(
    rates: Sequence[float], means: Sequence[float], shares: Sequence[float]
) -> tuple[float, float]:
    """Return where an index of all households lies, whatever the silent ones think.

    The weights stay those of the households that answered: the silent may rate as they like, but
    not weigh. An item left blank counts as silent, too.

    Args:
        rates: Answers of every item over all households.
        means: Their means on 0-100.
        shares: Weights of the items; they are made to add up to 1.

    Raises:
        RateError: A rate or mean is out of range, or no weight is above 0.

    Source: Manski (1989) J. Human Resources 24:343-360; ours for an index, see
        docs/methods/nonresponse.md.
    """
    total = float(sum(shares))
    if not total > 0:
        raise RateError(total, 0.0)
    bounds = [worst_case_bounds(rate, mean) for rate, mean in zip(rates, means, strict=True)]
    weighted = [(share / total, one) for share, one in zip(shares, bounds, strict=True)]
    return sum(w * one[0] for w, one in weighted), sum(w * one[1] for w, one in weighted)
