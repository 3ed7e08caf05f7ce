"""Builders: each makes a working thing and lets a test state only what matters to it.

They flush and never commit. What has a service is made by the service.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import cache
from itertools import count
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.staff.models import Role, Staff, StaffCommunity
from app.staff.passwords import hash_password
from app.staff.scope import Scope
from app.surveys.campaign import services as campaign_services
from app.surveys.campaign.models import Campaign, CampaignState, FrameMember, Gate
from app.surveys.campaign.planning import services as planning_services
from app.surveys.campaign.planning.clash_check import acknowledge
from app.surveys.campaign.planning.clashes import ClashKind
from app.surveys.campaign.planning.evidence import Talk, record_talk
from app.surveys.campaign.planning.models import TalkForm
from app.surveys.campaign.tokens import make_token
from app.surveys.instrument.load import load_instrument
from app.surveys.instrument.model import Instrument
from app.surveys.register import services as register_services
from app.surveys.register.models import Community, ImportantReason
from app.vault import Vault

NOW = datetime(2026, 11, 2, 2, tzinfo=UTC)  # 2 November 2026, 10:00 in Beijing
PASSWORD = "correct horse"
INSTRUMENT_FILE = (
    Path(__file__).resolve().parent.parent / "instruments" / "customer-perception" / "v1.yaml"
)

_numbers = count(1)


@cache
def perception_instrument() -> Instrument:
    """Return the customer perception survey as published."""
    loaded = load_instrument(INSTRUMENT_FILE.read_text("utf-8"), INSTRUMENT_FILE.name)
    return loaded.instrument


def make_community(
    session: Session,
    *,
    households: int = 4,
    buildings: int = 1,
    important: int = 0,
    has_lift: bool = True,
    code: str | None = None,
    name: str | None = None,
    office: str = "滨江管理处",
) -> Community:
    """Make a community whose households are dealt out to its buildings in turn.

    The first `important` households are important customers.
    """
    number = next(_numbers)
    community = register_services.add_community(
        session,
        code=code or f"C{number:03}",
        name=name or f"第{number}小区",
        city="杭州",
        office=office,
    )
    made = [
        register_services.add_building(session, community, f"{1 + at}栋", has_lift=has_lift)
        for at in range(buildings)
    ]
    for at in range(households):
        reason = ImportantReason.COMMITTEE if at < important else None
        floor, door = divmod(at // buildings, 4)
        register_services.add_household(
            session,
            made[at % buildings],
            f"1-{100 * (floor + 1) + door + 1}",
            important=reason,
        )
    session.flush()
    return community


def make_campaign(
    session: Session,
    vault: Vault,
    *,
    code: str = "2026-11",
    opens_on: date = date(2026, 11, 1),
    closes_on: date = date(2026, 11, 20),
    target: int | None = None,
    instrument: Instrument | None = None,
    opened: bool = True,
    now: datetime = NOW,
) -> Campaign:
    """Make a campaign over all households there are, open from 1 to 20 November 2026.

    An opened one counts as planned; `plan_and_lock` is the way there, with tests of its own.
    """
    version = campaign_services.publish_instrument(
        session, instrument or perception_instrument(), now=now
    )
    campaign = campaign_services.create_campaign(
        session,
        code=code,
        title="业主满意度调查",
        title_en="Owner satisfaction survey",
        instrument_digest=version.digest,
        opens_on=opens_on,
        closes_on=closes_on,
        target=target,
        now=now,
    )
    if opened:
        campaign.state = CampaignState.LOCKED
        campaign_services.open_campaign(session, campaign, vault, now=now)
    return campaign


def make_plan_ready(
    session: Session, vault: Vault, campaign: Campaign, *, staff_id: int, now: datetime = NOW
) -> None:
    """Give a draft everything an approval asks for."""
    planning_services.make_tasks(session, campaign, staff_id=staff_id)
    talk = Talk(
        held_on=date(2026, 10, 12),
        form=TalkForm.GROUP,
        place="物业服务中心",
        participants=8,
        minutes="大家最关心电梯和停车。",
    )
    record_talk(session, vault, campaign, talk, staff_id=staff_id, now=now)
    acknowledge(session, campaign, ClashKind, reason="已知悉", staff_id=staff_id, now=now)


def plan_and_lock(
    session: Session, vault: Vault, campaign: Campaign, *, staff_id: int, now: datetime = NOW
) -> None:
    """Take a draft through its plan: evidence, clashes, approval, lock."""
    make_plan_ready(session, vault, campaign, staff_id=staff_id, now=now)
    planning_services.approve_plan(session, campaign, staff_id=staff_id, now=now, note="领导出差")
    planning_services.lock_campaign(session, campaign, staff_id=staff_id, now=now, note="沿用上期")


def gate_of(session: Session, campaign: Campaign, community: Community) -> Gate:
    """Return the gate of a community in a campaign."""
    query = select(Gate).where(Gate.campaign_id == campaign.id, Gate.community_id == community.id)
    return session.scalars(query).one()


def members_of(
    session: Session, campaign: Campaign, community: Community | None = None
) -> list[FrameMember]:
    """Return the households a campaign asks, in the order of building and room."""
    query = select(FrameMember).where(FrameMember.campaign_id == campaign.id)
    if community is not None:
        query = query.where(FrameMember.community_id == community.id)
    order = (
        FrameMember.community_id,
        FrameMember.building,
        func.length(FrameMember.room),
        FrameMember.room,
    )
    return list(session.scalars(query.order_by(*order)))


def token_of(vault: Vault, member: FrameMember) -> str:
    """Return the token in a household's letter."""
    return make_token(vault, member.pseudonym)


def make_staff(
    session: Session,
    role: Role = Role.HEAD_OFFICE,
    *,
    communities: Iterable[Community] = (),
    login: str | None = None,
    name: str = "王敏",
    all_communities: bool = False,
    now: datetime = NOW,
) -> Staff:
    """Make an account with the password `PASSWORD`."""
    staff = Staff(
        login=login or f"{role.value}-{next(_numbers)}",
        name=name,
        role=role,
        all_communities=all_communities,
        password_hash=_hash_once(),
        created_at=now,
    )
    session.add(staff)
    session.flush()
    for community in communities:
        session.add(StaffCommunity(staff_id=staff.id, community_id=community.id))
    session.flush()
    return staff


def head_office() -> Scope:
    """Return the scope of somebody at head office."""
    return Scope(1, "总部", Role.HEAD_OFFICE, None)


def office_of(*communities: Community) -> Scope:
    """Return the scope of an office director of these communities."""
    return Scope(2, "主任", Role.OFFICE, frozenset(c.id for c in communities))


@cache
def _hash_once() -> str:
    """Hash the password once per run: argon2 is slow on purpose."""
    return hash_password(PASSWORD)
