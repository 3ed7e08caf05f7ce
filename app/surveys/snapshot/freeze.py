"""From a released gate to immutable files and a manifest (冻结). Worker side: loads DuckDB.

The answers become one Parquet file: a row per household with a counted answer, sorted by
pseudonym; the columns `KEY_COLUMNS`, then one byte column per item in the order of the answer
vector (see `app.surveys.response.vector`). Beside it lies the instrument itself, so that the
files can be read without this program, and what is known of the homes (see `homes`).
"""

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.storage import Storage
from app.surveys.campaign.errors import HeldError
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.campaign.queries import count_exclusions, get_instrument, lock_gate
from app.surveys.campaign.rules import GateStatus
from app.surveys.instrument.canonical import canonical_json
from app.surveys.register.models import Community
from app.surveys.response.queries import CountedVector, count_returns, list_counted_vectors
from app.surveys.response.vector import layout
from app.surveys.response.voids.queries import name_revision
from app.surveys.snapshot.errors import NotReleasedError, ReservedColumnError, WrongVectorError
from app.surveys.snapshot.frozen_before import refuse_changes
from app.surveys.snapshot.homes import estate_age, frame_text, homes_text
from app.surveys.snapshot.manifest import (
    ANSWERS,
    FRAME,
    HOMES,
    INSTRUMENT,
    FileEntry,
    Manifest,
    digest_of,
    from_json,
    to_json,
)
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import get_community, list_homes, list_revisions
from app.surveys.snapshot.version import code_version

KEY_COLUMNS = ("pseudonym", "wave", "community", "replicate_group")


def freeze_gate(
    session: Session,
    storage: Storage,
    *,
    campaign: Campaign,
    gate: Gate,
    status: GateStatus,
    now: datetime,
) -> Snapshot:
    """Freeze the counted answers of one community; from here on no later answer counts.

    Freezing again changes nothing as long as the content is the same. Where it is not (an answer
    was voided, a household withdrew), a new revision is written that names the one before it and
    keeps its T0: clocks that started are not set back.

    Args:
        session: A writing transaction; it is not committed here.
        storage: Where the files go. Files of a transaction that fails stay behind, unnamed.
        campaign: The campaign.
        gate: The gate of the community.
        status: What the gate's rules say at `now`.
        now: The instant of freezing.

    Returns:
        The latest revision.

    Raises:
        HeldError, NotReleasedError: The gate is held, or not released; nothing is written.
        WrongVectorError: A stored answer does not fit the instrument.
        ReservedColumnError: An item has the name of a key column.
        ChangedAnswerError: An answer is not what it was in the revision before.
    """
    gate = _lock_unheld(session, gate)
    count = count_returns(session, campaign.id, gate.community_id)
    earlier = list_revisions(session, campaign.id, gate.community_id)
    last = from_json(earlier[-1].manifest) if earlier else None
    t0 = last.t0 if last else _t0_of(status, is_met=count.meets(campaign.required_permille))
    if t0 is None:
        raise NotReleasedError(gate.community_id)
    if last is not None:
        columns = layout(get_instrument(session, campaign.instrument_digest)).columns
        rows = list_counted_vectors(session, gate)
        refuse_changes(session, storage, gate, rows, last=last, columns=columns)
    manifest = replace(
        _manifest(session, storage, campaign, gate, t0=t0, base=count.base, now=now),
        revision=len(earlier) + 1,
        replaces=earlier[-1].digest if earlier else None,
    )
    if last is not None and manifest.says_the_same(last):
        _settle(session, gate, last.revision)
        return earlier[-1]
    return _add(session, storage, manifest, gate=gate, now=now)


def _manifest(
    session: Session,
    storage: Storage,
    campaign: Campaign,
    gate: Gate,
    *,
    t0: datetime,
    base: int,
    now: datetime,
) -> Manifest:
    """Write the files of a first revision and return its manifest."""
    rows = list_counted_vectors(session, gate)
    community = get_community(session, gate.community_id)
    return Manifest(
        campaign=campaign.code,
        community=community.code,
        revision=1,
        replaces=None,
        instrument=campaign.instrument_digest,
        base=base,
        returned=len(rows),
        excluded=sum(count_exclusions(session, campaign.id, gate.community_id).values()),
        required_permille=campaign.required_permille,
        t0=t0,
        waived=gate.waived_at is not None,
        files=_files(session, storage, rows, campaign=campaign, community=community),
        code_version=code_version(),
        created_at=now,
        region=gate.region_code,
        estate_age=estate_age(community.handed_over_on, campaign.opens_on),
    )


def _lock_unheld(session: Session, gate: Gate) -> Gate:
    """Lock a gate against answers and decisions. Raises HeldError while a hold is in place."""
    gate = lock_gate(session, gate.campaign_id, gate.community_id, exclusive=True)
    if gate.held_at is not None:
        raise HeldError(gate.held_at)
    return gate


