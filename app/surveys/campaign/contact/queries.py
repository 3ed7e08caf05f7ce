"""All statements on the tables of contact: events, tallies, days of returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    Integer,
    Select,
    case,
    column,
    exists,
    func,
    insert,
    select,
    tuple_,
    union_all,
    update,
    values,
)
from sqlalchemy.orm import Session

from app.clock import end_of, start_of
from app.surveys.campaign.contact.models import ReturnDay, Tally
from app.surveys.campaign.contact.outcomes import Category
from app.surveys.campaign.models import Exclusion, FrameMember, Gate, Occupancy, Outcome
from app.surveys.campaign.queries import Viewer, approved_exclusion, seen_by
from app.surveys.campaign.rules import ReturnCount

COUNTS = (
    "members",
    "excluded",
    "returned",
    "partial",
    "delivered",
    "begun",
    "refused",
    "other",
    "unknown",
    "vacant",
)
"""Columns of the tally that count, in their order."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The tally of a building, of a community or of any sum of them.

    Attributes:
        members: Homes of the frame.
        excluded: Homes that left the base with head office's approval.
        returned: Homes of the base with a counted answer; `partial` of them are not complete.
        partial: See `returned`.
        delivered: Homes of the base known to have their letter: recorded, or they answered.
        begun: Silent homes that have begun to answer.
        refused: Silent homes that said no.
        other: Silent homes that could not answer: away, ill, another language.
        unknown: Silent homes of which nobody knows whether somebody lives there.
        vacant: Silent homes that were seen empty; they stay in the base.
    """

    members: int = 0
    excluded: int = 0
    returned: int = 0
    partial: int = 0
    delivered: int = 0
    begun: int = 0
    refused: int = 0
    other: int = 0
    unknown: int = 0
    vacant: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNTS))

    @property
    def base(self) -> int:
        """Homes asked: the frame minus approved exclusions."""
        return self.members - self.excluded

    @property
    def count(self) -> ReturnCount:
        """Base and returns, as the gate takes them."""
        return ReturnCount(self.base, self.returned)

    @property
    def occupied(self) -> int:
        """Homes of the base that were not seen empty."""
        return self.base - self.vacant

    @property
    def categories(self) -> dict[Category, int]:
        """Homes of the base by AAPOR's categories; they add up to the base."""
        heard = self.returned + self.refused + self.other + self.unknown
        return {
            Category.COMPLETE: self.returned - self.partial,
            Category.PARTIAL: self.partial,
            Category.REFUSAL: self.refused,
            Category.NO_CONTACT: self.base - heard,
            Category.OTHER: self.other,
            Category.UNKNOWN: self.unknown,
        }


@dataclass(frozen=True, slots=True)
class BuildingCounts:
    """The tally of one building."""

    community_id: int
    building: str
    counts: Counts


class DayReturns(NamedTuple):
    """Homes of a community's base that came back on one Beijing day.

    A tracker reads ten thousand of them: a tuple is made three times as fast as a data class.
    """

    community_id: int
    day: date
    returned: int


