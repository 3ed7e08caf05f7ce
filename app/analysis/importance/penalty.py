"""Penalty-reward contrast: does an item move the outcome more when it fails or when it shines?

The outcome is regressed on two dummies an item: its rating lies in the bottom box (low) or in the
top box (high). The formulas of the literature take absolute values, which hides wrong signs and
noise, so an item is classified only when the evidence allows.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from app.analysis.importance.correlations import PairSums, spreads

CONTRAST_FROM = 300
LEAST_BOX = 0.10
LEAST_RATIO = 2.0
HYBRID_WITHIN = 0.2
EXTREME_FROM = 0.7

DELIGHTER = "delighter"
SATISFIER = "satisfier"
HYBRID = "hybrid"
DISSATISFIER = "dissatisfier"
FRUSTRATOR = "frustrator"

FEW_ROWS = "few_rows"
FEW_LOW = "few_low"
FEW_HIGH = "few_high"
WRONG_SIGN = "wrong_sign"
WEAK = "weak"

# Sums of squares and products of dummies that depend on each other leave a remainder.
_ROUNDING = 1e-10


class ContrastError(ValueError):
    """Rows that carry no penalty-reward regression.

    Attributes:
        reason: ``few_rows`` (fewer than coefficients, or 0), or ``singular``: a box is empty, or
            the boxes of several items cannot be told apart.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, eq=False)
class Indices:
    """What the coefficients of the two dummies say, each of one shape.

    Attributes:
        riocs: Range of impact on the outcome, |p| + |r|, in points of the outcome.
        sgp: Satisfaction-generating potential, |r| / riocs.
        dgp: Dissatisfaction-generating potential, |p| / riocs.
        asymmetry: sgp - dgp, from -1 (only failing matters) to 1 (only shining does).
    """

    riocs: NDArray[np.float64]
    sgp: NDArray[np.float64]
    dgp: NDArray[np.float64]
    asymmetry: NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class ContrastFit:
    """A penalty-reward regression with the usual errors of least squares.

    Attributes:
        intercept: Mean outcome of those who are in no box of any item.
        penalty: Coefficient of every low dummy, shape (items,); signed.
        reward: Coefficient of every high dummy.
        penalty_stderr, reward_stderr: Their standard errors.
        indices: What they say.
        riocs_stderr, asymmetry_stderr: Standard errors by the delta method.
        low_share, high_share: Share of the rows in each box.
        r_squared: Explained share of the outcome's variance.
        n: Rows without a missing value.
        kinds: Class of every item; None where the evidence does not allow one.
        reasons: Why not; None where there is a class.
    """

    intercept: float
    penalty: NDArray[np.float64]
    reward: NDArray[np.float64]
    penalty_stderr: NDArray[np.float64]
    reward_stderr: NDArray[np.float64]
    indices: Indices
    riocs_stderr: NDArray[np.float64]
    asymmetry_stderr: NDArray[np.float64]
    low_share: NDArray[np.float64]
    high_share: NDArray[np.float64]
    r_squared: float
    n: int
    kinds: tuple[str | None, ...]
    reasons: tuple[str | None, ...]


def contrast_indices(penalty: ArrayLike, reward: ArrayLike) -> Indices:
    """Return range of impact, generating potentials and asymmetry; NaN where both are 0.

    Args:
        penalty: Coefficients of the low dummies, any shape.
        reward: Coefficients of the high dummies, same shape.

    Source: Mikulic and Prebezac 2008, Managing Service Quality 18(6).
    """
    low = np.abs(np.asarray(penalty, dtype=np.float64))
    high = np.abs(np.asarray(reward, dtype=np.float64))
    riocs = low + high
    sgp, dgp = np.full(riocs.shape, np.nan), np.full(riocs.shape, np.nan)
    np.divide(high, riocs, out=sgp, where=riocs > 0)
    np.divide(low, riocs, out=dgp, where=riocs > 0)
    return Indices(riocs, sgp, dgp, sgp - dgp)


