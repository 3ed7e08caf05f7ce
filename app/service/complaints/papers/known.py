"""What nothing written about a complaint may hold: names, numbers and the address of its home."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.service.complaints.papers import queries
from app.service.complaints.papers.counted import queries as counted
from app.service.complaints.papers.counted.queries import Sealed
from app.service.complaints.papers.errors import PaperNotFoundError
from app.service.complaints.papers.traces import Known
from app.staff.scope import Scope
from app.surveys.register.queries import list_people
from app.vault import Vault

_SHORTEST_DOOR = 3


def known_of(session: Session, vault: Vault, scope: Scope, complaint_id: int | None) -> Known:
    """Return what a paper for many may not say of the complaint it comes from.

    Raises:
        PaperNotFoundError: The complaint does not exist for this person.
    """
    if complaint_id is None:
        return Known()
    place = queries.find_place(session, scope, complaint_id)
    if place is None:
        raise PaperNotFoundError(complaint_id)
    sealed = counted.list_sealed(session, [complaint_id])
    staff = counted.list_office_names(session, place.community_id)
    return _known(session, vault, sealed, staff=staff, places=(place.community, place.office))


def known_of_month(session: Session, vault: Vault, community_id: int, month: date) -> Known:
    """Return what the analysis of a month may not say of those who complained.

    Only complaints the office may know of: a name refused for one about its director would tell
    of it.
    """
    keys = counted.list_month_ids(session, community_id, month)
    return _known(session, vault, counted.list_sealed(session, keys), staff=(), places=())


def _known(
    session: Session,
    vault: Vault,
    sealed: Iterable[Sealed],
    *,
    staff: Iterable[str],
    places: Iterable[str],
) -> Known:
    rows = list(sealed)
    homes = {one.household_id for one in rows if one.household_id is not None}
    names = {vault.open(name, "name") for one in rows for name in one.names}
    phones = {vault.open(contact, "phone") for one in rows for contact in one.contacts}
    for person in list_people(session, homes):
        names.add(vault.open(person.name_sealed, "name"))
        if person.phone_sealed is not None:
            phones.add(vault.open(person.phone_sealed, "phone"))
    addresses = {
        text
        for building, room in counted.list_homes(session, homes)
        for text in (f"{building}{room}", room, *_doors(room))
    }
    return Known(
        names=_said(names | set(staff)),
        phones=_said(phones),
        addresses=_said(addresses),
        places=_said(places),
    )


def _doors(room: str) -> tuple[str, ...]:
    """Return a door as neighbours say it: 0302 and 302 of 1-0302; not what could be any count."""
    door = room.rpartition("-")[2]
    return tuple(one for one in {door, door.lstrip("0")} if len(one) >= _SHORTEST_DOOR)


def _said(words: Iterable[str]) -> frozenset[str]:
    return frozenset(word.strip() for word in words if word.strip())
