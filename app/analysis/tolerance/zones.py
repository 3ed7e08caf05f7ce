"""The zone list: levels, gaps, person-level shares, status and PFI with T = D and the A term."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.importance.stated import inputs
from app.analysis.levels.items import shown_share
from app.analysis.priorities.matrix import Cuts
from app.analysis.priorities.order import Order, make_order
from app.analysis.priorities.paired import Gaps, shown_gaps
from app.analysis.priorities.pfi import PfiList, Term, make_pfi_list
from app.analysis.priorities.placing import Coordinates, Placement, make_places
from app.analysis.priorities.shares import shown_weights
from app.analysis.results.estimate import Estimate
from app.analysis.results.items import Crosshair, ZoneResult
from app.analysis.tolerance.position import position_estimates
from app.analysis.tolerance.status import ZoneStatus, zone_statuses
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import nothing

LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
BESIDE = (Role.IMPORTANCE, Role.COMPETITOR)
SHARES = ("below", "inside", "above")
# Above this share of inverted answers the page warns that the levels were not understood.
INVERTED_WARNING = 0.10
GAPS = {
    "adequacy": (Role.ADEQUATE, Role.PERCEIVED),
    "superiority": (Role.DESIRED, Role.PERCEIVED),
    "width": (Role.ADEQUATE, Role.DESIRED),
}


@dataclass(frozen=True, slots=True)
class ZoneList:
    """The zone list of a study.

    Attributes:
        items: One result per item, in order.
        order_said: The order of this list may be stated, by its own numbers of answers.
        crosshair: Cuts of the matrix of the list: attainment against weight.
    """

    items: tuple[ZoneResult, ...]
    order_said: bool
    crosshair: Crosshair | None = None


@dataclass(frozen=True, slots=True)
class _Priorities:
    """Weights, PFI and place of the items, each in the order of the list."""

    weight: tuple[Estimate, ...]
    pfi: tuple[Estimate, ...]
    attainment: tuple[Estimate, ...]
    order: Order
    crosshair: Crosshair
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class _Parts:
    """Estimates of the zone list by name, each in the order of the items."""

    means: dict[Role, tuple[Estimate, ...]]
    gaps: dict[str, tuple[Estimate, ...]]
    unpaired: tuple[tuple[str, ...], ...]
    shares: dict[str, tuple[Estimate, ...]]
    statuses: tuple[ZoneStatus, ...]
    positions: tuple[Estimate, ...]
    priorities: _Priorities
    is_coded: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class _Inverted:
    """Answers with the adequate level above the desired one, as far as they may be told."""

    count: int | None = None
    answered: int | None = None
    share: float | None = None
    is_few: bool = False
    is_warned: bool = False


def make_zones(
    frame: Frame,
    items: tuple[str, ...],
    rule: str,
    penalty: float,
    *,
    cuts: Cuts | None = None,
    frozen: Mapping[str, float] | None = None,
) -> ZoneList:
    """Compute the zone list.

    Args:
        frame: The study's frame.
        items: Zone items, in order.
        rule: Rule of weights.
        penalty: How often a point below the adequate level counts on top (lambda).
        cuts: Where to cut the matrix of the list; None cuts attainment at the mean of the items.
            A target of the company is about performance, so it is not used here.
        frozen: Shares of the base wave, for the rule of frozen weights.

    Raises:
        CutRuleError: A rule of the cuts is unknown, or asks for the target.
        WeightsRuleError: As in `importance.stated.weights`.

    Source: Parasuraman, Zeithaml and Berry 1994, Journal of Retailing 70(3) (zone); PFI ours, see
    docs/methods/pfi.md.
    """
    if not items:
        return ZoneList((), False)
    counts = frame.moments.zone(items)
    gaps = {name: shown_gaps(frame, *pair, items) for name, pair in GAPS.items()}
    shares, is_coded = _shares(frame, counts)
    share, weighing = _weights(frame, items, rule, frozen)
    priorities = _priorities(
        frame, items, share, weighing, penalty=penalty, cuts=replace(cuts or Cuts(), target=None)
    )
    positions = _positions(frame, items)
    means = _means(frame, items)
    parts = _Parts(
        means=means,
        gaps={
            name: frame.estimates(one.values, one.n, holding=one.holding)
            for name, one in gaps.items()
        },
        unpaired=tuple(
            tuple(name for name, one in gaps.items() if not one.is_paired[k])
            for k in range(len(items))
        ),
        shares=shares,
        statuses=_statuses(frame, gaps["adequacy"], gaps["superiority"]),
        positions=positions,
        priorities=priorities,
        is_coded=is_coded,
    )
    inverted = _inverted(frame, counts)
    zones = tuple(_zone(code, k, parts, inverted[k]) for k, code in enumerate(items))
    return ZoneList(zones, priorities.order.is_said, priorities.crosshair)


def _means(frame: Frame, items: tuple[str, ...]) -> dict[Role, tuple[Estimate, ...]]:
    """Return available-case means of every level, and of what else was rated of every item."""
    moments = frame.moments
    means: dict[Role, tuple[Estimate, ...]] = {}
    for role in (*LEVELS, *BESIDE):
        if all(moments.has(role, item) for item in items):
            n = moments.n(role, items)
            holding = frame.replicates.holding(n)
            means[role] = frame.estimates(moments.mean(role, items), n[0], holding=holding)
        else:
            means[role] = (nothing(0),) * len(items)
    return means


def _statuses(frame: Frame, adequacy: Gaps, superiority: Gaps) -> tuple[ZoneStatus, ...]:
    """Return the status of every item; those that may not be shown are in no family of tests."""
    replicates = frame.replicates
    shown = np.minimum(adequacy.n, superiority.n) >= max(1, frame.floors.item)
    gaps = (adequacy, superiority)
    return zone_statuses(
        *(np.where(shown, one.values[0], np.nan) for one in gaps),
        *(replicates.stderr(one.values, one.holding) for one in gaps),
        df=np.stack([replicates.dfs(one.holding) for one in gaps]),
        alpha=frame.limits.alpha,
    )


def _inverted(frame: Frame, counts: dict[str, NDArray[np.int64]]) -> tuple[_Inverted, ...]:
    """Return how many answers were inverted; a number below ten is only said to be below ten."""
    floor = frame.floors.item
    found: list[_Inverted] = []
    for inverted, answered in zip(
        counts["inverted"][0].tolist(), counts["answered"][0].tolist(), strict=True
    ):
        if answered < max(1, floor):
            is_open = frame.floors.is_open
            found.append(_Inverted(inverted, answered) if is_open else _Inverted())
            continue
        share = inverted / answered
        is_few = inverted < floor and not frame.floors.is_open
        found.append(
            _Inverted(
                count=None if is_few else inverted,
                answered=answered,
                share=None if is_few else share,
                is_few=is_few,
                is_warned=share > INVERTED_WARNING,
            )
        )
    return tuple(found)


def _positions(frame: Frame, items: tuple[str, ...]) -> tuple[Estimate, ...]:
    """Return the position of the means within their zones."""
    answers = [frame.moments.n(role, items) for role in LEVELS]
    adequate, desired, perceived = (frame.moments.mean(role, items) for role in LEVELS)
    return position_estimates(
        (adequate, desired, perceived),
        frame.replicates,
        frame.limits,
        n=np.minimum.reduce(answers)[0],
        holding=np.logical_or.reduce([frame.replicates.holding(one) for one in answers]),
        least=max(1, frame.floors.item),
    )


def _answers(frame: Frame, items: tuple[str, ...]) -> list[NDArray[np.int64]]:
    """Return the answers of each level, each shape (replicates, items)."""
    return [frame.moments.n(role, items) for role in LEVELS]


def _weights(
    frame: Frame, items: tuple[str, ...], rule: str, frozen: Mapping[str, float] | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the weights of the list and the groups that hold something of them.

    Derived weights are those of the same items in the headline, where they were rated there.
    """
    moments = frame.moments
    n = np.minimum.reduce(_answers(frame, items))
    present = (n[0] >= max(1, frame.floors.item))[None, :] & (n > 0)
    is_rated = all(moments.has(Role.PERFORMANCE, item) for item in items)
    role = Role.PERFORMANCE if is_rated else Role.PERCEIVED
    share = shown_weights(frame, items, rule, present, role=role, frozen=frozen)
    return share, frame.replicates.holding(inputs(moments, items, rule, present, role=role))


