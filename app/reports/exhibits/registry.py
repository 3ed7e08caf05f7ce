"""Every exhibit of one community's results by its name, and the pages they stand on."""

from collections.abc import Mapping
from types import MappingProxyType

from app.reports.exhibits import drivers, gaps, levels, lists, parts, silence, time
from app.reports.exhibits.exhibit import Builder, Exhibit, Source

BUILDERS: Mapping[str, Builder] = MappingProxyType(
    {
        "pfi": lists.priorities,
        "matrix": lists.places,
        "zones": lists.zones,
        "zone-matrix": lists.zone_places,
        "areas": levels.areas,
        "attributes": levels.attributes,
        "rollups": levels.rollups,
        "drivers": drivers.drivers,
        "attribute-drivers": drivers.attribute_drivers,
        "segments": parts.segments,
        "satisfied": parts.satisfied_by_part,
        "trend": time.trend,
        "changes": time.changes,
        "readings": silence.readings,
        "kinds": silence.kinds_of_homes,
        "arrival": silence.early_and_late,
        "modes": silence.ways,
        "gaps": gaps.gaps,
        "loyalty": gaps.recommendation,
        "renewal": gaps.renewal,
        "scales": gaps.scales,
    }
)

PAGES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pfi": ("pfi",),
        "matrix": ("matrix",),
        "zones": ("zones", "zone-matrix"),
        "items": ("areas", "attributes"),
        "drivers": ("drivers", "attribute-drivers"),
        "rollups": ("rollups",),
        "segments": ("segments", "satisfied"),
        "trend": ("trend", "changes"),
        "silent": ("readings", "kinds", "arrival", "modes"),
        "gaps": ("gaps",),
        "comments": (),
        "loyalty": ("loyalty", "renewal"),
        "quality": ("scales",),
        "method": (),
    }
)


def build(name: str, source: Source) -> Exhibit | None:
    """Return an exhibit, None where this result has nothing for it.

    Raises:
        KeyError: There is no such exhibit.
    """
    return BUILDERS[name](source)
