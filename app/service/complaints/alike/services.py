"""Noting repeats, suggesting groups, and head office's word on them. No commit.

A repeat is a fact and noted at once. That several homes mean one matter is a suggestion, which
head office confirms or dismisses. A matter dismissed is not suggested again with the same homes.
"""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.service.complaints.alike import queries
from app.service.complaints.books import Book
from app.service.complaints.codes.services import read_settings
from app.service.complaints.errors import GroupDecidedError, NotAllowedError
from app.service.complaints.models import ComplaintGroup, GroupState
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope

_RAISED_BEFORE = timedelta(days=3 * 365)


def detect(session: Session, book: Book, *, now: datetime) -> None:
    """Note whether a sorted complaint repeats an earlier one, and suggest a group of homes."""
    found = book.complaint
    if found.sub_code is None:
        return
    settings = read_settings(session)
    if found.household_id is not None:
        window = timedelta(days=settings["repeat_days"])
        since = found.received_at - window
        found.repeat_of = queries.find_earlier(session, found, book.case.on_list, since)
        session.flush()
        queries.link_later(session, found, book.case.on_list, found.received_at + window)
    queries.unlink(session, found, book.case.on_list)
    _leave_group(session, book)
    session.flush()
    building_id = queries.building_of(session, found.household_id)
    reach = timedelta(days=settings["group_days"])
    if building_id is not None:
        least = settings["group_building"]
        _suggest(session, book, building_id=building_id, least=least, reach=reach, now=now)
    least = settings["group_community"]
    _suggest(session, book, building_id=None, least=least, reach=reach, now=now)


def _leave_group(session: Session, book: Book) -> None:
    """Take a complaint out of a group of another matter, or of a list it left."""
    found = book.complaint
    group = None if found.group_id is None else queries.get_group(session, found.group_id)
    if group is None:
        return
    if group.on_list is not book.case.on_list or group.sub_code != found.sub_code:
        found.group_id = None


def note_raised_before(session: Session, book: Book) -> bool:
    """Look further back for what the customer says he raised before; say whether it was found.

    His word opens the window of `repeat_days`: he knows better than a number of days.
    """
    found = book.complaint
    if found.repeat_of is None and found.household_id is not None and found.sub_code is not None:
        since = found.received_at - _RAISED_BEFORE
        found.repeat_of = queries.find_earlier(session, found, book.case.on_list, since)
        session.flush()
    return found.repeat_of is not None


def _suggest(
    session: Session,
    book: Book,
    *,
    building_id: int | None,
    least: int,
    reach: timedelta,
    now: datetime,
) -> None:
    """Put this complaint and those like it into one group, when there are homes enough."""
    found = book.complaint
    alike = queries.list_alike(
        session,
        found,
        book.case.on_list,
        building_id=building_id,
        since=found.received_at - reach,
        until=found.received_at + reach,
    )
    homes = {home if home is not None else -key for key, home, _ in alike}
    if len(homes) < least:
        return
    known = sorted({group for _, _, group in alike if group is not None})
    group = queries.find_group_of(session, known, building_id) if known else None
    if group is None:
        group = ComplaintGroup(
            community_id=found.community_id,
            building_id=building_id,
            sub_code=found.sub_code or "",
            on_list=book.case.on_list,
            suggested_at=now,
        )
        session.add(group)
        session.flush()
    # What head office has decided on stays as it is; a wider suggestion takes in a narrower one.
    undecided = queries.list_open_groups(session, known) if building_id is None else set()
    free = [key for key, _, of in alike if of is None or of in undecided]
    queries.join_group(session, free, group.id)
    session.refresh(found, ["group_id"])


def decide_group(
    session: Session, scope: Scope, group_id: int, *, is_one: bool, now: datetime
) -> None:
    """Say whether complaints of several homes are one matter.

    Raises:
        NotAllowedError: Somebody else than head office.
        GroupDecidedError: There is no such suggestion.
    """
    if scope.role is not Role.HEAD_OFFICE:
        raise NotAllowedError(scope.staff_id, "confirm_group")
    group = queries.get_group(session, group_id)
    if group is None or group.state is not GroupState.SUGGESTED:
        raise GroupDecidedError(group_id)
    group.state = GroupState.CONFIRMED if is_one else GroupState.DISMISSED
    group.decided_at, group.decided_by = now, scope.staff_id
    record(
        session,
        actor=scope,
        action="complaint.group",
        subject=f"complaint_group:{group_id}",
        community_id=group.community_id,
        detail=group.state.value,
        now=now,
    )
    session.flush()


def confirm_group(session: Session, scope: Scope, group_id: int, *, now: datetime) -> None:
    """Say that complaints of several homes are one matter; as `decide_group`."""
    decide_group(session, scope, group_id, is_one=True, now=now)


def dismiss_group(session: Session, scope: Scope, group_id: int, *, now: datetime) -> None:
    """Say that complaints of several homes are several matters; as `decide_group`."""
    decide_group(session, scope, group_id, is_one=False, now=now)