def asymmetry_class(asymmetry: float) -> str:
    """Return the class of an asymmetry, whatever the evidence for it.

    Above .7 delighter, above .2 satisfier, from -.2 to .2 hybrid, from -.7 dissatisfier, below
    frustrator.

    Source: Mikulic and Prebezac 2008, Managing Service Quality 18(6).
    """
    size = HYBRID if abs(asymmetry) <= HYBRID_WITHIN else ""
    if size:
        return size
    if asymmetry > 0:
        return DELIGHTER if asymmetry > EXTREME_FROM else SATISFIER
    return FRUSTRATOR if asymmetry < -EXTREME_FROM else DISSATISFIER


def possible_classes(low: float, high: float) -> tuple[str, ...]:
    """Return the classes that an interval of the asymmetry touches, from frustrator upwards.

    Source: ours, see docs/methods/asymmetry.md.
    """
    ends = (
        (FRUSTRATOR, -np.inf, -EXTREME_FROM),
        (DISSATISFIER, -EXTREME_FROM, -HYBRID_WITHIN),
        (HYBRID, -HYBRID_WITHIN, HYBRID_WITHIN),
        (SATISFIER, HYBRID_WITHIN, EXTREME_FROM),
        (DELIGHTER, EXTREME_FROM, np.inf),
    )
    return tuple(name for name, start, end in ends if low < end and high > start)


def unclassifiable(
    penalty: float,
    reward: float,
    ratio: float,
    *,
    shares: tuple[float, float],
    n: int,
) -> str | None:
    """Say why an item may not be classified; None when it may.

    Args:
        penalty: Coefficient of the low dummy; has to be negative.
        reward: Coefficient of the high dummy; has to be positive.
        ratio: Range of impact over its standard error; has to exceed 2.
        shares: Share of the rows in the bottom and the top box; each at least .10.
        n: Rows; at least 300.

    Returns:
        few_rows, few_low, few_high, wrong_sign or weak, the first that holds.

    Source: ours, after Albayrak and Caber 2013, see docs/methods/asymmetry.md.
    """
    rules = (
        (n < CONTRAST_FROM, FEW_ROWS),
        (not shares[0] >= LEAST_BOX, FEW_LOW),
        (not shares[1] >= LEAST_BOX, FEW_HIGH),
        (not penalty < 0 < reward, WRONG_SIGN),
        (not ratio > LEAST_RATIO, WEAK),
    )
    return next((reason for holds, reason in rules if holds), None)


