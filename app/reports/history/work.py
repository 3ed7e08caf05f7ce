"""Jobs of the worker on history: read a file, check it through its map, enter it, tell changes.

Every job may run twice with the same outcome: each looks at the state of its upload first, and
what it writes and the new state are one transaction.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.jobs.queries import find_last
from app.reports.history.intake import (
    Answers,
    Printed,
    entered_of,
    found_in,
    printed_figures,
    read_answers,
    read_printed,
    refused_report,
    report_of,
    report_of_printed,
    salt_of,
)
from app.reports.history.queries import newest_own_result
from app.reports.history.steps import find_steps
from app.reports.history.study import figures_of_answers
from app.reports.work import Workshop
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.queries import get_instrument
from app.surveys.history import queries, services
from app.surveys.history.choice import (
    Report,
    WaveFacts,
    keep_found,
    keep_report,
    read_choice,
    seal_losses,
)
from app.surveys.history.errors import FileProblem, MapError, UnreadableFileError
from app.surveys.history.frozen import SCHEMA, canonical, freeze_answers
from app.surveys.history.jobs import STEPS, files_of
from app.surveys.history.mapping.column_map import HistoryMap as ColumnMap
from app.surveys.history.mapping.loss import Loss
from app.surveys.history.mapping.totals import TotalsWave
from app.surveys.history.models import (
    HistoryFigure,
    HistoryFile,
    HistoryFileState,
    HistoryKind,
    HistoryMap,
    HistoryWave,
)
from app.surveys.history.queries import PlaceRow
from app.surveys.history.reading.data import SourceData
from app.surveys.history.reading.reader import LARGEST_FILE, read_data
from app.surveys.instrument.model import Instrument
from app.surveys.register.files import FileGoneError
from app.surveys.snapshot.version import code_version


@dataclass(frozen=True, slots=True, eq=False)
class _Ready:
    """One wave with everything that is computed of it, ready to be written."""

    facts: WaveFacts
    stated: dict[str, object]
    losses: Sequence[Loss]
    figures: Sequence[HistoryFigure]
    mapped: ColumnMap | None = None


def read_file(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: read an upload; printed figures are checked at once, answers wait for their map."""
    file, instrument = _find(workshop, payload, HistoryFileState.READING)
    if file is None:
        return
    try:
        data = _read(workshop, file)
    except UnreadableFileError as error:
        _refuse(workshop, file, error)
        return
    report: Report | None = None
    try:
        with Session(workshop.engine) as session:
            printed = read_printed(session, file, data, today=_today(workshop))
        if printed is not None:
            report = report_of_printed(data, printed)
    except MapError as error:
        report = refused_report(data, error, "totals")
    found = found_in(data, instrument) if report is None else None
    with write_session(workshop.engine) as session:
        now = queries.lock_file(session, file.id)
        if now is None or now.state is not HistoryFileState.READING:
            return
        if found is not None:
            keep_found(workshop.vault, now, found)
            now.state = HistoryFileState.READ
        elif report is not None:
            keep_report(workshop.vault, now, report)
            now.state = HistoryFileState.CHECKED
            if report.problems:
                _end_refused(workshop, now)


