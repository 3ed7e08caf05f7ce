"""The headline list: index, items with importance and PFI, matrix. T = 100, no minimum term."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.dataset import Role
from app.analysis.estimate import nothing, number, t_interval
from app.analysis.importance import emphasis, weights
from app.analysis.index import equal_index, hill_percent, weighted_index
from app.analysis.levels import Frame, Level, make_levels
from app.analysis.matrix import make_crosshair, on_the_line, quadrant
from app.analysis.pfi import Standing, Term, make_pfi_list, standings
from app.analysis.results import Crosshair, Estimate, IndexResult, ItemResult


@dataclass(frozen=True, slots=True)
class Headline:
    """The headline list of a study."""

    index: IndexResult
    items: tuple[ItemResult, ...]
    crosshair: Crosshair
    order_said: bool


@dataclass(frozen=True, slots=True)
class _Extras:
    """What an item has besides its level."""

    emphasis: float | None
    weight: Estimate
    pfi: Estimate
    standing: Standing | None


def make_headline(
    frame: Frame,
    items: tuple[str, ...],
    role: Role,
    *,
    rule: str,
    target: float | None,
    statuses: Mapping[str, str | None],
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
    """
    moments, floors = frame.moments, frame.floors
    n = moments.n(role, items)
    kept = n[0] >= floors.item
    share = weights(moments, items, rule, kept[None, :] & (n > 0))
    percent = moments.percent(role, items)
    levels = make_levels(frame, role, items)
    extras = _extras(frame, items, n=n[0], kept=kept, share=share, percent=percent)
    is_listed = frame.households >= floors.listed
    shown = [
        level.performance.value
        for level, is_kept in zip(levels, kept, strict=True)
        if is_kept and level.performance.value is not None
    ]
    crosshair = make_crosshair(shown, target)
    result = tuple(
        _item(
            code,
            level,
            extra,
            crosshair if is_listed and level.n >= floors.listed else None,
            statuses.get(code),
        )
        for code, level, extra in zip(items, levels, extras, strict=True)
    )
    least = int(n[0][kept].min()) if kept.any() else 0
    is_order_said = frame.is_ranked and frame.replicates.df > 0 and least >= floors.order
    return Headline(
        index=_index(frame, items, role, share=share, percent=percent, kept=kept),
        items=result,
        crosshair=crosshair,
        order_said=is_order_said and frame.households >= floors.order,
    )


def _index(
    frame: Frame,
    items: tuple[str, ...],
    role: Role,
    *,
    share: NDArray[np.float64],
    percent: NDArray[np.float64],
    kept: NDArray[np.bool_],
) -> IndexResult:
    n = frame.households
    index = weighted_index(share, percent)
    if n < frame.floors.listed or not np.isfinite(index[0]):
        return IndexResult(None, None, None, None, n, None, None)
    stderr = frame.replicates.stderr(index)
    estimate = t_interval(index[0], float(stderr), frame.limits, n=n, bounds=(0.0, 100.0))
    most = np.array([frame.moments.column(role, item).points[-1] for item in items])
    mean = frame.moments.mean(role, items)
    return IndexResult(
        value=estimate.value,
        stderr=estimate.stderr,
        low=estimate.low,
        high=estimate.high,
        n=n,
        hill_percent=number(hill_percent(share, mean, most)[0]),
        equal_weights=number(equal_index(np.where(kept, percent, np.nan))[0]),
    )


def _extras(
    frame: Frame,
    items: tuple[str, ...],
    *,
    n: NDArray[np.int64],
    kept: NDArray[np.bool_],
    share: NDArray[np.float64],
    percent: NDArray[np.float64],
) -> list[_Extras]:
    moments, floors = frame.moments, frame.floors
    households = np.full(len(items), frame.households)
    weight = frame.estimates(share, households, bounds=(0.0, 1.0))
    has_picks = all(moments.has(Role.PRIORITY, item) for item in items)
    picked = emphasis(moments, items)[0] if has_picks else np.full(len(items), np.nan)
    pfi = make_pfi_list(share, (Term(1.0, 100.0 - percent),), frame.replicates, frame.limits, n=n)
    is_listed = frame.households >= floors.listed
    places: tuple[Standing | None, ...] = (None,) * len(items)
    if frame.may_rank(n[kept]):
        places = standings(
            pfi, percent[0], items, frame.replicates, kept=kept, alpha=frame.limits.alpha
        )
    return [
        _Extras(
            emphasis=number(picked[k]) if frame.households >= floors.item else None,
            weight=weight[k] if kept[k] else nothing(frame.households),
            pfi=pfi.estimates[k] if is_listed and n[k] >= floors.listed else nothing(int(n[k])),
            standing=places[k],
        )
        for k in range(len(items))
    ]


def _item(
    code: str, level: Level, extra: _Extras, cross: Crosshair | None, zone: str | None
) -> ItemResult:
    """Put an item together; without a crosshair it is not placed in the matrix."""
    satisfied = level.satisfied.value
    is_rating = None
    if cross is not None and extra.emphasis is not None and satisfied is not None:
        is_rating = extra.emphasis * (1 - satisfied)
    standing = extra.standing
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
        emphasis=extra.emphasis,
        weight=extra.weight,
        importance=extra.weight.value,
        pfi=extra.pfi.value,
        pfi_stderr=extra.pfi.stderr,
        pfi_low=extra.pfi.low,
        pfi_high=extra.pfi.high,
        is_rating=is_rating,
        rank=standing.rank if standing else None,
        rank_low=standing.low if standing else None,
        rank_high=standing.high if standing else None,
        band=standing.band if standing else None,
        quadrant=quadrant(level.performance.value, extra.weight.value, cross) if cross else None,
        on_the_line=on_the_line(level.performance, extra.weight, cross) if cross else None,
        zone=zone,
        top_coded=level.is_coded,
    )
