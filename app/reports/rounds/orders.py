"""Orders to compute and print the results of a campaign's communities, and how far they are.

Light: pages order and watch them, the worker carries them out (`company_work`). A round is cut
into slices, each a job of its own; what is done is noted community by community, so a round goes
on where a killed worker left it.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.jobs.queue import enqueue
from app.reports.models import PartState, StudyPart, StudyRound
from app.reports.rounds.queries import (
    find_open_round,
    find_round,
    list_frozen,
    list_open_rounds,
    list_parts,
)
from app.staff.audit import record
from app.staff.scope import SYSTEM_ACTOR
from app.surveys.campaign.models import Campaign

SLICE = "study_slice"


class NothingFrozenError(RuntimeError):
    """No community of the campaign is frozen and free of a hold; carries the campaign's key."""

    def __init__(self, campaign_id: int) -> None:
        super().__init__(campaign_id)
        self.campaign_id = campaign_id


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is.

    Attributes:
        round_id: The round.
        asked_at, ended_at: When it was ordered and when it ended.
        counts: Communities by state.
        failed: Community and what went wrong.
    """

    round_id: int
    asked_at: datetime
    ended_at: datetime | None
    counts: dict[PartState, int]
    failed: tuple[tuple[int, str], ...]

    @property
    def total(self) -> int:
        """Return the communities of the round."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """Return the communities that wait no more."""
        return self.total - self.counts.get(PartState.WAITING, 0)


def order_round(
    session: Session,
    campaign: Campaign,
    *,
    staff_id: int | None,
    now: datetime,
    community_ids: Collection[int] | None = None,
) -> StudyRound:
    """Order the results of frozen communities anew; while a round is under way, return that one.

    The same input gives the same stored result, so what is up to date already costs the time of
    computing it and changes nothing; after an upgrade all results come from the new code.

    Args:
        session: A writing transaction.
        campaign: The campaign.
        staff_id: Who ordered it, None for the command line.
        now: The present instant.
        community_ids: Only these; None takes all.

    Raises:
        NothingFrozenError: There is nothing to compute from.
    """
    running = find_open_round(session, campaign.id)
    if running is not None:
        return running
    frozen = list_frozen(session, campaign.id)
    wanted = [one for one in frozen if community_ids is None or one in community_ids]
    if not wanted:
        raise NothingFrozenError(campaign.id)
    ordered = StudyRound(campaign_id=campaign.id, asked_by=staff_id, asked_at=now, slices=0)
    session.add(ordered)
    session.flush()
    for community_id in wanted:
        session.add(
            StudyPart(
                round_id=ordered.id,
                community_id=community_id,
                state=PartState.WAITING,
                tries=0,
                problem="",
            )
        )
    record(
        session,
        actor=SYSTEM_ACTOR if staff_id is None else f"staff:{staff_id}",
        action="study.order",
        subject=f"campaign:{campaign.code}",
        detail=f"{len(wanted)}",
        now=now,
    )
    order_slice(session, ordered, now=now)
    return ordered


def order_slice(session: Session, ordered: StudyRound, *, now: datetime) -> None:
    """Queue the next slice of a round; asking again changes nothing."""
    payload = {"round_id": ordered.id, "number": ordered.slices}
    key = f"{SLICE}:{ordered.id}:{ordered.slices}"
    enqueue(session, SLICE, payload, dedup_key=key, now=now)


def resume_rounds(session: Session, *, now: datetime) -> int:
    """Queue a slice of every round that is not at its end; return how many there are."""
    found = list_open_rounds(session)
    for one in found:
        order_slice(session, one, now=now)
    return len(found)


def progress_of(session: Session, round_id: int) -> Progress | None:
    """Return how far a round is, None when there is no such round."""
    ordered = find_round(session, round_id)
    if ordered is None:
        return None
    parts = list_parts(session, round_id)
    failed = [(one.community_id, one.problem) for one in parts if one.state is PartState.FAILED]
    return Progress(
        round_id,
        ordered.asked_at,
        ordered.ended_at,
        dict(Counter(one.state for one in parts)),
        tuple(failed),
    )
