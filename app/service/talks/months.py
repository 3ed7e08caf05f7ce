"""Commands of months and talks: open tasks, keep a talk, share it, excuse a month. No commit."""

from datetime import date, datetime, time, timedelta

from sqlalchemy.orm import Session

from app.clock import BEIJING, beijing_date
from app.followup.errors import FieldError
from app.followup.rules import check_text, check_time
from app.service.talks import queries
from app.service.talks.errors import NotFoundError, StepError
from app.service.talks.models import (
    AbsenceState,
    CommitteeTalk,
    MonthState,
    TalkAbsence,
    TalkMonth,
)
from app.service.talks.opinions import opinion_views
from app.service.talks.rows import AbsenceInput, AbsenceView, TalkInput, TalkView
from app.service.talks.rules import (
    LATE_TALK_DAYS,
    SUBJECTS,
    last_day,
    month_of,
    months_to_open,
    standing_of,
)
from app.staff.audit import record
from app.staff.scope import Scope
from app.vault import Vault

PURPOSE = "talk"
MOST_PEOPLE = 500
LONGEST_PLACE = 80


def open_months(session: Session, *, now: datetime) -> int:
    """Let the task of every month that is due stand for every community in use; return how many.

    Safe to repeat at any time; a round that was missed is made up for.
    """
    made = 0
    for month in months_to_open(now, opened_to=queries.last_opened(session)):
        for community_id in queries.list_without_month(session, month, last_day(month)):
            session.add(TalkMonth(community_id=community_id, month=month, opened_at=now))
            made += 1
    session.flush()
    return made


def keep_talk(
    session: Session,
    vault: Vault,
    scope: Scope,
    community_id: int,
    talk: TalkInput,
    *,
    now: datetime,
) -> int:
    """Keep a talk that took place. A month may have several; the first decides whether it was late.

    What the committee wrote for its next talk goes along with it. The same talk sent twice is one.

    Returns:
        Its key.

    Raises:
        FieldError: Something is missing or cannot be true.
    """
    _check(scope, community_id, talk, now=now)
    month = _month(session, community_id, talk.month, now=now)
    same = _find_same(session, vault, scope, month, talk)
    if same is not None:
        return same
    made = CommitteeTalk(
        month_id=month.id,
        community_id=community_id,
        held_on=talk.held_on,
        held_time=talk.held_time,
        place=talk.place.strip(),
        committee_count=talk.committee,
        representative_count=talk.representatives,
        people_sealed=vault.seal(talk.people.strip(), PURPOSE),
        staff_sealed=vault.seal(talk.staff.strip(), PURPOSE),
        subjects=",".join(talk.subjects),
        minutes_sealed=vault.seal(talk.minutes.strip(), PURPOSE),
        noted_by=scope.staff_id,
        noted_at=now,
    )
    session.add(made)
    month.held_on = min(month.held_on or talk.held_on, talk.held_on)
    month.state = MonthState.HELD
    session.flush()
    waiting = queries.list_opinions(
        session, scope, community_id=community_id, is_waiting=True, limit=1000
    )
    for opinion, _name in waiting:
        if beijing_date(opinion.said_at) <= talk.held_on:
            opinion.talk_id = made.id
    _audit(session, scope, "talk.keep", f"talk:{made.id}", community_id, now=now)
    session.flush()
    return made.id


def share_talk(session: Session, scope: Scope, talk_id: int, *, now: datetime) -> None:
    """Let the committee read the minutes of a talk and what comes of its opinions."""
    found = queries.find_talk(session, scope, talk_id)
    if found is None:
        raise NotFoundError("committee_talk", talk_id)
    talk = found[0]
    if talk.shared_at is None:
        talk.shared_at, talk.shared_by = now, scope.staff_id
        _audit(session, scope, "talk.share", f"talk:{talk.id}", talk.community_id, now=now)
    session.flush()


