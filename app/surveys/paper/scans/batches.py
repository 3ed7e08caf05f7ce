"""Commands on batches and their files. None commits."""

import hashlib
from datetime import datetime
from pathlib import Path
from typing import IO

from sqlalchemy.orm import Session

from app.clock import start_of
from app.jobs import queue
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.campaign.models import CampaignState, Gate
from app.surveys.campaign.queries import get_campaign
from app.surveys.instrument.answers import clean_text
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.errors import (
    BatchClosedError,
    NoReasonError,
    NotOpenYetError,
    PagesOpenError,
)
from app.surveys.paper.scans.models import (
    BatchEventKind,
    BatchState,
    ScanBatch,
    ScanBatchEvent,
    ScanFile,
    ScanFileState,
)
from app.surveys.paper.scans.settling import draw_least, seal_note
from app.surveys.register.files import RegisterFiles
from app.vault import Vault

READ = "read_scan"
LARGEST = 200_000_000  # bytes of one upload
_LONGEST_NAME = 200


class _Counted:
    """A stream that is hashed while it is read."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._stream.read(size)
        self.hash.update(piece)
        return piece


def scan_files(instance: Path, vault: Vault) -> RegisterFiles:
    """Return the folder of scans that wait for the worker, sealed piece by piece."""
    return RegisterFiles(instance / "scan-files", vault)


def keep_upload(files: RegisterFiles, stream: IO[bytes]) -> tuple[str, int, str]:
    """Store an upload without ever holding it whole; return its name, size and digest.

    Raises:
        FileTooLargeError: More bytes than the store takes.
    """
    counted = _Counted(stream)
    stored_as, size = files.keep(counted)  # type: ignore[arg-type]
    return stored_as, size, counted.hash.hexdigest()


def open_batch(
    session: Session,
    gate: Gate,
    *,
    building: str,
    bundle: str,
    sheets_counted: int,
    actor: Scope,
    now: datetime,
) -> ScanBatch:
    """Open a batch for a sealed bundle, counted by hand.

    Raises:
        NotOpenYetError: The campaign has not begun, or is over.
    """
    campaign = get_campaign(session, gate.campaign_id)
    if campaign.state is not CampaignState.OPEN or now < start_of(campaign.opens_on):
        raise NotOpenYetError
    batch = ScanBatch(
        campaign_id=gate.campaign_id,
        community_id=gate.community_id,
        building=clean_text(building)[:16],
        bundle=clean_text(bundle)[:40],
        sheets_counted=sheets_counted,
        state=BatchState.OPEN,
        opened_by=actor.staff_id,
        opened_at=now,
    )
    session.add(batch)
    session.flush()
    _log(session, batch, "scan.open", f"{sheets_counted} sheets", actor=actor, now=now)
    return batch


def add_file(
    session: Session,
    batch_id: int,
    *,
    name: str,
    stored_as: str,
    size: int,
    digest: str,
    actor: Scope,
    now: datetime,
) -> ScanFile | None:
    """Note an upload and queue its reading; None when the batch has the same bytes already.

    Raises:
        BatchClosedError: The batch is closed.
    """
    batch = queries.lock_batch(session, batch_id)
    if batch.state is BatchState.CLOSED:
        raise BatchClosedError
    if queries.find_same_file(session, batch.id, digest) is not None:
        return None
    file = ScanFile(
        batch_id=batch.id,
        name=clean_text(name)[:_LONGEST_NAME],
        digest=digest,
        stored_as=stored_as,
        size=size,
        state=ScanFileState.WAITING,
        uploaded_by=actor.staff_id,
        uploaded_at=now,
    )
    session.add(file)
    session.flush()
    queue.enqueue(session, READ, {"file": file.id}, now=now, dedup_key=f"{READ}:{file.id}")
    _log(session, batch, "scan.upload", f"file {file.id}", actor=actor, now=now)
    return file


def end_file(session: Session, file_id: int, *, problem: str, now: datetime) -> None:
    """Note that the worker is through with a file.

    A file that could not be read to its end, but gave pages, is read as far as it goes and says
    so; one without any page is refused.
    """
    file = queries.find_file(session, file_id)
    if file is None or file.state is not ScanFileState.WAITING:
        return
    file.pages = queries.count_pages_of_file(session, file.id)
    file.problem = problem
    file.state = ScanFileState.REFUSED if problem and not file.pages else ScanFileState.READ
    file.ended_at = now


def close_batch(
    session: Session, vault: Vault, batch_id: int, *, note: str, actor: Scope, now: datetime
) -> ScanBatch:
    """Close a batch in which nothing waits any more; of a small one, too, sheets are keyed twice.

    Raises:
        BatchClosedError: It is closed.
        PagesOpenError: Pages wait for a person or files for the worker.
        NoReasonError: More or fewer sheets were found than were counted by hand, and no word why.
    """
    batch = queries.lock_batch(session, batch_id)
    if batch.state is BatchState.CLOSED:
        raise BatchClosedError
    waiting = queries.count_waiting_files(session, batch.id)
    if batch.queued or waiting:
        raise PagesOpenError(batch.queued, waiting)
    words = clean_text(note)
    if not words and queries.count_found(session, batch.id) != batch.sheets_counted:
        raise NoReasonError
    batch.state, batch.closed_by, batch.closed_at = BatchState.CLOSED, actor.staff_id, now
    _note(session, vault, batch, BatchEventKind.CLOSED, words, actor=actor, now=now)
    draw_least(session, vault, batch.id, now=now)
    detail = f"{batch.pages} = {batch.accepted} + {batch.queued} + {batch.blank}"
    _log(session, batch, "scan.close", detail, actor=actor, now=now)
    return batch


def reopen_batch(
    session: Session, vault: Vault, batch_id: int, *, reason: str, actor: Scope, now: datetime
) -> ScanBatch:
    """Open a closed batch again; the reason stays with it.

    Raises:
        NoReasonError: No reason in words.
    """
    words = clean_text(reason)
    if not words:
        raise NoReasonError
    batch = queries.lock_batch(session, batch_id)
    if batch.state is BatchState.OPEN:
        return batch
    batch.state, batch.closed_by, batch.closed_at = BatchState.OPEN, None, None
    _note(session, vault, batch, BatchEventKind.REOPENED, words, actor=actor, now=now)
    _log(session, batch, "scan.reopen", "", actor=actor, now=now)
    return batch


def _note(
    session: Session,
    vault: Vault,
    batch: ScanBatch,
    kind: BatchEventKind,
    words: str,
    *,
    actor: Scope,
    now: datetime,
) -> None:
    session.add(
        ScanBatchEvent(
            batch_id=batch.id,
            kind=kind,
            note_sealed=seal_note(vault, words) if words else None,
            staff_id=actor.staff_id,
            at=now,
        )
    )
    session.flush()


def _log(
    session: Session, batch: ScanBatch, action: str, detail: str, *, actor: Scope, now: datetime
) -> None:
    audit.record(
        session,
        actor=actor,
        action=action,
        subject=f"batch:{batch.id}",
        community_id=batch.community_id,
        detail=detail,
        now=now,
    )
