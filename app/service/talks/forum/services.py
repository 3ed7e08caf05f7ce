"""Commands of forum opinions: take one in, take a file in, reply. None commits.

Each is exactly one case (source FORUM) with three working days to reply. The same words pasted
twice are one.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.cases.contacts import move
from app.followup.cases.rules import hint_of
from app.followup.errors import FieldError
from app.followup.history.log import note_event
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, CaseState, FollowUp, Source, Stage, Urgency
from app.followup.queries import get_case
from app.followup.rules import check_text
from app.service.talks.errors import LinesError, NotFoundError, StepError
from app.service.talks.forum import queries
from app.service.talks.forum.lines import LONGEST_AUTHOR, LONGEST_LINK, Line
from app.service.talks.forum.queries import Filters
from app.service.talks.models import ForumOpinion
from app.service.talks.queries import lock_communities
from app.service.talks.rows import ForumInput, ForumView
from app.service.talks.rules import DEPARTMENTS, REPLY_WAYS, reply_by, same_words
from app.staff.audit import record, record_many
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.planning.queries import load_calendar
from app.surveys.campaign.planning.workdays import Calendar
from app.surveys.register.homes.queries import find_home
from app.surveys.register.homes.search import search
from app.vault import Vault

PURPOSE = "talk"
_MARK = "forum-opinion"
LONGEST_PLACE = 60


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of many opinions.

    Attributes:
        added: Keys of the new cases.
        known: How many were there before.
        without_home: Lines whose address was not found.
    """

    added: tuple[int, ...]
    known: int
    without_home: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyInput:
    """A reply as somebody writes it down: where, when, and what it says."""

    on: date
    way: str
    text: str


def take_in(
    session: Session, vault: Vault, scope: Scope, opinion: ForumInput, *, now: datetime
) -> tuple[int, bool]:
    """Take an opinion in as one case of source FORUM.

    Returns:
        The key of its case, and whether it is new; the same words come to the case they have.

    Raises:
        FieldError: Something is missing or cannot be true.
    """
    _check(session, scope, opinion, now=now)
    lock_communities(session, [opinion.community_id])
    return _take(session, vault, scope, opinion, load_calendar(session), now=now)


def take_lines(
    session: Session,
    vault: Vault,
    scope: Scope,
    lines: Sequence[Line],
    common: ForumInput,
    *,
    now: datetime,
) -> Taken:
    """Take the lines of a file or of pasted text in; all or nothing.

    Args:
        session: A writing transaction.
        vault: Seals the words.
        scope: Who took them in.
        lines: As read.
        common: What all have in common; its day stands where a line says none.
        now: The present instant.

    Raises:
        LinesError: A line cannot be true; names it.
        FieldError: The common part cannot be true.
    """
    _check(session, scope, replace(common, text="-"), now=now)
    lock_communities(session, [common.community_id])
    calendar = load_calendar(session)
    added: list[int] = []
    lost: list[int] = []
    for line in lines:
        home = _home_of(session, vault, scope, common.community_id, line.home, now=now)
        if line.home and home is None:
            lost.append(line.line)
        one = replace(
            common,
            text=line.text,
            said_on=line.said_on or common.said_on,
            author=line.author,
            link=line.link or common.link,
            place_name=line.place_name or common.place_name,
            household_id=home,
        )
        try:
            _check(session, scope, one, now=now)
        except FieldError as error:
            raise LinesError(line.line, error.problem) from None
        key, is_new = _take(session, vault, scope, one, calendar, now=now)
        if is_new:
            added.append(key)
    return Taken(tuple(added), len(lines) - len(added), tuple(lost))


def reply(
    session: Session, vault: Vault, scope: Scope, case_id: int, said: ReplyInput, *, now: datetime
) -> None:
    """Keep the reply that was given; it answers the case and closes it.

    Raises:
        NotFoundError: The opinion does not exist for this person.
        StepError: It was replied to before.
        FieldError: Something is missing, or the day lies ahead or before the opinion.
    """
    _row(session, scope, case_id)
    opinion = queries.lock_opinion(session, case_id)
    if opinion.replied_at is not None:
        raise StepError("forum_opinion", "replied")
    check_text("text", said.text)
    if said.way not in REPLY_WAYS:
        raise FieldError("way", "unknown")
    if said.on > beijing_date(now):
        raise FieldError("on", "in_future")
    if said.on < opinion.said_on:
        raise FieldError("on", "before_words")
    opinion.reply_sealed = vault.seal(said.text.strip(), PURPOSE)
    opinion.reply_way, opinion.replied_on = said.way, said.on
    opinion.replied_at, opinion.replied_by = now, scope.staff_id
    found = get_case(session, case_id)
    if found.state is CaseState.OPEN and found.source is Source.FORUM:
        found.answered_by = scope.staff_id
        for stage in (Stage.ANSWERED, Stage.CLOSED):
            move(found, stage, now=now)
            note_event(
                session,
                found,
                CaseEventKind.STEP,
                now=now,
                staff_id=scope.staff_id,
                detail="forum",
            )
    _audit(session, scope, "forum.reply", opinion, now=now)


def view_list(
    session: Session,
    vault: Vault,
    scope: Scope,
    filters: Filters,
    *,
    now: datetime,
    before: tuple[date, int] | None = None,
    limit: int = 50,
) -> tuple[ForumView, ...]:
    """Return a page of opinions, readable; homes shown are written into the audit log."""
    today = beijing_date(now)
    rows = queries.list_opinions(session, scope, filters, today=today, before=before, limit=limit)
    _look(session, scope, rows, now=now)
    return tuple(_view(vault, row, today) for row in rows)


