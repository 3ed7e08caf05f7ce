"""Changes of a whole building: taken out of the register, or given to another community. No commit.

A campaign that is open keeps its own copy of every home, with the community it had.
"""

from sqlalchemy.orm import Session

from app.staff import audit
from app.surveys.register import queries as register
from app.surveys.register import rules
from app.surveys.register.homes import queries
from app.surveys.register.homes.errors import BuildingTakenError, NoHomesError, OtherBuildingError
from app.surveys.register.homes.services import Act, retire, write_event
from app.surveys.register.models import Building, HouseholdEventKind
from app.vault import Vault


def retire_building(session: Session, vault: Vault, building: Building, act: Act) -> int:
    """Take every living home of a building out of the register; return how many there were.

    Raises:
        NoHomesError: No living home is left.
        WrongDayError: The day lies in the future.
    """
    homes = [h for h in queries.list_homes_of(session, building.id) if h.retired_on is None]
    if not homes:
        raise NoHomesError(building.id)
    for home in homes:
        retire(session, vault, home, act)
    _audit(session, building.community_id, building, "building.retire", act)
    return len(homes)


def move_building(
    session: Session, vault: Vault, building: Building, community_id: int, act: Act
) -> None:
    """Give a building to another community; the homes and everybody in them stay what they are.

    Raises:
        OtherBuildingError: There is no such other community.
        BuildingTakenError: It has a building of this name already; carries the name.
        WrongDayError: The day lies in the future.
    """
    old = register.get_community(session, act.actor, building.community_id)
    new = register.get_community(session, act.actor, community_id)
    if old is None or new is None or new is old or new.retired_on is not None:
        raise OtherBuildingError(community_id)
    key = rules.building_key(building.code)
    if any(rules.building_key(b.code) == key for b in register.list_buildings(session, new.id)):
        raise BuildingTakenError(building.code)
    _audit(session, old.id, building, "building.move", act, detail=f"to={new.code}")
    building.community_id = new.id
    session.flush()
    for home in queries.list_homes_of(session, building.id):
        kind = HouseholdEventKind.REGROUPED
        write_event(session, vault, home, kind, act, detail=old.code)
    _audit(session, new.id, building, "building.move", act, detail=f"from={old.code}")


def _audit(
    session: Session, community_id: int, building: Building, action: str, act: Act, detail: str = ""
) -> None:
    audit.record(
        session,
        actor=act.actor,
        action=action,
        subject=f"community:{community_id}",
        community_id=community_id,
        detail=f"{building.code} {detail}".rstrip(),
        now=act.now,
    )
