"""All orders of a study side by side: PFI, Hill's gap, IS rating, and how far they agree."""

from dataclasses import replace
from itertools import combinations

from app.analysis.priorities.gaps import kendall_tau
from app.analysis.results.gaps import GapsResult, ListOrder, OrderAgreement
from app.analysis.results.items import ItemResult, ZoneResult

PFI = "pfi"
ZONE_PFI = "zone_pfi"
HILL_GAP = "hill_gap"
IS_RATING = "is_rating"


def with_orders(
    gaps: GapsResult,
    items: tuple[ItemResult, ...],
    zones: tuple[ZoneResult, ...],
    *,
    order_said: bool,
    zones_order_said: bool,
) -> GapsResult:
    """Return the gap list with every order that may be said, and Kendall's tau_b of each pair.

    Args:
        gaps: From `make_gaps`; may be empty.
        items: Headline list.
        zones: Zone list; may be empty.
        order_said: The headline's order may be said.
        zones_order_said: The zone list's order may be said.

    Source: ours, see docs/methods/pfi.md; Kendall 1945, Biometrika 33(3).
    """
    lists: dict[str, dict[str, float]] = {}
    if order_said:
        lists[PFI] = _known({one.code: one.pfi for one in items})
        lists[IS_RATING] = _known({one.code: one.is_rating for one in items})
    if zones_order_said:
        lists[ZONE_PFI] = _known({one.code: one.pfi.value for one in zones})
    if gaps.order_said:
        lists[HILL_GAP] = _known({one.code: one.gap.value for one in gaps.items})
    lists = {name: values for name, values in lists.items() if values}
    places = {PFI: {one.code: one.rank for one in items}}
    places[ZONE_PFI] = {one.code: one.rank for one in zones}
    orders = tuple(
        ListOrder(name, _order(values, places.get(name, {}))) for name, values in lists.items()
    )
    agreements = tuple(
        _agreement(first, second, lists[first], lists[second])
        for first, second in combinations(lists, 2)
    )
    return replace(gaps, orders=orders, agreements=agreements)


def _known(values: dict[str, float | None]) -> dict[str, float]:
    return {code: value for code, value in values.items() if value is not None}


def _order(values: dict[str, float], ranks: dict[str, int | None]) -> tuple[str, ...]:
    """Return codes, largest value first; ties by the rank of the list, then by code."""

    def key(code: str) -> tuple[float, int, str]:
        return -round(values[code], 12), ranks.get(code) or len(values), code

    return tuple(sorted(values, key=key))


def _agreement(
    first: str, second: str, one: dict[str, float], other: dict[str, float]
) -> OrderAgreement:
    common = [code for code in one if code in other]
    tau = kendall_tau([one[code] for code in common], [other[code] for code in common])
    return OrderAgreement(first, second, tau, len(common))
