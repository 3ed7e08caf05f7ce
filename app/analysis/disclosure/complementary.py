"""Complementary suppression: what else to withhold so that a small cell cannot be worked out.

Withholding the small cells of a table is not enough: totals less the other cells give them back.
An outsider knows every published cell, that margins are sums and what a cell can be at all; so each
withheld cell lies in an interval that he can compute. Cells are withheld until that interval is
as wide as the protection asked for.

The cells are found one after another: a linear program looks for the cheapest way to move the cell
up and down by the protection while all sums stay true; the cells it has to move besides are
withheld, too. What it finds is safe by construction, since the moved tables are possible to
everybody who sees the published ones. It need not be the smallest pattern there is.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import csc_array

from app.analysis.disclosure.shortcuts import line_moves, moves_freely

# Movements below this are rounding of the solver.
_MOVED = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Cells, margins among them, and what everybody knows of them.

    Attributes:
        values: Shape (cells,).
        relations: Every row times the cells is 0, shape (relations, cells).
        low, high: Least and greatest value an outsider thinks possible, shape (cells,).
        cost: Price of withholding a cell, shape (cells,).
        fixed: Cells that are published elsewhere and cannot be withheld, shape (cells,).
    """

    values: NDArray[np.float64]
    relations: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    cost: NDArray[np.float64]
    fixed: NDArray[np.bool_]


def relations_of(shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return that margins are sums: rows of +1 for parts and -1 for their sum.

    Args:
        shape: Of the table with its margins last: (parts + 1,) or (rows + 1, columns + 1).

    Returns:
        Shape (relations, cells), cells in row order.

    Source: Cox 1980, Journal of the American Statistical Association 75, 377-385.
    """
    place = np.arange(int(np.prod(shape))).reshape(shape)
    lines = [place] if place.ndim == 1 else [*place, *place.T]
    relations = np.zeros((len(lines), place.size))
    for row, line in zip(relations, lines, strict=True):
        row[line[:-1]] = 1.0
        row[line[-1]] = -1.0
    return relations


def withhold(
    sums: Sums, withheld: NDArray[np.bool_], width: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], bool]:
    """Return the cells to withhold, those given among them, and whether all are protected.

    Args:
        sums: The table.
        withheld: Cells that must be withheld, shape (cells,).
        width: Least width of the interval in which a withheld cell must be possible, shape
            (cells,); 0 asks nothing of a cell.

    Returns:
        The pattern, and False when a cell cannot be protected even by withholding everything that
        is not fixed; everything is withheld then.

    Source: the heuristic of Cox 1980, Journal of the American Statistical Association 75, 377-385,
    in the form of Kelly, Golden and Assad 1992, Networks 22(4), 397-417; both movements in one
    program are ours, see docs/methods/disclosure.md.
    """
    pattern = withheld & ~sums.fixed
    is_protected = not (withheld & sums.fixed).any()
    done = np.zeros_like(pattern)
    while (pattern & ~done).any():
        waiting = np.flatnonzero(pattern & ~done)
        target = int(waiting[np.argmax(width[waiting] + 1e-9 * sums.values[waiting])])
        done[target] = True
        if width[target] <= 0:
            continue
        moved = _move(sums, pattern, target, float(width[target]))
        if moved is None:
            is_protected = False
            pattern = ~sums.fixed
            break
        pattern = pattern | moved
    return pattern, is_protected


def _move(
    sums: Sums, pattern: NDArray[np.bool_], target: int, width: float
) -> NDArray[np.bool_] | None:
    """Return the cells moved by the cheapest way to give a cell an interval of this width.

    Variables are, for each of two possible tables, the rise and the fall of every cell. The value
    of the target in the first table is at least `width` above that in the second.
    """
    cells = sums.values.size
    cost = np.where(pattern, 0.0, sums.cost)
    rise = np.where(sums.fixed, 0.0, sums.high - sums.values)
    fall = np.where(sums.fixed, 0.0, sums.values - sums.low)
    if _is_one_line(sums):
        alone = line_moves(cost, rise, fall, target=target, width=width)
        if alone is not None:
            return alone
    elif moves_freely(sums.relations, pattern, rise, fall, target=target, width=width):
        return np.zeros_like(pattern)
    signed = np.hstack([sums.relations, -sums.relations])
    none = np.zeros_like(signed)
    apart = np.zeros((1, 4 * cells))
    apart[0, [target, cells + target, 2 * cells + target, 3 * cells + target]] = (-1, 1, 1, -1)
    limits = np.tile(np.concatenate([rise, fall]), 2)
    found = linprog(
        np.tile(cost, 4),
        A_ub=csc_array(apart),
        b_ub=[-width],
        A_eq=csc_array(np.block([[signed, none], [none, signed]])),
        b_eq=np.zeros(2 * sums.relations.shape[0]),
        bounds=np.column_stack([np.zeros_like(limits), limits]),
        method="highs",
    )
    if found.status != 0:
        return None
    up, down = found.x[: 2 * cells].reshape(2, cells), found.x[2 * cells :].reshape(2, cells)
    moved: NDArray[np.bool_] = (np.abs(up[0] - up[1]) > _MOVED) | (
        np.abs(down[0] - down[1]) > _MOVED
    )
    return moved


def _is_one_line(sums: Sums) -> bool:
    """Say whether the cells are parts of one sum that cannot be withheld."""
    own: NDArray[np.float64] = sums.relations[:, ~sums.fixed]
    return own.shape[0] == 1 and bool((own == 1).all())
