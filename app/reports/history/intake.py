"""Worker side of an upload: what is in it, what it would give through its map, what it loses."""

import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from app.reports.history.study import (
    Entered,
    figures_of_answers,
    figures_of_totals,
    how_from_json,
)
from app.storage import Storage
from app.surveys.history import queries, services
from app.surveys.history.choice import Choice, Found, Report, WaveFacts
from app.surveys.history.errors import MapError
from app.surveys.history.frozen import freeze_answers, load_answers
from app.surveys.history.mapping.column_map import HistoryMap, from_yaml
from app.surveys.history.mapping.headings import is_wjx, plain
from app.surveys.history.mapping.loss import Loss, LossKind
from app.surveys.history.mapping.proposals import (
    ColumnFacts,
    facts_of,
    is_personal,
    propose,
)
from app.surveys.history.mapping.take import Taken, check_map, take
from app.surveys.history.mapping.targets import PERCEIVED, PERFORMANCE, targets_of
from app.surveys.history.mapping.totals import (
    LEAST_SHOWN,
    TotalsError,
    TotalsWave,
    read_totals,
    totals_columns,
)
from app.surveys.history.models import HistoryFigure, HistoryFile
from app.surveys.history.queries import PlaceRow
from app.surveys.history.reading.data import SourceData
from app.surveys.instrument.model import Instrument
from app.vault import Vault

