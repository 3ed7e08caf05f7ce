"""The formulas of the method page with this result's own numbers filled in."""

from collections.abc import Mapping

from app.analysis.results.items import ItemResult, ZoneResult
from app.analysis.results.study import StudyResult
from app.i18n import gettext as _
from app.reports.exhibits.exhibit import Source
from app.reports.exhibits.time import last_step
from app.reports.wording import in_order, number, percent, return_rate, zones_in_order


def worked(source: Source) -> Mapping[str, str]:
    """Return, by anchor of the method page, one line with the numbers of this result.

    The area that is shown is the one first in the list. Rounded values stand in the line; the
    results themselves come from exact ones.
    """
    result = source.result
    lines = {"rate": _rate(source), "silent": _silent(source), "change": _change(source)}
    lines |= _index(result)
    items = [one for one in in_order(result) if one.performance.value is not None]
    if items:
        lines |= _item(items[0], source)
    zones = zones_in_order(result)
    if zones:
        lines |= _zone(zones[0], source)
    nps = result.nps
    if nps is not None and nps.score.value is not None:
        lines["nps"] = (
            f"{number(100 * (nps.promoters.value or 0.0))} − "
            f"{number(100 * (nps.detractors.value or 0.0))} = {number(nps.score.value)}"
        )
    return {anchor: line for anchor, line in lines.items() if line}


def _rate(source: Source) -> str:
    return f"{source.returned} / {source.base} = {return_rate(source.returned, source.base)}"


def _silent(source: Source) -> str:
    satisfied = source.result.overall_satisfied
    if satisfied is None or satisfied.value is None or not source.base:
        return ""
    rate, share = source.returned / source.base, satisfied.value
    low = f"{number(rate, 3)} × {percent(share, 1)} = {percent(rate * share, 1)}"
    high = f"{percent(rate * share, 1)} + {percent(1 - rate, 1)}"
    return f"{low};  {high} = {percent(rate * share + 1 - rate, 1)}"


def _change(source: Source) -> str:
    step = last_step(source)
    contrast = step.index if step is not None else None
    if contrast is None or contrast.change.value is None:
        return ""
    return (
        f"{number(contrast.value, 2)} − {number(contrast.reference, 2)} = "
        f"{number(contrast.change.value, 2)}"
    )


def _index(result: StudyResult) -> dict[str, str]:
    index = result.index
    if index.value is None:
        return {}
    shown = [one for one in in_order(result) if one.importance is not None]
    first = " + ".join(
        f"{number(one.importance, 3)} × {number(one.performance.value)}" for one in shown[:2]
    )
    rest = " + …" if len(shown) > 2 else ""
    lines = {"index": f"{first}{rest} = {number(index.value, 2)}"}
    if index.hill_percent is not None:
        lines["hill"] = f"SI% = {number(index.hill_percent, 2)}"
    if index.stderr and index.high is not None:
        times = (index.high - index.value) / index.stderr
        lines["interval"] = (
            f"{number(index.value, 2)} ± {number(times, 2)} × {number(index.stderr, 2)} = "
            + _("{low} to {high}", low=number(index.low, 2), high=number(index.high, 2))
        )
    happy = result.overall_satisfied
    if happy is not None and happy.value is not None:
        count = round(happy.value * happy.n)
        lines["satisfied"] = f"{count} / {happy.n} = {percent(happy.value, 1)}"
    return lines


def _item(item: ItemResult, source: Source) -> dict[str, str]:
    name, colon = source.names.short(item.code), _(": ")
    points = len(item.distribution) if item.distribution else 0
    lines = {}
    if item.mean is not None and points > 1:
        lines["performance"] = (
            f"{name}{colon}100 × ({number(item.mean, 3)} − 1) / ({points} − 1) = "
            f"{number(item.performance.value, 2)}"
        )
    total = sum(one.emphasis or 0.0 for one in source.result.items)
    if item.emphasis is not None and item.importance is not None and total:
        lines["weight"] = (
            f"{name}{colon}{number(item.emphasis, 3)} / {number(total, 3)} = "
            f"{percent(item.importance, 2)}"
        )
    if item.pfi is not None and item.importance is not None:
        lines["pfi"] = (
            f"{name}{colon}{number(item.importance, 4)} × "
            f"(100 − {number(item.performance.value, 2)}) = {number(item.pfi, 2)}"
        )
    return lines


def _zone(zone: ZoneResult, source: Source) -> dict[str, str]:
    name, colon = source.names.short(zone.code), _(": ")
    perceived, adequate, desired = (
        number(one.value, 2) for one in (zone.perceived, zone.adequate, zone.desired)
    )
    lines = {}
    if zone.adequacy.value is not None and zone.superiority.value is not None:
        lines["zones"] = (
            f"{name}{colon}{perceived} − {adequate} = {number(zone.adequacy.value, 2)};  "
            f"{perceived} − {desired} = {number(zone.superiority.value, 2)}"
        )
    if zone.pfi.value is not None and zone.attainment.value is not None:
        lines["zone-pfi"] = (
            f"{name}{colon}{number(zone.weight.value, 4)} × "
            f"(100 − {number(zone.attainment.value, 2)}) = {number(zone.pfi.value, 2)}"
        )
    return lines
