"""Failed repairs: rework at once, a special visit within 24 hours, flags. No commit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.cases.rules import state_of
from app.followup.history.log import add_note, note_event
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, CaseState, FollowUp, Source, Stage
from app.service.repairs import log, queries
from app.service.repairs.errors import (
    AlreadyDoneError,
    NotDoneError,
    OrderNotFoundError,
    OwnWorkError,
    RepairFieldError,
    StepNotAllowedError,
)
from app.service.repairs.models import (
    Flag,
    OrderState,
    Origin,
    RepairCase,
    RepairEventKind,
    RepairFlag,
    RepairOrder,
    SpecialVisit,
    VisitFinding,
)
from app.service.repairs.rules import CLOSED, special_due
from app.staff.scope import Scope
from app.surveys.register.rules import normal_name
from app.vault import Vault

LONGEST_NOTE = 2000
_NUMBER = 48


def open_rework(
    session: Session,
    vault: Vault,
    scope: Scope | None,
    order_id: int,
    *,
    why: str,
    case_id: int | None = None,
    now: datetime,
) -> tuple[int, int]:
    """Say that a repair failed: a rework order at once and a special visit within 24 hours.

    An order that failed already and whose special visit is still to be made keeps both.

    Args:
        session: A writing transaction.
        vault: Seals the reason.
        scope: Who says so; None for the program.
        order_id: The order that was done and did not hold.
        why: What is still wrong, in somebody's words.
        case_id: The case it belongs to (a complaint); without one a case of source REPAIR is made.
        now: The present instant; the 24 hours count from it.

    Returns:
        The keys of the rework order and of the special visit.

    Raises:
        OrderNotFoundError: No such order in the scope.
        NotDoneError: The order was never done.
    """
    order = queries.lock_order(session, scope, order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    return _open_rework(session, vault, scope, order, why=why, case_id=case_id, now=now)


def _open_rework(
    session: Session,
    vault: Vault,
    scope: Scope | None,
    order: RepairOrder,
    *,
    why: str,
    case_id: int | None,
    now: datetime,
) -> tuple[int, int]:
    standing = queries.find_open_visit(session, order.id)
    if standing is not None:
        return standing.rework_id, standing.id
    if order.state not in CLOSED:
        raise NotDoneError(order.state)
    before = queries.find_visit_of_rework(session, order.id)
    staff_id = None if scope is None else scope.staff_id
    order.state, order.failed_at = OrderState.FAILED, order.failed_at or now
    log.mark_stale(session, log.months_of(order))
    case_id = case_id or (None if before is None else before.follow_up_id)
    found = _case(session, vault, order, case_id, why=why, staff_id=staff_id, now=now)
    rework = _make_rework(session, order, found.id, staff_id=staff_id, now=now)
    visit = SpecialVisit(
        community_id=order.community_id,
        order_id=order.id,
        rework_id=rework.id,
        follow_up_id=found.id,
        round=1 if before is None else before.round + 1,
        opened_at=now,
        due_at=special_due(now),
        tries=0,
    )
    session.add(visit)
    log.note(session, order, RepairEventKind.REWORK, now=now, staff_id=staff_id)
    if visit.round > 1:
        _escalate(session, found, staff_id=staff_id, now=now)
    session.flush()
    return rework.id, visit.id


def _case(
    session: Session,
    vault: Vault,
    order: RepairOrder,
    case_id: int | None,
    *,
    why: str,
    staff_id: int | None,
    now: datetime,
) -> FollowUp:
    """Return the case of a failed repair: the one it belongs to, or a new one."""
    found = None if case_id is None else queries.find_case(session, case_id)
    if found is None:
        today = beijing_date(now)
        found = FollowUp(
            community_id=order.community_id,
            household_id=order.household_id,
            on_list=CaseList.COMMUNITY,
            state=CaseState.OPEN,
            stage=Stage.ACCEPTED,
            source=Source.REPAIR,
            created_at=now,
            start_by=today,
            close_by=beijing_date(special_due(now)),
        )
        session.add(found)
        session.flush()
        session.add(RepairCase(follow_up_id=found.id, order_id=order.id))
        event = note_event(session, found, CaseEventKind.OPENED, now=now, staff_id=staff_id)
    else:
        event = note_event(
            session, found, CaseEventKind.SOURCE, now=now, staff_id=staff_id, detail="rework"
        )
    add_note(session, vault, event, _checked(why, "why", needed=False))
    order.case_id = order.case_id or found.id
    return found


def _make_rework(
    session: Session, order: RepairOrder, case_id: int, *, staff_id: int | None, now: datetime
) -> RepairOrder:
    """Return a new order for the same thing at the same place, promised within the 24 hours."""
    rework = RepairOrder(
        community_id=order.community_id,
        household_id=order.household_id,
        number=_rework_number(session, order),
        origin=Origin.REWORK,
        state=OrderState.ISSUED,
        thing=order.thing,
        place=order.place,
        is_major_defect=order.is_major_defect,
        is_charged=False,
        issued_at=now,
        promised_at=special_due(now),
        rework_of=order.id,
        case_id=case_id,
        customer_sealed=order.customer_sealed,
        made_by=staff_id,
    )
    session.add(rework)
    session.flush()
    log.note(session, rework, RepairEventKind.MADE, now=now, staff_id=staff_id, detail="rework")
    log.mark_stale(session, log.months_of(rework))
    return rework


def _rework_number(session: Session, order: RepairOrder) -> str:
    """Return the order's number with -R1, -R2 behind it, one that is not taken."""
    stem, mark, count = order.number.rpartition("-R")
    if not (mark and count.isdigit()):
        stem, count = order.number, "0"
    at = int(count) + 1
    while queries.is_number_taken(session, order.community_id, number := _fitted(stem, at)):
        at += 1
    return number


