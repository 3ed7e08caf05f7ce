"""How far the lists rest on choices of method: inverted answers, lambda, the rule of weights."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from app.analysis.data.blocks import zone_as_answered
from app.analysis.data.dataset import Role
from app.analysis.data.moments import ratio
from app.analysis.importance.stated import EMPHASIS, EQUAL, RATINGS, weights
from app.analysis.levels.items import shown_share
from app.analysis.priorities.gaps import kendall_tau
from app.analysis.priorities.pfi import Term, pfi_values
from app.analysis.results.estimate import Estimate
from app.analysis.results.gaps import AsAnswered, OtherOrder, SensitivityResult
from app.analysis.results.items import ItemResult, ZoneResult
from app.analysis.tolerance.status import zone_status
from app.analysis.uncertainty.frame import Frame
from app.analysis.uncertainty.intervals import number

LAMBDAS = (0.0, 0.5, 2.0)
NEEDED = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}


def make_sensitivity(
    frame: Frame,
    items: tuple[ItemResult, ...],
    zones: tuple[ZoneResult, ...],
    *,
    role: Role,
    rules: tuple[str, str],
    penalty: float,
) -> SensitivityResult:
    """Return how the lists change under other choices.

    Inverted answers are put back only where at least as many answers come back as an item needs to
    be shown, so that the difference gives nobody's answer away; where none come back the zone's own
    figures stand. Orders are compared only where the order itself may be said.

    Args:
        frame: The study's frame.
        items: The headline list.
        zones: The zone list.
        role: Column role of the headline.
        rules: Rule of weights of the headline, and of the zone list.
        penalty: The zone list's lambda.

    Source: ours, see docs/methods/zone.md and docs/methods/pfi.md.
    """
    codes = tuple(zone.code for zone in zones)
    return SensitivityResult(
        as_answered=_as_answered(frame, zones) if codes else (),
        headline=tuple(_headline_orders(frame, items, role, rules[0])),
        zones=tuple(_zone_orders(frame, zones, rules[1], penalty)),
    )


def _as_answered(frame: Frame, zones: tuple[ZoneResult, ...]) -> tuple[AsAnswered, ...]:
    codes = tuple(zone.code for zone in zones)
    moments = frame.moments
    counts = zone_as_answered(moments.layout, moments.sums[:1], codes)
    linear = moments.linear[:1].astype(np.float64)
    sums = zone_as_answered(moments.layout, linear, codes)
    clean = moments.zone(codes)
    triples = clean["below"][0] + clean["inside"][0] + clean["above"][0]
    back = {
        "triples": counts["triples"][0] - triples,
        "adequacy": counts["adequacy_n"][0]
        - moments.pair(Role.ADEQUATE, Role.PERCEIVED, codes)["n"][0],
        "superiority": counts["superiority_n"][0]
        - moments.pair(Role.DESIRED, Role.PERCEIVED, codes)["n"][0],
    }
    floor = max(1, frame.floors.item)
    adequacy = ratio(sums["adequacy"], sums["adequacy_n"])[0]
    superiority = ratio(sums["superiority"], sums["superiority_n"])[0]
    sides = [ratio(sums[name], sums["triples"])[0] for name in ("below", "above")]
    found: list[AsAnswered] = []
    for k, zone in enumerate(zones):
        is_said = all(one[k] == 0 or one[k] >= floor for one in back.values())
        if not is_said or counts["triples"][0, k] < floor:
            found.append(AsAnswered(zone.code, None, None, None, None, None, None))
        elif not frame.floors.is_open and not any(one[k] for one in back.values()):
            found.append(_unchanged(zone))
        else:
            means = float(adequacy[k]), float(superiority[k])
            has_gaps = not any(one[2] == zone.code for one in frame.floors.unpaired)
            many = int(counts["triples"][0, k])
            shares = [_coded(frame, float(one[k]), many) for one in sides]
            found.append(_changed(zone, means, shares, has_gaps=has_gaps))
    return tuple(found)


def _coded(frame: Frame, share: float, n: int) -> float | None:
    """Return a share as it may be shown."""
    plain = Estimate(share, None, None, None, n)
    return shown_share(plain, frame.floors, frame.limits.level).value


def _unchanged(zone: ZoneResult) -> AsAnswered:
    """Return the zone's own figures, so that a gap of other households shows nowhere."""
    return AsAnswered(
        code=zone.code,
        adequacy=zone.adequacy.value,
        superiority=zone.superiority.value,
        below=zone.below.value,
        above=zone.above.value,
        status=zone.status,
        is_changed=None if zone.status is None else False,
    )


