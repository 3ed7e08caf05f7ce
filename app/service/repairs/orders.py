"""Orders made and moved on by hand, for companies or cases without another system. No commit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import BEIJING
from app.service.repairs import log, queries
from app.service.repairs.errors import OrderNotFoundError, RepairFieldError, StepNotAllowedError
from app.service.repairs.models import (
    OrderState,
    Origin,
    Place,
    RepairEventKind,
    RepairOrder,
    Thing,
)
from app.service.repairs.rows import Words
from app.service.repairs.rules import may_step
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register.rules import normal_code, normal_name, normal_phone
from app.vault import Vault

LONGEST_TEXT = 1000
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class OrderInput:
    """What somebody fills in for a new order.

    Attributes:
        community_id: Where.
        household_id: The home; None for common parts.
        thing, place: What and where it is.
        words: Customer, what is wrong, who repairs.
        number: "" for one given here.
        promised_at: By when somebody comes, None when nobody said.
        is_charged, fee: Whether it costs the customer something, and how much in fen.
        is_major: A major defect (R51).
        case_id: The case or complaint it is made for.
    """

    community_id: int
    household_id: int | None
    thing: Thing
    place: Place
    words: Words
    number: str = ""
    promised_at: datetime | None = None
    is_charged: bool | None = None
    fee: int | None = None
    is_major: bool = False
    case_id: int | None = None


def issue_order(
    session: Session, vault: Vault, scope: Scope, given: OrderInput, *, now: datetime
) -> RepairOrder:
    """Issue an order by hand.

    Raises:
        OrderNotFoundError: Community, home or case is out of scope.
        RepairFieldError: A field is empty, too long or cannot be true.
    """
    _check_place(session, scope, given)
    words = _checked(given.words)
    if given.promised_at is not None and given.promised_at < now:
        raise RepairFieldError("promised_at", "in_past")
    if given.fee is not None and not 0 <= given.fee <= 100_000_000:
        raise RepairFieldError("fee", "unknown")
    number = normal_code(given.number)[:48]
    if number and queries.is_number_taken(session, given.community_id, number):
        raise RepairFieldError("number", "taken")
    order = RepairOrder(
        community_id=given.community_id,
        household_id=given.household_id,
        number=number or _next_number(session, given.community_id, now),
        origin=Origin.HAND,
        state=OrderState.ISSUED,
        thing=given.thing,
        place=given.place,
        is_major_defect=given.is_major,
        is_charged=given.is_charged,
        fee=given.fee if given.is_charged else None,
        issued_at=now,
        promised_at=given.promised_at,
        case_id=given.case_id,
        made_by=scope.staff_id,
    )
    log.write_words(vault, order, words)
    session.add(order)
    session.flush()
    log.note(session, order, RepairEventKind.MADE, now=now, staff_id=scope.staff_id, detail="hand")
    log.mark_stale(session, log.months_of(order))
    _audit(session, scope, order, "repair.issued", now)
    return order


def _check_place(session: Session, scope: Scope, given: OrderInput) -> None:
    if not scope.sees(given.community_id):
        raise OrderNotFoundError(given.community_id)
    if given.household_id is not None:
        home = queries.find_home_place(session, given.household_id)
        if home is None or home[0] != given.community_id:
            raise OrderNotFoundError(given.household_id)
    if given.case_id is not None:
        found = queries.find_case(session, given.case_id)
        if found is None or found.community_id != given.community_id:
            raise OrderNotFoundError(given.case_id)


def _checked(words: Words) -> Words:
    name, repairer = normal_name(words.name), normal_name(words.repairer)
    text = words.text.strip()
    if not text:
        raise RepairFieldError("text", "empty")
    if len(text) > LONGEST_TEXT:
        raise RepairFieldError("text", "too_long")
    for field, value in (("name", name), ("repairer", repairer)):
        if len(value) > _LONGEST_NAME:
            raise RepairFieldError(field, "too_long")
    phone = ""
    if words.phone.strip():
        phone = normal_phone(words.phone) or ""
        if not phone:
            raise RepairFieldError("phone", "unknown")
    return Words(name, phone, text, repairer)


def _next_number(session: Session, community_id: int, now: datetime) -> str:
    """Return H-20261123-01: by hand, the Beijing day, running in its community."""
    day = now.astimezone(BEIJING).strftime("%Y%m%d")
    at = 1
    while queries.is_number_taken(session, community_id, number := f"H-{day}-{at:02d}"):
        at += 1
    return number


def step_order(
    session: Session,
    vault: Vault,
    scope: Scope,
    order_id: int,
    to: OrderState,
    *,
    repairer: str = "",
    now: datetime,
) -> RepairOrder:
    """Move an order on by hand: notified, accepted, done, or cancelled before it is done.

    Args:
        session: A writing transaction.
        vault: Seals the repairer's name.
        scope: Who does it.
        order_id: The order.
        to: The step.
        repairer: Who accepted it; an empty text leaves what is known.
        now: The present instant, which is when the step was reached.

    Raises:
        OrderNotFoundError: No such order in the scope.
        StepNotAllowedError: An order goes forward only.
        RepairFieldError: The name is too long.
    """
    order = queries.lock_order(session, scope, order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    if not may_step(order.state, to):
        raise StepNotAllowedError(order.state, to)
    name = normal_name(repairer)
    if len(name) > _LONGEST_NAME:
        raise RepairFieldError("repairer", "too_long")
    if name:
        order.repairer_sealed = log.seal_words(vault, {"repairer": (log.BY_HAND, name)})
    order.state = to
    if to is OrderState.NOTIFIED:
        order.notified_at = now
    elif to is OrderState.ACCEPTED:
        order.accepted_at = now
    elif to is OrderState.DONE:
        order.arrived_at = order.arrived_at or now
        order.done_at = now
    log.note(session, order, RepairEventKind.STEP, now=now, staff_id=scope.staff_id, detail=to)
    log.mark_stale(session, log.months_of(order))
    _audit(session, scope, order, "repair.step", now, detail=to.value)
    return order


def note_arrival(session: Session, scope: Scope, order_id: int, *, now: datetime) -> None:
    """Say that the repairer has arrived; the first time told stands.

    Raises:
        OrderNotFoundError: No such order in the scope.
        StepNotAllowedError: The order is done or cancelled.
    """
    order = queries.lock_order(session, scope, order_id)
    if order is None:
        raise OrderNotFoundError(order_id)
    if not may_step(order.state, OrderState.DONE):
        raise StepNotAllowedError(order.state, OrderState.DONE)
    if order.arrived_at is None:
        order.arrived_at = now
        log.note(
            session,
            order,
            RepairEventKind.STEP,
            now=now,
            staff_id=scope.staff_id,
            detail="arrived",
        )
        log.mark_stale(session, log.months_of(order))


def read_words(
    session: Session, vault: Vault, scope: Scope, order: RepairOrder, *, now: datetime
) -> Words:
    """Open the words of an order and write down who looked."""
    _audit(session, scope, order, "repair.opened", now)
    return log.open_words(vault, order)


def _audit(
    session: Session,
    scope: Scope,
    order: RepairOrder,
    action: str,
    now: datetime,
    *,
    detail: str = "",
) -> None:
    home = None
    if order.household_id is not None:
        home = queries.find_home_place(session, order.household_id)
    audit.record(
        session,
        actor=scope,
        action=action,
        subject=f"repair:{order.id}" if home is None else home[1],
        community_id=order.community_id,
        detail=detail or f"repair:{order.id}",
        now=now,
    )
