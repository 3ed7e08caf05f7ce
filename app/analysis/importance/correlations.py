"""Correlation matrices out of pair sums, of one community or pooled within communities.

Pair sums are four arrays of shape (..., p, p) over the rows that answered both i and j:
n[i, j] rows, x[i, j] sum of x_i, xx[i, j] sum of x_i^2, xy[i, j] sum of x_i x_j. All are additive,
so replicates, selections and communities are sums and differences of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

SMALLEST_EIGENVALUE = 1e-6
NOT_FINITE = "not_finite"
INDEFINITE = "indefinite"

# Below this share of the sum of squares a variance is a rounding remainder.
_ROUNDING = 1e-12

Sums = NDArray[np.int64] | NDArray[np.float64]


class CorrelationError(ValueError):
    """A correlation matrix that carries no regression.

    Attributes:
        reason: ``not_finite`` (a pair nobody answered, or a variable that does not vary) or
            ``indefinite``.
        smallest: Smallest eigenvalue; None when not finite.
    """

    def __init__(self, reason: str, smallest: float | None = None) -> None:
        super().__init__(f"{reason}, smallest eigenvalue {smallest}")
        self.reason = reason
        self.smallest = smallest


@dataclass(frozen=True, slots=True, eq=False)
class PairSums:
    """Pair sums of some variables.

    Attributes:
        n: Rows that answered both, or their weights, shape (..., p, p).
        x: Sums of the row variable over them; x[j, i] is the sum of the column variable.
        xx: Sums of its squares.
        xy: Sums of products.
    """

    n: Sums
    x: Sums
    xx: Sums
    xy: Sums

    def take(self, places: Sequence[int]) -> "PairSums":
        """Return the sums of some variables, in the order given.

        Args:
            places: Positions among the p variables.

        Source: ours, see docs/methods/drivers.md.
        """
        rows, columns = np.ix_(list(places), list(places))
        return PairSums(*(one[..., rows, columns] for one in (self.n, self.x, self.xx, self.xy)))


def pair_sums_of_rows(values: ArrayLike, *, listwise: bool = False) -> PairSums:
    """Return the pair sums of rows with missing values, around the mean of each variable.

    Sums around other means give the same correlations and covariances; centring keeps the digits
    of variables with a large offset.

    Args:
        values: Shape (rows, p), NaN is missing.
        listwise: Use only rows that answered everything.

    Returns:
        Arrays of shape (p, p).

    Source: ours, see docs/methods/drivers.md.
    """
    data = np.asarray(values, dtype=np.float64)
    answered = np.isfinite(data)
    if listwise:
        complete = answered.all(axis=1)
        data, answered = data[complete], answered[complete]
    known = np.where(answered, data, 0.0)
    centre = known.sum(axis=0) / np.maximum(1, answered.sum(axis=0))
    known = np.where(answered, known - centre, 0.0)
    mask = answered.astype(np.float64)
    return PairSums(n=mask.T @ mask, x=known.T @ mask, xx=(known**2).T @ mask, xy=known.T @ known)


def spreads(sums: PairSums) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return sums of squares and of products around the means of the joint rows.

    Args:
        sums: Pair sums, shape (..., p, p).

    Returns:
        Two arrays of shape (..., p, p): [i, j] of the first is the sum of squares of i over the
        rows that also answered j, 0 where it is a rounding remainder; the second is symmetric.
        0 where no row answered both.

    Source: ours, see docs/methods/drivers.md.
    """
    # Integers stay exact until the division.
    count = np.asarray(np.maximum(sums.n, np.finfo(np.float64).tiny), dtype=np.float64)
    other = np.swapaxes(sums.x, -1, -2)
    square = np.asarray(sums.n * sums.xx - sums.x**2, dtype=np.float64) / count
    product = np.asarray(sums.n * sums.xy - sums.x * other, dtype=np.float64) / count
    has_rows = np.asarray(sums.n > 0)
    real = has_rows & (square > _ROUNDING * np.asarray(sums.xx, dtype=np.float64))
    return np.where(real, square, 0.0), np.where(has_rows, product, 0.0)


