"""The company snapshot (公司快照): a manifest of community snapshots, and its clock.

It holds no answers of its own. The company's T0 is the later of the deadline and 60 % of all
homes together; communities below the gate are not waited for but named, with the reason. Light:
loads no library of the worker.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.staff.audit import record
from app.staff.scope import SYSTEM_ACTOR
from app.storage import Storage
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.rules import GateState
from app.surveys.response.tracker import company_standing, gate_standing
from app.surveys.snapshot.manifest import (
    CommunityEntry,
    CompanyManifest,
    MissingEntry,
    MissingReason,
    company_from_json,
    company_to_json,
    digest_of,
    from_json,
)
from app.surveys.snapshot.models import Snapshot
from app.surveys.snapshot.queries import (
    list_company_revisions,
    list_gates_left_out,
    list_newest,
    lock_campaign,
)
from app.surveys.snapshot.version import code_version

_MISSING = {
    GateState.HELD: MissingReason.HELD,
    GateState.RELEASED: MissingReason.NOT_FROZEN,
    GateState.WAIVED: MissingReason.NOT_FROZEN,
}


def freeze_company(
    session: Session, storage: Storage, *, campaign: Campaign, now: datetime
) -> Snapshot | None:
    """Write the company snapshot once its clock has started, and again when a community joins.

    A revision is due when the set of community snapshots has changed, and only then: the counts
    of communities that still collect move with every answer. A community that is held leaves it
    and comes back when the hold is lifted. T0 is that of the first revision: clocks that started
    are not set back.

    Args:
        session: A writing transaction; it is not committed here.
        storage: Where the manifest goes.
        campaign: The campaign.
        now: The present instant.

    Returns:
        The latest revision; None before T0 and while no community is frozen.
    """
    lock_campaign(session, campaign.id)
    snapshots = tuple(_entry(snapshot) for snapshot in list_newest(session, campaign.id))
    earlier = list_company_revisions(session, campaign.id)
    if not snapshots and not earlier:
        return None
    last = company_from_json(earlier[-1].manifest) if earlier else None
    if last is not None and last.snapshots == snapshots:
        return earlier[-1]
    t0 = last.t0 if last else company_standing(session, campaign, now=now).status.t0
    if t0 is None:
        return None
    missing = _missing(session, campaign, now=now)
    entries: tuple[CommunityEntry | MissingEntry, ...] = (*snapshots, *missing)
    manifest = CompanyManifest(
        campaign=campaign.code,
        revision=len(earlier) + 1,
        replaces=earlier[-1].digest if earlier else None,
        base=sum(entry.base for entry in entries),
        returned=sum(entry.returned for entry in entries),
        required_permille=campaign.required_permille,
        t0=t0,
        snapshots=snapshots,
        missing=missing,
        code_version=code_version(),
        created_at=now,
    )
    return _add(session, storage, manifest, campaign=campaign, now=now)


def find_company_manifest(session: Session, campaign_id: int) -> CompanyManifest | None:
    """Return the newest company manifest of a campaign, None before there is one."""
    revisions = list_company_revisions(session, campaign_id)
    return company_from_json(revisions[-1].manifest) if revisions else None


def _entry(snapshot: Snapshot) -> CommunityEntry:
    manifest = from_json(snapshot.manifest)
    return CommunityEntry(
        community=manifest.community,
        digest=snapshot.digest,
        revision=manifest.revision,
        base=manifest.base,
        returned=manifest.returned,
        waived=manifest.waived,
    )


def _missing(session: Session, campaign: Campaign, *, now: datetime) -> tuple[MissingEntry, ...]:
    """Name the communities without a snapshot, and why."""
    entries = []
    for gate, code in list_gates_left_out(session, campaign.id):
        standing = gate_standing(session, campaign, gate, now=now)
        reason = _MISSING.get(standing.status.state, MissingReason.BELOW_RATE)
        entries.append(MissingEntry(code, reason, standing.base, standing.returned))
    return tuple(entries)


def _add(
    session: Session,
    storage: Storage,
    manifest: CompanyManifest,
    *,
    campaign: Campaign,
    now: datetime,
) -> Snapshot:
    """Store the manifest as a file and a row, and say so in the audit log."""
    text = company_to_json(manifest)
    storage.put(text.encode())
    snapshot = Snapshot(
        campaign_id=campaign.id,
        community_id=None,
        revision=manifest.revision,
        digest=digest_of(text),
        replaces=manifest.replaces,
        manifest=text,
        created_at=now,
    )
    session.add(snapshot)
    session.flush()
    record(
        session,
        actor=SYSTEM_ACTOR,
        action="freeze_company",
        subject=f"campaign:{campaign.code}",
        detail=snapshot.digest,
        now=now,
    )
    return snapshot
