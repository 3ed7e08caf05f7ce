"""A synthetic community whose true values are known exactly.

Every household h has a halo N(0, halo) that moves all its ratings, and a strictness N(0,
strictness) that moves the levels it calls acceptable and ideal. A rating is a cut normal: latent
score = performance of the area + halo + own noise, on a scale where the point j of p covers the
j-th of p equal parts of 0-100 and the ends are open. A household answers with a probability that
grows with its halo: the satisfied return more often, as in life. Picks are drawn one after another
in proportion to the areas' importance. True values therefore need no simulation: the halo is
integrated by quadrature, the picks by adding up all orders.
"""

from dataclasses import dataclass, field
from itertools import permutations

import numpy as np
from numpy.polynomial.hermite_e import hermegauss
from numpy.typing import NDArray
from scipy import stats
from scipy.optimize import brentq

FIVE = (1, 2, 3, 4, 5)
TEN = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
SATISFIED = 4
_NODES = 81


@dataclass(frozen=True, slots=True)
class AreaTruth:
    """One area as it really is.

    Attributes:
        code: Area code.
        performance: Mean latent score, 0-100.
        importance: Relative importance; any positive unit.
        adequate: Mean latent lowest acceptable score, 0-100.
        desired: Mean latent ideal score, 0-100.
        no_experience: Share of households that cannot rate the area.
        attributes: Attribute code to how much better (+) or worse (-) it is than the area.
    """

    code: str
    performance: float
    importance: float
    adequate: float = 55.0
    desired: float = 85.0
    no_experience: float = 0.0
    attributes: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CommunityTruth:
    """One community as it really is.

    Attributes:
        areas: Its areas.
        halo: Standard deviation of the household effect, points of 100.
        noise: Standard deviation of a single rating around it.
        strictness: Standard deviation of the household effect on levels.
        response_rate: Mean probability of an answer.
        response_slope: Log odds of answering per standard deviation of the halo.
        pick_counts: Probability of picking 0, 1, 2 and 3 areas.
    """

    areas: tuple[AreaTruth, ...]
    halo: float = 12.0
    noise: float = 18.0
    strictness: float = 8.0
    response_rate: float = 0.65
    response_slope: float = 0.25
    pick_counts: tuple[float, float, float, float] = (0.03, 0.05, 0.12, 0.80)


@dataclass(frozen=True, slots=True, eq=False)
class TrueValues:
    """What a study of infinitely many households would say. Arrays are in the order of the areas.

    Attributes:
        performance: Mean of the five-point ratings on 0-100.
        satisfied: Share of ratings 4 and 5.
        emphasis: Share of households that pick the area.
        weight: Importance shares from the picks.
        index: Index 0-100 with these weights.
        pfi: Headline PFI.
        overall: Mean of the ten-point overall item on 0-100.
        adequate, desired, perceived: Means of the ten-point levels, scale points.
        below, inside, above: Shares of households below, inside and above their own zone.
        zone_pfi: Zone-list PFI with lambda 1 and weights from the picks.
        importance: Mean of the ten-point importance ratings, scale points.
    """

    performance: NDArray[np.float64]
    satisfied: NDArray[np.float64]
    emphasis: NDArray[np.float64]
    weight: NDArray[np.float64]
    index: float
    pfi: NDArray[np.float64]
    overall: float
    adequate: NDArray[np.float64]
    desired: NDArray[np.float64]
    perceived: NDArray[np.float64]
    below: NDArray[np.float64]
    inside: NDArray[np.float64]
    above: NDArray[np.float64]
    zone_pfi: NDArray[np.float64]
    importance: NDArray[np.float64]

    @property
    def position(self) -> NDArray[np.float64]:
        """Return (P - A)/(D - A) of the means."""
        return (self.perceived - self.adequate) / (self.desired - self.adequate)

    @property
    def is_rating(self) -> NDArray[np.float64]:
        """Return the share that picks an area times the share not satisfied with it."""
        return self.emphasis * (1 - self.satisfied)