_LANGUAGE = "zh-Hans"


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """A file of answers as it would be entered.

    Attributes:
        wave: What it would be.
        mapped: The column map.
        taken: The answers.
        codes: Word of the community to its code.
        bases: Code of the community to the homes asked.
    """

    wave: WaveFacts
    mapped: HistoryMap
    taken: Taken
    codes: Mapping[str, str]
    bases: Mapping[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class Printed:
    """A file of printed figures as it would be entered."""

    waves: tuple[tuple[WaveFacts, TotalsWave], ...]
    losses: tuple[Loss, ...]


def found_in(data: SourceData, instrument: Instrument) -> Found:
    """Describe a file of answers and guess what its columns are."""
    facts = facts_of(data.columns, data.rows)
    guesses = propose(facts, targets_of(instrument, _LANGUAGE))
    return Found(
        kind=data.kind,
        encoding=data.encoding,
        rows=len(data.rows),
        is_wjx=is_wjx(column.name for column in data.columns),
        columns=tuple(_shown(one) for one in facts),
        guesses=tuple(guesses),
    )


def _shown(one: ColumnFacts) -> ColumnFacts:
    """Leave out values that may be names or phones: nobody needs them to choose a column."""
    if is_personal(one):
        return ColumnFacts(one.column, (), one.different, one.blank)
    return one


def read_printed(
    session: Session, file: HistoryFile, data: SourceData, *, today: date
) -> Printed | None:
    """Return the printed figures of a file, None where it holds answers.

    Raises:
        MapError: It holds printed figures that cannot be entered.
    """
    at = totals_columns(column.name for column in data.columns)
    if at is None:
        return None
    codes = codes_of(queries.list_places(session))
    waves, losses = read_totals(data, at, codes)
    found = []
    for one in waves:
        same = services.find_same(session, one.code, file_digest=file.digest, map_digest="")
        refused = services.refuse_wave(session, one.code, one.closes_on, today=today)
        places = tuple(
            (row.place, codes.get(plain(row.place), ""), row.n, row.base) for row in one.rows
        )
        found.append(
            (
                WaveFacts(
                    one.code,
                    one.title,
                    one.closes_on.isoformat(),
                    len(one.rows),
                    places,
                    is_same=same is not None,
                    refused="" if same is not None else refused,
                    doubtful=tuple(
                        (row.place[:40], row.line) for row in one.doubtful if same is None
                    ),
                ),
                one,
            )
        )
    unknown = [
        Loss(LossKind.PLACE, "community", row.place[:40], 1, (row.line,))
        for one in waves
        for row in one.rows
        if row.place and plain(row.place) not in codes
    ]
    return Printed(tuple(found), (*losses, *unknown))


def codes_of(places: Sequence[PlaceRow]) -> dict[str, str]:
    """Return code of the community by its plain name and plain code."""
    found = {plain(one.name): one.code for one in places}
    return found | {plain(one.code): one.code for one in places}


def read_answers(
    session: Session,
    file: HistoryFile,
    data: SourceData,
    choice: Choice,
    *,
    instrument: Instrument,
    today: date,
) -> Answers:
    """Return what a file of answers gives through the chosen map.

    Raises:
        MapError: The map does not fit the file or the instrument.
    """
    mapped = from_yaml(choice.map_text)
    targets = targets_of(instrument, _LANGUAGE)
    check_map(mapped, data, targets, [one.code for one in queries.list_places(session)])
    taken = take(mapped, data, targets)
    codes = dict(mapped.places)
    if mapped.community:
        codes = {mapped.community: mapped.community}
    counted = Counter(taken.places)
    bases: Counter[str] = Counter()
    for word, homes in choice.bases.items():
        if codes.get(word) and homes >= counted[word]:
            bases[codes[word]] += homes
    same = services.find_same(
        session, choice.code, file_digest=file.digest, map_digest=mapped.digest
    )
    closes_on = date.fromisoformat(choice.closes_on)
    refused = services.refuse_wave(session, choice.code, closes_on, today=today)
    wave = WaveFacts(
        choice.code,
        choice.title,
        choice.closes_on,
        len(taken.codes),
        tuple(
            (word, codes.get(word, ""), n, choice.bases.get(word, 0))
            for word, n in sorted(counted.items())
        ),
        is_same=same is not None,
        refused="" if same is not None else refused,
    )
    return Answers(wave, mapped, taken, codes, bases)


def entered_of(
    storage: Storage, manifest: Mapping[str, object], answers: Answers, instrument: Instrument
) -> Entered:
    """Read frozen answers back for their study.

    Args:
        storage: Where they lie.
        manifest: What `freeze_answers` said.
        answers: What they came from.
        instrument: What they are held against.
    """
    dataset, codes = load_answers(storage, manifest, answers.wave.code)
    targets = targets_of(instrument, _LANGUAGE).values()
    headline = [one for one in targets if one.role == PERFORMANCE]
    headline = headline or [one for one in targets if one.role == PERCEIVED]
    return Entered(
        dataset=dataset,
        codes=codes,
        alike=frozenset(one.code for one in answers.taken.columns if one.is_alike),
        areas=tuple(one.item for one in headline),
        instrument=answers.mapped.instrument,
        bases=answers.bases,
    )


def salt_of(file: HistoryFile, mapped: HistoryMap) -> str:
    """Return what pseudonyms hang on: file and chosen rows, so that campaigns stay unlinked."""
    return "\0".join((file.digest, *mapped.only)) if mapped.only[0] else file.digest


def report_of(file: HistoryFile, vault: Vault, answers: Answers, instrument: Instrument) -> Report:
    """Return what entering a file of answers would do, with the company's figures for a look."""
    figure: HistoryFigure | None = None
    if answers.taken.codes:
        with tempfile.TemporaryDirectory() as folder:
            storage = Storage(Path(folder))
            manifest = freeze_answers(
                storage, vault, answers.taken, answers.codes, salt=salt_of(file, answers.mapped)
            )
            entered = entered_of(storage, manifest, answers, instrument)
            figure = figures_of_answers(entered, (), company_only=True)[0]
    return Report(
        kind="answers",
        rows=answers.taken.rows,
        losses=(*answers.taken.losses, *_left_out(answers, figure)),
        waves=(_shown_wave(answers.wave, figure, "answers"),),
        otherwise=answers.taken.otherwise,
    )


def _left_out(answers: Answers, figure: HistoryFigure | None) -> list[Loss]:
    """Return the communities that are in no figure of the company, and those in none of a question.

    They have fewer than 10 answers, see docs/methods/disclosure.md.
    """
    how = None if figure is None else how_from_json(figure.how)
    if how is None:
        return []
    found = []
    if how.left_out[0]:
        counted = Counter(answers.taken.places)
        named: Counter[str] = Counter()
        for word, n in counted.items():
            named[answers.codes.get(word) or f"?{word}"] += n
        found = [
            Loss(LossKind.LEFT_OUT, "", word[:40], n)
            for word, n in sorted(counted.items())
            if named[answers.codes.get(word) or f"?{word}"] < LEAST_SHOWN
        ]
    return found + [
        Loss(LossKind.LEFT_OUT_OF, code, "", n) for code, n in sorted(how.left_out_of.items())
    ]


def _shown_wave(facts: WaveFacts, figure: HistoryFigure | None, origin: str) -> WaveFacts:
    """Return a wave with the company's figures."""
    if figure is None:
        return facts
    return replace(
        facts,
        n=figure.n,
        index=figure.index_value,
        satisfied=figure.satisfied_value,
        overall=figure.overall_value,
        origin=origin,
        left_out=how_from_json(figure.how).left_out,
    )


def report_of_printed(data: SourceData, printed: Printed) -> Report:
    """Return what entering a file of printed figures would do."""
    waves = []
    for facts, wave in printed.waves:
        figures = printed_figures(wave, ())
        origin = "together" if all(row.place for row in wave.rows) else "row"
        waves.append(_shown_wave(facts, figures[0] if figures else None, origin))
    return Report("totals", len(data.rows), losses=printed.losses, waves=tuple(waves))


def printed_figures(wave: TotalsWave, places: Sequence[PlaceRow]) -> list[HistoryFigure]:
    """Return the figures of one printed wave."""
    codes = codes_of(places)
    return figures_of_totals(
        wave.rows,
        lambda word: codes.get(plain(word), ""),
        places,
        is_otherwise=wave.is_otherwise,
    )


def refused_report(data: SourceData, error: MapError, kind: str) -> Report:
    """Return what is to be mended before a file can be entered."""
    losses = error.losses if isinstance(error, TotalsError) else ()
    return Report(kind=kind, rows=len(data.rows), problems=error.problems, losses=losses)