def correlations(sums: PairSums) -> NDArray[np.float64]:
    """Return pairwise correlations: means and variances over the joint rows of each pair.

    The same as R's ``cor(use="pairwise.complete.obs")``.

    Args:
        sums: Pair sums, shape (..., p, p).

    Returns:
        Shape (..., p, p); NaN where fewer than two rows answered both, or one does not vary.

    Source: R Core Team, stats::cor; docs/methods/drivers.md.
    """
    return correlate(*spreads(sums))


def correlate(square: NDArray[np.float64], product: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return correlations out of sums of squares and products around means.

    Args:
        square: From `spreads`, or a sum of such, shape (..., p, p).
        product: The same.

    Returns:
        Shape (..., p, p); NaN where one of the two does not vary over the joint rows.

    Source: R Core Team, stats::cor.
    """
    scale = np.sqrt(square) * np.sqrt(np.swapaxes(square, -1, -2))
    out = np.full(product.shape, np.nan)
    np.divide(product, scale, out=out, where=scale > 0)
    diagonal = np.arange(product.shape[-1])
    own = square[..., diagonal, diagonal]
    out[..., diagonal, diagonal] = np.where(own > 0, 1.0, np.nan)
    return out


def pooled_within(communities: Sequence[PairSums]) -> NDArray[np.float64]:
    """Return the correlations within communities, all communities taken together.

    Sums of squares and products are taken around each community's own means and then added, so
    that good and bad communities do not make a driver out of what differs between them only.

    Args:
        communities: Pair sums of each, all of the same shape (..., p, p); pairs without rows add
            nothing.

    Returns:
        Shape (..., p, p), NaN as in `correlations`.

    Raises:
        ValueError: No community is given.

    Source: ours, see docs/methods/drivers.md; the pooled within-groups matrix of discriminant
        analysis.
    """
    if not communities:
        raise ValueError("no community")
    square, product = spreads(communities[0])
    for sums in communities[1:]:
        more = spreads(sums)
        square, product = square + more[0], product + more[1]
    return correlate(square, product)


def first_component(correlation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the share of the variables' variance on their first principal component.

    A large share means that all answers move together (halo): derived shares then spread evenly
    whatever people think.

    Args:
        correlation: Shape (..., p, p), finite.

    Returns:
        Shape (...), between 1/p and 1.

    Source: Hotelling 1933, J. Educ. Psychol. 24.
    """
    largest = np.linalg.eigvalsh(correlation)[..., -1]
    share: NDArray[np.float64] = largest / correlation.shape[-1]
    return share


def usable(correlation: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which matrices carry a regression: finite, and no eigenvalue of 1e-6 or less.

    Args:
        correlation: Shape (..., p, p).

    Returns:
        Shape (...).

    Source: ours, see docs/methods/drivers.md.
    """
    finite = np.asarray(np.isfinite(correlation).all(axis=(-1, -2)))
    safe = np.where(finite[..., None, None], correlation, np.eye(correlation.shape[-1]))
    good: NDArray[np.bool_] = finite & (np.linalg.eigvalsh(safe)[..., 0] > SMALLEST_EIGENVALUE)
    return good


def check(correlation: NDArray[np.float64]) -> None:
    """Refuse matrices that carry no regression.

    Args:
        correlation: Shape (..., p, p).

    Raises:
        CorrelationError: A matrix is not finite, or has an eigenvalue of 1e-6 or less.

    Source: ours, see docs/methods/drivers.md.
    """
    if not np.isfinite(correlation).all():
        raise CorrelationError(NOT_FINITE)
    smallest = float(np.linalg.eigvalsh(correlation)[..., 0].min())
    if smallest <= SMALLEST_EIGENVALUE:
        raise CorrelationError(INDEFINITE, smallest)
