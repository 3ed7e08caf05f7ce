"""The zone list: levels, gaps, person-level shares, status and PFI with T = D and the A term."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.dataset import Role
from app.analysis.estimate import nothing
from app.analysis.importance import weights
from app.analysis.levels import Frame
from app.analysis.pfi import Standing, Term, make_pfi_list, standings
from app.analysis.results import Estimate, ZoneResult
from app.analysis.tolerance import ZoneStatus, zone_statuses

LEVELS = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)


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
    standings: tuple[Standing | None, ...]


def make_zones(
    frame: Frame, items: tuple[str, ...], rule: str, penalty: float
) -> tuple[ZoneResult, ...]:
    """Compute the zone list.

    Args:
        frame: The study's frame.
        items: Zone items, in order.
        rule: Rule of weights.
        penalty: How often a point below the adequate level counts on top (lambda).
    """
    if not items:
        return ()
    counts = frame.moments.zone(items)
    gaps, statuses = _gaps(frame, items)
    triples = counts["below"] + counts["inside"] + counts["above"]
    shares = {name: frame.shares(counts[name], triples) for name in ("below", "inside", "above")}
    priorities = _priorities(frame, items, rule, penalty)
    parts = _Parts(_means(frame, items), gaps, shares, statuses, *priorities)
    return tuple(
        _zone(
            code,
            k,
            parts,
            inverted=int(counts["inverted"][0, k]),
            answered=int(counts["answered"][0, k]),
        )
        for k, code in enumerate(items)
    )


def _means(frame: Frame, items: tuple[str, ...]) -> dict[Role, tuple[Estimate, ...]]:
    """Return available-case means of every level, and of importance where it was rated."""
    moments = frame.moments
    means: dict[Role, tuple[Estimate, ...]] = {}
    for role in (*LEVELS, Role.IMPORTANCE):
        if all(moments.has(role, item) for item in items):
            means[role] = frame.estimates(moments.mean(role, items), moments.n(role, items)[0])
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
    n_adequacy = moments.pair(Role.ADEQUATE, Role.PERCEIVED, items)["n"][0]
    n_superiority = moments.pair(Role.DESIRED, Role.PERCEIVED, items)["n"][0]
    n_width = moments.pair(Role.ADEQUATE, Role.DESIRED, items)["n"][0]
    gaps = {
        "adequacy": frame.estimates(adequacy, n_adequacy),
        "superiority": frame.estimates(superiority, n_superiority),
        "width": frame.estimates(width, n_width),
    }
    # Statuses that may not be shown are not in the family of tests either.
    shown = np.minimum(n_adequacy, n_superiority) >= max(1, frame.floors.item)
    statuses = zone_statuses(
        np.where(shown, adequacy[0], np.nan),
        np.where(shown, superiority[0], np.nan),
        replicates.stderr(adequacy),
        replicates.stderr(superiority),
        df=replicates.df,
        alpha=frame.limits.alpha,
    )
    return gaps, statuses


def _priorities(
    frame: Frame, items: tuple[str, ...], rule: str, penalty: float
) -> tuple[
    tuple[Estimate, ...], tuple[Estimate, ...], tuple[Estimate, ...], tuple[Standing | None, ...]
]:
    """Return weights, PFI, attainment and standings of the zone list."""
    moments, floors = frame.moments, frame.floors
    n = np.minimum.reduce([moments.n(role, items) for role in LEVELS])
    kept = n[0] >= max(1, floors.item)
    share = weights(moments, items, rule, kept[None, :] & (n > 0))
    adequate, desired, perceived = (moments.percent(role, items) for role in LEVELS)
    terms = (Term(1.0, desired - perceived), Term(penalty, adequate - perceived))
    pfi = make_pfi_list(share, terms, frame.replicates, frame.limits, n=n[0])
    shortfall = make_pfi_list(np.ones_like(share), terms, frame.replicates, frame.limits, n=n[0])
    places: tuple[Standing | None, ...] = (None,) * len(items)
    if frame.may_rank(n[0][kept]):
        places = standings(
            pfi, perceived[0], items, frame.replicates, kept=kept, alpha=frame.limits.alpha
        )
    households = np.full(len(items), frame.households)
    weight = frame.estimates(share, households, bounds=(0.0, 1.0))
    is_listed = (n[0] >= floors.listed) & (frame.households >= floors.listed)
    return (
        _masked(weight, kept),
        _masked(pfi.estimates, is_listed & kept),
        tuple(_rest(one) for one in _masked(shortfall.estimates, kept)),
        places,
    )


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
    standing = parts.standings[k]
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
        rank=standing.rank if standing else None,
        rank_low=standing.low if standing else None,
        rank_high=standing.high if standing else None,
        band=standing.band if standing else None,
    )
