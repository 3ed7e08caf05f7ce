"""Commands of corrective-action reports: facts, cause, correction, prevention; signed, verified.

The words stand from the first signature on. Another unit looks later whether it helped; where it
did not, the next version is written and the one before stays.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.rules import check_text
from app.service.complaints.papers import queries
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    WrongPersonError,
)
from app.service.complaints.papers.models import CorrectiveReport, CorrectiveSignature, SignedAs
from app.staff.audit import record
from app.staff.models import Role
from app.staff.queries import list_named
from app.staff.scope import Scope
from app.vault import Vault

PURPOSE = "corrective_report"
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)
# Who may sign as what. A report of a complaint the office may not see is signed above it.
SIGNERS: dict[SignedAs, tuple[Role, ...]] = {
    SignedAs.WRITER: WRITERS,
    SignedAs.RESPONSIBLE: (Role.OFFICE, Role.HEAD_OFFICE, Role.LEADER),
    SignedAs.QUALITY: (Role.HEAD_OFFICE,),
    SignedAs.LEADER: (Role.LEADER,),
}
NEEDED = (SignedAs.WRITER, SignedAs.RESPONSIBLE, SignedAs.QUALITY)


@dataclass(frozen=True, slots=True)
class CorrectiveInput:
    """What a corrective-action report says."""

    facts: str
    cause: str
    correction: str
    prevention: str


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature; `is_sound` says that the words are those that were signed."""

    signed_as: SignedAs
    name: str
    signed_at: datetime
    is_sound: bool


@dataclass(frozen=True, slots=True)
class CorrectiveView:
    """One version of a report, readable."""

    id: int
    complaint_id: int
    community_id: int
    version: int
    words: CorrectiveInput
    written_by: str
    written_by_id: int
    written_at: datetime
    signatures: tuple[SignatureView, ...]
    is_effective: bool | None
    finding: str
    verified_by: str
    verified_at: datetime | None

    @property
    def is_signed(self) -> bool:
        """Say whether everybody needed has signed."""
        return {one.signed_as for one in self.signatures} >= set(NEEDED)


def write(
    session: Session,
    vault: Vault,
    scope: Scope,
    complaint_id: int,
    words: CorrectiveInput,
    *,
    now: datetime,
) -> int:
    """Write the report of a complaint, or change it while nobody has signed it.

    After another unit found that it did not help, this begins the next version.

    Raises:
        WrongPersonError: Neither head office nor the office.
        PaperNotFoundError: The complaint does not exist for this person.
        FieldError: A text is missing or too long.
        PaperClosedError: It is signed, or was found to help.
    """
    if scope.role not in WRITERS:
        raise WrongPersonError("role")
    place = queries.find_place(session, scope, complaint_id)
    if place is None:
        raise PaperNotFoundError(complaint_id)
    for name, text in asdict(words).items():
        check_text(name, text)
    sealed = vault.seal(_json(words), PURPOSE)
    # The entry comes first: its lock lets nobody sign what is being changed.
    _audit(session, scope, "corrective_report.write", complaint_id, place.community_id, now=now)
    last = queries.find_corrective_of(session, scope, complaint_id)
    if last is not None and last.verified_at is None:
        if queries.list_signatures(session, last.id):
            raise PaperClosedError("signed")
        last.content_sealed, last.written_by, last.written_at = sealed, scope.staff_id, now
        session.flush()
        return last.id
    if last is not None and last.is_effective:
        raise PaperClosedError("verified")
    made = CorrectiveReport(
        follow_up_id=complaint_id,
        community_id=place.community_id,
        version=1 if last is None else last.version + 1,
        content_sealed=sealed,
        written_by=scope.staff_id,
        written_at=now,
    )
    session.add(made)
    session.flush()
    return made.id


def sign(
    session: Session,
    vault: Vault,
    scope: Scope,
    report_id: int,
    signed_as: SignedAs,
    *,
    now: datetime,
) -> None:
    """Sign the newest version of a report; the words stand from then on.

    Raises:
        PaperNotFoundError: It does not exist for this person.
        WrongPersonError: This role does not sign as that, or the writer is somebody else.
        PaperClosedError: It is verified, or signed as that before.
    """
    report = _newest(session, scope, report_id)
    if scope.role not in SIGNERS[signed_as]:
        raise WrongPersonError("role")
    if signed_as is SignedAs.WRITER and report.written_by != scope.staff_id:
        raise WrongPersonError("own_work")
    if report.verified_at is not None:
        raise PaperClosedError("verified")
    _audit(
        session,
        scope,
        "corrective_report.sign",
        report.follow_up_id,
        report.community_id,
        now=now,
    )
    signed = {one.signed_as for one in queries.list_signatures(session, report_id)}
    if signed_as in signed:
        raise PaperClosedError("signed")
    session.add(
        CorrectiveSignature(
            report_id=report_id,
            signed_as=signed_as,
            staff_id=scope.staff_id,
            signed_at=now,
            content_hash=_hash(vault, report),
        )
    )
    if signed | {signed_as} >= set(NEEDED):
        _note_reported(session, scope, report, at=now)
    session.flush()


