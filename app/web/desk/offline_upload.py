"""What a phone sends when it has a network again: one sealed record, and what became of it."""

import base64
import binascii
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.followup import services as case_services
from app.followup.cases.contacts import record_contact
from app.followup.cases.errors import KeyTakenError
from app.followup.errors import CaseNotFoundError, FieldError
from app.followup.models import Attempt, CaseState, Outcome
from app.followup.rules import ContactInput
from app.followup.visits import services
from app.followup.visits.errors import KeyInUseError, VisitNotFoundError
from app.followup.visits.models import VisitResult
from app.followup.visits.reading import open_records
from app.followup.visits.rules import ActionInput, VisitInput
from app.i18n import gettext as _
from app.staff.scope import Scope
from app.surveys.response.interviews.sealing import UnreadableInterviewError, open_sealed
from app.surveys.response.photos.reader import PhotoError, read_photo
from app.web import visit_words, words
from app.web.fields import field_problem, sent_before
from app.web.services import services as outside
from app.web.transaction import reading, transaction

log = logging.getLogger(__name__)

RECEIVED, BESIDE, REFUSED, OTHER = "received", "beside", "refused", "other"
VISIT, CONTACT = "visit", "contact"
_LARGEST = 6_000_000  # bytes of an opened record with a photo
_BEYOND_KEYS = 2**31
_KEY = 64


class BadRecordError(ValueError):
    """A record does not have the form the page gives it."""


