"""Worker side of results: load a snapshot, run the study, store what it says.

A result is a function of (snapshot digest, code version, plan, seed); the same four give the
same bytes, and are stored once.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.analysis.data.cells import Cells, cells_of_batches, make_cells
from app.analysis.data.dataset import Dataset, Role
from app.analysis.design.weights import Weighting, make_margin
from app.analysis.disclosure.floors import WAIVER
from app.analysis.known import Known
from app.analysis.levels.nps import POINTS
from app.analysis.plan import StudyPlan, make_plan
from app.analysis.results.canonical import to_json
from app.analysis.study import run_study
from app.reports.models import StudyRun
from app.reports.queries import find_run
from app.reports.study_inputs import (
    CALIBRATED,
    COMMUNITY_WAVE,
    COMPANY_WAVE,
    Part,
    Past,
    Waves,
    frame_variables,
    known_of,
    lead_up,
    part_of,
    schemes_of,
    segments_of,
    slimmed,
)
from app.storage import Storage
from app.surveys.instrument.canonical import digest
from app.surveys.instrument.model import Instrument
from app.surveys.snapshot.homes import CHANNEL, DAY
from app.surveys.snapshot.load import columns_of, load_snapshot
from app.surveys.snapshot.manifest import (
    CommunityEntry,
    CompanyManifest,
    Manifest,
    MissingEntry,
    company_from_json,
)
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import list_earlier
from app.surveys.snapshot.version import code_version


class DifferentResultError(RuntimeError):
    """The same snapshot, code, plan and seed gave different bytes; carries the stored run's key."""


MOST_WAVES = 6  # earlier campaigns in a trend
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
    before = earlier_digests(session, snapshot)
    computed = compute(storage, snapshot.digest, target=target, before=before, seed=seed)
    return store(session, computed, now=now)


def earlier_digests(session: Session, snapshot: Snapshot) -> tuple[str, ...]:
    """Return the digests of the snapshots of the campaigns before, oldest first.

    Args:
        session: Open session.
        snapshot: Of a community or of the company.
    """
    return tuple(one.digest for one in list_earlier(session, snapshot, most=MOST_WAVES))


def compute(
    storage: Storage,
    snapshot_digest: str,
    *,
    target: int | None,
    before: Sequence[str] = (),
    seed: int = SEED,
) -> Computed:
    """Compute the result of a snapshot without any database: see `run_gate_study`.

    Args:
        storage: Where the files lie.
        snapshot_digest: What to compute from.
        target: As in `run_gate_study`.
        before: Snapshots of the same community in earlier campaigns, oldest first; the change
            since then is told for what was asked alike. Part of the plan, so of what the result
            is named by.
        seed: Kept with the result.
    """
    loaded = load_snapshot(storage, snapshot_digest)
    plan = plan_for(loaded.instrument, loaded.manifest, target)
    part = part_of(loaded)
    past = [
        Past(one.manifest.campaign, digest, make_cells(one.dataset, {}))
        for digest in before
        for one in (load_snapshot(storage, digest, roles=COMMUNITY_WAVE),)
    ]
    waves = Waves(plan)
    if past:
        waves = lead_up(plan, make_cells(slimmed(loaded.dataset, COMMUNITY_WAVE), {}), past)
    earlier = None
    if waves.asked_otherwise is not None:
        earlier = make_cells(load_snapshot(storage, waves.asked_otherwise).dataset)
    known = known_of([part], waves.cells, base={loaded.manifest.community: loaded.manifest.base})
    plan = _with_homes(waves.plan, [part], known)
    result = run_study(make_cells(loaded.dataset), plan, seed, earlier=earlier, known=known)
    return Computed(snapshot_digest, code_version(), plan_digest(plan), seed, to_json(result))


def _with_homes(plan: StudyPlan, parts: Sequence[Part], known: Known) -> StudyPlan:
    """Add to a plan what the snapshots know of the homes."""
    has_frame = known.frame is not None
    return replace(
        plan,
        segments=segments_of(parts),
        arrival=DAY if known.rows is not None else "",
        # A company has too many communities to hold alike in one regression.
        modes=CHANNEL if known.rows is not None and len(parts) == 1 else "",
        frame_variables=frame_variables(parts) if has_frame else (),
        calibrate=CALIBRATED if has_frame else (),
    )


class NothingIncludedError(Exception):
    """A company snapshot holds no community."""

    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


