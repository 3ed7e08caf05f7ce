"""Penalty-reward contrast of a study's list, with its uncertainty."""

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.cells import make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.data.rows import box_dummies
from app.analysis.design.weights import Weighting
from app.analysis.importance.correlations import PairSums, spreads
from app.analysis.importance.evidence import pair_sums
from app.analysis.importance.penalty import (
    FEW_ROWS,
    asymmetry_class,
    contrast_coefficients,
    contrast_indices,
    possible_classes,
    unclassifiable,
)
from app.analysis.results.asymmetry import ContrastResult, PenaltyReward
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.frame import Frame, make_frame
from app.analysis.uncertainty.intervals import Limits, number, t_interval

SAID_FROM = 100
_BLOCK = "contrast"


def make_contrast(
    frame: Frame,
    rows: Dataset,
    outcome: tuple[Role, str],
    keys: tuple[tuple[Role, str], ...],
    *,
    boxes: tuple[tuple[int, ...], tuple[int, ...]],
    weighting: Weighting | None = None,
) -> ContrastResult:
    """Return penalties and rewards of a list, over households that answered all of it.

    Args:
        frame: The study's frame: its level and floors.
        rows: The same households, row by row.
        outcome: Role and item of the overall rating.
        keys: Role and item of the list's ratings.
        boxes: Points of the bottom box and of the top box.
        weighting: The study's.

    Source: Brandt 1987, in Surprenant (ed.), Add Value to Your Service, AMA; Mikulic and Prebezac
        2008, Managing Service Quality 18(6); the rule of classes ours, see
        docs/methods/asymmetry.md.
    """
    dummies = box_dummies(rows, outcome, keys, boxes)
    cells = make_cells(dummies, {_BLOCK: dummies.columns})
    inner = make_frame(cells, level=frame.limits.level, floors=frame.floors, weighting=weighting)
    moments = inner.moments
    counted = pair_sums(moments.layout, moments.sums, _BLOCK)
    linear = pair_sums(moments.layout, moments.linear, _BLOCK)
    n = int(counted.n[0, 0, 0])
    if n < SAID_FROM:
        return ContrastResult(outcome[1], n, FEW_ROWS, *boxes)
    found = contrast_coefficients(linear)
    if not np.isfinite(found[0]).all():
        return ContrastResult(outcome[1], n, "singular", *boxes)
    holding = np.asarray(counted.n[1:, 0, 0] != counted.n[0, 0, 0])
    scale = _Scale(inner, holding, n)
    square, product = spreads(linear)
    explained = (found * product[..., 1:, 0]).sum(axis=-1) / square[..., 0, 0]
    return ContrastResult(
        outcome=outcome[1],
        n=n,
        refusal=None,
        low=boxes[0],
        high=boxes[1],
        intercept=_intercept(linear, found),
        r_squared=scale.estimates(explained[:, None], (0.0, 1.0))[0],
        items=_items(scale, keys, found, linear),
    )


class _Scale:
    """Turns replicated statistics of the regression into estimates."""

    def __init__(self, frame: Frame, holding: NDArray[np.bool_], n: int) -> None:
        self.frame = frame
        self.holding = holding
        self.n = n

    @property
    def limits(self) -> Limits:
        """Return the width of the t intervals."""
        return self.frame.limits.at(int(self.frame.replicates.dfs(self.holding)))

    def stderr(self, statistic: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return standard errors, shape (items,)."""
        return self.frame.replicates.stderr(statistic, self.holding[:, None])

    def estimates(
        self, statistic: NDArray[np.float64], bounds: tuple[float, float] = (-np.inf, np.inf)
    ) -> tuple[Estimate, ...]:
        """Return t intervals of a statistic of shape (replicates, items)."""
        errors = self.stderr(statistic)
        return tuple(
            t_interval(statistic[0, k], errors[k], self.limits, n=self.n, bounds=bounds)
            for k in range(statistic.shape[1])
        )


def _possible(asymmetry: Estimate) -> tuple[str, ...]:
    if asymmetry.low is None or asymmetry.high is None:
        return ()
    return possible_classes(asymmetry.low, asymmetry.high)


def _intercept(sums: PairSums, found: NDArray[np.float64]) -> float | None:
    """Return the mean outcome of those in no box, in the full sample."""
    count = np.asarray(sums.n, dtype=np.float64)[0, 0, 0]
    means = np.diagonal(np.asarray(sums.x, dtype=np.float64)[0]) / count
    return number(float(means[0] - means[1:] @ found[0]))


def _items(
    scale: _Scale, keys: tuple[tuple[Role, str], ...], found: NDArray[np.float64], sums: PairSums
) -> tuple[PenaltyReward, ...]:
    items = len(keys)
    penalty, reward = found[:, :items], found[:, items:]
    indices = contrast_indices(penalty, reward)
    count = np.asarray(sums.n, dtype=np.float64)[0, 0, 0]
    shares = np.diagonal(np.asarray(sums.x, dtype=np.float64)[0])[1:] / count
    said = {
        "penalty": scale.estimates(penalty),
        "reward": scale.estimates(reward),
        "riocs": scale.estimates(indices.riocs, (0.0, np.inf)),
        "asymmetry": scale.estimates(indices.asymmetry, (-1.0, 1.0)),
    }
    errors = scale.stderr(indices.riocs)
    results: list[PenaltyReward] = []
    for k, (_, item) in enumerate(keys):
        low, high = float(shares[k]), float(shares[items + k])
        ratio = float(indices.riocs[0, k] / errors[k]) if errors[k] > 0 else float("nan")
        reason = unclassifiable(
            float(penalty[0, k]), float(reward[0, k]), ratio, shares=(low, high), n=scale.n
        )
        results.append(
            PenaltyReward(
                code=item,
                sgp=number(indices.sgp[0, k]),
                dgp=number(indices.dgp[0, k]),
                low_share=low,
                high_share=high,
                kind=asymmetry_class(float(indices.asymmetry[0, k])) if reason is None else None,
                reason=reason,
                possible=_possible(said["asymmetry"][k]) if reason is None else (),
                **{name: values[k] for name, values in said.items()},
            )
        )
    return tuple(results)
