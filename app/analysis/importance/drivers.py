"""Derived importance of a list: shares with their uncertainty, companions and warnings."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.dataset import Role
from app.analysis.importance.company import Company
from app.analysis.importance.contrast import agreement, quadrants
from app.analysis.importance.correlations import first_component, usable
from app.analysis.importance.derived import (
    LMG_LIMIT,
    adjusted_r_squared,
    car,
    first,
    last,
    lmg,
    partial_correlations,
    pratt,
    relative_shares,
    relative_weights,
    standardised_betas,
    variance_inflation,
)
from app.analysis.importance.evidence import (
    NO_COMPANY,
    Evidence,
    evidence_of,
    outcome_of,
    refusal,
)
from app.analysis.results.drivers import Driver, DriversResult
from app.analysis.results.estimate import Estimate
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import number, t_interval
from app.analysis.uncertainty.replicate import Replicates

OWN = "own"
COMPANY = "company"
LITTLE = 0.2
HALO_FROM = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """The evidence that was taken, and where it comes from."""

    evidence: Evidence
    replicates: Replicates
    source: str
    communities: int
    refusals: tuple[str, ...]


def make_drivers(
    frame: Frame,
    items: tuple[str, ...],
    role: Role,
    stated: Sequence[float | None] | None = None,
    *,
    company: Company | None = None,
    area: str = "",
) -> DriversResult:
    """Return derived importance of a list, with the overall item as outcome.

    The community's own answers are used from 150 households and from 10 per item behind every
    correlation, else the company's, else nothing. Where a pairwise matrix is refused, complete
    rows could help, but the sums hold no rows: see `correlations.pair_sums_of_rows` for those who
    have them.

    Args:
        frame: The study's frame.
        items: Item codes, in order.
        role: Column role of their ratings.
        stated: Stated shares in the same order, None where unknown; None without any.
        company: Pooled evidence of all communities; see `pool_company`.
        area: Area whose attributes these are.

    Source: Johnson 2000, Multivar. Behav. Res. 35(1); the rule ours, see docs/methods/drivers.md.
    """
    outcome = outcome_of(frame.moments.layout)
    name = outcome[1] if outcome else ""
    own = evidence_of(frame.moments, role, items)
    basis = _basis(frame, own, company, (role, items))
    if isinstance(basis, tuple):
        return DriversResult(
            outcome=name,
            area=area,
            source=None,
            refusals=basis,
            n=own.least if own else 0,
            weakest=own.weakest if own else (),
        )
    return _result(frame, basis, name, area, stated)


def make_attribute_drivers(
    frame: Frame, *, company: Company | None = None
) -> tuple[DriversResult, ...]:
    """Return derived importance of the attributes: all together, then within each area.

    Attributes have no stated importance. All together needs households that rated attributes of
    every pair of areas, which planned missingness often leaves too few of; within an area the
    shares say how its attributes divide what they explain of overall satisfaction.

    Args:
        frame: The study's frame.
        company: Pooled evidence of the block ``attributes``.

    Returns:
        The whole list first (area ""), then every area with two attributes or more; empty without
        attributes.

    Source: ours, see docs/methods/drivers.md.
    """
    columns = [one for one in frame.moments.layout.columns if one.role is Role.ATTRIBUTE]
    areas: dict[str, list[str]] = {}
    for column in columns:
        areas.setdefault(column.area, []).append(column.code)
    everything = tuple(column.code for column in columns)
    lists = {"": everything} if len(everything) > 1 else {}
    lists |= {area: tuple(codes) for area, codes in areas.items() if area and len(codes) > 1}
    return tuple(
        make_drivers(frame, codes, Role.ATTRIBUTE, company=company, area=area)
        for area, codes in lists.items()
    )


def drivers_of(
    frame: Frame,
    own: Evidence | None,
    outcome: str,
    stated: Sequence[float | None] | None = None,
) -> DriversResult:
    """Return derived importance out of the community's own correlations alone.

    Args:
        frame: The study's frame.
        own: Correlations, outcome first; None when there are none.
        outcome: What to call the outcome.
        stated: As in `make_drivers`.

    Source: Johnson 2000, Multivar. Behav. Res. 35(1); the rule ours, see docs/methods/drivers.md.
    """
    why = refusal(own)
    if own is None or why is not None:
        return DriversResult(
            outcome=outcome,
            area="",
            source=None,
            refusals=(str(why),),
            n=own.least if own else 0,
            weakest=own.weakest if own else (),
        )
    return _result(frame, _Basis(own, frame.replicates, OWN, 1, ()), outcome, "", stated)


def _basis(
    frame: Frame,
    own: Evidence | None,
    company: Company | None,
    wanted: tuple[Role, tuple[str, ...]],
) -> _Basis | tuple[str, ...]:
    """Return the evidence to use, or why there is none."""
    why = refusal(own)
    if own is not None and why is None:
        return _Basis(own, frame.replicates, OWN, 1, ())
    refusals = (str(why),)
    outcome = outcome_of(frame.moments.layout)
    if company is None or outcome is None:
        return (*refusals, NO_COMPANY)
    role, items = wanted
    pooled = company.evidence.take((outcome, *((role, item) for item in items)))
    why = refusal(pooled)
    if pooled is None or why is not None:
        return (*refusals, str(why))
    return _Basis(pooled, company.replicates, COMPANY, company.communities, refusals)


def _result(
    frame: Frame,
    basis: _Basis,
    outcome: str,
    area: str,
    stated: Sequence[float | None] | None,
) -> DriversResult:
    evidence = basis.evidence
    weights = np.full((evidence.n.shape[0], evidence.items), np.nan)
    good = usable(evidence.correlation)
    weights[good] = relative_weights(evidence.correlation[good])
    explained = weights.sum(axis=1)
    shares = relative_shares(evidence.correlation)
    r_squared = _estimates(frame, basis, explained[:, None], [evidence.least])[0]
    joint = [int(one) for one in evidence.n[0, 0, 1:]]
    share = _estimates(frame, basis, shares, joint)
    said = np.full(evidence.items, np.nan)
    if stated is not None:
        said = np.array([np.nan if one is None else one for one in stated], dtype=np.float64)
    agreed = agreement(said, shares[0])
    component = float(first_component(evidence.correlation[0, 1:, 1:]))
    adjusted = adjusted_r_squared(explained[0], evidence.least, evidence.items)
    return DriversResult(
        outcome=outcome,
        area=area,
        source=basis.source,
        refusals=basis.refusals,
        n=evidence.least,
        weakest=evidence.weakest,
        communities=basis.communities,
        r_squared=r_squared,
        adjusted_r_squared=number(float(adjusted)),
        explains_little=bool(explained[0] < LITTLE),
        first_component=component,
        halo=component >= HALO_FROM,
        items=_items(evidence, weights[0], share, said),
        agreement=number(agreed[0]),
        agreement_tau=number(agreed[1]),
    )


def _estimates(
    frame: Frame, basis: _Basis, statistic: NDArray[np.float64], n: list[int]
) -> tuple[Estimate, ...]:
    """Return t intervals between 0 and 1; no interval where a replicate has no regression."""
    holding = basis.evidence.holding()
    stderr = basis.replicates.stderr(statistic, holding[:, None])
    limits = frame.limits.at(int(basis.replicates.dfs(holding)))
    return tuple(
        t_interval(statistic[0, k], stderr[k], limits, n=n[k], bounds=(0.0, 1.0))
        for k in range(statistic.shape[1])
    )


def _items(
    evidence: Evidence,
    weights: NDArray[np.float64],
    shares: tuple[Estimate, ...],
    stated: NDArray[np.float64],
) -> tuple[Driver, ...]:
    matrix = evidence.correlation[0]
    numbers = {
        "correlation": matrix[0, 1:],
        "partial": partial_correlations(matrix),
        "beta": standardised_betas(matrix),
        "vif": variance_inflation(matrix),
        "pratt": pratt(matrix),
        "car": car(matrix),
        "first": first(matrix),
        "last": last(matrix),
        "relative_weight": weights,
    }
    confirmed = lmg(matrix) / weights.sum() if evidence.items <= LMG_LIMIT else None
    derived = [np.nan if share.value is None else share.value for share in shares]
    places = quadrants(stated, derived)
    return tuple(
        Driver(
            code=key[1],
            n=int(evidence.n[0, 0, k + 1]),
            share=shares[k],
            lmg_share=None if confirmed is None else number(confirmed[k]),
            stated=number(stated[k]),
            quadrant=places[k],
            on_the_line=_covers(shares[k], 1 / evidence.items),
            **{name: float(values[k]) for name, values in numbers.items()},
        )
        for k, key in enumerate(evidence.keys[1:])
    )


def _covers(share: Estimate, cut: float) -> bool | None:
    if share.low is None or share.high is None:
        return None
    return share.low <= cut <= share.high
