"""What the pages of a plan share: the door to it, the plain button, people who answer for tasks."""

from flask import abort

from app.staff.models import Role
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.models import TaskOwner
from app.web.access import access_campaign
from app.web.hq.forms import ActForm
from app.web.transaction import reading

# Whose tasks have an account that can answer for them.
_ROLES = {
    TaskOwner.HEAD_OFFICE: Role.HEAD_OFFICE,
    TaskOwner.LEADER: Role.LEADER,
    TaskOwner.OFFICE: Role.OFFICE,
}


def planned(code: str) -> Campaign:
    """Return a campaign that has a plan: not a pilot. Answers 404 otherwise."""
    campaign = access_campaign(code)
    if campaign.pilot_of_id is not None:
        abort(404)
    return campaign


def check_button() -> None:
    """Answer 400 unless the request comes from a button of our own page."""
    if not ActForm().validate():
        abort(400)


def people_for(owner: TaskOwner) -> list[tuple[str, str]]:
    """Return the accounts that can answer for tasks of an owner."""
    role = _ROLES.get(owner)
    people = [] if role is None else queries.list_people(reading(), [role])
    return [(str(one.id), one.name) for one in people]
