"""Matching the lines whose place nobody knew: a person says where, the order comes in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.service.repairs import queries as orders
from app.service.repairs.errors import AlreadyDoneError, OrderNotFoundError, RepairFieldError
from app.service.repairs.intake import queries
from app.service.repairs.intake.applying import Door, Intake, open_tray, tray_key
from app.service.repairs.intake.merging import Facts
from app.service.repairs.models import RepairOrder, RepairPlace, RepairTray
from app.service.repairs.rules import RANKS
from app.staff import audit
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.rules import building_key, home_key
from app.vault import Vault

_AT_ONCE = 5000


@dataclass(frozen=True, slots=True)
class Matched:
    """What a match brought in.

    Attributes:
        order: The order of the line.
        further: Orders of other lines with the same words for their community.
    """

    order: RepairOrder
    further: int


def match_line(
    session: Session,
    vault: Vault,
    scope: Scope,
    tray_id: int,
    *,
    community_id: int,
    building: str,
    room: str,
    now: datetime,
) -> Matched:
    """Say where a line belongs; without building and room it is of the common parts.

    What the other system calls the community is remembered: the other lines that wait for the
    same words come in where their door is known, and so do those of later files.

    Raises:
        OrderNotFoundError: The line or the community is not this person's.
        AlreadyDoneError: The line was matched before.
        RepairFieldError: The register has no such door.
    """
    tray = queries.lock_tray(session, scope, tray_id)
    if tray is None or not scope.sees(community_id):
        raise OrderNotFoundError(tray_id)
    said = open_tray(vault, tray)
    if tray.matched_at is not None or said is None:
        raise AlreadyDoneError(tray_id)
    door, facts = said
    intake = Intake(vault, file_id=tray.file_id, now=now)
    home = None
    if building.strip() or room.strip():
        home = intake.find_door(session, community_id, building_key(building), home_key(room))
        if home is None:
            raise RepairFieldError("room", "unknown")
    words = tray.words
    order = _bring_in(session, intake, tray, (door, facts, home), community_id, scope, now)
    further = 0
    if words and scope.role is Role.HEAD_OFFICE:
        further = _remember(session, vault, intake, words, community_id, scope, now)
    audit.record(
        session,
        actor=scope,
        action="repair.matched",
        subject=f"repair:{order.id}",
        community_id=community_id,
        detail=f"further={further}",
        now=now,
    )
    return Matched(order, further)


def _bring_in(
    session: Session,
    intake: Intake,
    tray: RepairTray,
    told: tuple[Door, Facts, int | None],
    community_id: int,
    scope: Scope,
    now: datetime,
) -> RepairOrder:
    door, facts, home = told
    if home is not None:
        codes = {**facts.codes, "home": (RANKS[facts.state], str(home))}
        facts = Facts(facts.state, facts.instants, codes, facts.words)
    tray.community_id, tray.household_id = community_id, home
    tray.matched_at, tray.matched_by, tray.line_sealed = now, scope.staff_id, None
    order = intake.put(
        session, community_id, door.number, facts, line=tray.line, staff_id=scope.staff_id
    )
    if orders.find_order(session, scope, order.id) is None:
        raise OrderNotFoundError(order.id)
    return order


def _remember(
    session: Session,
    vault: Vault,
    intake: Intake,
    words: str,
    community_id: int,
    scope: Scope,
    now: datetime,
) -> int:
    """Keep what the words mean, and bring in the other lines that wait for them."""
    known = queries.find_place(session, words)
    if known is None:
        session.add(
            RepairPlace(words=words, community_id=community_id, made_by=scope.staff_id, made_at=now)
        )
    further = 0
    for other in queries.list_same_words(session, words, _AT_ONCE):
        said = open_tray(vault, other)
        if said is None:
            continue
        door, facts = said
        home = None
        if door.room:
            home = intake.find_door(session, community_id, door.building, door.room)
            if home is None:
                _know_community(session, vault, other, community_id, door.number)
                continue
        _bring_in(session, intake, other, (door, facts, home), community_id, scope, now)
        further += 1
    return further


def _know_community(
    session: Session, vault: Vault, other: RepairTray, community_id: int, number: str
) -> None:
    """Let a line wait for its door only; its office sees it from now on."""
    key = tray_key(vault, f"#{community_id}", number)
    if not queries.list_open_tray(session, [key]):
        other.key = key
    other.community_id, other.why = community_id, "door"
