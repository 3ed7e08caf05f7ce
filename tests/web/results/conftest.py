"""A campaign with one full, one waived and two locked communities; results by the real engine."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from app.analysis.results.canonical import to_json
from app.analysis.results.study import StudyResult
from app.reports.models import StudyRun
from app.staff.models import Role, Staff
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.models import ContextEvent, EventKind
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import Manifest, digest_of
from app.surveys.snapshot.manifest import to_json as manifest_json
from app.surveys.snapshot.models import Snapshot
from tests.factories import make_campaign, make_community, make_staff
from tests.unit.reports_charts.build import make_result
from tests.unit.reports_charts.rich import make_rich_result

FROZEN_AT = datetime(2026, 11, 21, tzinfo=UTC)


@dataclass(frozen=True)
class World:
    """What the tests look at."""

    campaign: Campaign
    full: Community
    waived: Community
    small: Community
    locked: Community
    later: Community
    head: Staff
    office: Staff
    leader: Staff
    steward: Staff


def publish(
    session: Session,
    campaign: Campaign,
    community: Community,
    result: StudyResult,
    *,
    waived: bool = False,
) -> StudyRun:
    """Store a result the way a freeze and a study leave it behind."""
    text = manifest_json(
        Manifest(
            campaign=campaign.code,
            community=community.code,
            revision=1,
            replaces=None,
            instrument=campaign.instrument_digest,
            base=result.n * 2 if waived else round(result.n / 0.64),
            returned=result.n,
            excluded=3,
            required_permille=600,
            t0=FROZEN_AT,
            waived=waived,
            files=(),
            code_version="test",
            created_at=FROZEN_AT,
        )
    )
    session.add(
        Snapshot(
            campaign_id=campaign.id,
            community_id=community.id,
            revision=1,
            digest=digest_of(text),
            replaces=None,
            manifest=text,
            created_at=FROZEN_AT,
        )
    )
    session.flush()
    run = StudyRun(
        snapshot_digest=digest_of(text),
        code_version="test",
        plan_digest="0" * 64,
        seed=0,
        result=to_json(result),
        created_at=FROZEN_AT,
    )
    session.add(run)
    session.flush()
    return run


@pytest.fixture
def world(session, vault) -> World:
    full = make_community(session, name="桂语苑", code="C1")
    waived = make_community(session, name="松涧雅居", code="C2")
    small = make_community(session, name="星垣公寓", code="C3")
    locked = make_community(session, name="青禾家园", code="C4")
    later = make_community(session, name="锦棠湾", code="C5")
    campaign = make_campaign(session, vault, target=65)
    publish(session, campaign, full, make_result(3))
    publish(session, campaign, waived, make_result(4, 150, reasons=("waiver",)), waived=True)
    publish(session, campaign, small, make_result(5, 18))
    made = World(
        campaign=campaign,
        full=full,
        waived=waived,
        small=small,
        locked=locked,
        later=later,
        head=make_staff(session, Role.HEAD_OFFICE, login="head"),
        office=make_staff(session, Role.OFFICE, login="office", communities=[full]),
        leader=make_staff(session, Role.LEADER, login="leader"),
        steward=make_staff(session, Role.STEWARD, login="steward", communities=[full]),
    )
    session.commit()
    return made


@pytest.fixture
def rich(session, world) -> Community:
    """A community whose stored result holds every section, with an event between its waves."""
    campaign = session.merge(world.campaign)
    community = session.merge(world.later)
    publish(session, campaign, community, make_rich_result())
    session.add(
        ContextEvent(
            community_id=community.id,
            kind=EventKind.WORKS,
            starts_on=campaign.opens_on,
            ends_on=campaign.opens_on,
            note="电梯大修",
            recorded_by=world.head.id,
            recorded_at=FROZEN_AT,
        )
    )
    session.commit()
    return community
