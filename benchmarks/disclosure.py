"""What can an outsider work out of tables with withheld cells?

    python -m benchmarks.disclosure --tables 120

The attacker knows every published cell, that margins are sums and that counts are not negative,
and computes with two linear programs the interval in which each withheld cell must lie. He shares
no code with the rule. A cell counts as recovered when its interval is no wider than 2, so that he
has it to within 1. Compared are: withholding the small cells alone; also the smallest other cell
of every row and column that has a single one withheld; and `protect_table`.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from app.analysis.disclosure.tables import protect_table
from app.analysis.results.disclosure import ProtectedTable

THRESHOLD = 10
Shown = list[list[int | None]]


def with_margins(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return counts with totals of rows and columns last."""
    rows = np.column_stack([counts, counts.sum(axis=1)])
    return np.vstack([rows, rows.sum(axis=0)])


def published(table: ProtectedTable) -> Shown:
    """Return a protected table as everybody sees it, margins last."""
    rows = [[*row, total] for row, total in zip(table.cells, table.row_totals, strict=True)]
    return [*rows, [*table.column_totals, table.total]]


def random_table(rng: np.random.Generator) -> NDArray[np.int64]:
    """Return households by building and answer, a good part of the cells small."""
    rows, columns = rng.integers(2, 7), rng.integers(2, 5)
    size = rng.gamma(1.5, 20, (rows, 1))
    counts = rng.poisson(size * rng.dirichlet(np.full(columns, 1.5), rows))
    return counts if counts.sum() >= THRESHOLD else counts + 5


def attack(shown: Shown) -> dict[tuple[int, int], tuple[float, float]]:
    """Return the interval of every withheld cell, from what is shown and nothing else."""
    unknown = [
        (i, j) for i, row in enumerate(shown) for j, value in enumerate(row) if value is None
    ]
    place = {cell: k for k, cell in enumerate(unknown)}
    lines = [[(i, j) for j in range(len(shown[0]))] for i in range(len(shown))]
    lines += [[(i, j) for i in range(len(shown))] for j in range(len(shown[0]))]
    left, right = [], []
    for line in lines:
        row, known = np.zeros(len(unknown)), 0.0
        for sign, (i, j) in zip([1.0] * (len(line) - 1) + [-1.0], line, strict=True):
            if (i, j) in place:
                row[place[i, j]] = sign
            else:
                known += sign * (shown[i][j] or 0)
        left.append(row)
        right.append(-known)
    return {
        cell: (_end(k, 1.0, left, right), _end(k, -1.0, left, right)) for cell, k in place.items()
    }


def _end(cell: int, sign: float, left: list[NDArray[np.float64]], right: list[float]) -> float:
    """Return the least (+1) or greatest (-1) value a cell can have."""
    aim = np.zeros(len(left[0]))
    aim[cell] = sign
    found = linprog(aim, A_eq=np.array(left), b_eq=right, method="highs")
    # 3 = unbounded: there is no greatest value.
    assert found.status in (0, 3)
    return sign * found.fun if found.status == 0 else np.inf


def small_alone(truth: NDArray[np.int64]) -> Shown:
    """Return the table with nothing but small cells withheld."""
    return [[int(value) if value >= THRESHOLD else None for value in row] for row in truth]


def second_smallest(truth: NDArray[np.int64]) -> Shown:
    """Return the table with a second cell withheld where a line has only one."""
    hidden = truth < THRESHOLD
    for _ in range(truth.size):
        lines = [(hidden[i], truth[i]) for i in range(len(truth))]
        lines += [(hidden[:, j], truth[:, j]) for j in range(truth.shape[1])]
        single = [(mask, values) for mask, values in lines if mask.sum() == 1]
        if not single:
            break
        mask, values = single[0]
        mask[np.argmin(np.where(mask, np.inf, values))] = True
    return [
        [None if gone else int(value) for value, gone in zip(*line, strict=True)]
        for line in zip(truth, hidden, strict=True)
    ]


def main() -> None:
    """Run the attack."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--tables", type=int, default=120)
    parser.add_argument("--seed", type=int, default=3)
    options = parser.parse_args()
    rules = {
        "small cells alone": small_alone,
        "second smallest, too": second_smallest,
        "protect_table": lambda truth: published(protect_table(truth[:-1, :-1])),
    }
    tables = [
        with_margins(random_table(rng))
        for rng in np.random.default_rng(options.seed).spawn(options.tables)
    ]
    for name, rule in rules.items():
        started = time.process_time()
        shown = [rule(truth) for truth in tables]
        spent = time.process_time() - started
        widths = np.array([high - low for one in shown for low, high in attack(one).values()])
        print(
            f"{name:22} withheld {widths.size:5}  recovered {(widths <= 2).sum():4}  "
            f"narrowest {widths.min():5.1f}  {1000 * spent / len(tables):6.1f} ms a table"
        )


if __name__ == "__main__":
    main()
