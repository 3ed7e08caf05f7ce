"""Commands of opinions: written down, answered or promised, done, told to the committee.

None commits. An opinion about one home may become a case (source TALK); the case then keeps step:
it is answered when the thing is done, and closed when the committee was told.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.cases.contacts import move
from app.followup.errors import FieldError
from app.followup.history.log import note_event
from app.followup.history.models import CaseEventKind
from app.followup.models import CaseList, FollowUp, Source, Stage
from app.followup.queries import get_case
from app.followup.rules import check_due, check_text
from app.service.talks import queries
from app.service.talks.errors import NotFoundError, StepError
from app.service.talks.models import OpinionState, TalkOpinion, Voice
from app.service.talks.rows import OpinionView
from app.service.talks.rules import DEPARTMENTS, TOLD_WAYS
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault

PURPOSE = "talk"
LONGEST_NAME = 40
MOST_WAITING = 50  # opinions of a committee that no talk has taken up


@dataclass(frozen=True, slots=True)
class Told:
    """How the committee was told what came of an opinion."""

    on: date
    way: str
    words: str


def add_opinion(
    session: Session,
    vault: Vault,
    scope: Scope,
    talk_id: int,
    *,
    voice: Voice,
    department: str,
    text: str,
    now: datetime,
) -> int:
    """Write down an opinion of a talk; the same words in the same talk are one.

    Raises:
        NotFoundError: The talk does not exist for this person.
        FieldError: Something is missing.
    """
    found = queries.find_talk(session, scope, talk_id)
    if found is None or scope.role is Role.COMMITTEE:
        raise NotFoundError("committee_talk", talk_id)
    talk = found[0]
    queries.lock_communities(session, [talk.community_id])
    return _write(
        session,
        vault,
        scope,
        TalkOpinion(community_id=talk.community_id, talk_id=talk.id, voice=voice),
        department=department,
        text=text,
        now=now,
    )


def write_for_next_talk(
    session: Session,
    vault: Vault,
    scope: Scope,
    community_id: int,
    *,
    department: str,
    text: str,
    now: datetime,
) -> int:
    """Let the committee write what the next talk is to be about.

    Raises:
        FieldError: Something is missing, or too much waits already.
    """
    if not scope.sees(community_id):
        raise FieldError("community", "unknown")
    queries.lock_communities(session, [community_id])
    return _write(
        session,
        vault,
        scope,
        TalkOpinion(community_id=community_id, voice=Voice.COMMITTEE),
        department=department,
        text=text,
        now=now,
    )


def answer_at_once(
    session: Session, vault: Vault, scope: Scope, opinion_id: int, *, answer: str, now: datetime
) -> None:
    """Keep the answer that was given in the talk itself."""
    opinion = _opinion(session, scope, opinion_id, OpinionState.NEW)
    check_text("answer", answer)
    opinion.answer_sealed = vault.seal(answer.strip(), PURPOSE)
    opinion.state = OpinionState.ANSWERED
    _audit(session, scope, "talk.answer", opinion, now=now)


def promise(
    session: Session,
    vault: Vault,
    scope: Scope,
    opinion_id: int,
    *,
    action: str,
    responsible: str,
    due_on: date,
    now: datetime,
) -> None:
    """Say what is done about an opinion, by whom and until when.

    Raises:
        NotFoundError: The opinion does not exist for this person.
        StepError: It was answered or promised before.
        FieldError: Something is missing, or the day is past.
    """
    opinion = _opinion(session, scope, opinion_id, OpinionState.NEW)
    check_text("action", action)
    check_text("responsible", responsible)
    if len(responsible) > LONGEST_NAME:
        raise FieldError("responsible", "too_long")
    check_due("due_on", due_on, not_before=beijing_date(opinion.said_at))
    opinion.action_sealed = vault.seal(action.strip(), PURPOSE)
    opinion.responsible, opinion.due_on = responsible.strip(), due_on
    opinion.state = OpinionState.PROMISED
    _audit(session, scope, "talk.promise", opinion, now=now)


def make_case(
    session: Session,
    scope: Scope,
    opinion_id: int,
    *,
    household_id: int | None,
    now: datetime,
) -> int:
    """Let a promised opinion be a case as well, of a home where it is known; return its key.

    Raises:
        NotFoundError: The opinion does not exist for this person.
        StepError: Nothing was promised yet, or it is a case already.
    """
    opinion = _opinion(session, scope, opinion_id, OpinionState.PROMISED)
    if opinion.case_id is not None:
        raise StepError("talk_opinion", opinion.state)
    found = FollowUp(
        community_id=opinion.community_id,
        household_id=household_id,
        on_list=CaseList.COMMUNITY,
        source=Source.TALK,
        department=opinion.department,
        created_at=now,
        triaged_at=now,
        is_led_elsewhere=True,
        responsible_id=scope.staff_id,
        start_by=opinion.due_on,
        close_by=opinion.due_on,
        stage=Stage.ACCEPTED,
    )
    session.add(found)
    session.flush()
    note_event(session, found, CaseEventKind.OPENED, now=now, staff_id=scope.staff_id)
    opinion.case_id = found.id
    _audit(session, scope, "talk.case", opinion, now=now)
    return found.id


def finish(
    session: Session, vault: Vault, scope: Scope, opinion_id: int, *, done: str, now: datetime
) -> None:
    """Say that what was promised is done, and how."""
    opinion = _opinion(session, scope, opinion_id, OpinionState.PROMISED)
    check_text("done", done)
    opinion.done_sealed = vault.seal(done.strip(), PURPOSE)
    opinion.done_at, opinion.done_by = now, scope.staff_id
    opinion.state = OpinionState.DONE
    _step(session, scope, opinion, Stage.ANSWERED, now=now)
    _audit(session, scope, "talk.done", opinion, now=now)


def tell(
    session: Session, vault: Vault, scope: Scope, opinion_id: int, told: Told, *, now: datetime
) -> None:
    """Keep how and when the committee was told what came of an opinion.

    Raises:
        FieldError: Nothing was said, or the day lies before the thing was done or ahead.
    """
    opinion = _opinion(session, scope, opinion_id, OpinionState.DONE)
    check_text("told", told.words)
    if told.way not in TOLD_WAYS:
        raise FieldError("way", "unknown")
    if told.on > beijing_date(now):
        raise FieldError("told_on", "in_future")
    if opinion.done_at is not None and told.on < beijing_date(opinion.done_at):
        raise FieldError("told_on", "in_past")
    opinion.told_on, opinion.told_way, opinion.told_by = told.on, told.way, scope.staff_id
    opinion.told_sealed = vault.seal(told.words.strip(), PURPOSE)
    opinion.state = OpinionState.TOLD
    _step(session, scope, opinion, Stage.CLOSED, now=now)
    _audit(session, scope, "talk.told", opinion, now=now)


def opinion_views(
    session: Session,
    vault: Vault,
    scope: Scope,
    *,
    talk_id: int | None = None,
    community_id: int | None = None,
    states: tuple[OpinionState, ...] | None = None,
    is_waiting: bool = False,
    limit: int = 200,
) -> tuple[OpinionView, ...]:
    """Return opinions, readable, as far as they exist for this person."""
    rows = queries.list_opinions(
        session,
        scope,
        talk_id=talk_id,
        community_id=community_id,
        states=states,
        is_waiting=is_waiting,
        limit=limit,
    )
    return tuple(_view(vault, scope, one, community) for one, community in rows)


def _view(vault: Vault, scope: Scope, one: TalkOpinion, community: str) -> OpinionView:
    def read(sealed: bytes | None) -> str:
        return vault.open(sealed, PURPOSE) if sealed else ""

    return OpinionView(
        id=one.id,
        community=community,
        talk_id=one.talk_id,
        voice=one.voice,
        department=one.department,
        text=read(one.text_sealed),
        said_at=one.said_at,
        state=one.state,
        answer=read(one.answer_sealed),
        action=read(one.action_sealed),
        responsible=one.responsible or "",
        due_on=one.due_on,
        done_on=None if one.done_at is None else beijing_date(one.done_at),
        done=read(one.done_sealed),
        told_on=one.told_on,
        told_way=one.told_way or "",
        told=read(one.told_sealed),
        case_id=None if scope.role is Role.COMMITTEE else one.case_id,
    )


def _write(
    session: Session,
    vault: Vault,
    scope: Scope,
    opinion: TalkOpinion,
    *,
    department: str,
    text: str,
    now: datetime,
) -> int:
    check_text("text", text)
    if department not in DEPARTMENTS:
        raise FieldError("department", "unknown")
    is_waiting = opinion.talk_id is None
    earlier = queries.list_opinions(
        session,
        scope,
        talk_id=opinion.talk_id,
        community_id=opinion.community_id,
        is_waiting=is_waiting,
    )
    for one, _name in earlier:
        if vault.open(one.text_sealed, PURPOSE) == text.strip():
            return one.id
    if len(earlier) >= MOST_WAITING:
        raise FieldError("text", "too_many")
    opinion.department, opinion.text_sealed = department, vault.seal(text.strip(), PURPOSE)
    opinion.said_by, opinion.said_at = scope.staff_id, now
    opinion.state = OpinionState.NEW
    session.add(opinion)
    session.flush()
    _audit(session, scope, "talk.opinion", opinion, now=now)
    return opinion.id


def _opinion(session: Session, scope: Scope, opinion_id: int, state: OpinionState) -> TalkOpinion:
    found = queries.find_opinion(session, scope, opinion_id)
    if found is None or scope.role is Role.COMMITTEE:
        raise NotFoundError("talk_opinion", opinion_id)
    if found.state is not state:
        raise StepError("talk_opinion", found.state)
    return found


def _step(
    session: Session, scope: Scope, opinion: TalkOpinion, stage: Stage, *, now: datetime
) -> None:
    """Let the case of an opinion keep step with it."""
    if opinion.case_id is None:
        return
    found = get_case(session, opinion.case_id)
    if found.closed_at is not None or found.source is not Source.TALK:
        return  # it went a way of its own, such as that of a complaint
    move(found, stage, now=now)
    if stage is Stage.ANSWERED:
        found.answered_by = scope.staff_id
    note_event(session, found, CaseEventKind.STEP, now=now, staff_id=scope.staff_id, detail="talk")


def _audit(
    session: Session, scope: Scope, action: str, opinion: TalkOpinion, *, now: datetime
) -> None:
    session.flush()
    record(
        session,
        actor=scope,
        action=action,
        subject=f"opinion:{opinion.id}",
        community_id=opinion.community_id,
        now=now,
    )
