"""All statements on the campaign tables.

The owner face reaches this module and must never reach staff code; so whoever asks is described
by the protocol `Viewer`, of which `app.staff.scope.Scope` is one.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.surveys.campaign.errors import DamagedInstrumentError, UnknownInstrumentError
from app.surveys.campaign.models import (
    Campaign,
    EndedExclusion,
    Exclusion,
    ExclusionCode,
    FrameMember,
    Gate,
    InstrumentVersion,
)
from app.surveys.instrument.canonical import digest as digest_of
from app.surveys.instrument.canonical import from_canonical
from app.surveys.instrument.model import Instrument
from app.surveys.register.models import Building, Community, Household, Region

_instruments: dict[str, Instrument] = {}


class Viewer(Protocol):
    """Whoever looks: the communities he may see, None meaning all of them."""

    @property
    def community_ids(self) -> frozenset[int] | None:
        """Return the communities he may see, or None for all."""


@dataclass(frozen=True, slots=True)
class GateRow:
    """A gate with the names its community had when the campaign opened."""

    gate: Gate
    community_id: int
    community_code: str
    community: str
    city: str
    office: str


@dataclass(frozen=True, slots=True)
class ExclusionRow:
    """An exclusion with the home it is about."""

    exclusion: Exclusion
    member: FrameMember
    community: str


@dataclass(frozen=True, slots=True)
class CommunityCount:
    """A number of homes of one community."""

    community_id: int
    community: str
    count: int


@dataclass(frozen=True, slots=True)
class LivingHousehold:
    """A household of the register, as a frame copies it."""

    household_id: int
    uid: str
    community_id: int
    building: str
    room: str
    has_lift: bool
    important: bool


def seen_by(
    viewer: Viewer, column: InstrumentedAttribute[int] | ColumnElement[int]
) -> ColumnElement[bool]:
    """Return the condition that limits `column` to the communities of `viewer`."""
    if viewer.community_ids is None:
        return true()
    return column.in_(sorted(viewer.community_ids))


def approved_exclusion() -> ColumnElement[bool]:
    """Return the join condition of a frame member and its approved exclusion."""
    return and_(
        Exclusion.frame_member_id == FrameMember.id,
        Exclusion.approved_at.is_not(None),
    )


def find_campaign(session: Session, code: str) -> Campaign | None:
    """Return the campaign with this code, or None."""
    return session.scalar(select(Campaign).where(Campaign.code == code))


def get_campaign(session: Session, campaign_id: int) -> Campaign:
    """Return the campaign with this id. Raises NoResultFound when there is none."""
    return session.get_one(Campaign, campaign_id)


def list_campaigns(session: Session) -> list[Campaign]:
    """Return all campaigns, the latest first; a pilot is none."""
    statement = select(Campaign).where(Campaign.pilot_of_id.is_(None))
    return list(session.scalars(statement.order_by(Campaign.opens_on.desc(), Campaign.id)))


def find_instrument_version(session: Session, digest: str) -> InstrumentVersion | None:
    """Return the published questionnaire with this digest, or None."""
    return session.get(InstrumentVersion, digest)


def find_version(session: Session, code: str, version: int) -> InstrumentVersion | None:
    """Return the questionnaire published under this code and version, or None."""
    return session.scalar(
        select(InstrumentVersion).where(
            InstrumentVersion.code == code, InstrumentVersion.version == version
        )
    )


def find_newest_instrument(session: Session, code: str) -> InstrumentVersion | None:
    """Return the latest published version of a questionnaire, or None."""
    return session.scalar(
        select(InstrumentVersion)
        .where(InstrumentVersion.code == code)
        .order_by(InstrumentVersion.version.desc())
        .limit(1)
    )


def list_instrument_versions(session: Session) -> list[InstrumentVersion]:
    """Return all published questionnaires by code, the latest version first."""
    return list(
        session.scalars(
            select(InstrumentVersion).order_by(
                InstrumentVersion.code, InstrumentVersion.version.desc()
            )
        )
    )


def get_instrument(session: Session, digest: str) -> Instrument:
    """Return a published questionnaire, parsed once per process.

    The cache is safe: what a digest names never changes.

    Raises:
        UnknownInstrumentError: Nothing is published under this digest.
        DamagedInstrumentError: The stored text does not have this digest.
    """
    cached = _instruments.get(digest)
    if cached is not None:
        return cached
    stored = session.get(InstrumentVersion, digest)
    if stored is None:
        raise UnknownInstrumentError(digest)
    instrument = from_canonical(stored.canonical)
    if digest_of(instrument) != digest:
        raise DamagedInstrumentError(digest)
    _instruments[digest] = instrument
    return instrument


def count_living(session: Session, day: date) -> list[tuple[Community, int]]:
    """Return every community with its households living on `day`, none left empty."""
    counted = func.count()
    statement = (
        select(Community, counted)
        .join(Building, Building.community_id == Community.id)
        .join(Household, Household.building_id == Building.id)
        .where(_living(day))
        .group_by(Community.id)
        .order_by(Community.code)
    )
    return [(community, count) for community, count in session.execute(statement)]


def list_regions_of(session: Session) -> dict[int, tuple[str, str]]:
    """Return code and name of the region of each community that has one today."""
    statement = select(Community.id, Region.code, Region.name).join(
        Region, Region.id == Community.region_id
    )
    return {key: (code, name) for key, code, name in session.execute(statement)}


def list_living(session: Session, day: date) -> Iterator[LivingHousehold]:
    """Yield the households living on `day`, in the order they are printed."""
    statement = (
        select(
            Household.id,
            Household.uid,
            Community.id,
            Building.code,
            Household.room,
            Building.has_lift,
            Household.important.is_not(None),
        )
        .join(Building, Building.id == Household.building_id)
        .join(Community, Community.id == Building.community_id)
        .where(_living(day))
        .order_by(Community.code, Building.code, Household.room)
    )
    for row in session.execute(statement):
        yield LivingHousehold(*row)


def add_members(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert frame members in bulk; each row names the columns of `FrameMember`."""
    session.execute(insert(FrameMember), rows)


