"""The owner's side after the answers: what is published to him, and what he says to it.

The only door of the owner face into follow-up. It shows stored, published records only, so that
no page of an owner ever reaches staff code or a case.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.history.models import CaseEvent, CaseEventKind
from app.followup.models import (
    Alarm,
    AlarmKind,
    CaseState,
    Problem,
    ProblemComment,
    PublicAnswer,
    ReplyRating,
    ReplyVerdict,
    Stage,
)
from app.followup.published import queries
from app.followup.published.content import BulletinContent, read_bulletin
from app.followup.published.models import AnswerProgress, ProgressKind
from app.followup.published.rules import asks_from
from app.followup.rules import needs_call_back
from app.surveys.campaign.models import FrameMember
from app.surveys.response.models import ContactWish, Response
from app.surveys.response.queries import find_comment
from app.vault import Vault

_ANSWERED = frozenset({Stage.ANSWERED, Stage.CALLED_BACK, Stage.IMPROVED, Stage.CLOSED})
MOST_ALARMS = 3  # of one home that nobody has looked into yet
LONGEST = {"name": 40, "phone": 40, "words": 500}


@dataclass(frozen=True, slots=True)
class PublishedReply:
    """The reply to an owner's comment as he reads it.

    Attributes:
        id: The version shown.
        text: What was replied.
        published_at: When.
        is_edited: An earlier version stood here before.
        verdict: What he said to it, None when nothing yet.
    """

    id: int
    text: str
    published_at: datetime
    is_edited: bool
    verdict: ReplyVerdict | None


@dataclass(frozen=True, slots=True)
class PublishedAnswer:
    """A public answer of a community.

    Attributes:
        problem_id: The problem.
        title, cause, action, responsible: What it is, why, what is done, who does it.
        due_on: By when; None when nothing is promised.
        why_not: Why nothing is promised, instead of a date.
        published_at: When this version was published.
        is_edited: An earlier version stood here before.
        is_raised: The owner who is looking had written about it.
        asks: He is asked whether it is solved: its day has come, or four weeks where it has none.
        is_solved: What he said, None when nothing yet.
        progress: What was said on progress since, oldest first.
        is_closed: The last word is said.
    """

    problem_id: int
    title: str
    cause: str
    action: str
    responsible: str
    due_on: date | None
    why_not: str | None
    published_at: datetime
    is_edited: bool
    is_raised: bool
    asks: bool
    is_solved: bool | None
    progress: tuple["PublishedProgress", ...] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class PublishedProgress:
    """A word on how far an answer has come."""

    text: str
    published_at: datetime


@dataclass(frozen=True, slots=True)
class PublishedBoard:
    """Everything a community's owners were told in public, for whoever stands at its board.

    Attributes:
        community: Its name.
        parts: By campaign, the latest first: its titles in Chinese and English, the answers, and
            the bulletin of what came of the campaign before.
    """

    community: str
    parts: tuple[tuple[str, str, tuple[PublishedAnswer, ...], BulletinContent | None], ...]


@dataclass(frozen=True, slots=True)
class Aftermath:
    """What became of one answer's words.

    Attributes:
        has_comment: It holds words at all.
        wish: Who may reply; None without a comment.
        reply: The published reply, or None.
        answers: The public answers of the community, those he had written about first.
    """

    has_comment: bool
    wish: ContactWish | None
    reply: PublishedReply | None
    answers: tuple[PublishedAnswer, ...]


class TooManyAlarmsError(RuntimeError):
    """A home's alarms wait already; nothing was added."""


def aftermath(
    session: Session, vault: Vault, response: Response, member: FrameMember, *, now: datetime
) -> Aftermath:
    """Return what became of an answer's words, for the owner who holds its receipt."""
    comment = find_comment(session, response.id)
    raised = {} if comment is None else queries.list_raised(session, comment.id)
    answers = _answers(session, member.campaign_id, member.community_id, raised, now=now)
    return Aftermath(
        has_comment=comment is not None,
        wish=None if comment is None else comment.wish,
        reply=None if comment is None else _reply(session, vault, comment.id),
        answers=tuple(sorted(answers, key=lambda one: not one.is_raised)),
    )


def board(session: Session, code: str, *, now: datetime) -> PublishedBoard | None:
    """Return what was published in the community whose board bears a code, None without one."""
    community = queries.find_board(session, code)
    if community is None:
        return None
    parts = []
    for campaign in queries.list_campaigns_of(session, community.id):
        answers = _answers(session, campaign.id, community.id, {}, now=now)
        told = queries.find_bulletin(session, campaign.id, community.id)
        bulletin = None if told is None else read_bulletin(told.content)
        parts.append((campaign.title, campaign.title_en, tuple(answers), bulletin))
    return PublishedBoard(community.name, tuple(parts))


def _answers(
    session: Session,
    campaign_id: int,
    community_id: int,
    raised: Mapping[int, ProblemComment],
    *,
    now: datetime,
) -> list[PublishedAnswer]:
    found = queries.list_answers(session, campaign_id, community_id)
    progress: dict[int, list[AnswerProgress]] = {}
    for word in queries.list_progress_of(session, [problem.id for problem, _answer in found]):
        progress.setdefault(word.problem_id, []).append(word)
    return [
        _published(problem, answer, raised.get(problem.id), progress.get(problem.id, []), now=now)
        for problem, answer in found
    ]


