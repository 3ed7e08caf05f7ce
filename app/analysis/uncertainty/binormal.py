"""Probability below two bounds of a bivariate normal distribution."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

# Nearer to +-1 than this the quadrature loses digits that no use here needs.
_STEEPEST = 0.9999
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def binormal_cdf(x: ArrayLike, y: ArrayLike, correlation: ArrayLike) -> NDArray[np.float64]:
    """Return P(X <= x and Y <= y) of two standard normal variables.

    Plackett's identity: the derivative by the correlation is the density, so the probability is
    that of independence plus an integral over the arc from 0 to arcsin(correlation).

    Args:
        x: First bound, any shape.
        y: Second bound, same shape.
        correlation: Between -1 and 1, same shape; cut at +-0.9999.

    Source: Plackett 1954, Biometrika 41(3/4); Drezner and Wesolowsky 1990, J. Stat. Comput. Simul.
    35.
    """
    first, second = np.asarray(x, np.float64), np.asarray(y, np.float64)
    end = np.arcsin(np.clip(np.asarray(correlation, np.float64), -_STEEPEST, _STEEPEST))
    sine = np.sin(end[..., None] * (_NODES + 1) / 2)
    squares = (first**2 + second**2)[..., None] - 2 * (first * second)[..., None] * sine
    density = np.exp(-squares / (2 * (1 - sine**2)))
    chance = ndtr(first) * ndtr(second) + end / 2 * (density @ _WEIGHTS) / (2 * np.pi)
    result: NDArray[np.float64] = np.clip(chance, 0.0, 1.0)
    return result