def find_gate(session: Session, campaign_id: int, community_id: int) -> Gate | None:
    """Return the gate of a community in a campaign, or None."""
    return session.scalar(
        select(Gate).where(Gate.campaign_id == campaign_id, Gate.community_id == community_id)
    )


def lock_gate(session: Session, campaign_id: int, community_id: int, *, exclusive: bool) -> Gate:
    """Return a gate, fresh from the database and locked until the transaction ends.

    Answers take the shared lock, so that a freeze or a waiver waits for answers under way and
    later answers see it. SQLite needs no lock here: its writers queue up anyway.
    """
    return session.scalars(
        select(Gate)
        .where(Gate.campaign_id == campaign_id, Gate.community_id == community_id)
        .with_for_update(read=not exclusive)
        .execution_options(populate_existing=True)
    ).one()


def list_gates(session: Session, campaign_id: int, scope: Viewer) -> list[GateRow]:
    """Return the gates of a campaign that `scope` may see, by community code."""
    statement = (
        select(Gate, Community.id, Community.code, Gate.name, Community.city, Gate.office)
        .join(Community, Community.id == Gate.community_id)
        .where(Gate.campaign_id == campaign_id, seen_by(scope, Gate.community_id))
        .order_by(Community.code)
    )
    return [GateRow(*row) for row in session.execute(statement)]


def find_member_by_token_hash(session: Session, token_hash: bytes) -> FrameMember | None:
    """Return the household a token belongs to, or None."""
    return session.scalar(select(FrameMember).where(FrameMember.token_hash == token_hash))


def find_member_by_code_hash(session: Session, code_hash: bytes) -> FrameMember | None:
    """Return the household a short code belongs to, or None."""
    return session.scalar(select(FrameMember).where(FrameMember.code_hash == code_hash))


def get_member(session: Session, member_id: int) -> FrameMember:
    """Return a frame member, for its own phone. Raises NoResultFound when there is none."""
    return session.get_one(FrameMember, member_id)


def find_member(session: Session, scope: Viewer, member_id: int) -> FrameMember | None:
    """Return a frame member that `scope` may see, or None."""
    return session.scalar(
        select(FrameMember).where(
            FrameMember.id == member_id, seen_by(scope, FrameMember.community_id)
        )
    )


def find_member_at(
    session: Session,
    scope: Viewer,
    *,
    campaign_id: int,
    community_id: int,
    building: str,
    room: str,
) -> FrameMember | None:
    """Return the frame member at an address that `scope` may see, or None."""
    return session.scalar(
        select(FrameMember).where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            FrameMember.building == building,
            FrameMember.room == room,
            seen_by(scope, FrameMember.community_id),
        )
    )


def list_buildings(session: Session, campaign_id: int, community_id: int) -> list[str]:
    """Return the buildings of a community in a frame."""
    statement = (
        select(FrameMember.building)
        .where(FrameMember.campaign_id == campaign_id, FrameMember.community_id == community_id)
        .distinct()
        .order_by(FrameMember.building)
    )
    return list(session.scalars(statement))


