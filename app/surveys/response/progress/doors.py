"""The door list (接下来敲哪些门) of one community, read from frame, contacts and register."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.surveys.campaign.contact.queries import count_buildings
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.queries import Viewer
from app.surveys.response.progress import queries
from app.surveys.response.progress.walking import Door, PartOfDay, Walk, chance_of, plan_walk


@dataclass(frozen=True, slots=True)
class DoorList:
    """A walk with what stands around it.

    Attributes:
        walk: The doors.
        silent: Silent homes by building, for choosing one.
        tried: Homes somebody tried before they answered, in this campaign.
        won: Those of them that answered.
    """

    walk: Walk
    silent: dict[str, int]
    tried: int
    won: int


def list_doors(
    session: Session,
    campaign: Campaign,
    community_id: int,
    scope: Viewer,
    *,
    part: PartOfDay,
    most: int,
    only: Collection[str] = (),
    now: datetime,
) -> DoorList:
    """Return the doors worth a walk now, in five statements over one community."""
    today = beijing_date(now)
    homes = queries.list_silent_homes(session, campaign.id, community_id, scope)
    attempts = queries.count_attempts(session, campaign.id, community_id, scope)
    tried, won = queries.count_won(session, campaign.id, community_id, scope)
    below = {
        one.building: not one.counts.count.meets(campaign.required_permille)
        for one in count_buildings(session, campaign.id, scope, community_id)
    }
    care = queries.list_care(session, campaign.id, community_id, today)
    silent: dict[str, int] = {}
    doors = []
    for home in homes:
        silent[home.building] = silent.get(home.building, 0) + 1
        known = attempts.get(home.member_id)
        doors.append(
            Door(
                member_id=home.member_id,
                household_id=home.household_id,
                building=home.building,
                room=home.room,
                has_lift=home.has_lift,
                is_delivered=home.is_delivered,
                has_begun=home.has_begun,
                outcome=home.outcome,
                attempts=known.count if known else 0,
                is_tried_today=known is not None and beijing_date(known.last_at) == today,
                care=care.get(home.household_id, ()),
            )
        )
    walk = plan_walk(
        doors, below=below, part=part, most=most, chance=chance_of(tried, won), only=only
    )
    return DoorList(walk, silent, tried, won)
