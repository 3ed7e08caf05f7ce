"""Calling back about answered complaints: every one, by somebody else. No commit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.history.models import CaseEventKind
from app.i18n import gettext as _
from app.service.callbacks.answered import queries
from app.service.callbacks.answered.queries import ComplaintCall
from app.service.callbacks.answering import Subject
from app.service.callbacks.errors import CallGoneError, OwnUnitError
from app.service.callbacks.linking import make_links
from app.service.callbacks.models import (
    CallBack,
    CallBackAnswer,
    CallKind,
    CallResult,
    CallState,
    Way,
)
from app.service.callbacks.queries import list_effects
from app.service.callbacks.reading import CallView, People, Reached, load_people, people_of
from app.service.callbacks.rules import COMPLAINT_DAYS, Effect, month_of
from app.service.complaints.alike.services import note_raised_before
from app.service.complaints.books import get_book, note
from app.service.complaints.errors import OwnHandlingError
from app.service.complaints.models import Complaint, EscalationReason, Level
from app.service.complaints.raising import raise_to
from app.service.complaints.rules import CallBackResult, check_caller
from app.service.complaints.services import record_call_back
from app.staff.scope import Scope
from app.vault import Vault

_BATCH = 200
_VIEWS = {1: "dissatisfied", 2: "dissatisfied", 3: "neutral", 4: "satisfied", 5: "satisfied"}


def make_calls(session: Session, vault: Vault, *, now: datetime) -> int:
    """Put every answered complaint on the call list, and make its link; return how many.

    Calls whose complaint went on meanwhile are ended: nobody asks about an answer of last week.
    """
    for call, complaint in queries.list_overtaken(session, _BATCH):
        is_linked = complaint.round == call.round and complaint.called_back_at is not None
        call.state = CallState.LINKED if is_linked else CallState.LAPSED
        call.ended_at = now
        call.draft = call.draft_sealed = None
    made = queries.list_uncalled(session, _BATCH)
    for complaint in made:
        subject = _subject(complaint, now)
        session.add(
            CallBack(
                kind=CallKind.COMPLAINT,
                community_id=complaint.community_id,
                complaint_id=complaint.follow_up_id,
                round=complaint.round,
                month=subject.month,
                due_on=_answered_on(complaint, now) + timedelta(days=COMPLAINT_DAYS),
                made_at=now,
            )
        )
        make_links(session, vault, [subject], now=now)
    session.flush()
    return len(made)


def has_work(session: Session) -> bool:
    """Say whether `make_calls` has anything to do."""
    return bool(queries.list_uncalled(session, 1) or queries.list_overtaken(session, 1))


def list_calls(
    session: Session,
    vault: Vault,
    scope: Scope,
    *,
    until: datetime,
    after: tuple[date, int] | None,
    limit: int,
) -> list[CallView]:
    """Return the calls about complaints this person can make."""
    rows = queries.list_calls(session, scope, scope.staff_id, until=until, after=after, limit=limit)
    return _views(session, vault, rows)


def count_waiting(session: Session, scope: Scope, *, until: datetime) -> list[tuple[date, int]]:
    """Return how many calls about complaints this person can make, by their last day."""
    return queries.count_waiting(session, scope, scope.staff_id, until=until)


def open_call(session: Session, vault: Vault, scope: Scope, call: CallBack) -> CallView:
    """Return one call about a complaint.

    Raises:
        CallGoneError: There is none for this person.
        OwnUnitError: This person handled the complaint.
    """
    row = queries.find_call(session, scope, call.id)
    if row is None:
        raise CallGoneError(call.id)
    refuse_own_unit(session, scope, call)
    return _views(session, vault, [row])[0]


def _views(session: Session, vault: Vault, rows: Sequence[ComplaintCall]) -> list[CallView]:
    homes = load_people(session, [row.complaint.household_id for row in rows])
    return [_view(vault, row, homes) for row in rows]


def _view(vault: Vault, row: ComplaintCall, homes: People) -> CallView:
    complaint = row.complaint
    name = vault.open(complaint.name_sealed, "name") if complaint.name_sealed else ""
    phone = vault.open(complaint.contact_sealed, "phone") if complaint.contact_sealed else ""
    first = [Reached(name, phone)] if name or phone else []
    has_topic = row.topic_zh is not None and row.topic_en is not None
    return CallView(
        call=row.call,
        community=row.community,
        building=row.building or "",
        room=row.room or "",
        household_id=complaint.household_id,
        number=complaint.number,
        people=people_of(vault, homes.get(complaint.household_id or 0, []), first),
        day=beijing_date(complaint.received_at),
        topic=(row.topic_zh or "", row.topic_en or "") if has_topic else None,
        words=vault.open(complaint.text_sealed, "complaint") if complaint.text_sealed else "",
    )


def _subject(complaint: Complaint, now: datetime) -> Subject:
    return Subject(
        CallKind.COMPLAINT,
        complaint.community_id,
        complaint.follow_up_id,
        complaint.round,
        month_of(_answered_on(complaint, now)),
    )


def _answered_on(complaint: Complaint, now: datetime) -> date:
    return beijing_date(complaint.answered_at or now)


def refuse_own_unit(session: Session, scope: Scope, call: CallBack) -> None:
    """Let nobody call back about a complaint that he, or his unit, handled.

    Raises:
        OwnUnitError: This person may not.
    """
    case = queries.get_case(session, call.complaint_id or 0)
    try:
        check_caller(
            scope.role,
            scope.staff_id,
            responsible_id=case.responsible_id,
            answered_by=case.answered_by,
        )
    except OwnHandlingError as error:
        raise OwnUnitError(call.id) from error


def settle(
    session: Session,
    vault: Vault,
    answer: CallBackAnswer,
    values: Mapping[str, str | int],
    effects: tuple[Effect, ...],
    *,
    scope: Scope | None,
    now: datetime,
) -> list[tuple[Effect, int | None]]:
    """Record the call-back in the complaint and do what its answer asks for.

    An answer that comes after the complaint went on, or after another one, is kept and changes
    the complaint no more; only the wish to hear from a leader still counts.

    Returns:
        What was set going.
    """
    complaint = queries.get_complaint(session, answer.complaint_id or 0)
    result = result_of(answer, values)
    done: list[tuple[Effect, int | None]] = []
    earlier = list_effects(session, CallKind.COMPLAINT, complaint.follow_up_id, answer.round)
    before = {one.effect for one in earlier}
    if _is_waiting(complaint, answer.round):
        record_call_back(session, vault, scope, complaint.follow_up_id, result, now=now)
        if result.is_bad:
            done.append((Effect.REOPEN, complaint.follow_up_id))
    if Effect.REPEAT in effects and Effect.REPEAT not in before:
        said = str(values["handling.before"])
        _note(session, complaint.follow_up_id, f"call back raised before {said}", now=now)
        note_raised_before(session, get_book(session, complaint.follow_up_id))
        done.append((Effect.REPEAT, complaint.follow_up_id))
    if Effect.ESCALATE in effects and Effect.ESCALATE not in before:
        _escalate(session, complaint.follow_up_id, now=now)
        done.append((Effect.ESCALATE, complaint.follow_up_id))
    return done


def note_unreached(
    session: Session,
    vault: Vault,
    scope: Scope,
    call: CallBack,
    result: CallResult,
    *,
    now: datetime,
) -> None:
    """Record in the complaint that its customer could not be asked in all tries there are."""
    complaint = queries.get_complaint(session, call.complaint_id or 0)
    if not _is_waiting(complaint, call.round):
        return
    words = {
        CallResult.NO_ANSWER: _("Not reached, three tries"),
        CallResult.WRONG_NUMBER: _("Wrong number"),
        CallResult.REFUSED: _("Refused to answer"),
    }.get(result, _("No language in common"))
    told = CallBackResult(at=now, is_reached=False, words=words)
    record_call_back(session, vault, scope, complaint.follow_up_id, told, now=now)


def result_of(answer: CallBackAnswer, values: Mapping[str, str | int]) -> CallBackResult:
    """Return what an answer says of a complaint, as the complaint keeps it."""
    solved = values.get("handling.solved")
    is_bad = values.get("handling.answered") == "no" or solved in {"partly", "not_solved"}
    is_good = solved in {"solved", "explained"} and not is_bad
    point = values.get("handling.result")
    if isinstance(point, int):
        view = _VIEWS[point]
    else:
        view = "dissatisfied" if is_bad else "satisfied" if solved == "solved" else "neutral"
    return CallBackResult(
        at=answer.at,
        way="link" if answer.way is Way.LINK else "phone",
        view=view,
        is_solved=False if is_bad else True if is_good else None,
    )


def _is_waiting(complaint: Complaint, round_: int) -> bool:
    """Say whether a complaint still waits for the call-back of this round."""
    return (
        complaint.round == round_
        and complaint.is_open
        and complaint.answered_at is not None
        and complaint.called_back_at is None
    )


def _note(session: Session, complaint_id: int, detail: str, *, now: datetime) -> None:
    note(
        session,
        get_book(session, complaint_id),
        CaseEventKind.STEP,
        scope=None,
        now=now,
        detail=detail,
    )


def _escalate(session: Session, complaint_id: int, *, now: datetime) -> None:
    """Take a complaint to the company's leaders: its customer asked for them."""
    book = get_book(session, complaint_id)
    raise_to(session, book, Level.LEADERS, EscalationReason.BY_HAND, scope=None, now=now)
    book.complaint.seen_at = None
    _note(session, complaint_id, "call back wants a leader", now=now)