def list_members_of_building(
    session: Session, campaign_id: int, community_id: int, building: str
) -> list[FrameMember]:
    """Return the households of a building that get a letter: all but approved exclusions."""
    statement = (
        select(FrameMember)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            FrameMember.building == building,
            Exclusion.frame_member_id.is_(None),
        )
        .order_by(FrameMember.room)
    )
    return list(session.scalars(statement))


def get_household_uid(session: Session, household_id: int) -> str:
    """Return the name of a household in the audit log."""
    return session.scalars(select(Household.uid).where(Household.id == household_id)).one()


def find_exclusion(session: Session, member_id: int) -> Exclusion | None:
    """Return the exclusion asked for this frame member, approved or not, or None."""
    return session.get(Exclusion, member_id)


def find_exclusion_now(session: Session, member_id: int) -> Exclusion | None:
    """Return the exclusion of a frame member fresh from the database, or None."""
    return session.scalar(
        select(Exclusion)
        .where(Exclusion.frame_member_id == member_id)
        .execution_options(populate_existing=True)
    )


def list_approved(
    session: Session, campaign_id: int, community_id: int
) -> list[tuple[ExclusionCode, datetime, int | None]]:
    """Return code, instant and person of each exclusion in force, without the home."""
    statement = (
        select(Exclusion.code, Exclusion.approved_at, Exclusion.approved_by)
        .join(FrameMember, FrameMember.id == Exclusion.frame_member_id)
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            Exclusion.approved_at.is_not(None),
        )
        .order_by(Exclusion.approved_at)
    )
    return [(code, at, by) for code, at, by in session.execute(statement) if at is not None]


def list_ended_exclusions(
    session: Session, campaign_id: int, community_id: int
) -> list[tuple[EndedExclusion, FrameMember]]:
    """Return the refused and taken back exclusions of a community, the latest first."""
    statement = (
        select(EndedExclusion, FrameMember)
        .join(FrameMember, FrameMember.id == EndedExclusion.frame_member_id)
        .where(FrameMember.campaign_id == campaign_id, FrameMember.community_id == community_id)
        .order_by(EndedExclusion.id.desc())
    )
    return [(ended, member) for ended, member in session.execute(statement)]


def list_exclusions(session: Session, campaign_id: int, scope: Viewer) -> list[ExclusionRow]:
    """Return the exclusions of a campaign that `scope` may see, open requests first."""
    statement = (
        select(Exclusion, FrameMember, Community.name)
        .join(FrameMember, FrameMember.id == Exclusion.frame_member_id)
        .join(Community, Community.id == FrameMember.community_id)
        .where(FrameMember.campaign_id == campaign_id, seen_by(scope, FrameMember.community_id))
        .order_by(
            Exclusion.approved_at.is_not(None),
            Community.code,
            FrameMember.building,
            FrameMember.room,
        )
    )
    return [ExclusionRow(*row) for row in session.execute(statement)]


def count_undecided_exclusions(
    session: Session, campaign_id: int, scope: Viewer
) -> list[CommunityCount]:
    """Return the communities with requests that wait for head office, in the order of codes."""
    statement = (
        select(Community.id, Community.name, func.count())
        .join(FrameMember, FrameMember.community_id == Community.id)
        .join(Exclusion, Exclusion.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == campaign_id,
            Exclusion.approved_at.is_(None),
            seen_by(scope, FrameMember.community_id),
        )
        .group_by(Community.id, Community.code, Community.name)
        .order_by(Community.code)
    )
    return [CommunityCount(*row) for row in session.execute(statement)]


def count_exclusions(
    session: Session, campaign_id: int, community_id: int
) -> dict[ExclusionCode, int]:
    """Return the approved exclusions of a community by code; codes never used are left out."""
    statement = (
        select(Exclusion.code, func.count())
        .join(FrameMember, FrameMember.id == Exclusion.frame_member_id)
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            Exclusion.approved_at.is_not(None),
        )
        .group_by(Exclusion.code)
        .order_by(Exclusion.code)
    )
    return dict(session.execute(statement).all())


def _living(day: date) -> ColumnElement[bool]:
    """Return the condition of a household that is asked: neither it nor its community retired."""
    return and_(
        or_(Household.retired_on.is_(None), Household.retired_on > day),
        or_(Community.retired_on.is_(None), Community.retired_on > day),
    )
