"""Commands on gaps, promises and corrective actions, and the check whether an action helped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.problems.errors import UnknownProblemError
from app.followup.problems.models import CorrectiveAction, ItemGap, Promise, Remedy
from app.followup.problems.promises import queries
from app.followup.rules import check_due, check_text
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text

OVER_PROMISE = 1  # the gap of promising more than is meant
_SHORT = 120


@dataclass(frozen=True, slots=True)
class Change:
    """How an item changed from one campaign to the next, as the stored result says.

    Attributes:
        before, after: Satisfaction on 0-100, None when it cannot be said.
        change, low, high: The difference with its interval.
        verdict: ``real``, ``noise``, ``too_small`` or ``cannot_tell``.
    """

    before: float | None
    after: float | None
    change: float | None
    low: float | None
    high: float | None
    verdict: str


@dataclass(frozen=True, slots=True)
class GapInput:
    """Which gap stands behind an item of the PFI list, and what kind of work closes it."""

    item: str
    gap: int
    remedy: Remedy
    note: str = ""


@dataclass(frozen=True, slots=True)
class ActionInput:
    """A corrective action as somebody writes it down."""

    title: str
    item: str
    gap: int
    remedy: Remedy
    responsible: str
    due_on: date | None
    promise_id: int | None = None
    shared_problem_id: int | None = None


@dataclass(frozen=True, slots=True)
class PromiseInput:
    """A service promise as owners read it, with where they read it."""

    text: str
    item: str
    source: str
    made_on: date | None
    is_over_promise: bool = False
    note: str = ""


def check_effect(action: CorrectiveAction, changes: Mapping[str, Change]) -> Change | None:
    """Return how the item that proves an action changed in the next campaign, None before it.

    An attribute that the next campaign did not ask is proved by its area.
    """
    return changes.get(action.item) or changes.get(action.item.partition(".")[0])


def tag_item(
    session: Session,
    scope: Scope,
    given: GapInput,
    *,
    campaign_id: int,
    community_id: int | None,
    now: datetime,
) -> None:
    """Say which gap stands behind an item of the PFI list, and what kind of work closes it.

    Raises:
        UnknownProblemError: This person has no say in this place.
        FieldError: There is no such gap.
    """
    _may_write(scope, community_id)
    if not 1 <= given.gap <= 5:
        raise FieldError("gap", "unknown")
    tag = queries.find_item_gap(session, campaign_id, community_id, given.item)
    if tag is None:
        tag = ItemGap(
            campaign_id=campaign_id,
            community_id=community_id,
            place=community_id or 0,
            item=given.item,
        )
        session.add(tag)
    tag.gap, tag.remedy, tag.note = given.gap, given.remedy, clean_text(given.note).strip()
    tag.staff_id, tag.at = scope.staff_id, now
    session.flush()
    detail = f"gap {given.gap}"
    _log(session, scope, "gap.tag", f"item:{given.item}", community_id, detail, now=now)


def add_action(
    session: Session,
    scope: Scope,
    action: ActionInput,
    *,
    campaign_id: int,
    community_id: int | None,
    now: datetime,
) -> int:
    """Write down a corrective action and return its key.

    Raises:
        UnknownProblemError: This person has no say in this place.
        FieldError: A field is empty, too long or cannot be true.
    """
    _may_write(scope, community_id)
    title, responsible = clean_text(action.title).strip(), clean_text(action.responsible).strip()
    for field, text in (("title", title), ("responsible", responsible)):
        check_text(field, text)
        if len(text) > _SHORT:
            raise FieldError(field, "too_long")
    if not 1 <= action.gap <= 5:
        raise FieldError("gap", "unknown")
    if action.due_on is None:
        raise FieldError("due_on", "empty")
    check_due("due_on", action.due_on, not_before=beijing_date(now))
    made = CorrectiveAction(
        campaign_id=campaign_id,
        community_id=community_id,
        title=title,
        item=action.item,
        gap=action.gap,
        remedy=action.remedy,
        responsible=responsible,
        due_on=action.due_on,
        promise_id=action.promise_id,
        shared_problem_id=action.shared_problem_id,
        staff_id=scope.staff_id,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    _log(session, scope, "action.add", f"action:{made.id}", community_id, action.item, now=now)
    return made.id


def finish_action(
    session: Session, scope: Scope, key: int, note: str, *, done_on: date, now: datetime
) -> None:
    """Say that an action is done, and what was done.

    Raises:
        UnknownProblemError: No such action for this person.
        FieldError: Nothing is said, or the day lies ahead.
    """
    action = queries.find_action(session, scope, key)
    if action is None or scope.role not in queries.WRITERS:
        raise UnknownProblemError(key)
    _may_write(scope, action.community_id)
    check_text("note", note)
    if done_on > beijing_date(now):
        raise FieldError("done_on", "in_future")
    action.done_on, action.done_note = done_on, clean_text(note).strip()
    session.flush()
    _log(session, scope, "action.done", f"action:{key}", action.community_id, "", now=now)


def add_promise(
    session: Session,
    scope: Scope,
    promise: PromiseInput,
    *,
    community_id: int | None,
    now: datetime,
) -> int:
    """Write down a published service promise and return its key; head office alone does.

    Raises:
        UnknownProblemError: Somebody else asks.
        FieldError: A field is empty, too long or cannot be true.
    """
    _only_head_office(scope)
    text, source = clean_text(promise.text).strip(), clean_text(promise.source).strip()
    for field, words in (("text", text), ("source", source)):
        check_text(field, words)
    if len(source) > _SHORT:
        raise FieldError("source", "too_long")
    if promise.made_on is None:
        raise FieldError("made_on", "empty")
    if promise.made_on > beijing_date(now):
        raise FieldError("made_on", "in_future")
    made = Promise(
        community_id=community_id,
        item=promise.item,
        text=text,
        source=source,
        made_on=promise.made_on,
        is_over_promise=promise.is_over_promise,
        note=clean_text(promise.note).strip(),
        staff_id=scope.staff_id,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    _log(session, scope, "promise.add", f"promise:{made.id}", community_id, promise.item, now=now)
    return made.id


def judge_promise(
    session: Session, scope: Scope, key: int, *, is_over_promise: bool, note: str, now: datetime
) -> None:
    """Say whether a promise is more than is kept (gap 1), and why."""
    promise = _promise(session, scope, key)
    promise.is_over_promise, promise.note = is_over_promise, clean_text(note).strip()
    session.flush()
    _log(session, scope, "promise.judge", f"promise:{key}", promise.community_id, "", now=now)


def end_promise(session: Session, scope: Scope, key: int, *, ended_on: date, now: datetime) -> None:
    """Say since when a promise is published no more.

    Raises:
        FieldError: The day lies ahead, or before the promise.
    """
    promise = _promise(session, scope, key)
    if ended_on > beijing_date(now):
        raise FieldError("ended_on", "in_future")
    if ended_on < promise.made_on:
        raise FieldError("ended_on", "in_past")
    promise.ended_on = ended_on
    session.flush()
    _log(session, scope, "promise.end", f"promise:{key}", promise.community_id, "", now=now)


def _promise(session: Session, scope: Scope, key: int) -> Promise:
    _only_head_office(scope)
    promise = queries.find_promise(session, key)
    if promise is None:
        raise UnknownProblemError(key)
    return promise


def _only_head_office(scope: Scope) -> None:
    if scope.role is not Role.HEAD_OFFICE:
        raise UnknownProblemError(0)


def _may_write(scope: Scope, community_id: int | None) -> None:
    """Refuse whoever has no say: an office in another community, or in the whole company."""
    if scope.role is Role.HEAD_OFFICE:
        return
    if scope.role is Role.OFFICE and community_id is not None and scope.sees(community_id):
        return
    raise UnknownProblemError(community_id or 0)


def _log(
    session: Session,
    scope: Scope,
    action: str,
    subject: str,
    community_id: int | None,
    detail: str,
    *,
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
