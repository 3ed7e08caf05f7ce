"""Digests of the answers in a frozen snapshot, by which owners check theirs. Worker side.

They are computed from the frozen file, not from the rows it was made of: an answer that was
changed before or after the freeze does not have the digest its owner was given.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from app.db import write_session
from app.reports.integrity.queries import list_unprinted
from app.reports.work import Workshop
from app.surveys.campaign.queries import get_campaign, get_instrument
from app.surveys.integrity.models import FrozenPrint
from app.surveys.integrity.prints import print_of
from app.surveys.integrity.queries import list_receipts
from app.surveys.response.vector import layout
from app.surveys.snapshot.frozen_before import read_vectors
from app.surveys.snapshot.manifest import ANSWERS, from_json
from app.surveys.snapshot.models import Snapshot

_AT_ONCE = 25  # communities a round: a minute's work at most


def make_prints(workshop: Workshop, *, now: datetime) -> int:
    """Make the digests of the newest frozen answers that have none; return of how many."""
    with Session(workshop.engine) as session:
        rows = [
            _printed(session, workshop, one, now=now) for one in list_unprinted(session, _AT_ONCE)
        ]
    if rows:
        with write_session(workshop.engine) as session:
            session.add_all(rows)
    return len(rows)


def _printed(
    session: Session, workshop: Workshop, snapshot: Snapshot, *, now: datetime
) -> FrozenPrint:
    campaign = get_campaign(session, snapshot.campaign_id)
    columns = layout(get_instrument(session, campaign.instrument_digest)).columns
    receipts = list_receipts(session, campaign.id, snapshot.community_id or 0)
    content = workshop.storage.get(from_json(snapshot.manifest).file(ANSWERS).digest)
    frozen = read_vectors(content, columns)
    prints = sorted(
        print_of(workshop.vault, receipts[pseudonym], vector)
        for pseudonym, vector in frozen.items()
        if pseudonym in receipts
    )
    return FrozenPrint(
        campaign_id=campaign.id,
        community_id=snapshot.community_id,
        revision=snapshot.revision,
        snapshot_digest=snapshot.digest,
        prints=" ".join(prints),
        made_at=now,
    )
