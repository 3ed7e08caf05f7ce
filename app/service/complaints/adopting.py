"""The round that adopts cases turned into complaints out of a survey; safe to repeat. No commit."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, FollowUp, Stage, Urgency
from app.service.complaints.books import Book, add_step, audit, get_book, note
from app.service.complaints.clocks import clock_of
from app.service.complaints.codes.services import number_for
from app.service.complaints.ending import begin_round
from app.service.complaints.models import Channel, Complaint, Step
from app.service.complaints.taking import queries
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import Calendar

AT_ONCE = 200


def adopt_turned(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Give every open case that was made a complaint what a complaint has; return how many.

    Its words are those of the home's comments, its class is still to be said, and its clock runs
    from when somebody made it a complaint. Who did that is its acceptor.
    """
    turned = queries.list_turned(session, limit)
    calendar = load_calendar(session) if turned else Calendar()
    for case, household_id, place in turned:
        _adopt(session, case, household_id, place, calendar, now=now)
    woken = queries.list_woken(session, limit)
    for complaint_id in woken:
        begin_round(session, get_book(session, complaint_id), now=now)
    session.flush()
    return len(turned) + len(woken)


def has_turned(session: Session) -> bool:
    """Say whether `adopt_turned` has anything to do."""
    return queries.has_turned(session) or bool(queries.list_woken(session, 1))


def _adopt(
    session: Session,
    case: FollowUp,
    household_id: int,
    place: str,
    calendar: Calendar,
    *,
    now: datetime,
) -> None:
    turned_at, turned_by = queries.find_turning(session, case.id) or (case.created_at, None)
    is_apart = case.on_list is CaseList.HEAD_OFFICE
    clock = clock_of(turned_at, Channel.ONLINE, calendar)
    case.is_led_elsewhere = True
    if case.household_id is None:
        case.household_id = household_id
    if case.responsible_id is None:
        case.responsible_id = turned_by
    if case.stage is Stage.ANSWERED:  # as a comment; as a complaint nobody has answered it
        case.stage, case.answered_by = Stage.IN_WORK, None
    if case.urgency is not Urgency.SAFETY:
        case.start_by = case.close_by = clock.due_on
    complaint = Complaint(
        follow_up_id=case.id,
        number=number_for(session, None if is_apart else place, turned_at),
        community_id=case.community_id,
        household_id=household_id,
        is_adopted=True,
        channel=Channel.ONLINE,
        received_at=turned_at,
        first_asked_by=turned_by,
        clock_from=turned_at,
        due_on=clock.due_on,
        due_at=clock.due_at,
    )
    session.add(complaint)
    session.flush()
    book = Book(complaint, case)
    add_step(session, book, Step.RECORD, staff_id=turned_by, now=turned_at)
    note(session, book, CaseEventKind.STEP, scope=None, now=now, detail="adopted")
    audit(session, None, book, "adopt", now=now, detail=complaint.number)