def _fitted(stem: str, at: int) -> str:
    end = f"-R{at}"
    return stem[: _NUMBER - len(end)] + end


def _escalate(session: Session, found: FollowUp, *, staff_id: int | None, now: datetime) -> None:
    """Move a case to head office's list: the same repair failed twice."""
    if found.state is not CaseState.OPEN:
        found.stage, found.state, found.closed_at = Stage.REOPENED, CaseState.OPEN, None
        note_event(session, found, CaseEventKind.REOPENED, now=now, detail="rework")
    if found.on_list is not CaseList.HEAD_OFFICE:
        found.on_list = CaseList.HEAD_OFFICE
        found.responsible_id = None
        note_event(
            session,
            found,
            CaseEventKind.MOVED,
            now=now,
            staff_id=staff_id,
            detail=CaseList.HEAD_OFFICE,
        )


def record_special_visit(
    session: Session,
    vault: Vault,
    scope: Scope,
    visit_id: int,
    *,
    finding: VisitFinding,
    note: str,
    visited_at: datetime,
    now: datetime,
) -> SpecialVisit | None:
    """Record a special visit, made by somebody else than the repairer.

    A rework that holds is counted as done with the visit, when nobody had said so before. One
    that does not hold opens the next round and moves the case to head office.

    Returns:
        The next special visit when the repair still does not hold.

    Raises:
        OrderNotFoundError: No such visit in the scope.
        AlreadyDoneError: It was recorded before.
        OwnWorkError: The visitor repaired it himself.
        RepairFieldError: The note is empty or too long, or the hour cannot be true.
    """
    visit = _open_visit(session, scope, visit_id)
    words = _checked(note, "note")
    if not visit.opened_at <= visited_at <= now:
        raise RepairFieldError("visited_at", "in_future" if visited_at > now else "in_past")
    rework = queries.lock_order(session, None, visit.rework_id)
    order = queries.lock_order(session, None, visit.order_id)
    if rework is None or order is None:
        raise OrderNotFoundError(visit_id)
    _refuse_own_work(vault, scope, (order, rework))
    visit.visited_at, visit.visited_by, visit.finding = visited_at, scope.staff_id, finding
    visit.note_sealed = vault.seal(words, "note")
    log.note(
        session, order, RepairEventKind.VISITED, now=now, staff_id=scope.staff_id, detail=finding
    )
    _finish(session, rework, visited_at=visited_at, now=now, staff_id=scope.staff_id)
    if finding is VisitFinding.FIXED:
        _close_case(session, visit, scope, now)
        return None
    session.flush()
    _, next_id = _open_rework(session, vault, scope, rework, why=words, case_id=None, now=now)
    return queries.lock_visit(session, None, next_id)


