"""Calling: the list, one call step by step, its end. Each home looked at is audited. No commit."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of
from app.service.callbacks import complained, queries
from app.service.callbacks.answering import Subject, keep, open_words, seal_words
from app.service.callbacks.effects import settle
from app.service.callbacks.errors import CallGoneError, TryError
from app.service.callbacks.models import (
    CallBack,
    CallBackTry,
    CallKind,
    CallResult,
    CallState,
    Way,
)
from app.service.callbacks.questions import (
    Asked,
    Said,
    check,
    get_asked,
    read_values,
)
from app.service.callbacks.reading import CallView, view_calls
from app.service.callbacks.rules import Values, counts_as_reached, holder_of, next_state
from app.service.due import Due
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.distribution.rules import is_quiet
from app.vault import Vault

PAGE = 50
_FURTHEST = timedelta(days=14)  # a wished time lies before the calls of its week lapse


@dataclass(frozen=True, slots=True)
class Draft:
    """What was said so far in a call."""

    values: Values
    words: dict[str, str]


def reach(scope: Scope) -> Scope:
    """Return whom somebody calls: a caller without communities of his own calls all of them."""
    if scope.role is Role.CALLER and not scope.community_ids:
        return replace(scope, community_ids=None)
    return scope


def list_calls(
    session: Session,
    vault: Vault,
    scope: Scope,
    kind: CallKind,
    *,
    after: tuple[date, int] | None = None,
    now: datetime,
) -> list[CallView]:
    """Return a page of the calls to make today, with whom to call; every home is audited."""
    scope, until = reach(scope), end_of(beijing_date(now))
    if kind is CallKind.COMPLAINT:
        return complained.list_calls(session, vault, scope, until=until, after=after, limit=PAGE)
    rows = queries.list_repair_calls(session, scope, until=until, after=after, limit=PAGE)
    return view_calls(session, vault, rows)


def open_call(session: Session, vault: Vault, scope: Scope, call_id: int) -> CallView:
    """Return one call with whom to call.

    Raises:
        CallGoneError: There is none for this person.
        OwnUnitError: This person's own unit handled the complaint.
    """
    scope = reach(scope)
    call = queries.find_call(session, scope, call_id)
    if call is None:
        raise CallGoneError(call_id)
    if call.kind is CallKind.COMPLAINT:
        return complained.open_call(session, vault, scope, call)
    row = queries.find_repair_call(session, scope, call_id)
    if row is None:
        raise CallGoneError(call_id)
    return view_calls(session, vault, [row])[0]


def hold_call(
    session: Session, scope: Scope, call_id: int, *, is_taken: bool = False, now: datetime
) -> int | None:
    """Let a call be this person's for some minutes; say who else is on it, None when nobody.

    Args:
        session: A writing transaction.
        scope: Who opens it.
        call_id: The call.
        is_taken: Take it from whoever is on it.
        now: Aware instant.

    Raises:
        CallGoneError: There is none for this person.
        OwnUnitError: This person's own unit handled the complaint.
    """
    call = queries.lock_call(session, reach(scope), call_id)
    if call is None:
        raise CallGoneError(call_id)
    if call.kind is CallKind.COMPLAINT:
        complained.refuse_own_unit(session, scope, call)
    other = holder_of(call.held_by, call.held_at, staff_id=scope.staff_id, now=now)
    if call.state is CallState.WAITING and (other is None or is_taken):
        call.held_by, call.held_at = scope.staff_id, now
        session.flush()
        return None
    return other


def draft_of(vault: Vault, call: CallBack) -> Draft:
    """Return what was said so far in a call."""
    return Draft(read_values(call.draft), open_words(vault, call.draft_sealed))


def save_step(
    session: Session,
    vault: Vault,
    scope: Scope,
    call_id: int,
    fields: dict[str, list[str]],
) -> Draft:
    """Keep what was said so far, so that a lost line loses nothing.

    Raises:
        CallGoneError: The call is over, or not for this person.
        OwnUnitError: This person's own unit handled the complaint.
        AnswersError: A value is unknown.
    """
    call = _lock(session, scope, call_id)
    said = check(get_asked(session, call.kind), fields, final=False)
    call.draft = said.as_json
    call.draft_sealed = seal_words(vault, said)
    session.flush()
    return Draft(said.values, dict(said.words))


def complete(
    session: Session,
    vault: Vault,
    scope: Scope,
    call_id: int,
    fields: dict[str, list[str]],
    *,
    key: str,
    now: datetime,
) -> None:
    """End a call with its answers; what follows from them is done at once.

    Args:
        session: A writing transaction.
        vault: Seals the words.
        scope: Who called.
        call_id: The call.
        fields: Of the form.
        key: Made by the page: sent twice it is recorded once.
        now: Aware instant.

    Raises:
        CallGoneError: The call is over, or not for this person.
        OwnUnitError: This person's own unit handled the complaint.
        AnswersError: A value is unknown, or too little is answered.
    """
    if queries.find_try(session, key) is not None:
        return
    call = _lock(session, scope, call_id)
    asked: Asked = get_asked(session, call.kind)
    said: Said = check(asked, fields, final=True)
    _note_try(session, call, scope, CallResult.COMPLETED, key=key, now=now)
    answer = keep(
        session,
        vault,
        subject_of(call),
        asked,
        said,
        way=Way.PHONE,
        staff_id=scope.staff_id,
        now=now,
    )
    if answer is not None:
        settle(session, vault, answer, scope=reach(scope), now=now)


def record_try(
    session: Session,
    vault: Vault,
    scope: Scope,
    call_id: int,
    result: CallResult,
    *,
    later_at: datetime | None = None,
    key: str,
    now: datetime,
) -> CallBack:
    """Record a try that brought no answers.

    Args:
        session: A writing transaction.
        vault: Seals words.
        scope: Who called.
        call_id: The call.
        result: What became of it, never COMPLETED.
        later_at: The time wished for, with LATER.
        key: Made by the page: sent twice it is recorded once.
        now: Aware instant.

    Raises:
        CallGoneError: The call is over, or not for this person.
        OwnUnitError: This person's own unit handled the complaint.
        TryError: No time with LATER, or one that is over, too far away or at night.
    """
    earlier = queries.find_try(session, key)
    if earlier is not None:
        return session.get_one(CallBack, earlier.call_id)
    call = _lock(session, scope, call_id)
    if result is CallResult.COMPLETED:
        raise TryError("result", "empty")
    call.not_before = None
    if result is CallResult.LATER:
        call.not_before = _checked_wish(later_at, now)
    _note_try(session, call, scope, result, key=key, now=now)
    if call.kind is CallKind.COMPLAINT and call.state is not CallState.WAITING:
        complained.note_unreached(session, vault, reach(scope), call, result, now=now)
    return call


def subject_of(call: CallBack) -> Subject:
    """Return what a call is about."""
    key = call.order_id if call.order_id is not None else call.complaint_id
    return Subject(call.kind, call.community_id, key or 0, call.round, call.month)


def count_due(session: Session, scope: Scope, *, now: datetime) -> Due:
    """Count the calls to make, by their last day."""
    scope, today = reach(scope), beijing_date(now)
    days: Sequence[tuple[date, int]] = [
        *queries.count_waiting(session, scope, CallKind.REPAIR, until=end_of(today)),
        *complained.count_waiting(session, scope, until=end_of(today)),
    ]
    pressing = [day for day, count in days if count and day <= today]
    return Due(
        late=sum(count for day, count in days if day < today),
        today=sum(count for day, count in days if day == today),
        soon=sum(count for day, count in days if day > today),
        first=min(pressing, default=None),
    )


def count_open(session: Session, scope: Scope, kind: CallKind, *, now: datetime) -> int:
    """Count the calls of a kind that are to make today or later."""
    scope, until = reach(scope), end_of(beijing_date(now))
    if kind is CallKind.COMPLAINT:
        days = complained.count_waiting(session, scope, until=until)
    else:
        days = queries.count_waiting(session, scope, kind, until=until)
    return sum(count for _day, count in days)


def _lock(session: Session, scope: Scope, call_id: int) -> CallBack:
    call = queries.lock_call(session, reach(scope), call_id)
    if call is None or call.state is not CallState.WAITING:
        raise CallGoneError(call_id)
    if call.kind is CallKind.COMPLAINT:
        complained.refuse_own_unit(session, scope, call)
    return call


def _note_try(
    session: Session,
    call: CallBack,
    scope: Scope,
    result: CallResult,
    *,
    key: str,
    now: datetime,
) -> None:
    session.add(
        CallBackTry(call_id=call.id, at=now, staff_id=scope.staff_id, result=result, key=key)
    )
    call.tries += 1
    call.held_by = call.held_at = None
    call.last_try_at = now
    call.was_reached = call.was_reached or counts_as_reached(result)
    if result is CallResult.NO_ANSWER:
        call.unanswered += 1
        session.flush()
        tries = queries.list_tries(session, call.id)
        silent = {beijing_date(one.at) for one in tries if one.result is CallResult.NO_ANSWER}
        call.unanswered_days = len(silent)
    call.state = next_state(result, tries=call.unanswered, days=call.unanswered_days)
    if call.state is not CallState.WAITING:
        call.ended_at = now
        call.draft = call.draft_sealed = None
    session.flush()


def _checked_wish(wished: datetime | None, now: datetime) -> datetime:
    if wished is None:
        raise TryError("later_at", "empty")
    if wished <= now:
        raise TryError("later_at", "in_past")
    if wished > now + _FURTHEST:
        raise TryError("later_at", "too_far")
    if is_quiet(wished):
        raise TryError("later_at", "at_night")
    return wished
