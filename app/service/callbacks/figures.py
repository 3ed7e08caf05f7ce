"""Shares of satisfied customers with their intervals. Pure.

Offices are strata: in each a fifth of its orders is drawn. The company's share weights each
office's share by its orders; its interval is Wilson's at the effective number of answers after
Kish, n = (sum of weights)^2 / sum of squared weights, which takes no credit for stratification
and uses no finite-population correction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

LEAST = 10  # answers below which no share is shown
_Z = 1.959963984540054  # 97.5 % point of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """A share of satisfied customers.

    Attributes:
        n: Answers it rests on.
        value: Share between 0 and 1; None below `LEAST` answers.
        low: Lower limit of its 95 % interval.
        high: Upper limit.
        effective: Number of answers the interval rests on.
    """

    n: int
    value: float | None = None
    low: float | None = None
    high: float | None = None
    effective: float = 0.0


@dataclass(frozen=True, slots=True)
class Stratum:
    """One office in a month.

    Attributes:
        orders: Orders its answers stand for.
        n: Answers.
        good: Satisfied ones among them.
    """

    orders: int
    n: int
    good: int


def wilson(share: float, n: float) -> tuple[float, float]:
    """Return the 95 % interval of a share; n need not be whole and is above 0.

    Source: Wilson (1927) JASA 22:209-212.
    """
    square = _Z * _Z
    middle = share + square / (2 * n)
    half = _Z * sqrt(share * (1 - share) / n + square / (4 * n * n))
    below = 1 + square / n
    low = 0.0 if share == 0 else max(0.0, (middle - half) / below)
    high = 1.0 if share == 1 else min(1.0, (middle + half) / below)
    return low, high


def office_share(good: int, n: int) -> Share:
    """Return the share of one office: every answer counts the same."""
    if n < LEAST:
        return Share(n, effective=float(n))
    value = good / n
    return Share(n, value, *wilson(value, n), effective=float(n))


def company_share(strata: Iterable[Stratum]) -> Share:
    """Return the company's share: each office weighted by the orders its answers stand for.

    Offices without an answer are left out; the caller says how many orders that leaves.
    """
    some = [one for one in strata if one.n and one.orders]
    n = sum(one.n for one in some)
    orders = sum(one.orders for one in some)
    if n < LEAST:
        return Share(n, effective=float(n))
    value = sum(one.orders * one.good / one.n for one in some) / orders
    effective = orders * orders / sum(one.orders * one.orders / one.n for one in some)
    return Share(n, value, *wilson(value, effective), effective=effective)
