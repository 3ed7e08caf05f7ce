"""A community with people of all roles, and complaints made by the services."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.followup.models import Outcome
from app.followup.rules import ContactInput
from app.service.complaints import services
from app.service.complaints.models import Channel, Kind
from app.service.complaints.rules import CallBackResult, Intake
from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household
from app.vault import Vault
from tests.factories import NOW, make_community, make_staff


@dataclass
class World:
    """One community, another one, and somebody of each role."""

    community: Community
    other: Community
    homes: list[int]
    scopes: dict[str, Scope]

    def intake(self, home: int = 0, **changes: object) -> Intake:
        """Return a valid complaint about a lift by telephone, with changes."""
        usual = Intake(
            community_id=self.community.id,
            household_id=self.homes[home],
            name="张先生",
            contact="13800000000",
            text="电梯又停了",
            channel=Channel.PHONE,
            received_at=NOW,
            code="facilities.lift",
            kind=Kind.VALID,
            first_asked_by=self.scopes["steward"].staff_id,
        )
        return replace(usual, **changes)  # type: ignore[arg-type]


def make_world(session: Session) -> World:
    """Make a community of six homes in two buildings, with its office and head office."""
    community = make_community(session, households=6, buildings=2)
    other = make_community(session, households=1)
    roles = {
        "hq": Role.HEAD_OFFICE,
        "hq2": Role.HEAD_OFFICE,
        "leader": Role.LEADER,
        "office": Role.OFFICE,
        "steward": Role.STEWARD,
        "caller": Role.CALLER,
        "region": Role.REGION,
        "clerk": Role.CLERK,
    }
    scopes = {}
    for name, role in roles.items():
        places = [community] if role in {Role.OFFICE, Role.STEWARD, Role.REGION} else []
        scopes[name] = scope_of(make_staff(session, role, communities=places), places)
    scopes["next_office"] = scope_of(make_staff(session, Role.OFFICE, communities=[other]), [other])
    homes = session.scalars(
        select(Household.id)
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community.id)
        .order_by(Household.building_id, Household.id)
    )
    return World(community, other, list(homes), scopes)


def scope_of(staff: Staff, places: list[Community]) -> Scope:
    """Return the scope of an account."""
    everywhere = {Role.HEAD_OFFICE, Role.LEADER, Role.CALLER, Role.CLERK}
    seen = None if staff.role in everywhere else frozenset(one.id for one in places)
    return Scope(staff.id, staff.name, staff.role, seen)


def talk(at: datetime, **changes: object) -> ContactInput:
    """Return a talk by telephone in which something was explained, with changes."""
    usual = ContactInput(at, "phone", "业主", Outcome.EXPLAINED, "解释了原因", "neutral")
    return replace(usual, **changes)  # type: ignore[arg-type]


def go_round(
    session: Session, vault: Vault, world: World, complaint_id: int, *, now: datetime
) -> None:
    """Answer a valid complaint and call back about it, so that it may be closed."""
    steward, caller = world.scopes["steward"], world.scopes["caller"]
    services.take_step_of(session, vault, steward, complaint_id, services.Step.LEAD, now=now)
    assert services.answer(session, vault, steward, complaint_id, talk(now), now=now)
    result = CallBackResult(now, view="satisfied", is_solved=True)
    services.record_call_back(session, vault, caller, complaint_id, result, now=now)
