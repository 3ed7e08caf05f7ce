"""Statements on the decisions about gates. Scoped: whoever asks names whose gates he may see."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.surveys.campaign.gates.models import (
    GateExtension,
    GateHold,
    RequiredChange,
    WorkKind,
    WorkPackage,
)
from app.surveys.campaign.models import Campaign, CampaignState, Gate
from app.surveys.campaign.queries import Viewer, seen_by


def find_open_hold(session: Session, gate_id: int) -> GateHold | None:
    """Return the hold that is in place, fresh from the database, or None."""
    return session.scalar(
        select(GateHold)
        .where(GateHold.gate_id == gate_id, GateHold.lifted_at.is_(None))
        .execution_options(populate_existing=True)
    )


def list_holds(session: Session, gate_id: int) -> list[GateHold]:
    """Return all holds of a gate, lifted or not, the first first."""
    return list(
        session.scalars(select(GateHold).where(GateHold.gate_id == gate_id).order_by(GateHold.id))
    )


def list_extensions(session: Session, gate_id: int) -> list[GateExtension]:
    """Return the decisions to go on collecting, the first first."""
    return list(
        session.scalars(
            select(GateExtension).where(GateExtension.gate_id == gate_id).order_by(GateExtension.id)
        )
    )


def latest_extensions(
    session: Session, campaign_id: int, scope: Viewer
) -> dict[int, GateExtension]:
    """Return, by community, the last decision to go on collecting; none left out by its day."""
    rows = session.execute(
        select(Gate.community_id, GateExtension)
        .join(GateExtension, GateExtension.gate_id == Gate.id)
        .where(Gate.campaign_id == campaign_id, seen_by(scope, Gate.community_id))
        .order_by(GateExtension.id)
    )
    return dict(rows.all())


def lock_campaign(session: Session, campaign_id: int) -> Campaign:
    """Return a campaign, fresh from the database and locked until the transaction ends."""
    return session.scalars(
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def find_frozen_gate(session: Session, campaign_id: int) -> Gate | None:
    """Return any frozen gate of a campaign, None while there is none."""
    return session.scalar(
        select(Gate)
        .where(Gate.campaign_id == campaign_id, Gate.frozen_at.is_not(None))
        .order_by(Gate.id)
        .limit(1)
    )


def list_unsettled(session: Session) -> dict[int, list[int]]:
    """Return, by closed campaign, the communities with a void or a hold the results must follow.

    Open campaigns are looked at as a whole every minute; of closed ones only these.
    """
    rows = session.execute(
        select(Gate.campaign_id, Gate.community_id)
        .join(Campaign, Campaign.id == Gate.campaign_id)
        .where(
            Campaign.state == CampaignState.CLOSED,
            or_(Gate.stale_at.is_not(None), Gate.held_at.is_not(None)),
        )
        .order_by(Gate.campaign_id, Gate.community_id)
    )
    found: dict[int, list[int]] = {}
    for campaign_id, community_id in rows:
        found.setdefault(campaign_id, []).append(community_id)
    return found


def list_required_changes(session: Session, campaign_id: int) -> list[RequiredChange]:
    """Return the changes of the rate a campaign asks for, the first first."""
    return list(
        session.scalars(
            select(RequiredChange)
            .where(RequiredChange.campaign_id == campaign_id)
            .order_by(RequiredChange.id)
        )
    )


def find_work(session: Session, gate_id: int, kind: WorkKind) -> WorkPackage | None:
    """Return a piece of the work of a gate, None while it has not begun."""
    return session.scalar(
        select(WorkPackage).where(WorkPackage.gate_id == gate_id, WorkPackage.kind == kind)
    )


def list_work(session: Session, gate_ids: Collection[int]) -> dict[int, list[WorkPackage]]:
    """Return what was begun at some gates, by gate."""
    found: dict[int, list[WorkPackage]] = {gate_id: [] for gate_id in gate_ids}
    for package in session.scalars(
        select(WorkPackage).where(WorkPackage.gate_id.in_(sorted(found)))
    ):
        found[package.gate_id].append(package)
    return found
