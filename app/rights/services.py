"""Demands of owners: written down, carried out, answered. Nothing here commits."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app.rights import queries
from app.rights.erasure.services import Erased, erase_complainant, erase_home
from app.rights.errors import (
    AlreadyAskedError,
    ComplaintStaysError,
    NoAnswerError,
    NoReasonError,
    SamePersonError,
    UnknownRequestError,
    WrongAddressError,
)
from app.rights.models import RequestKind, RequestState, RightsRequest
from app.service.complaints.models import Complaint
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text
from app.surveys.register.homes.queries import FoundHome
from app.surveys.register.rules import home_key
from app.surveys.response.voids.models import VoidReason
from app.surveys.response.voids.services import void_response
from app.vault import Vault

PURPOSE = "rights"
COMPLAINT = "complaint:"  # names a complaint without a home, as in the audit log


@dataclass(frozen=True, slots=True)
class Demand:
    """What somebody told us: what for, and what shows that it is the owner who demands it."""

    reason: str
    proof: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a demand is about where there is no home."""

    household_id: int | None
    uid: str
    community_id: int


def ask_erasure(
    session: Session,
    vault: Vault,
    home: FoundHome,
    demand: Demand,
    *,
    actor: Scope,
    now: datetime,
) -> RightsRequest:
    """Write down that a home is to be erased; somebody else carries it out.

    Raises:
        NoReasonError: Reason or proof is missing.
        AlreadyAskedError: It is asked for already.
    """
    known = queries.find_open_erasure(session, home.household_id)
    if known is not None:
        raise AlreadyAskedError(known.id)
    return _write_down(session, vault, home, demand, RequestKind.ERASE, actor=actor, now=now)


def ask_complainant_erasure(
    session: Session,
    vault: Vault,
    complaint: Complaint,
    demand: Demand,
    *,
    actor: Scope,
    now: datetime,
) -> RightsRequest:
    """Write down that who complained without a home is to be erased; somebody else does it.

    Raises:
        NoReasonError: Reason or proof is missing.
        AlreadyAskedError: It is asked for already.
        ComplaintStaysError: It is of a home, whose erasure takes it along, or not closed yet.
    """
    if complaint.household_id is not None or complaint.is_open:
        raise ComplaintStaysError(complaint.follow_up_id)
    uid = f"{COMPLAINT}{complaint.follow_up_id}"
    known = queries.find_open_erasure_of(session, uid)
    if known is not None:
        raise AlreadyAskedError(known.id)
    told = Subject(None, uid, complaint.community_id)
    return _write_down(session, vault, told, demand, RequestKind.ERASE, actor=actor, now=now)


def carry_out(
    session: Session,
    vault: Vault,
    instance: Path,
    *,
    request_id: int,
    typed: str,
    actor: Scope,
    now: datetime,
) -> Erased:
    """Erase the home of a request, or who complained without one.

    Args:
        session: A writing transaction.
        vault: Seals the empty texts.
        instance: Folder with the files that wait to be fetched.
        request_id: The request.
        typed: The address as the person typed it: building and room; or the complaint's number.
        actor: Who carries it out: another than who wrote it down, if there is another.
        now: Aware instant.

    Raises:
        UnknownRequestError: There is none, or it is settled.
        SamePersonError: The person wrote it down himself, and head office has others.
        WrongAddressError: What was typed is not this home or complaint.
    """
    request = _open_request(session, request_id)
    found = queries.find_request(session, request_id)
    if found is None or (request.household_id is None and not found.number):
        raise UnknownRequestError(request_id)
    if request.asked_by == actor.staff_id and queries.count_others(session, actor.staff_id):
        raise SamePersonError(actor.staff_id)
    if _plain(typed) != _plain(found.number or f"{found.building}{found.room}"):
        raise WrongAddressError(request_id)
    if request.household_id is None:
        erased = erase_complainant(
            session,
            vault,
            complaint_id=int(request.uid.removeprefix(COMPLAINT)),
            community_id=request.community_id,
            actor=actor,
            now=now,
        )
    else:
        erased = erase_home(
            session, vault, instance, household_id=request.household_id, actor=actor, now=now
        )
    request = _open_request(session, request_id)
    request.outcome, request.reason_sealed = erased.to_json(), None
    _end(request, RequestState.DONE, actor, now)
    session.flush()
    return erased


