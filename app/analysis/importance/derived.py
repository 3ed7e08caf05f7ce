"""Derived importance (impact): what a set of ratings says about an outcome, from correlations.

Every function takes correlation matrices of shape (..., 1 + p, 1 + p), the outcome first, and
refuses one that carries no regression (`correlations.check`). Leading axes are replicates or
communities; results have the p predictors last. Missing values were dealt with when the
correlations were made.
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.importance.correlations import check, usable

LMG_LIMIT = 12


class TooManyPredictorsError(ValueError):
    """LMG looks at every subset; with more predictors than this it is refused.

    Attributes:
        predictors: How many there are.
        limit: How many there may be.
    """

    def __init__(self, predictors: int) -> None:
        super().__init__(f"{predictors} predictors, at most {LMG_LIMIT}")
        self.predictors = predictors
        self.limit = LMG_LIMIT


def standardised_betas(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the coefficients of the regression of standardised variables.

    A beta may be negative where the correlation is positive: never read it as importance.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: R Core Team, stats::lm on scaled columns; docs/methods/drivers.md.
    """
    check(correlation)
    inner, outer = _parts(correlation)
    return np.asarray(np.linalg.solve(inner, outer[..., None])[..., 0], dtype=np.float64)


def variance_inflation(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the variance inflation factors (VIF), 1 / (1 - R^2 of j on the other predictors).

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p), at least 1.

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Marquardt 1970, Technometrics 12.
    """
    check(correlation)
    inverse = np.linalg.inv(_parts(correlation)[0])
    factors: NDArray[np.float64] = np.diagonal(inverse, axis1=-2, axis2=-1).copy()
    return factors


def partial_correlations(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the correlation of outcome and each predictor, the others held fixed.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Whittaker 1990, Graphical Models in Applied Multivariate Statistics.
    """
    check(correlation)
    inverse = np.linalg.inv(correlation)
    diagonal = np.diagonal(inverse, axis1=-2, axis2=-1)
    scale = np.sqrt(diagonal[..., :1] * diagonal[..., 1:])
    partial: NDArray[np.float64] = -inverse[..., 0, 1:] / scale
    return partial


