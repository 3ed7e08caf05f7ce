"""Answers of the linear program of `complementary` that can be given without it.

In a single line whose sum is published, what one part gains the others lose. The program then has
the form of a greedy choice: the cheapest of what may fall and of what may rise, up to what the part
itself can rise and fall. In a table with two directions, four withheld cells at the corners of a
rectangle can move together at no cost. Where several parts cost the same, or where rounding could
decide, the choice is left to the program, so that both always say the same.
"""

import numpy as np
from numpy.typing import NDArray

_CLEAR = 1e-5  # prices and amounts nearer than this are not told apart


def line_moves(
    cost: NDArray[np.float64],
    rise: NDArray[np.float64],
    fall: NDArray[np.float64],
    *,
    target: int,
    width: float,
) -> NDArray[np.bool_] | None:
    """Return the parts to move besides so that one part gets an interval of this width.

    Args:
        cost: Price of moving each part; 0 for those withheld already, the target among them.
        rise: How far each part can rise; 0 for the published sum.
        fall: How far each part can fall.
        target: The part.
        width: Least width of its interval.

    Returns:
        The parts that have to move and cost something, or None where the program must decide:
        parts of one price, amounts near 0, or a part that cannot be protected.

    Source: greedy choice under nested limits, Edmonds 1971, Mathematical Programming 1, 127-136;
    its use here is ours, see docs/methods/disclosure.md.
    """
    moved = np.zeros(cost.size, dtype=np.bool_)
    # What the others may lose as the part gains, and gain as it loses.
    gains, losses = float(rise[target]), float(fall[target])
    left = width
    others = [k for k in np.argsort(cost, kind="stable").tolist() if k != target]
    last = 0.0
    for k in others:
        if left <= _CLEAR:
            break
        lost = min(float(fall[k]), gains, left)
        gained = min(float(rise[k]), losses, left - lost)
        amount = lost + gained
        if amount <= 0:
            continue
        price = float(cost[k])
        if price > 0:
            if amount < _CLEAR or price - last < _CLEAR:
                return None
            moved[k] = True
        last = price
        gains, losses, left = gains - lost, losses - gained, left - amount
    if left > 0:
        return None
    return None if _has_rival(cost, moved, target, last) else moved


def _has_rival(
    cost: NDArray[np.float64], moved: NDArray[np.bool_], target: int, last: float
) -> bool:
    """Say whether a part that stays costs as much as the last one that moves."""
    if last <= 0:
        return False
    stays = ~moved
    stays[target] = False
    return bool((np.abs(cost[stays] - last) < _CLEAR).any())


def moves_freely(
    relations: NDArray[np.float64],
    pattern: NDArray[np.bool_],
    rise: NDArray[np.float64],
    fall: NDArray[np.float64],
    *,
    target: int,
    width: float,
) -> bool:
    """Say whether a cell gets its interval by moving three others that are withheld already.

    Args:
        relations: Sums of a table with two directions: every cell stands in two of them.
        pattern: The cells withheld so far.
        rise: How far each cell can rise.
        fall: How far each cell can fall.
        target: The cell.
        width: Least width of its interval.

    Source: ours, see docs/methods/disclosure.md.
    """
    lines = [np.flatnonzero(one).tolist() for one in relations.T]
    if any(len(one) != 2 for one in lines):
        return False
    place = {tuple(one): cell for cell, one in enumerate(lines)}
    row, column = lines[target]
    withheld = [cell for cell in np.flatnonzero(pattern).tolist() if cell != target]
    beside = [cell for cell in withheld if lines[cell][0] == row]
    below = [cell for cell in withheld if lines[cell][1] == column]
    for one in beside:
        for other in below:
            corner = place[lines[other][0], lines[one][1]]
            if not pattern[corner]:
                continue
            along = -relations[row, target] / relations[row, one]
            down = -relations[column, target] / relations[column, other]
            last = lines[one][1]
            across = -relations[last, one] * along / relations[last, corner]
            steps = np.array([1.0, along, down, across])
            cells = [target, one, other, corner]
            up = np.where(steps > 0, rise[cells], fall[cells]).min()
            back = np.where(steps > 0, fall[cells], rise[cells]).min()
            if up + back >= width + _CLEAR:
                return True
    return False
