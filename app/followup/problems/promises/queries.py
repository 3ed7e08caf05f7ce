"""Reads of gaps, promises and corrective actions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.followup.problems.models import CorrectiveAction, ItemGap, Promise
from app.staff.models import Role, Staff
from app.staff.queries import in_scope
from app.staff.scope import Scope
from app.surveys.campaign.models import Gate
from app.surveys.register.models import Community

WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)
READERS = (Role.HEAD_OFFICE, Role.LEADER, Role.REGION, Role.OFFICE)


@dataclass(frozen=True, slots=True)
class ActionRow:
    """A corrective action on a list.

    Attributes:
        action: The action.
        community: Name of its community, None for the whole company.
        author: Who wrote it down.
        promise: The words of the promise it is about, None without one.
    """

    action: CorrectiveAction
    community: str | None
    author: str
    promise: str | None

    def is_overdue(self, today: date) -> bool:
        """Say whether its day has passed and it is not done."""
        return self.action.done_on is None and self.action.due_on < today


def list_actions(
    session: Session, scope: Scope, campaign_id: int, community_id: int | None
) -> tuple[ActionRow, ...]:
    """Return the corrective actions of a campaign this person may see, the next due first.

    Args:
        session: Open session.
        scope: Who looks.
        campaign_id: The campaign whose results they answer.
        community_id: One community; None returns those of every visible community and the
            company's own.
    """
    query = (
        select(CorrectiveAction, Community.name, Staff.name, Promise.text)
        .join(Staff, Staff.id == CorrectiveAction.staff_id)
        .outerjoin(Community, Community.id == CorrectiveAction.community_id)
        .outerjoin(Promise, Promise.id == CorrectiveAction.promise_id)
        .where(
            CorrectiveAction.campaign_id == campaign_id,
            _sees(CorrectiveAction.community_id, CorrectiveAction.campaign_id, scope),
        )
        .order_by(CorrectiveAction.due_on, CorrectiveAction.id)
    )
    if community_id is not None:
        query = query.where(CorrectiveAction.community_id == community_id)
    return tuple(ActionRow(*row) for row in session.execute(query))


def count_gaps(rows: Iterable[ActionRow]) -> dict[int, int]:
    """Return how many actions stand for each of the five gaps, those without any included."""
    counts = dict.fromkeys(range(1, 6), 0)
    for row in rows:
        counts[row.action.gap] += 1
    return counts


def find_action(session: Session, scope: Scope, key: int) -> CorrectiveAction | None:
    """Return an action for changing, None when it does not exist for this person."""
    query = (
        select(CorrectiveAction)
        .where(
            CorrectiveAction.id == key,
            _sees(CorrectiveAction.community_id, CorrectiveAction.campaign_id, scope),
        )
        .with_for_update()
    )
    return session.scalar(query)


def list_item_gaps(
    session: Session, scope: Scope, campaign_id: int, community_id: int | None
) -> dict[str, ItemGap]:
    """Return the gaps behind the items of a place, by item; those of the company without one."""
    query = select(ItemGap).where(
        ItemGap.campaign_id == campaign_id,
        ItemGap.place == (community_id or 0),
        or_(
            ItemGap.community_id.is_(None),
            _sees(ItemGap.community_id, ItemGap.campaign_id, scope),
        ),
    )
    if scope.role not in READERS:
        return {}
    return {one.item: one for one in session.scalars(query)}


def find_item_gap(
    session: Session, campaign_id: int, community_id: int | None, item: str
) -> ItemGap | None:
    """Return the gap behind an item of a place, locked on PostgreSQL; nobody is asked who looks."""
    query = select(ItemGap).where(
        ItemGap.campaign_id == campaign_id,
        ItemGap.place == (community_id or 0),
        ItemGap.item == item,
    )
    return session.scalar(query.with_for_update())


def list_promises(
    session: Session, scope: Scope, *, with_ended: bool = False
) -> list[tuple[Promise, str | None]]:
    """Return the service promises this person may see, with their communities, by item."""
    query = (
        select(Promise, Community.name)
        .outerjoin(Community, Community.id == Promise.community_id)
        .where(
            or_(Promise.community_id.is_(None), in_scope(Promise.community_id.expression, scope))
        )
        .order_by(Promise.item, Promise.made_on, Promise.id)
    )
    if not with_ended:
        query = query.where(Promise.ended_on.is_(None))
    if scope.role not in READERS:
        return []
    return [(promise, name) for promise, name in session.execute(query)]


def find_promise(session: Session, key: int) -> Promise | None:
    """Return a promise for changing, locked on PostgreSQL."""
    return session.scalar(select(Promise).where(Promise.id == key).with_for_update())


def count_overdue(
    session: Session, scope: Scope, campaign_id: int, *, today: date
) -> list[tuple[str | None, int, date]]:
    """Return the places with overdue actions: name, how many, since when."""
    query = (
        select(Community.name, func.count(), func.min(CorrectiveAction.due_on))
        .select_from(CorrectiveAction)
        .outerjoin(Community, Community.id == CorrectiveAction.community_id)
        .where(
            CorrectiveAction.campaign_id == campaign_id,
            CorrectiveAction.done_on.is_(None),
            CorrectiveAction.due_on < today,
            _sees(CorrectiveAction.community_id, CorrectiveAction.campaign_id, scope),
        )
        .group_by(Community.id, Community.name, Community.code)
        .order_by(Community.code)
    )
    return [(name, count, since) for name, count, since in session.execute(query)]


def _sees(
    community: InstrumentedAttribute[int | None], campaign: InstrumentedAttribute[int], scope: Scope
) -> ColumnElement[bool]:
    """Return the condition under which a row exists: offices see their own, once released."""
    if scope.role in {Role.HEAD_OFFICE, Role.LEADER}:
        return true()
    if scope.role not in READERS:
        return false()
    released = (
        select(Gate.id)
        .where(
            Gate.campaign_id == campaign,
            Gate.community_id == community,
            Gate.frozen_at.is_not(None),
            Gate.held_at.is_(None),
        )
        .exists()
    )
    return and_(in_scope(community.expression, scope), released)