def _changed(
    zone: ZoneResult, means: tuple[float, float], shares: list[float | None], *, has_gaps: bool
) -> AsAnswered:
    status = zone_status(*means)
    return AsAnswered(
        code=zone.code,
        adequacy=number(means[0]) if has_gaps else None,
        superiority=number(means[1]) if has_gaps else None,
        below=shares[0],
        above=shares[1],
        status=status,
        is_changed=None if zone.status is None else status != zone.status,
    )


def _headline_orders(
    frame: Frame, items: tuple[ItemResult, ...], role: Role, rule: str
) -> Iterator[OtherOrder]:
    kept = tuple(item.code for item in items if item.rank is not None and item.pfi is not None)
    own = [item.pfi or 0.0 for item in items if item.code in kept]
    if len(kept) < 2:
        return
    percent = frame.moments.percent(role, kept)[:1]
    for other in _other_rules(frame, kept, rule):
        share = weights(frame.moments, kept, other, np.isfinite(percent))[:1]
        values = pfi_values(share, (Term(1.0, 100 - percent),))[0]
        yield _order(f"weights_{other}", kept, values, own)


def _zone_orders(
    frame: Frame, zones: tuple[ZoneResult, ...], rule: str, penalty: float
) -> Iterator[OtherOrder]:
    kept = [z for z in zones if z.rank is not None and z.pfi.value is not None]
    if len(kept) < 2:
        return
    codes = tuple(zone.code for zone in kept)
    own = [zone.pfi.value or 0.0 for zone in kept]
    levels = (Role.ADEQUATE, Role.DESIRED, Role.PERCEIVED)
    adequate, desired, perceived = (frame.moments.percent(one, codes)[:1] for one in levels)

    def values(share: NDArray[np.float64], penalty: float) -> NDArray[np.float64]:
        terms = (Term(1.0, desired - perceived), Term(penalty, adequate - perceived))
        found: NDArray[np.float64] = pfi_values(share, terms)[0]
        return found

    share = np.array([[zone.weight.value or 0.0 for zone in kept]])
    for other in LAMBDAS:
        if other != penalty:
            yield _order(f"lambda_{other:g}", codes, values(share, other), own)
    for another in _other_rules(frame, codes, rule):
        changed = weights(frame.moments, codes, another, np.isfinite(perceived))[:1]
        yield _order(f"weights_{another}", codes, values(changed, penalty), own)


def _other_rules(frame: Frame, items: tuple[str, ...], rule: str) -> list[str]:
    """Return the other rules of weights that the columns allow."""
    return [
        other
        for other in (EMPHASIS, RATINGS, EQUAL)
        if other != rule
        and (other == EQUAL or all(frame.moments.has(NEEDED[other], item) for item in items))
    ]


def _order(
    name: str, codes: tuple[str, ...], values: NDArray[np.float64], own: list[float]
) -> OtherOrder:
    order = sorted(range(len(codes)), key=lambda k: (-round(float(values[k]), 12), codes[k]))
    first = min(range(len(codes)), key=lambda k: (-round(own[k], 12), codes[k]))
    return OtherOrder(
        name, tuple(codes[k] for k in order), kendall_tau(values, own), order[0] == first
    )