_REFUSALS = (
    UnreadableInterviewError,
    BadRecordError,
    VisitNotFoundError,
    CaseNotFoundError,
    KeyInUseError,
    KeyTakenError,
    PhotoError,
    FieldError,
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a record.

    Attributes:
        state: ``received``, ``beside`` (stored beside another one), ``refused``, or ``other`` when
            another person made it, who has to send it.
        words: What to tell the person; empty when all is well.
        mine, theirs: Both versions where two people recorded the same, as pairs of words.
    """

    state: str
    words: str = ""
    mine: tuple[tuple[str, str], ...] = ()
    theirs: tuple[tuple[str, str], ...] = ()

    def as_data(self) -> dict[str, Any]:
        """Return the outcome as plain data."""
        return {
            "state": self.state,
            "words": self.words,
            "mine": list(self.mine),
            "theirs": list(self.theirs),
        }


@dataclass(frozen=True, slots=True)
class Sent:
    """One record as the phone wrote it."""

    kind: str
    about: int
    key: str
    staff_id: int
    data: dict[str, Any]


def take(sealed: str, scope: Scope) -> Taken:
    """Store one record and say what became of it; sent again it is the same outcome."""
    try:
        sent = read_record(open_sealed(outside().vault, sealed))
        if sent.staff_id != scope.staff_id:
            return Taken(OTHER, _("Another person made this record and has to send it."))
        return _STORE[sent.kind](sent, scope)
    except _REFUSALS as error:
        return Taken(REFUSED, _refusal(error))


def _refusal(error: Exception) -> str:
    if isinstance(error, VisitNotFoundError | CaseNotFoundError):
        return _("This home is not on your list any more.")
    if isinstance(error, PhotoError):
        return _("The photo could not be read; record the visit without it.")
    if isinstance(error, FieldError):
        name = _field_name(error.field)
        problem = field_problem(error.problem)
        return f"{name}{_(': ')}{problem}" if name else problem
    if isinstance(error, KeyInUseError | KeyTakenError):
        return sent_before()
    log.warning("a record could not be read")
    return _("This record could not be read. Please tell head office.")


def _field_name(field: str) -> str:
    """Return what the page calls a field, so that its words can be put right there."""
    return {
        "at": _("When"),
        "way": _("Way"),
        "place": _("Where it was"),
        "person": _("Spoken to"),
        "matter": _("Matter"),
        "outcome": _("What came out of it"),
        "result": _("What was said and done"),
        "owner_view": _("Owner's view of it"),
        "reason": _("Reason"),
        "next_on": _("By which date"),
        "next_time": _("Time of that day"),
    }.get(field, "")


def read_record(content: bytes) -> Sent:
    """Read an opened record.

    Raises:
        BadRecordError: Something is missing or has another form.
    """
    if len(content) > _LARGEST:
        raise BadRecordError("size")
    try:
        raw = json.loads(content)
        sent = Sent(
            kind=str(raw["kind"]),
            about=int(raw["id"]),
            key=str(raw["key"]),
            staff_id=int(raw["staff"]),
            data=dict(raw["data"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as error:
        raise BadRecordError("form") from error
    is_ours = 0 < sent.about < _BEYOND_KEYS and 8 <= len(sent.key) <= _KEY
    if sent.kind not in _STORE or not is_ours:
        raise BadRecordError("values")
    return sent


def _store_visit(sent: Sent, scope: Scope) -> Taken:
    now = outside().now()
    visit = _visit_of(sent.data, now)
    with transaction() as session:
        done = services.record_visit(
            session,
            outside().vault,
            scope,
            sent.about,
            visit,
            key=sent.key,
            now=now,
            is_kept=True,
        )
    if not done.is_beside:
        return Taken(RECEIVED)
    theirs = [
        record
        for record in open_records(reading(), outside().vault, sent.about)
        if record.result is VisitResult.VISITED
    ]
    return Taken(
        BESIDE,
        _("Somebody recorded this visit meanwhile. Both records are kept."),
        mine=(
            (_("Matter"), visit.matter or visit.reason),
            (_("What came out of it"), visit.outcome or visit_words.visit_result(visit.result)),
        ),
        theirs=tuple(
            pair
            for record in theirs[:1]
            for pair in (
                (_("Staff"), record.staff),
                (_("Matter"), record.matter),
                (_("What came out of it"), record.outcome),
            )
        ),
    )


def _store_contact(sent: Sent, scope: Scope) -> Taken:
    now, vault = outside().now(), outside().vault
    contact = _contact_of(sent.data, now)
    with transaction() as session:
        before = case_services.open_case(session, vault, scope, sent.about, now)
        record_contact(
            session, vault, scope, sent.about, contact, now=now, key=sent.key, is_kept=True
        )
        after = case_services.open_case(session, vault, scope, sent.about, now)
    is_new = len(after.contacts) > len(before.contacts)
    if before.row.state is CaseState.OPEN or not is_new:
        return Taken(RECEIVED)
    return Taken(
        BESIDE,
        _("This case was closed meanwhile. Your record is kept beside the other."),
        mine=((_("What came out of it"), contact.result or words.outcome_name(contact.outcome)),),
        theirs=tuple(
            pair
            for one in before.contacts[-1:]
            for pair in ((_("Staff"), one.staff), (_("What came out of it"), one.result))
        ),
    )


def _visit_of(data: dict[str, Any], now: datetime) -> VisitInput:
    try:
        result = VisitResult(str(data["result"]))
        action = data.get("action")
        actions: tuple[ActionInput, ...] = ()
        if action:
            due_on = date.fromisoformat(str(action["due_on"]))
            actions = (ActionInput(str(action["what"]), str(action["responsible"]), due_on),)
        return VisitInput(
            result=result,
            at=_time_of(data, now),
            place=_text(data, "place"),
            person=_text(data, "person"),
            matter=_text(data, "matter"),
            outcome=_text(data, "outcome"),
            owner_view=_text(data, "owner_view") or None,
            reason=_text(data, "reason"),
            actions=actions,
            photo=_picture(data, "photo"),
            signature=_picture(data, "signature"),
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadRecordError("visit") from error


def _contact_of(data: dict[str, Any], now: datetime) -> ContactInput:
    try:
        next_on, attempt = _text(data, "next_on"), _text(data, "attempt")
        return ContactInput(
            at=_time_of(data, now),
            way=_text(data, "way"),
            person=_text(data, "person"),
            outcome=Outcome(_text(data, "outcome")),
            result=_text(data, "result"),
            owner_view=_text(data, "owner_view") or None,
            next_on=date.fromisoformat(next_on) if next_on else None,
            next_time=_text(data, "next_time") or None,
            place=_text(data, "place") or None,
            attempt=Attempt(attempt) if attempt else None,
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise BadRecordError("contact") from error


def _time_of(data: dict[str, Any], now: datetime) -> datetime:
    """Return when it took place; a record cannot be younger than its arrival.

    A clock of a phone that runs ahead would else have its record refused.
    """
    found = datetime.fromisoformat(str(data["at"]))
    if found.tzinfo is None:
        raise BadRecordError("at")
    return min(found, now)


def _text(data: dict[str, Any], name: str) -> str:
    return str(data.get(name) or "")


def _picture(data: dict[str, Any], name: str) -> bytes | None:
    text = _text(data, name)
    if not text:
        return None
    try:
        content = base64.b64decode(text.partition(",")[2], validate=True)
    except binascii.Error as error:
        raise BadRecordError(name) from error
    return read_photo(content)


_STORE: dict[str, Callable[[Sent, Scope], Taken]] = {VISIT: _store_visit, CONTACT: _store_contact}
