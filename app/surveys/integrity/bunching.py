"""Return rates that gather just above the required one, over all communities (check 13). Pure.

Where nobody helps, rates fall on either side of a line alike. Many just above it and few just
below say that somebody stopped, or began to write, when the line was in sight. It is a sign about
a company, never about one community.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import comb

WINDOW = 20  # permille on either side
LEAST = 8  # communities in both windows, before anything is said


@dataclass(frozen=True, slots=True)
class Bunching:
    """Communities near the required rate on the last day.

    Attributes:
        below: With a rate less than two points below it.
        above: At it, or less than two points above.
        chance: Of at least so many above, were either side equally likely; None for too few.
    """

    below: int
    above: int
    chance: float | None

    @property
    def near(self) -> int:
        """Return the communities on either side."""
        return self.below + self.above


def find_bunching(rates: Iterable[tuple[int, int]], required_permille: int) -> Bunching:
    """Return how rates lie around the required one.

    Args:
        rates: Answers until the last day and base of each community. What came in extended
            collection is left out: that goes on until the rate is reached, so it ends above it.
        required_permille: The rate a campaign asks for.

    Source: sign test; the idea of a jump at a threshold is McCrary (2008), J. Econometrics 142.
    """
    below = above = 0
    for answers, base in rates:
        distance = 1000 * answers - required_permille * base
        below += -WINDOW * base <= distance < 0
        above += 0 <= distance < WINDOW * base
    near = below + above
    chance = sum(comb(near, k) for k in range(above, near + 1)) / 2**near
    return Bunching(below, above, chance if near >= LEAST else None)
