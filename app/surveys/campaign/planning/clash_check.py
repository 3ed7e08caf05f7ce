"""The clashes of a campaign as the database knows them, and what people said about them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.surveys.campaign.models import Campaign
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.clashes import (
    EVENT_DAYS,
    NEW_MONTHS_DAYS,
    Around,
    Clash,
    ClashKind,
    Facts,
    find_clashes,
)
from app.surveys.campaign.planning.errors import ReasonNeededError
from app.surveys.campaign.planning.limits import words_in
from app.surveys.campaign.planning.models import ClashNote


@dataclass(frozen=True, slots=True)
class SeenClash:
    """A clash and the note of who has seen it; None while nobody has."""

    clash: Clash
    note: ClashNote | None


def list_clashes(session: Session, campaign: Campaign, *, now: datetime) -> list[SeenClash]:
    """Return what is in the way of a campaign, each with who has seen it."""
    notes = queries.list_notes(session, campaign.id)
    return [
        SeenClash(clash, notes.get(clash.key))
        for clash in find_clashes(_facts(session, campaign, now=now))
    ]


def acknowledge(
    session: Session,
    campaign: Campaign,
    kinds: Iterable[ClashKind],
    *,
    reason: str,
    staff_id: int,
    now: datetime,
) -> int:
    """Note that all clashes of these kinds were seen, and what is done about them.

    Returns:
        How many were new.

    Raises:
        ReasonNeededError: Nothing is said about them.
    """
    reason = words_in(reason)
    if not reason:
        raise ReasonNeededError
    wanted = frozenset(kinds)
    new = [
        seen.clash
        for seen in list_clashes(session, campaign, now=now)
        if seen.note is None and seen.clash.kind in wanted
    ]
    for clash in new:
        session.add(
            ClashNote(
                campaign_id=campaign.id,
                key=clash.key,
                reason=reason,
                seen_by=staff_id,
                seen_at=now,
            )
        )
    session.flush()
    if new:
        audit.record(
            session,
            actor=f"staff:{staff_id}",
            action="plan.clash",
            subject=f"campaign:{campaign.code}",
            detail=",".join(sorted({clash.kind for clash in new})),
            now=now,
        )
    return len(new)


def _facts(session: Session, campaign: Campaign, *, now: datetime) -> Facts:
    day = beijing_date(now)
    since = campaign.opens_on - timedelta(days=NEW_MONTHS_DAYS)
    events = queries.list_events(
        session, campaign.opens_on - timedelta(days=EVENT_DAYS), campaign.closes_on
    )
    return Facts(
        opens_on=campaign.opens_on,
        closes_on=campaign.closes_on,
        calendar=queries.load_calendar(session),
        new=tuple(
            (one.id, one.name, one.handed_over_on)
            for one in queries.list_new_communities(session, since, day)
            if one.handed_over_on is not None
        ),
        events=tuple(
            Around(
                row.event.id,
                row.event.kind,
                row.event.starts_on,
                row.event.ends_on,
                ": ".join(part for part in (row.community, row.event.note) if part),
            )
            for row in events
        ),
        others=tuple(
            (one.code, one.opens_on, one.closes_on)
            for one in queries.list_overlapping(session, campaign, campaign.closes_on)
        ),
        silent=tuple((one.id, one.name) for one in queries.list_without_phone(session, day)),
    )
