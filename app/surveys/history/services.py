"""Acts of head office on history: uploads, choices, entering, removing. Changes, never commits."""

from datetime import date, datetime

from sqlalchemy.orm import Session

from app.jobs import queue
from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.history import queries
from app.surveys.history.choice import Choice, keep_choice
from app.surveys.history.errors import WaveRefusedError
from app.surveys.history.jobs import CHECK, ENTER, READ, STEPS
from app.surveys.history.mapping.column_map import HistoryMap, to_yaml
from app.surveys.history.models import HistoryFile, HistoryFileState, HistoryWave
from app.surveys.history.models import HistoryMap as MapRow
from app.surveys.register.files import LIFE, RegisterFiles
from app.vault import Vault

_WAITING = (HistoryFileState.READ, HistoryFileState.CHECKED)


def order_reading(
    session: Session,
    vault: Vault,
    file: HistoryFile,
    *,
    choice: Choice,
) -> HistoryFile:
    """Note an upload and queue its reading.

    Args:
        session: A writing transaction.
        vault: Seals what was chosen.
        file: A new row, with everything but its state.
        choice: What is known already: a saved map.
    """
    file.state = HistoryFileState.READING
    file.problem = ""
    keep_choice(vault, file, choice)
    session.add(file)
    session.flush()
    _queue(session, READ, file.id, now=file.created_at)
    return file


def choose(session: Session, vault: Vault, file_id: int, choice: Choice, *, now: datetime) -> None:
    """Keep what head office chose; once it is complete, the file is checked against it."""
    file = queries.lock_file(session, file_id)
    if file is None or file.state not in _WAITING:
        return
    keep_choice(vault, file, choice)
    file.report_sealed = None
    file.state = HistoryFileState.READ
    if choice.is_complete:
        file.state = HistoryFileState.CHECKING
        _queue(session, CHECK, file.id, now=now)


def order_entry(session: Session, file_id: int, *, now: datetime) -> None:
    """Queue the entering of a checked file; a second click does nothing."""
    file = queries.lock_file(session, file_id)
    if file is None or file.state is not HistoryFileState.CHECKED:
        return
    file.state = HistoryFileState.ENTERING
    _queue(session, ENTER, file.id, now=now)


def leave(session: Session, files: RegisterFiles, file_id: int, *, now: datetime) -> None:
    """Delete an upload that shall not be entered; one that is being entered stays."""
    file = queries.lock_file(session, file_id)
    if file is None or file.state in (HistoryFileState.ENTERING, HistoryFileState.ENTERED):
        return
    _end(file, HistoryFileState.LEFT, now=now)
    files.forget(file.stored_as)


def forget_old(session: Session, files: RegisterFiles, *, now: datetime) -> None:
    """Give up uploads nobody brought to an end within a day, and what was found in them."""
    files.forget_before(now - LIFE)
    for file in queries.list_files_before(session, now - LIFE):
        _end(file, HistoryFileState.LEFT, now=now)


def end_entered(file: HistoryFile, *, now: datetime) -> None:
    """Close an upload whose waves are entered: only its name and its end stay."""
    _end(file, HistoryFileState.ENTERED, now=now)


def refuse_wave(session: Session, code: str, closes_on: date, *, today: date) -> str:
    """Say why a wave of this code and day cannot be entered, empty when it can.

    A wave from the same file and map is asked about before, see `find_same`.
    """
    if queries.find_live_wave(session, code) is not None or queries.is_campaign(session, code):
        return "code_taken"
    return "in_future" if closes_on > today else ""


def find_same(
    session: Session, code: str, *, file_digest: str, map_digest: str
) -> HistoryWave | None:
    """Return the wave that was entered from exactly this file and map, None without one."""
    wave = queries.find_live_wave(session, code)
    if wave is None or (wave.file_digest, wave.map_digest) != (file_digest, map_digest):
        return None
    return wave


def save_map(session: Session, found: HistoryMap, *, actor: Scope, now: datetime) -> MapRow:
    """Store a map under its name; one that says the same is the version there is."""
    last = queries.find_newest_map(session, found.name)
    if last is not None and last.digest == found.digest:
        return last
    row = MapRow(
        name=found.name,
        version=1 if last is None else last.version + 1,
        digest=found.digest,
        content=to_yaml(found),
        instrument_digest=found.instrument,
        staff_id=actor.staff_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    record(
        session,
        actor=actor,
        action="history.map",
        subject=f"history-map:{row.id}",
        now=now,
        detail=f"version {row.version}",
    )
    return row


def remove_wave(
    session: Session, wave_id: int, reason: str, *, actor: Scope, now: datetime
) -> None:
    """Take a wave out of every trend; its record, its file's digest and the reason stay.

    Raises:
        WaveRefusedError: There is no such wave, or it is removed already.
    """
    wave = queries.find_wave(session, wave_id)
    if wave is None or wave.removed_at is not None:
        raise WaveRefusedError("gone")
    wave.removed_at, wave.removed_by, wave.removed_reason = now, actor.staff_id, reason
    queries.clear_figures(session, wave.id)
    record(
        session,
        actor=actor,
        action="history.remove",
        subject=f"history-wave:{wave.id}",
        now=now,
        detail=wave.code,
    )
    order_steps(session, now=now)


def order_steps(session: Session, *, now: datetime) -> None:
    """Queue the changes between waves to be made anew."""
    queue.enqueue(session, STEPS, {}, now=now, dedup_key=STEPS)


def _queue(session: Session, kind: str, file_id: int, *, now: datetime) -> None:
    queue.enqueue(session, kind, {"file": file_id}, now=now, dedup_key=f"{kind}:{file_id}")


def _end(file: HistoryFile, state: HistoryFileState, *, now: datetime) -> None:
    file.state, file.ended_at = state, now
    file.found_sealed = file.choice_sealed = file.report_sealed = None
