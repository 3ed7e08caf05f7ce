"""The doors to scoped rows: a row outside the signed-in person's scope does not exist for him."""

from flask import abort

from app.staff.models import Role, Staff
from app.staff.queries import find_staff
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, Gate
from app.surveys.register import queries as register_queries
from app.surveys.register.models import Community
from app.web.auth import current_scope
from app.web.transaction import reading


def access_campaign(code: str) -> Campaign:
    """Return the campaign with this code, or answer 404."""
    campaign = campaign_queries.find_campaign(reading(), code)
    if campaign is None:
        abort(404)
    return campaign


def access_community(community_id: int) -> Community:
    """Return a community of the present scope, or answer 404."""
    community = register_queries.get_community(reading(), current_scope(), community_id)
    if community is None:
        abort(404)
    return community


def access_gate(campaign: Campaign, community_id: int) -> Gate:
    """Return the gate of a community of the present scope in this campaign, or answer 404."""
    access_community(community_id)
    gate = campaign_queries.find_gate(reading(), campaign.id, community_id)
    if gate is None:
        abort(404)
    return gate


def access_person(staff_id: int) -> Staff:
    """Return an account the signed-in person may look at, or answer 404.

    An administrator looks at all, head office at those of head office.
    """
    staff, role = find_staff(reading(), staff_id), current_scope().role
    is_seen = role is Role.ADMIN or (
        role is Role.HEAD_OFFICE and staff is not None and staff.role is Role.HEAD_OFFICE
    )
    if staff is None or not is_seen:
        abort(404)
    return staff
