"""The headline list: index, items with importance and PFI, matrix. T = 100, no minimum term."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.importance.stated import emphasis, inputs, weights
from app.analysis.levels.index import equal_index, hill_percent, weighted_index
from app.analysis.levels.items import Level, make_levels
from app.analysis.priorities.matrix import make_crosshair, on_the_line, quadrant
from app.analysis.priorities.order import Place, make_order
from app.analysis.priorities.pfi import Term, make_pfi_list
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import Crosshair, IndexResult, ItemResult
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import nothing, number, t_interval


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
    place: Place


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
    present = kept[None, :] & (n > 0)
    share = weights(moments, items, rule, present)
    weighing = frame.replicates.holding(inputs(moments, items, rule, present))
    percent = moments.percent(role, items)
    levels = make_levels(frame, role, items)
    holding = frame.replicates.holding(n)
    pfi = make_pfi_list(
        share,
        (Term(1.0, 100.0 - percent),),
        frame.replicates,
        frame.limits,
        n=n[0],
        holding=holding | weighing,
    )
    order = make_order(frame, pfi, percent[0], items, n=n[0], kept=kept, bands_from=floors.listed)
    weight = frame.estimates(
        share, np.full(len(items), frame.households), bounds=(0.0, 1.0), holding=weighing
    )
    extras = _extras(frame, items, n=n[0], weight=weight, pfi=pfi.estimates, places=order.places)
    crosshair = make_crosshair(_shown_performances(levels, kept), target)

    def cut(level: Level) -> Crosshair | None:
        return crosshair if min(frame.households, level.n) >= floors.listed else None

    in_index = holding[:, kept].any(axis=1) | weighing[:, 0]
    return Headline(
        index=_index(frame, items, role, share=share, kept=kept, holding=in_index),
        items=tuple(
            _item(code, level, extra, cut(level), statuses.get(code))
            for code, level, extra in zip(items, levels, extras, strict=True)
        ),
        crosshair=crosshair,
        order_said=order.is_said,
    )


def _shown_performances(levels: Sequence[Level], kept: NDArray[np.bool_]) -> list[float]:
    """Return the performances that stay in the list: the data mean of the crosshair."""
    return [
        level.performance.value
        for level, is_kept in zip(levels, kept, strict=True)
        if is_kept and level.performance.value is not None
    ]


def _index(
    frame: Frame,
    items: tuple[str, ...],
    role: Role,
    *,
    share: NDArray[np.float64],
    kept: NDArray[np.bool_],
    holding: NDArray[np.bool_],
) -> IndexResult:
    n = frame.households
    percent = frame.moments.percent(role, items)
    index = weighted_index(share, percent)
    if n < frame.floors.listed or not np.isfinite(index[0]):
        return IndexResult(None, None, None, None, n, None, None)
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
        hill_percent=number(hill_percent(share, mean, most)[0]),
        equal_weights=number(equal_index(np.where(kept, percent, np.nan))[0]),
    )


def _extras(
    frame: Frame,
    items: tuple[str, ...],
    *,
    n: NDArray[np.int64],
    weight: tuple[Estimate, ...],
    pfi: tuple[Estimate, ...],
    places: tuple[Place, ...],
) -> list[_Extras]:
    """Put together what items have besides their level, each by its own number of answers."""
    moments, floors = frame.moments, frame.floors
    has_picks = all(moments.has(Role.PRIORITY, item) for item in items)
    picked = emphasis(moments, items)[0] if has_picks else np.full(len(items), np.nan)
    is_listed = frame.households >= floors.listed
    return [
        _Extras(
            emphasis=number(picked[k]) if frame.households >= floors.item else None,
            weight=weight[k] if n[k] >= floors.item else nothing(frame.households),
            pfi=pfi[k] if is_listed and n[k] >= floors.listed else nothing(int(n[k])),
            place=places[k],
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
    place = extra.place
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
        rank=place.rank,
        rank_low=place.low,
        rank_high=place.high,
        band=place.band,
        quadrant=quadrant(level.performance.value, extra.weight.value, cross) if cross else None,
        on_the_line=on_the_line(level.performance, extra.weight, cross) if cross else None,
        zone=zone,
        top_coded=level.is_coded,
        tied=place.tied,
    )
