"""Commands of the staff who answer owners. Everything published is kept; edits are new versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.answering import queries
from app.followup.cases.contacts import answer_with_reply
from app.followup.errors import CaseNotFoundError, FieldError
from app.followup.models import Problem, ProblemComment, PublicAnswer, Reply, ReplyVerdict
from app.followup.published.queries import find_raised, get_comment, list_raised, list_ratings
from app.followup.queries import find_case, list_sealed_comments
from app.followup.rows import CaseRow
from app.followup.rules import check_due, check_text
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text
from app.surveys.response.models import ContactWish
from app.vault import Vault

_SHORT = 120


class ProblemNotFoundError(LookupError):
    """No such public answer in this community; carries the key of the problem."""


@dataclass(frozen=True, slots=True)
class ReplyVersion:
    """One published version of a reply.

    Attributes:
        text: What the owner reads, or read before.
        author: Who wrote it.
        published_at: When.
        verdict: What the owner said to this version, None when nothing.
    """

    text: str
    author: str
    published_at: datetime
    verdict: ReplyVerdict | None


@dataclass(frozen=True, slots=True)
class PublicAnswerInput:
    """A public answer as head office writes it: a date, or why there is none."""

    title: str
    cause: str
    action: str
    responsible: str
    due_on: date | None = None
    why_not: str = ""


def list_replies(
    session: Session, vault: Vault, comment_ids: Sequence[int]
) -> dict[int, list[ReplyVersion]]:
    """Return the versions of the replies to some comments, oldest first.

    Callers pass only comments that this person was shown.
    """
    found = queries.list_replies(session, comment_ids)
    ratings = list_ratings(session, [reply.id for reply, _ in found])
    replies: dict[int, list[ReplyVersion]] = {key: [] for key in comment_ids}
    for reply, author in found:
        rating = ratings.get(reply.id)
        replies[reply.comment_id].append(
            ReplyVersion(
                vault.open(reply.text_sealed, "reply"),
                author,
                reply.published_at,
                None if rating is None else rating.verdict,
            )
        )
    return replies


def publish_reply(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    comment_id: int,
    text: str,
    *,
    now: datetime,
) -> None:
    """Publish what the owner of a comment reads as the reply; a second one is a new version.

    The case counts as begun and answered from then on.

    The words that stand there already change nothing: a second tap tells the owner nothing new.

    Raises:
        CaseNotFoundError: The case, or this comment of it, does not exist for this person, or
            its owner wished no reply.
        FieldError: The text is empty or too long.
    """
    row = _answerable(session, scope, case_id, comment_id)
    text = clean_text(text).strip()
    check_text("text", text)
    get_comment(session, comment_id)  # one writer at a time counts the versions
    versions = queries.list_replies(session, [comment_id])
    if versions and vault.open(versions[-1][0].text_sealed, "reply") == text:
        return
    session.add(
        Reply(
            comment_id=comment_id,
            version=len(versions) + 1,
            text_sealed=vault.seal(text, "reply"),
            staff_id=scope.staff_id,
            published_at=now,
        )
    )
    session.flush()
    answer_with_reply(session, scope, case_id, now=now)
    record(
        session,
        actor=scope,
        action="publish_reply",
        subject=row.household_uid,
        community_id=row.community_id,
        detail=f"version {len(versions) + 1}",
        now=now,
    )


def publish_answer(
    session: Session,
    scope: Scope,
    answer: PublicAnswerInput,
    *,
    campaign_id: int,
    community_id: int,
    problem_id: int | None = None,
    now: datetime,
) -> int:
    """Publish a public answer, or a new version of one, to all homes of a community.

    Returns:
        The key of the problem.

    Raises:
        FieldError: A field is empty or too long; or there is neither a date nor a reason.
        ProblemNotFoundError: There is no such problem in this community and campaign.
    """
    check_answer(answer, now=now)
    version = 1
    if problem_id is None:
        problem = Problem(campaign_id=campaign_id, community_id=community_id, created_at=now)
        session.add(problem)
        session.flush()
    else:
        problem = _problem(session, problem_id, campaign_id, community_id)
        version = len(queries.list_versions(session, problem.id)) + 1
    session.add(
        PublicAnswer(
            problem_id=problem.id,
            version=version,
            title=_clean(answer.title),
            cause=_clean(answer.cause),
            action=_clean(answer.action),
            responsible=_clean(answer.responsible),
            due_on=answer.due_on,
            why_not=_clean(answer.why_not) or None,
            staff_id=scope.staff_id,
            published_at=now,
        )
    )
    session.flush()
    record(
        session,
        actor=scope,
        action="publish_answer",
        subject=f"problem:{problem.id}",
        community_id=community_id,
        detail=f"version {version}",
        now=now,
    )
    return problem.id


def raise_problems(
    session: Session,
    scope: Scope,
    case_id: int,
    comment_id: int,
    problem_ids: Sequence[int],
    *,
    now: datetime,
) -> None:
    """Say which public answers a comment had asked for; its owner is asked whether they help.

    A problem whose owner has said something already stays.

    Raises:
        CaseNotFoundError: The case, or this comment of it, does not exist for this person.
        ProblemNotFoundError: A problem is not one of this community and campaign.
    """
    row = _answerable(session, scope, case_id, comment_id, with_declined=True)
    place = queries.find_place_of_comment(session, comment_id)
    if place is None:
        raise CaseNotFoundError(case_id)
    for problem_id in problem_ids:
        _problem(session, problem_id, *place)
    for problem_id, raised in list_raised(session, comment_id).items():
        if problem_id not in problem_ids and raised.said_at is None:
            session.delete(raised)
    for problem_id in problem_ids:
        if find_raised(session, problem_id, comment_id) is None:
            _add_raised(session, problem_id, comment_id)
    session.flush()
    record(
        session,
        actor=scope,
        action="raise_problems",
        subject=row.household_uid,
        community_id=row.community_id,
        detail=",".join(str(key) for key in sorted(problem_ids)),
        now=now,
    )


def _add_raised(session: Session, problem_id: int, comment_id: int) -> None:
    try:
        with session.begin_nested():
            session.add(ProblemComment(problem_id=problem_id, comment_id=comment_id))
    except IntegrityError:  # somebody else has just said so
        return


def _answerable(
    session: Session, scope: Scope, case_id: int, comment_id: int, *, with_declined: bool = False
) -> CaseRow:
    """Return the case of a comment this person may read and answer."""
    row = find_case(session, scope, case_id)
    if row is None:
        raise CaseNotFoundError(case_id)
    for comment in list_sealed_comments(session, [row.frame_member_id]):
        if comment.id != comment_id:
            continue
        is_readable = scope.role is Role.HEAD_OFFICE or comment.wish is ContactWish.OFFICE_OR_HQ
        is_wanted = with_declined or comment.wish is not ContactWish.NO_REPLY
        if is_readable and is_wanted:
            return row
    raise CaseNotFoundError(case_id)


def _problem(session: Session, problem_id: int, campaign_id: int, community_id: int) -> Problem:
    problem = queries.find_problem(session, problem_id)
    if problem is None or (problem.campaign_id, problem.community_id) != (
        campaign_id,
        community_id,
    ):
        raise ProblemNotFoundError(problem_id)
    return problem


def check_answer(answer: PublicAnswerInput, *, now: datetime) -> None:
    """Refuse an answer that lacks something or cannot be true.

    Raises:
        FieldError: Names the field and what is wrong with it.
    """
    for field in ("title", "cause", "action", "responsible"):
        check_text(field, _clean(getattr(answer, field)))
    for field in ("title", "responsible"):
        if len(_clean(getattr(answer, field))) > _SHORT:
            raise FieldError(field, "too_long")
    if answer.due_on is None:
        check_text("why_not", _clean(answer.why_not))
    elif _clean(answer.why_not):
        raise FieldError("why_not", "not_both")
    else:
        check_due("due_on", answer.due_on, not_before=beijing_date(now))


def _clean(text: str) -> str:
    return clean_text(text).strip()
