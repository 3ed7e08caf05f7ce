"""Reads of holds at this moment, for results of many communities. Loads no numpy."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.reports.models import StudyRun
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import company_from_json
from app.surveys.snapshot.models import Snapshot


def list_held(session: Session, campaign_id: int, region: str = "") -> list[str]:
    """Return the codes of the communities of a region, or of all, that are held at this moment.

    Args:
        session: Open session.
        campaign_id: The campaign.
        region: Code of the region, empty for the whole company.
    """
    query = (
        select(Community.code)
        .join(Gate, Gate.community_id == Community.id)
        .where(Gate.campaign_id == campaign_id, Gate.held_at.is_not(None))
        .order_by(Community.code)
    )
    if region:
        query = query.where(Gate.region_code == region)
    return list(session.scalars(query))


def holds_held(session: Session, campaign_id: int, run_id: int, region: str) -> bool:
    """Say whether a result of many was computed with a community that is held by now.

    Args:
        session: Open session.
        campaign_id: The campaign.
        run_id: Key of the stored run.
        region: Code of the region it is about, empty for the whole company.
    """
    held = set(list_held(session, campaign_id, region))
    if not held:
        return False
    query = (
        select(Snapshot.manifest)
        .join(StudyRun, StudyRun.snapshot_digest == Snapshot.digest)
        .where(StudyRun.id == run_id)
    )
    entries = company_from_json(session.scalars(query).one()).snapshots
    return any(one.community in held for one in entries)