def _priorities(
    frame: Frame,
    items: tuple[str, ...],
    share: NDArray[np.float64],
    weighing: NDArray[np.bool_],
    *,
    penalty: float,
    cuts: Cuts,
) -> _Priorities:
    """Return weights, PFI, attainment, order and the matrix of the zone list."""
    moments, floors, replicates = frame.moments, frame.floors, frame.replicates
    answers = _answers(frame, items)
    n = np.minimum.reduce(answers)
    kept = n[0] >= max(1, floors.item)
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
    shown_weight = _masked(weight, kept)
    attainment = tuple(_rest(one) for one in _masked(shortfall.estimates, is_placed))
    crosshair, placements = make_places(
        replicates,
        Coordinates(_attained(shortfall), share, holding, weighing),
        (attainment, shown_weight),
        cuts,
        kept=is_placed,
        shown=is_placed,
    )
    return _Priorities(
        shown_weight,
        _masked(pfi.estimates, is_listed),
        attainment,
        order,
        crosshair,
        placements,
    )


def _attained(shortfall: PfiList) -> NDArray[np.float64]:
    """Return the attainment of every replicate, around its value in the full sample.

    Near zero the clipped shortfall hardly moves by replicate though it is not certain, so the
    movement is that of its smooth form.
    """
    moves = shortfall.smooth - shortfall.smooth[0]
    attained: NDArray[np.float64] = 100.0 - (shortfall.values + moves)
    return attained


