"""All statements on the tables of distribution."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from app.surveys.campaign.models import FrameMember
from app.surveys.campaign.queries import Viewer, seen_by
from app.surveys.distribution.models import (
    Message,
    MessageAddress,
    MessageRun,
    MessageState,
    OptOut,
    RunState,
    RunTally,
    SendChannel,
)
from app.surveys.register.models import Building, Community, Household

OPEN_STATES = frozenset(
    {RunState.PREPARING, RunState.PREVIEWED, RunState.APPROVED, RunState.SENDING}
)


@dataclass(frozen=True, slots=True)
class PlaceTally:
    """Homes of a run in one building of one community that stand alike."""

    community_id: int
    building: str
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One message with the home it is for."""

    message: Message
    room: str


@dataclass(frozen=True, slots=True)
class OptOutRow:
    """One opt-out with the home it is about."""

    opt_out: OptOut
    community: str
    building: str
    room: str


def find_run(session: Session, run_id: int) -> MessageRun | None:
    """Return a run, or None."""
    return session.get(MessageRun, run_id)


def lock_run(session: Session, run_id: int) -> MessageRun:
    """Return a run, fresh from the database and locked until the transaction ends."""
    return session.scalars(
        select(MessageRun)
        .where(MessageRun.id == run_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def list_runs(session: Session, campaign_id: int) -> list[MessageRun]:
    """Return the runs of a campaign, the latest first."""
    return list(
        session.scalars(
            select(MessageRun)
            .where(MessageRun.campaign_id == campaign_id)
            .order_by(MessageRun.id.desc())
        )
    )


def list_due_runs(session: Session, now: datetime) -> list[MessageRun]:
    """Return the approved runs whose time has come and that are not held up."""
    return list(
        session.scalars(
            select(MessageRun)
            .where(
                MessageRun.state.in_((RunState.APPROVED, RunState.SENDING)),
                MessageRun.planned_at <= now,
                or_(MessageRun.paused_until.is_(None), MessageRun.paused_until <= now),
            )
            .order_by(MessageRun.id)
        )
    )


def find_open_run(session: Session, run: MessageRun) -> MessageRun | None:
    """Return a run that is not over and brings homes of `run` the same over the same channel."""
    is_same_place = or_(
        MessageRun.community_id.is_(None), MessageRun.community_id == run.community_id
    )
    statement = select(MessageRun).where(
        MessageRun.campaign_id == run.campaign_id,
        MessageRun.kind == run.kind,
        MessageRun.channel == run.channel,
        MessageRun.state.in_(sorted(OPEN_STATES)),
    )
    if run.community_id is not None:
        statement = statement.where(is_same_place)
    return session.scalars(statement.order_by(MessageRun.id).limit(1)).first()


def add_messages(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert messages in bulk; each row names the columns of `Message`."""
    if rows:
        session.execute(insert(Message), rows)


def list_planned(session: Session, run_id: int, limit: int) -> list[Message]:
    """Return the next messages of a run that are planned, locked until the transaction ends."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.run_id == run_id, Message.state == MessageState.PLANNED)
            .order_by(Message.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def list_unsettled(session: Session, run_id: int) -> list[Message]:
    """Return the messages of a run that were on their way when a worker stopped."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.run_id == run_id, Message.state == MessageState.SENDING)
            .order_by(Message.id)
            .with_for_update()
        )
    )


def lock_messages(session: Session, ids: Sequence[int]) -> list[Message]:
    """Return messages by key, fresh from the database and locked."""
    return list(
        session.scalars(
            select(Message)
            .where(Message.id.in_(ids))
            .order_by(Message.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def list_open_of_building(
    session: Session, run_id: int, community_id: int, building: str
) -> list[Message]:
    """Return the messages of one building that are not settled yet, locked."""
    return list(
        session.scalars(
            select(Message)
            .join(FrameMember, FrameMember.id == Message.frame_member_id)
            .where(
                Message.run_id == run_id,
                Message.state.in_((MessageState.PLANNED, MessageState.SENDING)),
                FrameMember.community_id == community_id,
                FrameMember.building == building,
            )
            .order_by(Message.id)
            .with_for_update(of=Message)
        )
    )


def next_open_building(session: Session, run_id: int) -> tuple[int, str] | None:
    """Return community and building of the first message of a run that is not settled yet."""
    row = session.execute(
        select(FrameMember.community_id, FrameMember.building)
        .join(Message, Message.frame_member_id == FrameMember.id)
        .where(
            Message.run_id == run_id,
            Message.state.in_((MessageState.PLANNED, MessageState.SENDING)),
        )
        .order_by(Message.id)
        .limit(1)
    ).first()
    return None if row is None else (row[0], row[1])


def list_messages(
    session: Session, run_id: int, community_id: int, building: str
) -> list[MessageRow]:
    """Return the messages of a run to one building, by room."""
    statement = (
        select(Message, FrameMember.room)
        .join(FrameMember, FrameMember.id == Message.frame_member_id)
        .where(
            Message.run_id == run_id,
            FrameMember.community_id == community_id,
            FrameMember.building == building,
        )
        .order_by(FrameMember.room)
    )
    return [MessageRow(*row) for row in session.execute(statement)]


def list_members_by_id(session: Session, ids: Sequence[int]) -> list[FrameMember]:
    """Return frame members by key, for a run that was approved."""
    return list(session.scalars(select(FrameMember).where(FrameMember.id.in_(ids))))


def move_tally(session: Session, run_id: int, moves: Mapping[tuple[int, str, str], int]) -> None:
    """Add to the counts of a run; the keys are community, building and what is counted."""
    rows = [
        {
            "run_id": run_id,
            "community_id": community_id,
            "building": building,
            "what": what,
            "count": count,
        }
        for (community_id, building, what), count in sorted(moves.items())
        if count
    ]
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite_insert if is_sqlite else postgresql_insert)(RunTally)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["run_id", "community_id", "building", "what"],
            set_={"count": RunTally.count + statement.excluded.count},
        ),
        rows,
    )


def sum_runs(session: Session, run_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the counts of some runs as a whole."""
    statement = (
        select(RunTally.run_id, RunTally.what, func.sum(RunTally.count))
        .where(RunTally.run_id.in_(run_ids))
        .group_by(RunTally.run_id, RunTally.what)
    )
    found: dict[int, dict[str, int]] = {run_id: {} for run_id in run_ids}
    for run_id, what, count in session.execute(statement):
        found[run_id][what] = int(count)
    return found


def sum_communities(session: Session, run_id: int) -> list[tuple[int, str, str, int]]:
    """Return community, its name, what is counted and how many, for one run."""
    statement = (
        select(RunTally.community_id, Community.name, RunTally.what, func.sum(RunTally.count))
        .join(Community, Community.id == RunTally.community_id)
        .where(RunTally.run_id == run_id)
        .group_by(RunTally.community_id, Community.name, Community.code, RunTally.what)
        .order_by(Community.code)
    )
    return [(row[0], row[1], row[2], int(row[3])) for row in session.execute(statement)]


def list_tally(session: Session, run_id: int, community_id: int) -> list[PlaceTally]:
    """Return the counts of a run in one community by building."""
    statement = (
        select(RunTally.community_id, RunTally.building, RunTally.what, RunTally.count)
        .where(RunTally.run_id == run_id, RunTally.community_id == community_id)
        .order_by(RunTally.building, RunTally.what)
    )
    return [PlaceTally(*row) for row in session.execute(statement)]


def prepared_communities(session: Session, run_id: int) -> set[int]:
    """Return the communities a run has looked at already."""
    statement = select(RunTally.community_id).where(RunTally.run_id == run_id).distinct()
    return set(session.scalars(statement))


def addresses_of(
    session: Session, channel: SendChannel, household_ids: Sequence[int]
) -> dict[int, bytes]:
    """Return the sealed address of some homes on a channel."""
    statement = select(MessageAddress.household_id, MessageAddress.address_sealed).where(
        MessageAddress.channel == channel, MessageAddress.household_id.in_(household_ids)
    )
    return dict(session.execute(statement).all())


def find_address(
    session: Session, household_id: int, channel: SendChannel
) -> MessageAddress | None:
    """Return the address of a home on a channel, or None."""
    return session.get(MessageAddress, (household_id, channel))


def count_addresses(session: Session) -> dict[SendChannel, int]:
    """Return how many homes can be reached on each channel that has addresses of its own."""
    statement = select(MessageAddress.channel, func.count()).group_by(MessageAddress.channel)
    return dict(session.execute(statement).all())


def list_homes_at(session: Session, codes: Sequence[str]) -> list[tuple[str, str, str, int, int]]:
    """Return community code, building, room, household and community of some communities."""
    statement = (
        select(Community.code, Building.code, Household.room, Household.id, Community.id)
        .join(Building, Building.community_id == Community.id)
        .join(Household, Household.building_id == Building.id)
        .where(Community.code.in_(codes), Household.retired_on.is_(None))
    )
    return [(row[0], row[1], row[2], row[3], row[4]) for row in session.execute(statement)]


def find_home(
    session: Session, scope: Viewer, community_id: int, building: str, room: str
) -> Household | None:
    """Return the home at an address of the register that `scope` may see, or None."""
    return session.scalar(
        select(Household)
        .join(Building, Building.id == Household.building_id)
        .where(
            Building.community_id == community_id,
            Building.code == building,
            Household.room == room,
            Household.retired_on.is_(None),
            seen_by(scope, Building.community_id),
        )
    )


def find_opt_out(session: Session, household_id: int) -> OptOut | None:
    """Return the opt-out of a home, or None."""
    return session.get(OptOut, household_id)


def list_opt_outs(session: Session, scope: Viewer, limit: int) -> list[OptOutRow]:
    """Return the homes that asked for no more reminders, the latest first."""
    statement = (
        select(OptOut, Community.name, Building.code, Household.room)
        .join(Household, Household.id == OptOut.household_id)
        .join(Building, Building.id == Household.building_id)
        .join(Community, Community.id == Building.community_id)
        .where(seen_by(scope, Community.id))
        .order_by(OptOut.since.desc(), OptOut.household_id)
        .limit(limit)
    )
    return [OptOutRow(*row) for row in session.execute(statement)]


def count_opt_outs(session: Session) -> int:
    """Return how many homes asked for no more reminders."""
    return session.scalars(select(func.count()).select_from(OptOut)).one()


def drop_opt_out(session: Session, household_id: int) -> None:
    """Delete the opt-out of a home; none there is no error."""
    session.execute(delete(OptOut).where(OptOut.household_id == household_id))
