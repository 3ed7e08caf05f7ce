"""Write standards and measured values down; keep the service guide; say what presses."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.service.due import Due
from app.service.standards import queries
from app.service.standards.errors import FieldRefusedError, GoneError
from app.service.standards.models import (
    GuideItem,
    GuideKind,
    Operator,
    Origin,
    ServiceStandard,
    StandardValue,
    Unit,
)
from app.service.standards.rules import month_before, month_start
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text

VALUE_DUE = 10  # day of the next month by which the values of a month are entered
MOST_MILLI = 10**12
MOST_N = 10**9
_GUIDE_TEXTS = (("what", 200), ("hours", 60), ("phone", 40), ("price", 80), ("basis", 120))


@dataclass(frozen=True, slots=True)
class StandardInput:
    """A standard as head office writes it down.

    Attributes:
        measure: Name of a figure the product computes; empty for values entered by hand.
    """

    text: str
    text_en: str
    measure: str
    operator: Operator
    target_milli: int
    unit: Unit
    origin: Origin
    origin_words: str
    valid_from: date | None
    community_id: int | None = None


@dataclass(frozen=True, slots=True)
class GuideInput:
    """A line of the service guide as head office writes it down."""

    kind: GuideKind
    name: str
    what: str = ""
    hours: str = ""
    phone: str = ""
    price: str = ""
    is_free: bool = False
    basis: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    position: int = 0
    community_id: int | None = None


def add_standard(session: Session, scope: Scope, given: StandardInput, *, now: datetime) -> int:
    """Write a standard down and return its key.

    Raises:
        GoneError: This person writes no standards.
        FieldRefusedError: A field holds what cannot be kept.
    """
    _head_office(scope)
    if not 0 <= given.target_milli <= MOST_MILLI:
        raise FieldRefusedError("target", "number")
    if given.unit is Unit.PERCENT and given.target_milli > 100_000:
        raise FieldRefusedError("target", "number")
    standard = ServiceStandard(
        community_id=given.community_id,
        text=_checked(given.text, "text", 200),
        text_en=_checked(given.text_en, "text_en", 200, needed=False),
        measure=given.measure,
        operator=given.operator,
        target_milli=given.target_milli,
        unit=given.unit,
        origin=given.origin,
        origin_words=_checked(given.origin_words, "origin_words", 120, needed=False),
        valid_from=_day(given.valid_from, "valid_from"),
        staff_id=scope.staff_id,
        created_at=now,
    )
    session.add(standard)
    session.flush()
    _log(session, scope, "standard.add", f"standard:{standard.id}", standard.community_id, now=now)
    return standard.id


def end_standard(session: Session, scope: Scope, standard_id: int, *, now: datetime) -> None:
    """Say that a standard holds no more after today; what was measured stays.

    Raises:
        GoneError: There is no such standard that still holds, or this person writes none.
    """
    _head_office(scope)
    standard = queries.find_standard(session, scope, standard_id)
    if standard is None or standard.valid_until is not None:
        raise GoneError(standard_id)
    standard.valid_until = max(beijing_date(now), standard.valid_from)
    _log(session, scope, "standard.end", f"standard:{standard.id}", standard.community_id, now=now)


@dataclass(frozen=True, slots=True)
class ValueInput:
    """What was measured by hand in a month.

    Attributes:
        community_id: Where; None for the whole company.
        n: How many were looked at, None where that is not known.
    """

    community_id: int | None
    month: date
    value_milli: int
    n: int | None = None
    note: str = ""


def enter_value(
    session: Session, scope: Scope, standard_id: int, given: ValueInput, *, now: datetime
) -> None:
    """Write down what was measured in a month; a second time replaces it, which is logged.

    Head office enters all, an office its own communities'. A standard the product measures
    itself takes no value.

    Raises:
        GoneError: The standard does not exist, or this person has no say in this place.
        FieldRefusedError: The month has not begun, or the number cannot be.
    """
    standard = queries.find_standard(session, scope, standard_id)
    if standard is None or standard.measure or not _may_enter(scope, standard, given.community_id):
        raise GoneError(standard_id)
    month = month_start(given.month)
    if month > beijing_date(now):
        raise FieldRefusedError("month", "in_future")
    is_share = standard.unit is Unit.PERCENT
    if not 0 <= given.value_milli <= (100_000 if is_share else MOST_MILLI):
        raise FieldRefusedError("value", "number")
    if given.n is not None and not 0 <= given.n < MOST_N:
        raise FieldRefusedError("n", "number")
    place = given.community_id or 0
    value = queries.find_value(session, standard.id, place, month)
    action = "standard.value" if value is None else "standard.value.change"
    if value is None:
        value = StandardValue(
            standard_id=standard.id, community_id=given.community_id, place=place, month=month
        )
        session.add(value)
    value.value_milli, value.n = given.value_milli, given.n
    value.note = _checked(given.note, "note", 200, needed=False)
    value.staff_id, value.entered_at = scope.staff_id, now
    session.flush()
    _log(
        session,
        scope,
        action,
        f"standard:{standard.id}",
        given.community_id,
        detail=f"{month:%Y-%m} {given.value_milli}",
        now=now,
    )


def save_guide_item(
    session: Session, scope: Scope, given: GuideInput, *, item_id: int | None, now: datetime
) -> int:
    """Write a line of the guide down, or change one, and return its key.

    A changed price is a new line: the old one ends the day before the new one begins, so that it
    can be shown what was asked when.

    Raises:
        GoneError: There is no such line, or this person writes none.
        FieldRefusedError: A field holds what cannot be kept.
    """
    _head_office(scope)
    since = _day(given.valid_from, "valid_from")
    if given.valid_until is not None and given.valid_until < since:
        raise FieldRefusedError("valid_until", "order")
    item = None if item_id is None else queries.find_guide_item(session, scope, item_id)
    if item_id is not None and item is None:
        raise GoneError(item_id)
    if item is not None and _is_other_price(item, given) and since > item.valid_from:
        item.valid_until, item = since - timedelta(days=1), None
    is_new = item is None
    if item is None:
        item = GuideItem()
        session.add(item)
    item.community_id, item.kind, item.position = given.community_id, given.kind, given.position
    item.name = _checked(given.name, "name", 60)
    for name, longest in _GUIDE_TEXTS:
        setattr(item, name, _checked(getattr(given, name), name, longest, needed=False))
    item.is_free = given.is_free
    item.valid_from, item.valid_until = since, given.valid_until
    item.staff_id, item.changed_at = scope.staff_id, now
    session.flush()
    action = "guide.add" if is_new else "guide.change"
    _log(session, scope, action, f"guide:{item.id}", item.community_id, now=now)
    return item.id


def end_guide_item(session: Session, scope: Scope, item_id: int, *, now: datetime) -> None:
    """Take a line out of the guide from tomorrow.

    Raises:
        GoneError: There is no such line that still holds, or this person writes none.
    """
    _head_office(scope)
    item = queries.find_guide_item(session, scope, item_id)
    today = beijing_date(now)
    if item is None or (item.valid_until is not None and item.valid_until <= today):
        raise GoneError(item_id)
    item.valid_until = max(today, item.valid_from)
    _log(session, scope, "guide.end", f"guide:{item.id}", item.community_id, now=now)


def count_due(session: Session, scope: Scope, *, now: datetime) -> Due:
    """Return what presses: values of last month, and lines of the guide without a price.

    Values of a month are due on the tenth of the next one; a price that is missing is due at
    once, but its age is not known: it is counted as due today.
    """
    if scope.role not in queries.WRITERS:
        return Due()
    today = beijing_date(now)
    month = month_before(month_start(today))
    missing = queries.count_missing_values(session, scope, month, day=today)
    due_on = month_start(today).replace(day=VALUE_DUE)
    priceless = 0
    if scope.role is Role.HEAD_OFFICE:
        priceless = queries.count_priceless(session, scope, day=today)
    is_late, is_today = today > due_on, today == due_on
    first = due_on if missing and today >= due_on else today if priceless else None
    return Due(
        late=missing if is_late else 0,
        today=(missing if is_today else 0) + priceless,
        soon=missing if today < due_on else 0,
        first=first,
    )


def _is_other_price(item: GuideItem, given: GuideInput) -> bool:
    return (item.price, item.is_free) != (clean_text(given.price).strip(), given.is_free)


def _may_enter(scope: Scope, standard: ServiceStandard, community_id: int | None) -> bool:
    if scope.role not in queries.WRITERS:
        return False
    if community_id is None:
        return scope.role is Role.HEAD_OFFICE and standard.community_id is None
    return scope.sees(community_id) and standard.community_id in (None, community_id)


def _head_office(scope: Scope) -> None:
    if scope.role is not Role.HEAD_OFFICE:
        raise GoneError(scope.role.value)


def _day(day: date | None, field: str) -> date:
    if day is None:
        raise FieldRefusedError(field, "empty")
    return day


def _checked(text: str, field: str, longest: int, *, needed: bool = True) -> str:
    cleaned = clean_text(text).strip()
    if needed and not cleaned:
        raise FieldRefusedError(field, "empty")
    if len(cleaned) > longest:
        raise FieldRefusedError(field, "too_long")
    return cleaned


def _log(
    session: Session,
    scope: Scope,
    action: str,
    subject: str,
    community_id: int | None,
    *,
    detail: str = "",
    now: datetime,
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=subject,
        community_id=community_id,
        detail=detail,
        now=now,
    )
