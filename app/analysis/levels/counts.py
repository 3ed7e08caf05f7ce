"""How many answers fall on chosen points of a scale."""

from collections.abc import Collection

import numpy as np

from app.analysis.data.dataset import Role
from app.analysis.data.moments import Counts, Moments, ratio


def point_counts(
    moments: Moments, role: Role, items: tuple[str, ...], points: Collection[int]
) -> Counts:
    """Return how many answers fall on some points, for the full sample and all replicates.

    Args:
        moments: Full sample and replicates.
        role: Role of the columns.
        items: Their items.
        points: Scale points to count; points a scale lacks count nothing.

    Returns:
        Shape (replicates, items); with weights the weighted share times the number of answers.

    Raises:
        KeyError: There is no such column.

    Source: ours, see docs/methods/levels.md.
    """
    counts = np.zeros((moments.sums.shape[0], len(items)))
    answers = np.zeros_like(counts)
    for k, item in enumerate(items):
        place = moments.layout.index[role, item]
        start = moments.layout.starts[place]
        scale = moments.layout.columns[place].points
        chosen = [start + j for j, point in enumerate(scale) if point in points]
        counts[:, k] = moments.linear[:, chosen].sum(axis=1)
        answers[:, k] = moments.linear[:, start : start + len(scale)].sum(axis=1)
    if moments.weighted is None:
        return counts.astype(np.int64)
    return np.nan_to_num(ratio(counts, answers)) * moments.n(role, items)
