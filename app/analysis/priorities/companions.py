"""What stands beside PFI and is never mixed into it, and the flags that follow from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from app.analysis.results.estimate import Estimate
from app.analysis.results.items import Companions, ItemResult, ZoneResult

HIDDEN_DRIVER = "hidden_driver"
BELOW_MINIMUM = "below_minimum"
BEHIND_COMPETITOR = "behind_competitor"


@dataclass(frozen=True, slots=True)
class Beside:
    """Companions that other parts of a study, or the caller, know; each by item code.

    Attributes:
        impact: Share of derived impact, from `importance.drivers`.
        zones: The zone list.
        comments: Numbers of comments, counted by the caller.
        changes: Change of performance since the last wave, points of 100.
    """

    impact: Mapping[str, Estimate] = field(default_factory=dict)
    zones: tuple[ZoneResult, ...] = ()
    comments: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, Estimate] = field(default_factory=dict)


def with_companions(items: tuple[ItemResult, ...], beside: Beside) -> tuple[ItemResult, ...]:
    """Return the headline list with its companions and flags.

    A hidden driver has a derived share of at least, and a stated share below, the equal share 1/p.
    "Below minimum" and "behind competitor" are flagged only where established.

    Args:
        items: From `make_headline`, which has already placed the competitor.
        beside: What else is known.

    Source: ours, see docs/methods/pfi.md; hidden drivers after Vavra 1997, Improving Your
    Measurement of Customer Satisfaction, ASQ.
    """
    zones = {zone.code: zone for zone in beside.zones}
    known = [code for code, one in beside.impact.items() if one.value is not None]
    equal = 1 / len(known) if known else None
    return tuple(_with(item, beside, zones.get(item.code), equal) for item in items)


def _with(
    item: ItemResult, beside: Beside, zone: ZoneResult | None, equal: float | None
) -> ItemResult:
    companions = replace(
        item.companions or Companions(),
        impact=beside.impact.get(item.code),
        below=zone.below if zone else None,
        comments=beside.comments.get(item.code),
        change=beside.changes.get(item.code),
    )
    flags = (
        (HIDDEN_DRIVER, _is_hidden(item, companions.impact, equal)),
        (BELOW_MINIMUM, bool(zone and zone.status == BELOW_MINIMUM and zone.established)),
        (BEHIND_COMPETITOR, companions.behind is True),
    )
    raised = tuple(flag for flag, is_raised in flags if is_raised)
    return replace(item, companions=companions, flags=raised)


def _is_hidden(item: ItemResult, impact: Estimate | None, equal: float | None) -> bool:
    if equal is None or impact is None or impact.value is None or item.importance is None:
        return False
    return impact.value >= equal > item.importance
