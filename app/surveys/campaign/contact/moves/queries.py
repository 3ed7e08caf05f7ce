"""The statements that move the tally: made once, for every answer runs them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import Table, Update, bindparam, exists, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

from app.surveys.campaign.contact.models import ReturnDay, Tally
from app.surveys.campaign.contact.queries import COUNTS
from app.surveys.campaign.models import Exclusion, FrameMember, Occupancy, Outcome


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What else is known of a household that answered before anything was heard of it."""

    is_delivered: bool
    is_begun: bool
    is_excluded: bool


def answer_first(
    session: Session, member: FrameMember, outcome: Outcome, at: datetime
) -> FirstAnswer | None:
    """Note that a household of which nothing was heard has answered; None if something was.

    One statement instead of a lock and a change: nearly every household answers like this. What
    it counted as before is known from the condition and from what comes back.
    """
    found = session.connection().execute(
        _ANSWER_FIRST, {"member": member.id, "said": outcome, "at": at}
    )
    row = found.one_or_none()
    if row is None:
        return None
    set_committed_value(member, "outcome", outcome)
    set_committed_value(member, "occupancy", Occupancy.OCCUPIED)
    set_committed_value(member, "returned_at", at)
    return FirstAnswer(*row)


def add_to_tally(
    session: Session,
    campaign_id: int,
    community_id: int,
    building: str,
    changes: Mapping[str, int],
) -> None:
    """Add to the counts of a building; the row is made when it is missing."""
    key = {"campaign": campaign_id, "community": community_id, "place": building}
    by = {f"by_{name}": changes.get(name, 0) for name in COUNTS}
    _add(session, Tally, _ADD_TO_TALLY, key | by)


def add_to_day(
    session: Session, campaign_id: int, community_id: int, day: date, *, by: int
) -> None:
    """Add to the returns of a community on one day; the row is made when it is missing."""
    key = {"campaign": campaign_id, "community": community_id, "place": day}
    _add(session, ReturnDay, _ADD_TO_DAY, {**key, "by_returned": by})


def _addition(table: Table, place: str) -> Update:
    """Return the statement that adds to a row of counts: made once, it costs nearly nothing."""
    counts = [column for column in table.columns if not column.primary_key]
    return (
        update(table)
        .where(
            table.c.campaign_id == bindparam("campaign"),
            table.c.community_id == bindparam("community"),
            table.c[place] == bindparam("place"),
        )
        .values({column: column + bindparam(f"by_{column.name}") for column in counts})
    )


_MEMBER = cast("Table", FrameMember.__table__)
_ADD_TO_TALLY = _addition(cast("Table", Tally.__table__), "building")
_ADD_TO_DAY = _addition(cast("Table", ReturnDay.__table__), "day")
_ANSWER_FIRST = (
    update(_MEMBER)
    .where(
        _MEMBER.c.id == bindparam("member"),
        _MEMBER.c.returned_at.is_(None),
        _MEMBER.c.outcome == Outcome.NO_CONTACT,
        _MEMBER.c.occupancy == Occupancy.UNKNOWN,
    )
    .values(outcome=bindparam("said"), occupancy=Occupancy.OCCUPIED, returned_at=bindparam("at"))
    .returning(
        _MEMBER.c.delivered_at.is_not(None),
        _MEMBER.c.opened_at.is_not(None),
        exists().where(
            Exclusion.frame_member_id == bindparam("member"), Exclusion.approved_at.is_not(None)
        ),
    )
)


def _add(
    session: Session,
    table: type[Tally] | type[ReturnDay],
    addition: Update,
    values: Mapping[str, Any],
) -> None:
    """Add to a row of counts, or make it.

    Nearly always the row is there and one UPDATE does it. Otherwise the INSERT may meet a row
    that somebody made just now; then the UPDATE finds it.
    """
    connection = session.connection()
    if connection.execute(addition, values).rowcount:
        return
    make = postgresql_insert if connection.dialect.name == "postgresql" else sqlite_insert
    place = "building" if table is Tally else "day"
    row = {
        "campaign_id": values["campaign"],
        "community_id": values["community"],
        place: values["place"],
    }
    counts = dict.fromkeys(COUNTS if table is Tally else ("returned",), 0)
    connection.execute(make(table).values({**row, **counts}).on_conflict_do_nothing())
    connection.execute(addition, values)
