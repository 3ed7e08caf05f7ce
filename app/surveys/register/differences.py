"""What a file changes at communities and buildings, value by value; and names two would share."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from app.surveys.register import queries, rules
from app.surveys.register.cells import CommunityCells
from app.surveys.register.errors import Problem, ProblemCode
from app.surveys.register.models import Community, Region
from app.surveys.register.parsing import Parsed
from app.surveys.register.plan import PlaceChange
from app.surveys.register.services import find_region

OF_COMMUNITY = ("name", "city", "office", "office_phone", "handed_over_on")


def place_changes(
    session: Session, parsed: Parsed, known: Mapping[str, Community]
) -> list[PlaceChange]:
    """Return what the file says otherwise than the register about places it has already."""
    regions = queries.list_regions(session)
    found = [
        change
        for key, told in parsed.communities.items()
        if key in known
        for change in _of_community(known[key], told, regions)
    ]
    return [*found, *_of_buildings(session, parsed, known)]


def _of_community(
    community: Community, told: CommunityCells, regions: list[Region]
) -> Iterator[PlaceChange]:
    for name in OF_COMMUNITY:
        old, new = getattr(community, name), getattr(told, name)
        if new is not None and new != old:
            yield PlaceChange(community.name, "", name, str(old or ""), str(new))
    if told.region:
        region = find_region(regions, told.region)
        if region is None or region.id != community.region_id:
            old = next((r.name for r in regions if r.id == community.region_id), "")
            yield PlaceChange(
                community.name, "", "region", old, region.name if region else told.region
            )
    if community.retired_on is not None:
        yield PlaceChange(community.name, "", "retired_on", community.retired_on.isoformat(), "")


def _of_buildings(
    session: Session, parsed: Parsed, known: Mapping[str, Community]
) -> Iterator[PlaceChange]:
    keys = {known[key].id: key for key in parsed.communities if key in known}
    for building in queries.list_buildings_of(session, keys):
        key = keys[building.community_id]
        told = parsed.buildings.get((key, rules.building_key(building.code)))
        if told and told.has_lift is not None and told.has_lift is not building.has_lift:
            name = known[key].name
            old, new = _yes_no(building.has_lift), _yes_no(told.has_lift)
            yield PlaceChange(name, building.code, "lift", old, new)


def _yes_no(value: bool) -> str:
    return "yes" if value else "no"


def check_names(parsed: Parsed, known: Mapping[str, Community]) -> None:
    """Make a problem of each community whose name would stand in the register twice."""
    holders: dict[str, str] = {}
    for key, community in known.items():
        told = parsed.communities.get(key)
        holders.setdefault(rules.normal_code(told.name if told else community.name), key)
    for key, told in parsed.communities.items():
        name = rules.normal_code(told.name)
        holder = holders.setdefault(name, key)
        is_new = key not in known or rules.normal_code(known[key].name) != name
        if holder != key and is_new:
            parsed.add_problem(
                Problem(
                    ProblemCode.NAME_TAKEN,
                    told.line,
                    parsed.columns.get("community", ""),
                    f"{told.name} ({_code(holder, parsed, known)})",
                )
            )


def _code(key: str, parsed: Parsed, known: Mapping[str, Community]) -> str:
    return known[key].code if key in known else parsed.communities[key].code