def true_values(truth: CommunityTruth, *, respondents: bool = True) -> TrueValues:
    """Return the true values of a community.

    Args:
        truth: The community.
        respondents: Values among households that answer, which is what a sample of answers
            estimates; False for all households.

    Returns:
        Exact values up to quadrature error, far below 1e-6.

    Source: ours, see docs/methods/coverage.md.
    """
    nodes, weights = hermegauss(_NODES)
    weights = weights / weights.sum()
    if respondents:
        weights = weights * answer_probability(truth, nodes)
        weights = weights / weights.sum()
    halo = nodes * truth.halo
    five = np.array([_rating(truth, one.performance, halo, weights, FIVE) for one in truth.areas])
    ten = np.array([_rating(truth, one.performance, halo, weights, TEN) for one in truth.areas])
    picked = pick_shares(truth)
    share = picked / picked.sum()
    performance = 100 * (five @ np.array(FIVE) - 1) / 4
    zone = [_zone(truth, area, pmf) for area, pmf in zip(truth.areas, ten, strict=True)]
    adequate, desired, below, above = (np.array(column) for column in zip(*zone, strict=True))
    perceived = ten @ np.array(TEN)
    percent = 100 / 9
    zone_pfi = (
        share * percent * (np.maximum(0, desired - perceived) + np.maximum(0, adequate - perceived))
    )
    overall = _rating(truth, overall_performance(truth), halo, weights, TEN) @ np.array(TEN)
    return TrueValues(
        performance=performance,
        satisfied=five[:, SATISFIED - 1 :].sum(axis=1),
        emphasis=picked,
        weight=share,
        index=float(share @ performance),
        pfi=share * (100 - performance),
        overall=float(percent * (overall - 1)),
        adequate=adequate,
        desired=desired,
        perceived=perceived,
        below=below,
        inside=1 - below - above,
        above=above,
        zone_pfi=zone_pfi,
        importance=_importance(truth),
    )


def true_correlations(truth: CommunityTruth) -> NDArray[np.float64]:
    """Return the correlations of the overall item and the five-point area ratings.

    Given the halo all ratings of a household are independent, so the covariance of two is that of
    their conditional means. A household without experience of an area is so whatever its halo,
    hence pairwise correlations over jointly rated rows aim at these.

    Args:
        truth: The community.

    Returns:
        Shape (1 + areas, 1 + areas), the overall item first, among households that answer.

    Source: ours, see docs/methods/coverage.md.
    """
    nodes, weights = hermegauss(_NODES)
    weights = weights * answer_probability(truth, nodes)
    weights = weights / weights.sum()
    halo = nodes * truth.halo
    levels: list[tuple[float, tuple[int, ...]]] = [(overall_performance(truth), TEN)]
    levels += [(area.performance, FIVE) for area in truth.areas]
    rows: list[NDArray[np.float64]] = []
    variances: list[float] = []
    for level, scale in levels:
        pmf, points = _pmf(level + halo, truth.noise, scale), np.array(scale, dtype=np.float64)
        rows.append(pmf @ points)
        mean = float(weights @ rows[-1])
        variances.append(float(weights @ (pmf @ points**2)) - mean**2)
    given = np.stack(rows)
    centred = given - (given @ weights)[:, None]
    covariance = (centred * weights) @ centred.T
    np.fill_diagonal(covariance, variances)
    scale_of = np.sqrt(np.array(variances))
    correlations: NDArray[np.float64] = covariance / np.outer(scale_of, scale_of)
    return correlations


def importance_level(truth: CommunityTruth, area: AreaTruth) -> float:
    """Return the mean latent importance rating of an area, 0-100: 60 and up to 35 more.

    Source: ours, see docs/methods/coverage.md.
    """
    return 60 + 35 * area.importance / max(one.importance for one in truth.areas)


def _importance(truth: CommunityTruth) -> NDArray[np.float64]:
    """Return the mean importance ratings; they do not depend on the halo."""
    levels = np.array([importance_level(truth, area) for area in truth.areas])
    mean: NDArray[np.float64] = _pmf(levels, truth.noise / 2, TEN) @ np.array(TEN)
    return mean


