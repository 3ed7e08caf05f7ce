"""Reads and locks of cases: making them, lists by the page, triage, praise, capacity, people."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.followup.history.models import (
    CaseCapacity,
    CaseEvent,
    CaseEventKind,
    CaseNote,
    ContactUndo,
)
from app.followup.models import (
    Attempt,
    CaseList,
    CaseState,
    ContactRecord,
    FollowUp,
    Outcome,
    Reply,
    Urgency,
)
from app.followup.queries import list_rows, visible_cases
from app.followup.rows import CaseRow, CommentFact
from app.staff.models import Role, Staff, StaffCommunity
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.response.models import Comment, Response

BOARD = 40  # cases of one look at the triage board


def list_team(
    session: Session, community_ids: Collection[int] | None, *, on_list: CaseList
) -> list[Staff]:
    """Return who may answer for cases of a list, by name.

    Of head office's list that is head office and its callers. Of a community's it is its office
    and stewards, head office, and callers, whom head office alone may name.
    """
    own = select(StaffCommunity.staff_id)
    if community_ids is not None:
        own = own.where(StaffCommunity.community_id.in_(sorted(community_ids)))
    office = and_(
        Staff.role.in_([Role.OFFICE, Role.STEWARD]),
        or_(Staff.all_communities, Staff.id.in_(own)),
    )
    head = Staff.role.in_([Role.HEAD_OFFICE, Role.CALLER])
    wanted = head if on_list is CaseList.HEAD_OFFICE else or_(head, office)
    query = select(Staff).where(wanted, Staff.disabled_at.is_(None)).order_by(Staff.name, Staff.id)
    return list(session.scalars(query))


def find_capacity(session: Session, community_id: int) -> CaseCapacity | None:
    """Return what a community said about its people, None when it said nothing."""
    return session.get(CaseCapacity, community_id)


def list_events(session: Session, case_id: int) -> list[tuple[CaseEvent, str, str, bytes | None]]:
    """Return what happened with a case, oldest first: who did it, to whom, with which note."""
    actor, target = aliased(Staff), aliased(Staff)
    query = (
        select(
            CaseEvent,
            func.coalesce(actor.name, ""),
            func.coalesce(target.name, ""),
            CaseNote.text_sealed,
        )
        .outerjoin(actor, actor.id == CaseEvent.staff_id)
        .outerjoin(target, target.id == CaseEvent.to_staff_id)
        .outerjoin(CaseNote, CaseNote.event_id == CaseEvent.id)
        .where(CaseEvent.follow_up_id == case_id)
        .order_by(CaseEvent.id)
    )
    return [(event, by, to, note) for event, by, to, note in session.execute(query)]


def is_led_elsewhere(session: Session, case_id: int) -> bool:
    """Say whether a slice of the service loop leads a case, and no act of the survey moves it."""
    return bool(session.scalar(select(FollowUp.is_led_elsewhere).where(FollowUp.id == case_id)))


def list_standing_contacts(session: Session, case_id: int) -> list[ContactRecord]:
    """Return the contacts of a case that were not taken back, oldest first."""
    query = (
        select(ContactRecord)
        .outerjoin(ContactUndo, ContactUndo.contact_id == ContactRecord.id)
        .where(ContactRecord.follow_up_id == case_id, ContactUndo.contact_id.is_(None))
        .order_by(ContactRecord.at, ContactRecord.id)
    )
    return list(session.scalars(query))


def find_reopened_at(session: Session, case_id: int) -> datetime | None:
    """Return when a case was last opened again, None when it never was."""
    query = select(func.max(CaseEvent.at)).where(
        CaseEvent.follow_up_id == case_id, CaseEvent.kind == CaseEventKind.REOPENED
    )
    return session.scalar(query)


def list_reply_times(session: Session, member_id: int | None) -> list[datetime]:
    """Return when each comment of a home that has a reply got its first one."""
    query = (
        select(func.min(Reply.published_at))
        .join(Comment, Comment.id == Reply.comment_id)
        .join(Response, Response.id == Comment.response_id)
        .where(Response.frame_member_id == member_id)
        .group_by(Reply.comment_id)
    )
    return list(session.scalars(query))


def is_failed_try(contact: ContactRecord) -> bool:
    """Say whether nobody was reached; somebody who asked to come again was."""
    return contact.outcome is Outcome.UNREACHABLE and contact.attempt is not Attempt.COME_AGAIN


def lock_campaign(session: Session, campaign_id: int) -> None:
    """Let one transaction at a time make cases of a campaign (PostgreSQL).

    The lock leaves foreign keys alone, so owners go on answering meanwhile.
    """
    query = select(Campaign.id).where(Campaign.id == campaign_id).with_for_update(key_share=True)
    session.execute(query).one()


def list_comment_facts(session: Session, campaign_id: int) -> list[CommentFact]:
    """Return the comments that may change a list, without their words, by household.

    These are the comments of households without a case, and of households with several comments:
    one comment with its case is settled, and most are.
    """
    several = (
        select(Response.frame_member_id)
        .join(Comment, Comment.response_id == Response.id)
        .join(FrameMember, FrameMember.id == Response.frame_member_id)
        .where(FrameMember.campaign_id == campaign_id)
        .group_by(Response.frame_member_id)
        .having(func.count() > 1)
    )
    query = (
        select(
            FrameMember.id,
            FrameMember.community_id,
            FrameMember.household_id,
            Comment.wish,
            Response.received_at,
            FollowUp,
        )
        .join(Response, Response.frame_member_id == FrameMember.id)
        .join(Comment, Comment.response_id == Response.id)
        .outerjoin(FollowUp, FollowUp.frame_member_id == FrameMember.id)
        .where(
            FrameMember.campaign_id == campaign_id,
            or_(FollowUp.id.is_(None), FrameMember.id.in_(several)),
        )
        .order_by(FrameMember.id, Response.received_at)
        .execution_options(populate_existing=True)
    )
    return [CommentFact(*row) for row in session.execute(query)]


def list_unread(session: Session, campaign_id: int, limit: int) -> list[FollowUp]:
    """Return cases whose words nothing has looked at yet, oldest first."""
    query = (
        select(FollowUp)
        .where(
            FollowUp.campaign_id == campaign_id,
            FollowUp.triaged_at.is_(None),
            FollowUp.hint.is_(None),
        )
        .order_by(FollowUp.id)
        .limit(limit)
    )
    return list(session.scalars(query))


@dataclass(frozen=True, slots=True)
class TriageCounts:
    """What waits on the triage board.

    Attributes:
        safety: Not looked at, and its words tell of danger.
        praise: Not looked at, and nothing but praise.
        other: Not looked at, anything else.
        open_safety: Looked at, a danger to people, still open.
    """

    safety: int
    praise: int
    other: int
    open_safety: int

    @property
    def waiting(self) -> int:
        """Return how many cases nobody has looked at."""
        return self.safety + self.praise + self.other


def count_triage(session: Session, campaign_id: int) -> TriageCounts:
    """Count what waits on the triage board of head office, from two indices."""
    hint = FollowUp.hint
    waiting = select(
        func.count(case((hint == Urgency.SAFETY, 1))),
        func.count(case((hint == Urgency.PRAISE_ONLY, 1))),
        func.count(),
    ).where(FollowUp.campaign_id == campaign_id, FollowUp.triaged_at.is_(None))
    safety, praise, all_ = session.execute(waiting).one()
    open_safety = session.scalar(
        select(func.count()).where(
            FollowUp.campaign_id == campaign_id,
            FollowUp.urgency == Urgency.SAFETY,
            FollowUp.state == CaseState.OPEN,
        )
    )
    return TriageCounts(safety, praise, all_ - safety - praise, open_safety or 0)


def list_triage(
    session: Session, scope: Scope, campaign_id: int, *, hint: Urgency | None = None
) -> list[CaseRow]:
    """Return cases nobody has looked at, those of one kind of words; the oldest first."""
    if scope.role is not Role.HEAD_OFFICE:
        return []
    where = [FollowUp.campaign_id == campaign_id, FollowUp.triaged_at.is_(None)]
    if hint is Urgency.ORDINARY:
        where.append(or_(FollowUp.hint.is_(None), FollowUp.hint == Urgency.ORDINARY.value))
    elif hint is not None:
        where.append(FollowUp.hint == hint.value)
    return list_rows(session, scope, where, order=(FollowUp.id.asc(),), limit=BOARD)


def list_other_cases(
    session: Session, scope: Scope, household_id: int, *, except_id: int
) -> Sequence[FollowUp]:
    """Return the other cases of a home that this person may see, the latest first."""
    query = (
        select(FollowUp)
        .where(
            FollowUp.household_id == household_id,
            FollowUp.frame_member_id.is_not(None),  # the others have pages of their own
            FollowUp.id != except_id,
            visible_cases(scope),
        )
        .order_by(FollowUp.id.desc())
        .limit(10)
    )
    return session.scalars(query).all()
