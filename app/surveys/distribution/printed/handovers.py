"""The hand-over book (发放登记): printed, handed out, delivered, brought back. No commit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.campaign.contact.models import ContactChannel, EventKind
from app.surveys.campaign.contact.queries import count_buildings
from app.surveys.campaign.contact.services import NewEvent, record_events
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning.queries import lock_campaign
from app.surveys.distribution.errors import (
    BeforeOpeningError,
    OddCountError,
    PastInstantError,
)
from app.surveys.distribution.models import Handover, HandoverKind
from app.surveys.distribution.printed import queries
from app.surveys.instrument.answers import clean_text
from app.vault import Vault

DELIVERY = (ContactChannel.LETTERBOX, ContactChannel.HAND, ContactChannel.POST)
LONGEST_NAME = 40
_PURPOSE = "handover"


@dataclass(slots=True)
class BookRow:
    """One building, one community, or the sum of them, in the hand-over book.

    Attributes:
        name: The building; of a sum, the community.
        base: Homes that get a letter: the frame minus approved exclusions.
        printed, handed_out, brought_back: Pieces, struck lines left out.
        delivered: Homes whose letter is known to have arrived.
        returned: Homes with a counted answer.
    """

    name: str
    community_id: int
    base: int = 0
    printed: int = 0
    handed_out: int = 0
    brought_back: int = 0
    delivered: int = 0
    returned: int = 0

    def add(self, other: "BookRow") -> None:
        """Add another row to this sum."""
        for name in ("base", "printed", "handed_out", "brought_back", "delivered", "returned"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class BookLine:
    """One line of the book, with the name of who signed readable."""

    line: Handover
    person: str


def record_handover(  # noqa: PLR0913 - the columns of a line
    session: Session,
    vault: Vault,
    campaign: Campaign,
    *,
    community_id: int,
    building: str,
    kind: HandoverKind,
    pieces: int,
    person: str,
    happened_on: date,
    staff_id: int,
    now: datetime,
    seen: int | None = None,
    is_sure: bool = False,
) -> Handover:
    """Write a line into the book.

    Args:
        session: Open session; the caller owns the transaction.
        vault: Seals the name.
        campaign: An opened campaign.
        community_id: The community.
        building: The building.
        kind: What happened.
        pieces: How many.
        person: Who signed; nobody for what the worker printed.
        happened_on: The day, in Beijing.
        staff_id: Who writes it down.
        now: Aware instant.
        seen: The latest line the writer saw; the same line written after it is not written again.
        is_sure: The pieces are right although there can hardly be so many.

    Raises:
        PastInstantError, BeforeOpeningError: No letters can have been in hand that day.
        OddCountError: More is handed out than was printed, or comes back than was handed out.
    """
    _check_day(campaign, happened_on, now=now)
    lock_campaign(session, campaign.id)  # two posts of one form come one by one
    name = clean_text(person)[:LONGEST_NAME]
    for known in list_lines(session, vault, campaign.id, community_id):
        if seen is None or known.line.id <= seen:
            break
        if _same(known, building, kind, pieces, name, happened_on):
            return known.line
    if not is_sure:
        _check_count(session, campaign.id, community_id, building, kind, pieces)
    line = Handover(
        campaign_id=campaign.id,
        community_id=community_id,
        building=building,
        kind=kind,
        pieces=pieces,
        person_sealed=vault.seal(name, _PURPOSE) if name else None,
        happened_on=happened_on,
        staff_id=staff_id,
        recorded_at=now,
    )
    return _add(session, line)


def _add(session: Session, line: Handover) -> Handover:
    session.add(line)
    session.flush()
    return line


def _check_day(campaign: Campaign, day: date, *, now: datetime) -> None:
    """Raise PastInstantError or BeforeOpeningError for a day on which nothing was handed over."""
    if day > beijing_date(now):
        raise PastInstantError(now)
    first_day = _first_day(campaign)
    if day < first_day:
        raise BeforeOpeningError(first_day)


def _first_day(campaign: Campaign) -> date:
    """Return the day from which on there is a frame to print letters for."""
    opened = campaign.opens_on if campaign.opened_at is None else beijing_date(campaign.opened_at)
    return min(campaign.opens_on, opened)


def _same(
    known: "BookLine",
    building: str,
    kind: HandoverKind,
    pieces: int,
    person: str,
    happened_on: date,
) -> bool:
    line = known.line
    return line.struck_at is None and (
        (line.building, line.kind, line.pieces, line.happened_on, known.person)
        == (building, kind, pieces, happened_on, person)
    )


def _check_count(
    session: Session,
    campaign_id: int,
    community_id: int,
    building: str,
    kind: HandoverKind,
    pieces: int,
) -> None:
    """Raise OddCountError for more pieces than the step before left."""
    before = {
        HandoverKind.HANDED_OUT: HandoverKind.PRINTED,
        HandoverKind.BROUGHT_BACK: HandoverKind.HANDED_OUT,
    }.get(kind)
    if before is None:
        return
    sums = queries.sum_building(session, campaign_id, community_id, building)
    left = max(0, sums.get(before, 0) - sums.get(kind, 0))
    if pieces > left:
        raise OddCountError(left)


def strike(session: Session, line: Handover, *, actor: Scope, now: datetime) -> None:
    """Strike out a wrong line; it stays readable and counts no more."""
    if line.struck_at is not None:
        return
    line.struck_at = now
    line.struck_by = actor.staff_id
    audit.record(
        session,
        actor=actor,
        action="handover.strike",
        subject=f"handover:{line.id}",
        community_id=line.community_id,
        detail=f"{line.kind.value} {line.pieces}",
        now=now,
    )
    session.flush()


def mark_delivered(
    session: Session,
    campaign: Campaign,
    *,
    community_id: int,
    building: str,
    channel: ContactChannel,
    staff_id: int,
    now: datetime,
) -> int:
    """Record that the letters of a whole building arrived; return for how many homes it was new.

    Homes whose letter came back are corrected one by one on the door list.
    """
    day = beijing_date(now).isoformat()
    homes = queries.list_undelivered(session, campaign.id, community_id, building)
    return record_events(
        session,
        [
            NewEvent(
                member_id,
                now,
                EventKind.DELIVERED,
                channel,
                staff_id=staff_id,
                key=f"delivered-{member_id}-{day}",
            )
            for member_id in homes
        ],
    )


def list_book(
    session: Session, campaign_id: int, scope: Scope, community_id: int | None = None
) -> list[BookRow]:
    """Return the book building by building, from counts that are kept: no home is looked at."""
    rows: dict[tuple[int, str], BookRow] = {}
    for one in count_buildings(session, campaign_id, scope, community_id):
        rows[one.community_id, one.building] = BookRow(
            one.building,
            one.community_id,
            base=one.counts.base,
            delivered=one.counts.delivered,
            returned=one.counts.returned,
        )
    sums = queries.sum_handovers(session, campaign_id, scope, community_id)
    for community, building, kind, pieces in sums:
        row = rows.setdefault((community, building), BookRow(building, community))
        setattr(row, kind, pieces)
    return list(rows.values())


def sum_by_community(rows: Iterable[BookRow], names: dict[int, str]) -> list[BookRow]:
    """Return one row for each community, in the order of `names`."""
    sums = {key: BookRow(name, key) for key, name in names.items()}
    for row in rows:
        if row.community_id in sums:
            sums[row.community_id].add(row)
    return list(sums.values())


def list_lines(
    session: Session, vault: Vault, campaign_id: int, community_id: int
) -> list[BookLine]:
    """Return the lines of a community, the latest first."""
    return [
        BookLine(line, vault.open(line.person_sealed, _PURPOSE) if line.person_sealed else "")
        for line in queries.list_handovers(session, campaign_id, community_id)
    ]
