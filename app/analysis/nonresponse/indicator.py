"""R-indicators: do those who answered look like the whole frame, and where not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.nonresponse.propensity import FrameTable, dummies, fit_propensity
from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import (
    CategoryRate,
    PartialIndicator,
    RepresentativenessResult,
)
from app.analysis.uncertainty.intervals import Limits, make_limits

LEAST_FRAME = 100
LEAST_SIDE = 30

FEW_MEMBERS = "few_members"
FEW_RETURNED = "few_returned"
FEW_SILENT = "few_silent"
NO_VARIABLE = "no_variable"

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """Variances of the propensities: plain total, then adjusted ones.

    Attributes:
        plain: Of all, without adjustment.
        adjusted: Of all; between the categories of each variable; within those of the others.
            Shape (1 + 2 variables,); may be below 0.
    """

    plain: float
    adjusted: Floats


def representativeness(table: FrameTable, *, level: float = 0.95) -> RepresentativenessResult:
    """Return R and the partial indicators of every variable.

    R = 1 - 2 sd(propensity). Estimated propensities vary more than true ones; what sampling error
    adds on average is taken off every variance. Intervals are the images of the variances' own
    intervals (delete-a-group jackknife), because the root has no error near 0.

    Args:
        table: The frame; see `make_frame_table`.
        level: Confidence level.

    Source: Schouten, Cobben and Bethlehem 2009, Survey Methodology 35(1), 101-113; Schouten,
    Shlomo and Skinner 2011, J. Official Stat. 27(2), 231-253 (partial); Shlomo, Skinner and
    Schouten 2012, J. Stat. Planning and Inference 142(1), 201-211 (adjustment).
    """
    members, returned = table.members.sum(axis=0), table.returned.sum(axis=0)
    total, back = int(members.sum()), int(returned.sum())
    reason = _refusal(total, back, len(table.variables))
    if reason is not None:
        return RepresentativenessResult(total, back, reason)
    full = _spread(table, members, returned)
    replicates = np.array(
        [
            _spread(table, members - table.members[g], returned - table.returned[g]).adjusted
            for g in range(len(table.members))
        ]
    )
    groups = len(replicates)
    distance = replicates - replicates.mean(axis=0)
    stderr = np.sqrt((groups - 1) / groups * (distance**2).sum(axis=0))
    limits = make_limits(groups - 1, level)
    width = len(table.variables)
    partials = [
        PartialIndicator(
            name,
            _root(full.adjusted[1 + k], stderr[1 + k], limits, total),
            _root(full.adjusted[1 + width + k], stderr[1 + width + k], limits, total),
            _categories(table, k, members, returned),
            table.joined[k],
        )
        for k, name in enumerate(table.variables)
    ]
    spread = _root(full.adjusted[0], stderr[0], limits, total)
    indicator = _indicator(spread)
    value = 1.0 if indicator.value is None else indicator.value
    return RepresentativenessResult(
        total,
        back,
        indicator=indicator,
        plain=1 - 2 * float(np.sqrt(full.plain)),
        bias_bound=(1 - value) / (2 * back / total),
        partials=tuple(sorted(partials, key=lambda one: -(one.unconditional.value or 0.0))),
    )


def _refusal(total: int, back: int, variables: int) -> str | None:
    """Return why nothing is computed, None when it is."""
    if total < LEAST_FRAME:
        return FEW_MEMBERS
    if back < LEAST_SIDE:
        return FEW_RETURNED
    if total - back < LEAST_SIDE:
        return FEW_SILENT
    return NO_VARIABLE if variables == 0 else None


def _spread(table: FrameTable, members: NDArray[np.int64], returned: NDArray[np.int64]) -> _Spread:
    """Return the variances of the propensities over these homes."""
    weight = members.astype(np.float64)
    total = weight.sum()
    design = table.design
    chance, inverse = fit_propensity(design, weight, returned.astype(np.float64))
    gradient = design * (chance * (1 - chance))[:, None]

    def parts(cells: Floats) -> tuple[float, float]:
        """Return the variance between these cells and what estimation adds to it."""
        size = weight @ cells
        share = np.divide(cells, size, out=np.zeros_like(cells), where=size > 0)
        mean = (weight * chance) @ share
        slopes = (weight[:, None] * gradient).T @ share
        noise = np.einsum("tc,ts,sc->c", slopes, inverse, slopes)
        return float(size @ mean**2), float(size @ noise)

    everybody = parts(np.ones((len(weight), 1)))
    each = parts(np.eye(len(weight)))
    values = [(each[0] - everybody[0] - each[1] + everybody[1]) / (total - 1)]
    own, within = [], []
    for place, names in enumerate(table.categories):
        found = parts(dummies(table.patterns[:, place], len(names)))
        own.append((found[0] - everybody[0] - found[1] + everybody[1]) / total)
        others = np.delete(table.patterns, place, axis=1)
        known, cell = np.unique(others, axis=0, return_inverse=True)
        found = parts(dummies(cell.ravel().astype(np.int64), len(known)))
        within.append((each[0] - found[0] - each[1] + found[1]) / total)
    plain = max(0.0, (each[0] - everybody[0]) / (total - 1))
    return _Spread(plain, np.array([*values, *own, *within]))


def _root(variance: float, stderr: float, limits: Limits, n: int) -> Estimate:
    """Return a standard deviation with the image of its variance's interval."""
    value = float(np.sqrt(max(0.0, variance)))
    if limits.df < 1 or not np.isfinite(stderr) or stderr <= 0:
        return Estimate(value, None, None, None, n)
    half = limits.t * stderr
    low, high = (float(np.sqrt(max(0.0, one))) for one in (variance - half, variance + half))
    # The delta method's error; none where the root has no slope.
    error = float(stderr / (2 * value)) if variance > stderr else None
    return Estimate(value, error, low, min(0.5, high), n, limits.df)


def _indicator(spread: Estimate) -> Estimate:
    if spread.value is None or spread.low is None or spread.high is None:
        value = None if spread.value is None else 1 - 2 * spread.value
        return Estimate(value, None, None, None, spread.n)
    error = None if spread.stderr is None else 2 * spread.stderr
    return Estimate(
        1 - 2 * spread.value, error, 1 - 2 * spread.high, 1 - 2 * spread.low, spread.n, spread.df
    )


def _categories(
    table: FrameTable, place: int, members: NDArray[np.int64], returned: NDArray[np.int64]
) -> tuple[CategoryRate, ...]:
    cells = dummies(table.patterns[:, place], len(table.categories[place]))
    size, back = members @ cells, returned @ cells
    rate = back / size
    mean = float(back.sum() / size.sum())
    contribution = np.sqrt(size / size.sum()) * (rate - mean)
    return tuple(
        CategoryRate(name, int(size[k]), float(rate[k]), float(contribution[k]))
        for k, name in enumerate(table.categories[place])
    )
