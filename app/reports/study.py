"""Worker side of results: load a snapshot, run the study, store what it says.

A result is a function of (snapshot digest, code version, plan, seed); the same four give the
same bytes, and are stored once.
"""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.analysis.data.cells import Cells, cells_of_batches, make_cells
from app.analysis.data.dataset import Role
from app.analysis.data.layout import default_blocks
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.disclosure.floors import WAIVER
from app.analysis.importance.stated import EMPHASIS, RATINGS
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.canonical import to_json
from app.analysis.study import run_study
from app.reports.models import StudyRun
from app.reports.queries import find_run
from app.storage import Storage
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.model import Instrument
from app.surveys.snapshot.load import columns_of, load_snapshot
from app.surveys.snapshot.manifest import Manifest, company_from_json
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import find_earlier
from app.surveys.snapshot.version import code_version


class DifferentResultError(RuntimeError):
    """The same snapshot, code, plan and seed gave different bytes; carries the stored run's key."""


AREAS = "areas"  # the block of pairs the company's drivers need
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
    before = earlier_digest(session, snapshot)
    computed = compute(storage, snapshot.digest, target=target, before=before, seed=seed)
    return store(session, computed, now=now)


def earlier_digest(session: Session, snapshot: Snapshot) -> str | None:
    """Return the digest of the community's snapshot in the campaign before, None without one."""
    earlier = find_earlier(session, snapshot)
    return None if earlier is None else earlier.digest


def compute(
    storage: Storage,
    snapshot_digest: str,
    *,
    target: int | None,
    before: str | None = None,
    seed: int = SEED,
) -> Computed:
    """Compute the result of a snapshot without any database: see `run_gate_study`.

    Args:
        storage: Where the files lie.
        snapshot_digest: What to compute from.
        target: As in `run_gate_study`.
        before: Snapshot of the same community in an earlier campaign; the change since then is
            told for what both asked alike. Part of the plan, so of what the result is named by.
        seed: Kept with the result.
    """
    loaded = load_snapshot(storage, snapshot_digest)
    plan = plan_for(loaded.instrument, loaded.manifest, target)
    cells, earlier = make_cells(loaded.dataset), None
    if before is not None:
        past = load_snapshot(storage, before)
        earlier = make_cells(past.dataset)
        if is_comparable(cells, earlier, plan):
            waves = loaded.manifest.campaign, past.manifest.campaign
            plan = replace(plan, wave=waves[0], before=(waves[1],), inputs=(before,))
    result = run_study(cells, plan, seed, earlier=earlier)
    return Computed(snapshot_digest, code_version(), plan_digest(plan), seed, to_json(result))


def is_comparable(cells: Cells, earlier: Cells, plan: StudyPlan) -> bool:
    """Say whether two waves can be compared: one community, both weighed by the plan's rule."""
    communities = [{key.community for key in one.keys} for one in (cells, earlier)]
    needed = {EMPHASIS: Role.PRIORITY, RATINGS: Role.IMPORTANCE}.get(plan.weights)
    known = earlier.layout.index
    has_weights = needed is None or all((needed, item) in known for item in plan.headline)
    return bool(communities[0] & communities[1]) and has_weights


class NothingIncludedError(Exception):
    """A company snapshot holds no community."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


def compute_company(
    storage: Storage, company_digest: str, *, target: int | None, seed: int = SEED
) -> Computed:
    """Compute the company's result: all frozen communities together and side by side.

    Every community counts by its households, not by its returns; the figures without these
    weights stand beside. Communities released by a waiver are not ranked; those with fewer than 10
    answers are in no figure of all together, see `app/analysis/disclosure/parts.py`.

    Args:
        storage: Where the manifests and their files lie.
        company_digest: SHA-256 of the company manifest.
        target: Company target of an area's performance on 0-100, or None.
        seed: Kept with the result.

    Raises:
        MissingFileError, DamagedFileError, BadManifestError: A snapshot is not what its digest
            promises; nothing is computed.
        NothingIncludedError: Every community is held or still collects: there is nothing to
            compute from.
    """
    manifest = company_from_json(storage.get(company_digest).decode())
    if not manifest.snapshots:
        raise NothingIncludedError(company_digest)
    answered = [one for one in manifest.snapshots if one.returned]
    instrument = load_snapshot(storage, manifest.snapshots[0].digest).instrument
    columns = columns_of(instrument)
    areas = {name: one for name, one in default_blocks(columns).items() if name == AREAS}
    cells = cells_of_batches(
        (load_snapshot(storage, one.digest).dataset for one in manifest.snapshots), areas
    )
    households: dict[str | tuple[str, ...], float] = {
        one.community: float(one.base) for one in answered
    }
    plan = replace(
        make_plan(
            columns,
            instrument=digest(instrument),
            population=manifest.base,
            performance_target=None if target is None else float(target),
        ),
        engine=code_version(),
        gaps=True,
        drivers=True,
        compare_communities=True,
        unranked=tuple(one.community for one in manifest.snapshots if one.waived),
        weighting=Weighting((make_margin("community", households),), trim=None),
    )
    result = run_study(cells, plan, seed)
    return Computed(company_digest, code_version(), plan_digest(plan), seed, to_json(result))


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
    return replace(plan, engine=code_version(), gaps=True, drivers=True)


def plan_digest(plan: StudyPlan) -> str:
    """Return the SHA-256 of a plan's canonical JSON, hexadecimal."""
    text = json.dumps(asdict(plan), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