def _published(
    problem: Problem,
    answer: PublicAnswer,
    said: ProblemComment | None,
    words: Sequence[AnswerProgress],
    *,
    now: datetime,
) -> PublishedAnswer:
    is_due = asks_from(answer.due_on, problem.created_at) <= beijing_date(now)
    return PublishedAnswer(
        problem_id=problem.id,
        title=answer.title,
        cause=answer.cause,
        action=answer.action,
        responsible=answer.responsible,
        due_on=answer.due_on,
        why_not=answer.why_not,
        published_at=answer.published_at,
        is_edited=answer.version > 1,
        is_raised=said is not None,
        asks=said is not None and is_due,
        is_solved=None if said is None else said.is_solved,
        progress=tuple(PublishedProgress(word.text, word.published_at) for word in words),
        is_closed=any(word.kind is ProgressKind.CLOSING for word in words),
    )


def rate_reply(
    session: Session, response: Response, reply_id: int, verdict: ReplyVerdict, *, now: datetime
) -> bool:
    """Keep what an owner says to the reply he reads; he may change his mind.

    An owner who is not satisfied opens his case again, each time he comes to say so. One who is
    closes what waits for nothing else (see `_close_content`).

    Returns:
        False when this is not the newest reply to his comment: a newer one was published.
    """
    comment = find_comment(session, response.id)
    reply = None if comment is None else queries.find_reply(session, comment.id)
    if reply is None or reply.id != reply_id:
        return False
    try:
        with session.begin_nested():
            is_new = _keep_verdict(session, reply.id, verdict, now=now)
    except IntegrityError:  # the other tap of a double one was faster
        is_new = _keep_verdict(session, reply.id, verdict, now=now)
    if is_new and verdict is ReplyVerdict.NOT:
        _open_again(session, response, now=now)
    elif is_new and verdict is ReplyVerdict.SATISFIED:
        _close_content(session, response, now=now)
    return True


def _keep_verdict(session: Session, reply_id: int, verdict: ReplyVerdict, *, now: datetime) -> bool:
    """Keep a verdict; say whether it is another one than before."""
    rating = queries.find_rating(session, reply_id)
    if rating is not None and rating.verdict is verdict:
        return False
    if rating is None:
        session.add(ReplyRating(reply_id=reply_id, verdict=verdict, rated_at=now))
    else:
        rating.verdict, rating.rated_at = verdict, now
    session.flush()
    return True


def _close_content(session: Session, response: Response, *, now: datetime) -> None:
    """Close the answered case of a home that is content with every reply it has.

    The owner's own word is the call-back. A danger and a complaint still need somebody who asks:
    whoever holds a receipt could have tapped here.
    """
    case = queries.find_case_of(session, response.frame_member_id)
    if case is None or case.stage is not Stage.ANSWERED:
        return
    if needs_call_back(case.source, case.urgency):
        return
    if queries.count_not_content(session, response.frame_member_id):
        return
    for stage in (Stage.CALLED_BACK, Stage.CLOSED):
        case.stage = stage
        session.add(
            CaseEvent(
                follow_up_id=case.id,
                kind=CaseEventKind.STEP,
                at=now,
                stage=stage,
                detail="rating",
            )
        )
    case.state, case.closed_at = CaseState.CLOSED, now
    session.flush()


def _open_again(session: Session, response: Response, *, now: datetime) -> None:
    """Open the case of a home again that was answered, or closed, and is not content with it."""
    case = queries.find_case_of(session, response.frame_member_id)
    if case is None or case.stage not in _ANSWERED:
        return
    case.stage, case.state, case.closed_at = Stage.REOPENED, CaseState.OPEN, None
    case.answered_by = None
    session.add(
        CaseEvent(
            follow_up_id=case.id,
            kind=CaseEventKind.REOPENED,
            at=now,
            stage=Stage.REOPENED,
            detail="rating",
        )
    )
    session.flush()


def say_solved(
    session: Session, response: Response, problem_id: int, *, is_solved: bool, now: datetime
) -> bool:
    """Keep whether a problem is solved, said by an owner who had raised it.

    Returns:
        False when his comment had not raised it.
    """
    comment = find_comment(session, response.id)
    raised = None if comment is None else queries.find_raised(session, problem_id, comment.id)
    if raised is None:
        return False
    raised.is_solved, raised.said_at = is_solved, now
    session.flush()
    return True


def raise_alarm(
    session: Session,
    vault: Vault,
    member: FrameMember,
    kind: AlarmKind,
    *,
    said: dict[str, str],
    now: datetime,
) -> None:
    """Tell head office that an answer of this home is not right.

    Args:
        session: A writing transaction.
        vault: Seals what is said.
        member: The home.
        kind: What is wrong.
        said: ``name``, ``phone`` and ``words``; each may be empty.
        now: The present instant.

    Raises:
        FieldError: A field is too long.
        TooManyAlarmsError: Head office has three unchecked alarms of this home already.
    """
    for name, limit in LONGEST.items():
        if len(said.get(name, "")) > limit:
            raise FieldError(name, "too_long")
    if queries.count_unchecked(session, member.id) >= MOST_ALARMS:
        raise TooManyAlarmsError
    words = {name: said.get(name, "").strip() for name in LONGEST}
    text = json.dumps(words, sort_keys=True, separators=(",", ":"))
    session.add(
        Alarm(
            frame_member_id=member.id,
            kind=kind,
            said_sealed=vault.seal(text, "alarm"),
            raised_at=now,
        )
    )
    session.flush()


def _reply(session: Session, vault: Vault, comment_id: int) -> PublishedReply | None:
    reply = queries.find_reply(session, comment_id)
    if reply is None:
        return None
    rating = queries.find_rating(session, reply.id)
    return PublishedReply(
        id=reply.id,
        text=vault.open(reply.text_sealed, "reply"),
        published_at=reply.published_at,
        is_edited=reply.version > 1,
        verdict=None if rating is None else rating.verdict,
    )
