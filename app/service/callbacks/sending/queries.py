"""Statements on links that leave: many at once, and how far they are."""

from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.service.callbacks.models import CallBackLink, LinkState
from app.service.repairs.models import RepairOrder
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.distribution.models import OptOut
from app.surveys.register.models import Community

_AT_ONCE = 500


def list_links(session: Session, state: LinkState, limit: int) -> list[CallBackLink]:
    """Return links of a state for a change, the oldest first; rows others work on are left out."""
    return list(
        session.scalars(
            select(CallBackLink)
            .where(CallBackLink.state == state)
            .order_by(CallBackLink.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def count_links(session: Session, viewer: Viewer, since: datetime) -> dict[LinkState, int]:
    """Return how many links made since an instant stand in each state."""
    rows = session.execute(
        select(CallBackLink.state, func.count())
        .where(CallBackLink.made_at >= since, seen_by(viewer, CallBackLink.community_id))
        .group_by(CallBackLink.state)
    )
    return {row[0]: row[1] for row in rows}


def list_orders(session: Session, order_ids: Collection[int]) -> dict[int, RepairOrder]:
    """Return orders by key."""
    found: dict[int, RepairOrder] = {}
    for some in _parts(order_ids):
        query = select(RepairOrder).where(RepairOrder.id.in_(some))
        found.update({one.id: one for one in session.scalars(query)})
    return found


def community_names(session: Session, community_ids: Collection[int]) -> dict[int, str]:
    """Return the names of communities by key."""
    query = select(Community.id, Community.name).where(Community.id.in_(sorted(community_ids)))
    return {row[0]: row[1] for row in session.execute(query)}


def list_opted_out(session: Session, household_ids: Collection[int]) -> set[int]:
    """Return which of these homes asked for no more messages."""
    found: set[int] = set()
    for some in _parts(household_ids):
        query = select(OptOut.household_id).where(OptOut.household_id.in_(some))
        found.update(session.scalars(query))
    return found


def count_told(session: Session, household_ids: Collection[int], since: datetime) -> dict[int, int]:
    """Return how many links about repairs each home was sent since an instant."""
    found: dict[int, int] = {}
    for some in _parts(household_ids):
        rows = session.execute(
            select(RepairOrder.household_id, func.count())
            .join(CallBackLink, CallBackLink.order_id == RepairOrder.id)
            .where(
                RepairOrder.household_id.in_(some),
                CallBackLink.state.in_((LinkState.SENT, LinkState.SENDING, LinkState.FILED)),
                CallBackLink.moved_at >= since,
            )
            .group_by(RepairOrder.household_id)
        )
        found.update({key: count for key, count in rows if key is not None})
    return found


def _parts(keys: Collection[int]) -> Iterator[list[int]]:
    """Yield keys in parts that a statement can carry."""
    wanted = sorted(keys)
    for start in range(0, len(wanted), _AT_ONCE):
        yield wanted[start : start + _AT_ONCE]
