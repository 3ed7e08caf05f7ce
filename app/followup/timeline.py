"""The timeline of one household (联系时间线): what was done and when, over all campaigns.

It says when and by which way a home answered, never what. Cases and visits stand on it only for
whom they exist.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from app.clock import start_of
from app.followup.homes import queries
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.contact.events import queries as event_queries
from app.surveys.campaign.contact.models import ContactChannel, ContactEvent, EventKind
from app.surveys.campaign.models import Campaign, ExclusionCode, FrameMember, Outcome
from app.surveys.response.models import Channel, Origin
from app.vault import Vault


class EntryKind(StrEnum):
    """What a line of the timeline tells."""

    IN_FRAME = "in_frame"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    NOTICE = "notice"
    REMINDER = "reminder"
    ATTEMPT = "attempt"
    NOTE = "note"
    OPENED = "opened"
    ANSWERED = "answered"
    ANSWERED_AGAIN = "answered_again"  # kept, not counted
    FLUSHED = "flushed"
    VOIDED = "voided"
    EXCLUDED = "excluded"
    CASE_OPENED = "case_opened"
    CASE_CLOSED = "case_closed"
    VISIT_PLANNED = "visit_planned"
    VISITED = "visited"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timeline.

    Attributes:
        at: When.
        campaign: The campaign it belongs to.
        kind: What happened.
        member_id: The household in the frame of that campaign.
        channel: By which way something was sent or tried.
        answered_by: By which way an answer came.
        outcome: What came of an attempt.
        exclusion: Why the home left the base.
        by: Name of who did it; empty for the system and for owners.
        note: Words of whoever did it.
        is_day: Only the day is known.
    """

    at: datetime
    campaign: Campaign
    kind: EntryKind
    member_id: int
    channel: ContactChannel | None = None
    answered_by: Channel | None = None
    outcome: Outcome | None = None
    exclusion: ExclusionCode | None = None
    by: str = ""
    note: str = ""
    is_day: bool = False


def timeline(session: Session, vault: Vault, scope: Scope, household_id: int) -> list[Entry]:
    """Return what happened with a household, the latest first; empty when out of scope.

    Takes seven statements whatever the number of campaigns.
    """
    found = queries.list_memberships(session, scope, household_id)
    campaigns = {member.id: campaign for member, campaign in found}
    if not campaigns:
        return []
    entries = [
        *(entry for member, campaign in found for entry in _of_member(member, campaign)),
        *_of_events(session, vault, campaigns),
        *_of_answers(session, scope, campaigns),
        *_of_decisions(session, campaigns),
        *_of_cases(session, scope, campaigns),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def _of_member(member: FrameMember, campaign: Campaign) -> Iterator[Entry]:
    if campaign.opened_at is not None:
        yield Entry(campaign.opened_at, campaign, EntryKind.IN_FRAME, member.id)
    if member.opened_at is not None:
        yield Entry(member.opened_at, campaign, EntryKind.OPENED, member.id)


def _of_events(session: Session, vault: Vault, campaigns: dict[int, Campaign]) -> Iterator[Entry]:
    events = event_queries.list_events(session, list(campaigns))
    notes = event_queries.list_notes(session, [event.id for event in events])
    names = queries.names_of(session, {one.staff_id for one in events if one.staff_id})
    for event in events:
        sealed = notes.get(event.id)
        yield Entry(
            event.at,
            campaigns[event.frame_member_id],
            _KINDS[event.kind],
            event.frame_member_id,
            channel=event.channel,
            outcome=event.outcome,
            by=_name(names, event),
            note=vault.open(sealed, "contact-note") if sealed is not None else "",
        )


def _of_answers(session: Session, scope: Scope, campaigns: dict[int, Campaign]) -> Iterator[Entry]:
    """Say when answers came in, and to head office which were taken out.

    An office whose staff filled forms in must not learn which home told of it.
    """
    for one in queries.list_answers(session, list(campaigns)):
        kind = EntryKind.ANSWERED
        if one.origin is Origin.FLUSHED:
            kind = EntryKind.FLUSHED
        elif not one.is_counted and one.voided_at is None:
            kind = EntryKind.ANSWERED_AGAIN
        campaign = campaigns[one.member_id]
        yield Entry(one.at, campaign, kind, one.member_id, answered_by=one.channel)
        if one.voided_at is not None and scope.role is Role.HEAD_OFFICE:
            yield Entry(one.voided_at, campaign, EntryKind.VOIDED, one.member_id)


def _of_decisions(session: Session, campaigns: dict[int, Campaign]) -> Iterator[Entry]:
    for one in queries.list_approved_exclusions(session, list(campaigns)):
        if one.approved_at is not None:
            yield Entry(
                one.approved_at,
                campaigns[one.frame_member_id],
                EntryKind.EXCLUDED,
                one.frame_member_id,
                exclusion=one.code,
            )


def _of_cases(session: Session, scope: Scope, campaigns: dict[int, Campaign]) -> Iterator[Entry]:
    for case in queries.list_cases_of(session, scope, list(campaigns)):
        member_id = case.frame_member_id
        if member_id is None:
            continue  # words from elsewhere: no home of a frame
        campaign = campaigns[member_id]
        yield Entry(case.created_at, campaign, EntryKind.CASE_OPENED, member_id)
        if case.closed_at is not None:
            yield Entry(case.closed_at, campaign, EntryKind.CASE_CLOSED, member_id)
    for visit in queries.list_visits_of(session, scope, list(campaigns)):
        campaign, member_id = campaigns[visit.frame_member_id], visit.frame_member_id
        day, kind = visit.planned_on, EntryKind.VISIT_PLANNED
        if visit.visited_on is not None:
            day, kind = visit.visited_on, EntryKind.VISITED
        yield Entry(start_of(day), campaign, kind, member_id, is_day=True)


_KINDS = {
    EventKind.DELIVERED: EntryKind.DELIVERED,
    EventKind.UNDELIVERED: EntryKind.UNDELIVERED,
    EventKind.NOTICE: EntryKind.NOTICE,
    EventKind.REMINDER: EntryKind.REMINDER,
    EventKind.ATTEMPT: EntryKind.ATTEMPT,
    EventKind.NOTE: EntryKind.NOTE,
}


def _name(names: dict[int, str], event: ContactEvent) -> str:
    return "" if event.staff_id is None else names.get(event.staff_id, "")
