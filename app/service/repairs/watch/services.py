"""Major defects under watch: begin, inspect, rain, end (R51). No commit."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.repairs import log, queries
from app.service.repairs.errors import (
    AlreadyDoneError,
    NotDoneError,
    OrderNotFoundError,
    OwnWorkError,
    RepairFieldError,
)
from app.service.repairs.models import (
    DefectInspection,
    DefectWatch,
    InspectionReason,
    RepairEventKind,
)
from app.service.repairs.rules import (
    CLOSED,
    MOST_WATCH_DAYS,
    RAIN_DAYS,
    WATCH_DAYS,
    is_outside,
    read_days,
)
from app.service.repairs.services import LONGEST_NOTE
from app.service.repairs.watch import queries as watches
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register.rules import normal_name
from app.vault import Vault

_RAIN_BACK = timedelta(days=14)  # rain of longer ago leaves no trace


@dataclass(frozen=True, slots=True)
class Record:
    """What was found at an inspection (维修后大缺陷专项记录).

    Attributes:
        seen_on: Beijing day.
        findings: In words.
        is_good: The repair holds.
        has_water: A trace of water; None where water has nothing to do with it.
        next_on: A day for one look more, beside those planned; None for none.
        photo: A sealed picture, None without one.
    """

    seen_on: date
    findings: str
    is_good: bool
    has_water: bool | None = None
    next_on: date | None = None
    photo: bytes | None = None


def begin_watch(
    session: Session,
    scope: Scope,
    order_id: int,
    *,
    responsible_id: int,
    days: Sequence[int] = WATCH_DAYS,
    now: datetime,
) -> DefectWatch:
    """Put a repaired defect on the watch list; the days count from the day it was done.

    Raises:
        OrderNotFoundError: No such order in the scope.
        NotDoneError: It is not repaired yet.
        AlreadyDoneError: It is on the list already.
        RepairFieldError: The person does not work for the community, or the days are none.
    """
    order = queries.lock_order(session, scope, order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    if order.state not in CLOSED or order.done_at is None:
        raise NotDoneError(order.state)
    if watches.find_watch_of(session, order_id) is not None:
        raise AlreadyDoneError(order_id)
    _check_person(session, order.community_id, responsible_id)
    order.is_major_defect = True
    watch = DefectWatch(
        order_id=order.id,
        community_id=order.community_id,
        household_id=order.household_id,
        is_outside=is_outside(order.thing, order.place),
        responsible_id=responsible_id,
        started_on=beijing_date(order.done_at),
        days=_written(days),
        made_by=scope.staff_id,
        made_at=now,
    )
    session.add(watch)
    session.flush()
    _plan(session, watch)
    log.note(session, order, RepairEventKind.WATCHED, now=now, staff_id=scope.staff_id)
    return watch


def _written(days: Sequence[int]) -> str:
    text = ",".join(str(day) for day in days)
    if read_days(text) is None or len(text) > 40:
        raise RepairFieldError("days", "unknown")
    return text


def _check_person(session: Session, community_id: int, staff_id: int) -> None:
    if staff_id not in dict(watches.list_people(session, community_id)):
        raise RepairFieldError("responsible", "unknown")


def _plan(session: Session, watch: DefectWatch) -> None:
    """Add the planned inspections that are not there yet; days that went by unseen stay due."""
    known = {
        one.due_on
        for is_open in (True, False)
        for one in watches.list_of(session, watch.id, is_open=is_open)
        if one.reason is InspectionReason.PLANNED
    }
    for day in read_days(watch.days) or ():
        due_on = watch.started_on + timedelta(days=day)
        if due_on not in known:
            _add(session, watch, due_on)
    session.flush()


def _add(session: Session, watch: DefectWatch, due_on: date) -> None:
    session.add(
        DefectInspection(
            watch_id=watch.id,
            community_id=watch.community_id,
            due_on=due_on,
            reason=InspectionReason.PLANNED,
        )
    )


def change_watch(
    session: Session,
    scope: Scope,
    watch_id: int,
    *,
    responsible_id: int,
    days: Sequence[int],
    is_outside: bool,
    now: datetime,
) -> None:
    """Change who answers, on which days somebody looks, and whether rain matters.

    Planned looks that were not made and are on no day of the new plan are taken off.

    Raises:
        OrderNotFoundError: No such defect in the scope.
        AlreadyDoneError: The watch has ended.
        RepairFieldError: The person does not work for the community, or the days are none.
    """
    watch = _open_watch(session, scope, watch_id)
    _check_person(session, watch.community_id, responsible_id)
    watch.responsible_id, watch.is_outside = responsible_id, is_outside
    watch.days = _written(days)
    wanted = {watch.started_on + timedelta(days=day) for day in days}
    for one in watches.list_of(session, watch_id, is_open=True):
        if one.reason is InspectionReason.PLANNED and one.due_on not in wanted:
            session.delete(one)
    session.flush()
    _plan(session, watch)
    audit.record(
        session,
        actor=scope,
        action="defect.changed",
        subject=f"defect:{watch_id}",
        community_id=watch.community_id,
        detail=f"days={watch.days}",
        now=now,
    )


def _open_watch(session: Session, scope: Scope, watch_id: int) -> DefectWatch:
    watch = watches.lock_watch(session, scope, watch_id)
    if watch is None:
        raise OrderNotFoundError(watch_id)
    if watch.closed_on is not None:
        raise AlreadyDoneError(watch_id)
    return watch


def record_inspection(
    session: Session,
    vault: Vault,
    scope: Scope,
    inspection_id: int,
    given: Record,
    *,
    now: datetime,
) -> DefectWatch:
    """Keep the special record of an inspection; the watch ends after the last good one.

    A look that is not good keeps the watch open: the next look is due after a week at the
    latest, and the repair itself is dealt with by `open_rework`.

    Raises:
        OrderNotFoundError: No such inspection in the scope.
        AlreadyDoneError: It has its record, or the watch has ended.
        OwnWorkError: The inspector repaired it himself.
        RepairFieldError: A field is empty, too long or cannot be true.
    """
    look = watches.lock_inspection(session, inspection_id)
    if look is None:
        raise OrderNotFoundError(inspection_id)
    watch = _open_watch(session, scope, look.watch_id)
    if not look.is_open:
        raise AlreadyDoneError(inspection_id)
    words = _check_record(watch, given, beijing_date(now))
    order = queries.find_order(session, None, watch.order_id)
    if order is not None and _is_own(scope, log.open_words(vault, order).repairer):
        raise OwnWorkError(scope.staff_id)
    look.is_open = False
    look.seen_on, look.seen_by, look.recorded_at = given.seen_on, scope.staff_id, now
    look.is_good, look.has_water = given.is_good, given.has_water
    look.findings_sealed = vault.seal(words, "note")
    look.photo_sealed, look.has_photo = given.photo, given.photo is not None
    session.flush()
    _go_on(session, watch, given)
    return watch


def _is_own(scope: Scope, repairer: str) -> bool:
    own = normal_name(scope.name)
    return bool(own) and own == normal_name(repairer)


def _check_record(watch: DefectWatch, given: Record, today: date) -> str:
    words = given.findings.strip()
    if not words:
        raise RepairFieldError("findings", "empty")
    if len(words) > LONGEST_NOTE:
        raise RepairFieldError("findings", "too_long")
    if given.seen_on > today:
        raise RepairFieldError("seen_on", "in_future")
    if given.seen_on < watch.started_on:
        raise RepairFieldError("seen_on", "in_past")
    if given.is_good and given.has_water:
        raise RepairFieldError("is_good", "unknown")  # where water comes through nothing holds
    if given.next_on is not None and not given.seen_on < given.next_on <= (
        given.seen_on + timedelta(days=MOST_WATCH_DAYS)
    ):
        raise RepairFieldError("next_on", "in_past")
    return words


def _go_on(session: Session, watch: DefectWatch, given: Record) -> None:
    """Plan the next look, or end the watch."""
    waiting = {one.due_on for one in watches.list_of(session, watch.id, is_open=True)}
    wanted = {given.next_on} if given.next_on is not None else set()
    if not given.is_good and not wanted:
        latest = given.seen_on + timedelta(days=WATCH_DAYS[0])
        if not any(day <= latest for day in waiting):
            wanted = {latest}
    made = {
        one.due_on
        for one in watches.list_of(session, watch.id, is_open=False)
        if one.reason is InspectionReason.PLANNED
    }
    for day in sorted(wanted - waiting):
        free = day
        while free in made:
            free += timedelta(days=1)
        _add(session, watch, free)
    if given.is_good and not waiting and not wanted:
        watch.closed_on, watch.why_closed = given.seen_on, "good"
    session.flush()


def note_rain(session: Session, scope: Scope, rained_on: date, *, now: datetime) -> int:
    """Make one inspection, due on the second day, for every defect outside; return how many.

    The same day of rain told twice makes no second one.

    Raises:
        RepairFieldError: The day lies in the future, or too long ago to leave a trace.
    """
    today = beijing_date(now)
    if rained_on > today:
        raise RepairFieldError("rained_on", "in_future")
    if rained_on < today - _RAIN_BACK:
        raise RepairFieldError("rained_on", "in_past")
    found = watches.list_outside(session, scope)
    known = watches.list_rain(session, [watch.id for watch in found], rained_on)
    new = [one for one in found if one.id not in known and one.started_on <= rained_on]
    for watch in new:
        session.add(
            DefectInspection(
                watch_id=watch.id,
                community_id=watch.community_id,
                due_on=rained_on + timedelta(days=RAIN_DAYS),
                reason=InspectionReason.RAIN,
                rained_on=rained_on,
            )
        )
    session.flush()
    audit.record(
        session,
        actor=scope,
        action="defect.rain",
        subject=f"day:{rained_on.isoformat()}",
        detail=f"inspections={len(new)}",
        now=now,
    )
    return len(new)
