"""Path model by partial least squares, mode A, on a correlation matrix, and its 0-100 index.

Latent variables are weighted sums of the items of their block; everything follows from the
correlations of the items, so rows are not needed. For reports in the style of customer
satisfaction indices; the headline index is the one that a committee can recompute by hand.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.importance.correlations import CorrelationError, check
from app.analysis.scales.alpha import ScaleError

CENTROID = "centroid"
FACTORIAL = "factorial"
PATH = "path"
SCHEMES = (CENTROID, FACTORIAL, PATH)

_ROUNDS = 500
_TOLERANCE = 1e-10

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PathModel:
    """Which items belong to which latent variable, and which of these move which.

    Attributes:
        blocks: Positions of the items of every latent variable.
        paths: Pairs (from, to) of latent variables; without a circle.
    """

    blocks: tuple[tuple[int, ...], ...]
    paths: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, eq=False)
class PlsFit:
    """A fitted path model; latent variables have variance 1.

    Attributes:
        weights: Weight of every standardised item in its latent variable, shape (items,).
        loadings: Correlation of every item with its latent variable.
        latent: Correlations of the latent variables.
        paths: Path coefficients by pair of the model.
        r_squared: Explained share of every latent variable; 0 for one that nothing leads to.
        rounds: Rounds until nothing moved.
    """

    weights: Floats
    loadings: Floats
    latent: Floats
    paths: tuple[float, ...]
    r_squared: Floats
    rounds: int


def fit_pls(
    correlation: Floats,
    model: PathModel,
    *,
    scheme: str = CENTROID,
    rounds: int = _ROUNDS,
    tolerance: float = _TOLERANCE,
) -> PlsFit:
    """Fit a path model with reflective blocks (mode A).

    Args:
        correlation: Of all items, shape (items, items), positive definite.
        model: Blocks and paths; every item is in one block, every latent variable has a path.
        scheme: centroid (signs of the correlations), factorial (the correlations) or path
            (regression on what leads there, correlation with where it leads).
        rounds: Most rounds.
        tolerance: Largest change of a weight that still counts.

    Raises:
        ScaleError: ``model`` (blocks or paths make no model), ``not_finite``, ``indefinite`` or
            ``no_convergence``.

    Source: Wold 1982; Lohmoeller 1989, Latent Variable Path Modeling with Partial Least Squares;
        Tenenhaus and others 2005, Comput. Stat. Data Anal. 48(1).
    """
    order = _checked(correlation, model, scheme)
    count = len(model.blocks)
    member = np.zeros((len(correlation), count))
    for place, block in enumerate(model.blocks):
        member[list(block), place] = 1.0
    weights = _scaled(member.copy(), correlation)
    done = 0
    while True:
        if done == rounds:
            raise ScaleError("no_convergence")
        done += 1
        latent = weights.T @ correlation @ weights
        inner = _inner(latent, model, scheme)
        fresh = _scaled(member * (correlation @ weights @ inner), correlation)
        moved = float(np.abs(np.abs(fresh) - np.abs(weights)).max())
        weights = fresh
        if moved < tolerance:
            break
    loadings = member * (correlation @ weights)
    turn = np.where(loadings.sum(axis=0) < 0, -1.0, 1.0)
    weights, loadings = weights * turn, loadings * turn
    latent = weights.T @ correlation @ weights
    paths, explained = _regressions(latent, model, order)
    return PlsFit(
        weights=weights.sum(axis=1),
        loadings=loadings.sum(axis=1),
        latent=latent,
        paths=paths,
        r_squared=explained,
        rounds=done,
    )


def latent_index(
    weights: ArrayLike,
    deviations: ArrayLike,
    means: ArrayLike,
    *,
    least: ArrayLike,
    most: ArrayLike,
) -> float:
    """Return a latent variable's mean on 0-100, as the American index does.

    100 (sum w m - sum w least) / sum w (most - least) with w the weights of the unstandardised
    items, so on a scale 1-10 it is 100 (sum w m - sum w)/(9 sum w).

    Args:
        weights: Weights of the standardised items of the block, shape (k,).
        deviations: Their standard deviations.
        means: Their means in scale points.
        least: Lowest points.
        most: Highest points.

    Raises:
        ScaleError: ``wrong_sign``: a weight is not positive, so the index would fall when an
            answer rises.

    Source: Fornell and others 1996, Journal of Marketing 60(4).
    """
    plain = np.asarray(weights, np.float64) / np.asarray(deviations, np.float64)
    if not (plain > 0).all():
        raise ScaleError("wrong_sign")
    low, high = (np.broadcast_to(np.asarray(one, np.float64), plain.shape) for one in (least, most))
    centred = np.asarray(means, np.float64) - low
    return float(100 * (plain @ centred) / (plain @ (high - low)))


def _checked(correlation: Floats, model: PathModel, scheme: str) -> Sequence[int]:
    """Return the latent variables that something leads to; refuse what is no model."""
    placed = [item for block in model.blocks for item in block]
    count = len(model.blocks)
    touched = {place for path in model.paths for place in path}
    is_sound = (
        scheme in SCHEMES
        and sorted(placed) == list(range(len(correlation)))
        and all(model.blocks)
        and touched == set(range(count))
        and len(set(model.paths)) == len(model.paths)
        and not _has_circle(model.paths, count)
    )
    if not is_sound:
        raise ScaleError("model")
    try:
        check(correlation)
    except CorrelationError as error:
        raise ScaleError(error.reason) from error
    return sorted({target for _, target in model.paths})


def _has_circle(paths: tuple[tuple[int, int], ...], count: int) -> bool:
    """Say whether a path leads back to where it began."""
    left = set(range(count))
    while left:
        free = {one for one in left if not any(b == one and a in left for a, b in paths)}
        if not free:
            return True
        left -= free
    return False


def _scaled(weights: Floats, correlation: Floats) -> Floats:
    """Return weights that give every latent variable variance 1."""
    spread = np.sqrt(np.einsum("ij,ik,kj->j", weights, correlation, weights))
    if not (spread > 0).all():
        raise ScaleError("no_convergence")
    found: Floats = weights / spread
    return found


def _inner(latent: Floats, model: PathModel, scheme: str) -> Floats:
    """Return how the neighbours of every latent variable stand for it, shape (from, to)."""
    inner = np.zeros_like(latent)
    for first, second in model.paths:
        inner[first, second] = inner[second, first] = 1.0
    if scheme == CENTROID:
        return inner * np.sign(latent)
    inner = inner * latent
    if scheme == PATH:
        for target in {one for _, one in model.paths}:
            sources = [first for first, one in model.paths if one == target]
            found = np.linalg.solve(latent[np.ix_(sources, sources)], latent[sources, target])
            inner[sources, target] = found
    return inner


def _regressions(
    latent: Floats, model: PathModel, targets: Sequence[int]
) -> tuple[tuple[float, ...], Floats]:
    """Return the coefficient of every path and what is explained of every latent variable."""
    coefficient: dict[tuple[int, int], float] = {}
    explained = np.zeros(len(latent))
    for target in targets:
        sources = [first for first, one in model.paths if one == target]
        found = np.linalg.solve(latent[np.ix_(sources, sources)], latent[sources, target])
        coefficient.update(((k, target), float(one)) for k, one in zip(sources, found, strict=True))
        explained[target] = float(found @ latent[sources, target])
    return tuple(coefficient[path] for path in model.paths), explained
