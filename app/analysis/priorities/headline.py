"""The headline list: index, items with importance and PFI, matrix. T = 100, no minimum term."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.data.moments import ratio
from app.analysis.importance.stated import emphasis, inputs
from app.analysis.levels.index import equal_index, hill_percent, weighted_index
from app.analysis.levels.items import Level, make_levels
from app.analysis.priorities.competition import make_competition, make_market
from app.analysis.priorities.matrix import Cuts
from app.analysis.priorities.order import Order, Place, make_order
from app.analysis.priorities.pfi import PfiList, Term, make_pfi_list
from app.analysis.priorities.placing import Coordinates, Placement, make_places
from app.analysis.priorities.rating import is_action, is_rating
from app.analysis.priorities.shares import is_limit, shown_emphasis, shown_weights
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import Companions, Crosshair, IndexResult, ItemResult
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import nothing, number, t_interval


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline list of a study."""

    index: IndexResult
    items: tuple[ItemResult, ...]
    crosshair: Crosshair
    order_said: bool


@dataclass(frozen=True, slots=True, eq=False)
class _List:
    """Performance and weights of the list, replicates first; groups as in `Coordinates`."""

    items: tuple[str, ...]
    role: Role
    n: NDArray[np.int64]
    kept: NDArray[np.bool_]
    percent: NDArray[np.float64]
    share: NDArray[np.float64]
    holding: NDArray[np.bool_]
    weighing: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the items have besides their levels, each in the order of the list."""

    emphasis: list[tuple[float | None, bool]]
    ratings: tuple[Estimate, ...]
    weight: tuple[Estimate, ...]
    pfi: tuple[Estimate, ...]
    places: tuple[Place, ...]
    placements: tuple[Placement, ...]
    companions: dict[str, Companions]


def make_headline(
    frame: Frame,
    items: tuple[str, ...],
    role: Role,
    *,
    rule: str,
    target: float | None,
    statuses: Mapping[str, str | None],
    cuts: Cuts | None = None,
    frozen: Mapping[str, float] | None = None,
) -> Headline:
    """Compute the headline list.

    Items with too few answers to be shown leave the list: the weights are shares among the rest,
    so that no hidden mean can be worked out from the index.

    Args:
        frame: The study's frame.
        items: Item codes, in order.
        role: Column role of their ratings.
        rule: Rule of weights.
        target: Performance target on 0-100, or None.
        statuses: Zone status of items that have one.
        cuts: Where to cut the matrix; None cuts performance at the target or the mean.
        frozen: Shares of the base wave, for the rule of frozen weights.

    Raises:
        CutRuleError: A rule of the cuts is unknown, or the target it needs is missing.
        WeightsRuleError: As in `importance.stated.weights`.

    Source: ours, see docs/methods/pfi.md; the index after Hill and Alexander, Handbook of Customer
    Satisfaction and Loyalty Measurement, Gower.
    """
    found = _make_list(frame, items, role, rule, frozen)
    levels = make_levels(frame, role, items)
    pfi, order = _ordered(frame, found)
    shown = found.kept & (np.minimum(frame.households, found.n) >= frame.floors.listed)
    weight = _weights(frame, found)
    crosshair, placements = make_places(
        frame.replicates,
        Coordinates(found.percent, found.share, found.holding, found.weighing),
        (tuple(level.performance for level in levels), weight),
        replace(cuts or Cuts(), target=target),
        kept=found.kept,
        shown=shown,
    )
    extras = _Extras(
        emphasis=_picked(frame, items),
        ratings=_shown(_ratings(frame, items, role), shown),
        weight=weight,
        pfi=_shown(pfi.estimates, shown),
        places=order.places,
        placements=placements,
        companions=_companions(frame, found),
    )
    results = tuple(
        _item(code, levels[k], extras, k, statuses.get(code)) for k, code in enumerate(items)
    )
    return Headline(_index(frame, found), results, crosshair, order.is_said)


def _ordered(frame: Frame, found: _List) -> tuple[PfiList, Order]:
    """Return the PFI of the list and what may be said about its order."""
    pfi = make_pfi_list(
        found.share,
        (Term(1.0, 100.0 - found.percent),),
        frame.replicates,
        frame.limits,
        n=found.n,
        holding=found.holding | found.weighing,
    )
    order = make_order(
        frame,
        pfi,
        found.percent[0],
        found.items,
        n=found.n,
        kept=found.kept,
        bands_from=frame.floors.listed,
    )
    return pfi, order


def _make_list(
    frame: Frame,
    items: tuple[str, ...],
    role: Role,
    rule: str,
    frozen: Mapping[str, float] | None,
) -> _List:
    """Return performance and weights of the list in every replicate."""
    n = frame.moments.n(role, items)
    kept = n[0] >= frame.floors.item
    present = kept[None, :] & (n > 0)
    return _List(
        items=items,
        role=role,
        n=n[0],
        kept=kept,
        percent=frame.moments.percent(role, items),
        share=shown_weights(frame, items, rule, present, role=role, frozen=frozen),
        holding=frame.replicates.holding(n),
        weighing=frame.replicates.holding(inputs(frame.moments, items, rule, present, role=role)),
    )


def _index(frame: Frame, found: _List) -> IndexResult:
    """Return the index; its groups are those that hold anything of the list."""
    n, items, role = frame.households, found.items, found.role
    index = weighted_index(found.share, found.percent)
    if n < frame.floors.listed or not np.isfinite(index[0]):
        return IndexResult(None, None, None, None, n, None, None)
    holding = found.holding[:, found.kept].any(axis=1) | found.weighing[:, 0]
    stderr = float(frame.replicates.stderr(index, holding))
    limits = frame.limits.at(int(frame.replicates.dfs(holding)))
    estimate = t_interval(index[0], stderr, limits, n=n, bounds=(0.0, 100.0))
    most = np.array([frame.moments.column(role, item).points[-1] for item in items])
    mean = frame.moments.mean(role, items)
    return IndexResult(
        value=estimate.value,
        stderr=estimate.stderr,
        low=estimate.low,
        high=estimate.high,
        n=n,
        hill_percent=number(hill_percent(found.share, mean, most)[0]),
        equal_weights=number(equal_index(np.where(found.kept, found.percent, np.nan))[0]),
    )


def _shown(estimates: tuple[Estimate, ...], shown: NDArray[np.bool_]) -> tuple[Estimate, ...]:
    return tuple(
        one if is_shown else nothing(one.n) for one, is_shown in zip(estimates, shown, strict=True)
    )


def _weights(frame: Frame, found: _List) -> tuple[Estimate, ...]:
    """Return the weights of the items that have enough answers of their own."""
    estimates = frame.estimates(
        found.share,
        np.full(len(found.items), frame.households),
        bounds=(0.0, 1.0),
        holding=found.weighing,
    )
    return _shown(estimates, found.n >= frame.floors.item)


def _picked(frame: Frame, items: tuple[str, ...]) -> list[tuple[float | None, bool]]:
    """Return the share of households that picked each item, and whether it is a limit."""
    moments = frame.moments
    has_picks = all(moments.has(Role.PRIORITY, item) for item in items)
    if not has_picks or frame.households < frame.floors.item:
        return [(None, False)] * len(items)
    shares = [number(one) for one in shown_emphasis(frame, items)[0]]
    return list(zip(shares, is_limit(frame, items), strict=True))


def _ratings(frame: Frame, items: tuple[str, ...], role: Role) -> tuple[Estimate, ...]:
    """Return the importance-satisfaction ratings; nothing where an input was not asked."""
    moments = frame.moments
    n = moments.n(role, items)
    if not all(moments.has(Role.PRIORITY, item) for item in items):
        return tuple(nothing(int(one)) for one in n[0])
    # Every household counts in the emphasis, so every group counts here.
    rating = is_rating(emphasis(moments, items), ratio(moments.satisfied(role, items), n))
    asked = np.array([bool(moments.column(role, item).satisfied) for item in items])
    # Few answers are top-coded in both factors; their exact product would say what they hide.
    enough = np.minimum(n[0], frame.households) >= frame.floors.listed
    return _shown(frame.estimates(rating, n[0], bounds=(0.0, 1.0)), asked & enough)


def _companions(frame: Frame, found: _List) -> dict[str, Companions]:
    """Return the companions that the frame itself knows: those about the competitor."""
    competition = make_competition(frame, found.items)
    market = make_market(frame, found.items, found.share, found.weighing)
    return {
        item: Companions(competitor=one.gap, behind=one.behind, market=market.get(item))
        for item, one in competition.items()
    }


def _item(code: str, level: Level, extras: _Extras, k: int, zone: str | None) -> ItemResult:
    """Put the k-th item together."""
    place, at = extras.places[k], extras.placements[k]
    rating, weight, pfi = extras.ratings[k], extras.weight[k], extras.pfi[k]
    return ItemResult(
        code=code,
        n=level.n,
        missing=level.missing,
        mean=level.mean.value,
        stderr=level.mean.stderr,
        low=level.mean.low,
        high=level.mean.high,
        performance=level.performance,
        satisfied=level.satisfied,
        distribution=level.distribution,
        emphasis=extras.emphasis[k][0],
        weight=weight,
        importance=weight.value,
        pfi=pfi.value,
        pfi_stderr=pfi.stderr,
        pfi_low=pfi.low,
        pfi_high=pfi.high,
        is_rating=rating.value,
        rank=place.rank,
        rank_low=place.low,
        rank_high=place.high,
        band=place.band,
        quadrant=at.quadrant,
        on_the_line=at.on_the_line,
        zone=zone,
        top_coded=level.is_coded,
        tied=place.tied,
        is_estimate=rating if rating.value is not None else None,
        is_action=is_action(rating.value),
        chances=at.chances,
        discrepancy=at.discrepancy,
        companions=extras.companions.get(code),
        emphasis_coded=extras.emphasis[k][1],
    )