def verify(
    session: Session,
    vault: Vault,
    scope: Scope,
    report_id: int,
    *,
    is_effective: bool,
    finding: str,
    now: datetime,
) -> None:
    """Say as another unit whether what was done helped.

    Raises:
        PaperNotFoundError: It does not exist for this person.
        WrongPersonError: Somebody of an office, or somebody who wrote or answered for it.
        PaperClosedError: It is not signed by everybody, or verified before.
        FieldError: Nothing was said.
    """
    report = _newest(session, scope, report_id)
    if scope.role not in (Role.HEAD_OFFICE, Role.LEADER):
        raise WrongPersonError("own_unit")
    signed = queries.list_signatures(session, report_id)
    own = {SignedAs.WRITER, SignedAs.RESPONSIBLE}
    if scope.staff_id in {report.written_by, *(s.staff_id for s in signed if s.signed_as in own)}:
        raise WrongPersonError("own_work")
    if report.verified_at is not None:
        raise PaperClosedError("verified")
    if not {one.signed_as for one in signed} >= set(NEEDED):
        raise PaperClosedError("unsigned")
    check_text("finding", finding)
    report.is_effective, report.verified_by, report.verified_at = is_effective, scope.staff_id, now
    report.finding_sealed = vault.seal(finding.strip(), PURPOSE)
    if not is_effective:
        _note_reported(session, scope, report, at=None)
    _audit(
        session,
        scope,
        "corrective_report.verify",
        report.follow_up_id,
        report.community_id,
        now=now,
    )
    session.flush()


def view_reports(
    session: Session, vault: Vault, scope: Scope, complaint_id: int
) -> tuple[CorrectiveView, ...]:
    """Return the versions of the report of a complaint, the newest first."""
    return tuple(
        _view(session, vault, one) for one in queries.list_correctives(session, scope, complaint_id)
    )


def _view(session: Session, vault: Vault, report: CorrectiveReport) -> CorrectiveView:
    signed = queries.list_signatures(session, report.id)
    people = {report.written_by, *(one.staff_id for one in signed)}
    if report.verified_by is not None:
        people.add(report.verified_by)
    names = list_named(session, people)
    seal = _hash(vault, report)
    content = json.loads(vault.open(report.content_sealed, PURPOSE) or "{}")
    parts = {name: content.get(name, "") for name in CorrectiveInput.__slots__}
    return CorrectiveView(
        id=report.id,
        complaint_id=report.follow_up_id,
        community_id=report.community_id,
        version=report.version,
        words=CorrectiveInput(**parts),
        written_by=names.get(report.written_by, ""),
        written_by_id=report.written_by,
        written_at=report.written_at,
        signatures=tuple(
            SignatureView(
                one.signed_as,
                names.get(one.staff_id, ""),
                one.signed_at,
                is_sound=one.content_hash == seal,
            )
            for one in signed
        ),
        is_effective=report.is_effective,
        finding=vault.open(report.finding_sealed, PURPOSE) if report.finding_sealed else "",
        verified_by=names.get(report.verified_by, "") if report.verified_by else "",
        verified_at=report.verified_at,
    )


def _newest(session: Session, scope: Scope, report_id: int) -> CorrectiveReport:
    found = queries.find_corrective(session, scope, report_id)
    if found is None:
        raise PaperNotFoundError(report_id)
    last = queries.find_corrective_of(session, scope, found.follow_up_id)
    if last is None or last.id != report_id:
        raise PaperClosedError("verified")
    return found


def _note_reported(
    session: Session, scope: Scope, report: CorrectiveReport, *, at: datetime | None
) -> None:
    """Note on the complaint that its report is there, or that a new version has to be written."""
    complaint = queries.find_complaint_row(session, scope, report.follow_up_id)
    if complaint is not None:
        complaint.reported_at = at


def _hash(vault: Vault, report: CorrectiveReport) -> bytes:
    """Return a keyed hash of the words: nobody without the key can try words out against it."""
    return vault.keyed_hash(PURPOSE, vault.open(report.content_sealed, PURPOSE))


def _json(words: CorrectiveInput) -> str:
    content = {name: text.strip() for name, text in asdict(words).items()}
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _audit(
    session: Session,
    scope: Scope,
    action: str,
    complaint_id: int,
    community_id: int,
    *,
    now: datetime,
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"complaint:{complaint_id}",
        community_id=community_id,
        now=now,
    )
