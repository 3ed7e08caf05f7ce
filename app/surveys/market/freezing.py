"""Freezing a market survey: interviews as Parquet, communities as CSV, a manifest that names both.

No telephone number is in it and nobody's name: interviewers are counted through.
"""

import csv
import hashlib
import json
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from pathlib import Path

import duckdb
import numpy as np
from sqlalchemy.orm import Session

from app.analysis.competitors.survey import MarketSurvey
from app.clock import beijing_date
from app.storage import Storage
from app.surveys.market import queries
from app.surveys.market.checking import LIST_MARK, number_text
from app.surveys.market.columns import (
    ADEQUATE,
    COMMUNITY,
    DESIRED,
    FIT,
    IMAGE,
    IMPORTANCE,
    NEED,
    OVERALL,
    PERFORMANCE,
    SOURCES,
    Column,
    answer_columns,
)
from app.surveys.market.errors import MarketNotReadyError, MissingStep
from app.surveys.market.models import MarketInterview, MarketSnapshot, MarketSurveyRow, ProviderKind
from app.surveys.market.questionnaire import get_questionnaire
from app.surveys.snapshot.market_file import read_market

INTERVIEWS, PLACES = "interviews.parquet", "places.csv"
_PLACE_COLUMNS = ("community", "provider", "city", "fee", "age", "area")
_STEPS = ("step.known", "step.considered", "step.first")
_RATED = (PERFORMANCE, IMPORTANCE, ADEQUATE, DESIRED, NEED)


@dataclass(frozen=True, slots=True)
class FrozenMarket:
    """A snapshot as it is computed from.

    Attributes:
        survey: Market and interviews.
        columns: Everything else that was asked, by column: words, empty for no answer.
    """

    survey: MarketSurvey
    columns: Mapping[str, Sequence[str]]


def freeze_market(
    session: Session, storage: Storage, survey: MarketSurveyRow, *, now: datetime
) -> MarketSnapshot:
    """Freeze the interviews that count; the same ones again are the same revision.

    Raises:
        MarketNotReadyError: There is nothing to freeze.
    """
    survey = queries.lock_survey(session, survey.id)
    rows = queries.list_interviews(session, survey.id)
    if not rows:
        raise MarketNotReadyError((MissingStep.NO_INTERVIEWS,))
    asked = get_questionnaire(session, survey.questionnaire)
    columns = answer_columns(asked.columns(beijing_date(now).year))
    names = {one.id: one.name for one in queries.list_places(session, survey.id)}
    content = {
        INTERVIEWS: interviews_file(rows, columns, names),
        PLACES: _places_file(session, survey).encode(),
    }
    digests = {name: hashlib.sha256(found).hexdigest() for name, found in content.items()}
    before = queries.list_snapshots(session, survey.id)
    if before and json.loads(before[-1].manifest)["files"] == digests:
        return before[-1]
    for found in content.values():
        storage.put(found)
    manifest = _manifest(session, survey, before, digests, count=len(rows), now=now)
    text = json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    snapshot = MarketSnapshot(
        survey_id=survey.id,
        revision=len(before) + 1,
        digest=storage.put(text.encode()),
        manifest=text,
        interviews=len(rows),
        created_at=now,
    )
    session.add(snapshot)
    session.flush()
    return snapshot


def interviews_file(
    rows: Sequence[MarketInterview], columns: Sequence[Column], places: Mapping[int, str]
) -> bytes:
    """Return the Parquet bytes of interviews; numbers as numbers, lists parted by semicolons.

    Args:
        rows: Interviews, by number.
        columns: Answers.
        places: Names of communities.
    """
    asked = {name: at for at, name in enumerate(sorted({one.interviewer for one in rows}), 1)}
    said: list[dict[str, str]] = [json.loads(one.answers) for one in rows]
    data: dict[str, np.ndarray[tuple[int], np.dtype[np.object_]]] = {
        "interview": _words([one.number for one in rows]),
        "interviewer": _words([f"P{asked[one.interviewer]:03}" for one in rows]),
        "started_at": _words([one.started_at.isoformat() for one in rows]),
        "minutes": _words(
            [f"{(one.ended_at - one.started_at).total_seconds() / 60:.1f}" for one in rows]
        ),
        COMMUNITY: _words([places[one.place_id] for one in rows]),
    }
    data |= {one.name: _words([a.get(one.name, "") for a in said]) for one in columns}
    numbers = {one.name for one in columns if one.is_number} | {"minutes"}
    return _parquet(data, numbers)


