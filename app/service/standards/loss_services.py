"""Write losses down, put them right, win customers back."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.standards import queries
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.models import CUSTOMERS, Loss, LossKind, LossReason
from app.service.standards.queries import LossRow
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text
from app.surveys.register.homes.queries import find_home
from app.vault import Vault

WHO, WORDS = "loss-who", "loss-words"
OPENERS = (Role.HEAD_OFFICE, Role.OFFICE)  # who may read names and words
LONGEST_WHO, LONGEST_WORDS = 120, 2000
MOST_UNITS = 100_000
_EARLIEST = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class LossInput:
    """A loss as somebody writes it down.

    Attributes:
        who: Customer, company or home, in words; sealed.
        words: Why, in words; sealed.
        units: Homes concerned.
        monthly_fen: Income a month that is gone, None where nobody knows.
        damage_fen: Damage of goods or of an injury, None where nobody knows.
    """

    kind: LossKind
    community_id: int
    who: str
    happened_on: date | None
    reason: LossReason
    words: str
    units: int = 1
    monthly_fen: int | None = None
    damage_fen: int | None = None
    household_id: int | None = None


@dataclass(frozen=True, slots=True)
class LossView:
    """A loss for whoever may see it; name and words only for who may open them."""

    row: LossRow
    who: str
    words: str
    won_words: str


def add_loss(
    session: Session, vault: Vault, scope: Scope, given: LossInput, *, now: datetime
) -> int:
    """Write a loss down and return its key.

    Raises:
        GoneError: This person has no say in this community, or there is no such home in it.
        FieldRefusedError: A field holds what cannot be kept.
    """
    _may_write(scope, given.community_id)
    loss = Loss(
        community_id=given.community_id,
        kind=given.kind,
        reason=given.reason,
        staff_id=scope.staff_id,
        recorded_at=now,
    )
    _fill(session, vault, scope, loss, given, today=beijing_date(now))
    session.add(loss)
    session.flush()
    _log(session, scope, "loss.add", loss, now)
    return loss.id


def correct_loss(
    session: Session, vault: Vault, scope: Scope, loss_id: int, given: LossInput, *, now: datetime
) -> None:
    """Put a loss right; who and when stand in the audit log.

    Raises:
        GoneError: The loss does not exist for this person.
        FieldRefusedError: A field holds what cannot be kept.
    """
    loss = _writable(session, scope, loss_id)
    _may_write(scope, given.community_id)
    loss.community_id, loss.kind, loss.reason = given.community_id, given.kind, given.reason
    _fill(session, vault, scope, loss, given, today=beijing_date(now))
    if loss.won_back_on is not None and loss.won_back_on < loss.happened_on:
        raise FieldRefusedError("happened_on", "order")
    _log(session, scope, "loss.correct", loss, now)


def win_back(
    session: Session,
    vault: Vault,
    scope: Scope,
    loss_id: int,
    *,
    on: date | None,
    words: str,
    now: datetime,
) -> None:
    """Write down that a customer came back, or with `on` None that he did not after all.

    Raises:
        GoneError: The loss does not exist for this person.
        FieldRefusedError: The day lies in the future or before the loss, or it is no customer.
    """
    loss = _writable(session, scope, loss_id)
    if loss.kind not in CUSTOMERS:
        raise FieldRefusedError("on", "unknown")
    if on is not None and on > beijing_date(now):
        raise FieldRefusedError("on", "in_future")
    if on is not None and on < loss.happened_on:
        raise FieldRefusedError("on", "order")
    text = _checked(words, "words", LONGEST_WORDS, needed=False)
    loss.won_back_on = on
    loss.won_words_sealed = vault.seal(text, WORDS) if text and on else None
    _log(session, scope, "loss.win_back" if on else "loss.lost_again", loss, now)


def cancel_loss(session: Session, scope: Scope, loss_id: int, *, now: datetime) -> None:
    """Take back a loss written down in error; it stays in the database and counts no more.

    Raises:
        GoneError: The loss does not exist for this person.
    """
    loss = _writable(session, scope, loss_id)
    loss.cancelled_at, loss.cancelled_by = now, scope.staff_id
    _log(session, scope, "loss.cancel", loss, now)


def view_loss(vault: Vault, scope: Scope, row: LossRow) -> LossView:
    """Return a loss with its words, for who may read them; empty ones for everybody else."""
    if scope.role not in OPENERS:
        return LossView(row, "", "", "")
    won = row.loss.won_words_sealed
    return LossView(
        row,
        vault.open(row.loss.who_sealed, WHO),
        vault.open(row.loss.words_sealed, WORDS),
        vault.open(won, WORDS) if won else "",
    )


def _fill(
    session: Session, vault: Vault, scope: Scope, loss: Loss, given: LossInput, *, today: date
) -> None:
    if given.happened_on is None:
        raise FieldRefusedError("happened_on", "empty")
    if given.happened_on > today:
        raise FieldRefusedError("happened_on", "in_future")
    if given.happened_on < _EARLIEST:
        raise FieldRefusedError("happened_on", "order")
    if not 1 <= given.units <= MOST_UNITS:
        raise FieldRefusedError("units", "number")
    if given.household_id is not None:
        home = find_home(session, scope, given.household_id)
        if home is None or home.community_id != given.community_id:
            raise GoneError(given.household_id)
    is_customer = given.kind in CUSTOMERS
    loss.household_id = given.household_id
    loss.happened_on, loss.units = given.happened_on, given.units
    loss.monthly_fen = given.monthly_fen if is_customer else None
    loss.damage_fen = None if is_customer else given.damage_fen
    loss.who_sealed = vault.seal(_checked(given.who, "who", LONGEST_WHO), WHO)
    words = _checked(given.words, "words", LONGEST_WORDS)
    loss.words_sealed = vault.seal(words, WORDS)


def _checked(text: str, field: str, longest: int, *, needed: bool = True) -> str:
    cleaned = clean_text(text).strip()
    if needed and not cleaned:
        raise FieldRefusedError(field, "empty")
    if len(cleaned) > longest:
        raise FieldRefusedError(field, "too_long")
    return cleaned


def _may_write(scope: Scope, community_id: int) -> None:
    if scope.role not in queries.WRITERS or not scope.sees(community_id):
        raise GoneError(community_id)


def _writable(session: Session, scope: Scope, loss_id: int) -> Loss:
    loss = queries.lock_loss(session, scope, loss_id)
    if loss is None or scope.role not in queries.WRITERS:
        raise GoneError(loss_id)
    return loss


def _log(session: Session, scope: Scope, action: str, loss: Loss, now: datetime) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"loss:{loss.id}",
        community_id=loss.community_id,
        detail=f"{loss.kind.value} {loss.happened_on.isoformat()}",
        now=now,
    )
