"""A campaign with three frozen communities, and a worker for it."""

import shutil
from dataclasses import dataclass
from datetime import timedelta

import pytest

from app.reports.company.queries import list_summaries
from app.reports.heads import write_head
from app.reports.models import StudyRun
from app.reports.study import Computed, compute
from app.reports.work import Workshop
from app.staff.models import Role, Staff
from app.storage import Storage
from app.surveys.campaign.models import Campaign
from app.surveys.register.models import Community
from app.surveys.snapshot.manifest import to_json
from app.surveys.snapshot.models import Snapshot
from tests.factories import gate_of, head_office, make_campaign, make_community, make_staff
from tests.unit.exports.build import MADE_AT, T0, Laid, lay_down

SIZES = ([("1", 14), ("2", 7), ("3", 24)], [("1", 30)], [("1", 12)])
NAMES = ("桂语苑", "松涧雅居", "星垣公寓")
_computed: dict[str, Computed] = {}


@dataclass(frozen=True)
class World:
    """What the tests look at."""

    campaign: Campaign
    communities: tuple[Community, ...]
    laid: tuple[Laid, ...]
    head: Staff
    office: Staff
    committee: Staff


@pytest.fixture
def clock():
    """The instant of the worker; a test moves it."""
    return [MADE_AT]


@pytest.fixture
def workshop(engine, vault, storage, config, clock):
    return Workshop(engine, vault, storage, config, lambda: clock[0])


@pytest.fixture(scope="module")
def laid_once(tmp_path_factory):
    """The files of three communities, laid down once: tests get copies."""
    folder = tmp_path_factory.mktemp("laid")
    laid = tuple(
        lay_down(Storage(folder), f"C{at}", buildings=rows, base=70, seed=at)
        for at, rows in enumerate(SIZES)
    )
    return folder, laid


@pytest.fixture
def world(session, vault, config, laid_once) -> World:
    folder, laid = laid_once
    shutil.copytree(folder, config.files)
    communities = tuple(
        make_community(session, name=name, code=f"C{at}", households=1)
        for at, name in enumerate(NAMES)
    )
    campaign = make_campaign(session, vault)
    for community, one in zip(communities, laid, strict=True):
        gate = gate_of(session, campaign, community)
        gate.t0, gate.frozen_at = T0, T0
        session.add(
            Snapshot(
                campaign_id=campaign.id,
                community_id=community.id,
                revision=1,
                digest=one.digest,
                replaces=None,
                manifest=to_json(one.manifest),
                created_at=T0,
            )
        )
    session.flush()
    made = World(
        campaign=campaign,
        communities=communities,
        laid=laid,
        head=make_staff(session, Role.HEAD_OFFICE, login="head", name="沈怡"),
        office=make_staff(session, Role.OFFICE, login="office", communities=communities[:1]),
        committee=make_staff(
            session, Role.COMMITTEE, login="committee", communities=communities[:1]
        ),
    )
    session.commit()
    return made


def study(session, storage, world: World, at: int = 0) -> StudyRun:
    """Store the result of one community, as the worker does after a freeze."""
    digest = world.laid[at].digest
    if digest not in _computed:  # the same files in every test
        _computed[digest] = compute(storage, digest, target=None)
    computed = _computed[digest]
    run = StudyRun(
        snapshot_digest=digest,
        code_version=computed.code_version,
        plan_digest=computed.plan_digest,
        seed=0,
        result=computed.result,
        created_at=T0,
    )
    session.add(run)
    session.flush()
    snapshot = session.query(Snapshot).filter(Snapshot.digest == digest).one()
    write_head(session, run, snapshot)
    session.commit()
    assert list_summaries(session, world.campaign.id, head_office())
    session.rollback()
    return run


DAY = timedelta(days=1)