def r_squared(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the outcome's variance that all predictors explain together.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (...).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: R Core Team, summary.lm; docs/methods/drivers.md.
    """
    explained: NDArray[np.float64] = pratt(correlation).sum(axis=-1)
    return explained


def adjusted_r_squared(explained: ArrayLike, n: ArrayLike, predictors: int) -> NDArray[np.float64]:
    """Return R^2 corrected for the number of predictors, 1 - (1 - R^2)(n - 1)/(n - p - 1).

    Args:
        explained: R^2, any shape.
        n: Rows, to be broadcast with it.
        predictors: How many predictors p.

    Returns:
        Same shape; NaN where n <= p + 1.

    Source: Ezekiel 1930, Methods of Correlation Analysis; R Core Team, summary.lm.
    """
    share, rows = np.broadcast_arrays(
        np.asarray(explained, dtype=np.float64), np.asarray(n, dtype=np.float64)
    )
    out = np.full(share.shape, np.nan)
    freedom = rows - predictors - 1
    np.divide((1 - share) * (rows - 1), freedom, out=out, where=freedom > 0)
    return 1 - out


def pratt(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Pratt's measure, correlation times beta: adds up to R^2, may be negative.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Pratt 1987, Proc. 2nd Tampere Conf. Statistics; Hoffman 1960, Psychol. Bull. 57.
    """
    products: NDArray[np.float64] = correlation[..., 0, 1:] * standardised_betas(correlation)
    return products


def first(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the R^2 of each predictor alone: its squared correlation.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Groemping 2006, J. Stat. Softw. 17(1), "first".
    """
    check(correlation)
    squares: NDArray[np.float64] = correlation[..., 0, 1:] ** 2
    return squares


def last(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain in R^2 when each predictor joins all the others.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Groemping 2006, J. Stat. Softw. 17(1), "last".
    """
    return betasq(correlation) / variance_inflation(correlation)


def betasq(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared standardised coefficients.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p).

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Groemping 2006, J. Stat. Softw. 17(1), "betasq".
    """
    squares: NDArray[np.float64] = standardised_betas(correlation) ** 2
    return squares


def car(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return squared CAR scores: squared correlations with the decorrelated predictors.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p); adds up to R^2.

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Zuber and Strimmer 2011, Stat. Appl. Genet. Mol. Biol. 10(1).
    """
    check(correlation)
    squares: NDArray[np.float64] = _decorrelated(correlation)[1] ** 2
    return squares


def relative_weights(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return Johnson's relative weights, the same as Genizi's decomposition.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p), never negative; adds up to R^2.

    Raises:
        CorrelationError: The matrix carries no regression.

    Source: Johnson 2000, Multivar. Behav. Res. 35(1); Genizi 1993, Stat. Sin. 3.
    """
    check(correlation)
    root, scores = _decorrelated(correlation)
    weights: NDArray[np.float64] = (root**2 @ (scores**2)[..., None])[..., 0]
    return weights


def relative_shares(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return relative weights as shares of R^2, and NaN instead of an error.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first.

    Returns:
        Shape (..., p), each row adds up to 1; NaN rows where the matrix carries no regression or
        nothing is explained.

    Source: Johnson 2000, Multivar. Behav. Res. 35(1).
    """
    weights = np.full((*correlation.shape[:-2], correlation.shape[-1] - 1), np.nan)
    good = usable(correlation)
    weights[good] = relative_weights(correlation[good])
    total = weights.sum(axis=-1, keepdims=True)
    shares = np.full(weights.shape, np.nan)
    np.divide(weights, total, out=shares, where=total > 0)
    return shares


def lmg(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the gain in R^2 of each predictor, averaged over all orders of entry.

    Also known as Shapley value regression and general dominance.

    Args:
        correlation: Shape (..., 1 + p, 1 + p), outcome first; p at most 12.

    Returns:
        Shape (..., p), never negative; adds up to R^2.

    Raises:
        CorrelationError: The matrix carries no regression.
        TooManyPredictorsError: More than 12 predictors.

    Source: Lindeman, Merenda and Gold 1980, Introduction to Bivariate and Multivariate Analysis;
        Groemping 2006, J. Stat. Softw. 17(1), "lmg".
    """
    check(correlation)
    predictors = correlation.shape[-1] - 1
    if predictors > LMG_LIMIT:
        raise TooManyPredictorsError(predictors)
    explained = _explained_by_subset(correlation)
    codes = np.arange(1 << predictors)
    sizes = np.array([int(code).bit_count() for code in codes])
    chance = 1 / (predictors * np.array([comb(predictors - 1, size) for size in range(predictors)]))
    gains = []
    for j in range(predictors):
        without = codes[codes & (1 << j) == 0]
        gain = explained[..., without | (1 << j)] - explained[..., without]
        gains.append(gain @ chance[sizes[without]])
    return np.stack(gains, axis=-1)


@dataclass(frozen=True, slots=True, eq=False)
class Regression:
    """A regression in the units of the data.

    Attributes:
        intercept, intercept_stderr: Constant and its classical standard error.
        slopes, slopes_stderr: Coefficients, shape (p,), and their classical standard errors.
        r_squared: Explained share of variance.
        adjusted_r_squared: The same corrected for p.
        n: Rows.
    """

    intercept: float
    intercept_stderr: float
    slopes: NDArray[np.float64]
    slopes_stderr: NDArray[np.float64]
    r_squared: float
    adjusted_r_squared: float
    n: int


def regression(
    correlation: NDArray[np.float64],
    means: NDArray[np.float64],
    deviations: NDArray[np.float64],
    n: int,
) -> Regression:
    """Return the least squares regression of the outcome, as R's `lm` on complete rows.

    Args:
        correlation: Shape (1 + p, 1 + p), outcome first, over complete rows.
        means: Shape (1 + p,).
        deviations: Standard deviations with n - 1, shape (1 + p,).
        n: Rows, above p + 1.

    Raises:
        CorrelationError: The matrix carries no regression.
        ValueError: n is p + 1 or less.

    Source: R Core Team, stats::lm.
    """
    predictors = correlation.shape[0] - 1
    if n <= predictors + 1:
        raise ValueError(f"{n} rows, {predictors} predictors")
    explained = float(r_squared(correlation))
    slopes = standardised_betas(correlation) * deviations[0] / deviations[1:]
    residual = deviations[0] ** 2 * (n - 1) * (1 - explained) / (n - predictors - 1)
    inverse = np.linalg.inv(correlation[1:, 1:]) / np.outer(deviations[1:], deviations[1:])
    inverse = inverse / (n - 1)
    centre = means[1:]
    return Regression(
        intercept=float(means[0] - slopes @ centre),
        intercept_stderr=float(np.sqrt(residual * (1 / n + centre @ inverse @ centre))),
        slopes=slopes,
        slopes_stderr=np.sqrt(residual * np.diagonal(inverse)),
        r_squared=explained,
        adjusted_r_squared=float(adjusted_r_squared(explained, n, predictors)),
        n=n,
    )


def _parts(
    correlation: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the predictors' matrix and their correlations with the outcome."""
    return correlation[..., 1:, 1:], correlation[..., 0, 1:]


def _decorrelated(
    correlation: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the symmetric root of the predictors' matrix and the scores root^-1 r."""
    inner, outer = _parts(correlation)
    values, vectors = np.linalg.eigh(inner)
    turned = np.swapaxes(vectors, -1, -2)
    root = (vectors * np.sqrt(values)[..., None, :]) @ turned
    back = (vectors / np.sqrt(values)[..., None, :]) @ turned
    return root, (back @ outer[..., None])[..., 0]


def _explained_by_subset(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the R^2 of every subset of predictors, shape (..., 2^p); bit j stands for j."""
    inner, outer = _parts(correlation)
    predictors = outer.shape[-1]
    explained = np.zeros((*outer.shape[:-1], 1 << predictors))
    for size in range(1, predictors + 1):
        chosen = np.array(list(combinations(range(predictors), size)))
        square = inner[..., chosen[:, :, None], chosen[:, None, :]]
        right = outer[..., chosen]
        solved = np.linalg.solve(square, right[..., None])[..., 0]
        explained[..., (1 << chosen).sum(axis=1)] = (right * solved).sum(axis=-1)
    return explained