def open_opinion(
    session: Session, vault: Vault, scope: Scope, case_id: int, *, now: datetime
) -> ForumView:
    """Return one opinion, readable.

    Raises:
        NotFoundError: It does not exist for this person.
    """
    row = _row(session, scope, case_id)
    _look(session, scope, [row], now=now)
    return _view(vault, row, beijing_date(now))


def find_home_of(
    session: Session, vault: Vault, scope: Scope, community_id: int, text: str, *, now: datetime
) -> int | None:
    """Return the one home of a community an address names, None when it names none or several."""
    return _home_of(session, vault, scope, community_id, text, now=now)


def _take(
    session: Session,
    vault: Vault,
    scope: Scope,
    opinion: ForumInput,
    calendar: Calendar,
    *,
    now: datetime,
) -> tuple[int, bool]:
    same = same_words(
        opinion.community_id,
        opinion.place,
        author=opinion.author,
        said_on=opinion.said_on,
        text=opinion.text,
    )
    mark = vault.keyed_hash(_MARK, same)
    known = queries.find_mark(session, opinion.community_id, mark)
    if known is not None:
        return known, False
    due = reply_by(beijing_date(now), calendar)
    found = FollowUp(
        community_id=opinion.community_id,
        household_id=opinion.household_id,
        on_list=CaseList.HEAD_OFFICE if opinion.head_only else CaseList.COMMUNITY,
        source=Source.FORUM,
        department=opinion.department,
        hint=hint_of({"text": opinion.text}),
        created_at=now,
        triaged_at=now,
        is_led_elsewhere=True,
        start_by=due,
        close_by=due,
        stage=Stage.ACCEPTED,
    )
    session.add(found)
    session.flush()
    note_event(session, found, CaseEventKind.OPENED, now=now, staff_id=scope.staff_id)
    made = ForumOpinion(
        follow_up_id=found.id,
        community_id=opinion.community_id,
        place=opinion.place,
        place_name=opinion.place_name.strip(),
        said_on=opinion.said_on,
        mark=mark,
        text_sealed=vault.seal(opinion.text.strip(), PURPOSE),
        author_sealed=_sealed(vault, opinion.author),
        link_sealed=_sealed(vault, opinion.link),
        due_on=due,
        entered_by=scope.staff_id,
        entered_at=now,
    )
    session.add(made)
    _audit(session, scope, "forum.enter", made, now=now)
    return found.id, True


def _sealed(vault: Vault, text: str) -> bytes | None:
    return vault.seal(text.strip(), PURPOSE) if text.strip() else None


def _check(session: Session, scope: Scope, opinion: ForumInput, *, now: datetime) -> None:
    if not scope.sees(opinion.community_id):
        raise FieldError("community", "unknown")
    check_text("text", opinion.text)
    longest = (("author", LONGEST_AUTHOR), ("link", LONGEST_LINK), ("place_name", LONGEST_PLACE))
    for field, most in longest:
        if len(getattr(opinion, field)) > most:
            raise FieldError(field, "too_long")
    if opinion.department not in DEPARTMENTS:
        raise FieldError("department", "unknown")
    if opinion.said_on > beijing_date(now):
        raise FieldError("said_on", "in_future")
    if opinion.head_only and scope.role is not Role.HEAD_OFFICE:
        raise FieldError("head_only", "unknown")
    if opinion.household_id is not None:
        home = find_home(session, scope, opinion.household_id)
        if home is None or home.community_id != opinion.community_id:
            raise FieldError("home", "unknown")


def _home_of(
    session: Session, vault: Vault, scope: Scope, community_id: int, text: str, *, now: datetime
) -> int | None:
    if not text.strip():
        return None
    place = scope.only(community_id)
    found = search(session, vault, place, text, is_address=True, now=now)
    return found.homes[0].household_id if len(found.homes) == 1 else None


def _row(session: Session, scope: Scope, case_id: int) -> Any:
    row = queries.find_opinion(session, scope, case_id)
    if row is None:
        raise NotFoundError("forum_opinion", case_id)
    return row


def _view(vault: Vault, row: Any, today: date) -> ForumView:
    one, found = row.ForumOpinion, row.FollowUp

    def read(sealed: bytes | None) -> str:
        return vault.open(sealed, PURPOSE) if sealed else ""

    ended = one.replied_on or today
    return ForumView(
        id=one.follow_up_id,
        community_id=one.community_id,
        community=row.community,
        place=one.place,
        place_name=one.place_name,
        said_on=one.said_on,
        text=read(one.text_sealed),
        author=read(one.author_sealed),
        link=read(one.link_sealed),
        department=found.department or "",
        home=f"{row.building} {row.room}" if row.building else "",
        household_id=found.household_id,
        head_only=found.on_list is CaseList.HEAD_OFFICE,
        looks_dangerous=found.hint == Urgency.SAFETY,
        due_on=one.due_on,
        entered_by=row.entered_by,
        entered_at=one.entered_at,
        replied_on=one.replied_on,
        reply_way=one.reply_way or "",
        reply=read(one.reply_sealed),
        replied_by=row.replied_by,
        reply_late=ended > one.due_on,
    )


def _look(session: Session, scope: Scope, rows: Sequence[Any], *, now: datetime) -> None:
    subjects = [
        (f"case:{row.ForumOpinion.follow_up_id}", row.ForumOpinion.community_id)
        for row in rows
        if row.building
    ]
    if subjects:
        record_many(session, actor=scope, action="forum.look", subjects=subjects, now=now)


def _audit(
    session: Session, scope: Scope, action: str, opinion: ForumOpinion, *, now: datetime
) -> None:
    session.flush()
    record(
        session,
        actor=scope,
        action=action,
        subject=f"case:{opinion.follow_up_id}",
        community_id=opinion.community_id,
        now=now,
    )