def compute_company(
    storage: Storage,
    company_digest: str,
    *,
    target: int | None,
    members: Collection[str] = (),
    before: Sequence[str] = (),
    seed: int = SEED,
) -> Computed:
    """Compute the company's result: all frozen communities together and side by side.

    Every community counts by its households, not by its returns; the figures without these
    weights stand beside. Communities released by a waiver are not ranked; those with fewer than 10
    answers are in no figure of all together, see `app/analysis/disclosure/parts.py`.

    Args:
        storage: Where the manifests and their files lie.
        company_digest: SHA-256 of the company manifest.
        target: Company target of an area's performance on 0-100, or None.
        members: Codes of the communities of one region; empty takes the whole company.
        before: Company snapshots of earlier campaigns, oldest first.
        seed: Kept with the result.

    Raises:
        MissingFileError, DamagedFileError, BadManifestError: A snapshot is not what its digest
            promises; nothing is computed.
        NothingIncludedError: Every community is held or still collects: there is nothing to
            compute from.
    """
    manifest = company_from_json(storage.get(company_digest).decode())
    entries = [one for one in manifest.snapshots if not members or one.community in members]
    if not any(one.returned for one in entries):
        raise NothingIncludedError(company_digest)
    entries = [one for one in entries if one.returned]
    read = _Company(storage)
    cells = read.cells(entries)
    households = {one.community: one.base for one in entries}
    plan = replace(
        _usual(read.instrument, target),
        instrument=digest(read.instrument),
        population=_homes(manifest, members),
        engine=code_version(),
        compare_communities=True,
        unranked=tuple(one.community for one in entries if one.waived),
        weighting=Weighting(
            (make_margin("community", {k: float(v) for k, v in households.items()}),), trim=None
        ),
        members=tuple(sorted(members)),
    )
    waves = Waves(plan)
    past = [_past(storage, one, {*members}) for one in before]
    if found := [one for one in past if one is not None]:
        slim = (slimmed(one.dataset, COMPANY_WAVE) for one in read.parts)
        waves = lead_up(plan, cells_of_batches(slim, {}), found)
    if waves.asked_otherwise is not None:
        waves = Waves(plan)
    known = known_of(read.parts, waves.cells, base=households)
    plan = _with_homes(waves.plan, read.parts, known)
    result = run_study(cells, plan, seed, known=known)
    return Computed(company_digest, code_version(), plan_digest(plan), seed, to_json(result))


def _homes(manifest: CompanyManifest, members: Collection[str]) -> int:
    """Return the homes of these communities, or of all, those not frozen among them."""
    known: tuple[CommunityEntry | MissingEntry, ...] = (*manifest.snapshots, *manifest.missing)
    return sum(one.base for one in known if not members or one.community in members)


class _Company:
    """Reads the communities of a company once, and keeps what is needed of each."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._instrument: Instrument | None = None
        self.parts: list[Part] = []

    @property
    def instrument(self) -> Instrument:
        """Return what all communities of the campaign were asked."""
        if self._instrument is None:
            raise LookupError
        return self._instrument

    def cells(self, entries: Iterable[CommunityEntry]) -> Cells:
        """Return the sums of all answers."""
        return cells_of_batches(self._datasets(entries))

    def _datasets(self, entries: Iterable[CommunityEntry]) -> Iterator[Dataset]:
        for entry in entries:
            loaded = load_snapshot(self._storage, entry.digest)
            self._instrument = loaded.instrument
            self.parts.append(part_of(loaded))
            yield loaded.dataset


def _past(storage: Storage, company_digest: str, members: Collection[str]) -> Past | None:
    """Return an earlier wave of the company; None where none of these communities was in it."""
    manifest = company_from_json(storage.get(company_digest).decode())
    found = [
        one
        for one in manifest.snapshots
        if one.returned and (not members or one.community in members)
    ]
    if not found:
        return None
    batches = (load_snapshot(storage, one.digest, roles=COMPANY_WAVE).dataset for one in found)
    return Past(manifest.campaign, company_digest, cells_of_batches(batches, {}))


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
    return replace(
        _usual(instrument, target),
        instrument=manifest.instrument,
        population=manifest.base,
        reasons=(WAIVER,) if manifest.waived else (),
        engine=code_version(),
    )


def _usual(instrument: Instrument, target: int | None) -> StudyPlan:
    """Return what every stored study says about the answers to an instrument."""
    columns = columns_of(instrument)
    loyalty = [one for one in columns if one.role is Role.LOYALTY and one.points == POINTS]
    plan = make_plan(columns, performance_target=None if target is None else float(target))
    return replace(
        plan,
        gaps=True,
        boxes=True,
        scales=True,
        nps=loyalty[0].item if loyalty else "",
        drivers=True,
        attribute_drivers=True,
        rollups=schemes_of(instrument, columns),
    )


def plan_digest(plan: StudyPlan) -> str:
    """Return the SHA-256 of a plan's canonical JSON, hexadecimal."""
    text = json.dumps(asdict(plan), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