def check_file(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: check an upload through the chosen map and keep the report; writes no wave."""
    file, instrument = _find(workshop, payload, HistoryFileState.CHECKING)
    if file is None:
        return
    try:
        data = _read(workshop, file)
    except UnreadableFileError as error:
        _refuse(workshop, file, error)
        return
    try:
        with Session(workshop.engine) as session:
            answers = _answers(session, workshop, file, data, instrument)
        report = report_of(file, workshop.vault, answers, instrument)
    except MapError as error:
        report = refused_report(data, error, "answers")
    with write_session(workshop.engine) as session:
        now = queries.lock_file(session, file.id)
        if now is None or now.state is not HistoryFileState.CHECKING:
            return
        keep_report(workshop.vault, now, report)
        now.state = HistoryFileState.READ if report.problems else HistoryFileState.CHECKED


def enter_file(workshop: Workshop, payload: dict[str, object]) -> None:
    """Job: enter a checked upload, all or nothing; frozen data, figures and end are one act."""
    file, instrument = _find(workshop, payload, HistoryFileState.ENTERING)
    if file is None:
        return
    try:
        data = _read(workshop, file)
    except UnreadableFileError as error:
        _refuse(workshop, file, error)
        return
    try:
        report, ready = _prepare(workshop, file, data, instrument)
    except MapError as error:
        report, ready = refused_report(data, error, "answers"), []
    with write_session(workshop.engine) as session:
        now = queries.lock_file(session, file.id)
        if now is None or now.state is not HistoryFileState.ENTERING:
            return
        if not report.may_enter or _is_taken(session, ready):
            keep_report(workshop.vault, now, report)
            now.state = HistoryFileState.READ if report.problems else HistoryFileState.CHECKED
            return
        for one in ready:
            _add(session, workshop, now, one)
        services.end_entered(now, now=workshop.clock())
        services.order_steps(session, now=workshop.clock())
    files_of(workshop.config.instance, workshop.vault).forget(file.stored_as)


def tell_steps(workshop: Workshop, _payload: dict[str, object]) -> None:
    """Job: make the changes between entered waves and own campaigns anew."""
    with Session(workshop.engine) as session:
        found = find_steps(session, now=workshop.clock())
    with write_session(workshop.engine) as session:
        queries.clear_steps(session)
        queries.add_all(session, found)


def history_round(workshop: Workshop) -> None:
    """Order the changes anew when an own result has come since; runs every minute."""
    with Session(workshop.engine) as session:
        made = queries.last_step_made(session)
        if made is None and not queries.has_waves(session):
            return
        newest = newest_own_result(session)
        # Where nothing can be compared no change is ever stored: the last order tells it then.
        last = find_last(session, STEPS, "{}")
        if last is not None:
            made = max(made or last.created_at, last.created_at)
    if newest is None or (made is not None and newest <= made):
        return
    with write_session(workshop.engine) as session:
        services.order_steps(session, now=workshop.clock())


def _find(
    workshop: Workshop, payload: dict[str, object], state: HistoryFileState
) -> tuple[HistoryFile | None, Instrument]:
    with Session(workshop.engine, expire_on_commit=False) as session:
        file = queries.find_file(session, int(str(payload["file"])))
        if file is None:
            raise LookupError(payload["file"])
        instrument = get_instrument(session, file.instrument_digest)
        return (file if file.state is state else None), instrument


def _read(workshop: Workshop, file: HistoryFile) -> SourceData:
    opener = files_of(workshop.config.instance, workshop.vault).opener(file.stored_as)
    try:
        with opener() as stream:
            content = stream.read(LARGEST_FILE + 1)
    except FileGoneError as error:
        raise UnreadableFileError(FileProblem.GONE) from error
    return read_data(content)


def _refuse(workshop: Workshop, file: HistoryFile, error: UnreadableFileError) -> None:
    with write_session(workshop.engine) as session:
        now = queries.lock_file(session, file.id)
        if now is None:
            return
        place = f":{error.line}" if error.line else ""
        now.problem = f"{error.problem.value}{place}"
        _end_refused(workshop, now)


def _end_refused(workshop: Workshop, file: HistoryFile) -> None:
    file.state, file.ended_at = HistoryFileState.REFUSED, workshop.clock()
    files_of(workshop.config.instance, workshop.vault).forget(file.stored_as)


def _answers(
    session: Session,
    workshop: Workshop,
    file: HistoryFile,
    data: SourceData,
    instrument: Instrument,
) -> Answers:
    choice = read_choice(workshop.vault, file)
    return read_answers(session, file, data, choice, instrument=instrument, today=_today(workshop))


def _prepare(
    workshop: Workshop, file: HistoryFile, data: SourceData, instrument: Instrument
) -> tuple[Report, list[_Ready]]:
    """Compute everything that entering writes, outside of its transaction: others go on writing.

    Raises:
        MapError: The file or its map does not fit the register any more.
    """
    with Session(workshop.engine) as session:
        printed = read_printed(session, file, data, today=_today(workshop))
        places = queries.list_places(session)
        answers = None
        if printed is None:
            answers = _answers(session, workshop, file, data, instrument)
    if answers is None:
        if printed is None:
            raise LookupError(file.id)
        return report_of_printed(data, printed), _printed_ready(printed, places)
    report = report_of(file, workshop.vault, answers, instrument)
    if not report.may_enter:
        return report, []
    ready = _answers_ready(workshop, file, answers, instrument, places)
    return report, [replace(ready, losses=report.losses)]


def _answers_ready(
    workshop: Workshop,
    file: HistoryFile,
    answers: Answers,
    instrument: Instrument,
    places: Sequence[PlaceRow],
) -> _Ready:
    stated = freeze_answers(
        workshop.storage,
        workshop.vault,
        answers.taken,
        answers.codes,
        salt=salt_of(file, answers.mapped),
    )
    stated |= {"kind": HistoryKind.ANSWERS.value, "otherwise": list(answers.taken.otherwise)}
    entered = entered_of(workshop.storage, stated, answers, instrument)
    figures = figures_of_answers(entered, places)
    return _Ready(answers.wave, stated, answers.taken.losses, figures, answers.mapped)


def _printed_ready(printed: Printed, places: Sequence[PlaceRow]) -> list[_Ready]:
    return [
        _Ready(
            facts,
            {"kind": HistoryKind.TOTALS.value, "totals": _plain_totals(one)},
            printed.losses,
            printed_figures(one, places),
        )
        for facts, one in printed.waves
        if not facts.is_same
    ]


def _is_taken(session: Session, ready: Sequence[_Ready]) -> bool:
    """Say whether somebody entered a wave of one of these codes meanwhile."""
    return any(queries.find_live_wave(session, one.facts.code) is not None for one in ready)


def _add(session: Session, workshop: Workshop, file: HistoryFile, one: _Ready) -> None:
    """Write one wave with its map and its figures."""
    actor = Scope(file.staff_id, "", Role.HEAD_OFFICE, None)
    row = None
    if one.mapped is not None:
        row = services.save_map(session, one.mapped, actor=actor, now=workshop.clock())
    wave = _add_wave(session, workshop, file, one.facts, one.stated, (row, one.losses))
    _add_figures(session, workshop, wave, one.figures, actor)


def _plain_totals(wave: TotalsWave) -> list[dict[str, object]]:
    return [asdict(row) for row in wave.rows]


def _add_wave(
    session: Session,
    workshop: Workshop,
    file: HistoryFile,
    facts: WaveFacts,
    stated: dict[str, object],
    beside: tuple[HistoryMap | None, Sequence[Loss]],
) -> HistoryWave:
    """Store the record of a wave with its manifest, as a row and as a file."""
    mapped, losses = beside
    manifest: dict[str, object] = {
        **stated,
        "schema": SCHEMA,
        "origin": "entered",
        "wave": facts.code,
        "closes_on": facts.closes_on,
        "file": {"digest": file.digest, "size": file.size},
        "map": {"digest": "" if mapped is None else mapped.digest},
        "instrument": file.instrument_digest,
        "places": [list(place) for place in facts.places],
        "code_version": code_version(),
    }
    text, digest = canonical(manifest)
    workshop.storage.put(text.encode())
    wave = HistoryWave(
        code=facts.code,
        title=facts.title,
        closes_on=date.fromisoformat(facts.closes_on),
        kind=HistoryKind(str(stated["kind"])),
        file_name=file.name,
        file_digest=file.digest,
        map_id=None if mapped is None else mapped.id,
        map_digest="" if mapped is None else mapped.digest,
        instrument_digest=file.instrument_digest,
        manifest=text,
        manifest_digest=digest,
        loss_sealed=seal_losses(workshop.vault, tuple(losses)),
        staff_id=file.staff_id,
        entered_at=workshop.clock(),
        removed_reason="",
    )
    session.add(wave)
    session.flush()
    return wave


def _add_figures(
    session: Session,
    workshop: Workshop,
    wave: HistoryWave,
    figures: Sequence[HistoryFigure],
    actor: Scope,
) -> None:
    for one in figures:
        one.wave_id = wave.id
    queries.add_all(session, figures)
    record(
        session,
        actor=actor,
        action="history.enter",
        subject=f"history-wave:{wave.id}",
        now=workshop.clock(),
        detail=f"{wave.code}, {wave.kind.value}, file {wave.file_digest[:16]}",
    )


def _today(workshop: Workshop) -> date:
    return beijing_date(workshop.clock())
