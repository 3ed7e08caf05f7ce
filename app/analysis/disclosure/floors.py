"""What may be said with so many answers: the suppression table, as one small object.

======== ================================================================================
answers  said
======== ================================================================================
0-4      nothing
5-9      the overall mean only
10-29    item means and their intervals, marked indicative; no index, order or PFI
30-99    also index, PFI, matrix and bands of the headline list, all marked indicative
100-     everything: also ranks, rank intervals and the order by PFI, and bands of the zone list
======== ================================================================================

n is the number of answers of the item concerned; of households for the index; rules about a list
(ranks, bands, order, the zone matrix) use the smallest n in the list.
"""

from dataclasses import dataclass

OVERALL_FROM = 5
ITEM_FROM = 10
LIST_FROM = 30
ORDER_FROM = 100

FULL = "full"
INDICATIVE = "indicative"
SUPPRESSED = "suppressed"
SMALL_N = "small_n"
WAIVER = "waiver"


@dataclass(frozen=True, slots=True)
class Floors:
    """Least numbers of answers.

    Attributes:
        overall: For the overall mean.
        item: For means and shares of one item.
        listed: For index, PFI, quadrants and the headline's bands.
        ranked: For ranks, rank intervals and the zone list's bands.
        order: For stating the order by PFI.
        is_open: No floors: the operator works on rows he holds himself.
        unpaired: Pairs of answers and their item whose gap must not be a paired one, because a
            community's own page does not show it so.
    """

    overall: int = OVERALL_FROM
    item: int = ITEM_FROM
    listed: int = LIST_FROM
    ranked: int = ORDER_FROM
    order: int = ORDER_FROM
    is_open: bool = False
    unpaired: frozenset[tuple[str, str, str]] = frozenset()

    def is_coded(self, n: int) -> bool:
        """Say whether shares of nobody and of everybody among n answers are top-coded."""
        return n < self.listed and not self.is_open

    def is_limit(self, count: float, n: int) -> bool:
        """Say whether `count` of `n` answers reads "at most one" or "at least all but one"."""
        return self.is_coded(n) and not 1 < count < n - 1


PUBLISHED = Floors()
OWN_ROWS = Floors(overall=1, item=1, listed=1, ranked=1, is_open=True)


def standing_of(households: int, floors: Floors, reasons: tuple[str, ...]) -> str:
    """Return full, indicative or suppressed for a study with so many households.

    Args:
        households: Households with a counted answer.
        floors: Suppression table in force.
        reasons: Why results are only indicative, besides small numbers.

    Source: ours, see docs/methods/disclosure.md.
    """
    if households < floors.item:
        return SUPPRESSED
    return INDICATIVE if households < floors.order or reasons else FULL


def shown_distribution(counts: list[int], floors: Floors) -> tuple[tuple[float, ...] | None, bool]:
    """Return the share of each point, and whether rows of 0 % and 100 % were top-coded.

    Below 30 answers a share of 0 is given as 1/n ("at most") and a share of 1 as 1 - 1/n ("at
    least"). That is how small shares are worded and no protection: rows add up to 1 and their mean
    is printed, so a reader may work the exact row out. What protects are the floors.

    Args:
        counts: Answers of every point, worst first.
        floors: Suppression table in force.

    Returns:
        The shares, None below the floor of items; and whether any row is such a limit.

    Source: ours after the guideline on small numbers of the Washington State Department of Health,
    see docs/methods/disclosure.md.
    """
    n = sum(counts)
    if n < max(1, floors.item):
        return None, False
    shares = tuple(count / n for count in counts)
    if not floors.is_coded(n):
        return shares, False
    coded = tuple(min(max(share, 1 / n), 1 - 1 / n) for share in shares)
    return coded, any(floors.is_limit(count, n) for count in counts)
