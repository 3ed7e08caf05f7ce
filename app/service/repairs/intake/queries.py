"""Reads and mass writes of the intake: orders by number, doors, places, the tray, files."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.service.repairs.models import (
    RepairFile,
    RepairFileState,
    RepairOrder,
    RepairPlace,
    RepairTray,
)
from app.staff.models import Role
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.register.models import Building, Community, Household
from app.surveys.register.rules import building_key, community_key, home_key, normal_name

_AT_ONCE = 400


def list_by_number(
    session: Session, community_id: int, numbers: Collection[str]
) -> dict[str, RepairOrder]:
    """Return the orders of a community with these numbers."""
    found: dict[str, RepairOrder] = {}
    keys = sorted(numbers)
    for start in range(0, len(keys), _AT_ONCE):
        query = select(RepairOrder).where(
            RepairOrder.community_id == community_id,
            RepairOrder.number.in_(keys[start : start + _AT_ONCE]),
        )
        found.update({order.number: order for order in session.scalars(query)})
    return found


def load_places(session: Session) -> dict[str, int]:
    """Return what a file may call a community: its code, its name when only one has it, aliases."""
    rows = session.execute(select(Community.id, Community.code, Community.name)).all()
    named = [(normal_name(row.name), row.id) for row in rows]
    count = Counter(name for name, _ in named)
    places = {name: key for name, key in named if count[name] == 1}
    places.update({community_key(row.code): row.id for row in rows})
    for words, community_id in session.execute(select(RepairPlace.words, RepairPlace.community_id)):
        places.setdefault(words, community_id)
    return places


def load_doors(session: Session, community_id: int) -> dict[tuple[str, str], int]:
    """Return the homes of a community by building and room; a living one before a retired one."""
    query = (
        select(Building.code, Household.room, Household.id, Household.retired_on)
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community_id)
        .order_by(Household.retired_on.is_not(None), Household.id)
    )
    buildings: dict[str, str] = {}
    doors: dict[tuple[str, str], int] = {}
    for code, room, household_id, _ in session.execute(query):
        key = buildings.setdefault(code, building_key(code))
        doors.setdefault((key, home_key(room)), household_id)
    return doors


def list_open_tray(session: Session, keys: Collection[bytes]) -> dict[bytes, RepairTray]:
    """Return the lines with these keys, those that were matched too."""
    found: dict[bytes, RepairTray] = {}
    wanted = sorted(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(RepairTray).where(RepairTray.key.in_(wanted[start : start + _AT_ONCE]))
        found.update({one.key: one for one in session.scalars(query)})
    return found


def has_tray(session: Session) -> bool:
    """Say whether any line waits to be matched, or ever did."""
    return session.scalar(select(RepairTray.id).limit(1)) is not None


def list_tray(
    session: Session, scope: Scope, *, after: int | None = None, limit: int = 50
) -> list[RepairTray]:
    """Return the lines to be matched: all for head office, those of own communities otherwise."""
    query = select(RepairTray).where(RepairTray.matched_at.is_(None))
    if scope.role is not Role.HEAD_OFFICE:
        query = query.join(Community, Community.id == RepairTray.community_id).where(
            in_scope(Community.id, scope)
        )
    if after is not None:
        query = query.where(RepairTray.id > after)
    return list(session.scalars(query.order_by(RepairTray.id).limit(limit)))


def lock_tray(session: Session, scope: Scope, tray_id: int) -> RepairTray | None:
    """Return a line to be matched, locked; None when it is not this person's."""
    query = select(RepairTray).where(RepairTray.id == tray_id).with_for_update()
    found = session.scalar(query, execution_options={"populate_existing": True})
    if found is None or scope.role is Role.HEAD_OFFICE:
        return found
    return found if found.community_id is not None and scope.sees(found.community_id) else None


def find_tray(session: Session, scope: Scope, tray_id: int) -> RepairTray | None:
    """Return a line to be matched; None when it is not this person's."""
    found = session.get(RepairTray, tray_id)
    if found is None or scope.role is Role.HEAD_OFFICE:
        return found
    return found if found.community_id is not None and scope.sees(found.community_id) else None


def list_same_words(session: Session, words: str, limit: int) -> list[RepairTray]:
    """Return the lines that wait for the same community."""
    query = select(RepairTray).where(
        RepairTray.words == words,
        RepairTray.matched_at.is_(None),
        RepairTray.community_id.is_(None),
    )
    return list(session.scalars(query.order_by(RepairTray.id).limit(limit)))


def find_place(session: Session, words: str) -> RepairPlace | None:
    """Return what somebody said these words mean."""
    return session.get(RepairPlace, words)


def find_file(session: Session, file_id: int) -> RepairFile | None:
    """Return a file of orders."""
    return session.get(RepairFile, file_id)


def lock_file(session: Session, file_id: int) -> RepairFile | None:
    """Return a file of orders as it stands now, locked until the transaction ends."""
    query = select(RepairFile).where(RepairFile.id == file_id).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def list_files(session: Session, *, after: int | None = None, limit: int = 30) -> list[RepairFile]:
    """Return files of orders, the newest first."""
    query = select(RepairFile).order_by(RepairFile.id.desc()).limit(limit)
    if after is not None:
        query = query.where(RepairFile.id < after)
    return list(session.scalars(query))


def list_stored(session: Session, before: datetime) -> Sequence[RepairFile]:
    """Return files that were given up: read by nobody since this instant."""
    query = select(RepairFile).where(
        RepairFile.state == RepairFileState.READING, RepairFile.created_at < before
    )
    return list(session.scalars(query))