def answer_probability(
    truth: CommunityTruth, standard_halo: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the probability that a household answers, given its halo in standard deviations.

    Source: ours, see docs/methods/coverage.md.
    """
    nodes, weights = hermegauss(_NODES)
    weights = weights / weights.sum()

    def excess(intercept: float) -> float:
        rates = _logistic(intercept + truth.response_slope * nodes)
        return float(weights @ rates) - truth.response_rate

    intercept = brentq(excess, -30.0, 30.0)
    return _logistic(intercept + truth.response_slope * standard_halo)


def pick_shares(truth: CommunityTruth) -> NDArray[np.float64]:
    """Return the share of households that pick each area.

    Source: ours, see docs/methods/coverage.md.
    """
    importance = np.array([area.importance for area in truth.areas], dtype=np.float64)
    importance = importance / importance.sum()
    shares = np.zeros(importance.size)
    for count, chance in enumerate(truth.pick_counts):
        if count == 0 or chance == 0:
            continue
        for order in permutations(range(importance.size), min(count, importance.size)):
            left, probability = 1.0, chance
            for k in order:
                probability *= importance[k] / left
                left -= importance[k]
            shares[list(order)] += probability
    return shares


def overall_performance(truth: CommunityTruth) -> float:
    """Return the latent mean of the overall item: areas weighted by importance.

    Source: ours, see docs/methods/coverage.md.
    """
    importance = np.array([area.importance for area in truth.areas])
    performance = np.array([area.performance for area in truth.areas])
    return float(importance @ performance / importance.sum())


def cuts(points: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the inner borders of the equal parts of 0-100 that the points cover.

    Source: ours, see docs/methods/coverage.md.
    """
    return np.linspace(0, 100, len(points) + 1)[1:-1]


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    result: NDArray[np.float64] = 1 / (1 + np.exp(-x))
    return result


def _pmf(
    mean: NDArray[np.float64] | float, sd: float, points: tuple[int, ...]
) -> NDArray[np.float64]:
    """Return probabilities of the points, shape (*mean.shape, points)."""
    at = np.asarray(mean, dtype=np.float64)[..., None]
    cumulative = stats.norm.cdf((cuts(points) - at) / sd)
    ends = (*at.shape[:-1], 1)
    result: NDArray[np.float64] = np.diff(
        np.concatenate([np.zeros(ends), cumulative, np.ones(ends)], axis=-1), axis=-1
    )
    return result


def _rating(
    truth: CommunityTruth,
    performance: float,
    halo: NDArray[np.float64],
    weights: NDArray[np.float64],
    points: tuple[int, ...],
) -> NDArray[np.float64]:
    """Return probabilities of a rating over households with these halo weights."""
    pmf: NDArray[np.float64] = weights @ _pmf(performance + halo, truth.noise, points)
    return pmf


def _zone(
    truth: CommunityTruth, area: AreaTruth, perceived: NDArray[np.float64]
) -> tuple[float, float, float, float]:
    """Return mean adequate, mean desired, and the shares below and above, of one area.

    Levels do not depend on the halo, so they are independent of the perceived point.
    """
    nodes, weights = hermegauss(_NODES)
    weights = weights / weights.sum()
    strict = nodes * truth.strictness
    adequate = weights @ _pmf(area.adequate + strict, truth.noise / 2, TEN)
    # Desired is the larger of two latent scores, so its distribution is a product.
    low = np.cumsum(_pmf(area.adequate + strict, truth.noise / 2, TEN), axis=-1)
    high = np.cumsum(_pmf(area.desired + strict, truth.noise / 2, TEN), axis=-1)
    desired = np.diff(weights @ (low * high), prepend=0.0)
    points = np.array(TEN)
    below = float(sum(adequate[a] * perceived[:a].sum() for a in range(points.size)))
    above = float(sum(desired[d] * perceived[d + 1 :].sum() for d in range(points.size)))
    return float(adequate @ points), float(desired @ points), below, above
