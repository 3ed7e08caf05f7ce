"""The zone list: levels, gaps, person-level shares, status and PFI with T = D and the A term."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.importance.stated import inputs, weights
from app.analysis.levels.items import shown_share
from app.analysis.priorities.order import Order, make_order
from app.analysis.priorities.pfi import Term, make_pfi_list
from app.analysis.results.estimate import Estimate
from app.analysis.results.study import ZoneResult
from app.analysis.tolerance.status import ZoneStatus, zone_statuses
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import nothing

LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
SHARES = ("below", "inside", "above")


@dataclass(frozen=True, slots=True)
class ZoneList:
    """The zone list of a study.

    Attributes:
        items: One result per item, in order.
        order_said: The order of this list may be stated, by its own numbers of answers.
    """

    items: tuple[ZoneResult, ...]
    order_said: bool


@dataclass(frozen=True, slots=True)
class _Parts:
    """Estimates of the zone list by name, each in the order of the items."""

    means: dict[Role, tuple[Estimate, ...]]
    gaps: dict[str, tuple[Estimate, ...]]
    shares: dict[str, tuple[Estimate, ...]]
    statuses: tuple[ZoneStatus, ...]
    weight: tuple[Estimate, ...]
    pfi: tuple[Estimate, ...]
    attainment: tuple[Estimate, ...]
    order: Order
    is_coded: tuple[bool, ...]


def make_zones(frame: Frame, items: tuple[str, ...], rule: str, penalty: float) -> ZoneList:
    """Compute the zone list.

    Args:
        frame: The study's frame.
        items: Zone items, in order.
        rule: Rule of weights.
        penalty: How often a point below the adequate level counts on top (lambda).
    """
    if not items:
        return ZoneList((), False)
    counts = frame.moments.zone(items)
    gaps, statuses = _gaps(frame, items)
    shares, is_coded = _shares(frame, counts)
    priorities = _priorities(frame, items, rule, penalty)
    parts = _Parts(_means(frame, items), gaps, shares, statuses, *priorities, is_coded)
    zones = tuple(
        _zone(
            code,
            k,
            parts,
            inverted=int(counts["inverted"][0, k]),
            answered=int(counts["answered"][0, k]),
        )
        for k, code in enumerate(items)
    )
    return ZoneList(zones, parts.order.is_said)


def _means(frame: Frame, items: tuple[str, ...]) -> dict[Role, tuple[Estimate, ...]]:
    """Return available-case means of every level, and of importance where it was rated."""
    moments = frame.moments
    means: dict[Role, tuple[Estimate, ...]] = {}
    for role in (*LEVELS, Role.IMPORTANCE):
        if all(moments.has(role, item) for item in items):
            n = moments.n(role, items)
            holding = frame.replicates.holding(n)
            means[role] = frame.estimates(moments.mean(role, items), n[0], holding=holding)
        else:
            means[role] = (nothing(0),) * len(items)
    return means


def _gaps(
    frame: Frame, items: tuple[str, ...]
) -> tuple[dict[str, tuple[Estimate, ...]], tuple[ZoneStatus, ...]]:
    """Return paired gaps and the status of every item."""
    moments, replicates = frame.moments, frame.replicates
    adequacy = moments.gap(Role.ADEQUATE, Role.PERCEIVED, items)
    superiority = moments.gap(Role.DESIRED, Role.PERCEIVED, items)
    width = moments.gap(Role.ADEQUATE, Role.DESIRED, items)
    n_adequacy = moments.pair(Role.ADEQUATE, Role.PERCEIVED, items)["n"]
    n_superiority = moments.pair(Role.DESIRED, Role.PERCEIVED, items)["n"]
    n_width = moments.pair(Role.ADEQUATE, Role.DESIRED, items)["n"]
    by_adequacy, by_superiority = replicates.holding(n_adequacy), replicates.holding(n_superiority)
    gaps = {
        "adequacy": frame.estimates(adequacy, n_adequacy[0], holding=by_adequacy),
        "superiority": frame.estimates(superiority, n_superiority[0], holding=by_superiority),
        "width": frame.estimates(width, n_width[0], holding=replicates.holding(n_width)),
    }
    # Statuses that may not be shown are not in the family of tests either.
    shown = np.minimum(n_adequacy[0], n_superiority[0]) >= max(1, frame.floors.item)
    statuses = zone_statuses(
        np.where(shown, adequacy[0], np.nan),
        np.where(shown, superiority[0], np.nan),
        replicates.stderr(adequacy, by_adequacy),
        replicates.stderr(superiority, by_superiority),
        df=np.stack([replicates.dfs(by_adequacy), replicates.dfs(by_superiority)]),
        alpha=frame.limits.alpha,
    )
    return gaps, statuses


def _priorities(
    frame: Frame, items: tuple[str, ...], rule: str, penalty: float
) -> tuple[tuple[Estimate, ...], tuple[Estimate, ...], tuple[Estimate, ...], Order]:
    """Return weights, PFI, attainment and order of the zone list."""
    moments, floors, replicates = frame.moments, frame.floors, frame.replicates
    answers = [moments.n(role, items) for role in LEVELS]
    n = np.minimum.reduce(answers)
    kept = n[0] >= max(1, floors.item)
    present = kept[None, :] & (n > 0)
    share = weights(moments, items, rule, present)
    weighing = replicates.holding(inputs(moments, items, rule, present))
    holding = np.logical_or.reduce([replicates.holding(one) for one in answers])
    adequate, desired, perceived = (moments.percent(role, items) for role in LEVELS)
    terms = (Term(1.0, desired - perceived), Term(penalty, adequate - perceived))
    pfi, shortfall = (
        make_pfi_list(factor, terms, replicates, frame.limits, n=n[0], holding=groups)
        for factor, groups in ((share, holding | weighing), (np.ones_like(share), holding))
    )
    order = make_order(frame, pfi, perceived[0], items, n=n[0], kept=kept, bands_from=floors.ranked)
    households = np.full(len(items), frame.households)
    weight = frame.estimates(share, households, bounds=(0.0, 1.0), holding=weighing)
    is_listed = kept & (n[0] >= floors.listed) & (frame.households >= floors.listed)
    # Attainment and weight give the PFI away, so it is shown nowhere where that is withheld; it is
    # the place in the matrix of the list, so it goes by the smallest n of the list besides.
    is_placed = is_listed & (frame.least(n[0][kept]) >= floors.listed)
    return (
        _masked(weight, kept),
        _masked(pfi.estimates, is_listed),
        tuple(_rest(one) for one in _masked(shortfall.estimates, is_placed)),
        order,
    )


def _shares(
    frame: Frame, counts: dict[str, NDArray[np.int64]]
) -> tuple[dict[str, tuple[Estimate, ...]], tuple[bool, ...]]:
    """Return the shares below, inside and above, and which items have top-coded ones."""
    triples = counts["below"] + counts["inside"] + counts["above"]
    shares = {name: frame.shares(counts[name], triples) for name in SHARES}
    is_coded = tuple(
        frame.floors.is_coded(int(n))
        and any(shares[name][k].value in (0.0, 1.0) for name in SHARES)
        for k, n in enumerate(triples[0])
    )
    coded = {
        name: tuple(shown_share(one, frame.floors, frame.limits.level) for one in shares[name])
        for name in SHARES
    }
    return coded, is_coded


def _masked(estimates: tuple[Estimate, ...], shown: NDArray[np.bool_]) -> tuple[Estimate, ...]:
    return tuple(
        one if is_shown else nothing(one.n) for one, is_shown in zip(estimates, shown, strict=True)
    )


def _rest(shortfall: Estimate) -> Estimate:
    """Turn a shortfall from full attainment into an attainment: 100 less it."""
    if shortfall.value is None:
        return shortfall
    low = None if shortfall.high is None else 100.0 - shortfall.high
    high = None if shortfall.low is None else 100.0 - shortfall.low
    return Estimate(100.0 - shortfall.value, shortfall.stderr, low, high, shortfall.n, shortfall.df)


def _zone(code: str, k: int, parts: _Parts, *, inverted: int, answered: int) -> ZoneResult:
    place = parts.order.places[k]
    return ZoneResult(
        code=code,
        adequate=parts.means[Role.ADEQUATE][k],
        desired=parts.means[Role.DESIRED][k],
        perceived=parts.means[Role.PERCEIVED][k],
        importance_mean=parts.means[Role.IMPORTANCE][k],
        adequacy=parts.gaps["adequacy"][k],
        superiority=parts.gaps["superiority"][k],
        width=parts.gaps["width"][k],
        below=parts.shares["below"][k],
        inside=parts.shares["inside"][k],
        above=parts.shares["above"][k],
        inverted=inverted,
        answered=answered,
        status=parts.statuses[k].status,
        established=parts.statuses[k].established,
        weight=parts.weight[k],
        pfi=parts.pfi[k],
        attainment=parts.attainment[k],
        rank=place.rank,
        rank_low=place.low,
        rank_high=place.high,
        band=place.band,
        tied=place.tied,
        top_coded=parts.is_coded[k],
    )
