"""Reads of losses, standards, their values and the service guide."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session

from app.followup.history.models import ContactUndo
from app.followup.models import CaseState, ContactRecord, FollowUp, Source
from app.followup.queries import countable_cases
from app.service.standards.models import (
    GuideItem,
    GuideKind,
    Loss,
    LossKind,
    LossReason,
    ServiceStandard,
    StandardValue,
)
from app.service.standards.rules import LossFact, Retention
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.contact.models import Tally
from app.surveys.campaign.models import OPENED, Campaign, Gate
from app.surveys.register.models import Building, Community, Household

READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)
WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)


@dataclass(frozen=True, slots=True)
class LossRow:
    """One loss of a list, still sealed."""

    loss: Loss
    community: str
    staff: str
    building: str | None
    room: str | None


@dataclass(frozen=True, slots=True)
class LossFilters:
    """Which losses a list shows.

    Attributes:
        after: Day and key of the last one shown before.
    """

    year: int | None = None
    community_id: int | None = None
    kind: LossKind | None = None
    reason: LossReason | None = None
    after: tuple[date, int] | None = None


def visible_losses(scope: Scope) -> ColumnElement[bool]:
    """Return the condition under which a loss exists for this person."""
    if scope.role not in READERS:
        return false()
    return and_(Loss.cancelled_at.is_(None), in_scope(Loss.community_id, scope))


def list_losses(
    session: Session, scope: Scope, filters: LossFilters, *, limit: int | None
) -> list[LossRow]:
    """Return losses of a scope, the latest first."""
    query = (
        select(Loss, Community.name, Staff.name, Building.code, Household.room)
        .join(Community, Community.id == Loss.community_id)
        .join(Staff, Staff.id == Loss.staff_id)
        .outerjoin(Household, Household.id == Loss.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .where(visible_losses(scope), *_chosen(filters))
        .order_by(Loss.happened_on.desc(), Loss.id.desc())
        .limit(limit)
    )
    return [LossRow(*row) for row in session.execute(query)]


def _chosen(filters: LossFilters) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if filters.year is not None:
        where += [
            Loss.happened_on >= date(filters.year, 1, 1),
            Loss.happened_on <= date(filters.year, 12, 31),
        ]
    if filters.community_id is not None:
        where.append(Loss.community_id == filters.community_id)
    if filters.kind is not None:
        where.append(Loss.kind == filters.kind)
    if filters.reason is not None:
        where.append(Loss.reason == filters.reason)
    if filters.after is not None:
        day, key = filters.after
        where.append(
            or_(Loss.happened_on < day, and_(Loss.happened_on == day, Loss.id < key)),
        )
    return where


def find_loss(session: Session, scope: Scope, loss_id: int) -> LossRow | None:
    """Return one loss, None when it does not exist for this person."""
    query = (
        select(Loss, Community.name, Staff.name, Building.code, Household.room)
        .join(Community, Community.id == Loss.community_id)
        .join(Staff, Staff.id == Loss.staff_id)
        .outerjoin(Household, Household.id == Loss.household_id)
        .outerjoin(Building, Building.id == Household.building_id)
        .where(Loss.id == loss_id, visible_losses(scope))
    )
    row = session.execute(query).one_or_none()
    return None if row is None else LossRow(*row)


def lock_loss(session: Session, scope: Scope, loss_id: int) -> Loss | None:
    """Return a loss for changing, None when it does not exist for this person."""
    query = select(Loss).where(Loss.id == loss_id, visible_losses(scope)).with_for_update()
    return session.scalar(query, execution_options={"populate_existing": True})


def list_losses_of(session: Session, scope: Scope, household_id: int) -> list[Loss]:
    """Return the losses of one home, the latest first."""
    query = (
        select(Loss)
        .where(Loss.household_id == household_id, visible_losses(scope))
        .order_by(Loss.happened_on.desc(), Loss.id.desc())
    )
    return list(session.scalars(query))


def loss_facts(
    session: Session, scope: Scope, *, years: tuple[int, int], community_id: int | None = None
) -> list[LossFact]:
    """Return what is counted of the losses of some years; no words are read.

    Args:
        session: Open session.
        scope: Who counts.
        years: First and last.
        community_id: One community; None for all of the scope.
    """
    query = select(
        Loss.kind,
        Loss.reason,
        Loss.community_id,
        Loss.happened_on,
        Loss.units,
        Loss.monthly_fen,
        Loss.damage_fen,
        Loss.won_back_on,
    ).where(
        visible_losses(scope),
        Loss.happened_on >= date(years[0], 1, 1),
        Loss.happened_on <= date(years[1], 12, 31),
    )
    if community_id is not None:
        query = query.where(Loss.community_id == community_id)
    return [LossFact(*row) for row in session.execute(query.order_by(Loss.happened_on, Loss.id))]


def first_loss_year(session: Session, scope: Scope) -> int | None:
    """Return the year of the earliest loss, None without any."""
    first = session.scalar(select(func.min(Loss.happened_on)).where(visible_losses(scope)))
    return None if first is None else first.year


def retention(session: Session, scope: Scope, year: int) -> Retention:
    """Return how many communities were served on 1 January, and how many were lost in the year.

    Served are those in the register that were handed over before and not retired before; one
    without a day of handing over counts as served.
    """
    first, last = date(year, 1, 1), date(year, 12, 31)
    served = and_(
        in_scope(Community.id, scope),
        or_(Community.handed_over_on.is_(None), Community.handed_over_on < first),
        or_(Community.retired_on.is_(None), Community.retired_on >= first),
    )
    held = session.scalar(select(func.count()).select_from(Community).where(served)) or 0
    lost = session.scalar(
        select(func.count(func.distinct(Loss.community_id)))
        .join(Community, Community.id == Loss.community_id)
        .where(
            visible_losses(scope),
            served,
            Loss.kind == LossKind.CONTRACT,
            Loss.happened_on >= first,
            Loss.happened_on <= last,
            or_(Loss.won_back_on.is_(None), Loss.won_back_on > last),
        )
    )
    return Retention(held, lost or 0)


def _place_of_standard(scope: Scope) -> ColumnElement[bool]:
    if scope.role not in READERS:
        return false()
    community = ServiceStandard.community_id
    return or_(community.is_(None), in_scope(community.expression, scope))


def list_standards(
    session: Session, scope: Scope, *, day: date | None = None, community_id: int | None = None
) -> list[tuple[ServiceStandard, str | None]]:
    """Return standards with the names of their communities, those of all communities first.

    Args:
        session: Open session.
        scope: Who looks.
        day: Only those valid on this day.
        community_id: Only those that hold in this community.
    """
    query = (
        select(ServiceStandard, Community.name)
        .outerjoin(Community, Community.id == ServiceStandard.community_id)
        .where(_place_of_standard(scope))
        .order_by(
            ServiceStandard.community_id.is_not(None),
            Community.code,
            ServiceStandard.measure == "",
            ServiceStandard.id,
        )
    )
    if day is not None:
        query = query.where(
            ServiceStandard.valid_from <= day,
            or_(ServiceStandard.valid_until.is_(None), ServiceStandard.valid_until >= day),
        )
    if community_id is not None:
        own = ServiceStandard.community_id
        query = query.where(or_(own.is_(None), own == community_id))
    return [(one, name) for one, name in session.execute(query)]


def find_standard(session: Session, scope: Scope, standard_id: int) -> ServiceStandard | None:
    """Return a standard for changing, None when it does not exist for this person."""
    query = (
        select(ServiceStandard)
        .where(ServiceStandard.id == standard_id, _place_of_standard(scope))
        .with_for_update()
    )
    return session.scalar(query, execution_options={"populate_existing": True})


def list_values(
    session: Session, standard_ids: Collection[int], *, place: int, months: tuple[date, date]
) -> list[StandardValue]:
    """Return the values entered for standards at a place from one month to another."""
    query = select(StandardValue).where(
        StandardValue.standard_id.in_(standard_ids),
        StandardValue.place == place,
        StandardValue.month >= months[0],
        StandardValue.month <= months[1],
    )
    return list(session.scalars(query))


def find_value(session: Session, standard_id: int, place: int, month: date) -> StandardValue | None:
    """Return the value of a month, locked on PostgreSQL."""
    query = select(StandardValue).where(
        StandardValue.standard_id == standard_id,
        StandardValue.place == place,
        StandardValue.month == month,
    )
    return session.scalar(query.with_for_update())


def count_missing_values(session: Session, scope: Scope, month: date, *, day: date) -> int:
    """Return how many standards entered by hand have no value for a month.

    A standard of all communities is missing when neither the company nor any community of the
    scope has a value; one of a single community when that one has none.
    """
    has_value = (
        select(StandardValue.id)
        .where(StandardValue.standard_id == ServiceStandard.id, StandardValue.month == month)
        .exists()
    )
    query = select(func.count()).where(
        _place_of_standard(scope),
        true() if scope.community_ids is None else ServiceStandard.community_id.is_not(None),
        ServiceStandard.measure == "",
        ServiceStandard.valid_from <= day,
        or_(ServiceStandard.valid_until.is_(None), ServiceStandard.valid_until >= day),
        ~has_value,
    )
    return session.scalar(query) or 0


def _place_of_guide(scope: Scope) -> ColumnElement[bool]:
    if scope.role not in (*READERS, Role.STEWARD):
        return false()
    community = GuideItem.community_id
    return or_(community.is_(None), in_scope(community.expression, scope))


def list_guide(
    session: Session, scope: Scope, *, community_id: int | None, day: date | None
) -> list[GuideItem]:
    """Return the lines of the guide: the company's own, and those of one community.

    Args:
        session: Open session.
        scope: Who looks.
        community_id: The community; None for the company's own lines alone.
        day: Only lines valid on this day; None for ended ones as well.
    """
    own = GuideItem.community_id
    query = select(GuideItem).where(
        _place_of_guide(scope),
        own.is_(None) if community_id is None else or_(own.is_(None), own == community_id),
    )
    if day is not None:
        query = query.where(
            GuideItem.valid_from <= day,
            or_(GuideItem.valid_until.is_(None), GuideItem.valid_until >= day),
        )
    return _in_order(session.scalars(query).all())


def find_guide_item(session: Session, scope: Scope, item_id: int) -> GuideItem | None:
    """Return a line of the guide for changing, None when it does not exist for this person."""
    query = select(GuideItem).where(GuideItem.id == item_id, _place_of_guide(scope))
    return session.scalar(query.with_for_update())


def count_priceless(session: Session, scope: Scope, *, day: date) -> int:
    """Return how many lines that cost something say no price."""
    query = select(func.count()).where(
        _place_of_guide(scope),
        GuideItem.kind.in_((GuideKind.PAID, GuideKind.FEE)),
        GuideItem.is_free.is_(False),
        GuideItem.price == "",
        or_(GuideItem.valid_until.is_(None), GuideItem.valid_until >= day),
    )
    return session.scalar(query) or 0


def _in_order(items: Sequence[GuideItem]) -> list[GuideItem]:
    kinds = list(GuideKind)
    return sorted(items, key=lambda one: (kinds.index(one.kind), one.position, one.id))


def list_clocks(session: Session, scope: Scope, community_id: int | None) -> list[Gate]:
    """Return the gates of a place whose clock after the answers runs or has run."""
    query = select(Gate).where(
        in_scope(Gate.community_id, scope), Gate.t0.is_not(None), Gate.frozen_at.is_not(None)
    )
    if community_id is not None:
        query = query.where(Gate.community_id == community_id)
    return list(session.scalars(query))


def count_begun(session: Session, scope: Scope, gate: Gate, end: datetime) -> tuple[int, int]:
    """Return how many cases of a gate were begun before an instant, and of how many.

    Begun is a contact that was not taken back, or a case closed without one. A home that wishes
    no reply is none of them.
    """
    contacted = (
        select(ContactRecord.id)
        .where(
            ContactRecord.follow_up_id == FollowUp.id,
            ContactRecord.at < end,
            ~select(ContactUndo.contact_id)
            .where(ContactUndo.contact_id == ContactRecord.id)
            .exists(),
        )
        .exists()
    )
    return _count(session, scope, gate, or_(contacted, FollowUp.closed_at < end))


def count_closed(session: Session, scope: Scope, gate: Gate, end: datetime) -> tuple[int, int]:
    """Return how many cases of a gate were closed before an instant, and of how many."""
    return _count(session, scope, gate, FollowUp.closed_at < end)


def _count(
    session: Session, scope: Scope, gate: Gate, condition: ColumnElement[bool]
) -> tuple[int, int]:
    query = select(func.count(case((condition, 1))), func.count()).where(
        FollowUp.campaign_id == gate.campaign_id,
        FollowUp.community_id == gate.community_id,
        FollowUp.source == Source.SURVEY,
        FollowUp.close_by.is_(None),  # those with a clock of their own are not on this one
        FollowUp.state != CaseState.DECLINED,
        countable_cases(scope),
    )
    good, n = session.execute(query).one()
    return good, n


def count_returned(
    session: Session, scope: Scope, community_id: int | None, days: tuple[date, date]
) -> tuple[int, int]:
    """Return homes that answered and homes asked, of campaigns that closed between two days.

    A pilot is none; homes approved as exceptions are not asked.
    """
    query = (
        select(
            func.coalesce(func.sum(Tally.returned), 0),
            func.coalesce(func.sum(Tally.members - Tally.excluded), 0),
        )
        .join(Campaign, Campaign.id == Tally.campaign_id)
        .where(
            in_scope(Tally.community_id, scope),
            Campaign.pilot_of_id.is_(None),
            Campaign.state.in_(OPENED),
            Campaign.closes_on >= days[0],
            Campaign.closes_on <= days[1],
        )
    )
    if community_id is not None:
        query = query.where(Tally.community_id == community_id)
    returned, asked = session.execute(query).one()
    return int(returned), int(asked)
