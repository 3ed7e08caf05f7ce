"""Many comparisons: Holm's procedure over the items or pairs of one table."""

import numpy as np
from numpy.typing import NDArray
from statsmodels.stats.multitest import multipletests


def holm(p_values: NDArray[np.float64], alpha: float = 0.05) -> NDArray[np.bool_]:
    """Say which hypotheses are rejected at the family-wise error `alpha`.

    Args:
        p_values: Shape (m,); NaN was not tested: never rejected and not part of the family.
        alpha: Family-wise error.

    Returns:
        Shape (m,), True = rejected.
    """
    rejected = np.zeros(p_values.shape, dtype=bool)
    tested = ~np.isnan(p_values)
    # A NaN counts in the family when it reaches multipletests, so it is left out before.
    if tested.any():
        rejected[tested] = multipletests(p_values[tested], alpha=alpha, method="holm")[0]
    return rejected
