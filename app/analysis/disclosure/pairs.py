"""Which gaps between two answers may be paired without giving the answers of a few away.

A paired gap rests on the households that gave both answers, a mean on all that gave one. Where the
two differ by a few households, n times the mean less n times the gap is what those few answered.
"""

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.data.layout import LEVELS, PAIRS
from app.analysis.data.moments import Moments
from app.analysis.disclosure.floors import Floors

Pair = tuple[Role, Role]


def safe_pairs(moments: Moments, floors: Floors, item: str) -> dict[Pair, NDArray[np.bool_]]:
    """Return, for every pair of columns of an item, where its paired gap is safe.

    A pair is safe where its households are those behind either mean, or at least ten fewer, and
    the same holds against every pair found safe before it. The order is that of `PAIRS`, whoever
    asks, so all lists of a study agree.

    Args:
        moments: Sums whose gaps would be shown; their first axis may be any parts.
        floors: Suppression table in force; open ones find every pair safe.
        item: What the columns are about.

    Returns:
        Shape (replicates,) of each pair that the item has.

    Source: ours, see docs/methods/disclosure.md.
    """
    plain = Moments(moments.layout, moments.sums)
    safe: dict[Pair, NDArray[np.bool_]] = {}
    for pair in PAIRS:
        if not all(plain.has(role, item) for role in pair):
            continue
        if floors.is_open:
            safe[pair] = np.ones(len(plain.sums), dtype=bool)
            continue
        n = plain.pair(*pair, (item,))["n"][:, 0]
        found = np.full(n.shape, (*pair, item) not in floors.unpaired)
        for role in pair:
            found &= ~_is_few(plain.n(role, (item,))[:, 0] - n, floors)
        for other, is_other in safe.items():
            found &= ~(is_other & _is_few(_apart(plain, item, pair, other), floors))
        safe[pair] = found
    return safe


def _is_few(n: NDArray[np.int64], floors: Floors) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (n > 0) & (n < floors.item)
    return found


def _apart(moments: Moments, item: str, one: Pair, other: Pair) -> NDArray[np.int64]:
    """Return how many households two pairs do not share, as far as that is known.

    Among the three levels it is known from the households that gave all three; otherwise it is
    at least the difference of the numbers.
    """
    first, second = (moments.pair(*pair, (item,))["n"][:, 0] for pair in (one, other))
    apart: NDArray[np.int64] = np.abs(first - second)
    if set(one) | set(other) == set(LEVELS):
        counts = moments.zone((item,))
        triples = np.sum([counts[name][:, 0] for name in ("below", "inside", "above")], axis=0)
        apart = np.maximum(apart, first + second - 2 * triples)
    return apart