def _settle(session: Session, gate: Gate, revision: int) -> None:
    """Note that nothing voided so far is missing from this revision."""
    gate.stale_at = None
    name_revision(session, gate, revision)


def _files(
    session: Session,
    storage: Storage,
    rows: list[CountedVector],
    *,
    campaign: Campaign,
    community: Community,
) -> tuple[FileEntry, ...]:
    """Store the answers, the instrument and what is known of the homes."""
    instrument = get_instrument(session, campaign.instrument_digest)
    columns = layout(instrument).columns
    answers = answers_file(rows, columns, wave=campaign.code, community=community.code)
    homes = list_homes(session, campaign, community.id)
    return (
        _store(storage, ANSWERS, answers),
        _store(storage, FRAME, frame_text(homes).encode()),
        _store(storage, HOMES, homes_text(homes).encode()),
        _store(storage, INSTRUMENT, canonical_json(instrument).encode()),
    )


def _t0_of(status: GateStatus, *, is_met: bool) -> datetime | None:
    """Return when the clocks started; None while the gate is closed.

    The count was taken under the lock, the status before it: both must say yes.
    """
    if not status.is_released or not (is_met or status.is_indicative):
        return None
    return status.t0


def answers_file(
    rows: list[CountedVector], columns: tuple[str, ...], *, wave: str, community: str
) -> bytes:
    """Return the Parquet bytes of counted answers; the order of `rows` does not matter.

    Args:
        rows: One per household.
        columns: Item codes in the order of the vector.
        wave: Code of the campaign, the same in every row.
        community: Code of the community, the same in every row.

    Raises:
        WrongVectorError: A vector has another width than `columns`.
        ReservedColumnError: An item has the name of a key column.
    """
    for code in columns:
        if code in KEY_COLUMNS:
            raise ReservedColumnError(code)
    rows = sorted(rows, key=lambda row: row.pseudonym)
    for row in rows:
        if len(row.vector) != len(columns):
            raise WrongVectorError(row.pseudonym, len(row.vector), len(columns))
    joined = b"".join(row.vector for row in rows)
    matrix = np.frombuffer(joined, dtype=np.uint8).reshape(len(rows), len(columns))
    data: dict[str, NDArray[np.object_] | NDArray[np.uint8]] = {
        "pseudonym": _words([row.pseudonym for row in rows]),
        "wave": _words([wave] * len(rows)),
        "community": _words([community] * len(rows)),
        "replicate_group": np.array([row.group for row in rows], dtype=np.uint8),
    }
    data |= {code: np.ascontiguousarray(matrix[:, j]) for j, code in enumerate(columns)}
    return _parquet(data)


def _words(values: list[str]) -> NDArray[np.object_]:
    """Return texts as the object array DuckDB reads as VARCHAR."""
    return np.array(values, dtype=np.object_)


def _parquet(data: Mapping[str, NDArray[np.object_] | NDArray[np.uint8]]) -> bytes:
    """Return equally long columns as Parquet; one thread, so the same columns give one file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / ANSWERS
        with duckdb.connect(":memory:", config={"threads": 1}) as connection:
            connection.register("answers", dict(data))
            casts = ", ".join(
                f'"{name}"::{"VARCHAR" if values.dtype == np.object_ else "UTINYINT"} AS "{name}"'
                for name, values in data.items()
            )
            # Item codes are checked against quotes by the instrument; the folder is our own.
            connection.execute(
                f"COPY (SELECT {casts} FROM answers) TO '{path}' "  # noqa: S608 - no user input
                "(FORMAT parquet, COMPRESSION zstd)"
            )
        return path.read_bytes()


def _store(storage: Storage, name: str, content: bytes) -> FileEntry:
    """Put one file into the store and return its entry."""
    return FileEntry(name, storage.put(content), len(content))


def _add(
    session: Session, storage: Storage, manifest: Manifest, *, gate: Gate, now: datetime
) -> Snapshot:
    """Store the manifest as a file and a row, and close the gate for counting.

    The gate keeps the T0 of its first freeze, whatever is voided later.
    """
    text = to_json(manifest)
    storage.put(text.encode())
    snapshot = Snapshot(
        campaign_id=gate.campaign_id,
        community_id=gate.community_id,
        revision=manifest.revision,
        digest=digest_of(text),
        replaces=manifest.replaces,
        manifest=text,
        created_at=now,
    )
    session.add(snapshot)
    if gate.frozen_at is None:
        gate.frozen_at = now
        gate.t0 = manifest.t0
    _settle(session, gate, manifest.revision)
    session.flush()
    return snapshot