def load_frozen(storage: Storage, snapshot: MarketSnapshot) -> FrozenMarket:
    """Return what a snapshot holds.

    Raises:
        MarketFileError: The files do not fit together.
    """
    manifest = json.loads(snapshot.manifest)
    content = storage.get(manifest["files"][INTERVIEWS])
    places = storage.get(manifest["files"][PLACES]).decode()
    columns = read_interviews(content)
    own = next(
        one["code"] for one in manifest["companies"] if one["kind"] == ProviderKind.OWN.value
    )
    present = {row["provider"] for row in csv.DictReader(StringIO(places))}
    survey = read_market(places, _interviews_text(columns, present), own=own)
    return FrozenMarket(survey, columns)


def _interviews_text(columns: Mapping[str, Sequence[str]], present: set[str]) -> str:
    """Return the columns the study reads as CSV; a question nobody answered was not asked.

    A company without a community of the market is in no comparison: it leaves the lists.
    """
    kept: dict[str, Sequence[str]] = {}
    for name in (COMMUNITY, OVERALL):
        kept[name] = columns[name]
    for name, values in columns.items():
        is_read = name == FIT or name.startswith(_RATED)
        if is_read and any(values):
            kept[name] = values
    for name in (*_STEPS, *(one for one in columns if one.startswith(IMAGE))):
        lists = [_only(value, present) for value in columns[name]]
        if any(lists):
            kept[name] = lists
    for source in SOURCES:
        companies = [_only(value, present) for value in columns[source]]
        if any(companies):
            kept[source] = companies
            kept |= {n: v for n, v in columns.items() if n.startswith(f"{source}.")}
    target = StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(kept)
    writer.writerows(zip(*kept.values(), strict=True))
    return target.getvalue()


def _only(listed: str, present: set[str]) -> str:
    return LIST_MARK.join(one for one in listed.split(LIST_MARK) if one in present)


def read_interviews(content: bytes) -> dict[str, list[str]]:
    """Return Parquet columns as words, empty for nothing."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / INTERVIEWS
        path.write_bytes(content)
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            table = connection.execute("SELECT * FROM read_parquet(?)", [str(path)])
            names = [one[0] for one in table.description or ()]
            rows = table.fetchall()
    return {name: [_word(row[at]) for row in rows] for at, name in enumerate(names)}


def _word(value: object) -> str:
    if value is None:
        return ""
    return number_text(value) if isinstance(value, float) else str(value)


def _words(values: Sequence[str]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return np.array(values, dtype=np.object_)


def _parquet(
    data: Mapping[str, np.ndarray[tuple[int], np.dtype[np.object_]]], numbers: set[str]
) -> bytes:
    """Return columns as Parquet; one thread, so the same columns give one file."""

    def read(name: str) -> str:
        if name not in numbers:
            return f'"{name}"::VARCHAR AS "{name}"'
        # What is no number here was checked on receipt: a missing answer, or none.
        return f'TRY_CAST("{name}" AS DOUBLE) AS "{name}"'

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / INTERVIEWS
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.register("said", dict(data))
            casts = ", ".join(map(read, data))
            # The names of columns come from the published questionnaire; the folder is our own.
            connection.execute(
                f"COPY (SELECT {casts} FROM said) TO '{path}' "  # noqa: S608 - no user input
                "(FORMAT parquet, COMPRESSION zstd)"
            )
        return path.read_bytes()


def _places_file(session: Session, survey: MarketSurveyRow) -> str:
    codes = {one.id: one.code for one in queries.list_providers(session, survey.id)}
    target = StringIO()
    writer = csv.writer(target, lineterminator="\n")
    writer.writerow(_PLACE_COLUMNS)
    for one in queries.list_places(session, survey.id):
        numbers = [
            "" if value is None else number_text(float(value))
            for value in (one.fee, one.age, one.area)
        ]
        writer.writerow([one.name, codes[one.provider_id], one.city, *numbers])
    return target.getvalue()


def _manifest(
    session: Session,
    survey: MarketSurveyRow,
    before: Sequence[MarketSnapshot],
    files: Mapping[str, str],
    *,
    count: int,
    now: datetime,
) -> dict[str, object]:
    return {
        "schema": "linsheng-market-snapshot/1",
        "survey": survey.code,
        "revision": len(before) + 1,
        "replaces": before[-1].digest if before else None,
        "questionnaire": survey.questionnaire,
        "agency": survey.agency,
        "interviews": count,
        "companies": [
            {"code": one.code, "name": one.name, "name_en": one.name_en, "kind": one.kind.value}
            for one in queries.list_providers(session, survey.id)
        ],
        "files": dict(files),
        "created_at": now.isoformat(),
    }
