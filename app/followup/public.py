"""The owner's side after the answers: what is published to him, and what he says to it.

The only door of the owner face into follow-up. It shows stored, published records only, so that
no page of an owner ever reaches staff code or a case.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.models import Alarm, AlarmKind, ReplyRating, ReplyVerdict
from app.followup.published import queries
from app.surveys.campaign.models import FrameMember
from app.surveys.response.models import ContactWish, Response
from app.surveys.response.queries import find_comment
from app.vault import Vault

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
        asks: He is asked whether it is solved: its day has come.
        is_solved: What he said, None when nothing yet.
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
    today = beijing_date(now)
    answers = []
    for problem, answer in queries.list_answers(session, member.campaign_id, member.community_id):
        said = raised.get(problem.id)
        is_due = answer.due_on is not None and answer.due_on <= today
        answers.append(
            PublishedAnswer(
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
            )
        )
    return Aftermath(
        has_comment=comment is not None,
        wish=None if comment is None else comment.wish,
        reply=None if comment is None else _reply(session, vault, comment.id),
        answers=tuple(sorted(answers, key=lambda one: not one.is_raised)),
    )


def rate_reply(
    session: Session, response: Response, reply_id: int, verdict: ReplyVerdict, *, now: datetime
) -> bool:
    """Keep what an owner says to the reply he reads; he may change his mind.

    Returns:
        False when this is not the newest reply to his comment: a newer one was published.
    """
    comment = find_comment(session, response.id)
    reply = None if comment is None else queries.find_reply(session, comment.id)
    if reply is None or reply.id != reply_id:
        return False
    try:
        with session.begin_nested():
            _keep_verdict(session, reply.id, verdict, now=now)
    except IntegrityError:  # the other tap of a double one was faster
        _keep_verdict(session, reply.id, verdict, now=now)
    return True


def _keep_verdict(session: Session, reply_id: int, verdict: ReplyVerdict, *, now: datetime) -> None:
    rating = queries.find_rating(session, reply_id)
    if rating is None:
        session.add(ReplyRating(reply_id=reply_id, verdict=verdict, rated_at=now))
    elif rating.verdict is not verdict:
        rating.verdict, rating.rated_at = verdict, now
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
