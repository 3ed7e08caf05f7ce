"""Checking and importing a large register file in the worker, with its progress."""

import json
import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Protocol

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.jobs import queue
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register import queries
from app.surveys.register.errors import (
    Problem,
    ProblemCode,
    RegisterChangedError,
    UnreadableTableError,
)
from app.surveys.register.files import LIFE, FileGoneError, RegisterFiles
from app.surveys.register.importing import apply_import, plan_import, read_table
from app.surveys.register.models import FileState, RegisterFile
from app.surveys.register.plan import ImportPlan
from app.surveys.register.report import FileReport, make_report, refused_report
from app.vault import Vault

CHECK = "register_check"
IMPORT = "register_import"
_REPORT = "register-report"
_PARSED = 60  # percent of a check that is reading; the rest is comparing


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
    """Return the folder of large register files of an installation."""
    return RegisterFiles(instance / "register-files", vault)


def order_check(
    session: Session, *, name: str, stored_as: str, size: int, actor: Scope, now: datetime
) -> RegisterFile:
    """Note an upload and queue its check."""
    file = RegisterFile(
        name=name,
        stored_as=stored_as,
        size=size,
        state=FileState.CHECKING,
        staff_id=actor.staff_id,
        created_at=now,
    )
    session.add(file)
    session.flush()
    queue.enqueue(session, CHECK, {"file": file.id}, now=now, dedup_key=f"{CHECK}:{file.id}")
    return file


def order_import(session: Session, file_id: int, *, now: datetime) -> None:
    """Queue the import of a checked file; a second click does nothing."""
    file = queries.lock_file(session, file_id)
    if file is None or file.state is not FileState.CHECKED:
        return
    file.state = FileState.IMPORTING
    queue.enqueue(session, IMPORT, {"file": file.id}, now=now, dedup_key=f"{IMPORT}:{file.id}")


def leave(session: Session, files: RegisterFiles, file_id: int, *, now: datetime) -> None:
    """Delete an upload that shall not be imported; one that is being imported stays."""
    file = queries.lock_file(session, file_id)
    if file is None or file.state in (FileState.IMPORTING, FileState.IMPORTED, FileState.LEFT):
        return
    file.state, file.ended_at = FileState.LEFT, now
    files.forget(file.stored_as)


def forget_old(session: Session, files: RegisterFiles, *, now: datetime) -> None:
    """Give up uploads nobody came back to within a day."""
    files.forget_before(now - LIFE)
    for file in queries.list_files_before(session, now - LIFE):
        file.state, file.ended_at = FileState.LEFT, now


def read_report(vault: Vault, file: RegisterFile) -> FileReport | None:
    """Return what the check of a file found, None before."""
    if file.report_sealed is None:
        return None
    return FileReport.from_json(json.loads(vault.open(file.report_sealed, _REPORT)))


def check_file(place: Place, payload: dict[str, object]) -> None:
    """Job: check a large file and keep the report."""
    file = _find(place, payload, FileState.CHECKING)
    if file is None:
        return
    files = files_of(place.config.instance, place.vault)
    try:
        with Session(place.engine) as session:
            report = make_report(_plan(session, place, files, file))
    except UnreadableTableError as error:
        report = refused_report(error.problem)
    except FileGoneError:
        report = refused_report(Problem(ProblemCode.EMPTY_FILE))
    with write_session(place.engine) as session:
        now = queries.lock_file(session, file.id)
        if now is None or now.state is not FileState.CHECKING:
            return
        now.report_sealed = place.vault.seal(json.dumps(report.to_json()), _REPORT)
        if report.problem_count:
            now.state, now.ended_at = FileState.REFUSED, place.clock()
            files.forget(now.stored_as)
        else:
            now.state = FileState.CHECKED
    files.tell_progress(file.stored_as, 100)


