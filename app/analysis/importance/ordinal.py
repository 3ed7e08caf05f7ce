"""Proportional odds: an ordered answer and what makes the better categories more likely.

P(Y <= k | x) = F(zeta_k - x beta) with F logistic (odds) or normal. Rows of the same pattern x
count as one with their numbers as weights, so a table of counts is enough. The likelihood is ours
because statsmodels' OrderedModel takes no weights; tests hold the two together.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats
from scipy.special import expit

LOGIT = "logit"
PROBIT = "probit"

SINGULAR = "singular"
SEPARATED = "separated"
ONE_CATEGORY = "one_category"

_ROUNDS = 60
_HALVINGS = 40
_TOLERANCE = 1e-9
_CHUNK = 4096
# Beyond this a coefficient runs away: the categories are separated by the pattern.
_FARTHEST = 15.0

Floats = NDArray[np.float64]


class OrdinalError(ValueError):
    """Counts that carry no proportional odds.

    Attributes:
        reason: ``one_category`` (fewer than two categories hold an answer), ``singular`` (terms
            that cannot be told apart), or ``separated`` (a pattern decides the answer, or there is
            no maximum).
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class OrdinalFit:
    """A fitted model.

    Attributes:
        coefficients: Shape (terms,); positive moves answers to the better end. With terms of their
            own at every threshold, shape is still that of the parallel ones.
        thresholds: Shape (categories - 1,), ascending.
        free: Coefficients of the terms that differ by threshold, shape (thresholds, terms);
            empty when none does.
        covariance: Inverse of the observed information: thresholds, coefficients, then `free`.
        log_likelihood: At the maximum, without the constant of the counts.
        n: Answers.
        link: logit or probit.
    """

    coefficients: Floats
    thresholds: Floats
    free: Floats
    covariance: Floats
    log_likelihood: float
    n: float
    link: str

    @property
    def stderr(self) -> Floats:
        """Return standard errors of the coefficients."""
        first = self.thresholds.size
        own: Floats = np.sqrt(np.diagonal(self.covariance))[first : first + self.coefficients.size]
        return own

    def probabilities(self, x: ArrayLike) -> Floats:
        """Return the probability of every category by pattern; only without free terms.

        Args:
            x: Patterns, shape (patterns, terms).

        Source: McCullagh 1980, J. R. Stat. Soc. B 42(2).
        """
        at = np.asarray(x, dtype=np.float64) @ self.coefficients
        inner = _cdf(self.thresholds[None, :] - at[:, None], self.link)
        ends = np.zeros((at.size, 1)), np.ones((at.size, 1))
        return np.diff(np.hstack([ends[0], inner, ends[1]]), axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class _Model:
    """Counts and the terms of their patterns.

    Attributes:
        counts: Shape (patterns, categories).
        x: Shape (patterns, terms), centred.
        free: Which terms have a coefficient at every threshold.
        link: logit or probit.
    """

    counts: Floats
    x: Floats
    free: NDArray[np.bool_]
    link: str

    @property
    def cuts(self) -> int:
        """Return the number of thresholds."""
        return int(self.counts.shape[1]) - 1

    @property
    def width(self) -> int:
        """Return the number of parameters."""
        own = int(self.free.sum())
        return int(self.cuts + self.free.size - own + self.cuts * own)

    def chunks(self) -> Iterator[tuple[Floats, Floats]]:
        """Yield counts and the design (thresholds, patterns, parameters) of a few patterns."""
        fixed = int((~self.free).sum())
        own = int(self.free.sum())
        for start in range(0, len(self.x), _CHUNK):
            x = self.x[start : start + _CHUNK]
            design = np.zeros((self.cuts, len(x), self.width))
            for cut in range(self.cuts):
                design[cut, :, cut] = 1.0
                design[cut, :, self.cuts : self.cuts + fixed] = -x[:, ~self.free]
                first = self.cuts + fixed + cut * own
                design[cut, :, first : first + own] = -x[:, self.free]
            yield self.counts[start : start + _CHUNK], design


def fit_ordinal(
    counts: ArrayLike,
    x: ArrayLike,
    *,
    link: str = LOGIT,
    free: ArrayLike | None = None,
    start: Floats | None = None,
) -> OrdinalFit:
    """Fit proportional odds (or the ordered probit) to counts by pattern.

    Args:
        counts: Answers by pattern and category, worst category first, shape (patterns,
            categories); weights need not be whole. Every category holds some.
        x: Terms of every pattern, without a constant, shape (patterns, terms).
        link: logit or probit.
        free: Terms that may have another coefficient at every threshold (partial proportional
            odds), shape (terms,); None means none.
        start: Thresholds and coefficients to begin with, as a fit without free terms has them.

    Raises:
        OrdinalError: A category is empty, the terms depend on each other, or there is no maximum.

    Source: McCullagh 1980, J. R. Stat. Soc. B 42(2); Peterson and Harrell 1990, Appl. Stat. 39(2).
    """
    number, given = np.asarray(counts, dtype=np.float64), np.asarray(x, dtype=np.float64)
    given = given.reshape(len(number), -1)
    is_free = np.zeros(given.shape[1], bool) if free is None else np.asarray(free, dtype=bool)
    held = number.sum(axis=1) > 0
    number, given = number[held], given[held]
    weight = number.sum(axis=1)
    if number.shape[1] < 2 or (number.sum(axis=0) <= 0).any():
        raise OrdinalError(ONE_CATEGORY)
    centre = weight @ given / weight.sum()
    _check_terms(given - centre, weight)
    model = _Model(number, given - centre, is_free, link)
    found, hessian, likelihood = _maximum(model, _start(model, start, centre))
    return _result(model, found, hessian, likelihood, centre)


def pattern_counts(
    categories: ArrayLike, x: ArrayLike, weights: ArrayLike | None = None
) -> tuple[Floats, Floats]:
    """Return counts by pattern and the patterns, out of rows.

    Args:
        categories: Category of every row from 0, shape (rows,).
        x: Terms of every row, shape (rows, terms).
        weights: Of every row; None means 1.

    Returns:
        Counts, shape (patterns, categories), and patterns, shape (patterns, terms).

    Source: ours, see docs/methods/asymmetry.md.
    """
    place = np.asarray(categories, dtype=np.int64)
    patterns, which = np.unique(np.asarray(x, dtype=np.float64), axis=0, return_inverse=True)
    width = int(place.max(initial=0)) + 1
    size = np.ones(place.size) if weights is None else np.asarray(weights, dtype=np.float64)
    counted = np.bincount(which.ravel() * width + place, size, minlength=len(patterns) * width)
    return counted.reshape(len(patterns), width).astype(np.float64), patterns


def _check_terms(x: Floats, weight: Floats) -> None:
    """Refuse terms that depend on each other or on the thresholds."""
    if not x.shape[1]:
        return
    spread = np.sqrt(weight @ x**2)
    if (spread <= 0).any():
        raise OrdinalError(SINGULAR)
    scaled = x / spread
    if np.linalg.eigvalsh((scaled * weight[:, None]).T @ scaled)[0] <= _TOLERANCE:
        raise OrdinalError(SINGULAR)


def _start(model: _Model, start: Floats | None, centre: Floats) -> Floats:
    """Return where to begin: at equal odds, or at a fit that is at hand."""
    parameters = np.zeros(model.width)
    if start is None:
        below = np.cumsum(model.counts.sum(axis=0))[:-1] / model.counts.sum()
        parameters[: model.cuts] = _quantile(below, model.link)
        return parameters
    coefficients = start[model.cuts :]
    parameters[: model.cuts] = start[: model.cuts] - float(centre @ coefficients)
    fixed = int((~model.free).sum())
    parameters[model.cuts : model.cuts + fixed] = coefficients[~model.free]
    parameters[model.cuts + fixed :] = np.tile(coefficients[model.free], model.cuts)
    return parameters


def _maximum(model: _Model, parameters: Floats) -> tuple[Floats, Floats, float]:
    """Climb by Newton's method with halved steps."""
    likelihood, gradient, hessian = _derivatives(model, parameters)
    if not np.isfinite(likelihood):
        raise OrdinalError(SEPARATED)
    for _ in range(_ROUNDS):
        try:
            step = np.linalg.solve(-hessian, gradient)
        except np.linalg.LinAlgError as error:
            raise OrdinalError(SINGULAR) from error
        if float(gradient @ step) < _TOLERANCE * 1e-3:
            return parameters, hessian, likelihood
        for halving in range(_HALVINGS):
            tried = parameters + step / 2**halving
            found = _derivatives(model, tried)
            if found[0] >= likelihood:
                break
        else:
            # Rounding is all that is left to gain.
            return parameters, hessian, likelihood
        parameters, (likelihood, gradient, hessian) = tried, found
        if np.abs(parameters).max() > 10 * _FARTHEST:
            raise OrdinalError(SEPARATED)
    raise OrdinalError(SEPARATED)


def _derivatives(model: _Model, parameters: Floats) -> tuple[float, Floats, Floats]:
    """Return log-likelihood, gradient and Hessian; minus infinity outside the model."""
    likelihood = 0.0
    gradient, hessian = np.zeros(model.width), np.zeros((model.width, model.width))
    for counts, design in model.chunks():
        cut = design @ parameters
        edge = np.zeros((1, cut.shape[1]))
        chance = np.diff(np.vstack([edge, _cdf(cut, model.link), edge + 1]), axis=0)
        number = counts.T
        if (chance[number > 0] <= 0).any():
            return -np.inf, gradient, hessian
        safe = np.where(chance > 0, chance, 1.0)
        likelihood += float((number * np.log(safe)).sum())
        density, slope = _density(cut, model.link)
        once, twice = number / safe, number / safe**2
        lean = once[:-1] - once[1:]
        gradient += np.einsum("cjq,cj->q", design, density * lean)
        own = slope * lean - density**2 * (twice[:-1] + twice[1:])
        hessian += np.einsum("cjq,cj,cjr->qr", design, own, design, optimize=True)
        if model.cuts > 1:
            shared = density[:-1] * density[1:] * twice[1:-1]
            cross = np.einsum("cjq,cj,cjr->qr", design[:-1], shared, design[1:], optimize=True)
            hessian += cross + cross.T
    return likelihood, gradient, hessian


def _result(
    model: _Model, found: Floats, hessian: Floats, likelihood: float, centre: Floats
) -> OrdinalFit:
    """Undo the centring and collect the numbers."""
    fixed, own, cuts = int((~model.free).sum()), int(model.free.sum()), model.cuts
    coefficients = np.full(model.free.size, np.nan)
    coefficients[~model.free] = found[cuts : cuts + fixed]
    free = found[cuts + fixed :].reshape(cuts, own)
    spread = np.sqrt(np.average(model.x**2, axis=0, weights=model.counts.sum(axis=1)))
    if (np.abs(coefficients[~model.free]) * spread[~model.free] > _FARTHEST).any():
        raise OrdinalError(SEPARATED)
    # zeta - (x - c) beta = (zeta + c beta) - x beta
    shift = np.eye(model.width)
    shift[:cuts, cuts : cuts + fixed] = centre[~model.free]
    for cut in range(cuts):
        first = cuts + fixed + cut * own
        shift[cut, first : first + own] = centre[model.free]
    moved = shift @ found
    return OrdinalFit(
        coefficients=coefficients,
        thresholds=moved[:cuts],
        free=free,
        covariance=shift @ np.linalg.inv(-hessian) @ shift.T,
        log_likelihood=likelihood,
        n=float(model.counts.sum()),
        link=model.link,
    )


def _cdf(value: Floats, link: str) -> Floats:
    found: Floats = expit(value) if link == LOGIT else stats.norm.cdf(value)
    return found


def _density(value: Floats, link: str) -> tuple[Floats, Floats]:
    """Return density and its derivative."""
    if link == LOGIT:
        chance = expit(value)
        density = chance * (1 - chance)
        return density, density * (1 - 2 * chance)
    density = stats.norm.pdf(value)
    return density, -value * density


def _quantile(chance: Floats, link: str) -> Floats:
    safe = np.clip(chance, 1e-12, 1 - 1e-12)
    found: Floats = np.log(safe / (1 - safe)) if link == LOGIT else stats.norm.ppf(safe)
    return found
