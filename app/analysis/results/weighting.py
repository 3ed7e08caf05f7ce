"""What a weighting did: plain numbers, for the result of a study."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WeightedCategory:
    """One category with a known size.

    Attributes:
        variables: What is known: the names of the margin's variables.
        category: Their values.
        answered: Households that answered.
        population: Households there are.
        weight: Mean weight of its households, where the mean of all households is 1.
    """

    variables: tuple[str, ...]
    category: tuple[str, ...]
    answered: int
    population: float
    weight: float


@dataclass(frozen=True, slots=True)
class WeightingResult:
    """How a study was weighted.

    Attributes:
        method: ``post-stratification`` or ``raking``.
        applied: The weighted numbers are used. False: they are refused, and all is unweighted.
        deff: What unequal weights cost: Kish's 1 + cv^2 of the weights.
        n_effective: Households divided by `deff`.
        trimmed: Households whose weight was cut.
        iterations: Rounds of raking.
        emptied: Categories that some replicate had no household of.
        categories: Every category of every margin.
    """

    method: str
    applied: bool
    deff: float
    n_effective: float
    trimmed: int
    iterations: int
    emptied: int
    categories: tuple[WeightedCategory, ...]
