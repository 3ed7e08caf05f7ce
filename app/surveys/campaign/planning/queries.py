"""All statements on the tables of a plan."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from app.staff.models import Role, Staff
from app.surveys.campaign.models import Campaign, CampaignState, Gate
from app.surveys.campaign.planning.models import (
    CalendarDay,
    ClashNote,
    ContextEvent,
    DayKind,
    ItemChange,
    OwnersTalk,
    PlanTask,
)
from app.surveys.campaign.planning.workdays import Calendar
from app.surveys.campaign.queries import LivingHousehold
from app.surveys.register.models import Building, Community, Household


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task with the names of who answers for it and who ticked it."""

    task: PlanTask
    person: str | None
    done_by: str | None


@dataclass(frozen=True, slots=True)
class EventRow:
    """A context event with the name of its community; None for the whole company."""

    event: ContextEvent
    community: str | None


def lock_campaign(session: Session, campaign_id: int) -> Campaign:
    """Return a campaign fresh from the database, locked until the transaction ends."""
    return session.scalars(
        select(Campaign)
        .where(Campaign.id == campaign_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def role_of(session: Session, staff_id: int) -> Role:
    """Return the role of an account."""
    return session.scalars(select(Staff.role).where(Staff.id == staff_id)).one()


def name_of(session: Session, staff_id: int | None) -> str:
    """Return the name of an account, nothing for nobody."""
    if staff_id is None:
        return ""
    return session.scalar(select(Staff.name).where(Staff.id == staff_id)) or ""


def list_people(session: Session, roles: Iterable[Role]) -> list[Staff]:
    """Return the accounts of some roles, by role and name."""
    return list(
        session.scalars(
            select(Staff).where(Staff.role.in_(list(roles))).order_by(Staff.role, Staff.name)
        )
    )


def list_tasks(session: Session, campaign_id: int) -> list[PlanTask]:
    """Return the tasks of a campaign in the order they were made."""
    return list(
        session.scalars(
            select(PlanTask).where(PlanTask.campaign_id == campaign_id).order_by(PlanTask.id)
        )
    )


def list_task_rows(session: Session, campaign_id: int) -> list[TaskRow]:
    """Return the tasks of a campaign by day, those without a day last."""
    person, ticked = select(Staff).subquery(), select(Staff).subquery()
    statement = (
        select(PlanTask, person.c.name, ticked.c.name)
        .outerjoin(person, person.c.id == PlanTask.staff_id)
        .outerjoin(ticked, ticked.c.id == PlanTask.done_by)
        .where(PlanTask.campaign_id == campaign_id)
        .order_by(PlanTask.due_on.is_(None), PlanTask.due_on, PlanTask.offset_days, PlanTask.id)
    )
    return [TaskRow(*row) for row in session.execute(statement)]


def find_task(session: Session, campaign_id: int, key: str) -> PlanTask | None:
    """Return a task of a campaign, or None."""
    return session.scalar(
        select(PlanTask).where(PlanTask.campaign_id == campaign_id, PlanTask.key == key)
    )


def load_calendar(session: Session) -> Calendar:
    """Return the calendar of all known years."""
    rows = list(session.scalars(select(CalendarDay)))
    return Calendar(
        holidays={row.day: row.name for row in rows if row.kind is DayKind.HOLIDAY},
        make_up={row.day: row.name for row in rows if row.kind is DayKind.MAKE_UP},
    )


def list_days(session: Session, year: int) -> list[CalendarDay]:
    """Return the days of one year."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    return list(
        session.scalars(
            select(CalendarDay)
            .where(CalendarDay.day.between(first, last))
            .order_by(CalendarDay.day)
        )
    )


def list_talks(session: Session, campaign_id: int) -> list[OwnersTalk]:
    """Return the talks of a campaign, the latest first."""
    return list(
        session.scalars(
            select(OwnersTalk)
            .where(OwnersTalk.campaign_id == campaign_id)
            .order_by(OwnersTalk.held_on.desc(), OwnersTalk.id.desc())
        )
    )


def list_changes(session: Session, campaign_id: int) -> list[tuple[ItemChange, OwnersTalk | None]]:
    """Return what talks and the pilot changed, in the order it was recorded."""
    statement = (
        select(ItemChange, OwnersTalk)
        .outerjoin(OwnersTalk, OwnersTalk.id == ItemChange.talk_id)
        .where(ItemChange.campaign_id == campaign_id)
        .order_by(ItemChange.id)
    )
    return [(change, talk) for change, talk in session.execute(statement)]


def find_change(session: Session, campaign_id: int, change_id: int) -> ItemChange | None:
    """Return a note on an item of a campaign, or None."""
    return session.scalar(
        select(ItemChange).where(ItemChange.campaign_id == campaign_id, ItemChange.id == change_id)
    )


def count_changes_of(session: Session, talk_id: int) -> int:
    """Return how many notes on items, of whatever campaign, name a talk."""
    statement = select(func.count()).where(ItemChange.talk_id == talk_id)
    return session.scalar(statement) or 0


def find_noted_before(session: Session, campaign: Campaign) -> Campaign | None:
    """Return the last campaign before this one that has notes on items, or None."""
    return session.scalar(
        select(Campaign)
        .where(
            Campaign.opens_on < campaign.opens_on,
            Campaign.pilot_of_id.is_(None),
            Campaign.id.in_(select(ItemChange.campaign_id)),
        )
        .order_by(Campaign.opens_on.desc(), Campaign.id.desc())
        .limit(1)
    )


def list_notes(session: Session, campaign_id: int) -> dict[str, ClashNote]:
    """Return the clashes somebody has seen, by key."""
    notes = session.scalars(select(ClashNote).where(ClashNote.campaign_id == campaign_id))
    return {note.key: note for note in notes}


def list_events(
    session: Session,
    first: date,
    last: date,
    community_ids: Iterable[int] | None = None,
) -> list[EventRow]:
    """Return the events that touch these days, the earliest first.

    Args:
        session: Open session.
        first: First day.
        last: Last day.
        community_ids: Only those of these communities and of the whole company; None for all.
    """
    statement = (
        select(ContextEvent, Community.name)
        .outerjoin(Community, Community.id == ContextEvent.community_id)
        .where(ContextEvent.starts_on <= last, ContextEvent.ends_on >= first)
        .order_by(ContextEvent.starts_on, ContextEvent.id)
    )
    if community_ids is not None:
        wanted = ContextEvent.community_id.in_(sorted(community_ids))
        statement = statement.where(or_(ContextEvent.community_id.is_(None), wanted))
    return [EventRow(*row) for row in session.execute(statement)]


def find_event(session: Session, event_id: int) -> ContextEvent | None:
    """Return a context event, or None."""
    return session.get(ContextEvent, event_id)


def list_new_communities(session: Session, since: date, day: date) -> list[Community]:
    """Return the communities handed over after `since` and still served on `day`."""
    statement = (
        select(Community)
        .where(Community.handed_over_on > since, _served(day))
        .order_by(Community.code)
    )
    return list(session.scalars(statement))


def list_without_phone(session: Session, day: date) -> list[Community]:
    """Return the communities whose office has no telephone number."""
    statement = select(Community).where(Community.office_phone == "", _served(day))
    return list(session.scalars(statement.order_by(Community.code)))


def list_served(session: Session, day: date) -> list[Community]:
    """Return the communities still served on a day."""
    return list(session.scalars(select(Community).where(_served(day)).order_by(Community.code)))


def list_overlapping(session: Session, campaign: Campaign, last: date) -> list[Campaign]:
    """Return the other campaigns that collect answers in the days of this one."""
    statement = (
        select(Campaign)
        .where(
            Campaign.id != campaign.id,
            Campaign.pilot_of_id.is_(None),
            Campaign.state != CampaignState.CLOSED,
            Campaign.opens_on <= last,
            Campaign.closes_on >= campaign.opens_on,
        )
        .order_by(Campaign.opens_on)
    )
    return list(session.scalars(statement))


def count_unfrozen(session: Session, campaign_id: int) -> int:
    """Return how many communities of a campaign have no frozen answers yet."""
    statement = select(func.count()).where(
        Gate.campaign_id == campaign_id, Gate.frozen_at.is_(None)
    )
    return session.scalar(statement) or 0


def has_campaign_in(session: Session, first: date, last: date) -> bool:
    """Say whether a campaign begins in these days; pilots are none."""
    statement = select(func.count()).where(
        Campaign.opens_on.between(first, last), Campaign.pilot_of_id.is_(None)
    )
    return bool(session.scalar(statement))


def count_unapproved(session: Session, until: date) -> int:
    """Return how many campaigns that begin by a day have a plan nobody has approved."""
    statement = select(func.count()).where(
        Campaign.state == CampaignState.DRAFT,
        Campaign.pilot_of_id.is_(None),
        Campaign.opens_on <= until,
    )
    return session.scalar(statement) or 0


def find_pilot(session: Session, campaign_id: int) -> Campaign | None:
    """Return the pilot of a campaign, or None."""
    return session.scalar(select(Campaign).where(Campaign.pilot_of_id == campaign_id))


def list_homes(session: Session, day: date, community_ids: Sequence[int]) -> list[LivingHousehold]:
    """Return the households living in some communities on a day, in the order they are printed."""
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
        .where(
            Community.id.in_(community_ids),
            _served(day),
            or_(Household.retired_on.is_(None), Household.retired_on > day),
        )
        .order_by(Community.code, Building.code, Household.room)
    )
    return [LivingHousehold(*row) for row in session.execute(statement)]


def delete_days(session: Session, first: date, last: date) -> None:
    """Let days be what their weekday says."""
    session.execute(delete(CalendarDay).where(CalendarDay.day.between(first, last)))


def _served(day: date) -> ColumnElement[bool]:
    return or_(Community.retired_on.is_(None), Community.retired_on > day)