def open_talk(
    session: Session, vault: Vault, scope: Scope, talk_id: int, *, now: datetime
) -> TalkView:
    """Return a talk with its opinions, and what came of those of the talk before.

    Raises:
        NotFoundError: The talk does not exist for this person.
    """
    found = queries.find_talk(session, scope, talk_id)
    if found is None:
        raise NotFoundError("committee_talk", talk_id)
    talk, month, place, noted_by = found
    people, staff, minutes = talk_texts(vault, talk)
    before = queries.find_talk_before(session, talk)
    earlier = () if before is None else opinion_views(session, vault, scope, talk_id=before.id)
    return TalkView(
        id=talk.id,
        community_id=place.id,
        community=place.name,
        month=month.month,
        standing=standing_of(MonthState.HELD, month.month, held_on=talk.held_on, now=now),
        held_on=talk.held_on,
        held_time=talk.held_time,
        place=talk.place,
        committee=talk.committee_count,
        representatives=talk.representative_count,
        people=people,
        staff=staff,
        subjects=tuple(filter(None, talk.subjects.split(","))),
        minutes=minutes,
        noted_by=noted_by,
        shared_at=talk.shared_at,
        opinions=opinion_views(session, vault, scope, talk_id=talk.id),
        before_on=None if before is None else before.held_on,
        before=earlier,
    )


def talk_texts(vault: Vault, talk: CommitteeTalk) -> tuple[str, str, str]:
    """Return who came, who was there for the company, and the minutes of a talk, readable."""
    sealed = (talk.people_sealed, talk.staff_sealed, talk.minutes_sealed)
    people, staff, minutes = (vault.open(one, PURPOSE) for one in sealed)
    return people, staff, minutes


def say_absence(
    session: Session,
    vault: Vault,
    scope: Scope,
    community_id: int,
    month: date,
    said: AbsenceInput,
    *,
    now: datetime,
) -> int:
    """Say that there is nobody to talk to in a month; head office confirms it or not.

    Raises:
        FieldError: Something is missing, or the month lies ahead.
        StepError: The month has its talk, or somebody said so already.
    """
    check_text("words", said.words)
    check_text("evidence", said.evidence)
    if not scope.sees(community_id):
        raise FieldError("community", "unknown")
    if month > month_of(beijing_date(now)):
        raise FieldError("month", "in_future")
    row = _month(session, community_id, month, now=now)
    asked = queries.list_absences(session, scope, month_ids=[row.id])
    is_asked = any(one[0].state is AbsenceState.ASKED for one in asked)
    if row.state is not MonthState.OPEN or is_asked:
        raise StepError("talk_month", row.state)
    made = TalkAbsence(
        month_id=row.id,
        reason=said.reason,
        words_sealed=vault.seal(said.words.strip(), PURPOSE),
        evidence_sealed=vault.seal(said.evidence.strip(), PURPOSE),
        said_by=scope.staff_id,
        said_at=now,
    )
    session.add(made)
    session.flush()
    _audit(session, scope, "talk.absence", f"month:{month:%Y-%m}", community_id, now=now)
    return made.id


def decide_absence(
    session: Session,
    vault: Vault,
    scope: Scope,
    absence_id: int,
    *,
    is_confirmed: bool,
    words: str,
    now: datetime,
) -> None:
    """Confirm that a month needs no talk, or refuse that, which needs words. It stays on record.

    Raises:
        NotFoundError: The absence does not exist for this person.
        StepError: Somebody decided before.
        FieldError: A refusal without words.
    """
    found = queries.find_absence(session, scope, absence_id)
    if found is None:
        raise NotFoundError("talk_absence", absence_id)
    absence, month = found
    if absence.state is not AbsenceState.ASKED:
        raise StepError("talk_absence", absence.state)
    if words or not is_confirmed:
        check_text("words", words)
    absence.state = AbsenceState.CONFIRMED if is_confirmed else AbsenceState.REFUSED
    absence.decided_by, absence.decided_at = scope.staff_id, now
    absence.decision_sealed = vault.seal(words.strip(), PURPOSE) if words.strip() else None
    if is_confirmed and month.state is MonthState.OPEN:
        month.state = MonthState.EXCUSED
    action = "talk.excuse" if is_confirmed else "talk.not_excused"
    _audit(session, scope, action, f"month:{month.month:%Y-%m}", month.community_id, now=now)
    session.flush()


