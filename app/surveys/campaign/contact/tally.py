"""The tally (计数表): counts of each building and day, changed together with the rows they count.

Whoever changes what a household counts as does it in three steps, all in one transaction::

    before = tally.lock(session, member)
    ...  # change the member, or the approval of its exclusion
    tally.move(session, member, before)

The lock of the member's row puts two changes of one household in a row. Locks are always taken in
the order gate, answer, member, building, day; whoever changes many households locks all members
first (`services.record_events`) and does so once in a transaction. So nobody waits in a circle.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.surveys.campaign.contact import queries
from app.surveys.campaign.contact.moves import queries as moves
from app.surveys.campaign.contact.outcomes import Category, category_of
from app.surveys.campaign.models import FrameMember, Occupancy, Outcome

_SILENT_COLUMNS = {
    Category.REFUSAL: "refused",
    Category.OTHER: "other",
    Category.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class Position:
    """Everything about a household that the tally counts.

    Attributes:
        outcome: What has become of it.
        is_vacant: It was seen empty.
        is_delivered: Its letter is recorded as delivered.
        is_begun: Somebody began to answer.
        returned_on: Beijing day it came back; None without a counted answer.
        is_excluded: Head office approved that it leaves the base.
    """

    outcome: Outcome
    is_vacant: bool
    is_delivered: bool
    is_begun: bool
    returned_on: date | None
    is_excluded: bool

    @property
    def columns(self) -> frozenset[str]:
        """Columns of the tally that count it."""
        if self.is_excluded:
            return frozenset({"members", "excluded"})
        found = {"members"}
        if self.is_delivered:
            found.add("delivered")
        if self.returned_on is not None:
            found |= {"returned", "delivered"}
            if self.outcome is Outcome.PARTIAL:
                found.add("partial")
            return frozenset(found)
        silent = _SILENT_COLUMNS.get(category_of(self.outcome))
        if silent is not None:
            found.add(silent)
        if self.is_begun:
            found.add("begun")
        if self.is_vacant:
            found.add("vacant")
        return frozenset(found)

    @property
    def day(self) -> date | None:
        """Day that counts its return; None when no day does."""
        return None if self.is_excluded else self.returned_on


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A building in a campaign: the key of a row of the tally."""

    campaign_id: int
    community_id: int
    building: str


def position_of(member: FrameMember, *, is_excluded: bool) -> Position:
    """Return what the tally knows of a household."""
    return Position(
        outcome=member.outcome,
        is_vacant=member.occupancy is Occupancy.VACANT_SEEN,
        is_delivered=member.delivered_at is not None,
        is_begun=member.opened_at is not None,
        returned_on=_day(member),
        is_excluded=is_excluded,
    )


def lock(session: Session, member: FrameMember) -> Position:
    """Lock the row of a household until the transaction ends and return what it counts as now.

    The member is read again, so changes of it that were not flushed yet would be lost.
    """
    queries.lock_member(session, member.id)
    return position_of(member, is_excluded=queries.is_excluded(session, member.id))


def move(
    session: Session, member: FrameMember, before: Position, *, is_excluded: bool | None = None
) -> None:
    """Move the tally from what a household counted as to what it counts as now.

    Args:
        session: Open session; the caller owns the transaction.
        member: The household, changed.
        before: What `lock` returned.
        is_excluded: Whether it is excluded now; None when that was not touched.
    """
    after = position_of(member, is_excluded=before.is_excluded)
    if is_excluded is not None:
        after = replace(after, is_excluded=is_excluded)
    session.flush()
    place = Place(member.campaign_id, member.community_id, member.building)
    move_many(session, [(place, before, after)])


def move_first_answer(session: Session, member: FrameMember, first: moves.FirstAnswer) -> None:
    """Move the tally for a household that answered before anything was heard of it."""
    before = Position(
        outcome=Outcome.NO_CONTACT,
        is_vacant=False,
        is_delivered=first.is_delivered,
        is_begun=first.is_begun,
        returned_on=None,
        is_excluded=first.is_excluded,
    )
    place = Place(member.campaign_id, member.community_id, member.building)
    after = replace(before, outcome=member.outcome, returned_on=_day(member))
    move_many(session, [(place, before, after)])


def move_many(session: Session, changed: Iterable[tuple[Place, Position, Position]]) -> None:
    """Move the tally for many households: every building once, in the order of the keys."""
    buildings: defaultdict[Place, Counter[str]] = defaultdict(Counter)
    days: Counter[tuple[int, int, date]] = Counter()
    for place, before, after in changed:
        buildings[place].update(after.columns)
        buildings[place].subtract(before.columns)
        for day, by in ((before.day, -1), (after.day, 1)):
            if day is not None:
                days[place.campaign_id, place.community_id, day] += by
    for place in sorted(buildings):
        changes = {column: by for column, by in buildings[place].items() if by}
        if changes:
            moves.add_to_tally(
                session, place.campaign_id, place.community_id, place.building, changes
            )
    for key in sorted(key for key, by in days.items() if by):
        moves.add_to_day(session, *key, by=days[key])


def _day(member: FrameMember) -> date | None:
    """Return the Beijing day a household came back, None when it did not."""
    return None if member.returned_at is None else beijing_date(member.returned_at)