def _shares(
    frame: Frame, counts: dict[str, NDArray[np.int64]]
) -> tuple[dict[str, tuple[Estimate, ...]], tuple[bool, ...]]:
    """Return the shares below, inside and above, and which items have top-coded ones."""
    triples = counts["below"] + counts["inside"] + counts["above"]
    shares = {name: frame.shares(counts[name], triples) for name in SHARES}
    coded = {
        name: tuple(shown_share(one, frame.floors, frame.limits.level) for one in shares[name])
        for name in SHARES
    }
    is_coded = tuple(
        any(coded[name][k] != shares[name][k] for name in SHARES) for k in range(triples.shape[1])
    )
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


def _zone(code: str, k: int, parts: _Parts, inverted: _Inverted) -> ZoneResult:
    own = parts.priorities
    place, at = own.order.places[k], own.placements[k]
    competitor = parts.means[Role.COMPETITOR][k]
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
        inverted=inverted.count,
        answered=inverted.answered,
        status=parts.statuses[k].status,
        established=parts.statuses[k].established,
        weight=own.weight[k],
        pfi=own.pfi[k],
        attainment=own.attainment[k],
        rank=place.rank,
        rank_low=place.low,
        rank_high=place.high,
        band=place.band,
        tied=place.tied,
        top_coded=parts.is_coded[k],
        position=parts.positions[k],
        inverted_share=inverted.share,
        inverted_few=inverted.is_few,
        inverted_warning=inverted.is_warned,
        quadrant=at.quadrant,
        on_the_line=at.on_the_line,
        chances=at.chances,
        discrepancy=at.discrepancy,
        competitor=competitor if competitor.n else None,
        unpaired=parts.unpaired[k],
    )