def import_file(place: Place, payload: dict[str, object]) -> None:
    """Job: import a checked file, all or nothing; what it wrote and its end are one transaction.

    When the register is no longer what the report was made from, nothing is written: the file
    waits again, with a new report.
    """
    file = _find(place, payload, FileState.IMPORTING)
    if file is None:
        return
    files = files_of(place.config.instance, place.vault)
    actor = Scope(file.staff_id, "", Role.HEAD_OFFICE, None)
    try:
        with write_session(place.engine) as session:
            _import(session, place, files, file, actor)
    except RegisterChangedError:
        with write_session(place.engine) as session:
            _renew(session, place, files, file)
        return
    files.forget(file.stored_as)


def _import(
    session: Session, place: Place, files: RegisterFiles, file: RegisterFile, actor: Scope
) -> None:
    now = queries.lock_file(session, file.id)
    if now is None or now.state is not FileState.IMPORTING:
        return
    queries.lock_register(session)
    plan = _plan(session, place, files, file, share=50)
    report = make_report(plan)
    if plan.errors:
        now.state = FileState.REFUSED
    else:
        seen = read_report(place.vault, now)
        if seen is not None and seen.fingerprint != report.fingerprint:
            raise RegisterChangedError
        tick = _Progress(files, file.stored_as, begin=50, end=99, total=plan.homes)
        apply_import(session, plan, place.vault, actor=actor, now=place.clock(), tick=tick)
        now.state = FileState.IMPORTED
    now.report_sealed = place.vault.seal(json.dumps(report.to_json()), _REPORT)
    now.ended_at = place.clock()


def _renew(session: Session, place: Place, files: RegisterFiles, file: RegisterFile) -> None:
    """Keep what the file would change now, for another decision."""
    now = queries.lock_file(session, file.id)
    if now is None or now.state is not FileState.IMPORTING:
        return
    report = replace(make_report(_plan(session, place, files, file)), is_renewed=True)
    now.report_sealed = place.vault.seal(json.dumps(report.to_json()), _REPORT)
    now.state = FileState.CHECKED


def _find(place: Place, payload: dict[str, object], state: FileState) -> RegisterFile | None:
    with Session(place.engine, expire_on_commit=False) as session:
        file = queries.find_file(session, int(str(payload["file"])))
        return file if file is not None and file.state is state else None


def _plan(
    session: Session, place: Place, files: RegisterFiles, file: RegisterFile, *, share: int = 99
) -> ImportPlan:
    opener = files.opener(file.stored_as)
    # How many rows there are is not known before: a home takes some ninety bytes.
    guess = max(1, file.size // 90)
    tick = _Progress(files, file.stored_as, begin=0, end=share * _PARSED // 100, total=guess)
    today = beijing_date(place.clock())
    return plan_import(session, read_table(opener, file.name), place.vault, today=today, tick=tick)


class _Progress:
    """Writes down how far the work is, not more often than twice a second."""

    def __init__(
        self, files: RegisterFiles, name: str, *, begin: int, end: int, total: int
    ) -> None:
        self._files, self._name = files, name
        self._begin, self._end, self._total = begin, end, max(1, total)
        self._next = 0.0

    def __call__(self, done: int) -> None:
        if monotonic() < self._next:
            return
        self._next = monotonic() + 0.5
        share = min(1.0, done / self._total)
        with suppress(OSError):  # the sight of progress must not stop the work
            percent = self._begin + round((self._end - self._begin) * share)
            self._files.tell_progress(self._name, percent)


def keep_refused(
    session: Session, vault: Vault, *, name: str, report: FileReport, actor: Scope, now: datetime
) -> RegisterFile:
    """Note a small file with more problems than one page shows; the file itself is not kept."""
    file = RegisterFile(
        name=name,
        stored_as=secrets.token_hex(32),
        size=0,
        state=FileState.REFUSED,
        report_sealed=vault.seal(json.dumps(report.to_json()), _REPORT),
        staff_id=actor.staff_id,
        created_at=now,
        ended_at=now,
    )
    session.add(file)
    session.flush()
    return file