def leave(session: Session, *, request_id: int, actor: Scope, now: datetime) -> None:
    """Note that a request is not carried out: it was taken back, or was not the owner's."""
    request = _open_request(session, request_id)
    _end(request, RequestState.LEFT, actor, now)
    audit.record(
        session,
        actor=actor,
        action="rights.leave",
        subject=request.uid,
        community_id=request.community_id,
        detail=request.kind.value,
        now=now,
    )


def withdraw(
    session: Session,
    vault: Vault,
    home: FoundHome,
    demand: Demand,
    *,
    campaign_code: str,
    actor: Scope,
    now: datetime,
) -> None:
    """Take a home's answer of one campaign out of the count, because its owner wants it back.

    Before the freeze the counts follow at once. After it a new revision of the snapshot names the
    old one; what was shown stays on record.

    Raises:
        NoReasonError: Reason or proof is missing.
        NoAnswerError: No answer of the home counts in this campaign.
    """
    counted = queries.list_counted(session, home.household_id)
    found = next((one for one in counted if one.campaign.code == campaign_code), None)
    if found is None:
        raise NoAnswerError(campaign_code)
    request = _write_down(session, vault, home, demand, RequestKind.WITHDRAW, actor=actor, now=now)
    void_response(
        session,
        vault,
        found.response,
        reason=VoidReason.WITHDRAWN,
        note=f"{demand.reason} / {demand.proof}",
        staff_id=actor.staff_id,
        now=now,
    )
    request.outcome = json.dumps({"campaign": campaign_code})
    _end(request, RequestState.DONE, actor, now)


def note_copy(
    session: Session,
    vault: Vault,
    home: FoundHome,
    demand: Demand,
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Write down that an owner gets a copy of everything stored about the home.

    Raises:
        NoReasonError: Reason or proof is missing.
    """
    request = _write_down(session, vault, home, demand, RequestKind.ACCESS, actor=actor, now=now)
    _end(request, RequestState.DONE, actor, now)
    audit.record(
        session,
        actor=actor,
        action="rights.copy",
        subject=home.uid,
        community_id=home.community_id,
        now=now,
    )


def open_demand(vault: Vault, request: RightsRequest) -> Demand | None:
    """Return what was told, None once the home is erased."""
    if request.reason_sealed is None:
        return None
    told = json.loads(vault.open(request.reason_sealed, PURPOSE))
    return Demand(told["reason"], told["proof"])


def _write_down(
    session: Session,
    vault: Vault,
    home: FoundHome | Subject,
    demand: Demand,
    kind: RequestKind,
    *,
    actor: Scope,
    now: datetime,
) -> RightsRequest:
    told = {"reason": clean_text(demand.reason), "proof": clean_text(demand.proof)}
    if not all(told.values()):
        raise NoReasonError
    request = RightsRequest(
        kind=kind,
        household_id=home.household_id,
        uid=home.uid,
        community_id=home.community_id,
        reason_sealed=vault.seal(json.dumps(told, ensure_ascii=False), PURPOSE),
        asked_by=actor.staff_id,
        asked_at=now,
    )
    session.add(request)
    session.flush()
    audit.record(
        session,
        actor=actor,
        action="rights.ask",
        subject=home.uid,
        community_id=home.community_id,
        detail=kind.value,
        now=now,
    )
    return request


def _open_request(session: Session, request_id: int) -> RightsRequest:
    request = queries.lock_request(session, request_id)
    if request is None or request.state is not RequestState.OPEN:
        raise UnknownRequestError(request_id)
    return request


def _end(request: RightsRequest, state: RequestState, actor: Scope, now: datetime) -> None:
    request.state, request.ended_by, request.ended_at = state, actor.staff_id, now


def _plain(text: str) -> str:
    """Return an address as it is compared: without spaces and in one way of writing."""
    return home_key("".join(text.split()))