def boxes_of_rows(
    ratings: ArrayLike, low: tuple[int, ...], high: tuple[int, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return low and high dummies of ratings; NaN stays NaN.

    Args:
        ratings: Any shape, NaN is missing.
        low: Points of the bottom box.
        high: Points of the top box.

    Source: Brandt 1987, in Surprenant (ed.), Add Value to Your Service, AMA.
    """
    given = np.asarray(ratings, dtype=np.float64)
    missing = np.isnan(given)
    return (
        np.where(missing, np.nan, np.isin(given, low)),
        np.where(missing, np.nan, np.isin(given, high)),
    )


def contrast_coefficients(sums: PairSums) -> NDArray[np.float64]:
    """Return the coefficients of a regression out of listwise pair sums, replicates at once.

    Args:
        sums: Of the outcome, then the dummies, all over the same rows, shape (..., 1 + d, 1 + d).

    Returns:
        Shape (..., d); NaN where the dummies depend on each other.

    Source: ours, see docs/methods/asymmetry.md.
    """
    square, product = spreads(sums)
    inner, cross = product[..., 1:, 1:], product[..., 1:, 0]
    own = np.sqrt(np.diagonal(square[..., 1:, 1:], axis1=-2, axis2=-1))
    scale = np.where(own > 0, own, 1.0)
    scaled = inner / (scale[..., :, None] * scale[..., None, :])
    good = (own > 0).all(axis=-1) & (np.linalg.eigvalsh(scaled)[..., 0] > _ROUNDING)
    safe = np.where(good[..., None, None], scaled, np.eye(inner.shape[-1]))
    solved = np.linalg.solve(safe, (cross / scale)[..., None])[..., 0] / scale
    found: NDArray[np.float64] = np.where(good[..., None], solved, np.nan)
    return found


def penalty_reward(outcome: ArrayLike, low: ArrayLike, high: ArrayLike) -> ContrastFit:
    """Fit outcome = b0 + sum of p_k low_k + r_k high_k over rows that miss nothing.

    Args:
        outcome: Overall rating, shape (rows,); NaN is missing.
        low: Low dummies, shape (rows, items), see `boxes_of_rows`.
        high: High dummies, same shape.

    Raises:
        ContrastError: Too few rows, an empty box, or boxes that cannot be told apart.

    Source: Brandt 1987, in Surprenant (ed.), Add Value to Your Service, AMA; Mikulic and Prebezac
        2008, Managing Service Quality 18(6).
    """
    y, bottom, top = (np.asarray(one, dtype=np.float64) for one in (outcome, low, high))
    rows = np.isfinite(y) & np.isfinite(bottom).all(axis=1) & np.isfinite(top).all(axis=1)
    y, items = y[rows], bottom.shape[1]
    design = np.column_stack([np.ones(y.size), bottom[rows], top[rows]])
    n, width = design.shape
    if n <= width:
        raise ContrastError(FEW_ROWS)
    gram = design.T @ design
    scale = np.sqrt(np.diagonal(gram))
    if (scale <= 0).any() or np.linalg.eigvalsh(gram / np.outer(scale, scale))[0] <= _ROUNDING:
        raise ContrastError("singular")
    inverse = np.linalg.inv(gram)
    found = inverse @ (design.T @ y)
    residual = float(((y - design @ found) ** 2).sum())
    total = float(((y - y.mean()) ** 2).sum())
    covariance = inverse * residual / (n - width)
    penalty, reward = found[1 : 1 + items], found[1 + items :]
    indices = contrast_indices(penalty, reward)
    errors = _delta(penalty, reward, covariance[1:, 1:], indices)
    shares = bottom[rows].mean(axis=0), top[rows].mean(axis=0)
    ratio = np.full(items, np.inf)
    np.divide(indices.riocs, errors[0], out=ratio, where=errors[0] > 0)
    reasons = tuple(
        unclassifiable(p, r, size, shares=(low_share, high_share), n=n)
        for p, r, size, low_share, high_share in zip(
            *(one.tolist() for one in (penalty, reward, ratio, *shares)), strict=True
        )
    )
    deviation = np.sqrt(np.diagonal(covariance))
    return ContrastFit(
        intercept=float(found[0]),
        penalty=penalty,
        reward=reward,
        penalty_stderr=deviation[1 : 1 + items],
        reward_stderr=deviation[1 + items :],
        indices=indices,
        riocs_stderr=errors[0],
        asymmetry_stderr=errors[1],
        low_share=shares[0],
        high_share=shares[1],
        r_squared=1 - residual / total if total > 0 else float("nan"),
        n=n,
        kinds=_kinds(indices.asymmetry, reasons),
        reasons=reasons,
    )


def _kinds(
    asymmetry: NDArray[np.float64], reasons: tuple[str | None, ...]
) -> tuple[str | None, ...]:
    """Return the class of every item that has no reason against one."""
    return tuple(
        asymmetry_class(one) if reason is None else None
        for one, reason in zip(asymmetry.tolist(), reasons, strict=True)
    )


def _delta(
    penalty: NDArray[np.float64],
    reward: NDArray[np.float64],
    covariance: NDArray[np.float64],
    indices: Indices,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return standard errors of range and asymmetry from those of the coefficients."""
    items = penalty.size
    own = np.diagonal(covariance)
    low, high = own[:items], own[items:]
    joint = np.diagonal(covariance[:items, items:]) * np.sign(penalty) * np.sign(reward)
    riocs = np.sqrt(np.maximum(0.0, low + high + 2 * joint))
    square = np.where(indices.riocs > 0, indices.riocs, np.nan) ** 2
    by_low, by_high = -2 * np.abs(reward) / square, 2 * np.abs(penalty) / square
    spread = by_low**2 * low + by_high**2 * high + 2 * by_low * by_high * joint
    return riocs, np.sqrt(np.maximum(0.0, spread))