def absence_views(
    session: Session, vault: Vault, scope: Scope, *, month_ids: list[int] | None = None
) -> tuple[AbsenceView, ...]:
    """Return absences, readable: those of some months, or all that wait for head office."""
    return tuple(
        AbsenceView(
            id=one.id,
            month=month.month,
            community_id=month.community_id,
            community=community,
            reason=one.reason,
            words=vault.open(one.words_sealed, PURPOSE),
            evidence=vault.open(one.evidence_sealed, PURPOSE),
            said_by=said_by,
            said_at=one.said_at,
            state=one.state,
            decided_by=decided_by,
            decided_at=one.decided_at,
            decision=vault.open(one.decision_sealed, PURPOSE) if one.decision_sealed else "",
        )
        for one, month, community, said_by, decided_by in queries.list_absences(
            session, scope, month_ids=month_ids
        )
    )


def _month(session: Session, community_id: int, month: date, *, now: datetime) -> TalkMonth:
    """Return the row of a month, made if need be; one writer of a community at a time."""
    open_months(session, now=now)
    queries.lock_communities(session, [community_id])
    found = queries.find_month(session, community_id, month)
    if found is None:
        found = TalkMonth(
            community_id=community_id, month=month, state=MonthState.OPEN, opened_at=now
        )
        session.add(found)
        session.flush()
    return found


def _check(scope: Scope, community_id: int, talk: TalkInput, *, now: datetime) -> None:
    if not scope.sees(community_id):
        raise FieldError("community", "unknown")
    for field in ("place", "people", "staff", "minutes"):
        check_text(field, getattr(talk, field))
    if len(talk.place) > LONGEST_PLACE:
        raise FieldError("place", "too_long")
    if talk.held_time:
        check_time("held_time", talk.held_time)
    if talk.month != month_of(talk.month):
        raise FieldError("month", "unknown")
    latest = last_day(talk.month) + timedelta(days=LATE_TALK_DAYS)
    if not talk.month <= talk.held_on <= latest:
        raise FieldError("held_on", "other_month")
    at = time.fromisoformat(talk.held_time) if talk.held_time else time()
    if talk.held_on > beijing_date(now) or _is_ahead(talk.held_on, at, now):
        raise FieldError("held_on", "in_future")
    counts = (talk.committee, talk.representatives)
    if min(counts) < 0 or max(counts) > MOST_PEOPLE or not any(counts):
        raise FieldError("committee", "empty")
    if not talk.subjects or not set(talk.subjects) <= set(SUBJECTS):
        raise FieldError("subjects", "empty")


def _is_ahead(day: date, at: time, now: datetime) -> bool:
    local = now.astimezone(BEIJING)
    return day == local.date() and at > local.time()


def _find_same(
    session: Session, vault: Vault, scope: Scope, month: TalkMonth, talk: TalkInput
) -> int | None:
    """Return the talk that was sent before with the same day, place and words."""
    for one, its_month, _place in queries.list_talks(session, scope, month.community_id, limit=12):
        is_same = (its_month.id, one.held_on, one.place, one.noted_by) == (
            *(month.id, talk.held_on, talk.place.strip()),
            scope.staff_id,
        )
        if is_same and vault.open(one.minutes_sealed, PURPOSE) == talk.minutes.strip():
            return one.id
    return None


def _audit(
    session: Session, scope: Scope, action: str, subject: str, community_id: int, *, now: datetime
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=subject,
        community_id=community_id,
        now=now,
    )
