"""R-indicators: do those who answered look like the whole frame, and where not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

from app.analysis.nonresponse.propensity import FrameTable, dummies, fit_propensity
from app.analysis.results.estimate import Estimate
from app.analysis.results.nonresponse import (
    CategoryRate,
    PartialIndicator,
    RepresentativenessResult,
)

LEAST_FRAME = 100
LEAST_SIDE = 30

FEW_MEMBERS = "few_members"
FEW_RETURNED = "few_returned"
FEW_SILENT = "few_silent"
NO_VARIABLE = "no_variable"

# Variables that say the same leave nothing within each other but rounding.
_NO_NOISE = 1e-15

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class _Spread:
    """Variances of the propensities: of all, between categories, within those of all others.

    Every array has the shape (1 + 2 variables,): of all, then by variable one of the other two.

    Attributes:
        plain: As they are.
        noise: What estimation adds to each on average.
        terms: Free terms behind each.
    """

    plain: Floats
    noise: Floats
    terms: NDArray[np.int64]

    @property
    def adjusted(self) -> Floats:
        """Return the variances without what estimation adds; may be below 0."""
        return self.plain - self.noise


def representativeness(table: FrameTable, *, level: float = 0.95) -> RepresentativenessResult:
    """Return R and the partial indicators of every variable.

    R = 1 - 2 sd(propensity). Estimated propensities vary more than true ones; what sampling error
    adds on average is taken off every variance. Standard errors are those of the delete-a-group
    jackknife. Near 0 they fail, so intervals are those of a noncentral chi-square with as many
    degrees of freedom as free terms.

    Args:
        table: The frame; see `make_frame_table`.
        level: Confidence level.

    Source: Schouten, Cobben and Bethlehem 2009, Survey Methodology 35(1), 101-113; Schouten,
    Shlomo and Skinner 2011, J. Official Stat. 27(2), 231-253 (partial); Shlomo, Skinner and
    Schouten 2012, J. Stat. Planning and Inference 142(1), 201-211 (adjustment); Steiger 2004,
    Psychological Methods 9(2), 164-182 (noncentral interval).
    """
    members, returned = table.members.sum(axis=0), table.returned.sum(axis=0)
    total, back = int(members.sum()), int(returned.sum())
    reason = _refusal(total, back, len(table.variables))
    if reason is not None:
        return RepresentativenessResult(total, back, reason)
    cut = _cut(table)
    full = _spread(table, cut, members, returned)
    replicates = np.array(
        [
            _spread(table, cut, members - table.members[g], returned - table.returned[g]).adjusted
            for g in range(len(table.members))
        ]
    )
    groups = len(replicates)
    distance = replicates - replicates.mean(axis=0)
    stderr = np.sqrt((groups - 1) / groups * (distance**2).sum(axis=0))
    width = len(table.variables)
    roots = [
        _root(full, k, float(stderr[k]), groups - 1, total, level) for k in range(1 + 2 * width)
    ]
    partials = [
        PartialIndicator(
            name,
            roots[1 + k],
            roots[1 + width + k],
            _categories(table, k, members, returned),
            table.joined[k],
        )
        for k, name in enumerate(table.variables)
    ]
    indicator = _indicator(roots[0])
    value = 1.0 if indicator.value is None else indicator.value
    return RepresentativenessResult(
        total,
        back,
        indicator=indicator,
        plain=1 - 2 * float(np.sqrt(full.plain[0])),
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


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """How the patterns of a frame are cut into cells; the same in every replicate.

    Attributes:
        own: By variable, which pattern is in which of its categories.
        others: By variable, the same for the categories of all others together.
        terms: Free terms: of all, then by variable its own, then those it adds to the others.
    """

    own: tuple[Floats, ...]
    others: tuple[Floats, ...]
    terms: NDArray[np.int64]


def _cut(table: FrameTable) -> _Cut:
    patterns, rank = table.patterns, int(np.linalg.matrix_rank(table.design))
    sizes = [len(names) for names in table.categories]
    own = [dummies(patterns[:, k], size) for k, size in enumerate(sizes)]
    others, within = [], []
    for place in range(len(sizes)):
        known, cell = np.unique(np.delete(patterns, place, axis=1), axis=0, return_inverse=True)
        others.append(dummies(cell.ravel().astype(np.int64), len(known)))
        rest = [one[:, 1:] for k, one in enumerate(own) if k != place]
        kept = np.hstack([np.ones((len(patterns), 1)), *rest])
        within.append(rank - int(np.linalg.matrix_rank(kept)))
    terms = np.array([rank - 1, *(size - 1 for size in sizes), *within], dtype=np.int64)
    return _Cut(tuple(own), tuple(others), terms)


def _spread(
    table: FrameTable, cut: _Cut, members: NDArray[np.int64], returned: NDArray[np.int64]
) -> _Spread:
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
    whole = (each[0] - everybody[0]) / (total - 1), (each[1] - everybody[1]) / (total - 1)
    own, within = [], []
    for mine, others in zip(cut.own, cut.others, strict=True):
        found = parts(mine)
        own.append(((found[0] - everybody[0]) / total, (found[1] - everybody[1]) / total))
        found = parts(others)
        within.append(((each[0] - found[0]) / total, (each[1] - found[1]) / total))
    rows = np.maximum(0.0, np.array([whole, *own, *within]))
    return _Spread(rows[:, 0], rows[:, 1], cut.terms)


def _root(spread: _Spread, k: int, stderr: float, df: int, n: int, level: float) -> Estimate:
    """Return a standard deviation; its error is none where the root has no slope."""
    variance = float(spread.adjusted[k])
    value = float(np.sqrt(max(0.0, variance)))
    terms, noise = int(spread.terms[k]), float(spread.noise[k])
    if terms < 1 or noise <= _NO_NOISE or df < 1:
        return Estimate(value, None, None, None, n)
    low, high = noncentral_limits(float(spread.plain[k]), noise, terms, level=level)
    error = stderr / (2 * value) if variance > stderr > 0 else None
    low, high = min(value, float(np.sqrt(low))), max(value, float(np.sqrt(high)))
    return Estimate(value, error, low, min(0.5, high), n, df)


def noncentral_limits(
    variance: float, noise: float, terms: int, *, level: float = 0.95
) -> tuple[float, float]:
    """Return the limits of a true variance from one that estimation has added noise to.

    terms x variance / noise is a noncentral chi-square with this many degrees of freedom if every
    term brings the same noise.

    Args:
        variance: As it is, not adjusted.
        noise: What estimation adds on average, above 0.
        terms: Free terms.
        level: Confidence level.

    Source: Steiger 2004, Psychological Methods 9(2), 164-182.
    """
    found = terms * variance / noise

    def limit(chance: float) -> float:
        """Return the noncentrality under which no more than this is at most what was found."""
        if stats.chi2.cdf(found, terms) <= chance:
            return 0.0
        most = (np.sqrt(found) + 10) ** 2

        def distance(noncentrality: float) -> float:
            return float(stats.ncx2.cdf(found, terms, noncentrality)) - chance

        return float(brentq(distance, 1e-12, most))

    unit = noise / terms
    return unit * limit(0.5 + level / 2), unit * limit(0.5 - level / 2)


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