def lock_member(session: Session, member_id: int) -> FrameMember:
    """Return a household, fresh from the database and locked until the transaction ends."""
    return session.scalars(
        select(FrameMember)
        .where(FrameMember.id == member_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).one()


def lock_members(session: Session, ids: Sequence[int]) -> list[tuple[FrameMember, bool]]:
    """Lock households in the order of their ids; return each and whether it is excluded."""
    found = session.scalars(
        select(FrameMember)
        .where(FrameMember.id.in_(ids))
        .order_by(FrameMember.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    # Asked after the lock: while we waited for it, somebody may have approved an exclusion.
    excluded = set(
        session.scalars(
            select(Exclusion.frame_member_id).where(
                Exclusion.frame_member_id.in_(ids), Exclusion.approved_at.is_not(None)
            )
        )
    )
    return [(member, member.id in excluded) for member in found]


def lock_gates_of(session: Session, ids: Sequence[int]) -> set[tuple[int, int]]:
    """Lock the gates of households as an answer does; return campaign and community of the frozen.

    The lock is shared: only a freeze waits for it.
    """
    places = select(FrameMember.campaign_id, FrameMember.community_id).where(
        FrameMember.id.in_(ids)
    )
    gates = session.scalars(
        select(Gate)
        .where(tuple_(Gate.campaign_id, Gate.community_id).in_(places))
        .order_by(Gate.id)
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    return {(gate.campaign_id, gate.community_id) for gate in gates if gate.frozen_at is not None}


def is_excluded(session: Session, member_id: int) -> bool:
    """Say whether head office approved that a household leaves the base."""
    statement = select(
        exists().where(Exclusion.frame_member_id == member_id, Exclusion.approved_at.is_not(None))
    )
    return session.scalars(statement).one()


def fresh_tally(campaign_id: int) -> Select[*tuple[Any, ...]]:
    """Select the tally of a campaign as its households say, in the order of its columns.

    This is the definition of every count once more, in the words of the database: opening fills
    the tally with it, and the check of the tally compares with it.
    """
    in_base = Exclusion.frame_member_id.is_(None)
    silent = in_base & FrameMember.returned_at.is_(None)
    conditions = {
        "excluded": Exclusion.frame_member_id.is_not(None),
        "returned": in_base & FrameMember.returned_at.is_not(None),
        "partial": in_base
        & FrameMember.returned_at.is_not(None)
        & (FrameMember.outcome == Outcome.PARTIAL),
        "delivered": in_base
        & (FrameMember.delivered_at.is_not(None) | FrameMember.returned_at.is_not(None)),
        "begun": silent & FrameMember.opened_at.is_not(None),
        "refused": silent & FrameMember.outcome.in_([Outcome.REFUSED, Outcome.REFUSED_FOR_GOOD]),
        "other": silent
        & FrameMember.outcome.in_(
            [Outcome.AWAY, Outcome.LANGUAGE, Outcome.UNABLE, Outcome.DECEASED]
        ),
        "unknown": silent & FrameMember.outcome.in_([Outcome.MOVED, Outcome.LOOKS_EMPTY]),
        "vacant": silent & (FrameMember.occupancy == Occupancy.VACANT_SEEN),
    }
    return (
        select(
            FrameMember.campaign_id,
            FrameMember.community_id,
            FrameMember.building,
            func.count().label("members"),
            *(
                func.count(case((condition, 1))).label(name)
                for name, condition in conditions.items()
            ),
        )
        .select_from(FrameMember)
        .outerjoin(Exclusion, approved_exclusion())
        .where(FrameMember.campaign_id == campaign_id)
        .group_by(FrameMember.campaign_id, FrameMember.community_id, FrameMember.building)
    )


def fill_tally(session: Session, campaign_id: int) -> None:
    """Write the tally of a campaign that has none yet, in one statement."""
    columns = ["campaign_id", "community_id", "building", *COUNTS]
    session.execute(insert(Tally).from_select(columns, fresh_tally(campaign_id)))


def count_community(session: Session, campaign_id: int, community_id: int) -> Counts:
    """Return the tally of one community."""
    statement = select(*_sums()).where(
        Tally.campaign_id == campaign_id, Tally.community_id == community_id
    )
    return Counts(*session.execute(statement).one())


def count_campaign(session: Session, campaign_id: int) -> Counts:
    """Return the tally of a whole campaign."""
    return Counts(*session.execute(select(*_sums()).where(Tally.campaign_id == campaign_id)).one())


def count_communities(session: Session, campaign_id: int, scope: Viewer) -> dict[int, Counts]:
    """Return the tally of every community that `scope` may see, by the key of the community."""
    statement = (
        select(Tally.community_id, *_sums())
        .where(Tally.campaign_id == campaign_id, seen_by(scope, Tally.community_id))
        .group_by(Tally.community_id)
    )
    return {row[0]: Counts(*row[1:]) for row in session.execute(statement)}


def count_buildings(
    session: Session, campaign_id: int, scope: Viewer, community_id: int | None = None
) -> list[BuildingCounts]:
    """Return the tally of every building that `scope` may see, or of those of one community."""
    columns = (getattr(Tally, name) for name in COUNTS)
    statement = (
        select(Tally.community_id, Tally.building, *columns)
        .where(Tally.campaign_id == campaign_id, seen_by(scope, Tally.community_id))
        .order_by(Tally.community_id, Tally.building)
    )
    if community_id is not None:
        statement = statement.where(Tally.community_id == community_id)
    return [BuildingCounts(row[0], row[1], Counts(*row[2:])) for row in session.execute(statement)]


def list_return_days(
    session: Session, campaign_id: int, scope: Viewer, community_id: int | None = None
) -> list[DayReturns]:
    """Return the days on which homes came back, by community and day; days of nobody left out."""
    statement = (
        select(ReturnDay.community_id, ReturnDay.day, ReturnDay.returned)
        .where(
            ReturnDay.campaign_id == campaign_id,
            ReturnDay.returned != 0,
            seen_by(scope, ReturnDay.community_id),
        )
        .order_by(ReturnDay.community_id, ReturnDay.day)
    )
    if community_id is not None:
        statement = statement.where(ReturnDay.community_id == community_id)
    return [DayReturns(*row) for row in session.execute(statement)]


def nth_return(
    session: Session, campaign_id: int, communities: Sequence[int], day: date, place: int
) -> datetime | None:
    """Return the instant of the `place`-th return of some communities together on one day."""
    statement = (
        _returns_of_day(campaign_id, communities, day)
        .order_by(FrameMember.returned_at)
        .offset(place - 1)
        .limit(1)
    )
    row = session.execute(statement).one_or_none()
    return None if row is None else row[1]


def nth_returns(
    session: Session, campaign_id: int, wanted: Mapping[date, Mapping[int, int]]
) -> dict[int, datetime]:
    """Return, for each community, the instant of one return of one day, in one statement.

    Args:
        session: Open session.
        campaign_id: The campaign.
        wanted: Day -> community -> place of the return among those of the day, from 1.
    """
    returns = union_all(
        *(_returns_of_day(campaign_id, list(places), day) for day, places in wanted.items())
    ).subquery()
    place = func.row_number().over(
        partition_by=returns.c.community_id, order_by=returns.c.returned_at
    )
    placed = select(returns, place.label("place")).subquery()
    pairs = [pair for places in wanted.values() for pair in places.items()]
    asked = (
        values(column("community_id", Integer), column("place", Integer), name="asked")
        .data(pairs)
        .cte("asked")
    )
    statement = select(placed.c.community_id, placed.c.returned_at).join(
        asked,
        (asked.c.community_id == placed.c.community_id) & (asked.c.place == placed.c.place),
    )
    return dict(session.execute(statement).all())


def list_approvals(
    session: Session, campaign_id: int, *, since: datetime, community_id: int | None = None
) -> list[tuple[int, datetime]]:
    """Return the exclusions in force that were approved after `since`: community and instant."""
    statement = (
        select(FrameMember.community_id, Exclusion.approved_at)
        .join(FrameMember, FrameMember.id == Exclusion.frame_member_id)
        .where(FrameMember.campaign_id == campaign_id, Exclusion.approved_at > since)
        .order_by(Exclusion.approved_at)
    )
    if community_id is not None:
        statement = statement.where(FrameMember.community_id == community_id)
    return [(place, at) for place, at in session.execute(statement) if at is not None]


def list_returns_since(
    session: Session, campaign_id: int, communities: Sequence[int], *, since: datetime
) -> list[tuple[int, datetime]]:
    """Return the returns of some communities' bases after `since`: community and instant."""
    statement = (
        select(FrameMember.community_id, FrameMember.returned_at)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id.in_(communities),
            FrameMember.returned_at > since,
            Exclusion.frame_member_id.is_(None),
        )
        .order_by(FrameMember.returned_at)
    )
    return [(place, at) for place, at in session.execute(statement) if at is not None]


def _returns_of_day(
    campaign_id: int, communities: Sequence[int], day: date
) -> Select[int, datetime | None]:
    """Select the returns of some communities' bases on one Beijing day."""
    return (
        select(FrameMember.community_id, FrameMember.returned_at)
        .outerjoin(Exclusion, approved_exclusion())
        .where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id.in_(communities),
            FrameMember.returned_at >= start_of(day),
            FrameMember.returned_at < end_of(day),
            Exclusion.frame_member_id.is_(None),
        )
    )


def update_members(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Update frame members in bulk; each row names the key and the columns that change."""
    session.execute(update(FrameMember), rows)


def _sums() -> list[Any]:
    return [func.coalesce(func.sum(getattr(Tally, name)), 0) for name in COUNTS]
