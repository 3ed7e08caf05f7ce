"""Weights that meet known totals: post-stratification, raking, linear calibration, trimming."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.design.sample import Floats, Ints

TOLERANCE = 1e-8
LIMIT = 100
TRIM = 5.0


class CategoryError(ValueError):
    """A category of a margin has answers but no known total, or a total but no answers.

    A category without answers must be joined with another one by the caller; its total is never
    spread over the others silently.

    Attributes:
        margin: Position of the margin in the list given.
        category: The category.
        is_empty: It has no answers; False: it has no total.
    """

    def __init__(self, margin: int, category: object, *, is_empty: bool) -> None:
        super().__init__(f"margin {margin}, category {category!r}, empty {is_empty}")
        self.margin = margin
        self.category = category
        self.is_empty = is_empty


class ConvergenceError(ValueError):
    """Weights that meet the totals were not found.

    Attributes:
        error: Largest relative distance from a total.
        iterations: Rounds made.
    """

    def __init__(self, error: float, iterations: int) -> None:
        super().__init__(f"relative error {error}, {iterations} iterations")
        self.error = error
        self.iterations = iterations


class TotalsError(ValueError):
    """Two margins speak of populations of different size.

    Attributes:
        first, second: Sums of the first margin and of the one that differs.
    """

    def __init__(self, first: float, second: float) -> None:
        super().__init__(f"{first} and {second}")
        self.first = first
        self.second = second


@dataclass(frozen=True, slots=True, eq=False)
class Calibrated:
    """Weights that meet known totals.

    Attributes:
        weights: Shape (rows,).
        auxiliary: What the errors must be residuals on: see `Sample.calibrated`.
        iterations: Rounds made; 1 for a closed form.
    """

    weights: Floats
    auxiliary: Floats
    iterations: int


@dataclass(frozen=True, slots=True, eq=False)
class Raked:
    """Factors of a table of cells.

    Attributes:
        factors: Shape (tables, cells); 1 where a cell is empty.
        iterations: Rounds made.
        emptied: Categories that a table, other than the first, has no answers of.
    """

    factors: Floats
    iterations: int
    emptied: int


def rake_cells(
    counts: Floats, places: Sequence[Ints], totals: Sequence[Floats], *, limit: int = LIMIT
) -> Raked:
    """Scale tables of counts until every margin meets its totals, many tables at once.

    A category that is empty in a table but not in the first one (the deleted group held all of
    it) leaves the totals of that table; the totals of the rest of its margin are raised to the
    same sum.

    Args:
        counts: Weighted counts, shape (tables, cells); the first table is the full sample.
        places: Category of every cell, per margin, each shape (cells,).
        totals: Known totals by category, per margin.
        limit: Most rounds.

    Raises:
        CategoryError: A category of the first table is empty.
        ConvergenceError: After `limit` rounds some margin is off by 1e-8 or more.

    Source: Deming and Stephan (1940) Ann. Math. Stat. 11:427-444.
    """
    goals: list[Floats] = []
    members: list[Floats] = []
    emptied = 0
    size = float(totals[0].sum())
    for margin, (place, known) in enumerate(zip(places, totals, strict=True)):
        member = (place[:, None] == np.arange(known.size)).astype(np.float64)
        held = counts @ member > 0
        if not held[0].all():
            raise CategoryError(margin, int(np.flatnonzero(~held[0])[0]), is_empty=True)
        emptied += int((~held).sum())
        goal = np.where(held, known, 0.0)
        goals.append(goal * size / goal.sum(axis=1, keepdims=True))
        members.append(member)
    factors = np.ones_like(counts)
    error = np.inf
    for iteration in range(1, limit + 1):
        for member, goal in zip(members, goals, strict=True):
            found = (counts * factors) @ member
            step = np.divide(goal, found, out=np.ones_like(goal), where=found > 0)
            factors = factors * (step @ member.T)
        error = _margin_error(counts * factors, members, goals)
        if error < TOLERANCE:
            return Raked(factors, iteration, emptied)
    raise ConvergenceError(error, limit)


def _margin_error(table: Floats, members: list[Floats], goals: list[Floats]) -> float:
    """Return the largest relative distance of a margin from its total."""
    worst = 0.0
    for member, goal in zip(members, goals, strict=True):
        off = np.abs(table @ member - goal)
        worst = max(worst, float(np.max(off / np.where(goal > 0, goal, 1.0))))
    return worst


def rake(
    margins: Sequence[ArrayLike],
    totals: Sequence[Mapping[str, float]],
    *,
    base: ArrayLike | None = None,
    limit: int = LIMIT,
) -> Calibrated:
    """Rake rows to known margins.

    Args:
        margins: Category of every row, per margin.
        totals: Known total of every category, per margin; all of the same sum.
        base: Weight of every row before; None means 1.
        limit: Most rounds.

    Raises:
        CategoryError: A category without answers or without a total, or a margin without any.
        TotalsError: The margins have different sums.
        ConvergenceError: No convergence to 1e-8 within `limit` rounds.

    Source: Deming and Stephan (1940) Ann. Math. Stat. 11:427-444; Deville, Sarndal and Sautory
        (1993) JASA 88:1013-1020 for the residuals.
    """
    codes: list[Ints] = []
    known: list[Floats] = []
    for margin, (labels, total) in enumerate(zip(margins, totals, strict=True)):
        code, size = _coded(np.asarray(labels), total, margin)
        codes.append(code)
        known.append(size)
    check_totals(known)
    weights = _base(base, codes[0].size)
    cells, row_cell = np.unique(np.stack(codes, axis=1), axis=0, return_inverse=True)
    row_cell = row_cell.reshape(-1)
    counts = np.zeros((1, cells.shape[0]))
    np.add.at(counts[0], row_cell, weights)
    raked = rake_cells(counts, list(cells.T), known, limit=limit)
    members = [
        code[:, None] == np.arange(size.size) for code, size in zip(codes, known, strict=True)
    ]
    auxiliary = np.concatenate(members, axis=1).astype(np.float64)
    return Calibrated(weights * raked.factors[0, row_cell], auxiliary, raked.iterations)


def post_stratify(
    strata: ArrayLike, totals: Mapping[str, float], *, base: ArrayLike | None = None
) -> Calibrated:
    """Weight rows so that every post-stratum counts by its known size: w = N_c / n_c.

    Args:
        strata: Post-stratum of every row.
        totals: Known size of every post-stratum.
        base: Weight of every row before; None means 1.

    Raises:
        CategoryError: A post-stratum without answers or without a size.

    Source: Holt and Smith (1979) J. R. Stat. Soc. A 142:33-46.
    """
    return rake([strata], [totals], base=base)


def calibrate(
    auxiliary: ArrayLike, totals: ArrayLike, *, base: ArrayLike | None = None
) -> Calibrated:
    """Weight rows by linear calibration (the regression estimator, GREG).

    w = d (1 + x' (X'DX)^-1 (T - X'd)). Weights may become negative where totals are far off.

    Args:
        auxiliary: Variables of every row, with a column of ones if the population size is to be
            met, shape (rows, k); no NaN.
        totals: Their known totals, shape (k,).
        base: Weight of every row before; None means 1.

    Raises:
        ConvergenceError: The totals cannot be met: the variables are dependent.

    Source: Deville and Sarndal (1992) JASA 87:376-382.
    """
    columns = np.asarray(auxiliary, dtype=np.float64)
    goal = np.asarray(totals, dtype=np.float64)
    weights = _base(base, columns.shape[0])
    information = columns.T @ (columns * weights[:, None])
    multiplier = np.linalg.lstsq(information, goal - weights @ columns, rcond=None)[0]
    result = weights * (1 + columns @ multiplier)
    error = float(np.max(np.abs(result @ columns - goal) / np.maximum(1.0, np.abs(goal))))
    if not error < TOLERANCE:
        raise ConvergenceError(error, 1)
    return Calibrated(result, columns, 1)


def trimmed(weights: ArrayLike, *, counts: ArrayLike | None = None, times: float = TRIM) -> Floats:
    """Cut weights at a multiple of their median.

    Args:
        weights: Shape (k,), none negative.
        counts: How many rows have each weight; None means one.
        times: The multiple.

    Source: Potter (1990) Proc. Survey Res. Methods, ASA; the multiple is ours, see
        docs/methods/weights.md.
    """
    given = np.asarray(weights, dtype=np.float64)
    rows = np.ones_like(given) if counts is None else np.asarray(counts, dtype=np.float64)
    return np.minimum(given, times * _median(given, rows))


def kish_effect(weights: ArrayLike, *, counts: ArrayLike | None = None) -> float:
    """Return what unequal weights cost: n sum(w^2) / (sum w)^2 = 1 + cv^2(w).

    Args:
        weights: Shape (k,).
        counts: How many rows have each weight; None means one.

    Source: Kish (1965), Survey Sampling, 11.7.
    """
    given = np.asarray(weights, dtype=np.float64)
    rows = np.ones_like(given) if counts is None else np.asarray(counts, dtype=np.float64)
    return float(rows.sum() * (rows @ given**2) / (rows @ given) ** 2)


def _median(weights: Floats, counts: Floats) -> float:
    """Return the median of weights of which `counts` rows have each."""
    order = np.argsort(weights, kind="stable")
    running = np.cumsum(counts[order])
    half = running[-1] / 2
    place = int(np.searchsorted(running, half))
    value = float(weights[order][place])
    if running[place] == half and place + 1 < order.size:
        return (value + float(weights[order][place + 1])) / 2
    return value


def check_totals(known: Sequence[Floats]) -> None:
    """Check that margins speak of the same population.

    Raises:
        TotalsError: Two of them have different sums.

    Source: ours, see docs/methods/weights.md.
    """
    first = float(known[0].sum())
    for one in known[1:]:
        if abs(float(one.sum()) - first) > TOLERANCE * first:
            raise TotalsError(first, float(one.sum()))


def _base(base: ArrayLike | None, rows: int) -> Floats:
    return np.ones(rows) if base is None else np.asarray(base, dtype=np.float64)


def _coded(
    labels: NDArray[np.generic], totals: Mapping[str, float], margin: int
) -> tuple[Ints, Floats]:
    """Return category codes of rows and the totals in the order of the codes."""
    present, code = np.unique(labels, return_inverse=True)
    names = [str(one) for one in present.tolist()]
    for name in names:
        if not totals.get(name, 0) > 0:
            raise CategoryError(margin, name, is_empty=False)
    if not names and not totals:
        raise CategoryError(margin, "", is_empty=True)
    for name in totals:
        if name not in names:
            raise CategoryError(margin, name, is_empty=True)
    return code.astype(np.int64), np.array([totals[name] for name in names], dtype=np.float64)
