"""Reading a file of orders in the worker: in pieces, with its progress, at least once.

Each piece is a transaction of its own, so that pages can write in between. A worker that dies
begins the file anew and passes over the lines that stand in the tables already.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import BinaryIO, Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.db import write_session
from app.jobs import queue
from app.service.repairs.intake import queries
from app.service.repairs.intake.applying import Intake, Tally
from app.service.repairs.intake.reading import LARGEST, OrderLine, OrderReader
from app.service.repairs.intake.report import FileReport, report_of
from app.service.repairs.models import RepairFile, RepairFileState
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register.files import FileGoneError, FileTooLargeError, RegisterFiles
from app.vault import Vault

KIND = "repair_import"
PIECE = 2000  # lines
_REPORT = "repair-report"
_LINE = 160  # bytes, to guess how many lines there are


class Place(Protocol):
    """What the worker gives: database, vault, folder and clock."""

    @property
    def engine(self) -> Engine:
        """The database."""

    @property
    def vault(self) -> Vault:
        """Seals names and phones."""

    @property
    def clock(self) -> Callable[[], datetime]:
        """Tells the time."""

    @property
    def config(self) -> "Settings":
        """The settings."""


class Settings(Protocol):
    """The part of the settings needed here."""

    @property
    def instance(self) -> Path:
        """Folder of everything this installation owns."""


def files_of(instance: Path, vault: Vault) -> RegisterFiles:
    """Return the folder of files of orders of an installation."""
    return RegisterFiles(instance / "repair-files", vault)


def order_import(
    session: Session,
    files: RegisterFiles,
    stream: BinaryIO,
    *,
    name: str,
    actor: Scope,
    now: datetime,
) -> RepairFile:
    """Keep an upload, sealed, and queue its reading.

    Raises:
        FileTooLargeError: It has more than 50 MB; nothing was kept.
    """
    stored_as, size = files.keep(stream)
    if size > LARGEST:
        files.forget(stored_as)
        raise FileTooLargeError
    file = RepairFile(
        name=name[-200:],
        stored_as=stored_as,
        size=size,
        state=RepairFileState.READING,
        staff_id=actor.staff_id,
        created_at=now,
    )
    session.add(file)
    session.flush()
    queue.enqueue(session, KIND, {"file": file.id}, now=now, dedup_key=f"{KIND}:{file.id}")
    audit.record(
        session,
        actor=actor,
        action="repair.import",
        subject=f"repair-file:{file.id}",
        now=now,
        detail=f"bytes={size}",
    )
    return file


def read_report(vault: Vault, file: RepairFile) -> FileReport | None:
    """Return what the reading of a file found; None before."""
    if file.report_sealed is None:
        return None
    return report_of(json.loads(vault.open(file.report_sealed, _REPORT)))


def seal_report(vault: Vault, report: FileReport) -> bytes:
    """Return what the reading of a file found, sealed."""
    return vault.seal(json.dumps(report.to_json(), ensure_ascii=False), _REPORT)


def import_file(place: Place, payload: dict[str, object]) -> None:
    """Job: read a file of orders."""
    with Session(place.engine, expire_on_commit=False) as session:
        file = queries.find_file(session, int(str(payload["file"])))
    if file is None or file.state is not RepairFileState.READING:
        return
    files = files_of(place.config.instance, place.vault)
    reader = OrderReader(now=place.clock())
    try:
        seen = _take_pieces(place, files, file, reader)
    except FileGoneError:
        reader.report.broken, seen = "empty_file", 0
    _finish(place, file.id, reader.report, seen)
    files.forget(file.stored_as)


def _take_pieces(place: Place, files: RegisterFiles, file: RepairFile, reader: OrderReader) -> int:
    """Bring the lines in piece by piece; return how many the file has."""
    lines = reader.read(files.opener(file.stored_as), file.name)
    intake = Intake(place.vault, file_id=file.id, now=place.clock())
    guess, told, seen = max(1, file.size // _LINE), 0.0, 0
    while piece := list(islice(lines, PIECE)):
        seen += len(piece)
        good = [one for one in piece if one is not None and one.line > file.read_to]
        if good:
            _take(place, intake, file.id, good)
        if monotonic() >= told:
            told = monotonic() + 0.5
            with suppress(OSError):  # the sight of progress must not stop the work
                files.tell_progress(file.stored_as, min(99, 100 * seen // guess))
    return seen


def _take(place: Place, intake: Intake, file_id: int, good: list[OrderLine]) -> None:
    with write_session(place.engine) as session:
        now = queries.lock_file(session, file_id)
        if now is None or now.state is not RepairFileState.READING:
            return
        _count(now, intake.take(session, good))
        now.read_to = good[-1].line


def _count(file: RepairFile, tally: Tally) -> None:
    file.added += tally.added
    file.changed += tally.changed
    file.same += tally.same
    file.waiting += tally.waiting


def _finish(place: Place, file_id: int, report: FileReport, seen: int) -> None:
    with write_session(place.engine) as session:
        now = queries.lock_file(session, file_id)
        if now is None or now.state is not RepairFileState.READING:
            return
        now.lines, now.refused = seen, report.refused_lines
        is_read = seen > 0 or not report.broken
        now.state = RepairFileState.DONE if is_read else RepairFileState.REFUSED
        now.report_sealed = seal_report(place.vault, report)
        now.ended_at = place.clock()
