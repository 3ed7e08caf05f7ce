"""Worker side of results: load a snapshot, run the study, store what it says.

A result is a function of (snapshot digest, code version, plan, seed); the same four give the
same bytes, and are stored once.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.analysis.data.cells import make_cells
from app.analysis.disclosure.floors import WAIVER
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.canonical import to_json
from app.analysis.study import run_study
from app.reports.models import StudyRun
from app.reports.queries import find_run
from app.storage import Storage
from app.surveys.instrument.model import Instrument
from app.surveys.snapshot.load import columns_of, load_snapshot
from app.surveys.snapshot.manifest import Manifest
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.version import code_version


class DifferentResultError(RuntimeError):
    """The same snapshot, code, plan and seed gave different bytes; carries the stored run's key."""


SEED = 0  # no method of the study draws numbers yet; stored all the same


@dataclass(frozen=True, slots=True)
class Computed:
    """A result with the four things it is a function of.

    Attributes:
        snapshot_digest: The frozen input.
        code_version: The code.
        plan_digest: The plan.
        seed: The seed.
        result: Canonical JSON of the result.
    """

    snapshot_digest: str
    code_version: str
    plan_digest: str
    seed: int
    result: str


def run_gate_study(
    session: Session,
    storage: Storage,
    snapshot: Snapshot,
    *,
    target: int | None,
    now: datetime,
    seed: int = SEED,
) -> StudyRun:
    """Compute and store the result of one community's snapshot; the same input is stored once.

    Args:
        session: A writing transaction.
        storage: Where the snapshot's files lie.
        snapshot: What to compute from.
        target: Company target of an area's performance on 0-100; None cuts the matrix at the mean.
        now: The present instant; not part of the result.
        seed: Kept with the result.

    Raises:
        MissingFileError, DamagedFileError, BadManifestError: The snapshot is not what its digest
            promises; nothing is computed.
    """
    return store(session, compute(storage, snapshot.digest, target=target, seed=seed), now=now)


def compute(
    storage: Storage, snapshot_digest: str, *, target: int | None, seed: int = SEED
) -> Computed:
    """Compute the result of a snapshot without any database: see `run_gate_study`."""
    loaded = load_snapshot(storage, snapshot_digest)
    plan = plan_for(loaded.instrument, loaded.manifest, target)
    result = run_study(make_cells(loaded.dataset), plan, seed)
    return Computed(snapshot_digest, code_version(), plan_digest(plan), seed, to_json(result))


def store(session: Session, computed: Computed, *, now: datetime) -> StudyRun:
    """Store a result, or return the run that holds it already.

    Raises:
        DifferentResultError: The same four gave another result before.
    """
    try:
        with session.begin_nested():
            run = StudyRun(
                snapshot_digest=computed.snapshot_digest,
                code_version=computed.code_version,
                plan_digest=computed.plan_digest,
                seed=computed.seed,
                result=computed.result,
                created_at=now,
            )
            session.add(run)
    except IntegrityError:
        known = find_run(
            session,
            computed.snapshot_digest,
            code_version=computed.code_version,
            plan_digest=computed.plan_digest,
            seed=computed.seed,
        )
        if known is None:
            raise
        if known.result != computed.result:
            raise DifferentResultError(known.id) from None
        return known
    return run


def plan_for(instrument: Instrument, manifest: Manifest, target: int | None) -> StudyPlan:
    """Return the plan of one community's study, decided by instrument and manifest alone.

    Args:
        instrument: What the households answered on.
        manifest: The snapshot; a waiver makes every result indicative and withholds ranks.
        target: Company target on 0-100, or None.
    """
    plan = make_plan(
        columns_of(instrument),
        instrument=manifest.instrument,
        population=manifest.base,
        performance_target=None if target is None else float(target),
        reasons=(WAIVER,) if manifest.waived else (),
    )
    return replace(plan, engine=code_version())


def plan_digest(plan: StudyPlan) -> str:
    """Return the SHA-256 of a plan's canonical JSON, hexadecimal."""
    data = {name: getattr(plan, name) for name in plan.__dataclass_fields__}
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
