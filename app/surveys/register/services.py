"""Changes of the register: add communities, buildings and homes; owners; important customers."""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.surveys.register import queries
from app.surveys.register.models import (
    Building,
    Community,
    Household,
    ImportantReason,
    Person,
    Region,
)
from app.surveys.register.rules import region_key
from app.vault import Vault


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's name and phone, sealed and hashed for exact search."""

    name_sealed: bytes
    name_hash: bytes
    phone_sealed: bytes | None
    phone_hash: bytes | None


def add_community(
    session: Session,
    *,
    code: str,
    name: str,
    city: str = "",
    office: str = "",
    office_phone: str = "",
) -> Community:
    """Add a community."""
    community = Community(code=code, name=name, city=city, office=office, office_phone=office_phone)
    session.add(community)
    session.flush()
    return community


def find_region(regions: Iterable[Region], name: str) -> Region | None:
    """Return the region with this name or code, however its letters are written."""
    key = region_key(name)
    return next((r for r in regions if key in (region_key(r.code), region_key(r.name))), None)


def region_named(session: Session, name: str) -> Region:
    """Return the region with this name or code; make it when there is none."""
    region = find_region(queries.list_regions(session), name)
    if region is None:
        region = Region(code=name[:32], name=name)
        session.add(region)
        session.flush()
    return region


def add_building(
    session: Session, community: Community, code: str, *, has_lift: bool = True
) -> Building:
    """Add a building to a community."""
    building = Building(community_id=community.id, code=code, has_lift=has_lift)
    session.add(building)
    session.flush()
    return building


def add_household(
    session: Session, building: Building, room: str, *, important: ImportantReason | None = None
) -> Household:
    """Add a home with a random name for ever; it has a key once the session is flushed."""
    household = Household(uid=new_uid(), building_id=building.id, room=room, important=important)
    session.add(household)
    return household


def mark_important(household: Household, reason: ImportantReason | None) -> None:
    """Say why a household is an important customer, or that it is none any more."""
    household.important = reason


def retire_household(household: Household, on: date) -> None:
    """Take a home out of the register from this day on; campaigns that asked it keep it."""
    household.retired_on = on


def revive_household(household: Household) -> None:
    """Take a retired home back into the register."""
    household.retired_on = None


def add_person(
    session: Session,
    vault: Vault,
    household: Household,
    *,
    name: str,
    phone: str | None,
    now: datetime,
) -> Person:
    """Add an owner; `name` and `phone` are normal forms of `rules`, stored sealed."""
    person = Person(household_id=household.id, added_at=now)
    set_identity(vault, person, name=name, phone=phone)
    session.add(person)
    return person


def set_identity(vault: Vault, person: Person, *, name: str, phone: str | None) -> None:
    """Seal a person's name and phone, and renew the hashes for exact search."""
    for column, value in asdict(identity_of(vault, name, phone)).items():
        setattr(person, column, value)


def identity_of(vault: Vault, name: str, phone: str | None) -> Identity:
    """Seal and hash a name and a phone number in their normal forms."""
    return Identity(
        name_sealed=vault.seal(name, "name"),
        name_hash=name_hash(vault, name),
        phone_sealed=None if phone is None else vault.seal(phone, "phone"),
        phone_hash=None if phone is None else phone_hash(vault, phone),
    )


def new_uid() -> str:
    """Return a random name for a household, given once and kept for ever."""
    return secrets.token_hex(16)


def name_hash(vault: Vault, name: str) -> bytes:
    """Return the hash a name is found by."""
    return vault.keyed_hash("name-index", name)


def phone_hash(vault: Vault, phone: str) -> bytes:
    """Return the hash a phone number is found by."""
    return vault.keyed_hash("phone-index", phone)
