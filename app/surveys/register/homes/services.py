"""Changes of one home with their history: retire, merge, split, move in and out, care.

A campaign that is open keeps its own copy of the home: nothing here touches a frame.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register import services as register
from app.surveys.register.homes import queries
from app.surveys.register.homes.errors import (
    AlreadyThereError,
    NobodyError,
    OddDayError,
    OtherBuildingError,
    RetiredHomeError,
    RoomTakenError,
    SameHomeError,
    WrongDayError,
)
from app.surveys.register.homes.queries import FoundHome
from app.surveys.register.models import (
    CareNeed,
    CareNeedKind,
    Household,
    HouseholdEvent,
    HouseholdEventKind,
    ImportantReason,
    Person,
    PersonKind,
)
from app.surveys.register.rules import EARLIEST, home_key, normal_code
from app.vault import Vault

REASON = "household-reason"


@dataclass(frozen=True, slots=True)
class Act:
    """Who changes a home, when it takes effect, and why.

    Attributes:
        actor: The signed-in person.
        on: The day it takes effect; never in the future.
        reason: Why, in words; stored sealed.
        now: The moment of writing.
    """

    actor: Scope
    on: date
    reason: str
    now: datetime


def today(now: datetime) -> date:
    """Return the day of an instant in Beijing."""
    return beijing_date(now)


def retire(session: Session, vault: Vault, home: FoundHome, act: Act) -> None:
    """Take a home out of the register from a day on.

    Raises:
        RetiredHomeError: It is out already.
        WrongDayError: The day lies in the future.
    """
    household = _living(session, home.household_id, act)
    register.retire_household(household, act.on)
    write_event(session, vault, home, HouseholdEventKind.RETIRED, act)


def revive(session: Session, vault: Vault, home: FoundHome, act: Act) -> None:
    """Take a retired home back into the register.

    Raises:
        RetiredHomeError: It is in the register.
        WrongDayError: The day lies in the future, or before the home was retired.
    """
    household = queries.lock_household(session, home.household_id)
    if household.retired_on is None:
        raise RetiredHomeError(household.id)
    _check_day(act, after=household.retired_on)
    register.revive_household(household)
    write_event(session, vault, home, HouseholdEventKind.REVIVED, act)


def merge(session: Session, vault: Vault, home: FoundHome, into: FoundHome, act: Act) -> None:
    """Make two homes one: the first is retired, and who lives in it lives in the second.

    Its needs and, where the second has none, the reason why it is important go along.

    Raises:
        SameHomeError: Both are the same home.
        OtherBuildingError: They belong to two communities.
        RetiredHomeError: One of them is retired.
        WrongDayError: The day lies in the future.
    """
    if home.household_id == into.household_id:
        raise SameHomeError(home.household_id)
    if home.community_id != into.community_id:
        raise OtherBuildingError(into.household_id)
    # Always in the order of keys: two mergers at once wait for each other and never for ever.
    keys = sorted((home.household_id, into.household_id))
    both = {key: _living(session, key, act) for key in keys}
    gone, kept = both[home.household_id], both[into.household_id]
    register.retire_household(gone, act.on)
    _move_people(session, gone, kept, act)
    _move_needs(session, gone, kept, act)
    was = gone.important.value if gone.important else ""
    write_event(session, vault, home, HouseholdEventKind.MERGED_INTO, act, other=kept.id)
    write_event(
        session, vault, into, HouseholdEventKind.MERGED_FROM, act, other=gone.id, detail=was
    )
    if gone.important is not None and kept.important is None:
        register.mark_important(kept, gone.important)
        write_event(session, vault, into, HouseholdEventKind.IMPORTANT, act, detail=was)


def _move_people(session: Session, gone: Household, kept: Household, act: Act) -> None:
    """Let who lives in one home live in the other; who lives in both stays there once."""
    there = {(p.name_hash, p.phone_hash) for p in _residents(session, kept.id)}
    for person in _residents(session, gone.id):
        if (person.name_hash, person.phone_hash) in there:
            person.moved_out_on = max(act.on, person.moved_in_on or act.on)
        else:
            person.household_id = kept.id


def _move_needs(session: Session, gone: Household, kept: Household, act: Act) -> None:
    """Let the needs of one home be those of the other; what both need open stays there once."""
    there = queries.list_needs(session, kept.id)
    for need in queries.list_needs(session, gone.id):
        if need.until is None and _is_noted(there, need.need, need.since, None):
            need.until = max(act.on, need.since)
            need.ended_by = act.actor.staff_id
        else:
            need.household_id = kept.id


def split(session: Session, vault: Vault, home: FoundHome, room: str, act: Act) -> Household:
    """Make a second home out of one; who lives there stays with the first.

    Raises:
        RoomTakenError: The building has this room already.
        RetiredHomeError: The home is retired.
        WrongDayError: The day lies in the future.
    """
    household = _living(session, home.household_id, act)
    if queries.find_room(session, household.building_id, home_key(room)) is not None:
        raise RoomTakenError(room)
    made = Household(
        uid=register.new_uid(), building_id=household.building_id, room=normal_code(room)
    )
    session.add(made)
    session.flush()
    new = FoundHome(
        made.id, made.uid, home.community_id, home.community, home.building, made.room, None, None
    )
    write_event(session, vault, home, HouseholdEventKind.SPLIT_INTO, act, other=made.id)
    write_event(session, vault, new, HouseholdEventKind.SPLIT_FROM, act, other=home.household_id)
    return made


@dataclass(frozen=True, slots=True)
class Told:
    """A person as somebody tells it: normal forms of `rules`, stored sealed."""

    name: str
    phone: str | None
    kind: PersonKind


def move_in(session: Session, vault: Vault, home: FoundHome, told: Told, act: Act) -> Person:
    """Add somebody who lives in a home from a day on.

    Raises:
        RetiredHomeError: The home is retired.
        AlreadyThereError: Somebody of this name and number lives there.
        WrongDayError: The day lies in the future.
    """
    household = _living(session, home.household_id, act)
    new = (register.name_hash(vault, told.name), _phone_hash(vault, told.phone))
    if any((p.name_hash, p.phone_hash) == new for p in _residents(session, household.id)):
        raise AlreadyThereError(household.id)
    person = register.add_person(
        session, vault, household, name=told.name, phone=told.phone, now=act.now
    )
    person.kind, person.moved_in_on = told.kind, act.on
    session.flush()
    write_event(
        session,
        vault,
        home,
        HouseholdEventKind.MOVED_IN,
        act,
        person_id=person.id,
        detail=told.kind.value,
    )
    return person


def move_out(session: Session, vault: Vault, home: FoundHome, person_id: int, act: Act) -> None:
    """Let somebody leave a home on a day; what was known about the person stays as history.

    Raises:
        NobodyError: The person does not live there.
        WrongDayError: The day lies in the future, or before the person moved in.
    """
    person = _resident(session, home, person_id)
    _check_day(act, after=person.moved_in_on)
    person.moved_out_on = act.on
    moved_out = HouseholdEventKind.MOVED_OUT
    write_event(session, vault, home, moved_out, act, person_id=person.id, detail=person.kind.value)


def correct(
    session: Session, vault: Vault, home: FoundHome, person_id: int, told: Told, act: Act
) -> None:
    """Put a wrong name, number or kind right: the person stays the same.

    The history says which of them were changed, by whom and why; never what they were.

    Raises:
        NobodyError: The person does not live there.
        RetiredHomeError: The home is retired.
    """
    _living(session, home.household_id, act)
    person = _resident(session, home, person_id)
    pairs = {
        "name": (person.name_hash, register.name_hash(vault, told.name)),
        "phone": (person.phone_hash, _phone_hash(vault, told.phone)),
        "kind": (person.kind, told.kind),
    }
    changed = ",".join(name for name, (old, new) in pairs.items() if old != new)
    if not changed:
        return
    register.set_identity(vault, person, name=told.name, phone=told.phone)
    person.kind = told.kind
    corrected = HouseholdEventKind.CORRECTED
    write_event(session, vault, home, corrected, act, person_id=person.id, detail=changed)


def mark_important(
    session: Session, vault: Vault, home: FoundHome, reason: ImportantReason | None, act: Act
) -> None:
    """Say why a home is an important customer from a day on, or that it is none any more.

    Raises:
        RetiredHomeError: The home is retired.
        WrongDayError: The day lies in the future.
    """
    household = _living(session, home.household_id, act)
    if household.important is reason:
        return
    register.mark_important(household, reason)
    detail = reason.value if reason else ""
    write_event(session, vault, home, HouseholdEventKind.IMPORTANT, act, detail=detail)


def note_need(
    session: Session, home: FoundHome, need: CareNeedKind, until: date | None, act: Act
) -> CareNeed:
    """Write down what a home needs, from a day on.

    Raises:
        WrongDayError: It begins in the future, or ends before it begins.
        RetiredHomeError: The home is retired.
        AlreadyThereError: The same is noted for some of these days.
    """
    _living(session, home.household_id, act)
    if until is not None and until < act.on:
        raise WrongDayError(until)
    if _is_noted(queries.list_needs(session, home.household_id), need, act.on, until):
        raise AlreadyThereError(home.household_id)
    noted = CareNeed(
        household_id=home.household_id,
        need=need,
        since=act.on,
        until=until,
        noted_by=act.actor.staff_id,
        noted_at=act.now,
    )
    session.add(noted)
    _audit(session, home, "household.care", act, detail=need.value)
    return noted


def end_need(session: Session, home: FoundHome, need_id: int, act: Act) -> None:
    """Let a need end on a day.

    Raises:
        NobodyError: The home has no such open need.
        WrongDayError: It would end before it began, or in the future.
    """
    need = queries.find_need(session, home.household_id, need_id)
    if need is None or (need.until is not None and need.until <= act.on):
        raise NobodyError(need_id)
    _check_day(act, after=need.since)
    need.until, need.ended_by = act.on, act.actor.staff_id
    _audit(session, home, "household.care_end", act, detail=need.need.value)


def _living(session: Session, household_id: int, act: Act) -> Household:
    household = queries.lock_household(session, household_id)
    if household.retired_on is not None:
        raise RetiredHomeError(household_id)
    _check_day(act)
    return household


def _residents(session: Session, household_id: int) -> list[Person]:
    """Return who lives in a home today."""
    return [p for p in queries.list_residents(session, household_id) if p.moved_out_on is None]


def _phone_hash(vault: Vault, phone: str | None) -> bytes | None:
    return register.phone_hash(vault, phone) if phone else None


def _is_noted(needs: list[CareNeed], need: CareNeedKind, since: date, until: date | None) -> bool:
    """Say whether a need is noted for a day of these already."""
    return any(
        noted.need is need
        and (until is None or noted.since <= until)
        and (noted.until is None or noted.until >= since)
        for noted in needs
    )


def _resident(session: Session, home: FoundHome, person_id: int) -> Person:
    for person in _residents(session, home.household_id):
        if person.id == person_id:
            return person
    raise NobodyError(person_id)


def _check_day(act: Act, *, after: date | None = None) -> None:
    if act.on < EARLIEST:
        raise OddDayError(act.on)
    if act.on > beijing_date(act.now) or (after is not None and act.on < after):
        raise WrongDayError(act.on)


def write_event(
    session: Session,
    vault: Vault,
    home: FoundHome,
    kind: HouseholdEventKind,
    act: Act,
    *,
    other: int | None = None,
    person_id: int | None = None,
    detail: str = "",
) -> None:
    """Add a line to the home's history, and an entry to the audit log."""
    session.add(
        HouseholdEvent(
            household_id=home.household_id,
            kind=kind,
            on_day=act.on,
            at=act.now,
            staff_id=act.actor.staff_id,
            other_household_id=other,
            person_id=person_id,
            detail=detail,
            reason_sealed=vault.seal(act.reason, REASON) if act.reason else None,
        )
    )
    session.flush()
    _audit(session, home, f"household.{kind.value}", act, detail=detail)


def _audit(session: Session, home: FoundHome, action: str, act: Act, *, detail: str = "") -> None:
    audit.record(
        session,
        actor=act.actor,
        action=action,
        subject=home.uid,
        community_id=home.community_id,
        detail=detail,
        now=act.now,
    )