def record_visit_try(session: Session, scope: Scope, visit_id: int, *, now: datetime) -> None:
    """Note that nobody was at home: the visit stays due, its hour does not move.

    Raises:
        OrderNotFoundError: No such visit in the scope.
        AlreadyDoneError: It was recorded before.
    """
    visit = _open_visit(session, scope, visit_id)
    visit.tries += 1
    order = queries.find_order(session, None, visit.order_id)
    if order is not None:
        log.note(
            session,
            order,
            RepairEventKind.VISITED,
            now=now,
            staff_id=scope.staff_id,
            detail="nobody_home",
        )


def _open_visit(session: Session, scope: Scope, visit_id: int) -> SpecialVisit:
    visit = queries.lock_visit(session, scope, visit_id)
    if visit is None:
        raise OrderNotFoundError(visit_id)
    if visit.visited_at is not None:
        raise AlreadyDoneError(visit_id)
    return visit


def _refuse_own_work(vault: Vault, scope: Scope, orders: tuple[RepairOrder, ...]) -> None:
    own = normal_name(scope.name)
    if any(own and own == normal_name(log.open_words(vault, one).repairer) for one in orders):
        raise OwnWorkError(scope.staff_id)


def _finish(
    session: Session, rework: RepairOrder, *, visited_at: datetime, now: datetime, staff_id: int
) -> None:
    """Count a rework as done when the visit looks at it and nobody had said so."""
    if rework.state in CLOSED:
        return
    rework.state = OrderState.DONE
    rework.done_at = visited_at
    rework.arrived_at = rework.arrived_at or visited_at
    log.note(session, rework, RepairEventKind.STEP, now=now, staff_id=staff_id, detail="done")
    log.mark_stale(session, log.months_of(rework))


def _close_case(session: Session, visit: SpecialVisit, scope: Scope, now: datetime) -> None:
    """Close the case of a failed repair; one of a complaint goes on in its own circle."""
    found = queries.find_case(session, visit.follow_up_id)
    if found is None or queries.find_repair_case(session, found.id) is None:
        return
    if found.state is CaseState.OPEN:
        found.stage = Stage.IMPROVED
        found.state, found.closed_at = state_of(found.stage), now
        note_event(
            session,
            found,
            CaseEventKind.STEP,
            now=now,
            staff_id=scope.staff_id,
            detail="special_visit",
        )


def flag_order(
    session: Session, order_id: int, flag: Flag | str, now: datetime, by: int | None
) -> RepairFlag:
    """Raise a flag on an order; raised once more it is the same flag.

    Args:
        session: A writing transaction.
        order_id: The order.
        flag: "nobody_came", "fee_not_told" or "fee_differed".
        now: The present instant.
        by: Key of the account, None when the customer said it himself through a link.

    Raises:
        OrderNotFoundError: There is no such order.
    """
    kind = Flag(flag)
    order = queries.lock_order(session, None, order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    standing = queries.find_flag(session, order_id, kind)
    if standing is not None:
        return standing
    raised = RepairFlag(
        order_id=order_id,
        community_id=order.community_id,
        flag=kind,
        raised_at=now,
        raised_by=by,
    )
    session.add(raised)
    log.note(session, order, RepairEventKind.FLAGGED, now=now, staff_id=by, detail=kind)
    session.flush()
    return raised


def mark_called_back(session: Session, order_id: int, *, now: datetime, by: int | None) -> None:
    """Say that a done order was called back; a failed one stays failed.

    Raises:
        OrderNotFoundError: There is no such order.
        StepNotAllowedError: It is not done.
    """
    order = queries.lock_order(session, None, order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    if order.state not in CLOSED:
        raise StepNotAllowedError(order.state, OrderState.CALLED_BACK)
    order.called_back_at = order.called_back_at or now
    if order.state is OrderState.DONE:
        order.state = OrderState.CALLED_BACK
        log.note(
            session, order, RepairEventKind.STEP, now=now, staff_id=by, detail=order.state.value
        )


def _checked(text: str, field: str, *, needed: bool = True) -> str:
    words = text.strip()
    if needed and not words:
        raise RepairFieldError(field, "empty")
    if len(words) > LONGEST_NOTE:
        raise RepairFieldError(field, "too_long")
    return words
