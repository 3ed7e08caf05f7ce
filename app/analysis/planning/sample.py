"""How many answers a wanted margin needs, and how many households must be asked. No numpy."""

import math
from dataclasses import dataclass
from statistics import NormalDist


class SampleSizeError(ValueError):
    """A number that no plan can have.

    Attributes:
        name: The argument at fault.
        value: What it was.
    """

    def __init__(self, name: str, value: float) -> None:
        super().__init__(name, value)
        self.name = name
        self.value = value


@dataclass(frozen=True, slots=True)
class SampleSize:
    """Answers and invitations for one margin.

    Attributes:
        infinite: Answers a simple random sample of an endless population needs, not rounded.
        finite: The same for this population, not rounded.
        answers: Answers with the design effect, rounded up; never more than the population.
        invited: Households to ask at the expected rate, rounded up; more than the population means
            that the margin cannot be reached.
        is_reachable: `invited` is no more than the population, and the whole design effect fits.
    """

    infinite: float
    finite: float
    answers: int
    invited: int
    is_reachable: bool


def sample_size(
    margin: float,
    *,
    population: int | None = None,
    share: float = 0.5,
    rate: float = 1.0,
    deff: float = 1.0,
    level: float = 0.95,
) -> SampleSize:
    """Return the answers and invitations that give a share this margin.

    n0 = z^2 p(1-p)/e^2; n = n0/(1 + (n0-1)/N); times the design effect; divided by the rate.

    Args:
        margin: Half the width of the interval, a fraction of 1: .04 is 4 points of 100.
        population: Households there are; None for endless many.
        share: Expected share; .5 needs most.
        rate: Expected rate of return.
        deff: Design effect: of clusters, of weights.
        level: Confidence level.

    Raises:
        SampleSizeError: An argument is out of range; carries its name.

    Source: Cochran (1977), Sampling Techniques, 4.4; Kish (1965), Survey Sampling, 8.2.
    """
    checked = {"margin": margin, "share": share, "level": level}
    for name, value in checked.items():
        if not 0 < value < 1:
            raise SampleSizeError(name, value)
    if not 0 < rate <= 1:
        raise SampleSizeError("rate", rate)
    if not deff > 0:
        raise SampleSizeError("deff", deff)
    if population is not None and population < 1:
        raise SampleSizeError("population", population)
    z = NormalDist().inv_cdf(0.5 + level / 2)
    infinite = z * z * share * (1 - share) / margin**2
    finite = infinite if population is None else infinite / (1 + (infinite - 1) / population)
    wanted = _whole(finite * deff)
    invited = _whole(finite * deff / rate)
    fits = population is None or invited <= population
    answers = wanted if population is None else min(wanted, population)
    return SampleSize(infinite, finite, answers, invited, fits)


def _whole(number: float) -> int:
    """Round up, and at least to one; a rounding remainder is no household."""
    return max(1, math.ceil(round(number, 9)))
