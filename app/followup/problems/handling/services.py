"""Commands on shared problems: the way from a finding to a public answer and its end.

An answer is drafted by an office or at head office; whoever wrote it never checks or approves it.
"""

import base64
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.answering.services import PublicAnswerInput, check_answer, publish_answer
from app.followup.errors import FieldError
from app.followup.problems import queries
from app.followup.problems.codebook import load_codebook
from app.followup.problems.errors import StepRefusedError, UnknownCodeError, UnknownProblemError
from app.followup.problems.handling import queries as published
from app.followup.problems.handling.finding import raise_coded
from app.followup.problems.models import ProblemState, SharedAnswer, SharedProblem
from app.followup.problems.rules import (
    Reason,
    Standing,
    Step,
    Why,
    progress_counts_from,
    read_reasons,
    refusal,
    write_reasons,
)
from app.followup.published.models import AnswerPosting, AnswerProgress, ProgressKind
from app.followup.rules import check_text
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.instrument.answers import clean_text
from app.surveys.response.queries import company_count, count_returns
from app.vault import Vault

POSTING_PURPOSE = "posting"
_SHORT = 120


@dataclass(frozen=True, slots=True)
class Posting:
    """Evidence that an answer hangs: where, since when, perhaps a clean photo."""

    place: str
    posted_on: date
    photo: bytes | None = None


def standing_of(problem: SharedProblem) -> Standing:
    """Return what decides the steps of a problem."""
    return Standing(
        state=problem.state,
        author_id=problem.drafted_by,
        is_published=problem.published_at is not None,
        is_company=problem.community_id is None,
    )


def add_problem(
    session: Session,
    scope: Scope,
    code: str,
    why: str,
    *,
    campaign_id: int,
    community_id: int | None,
    now: datetime,
) -> int:
    """Let head office make a problem concentrated that no rule found, with its reason.

    Returns:
        The key of the problem; that of an earlier one of the same code and place, if there is.

    Raises:
        UnknownCodeError: The codebook has no such code.
        FieldError: No reason is given.
    """
    if not load_codebook().has(code):
        raise UnknownCodeError(code)
    check_text("why", why)
    queries.lock_place(session, campaign_id)
    problem = next(
        (
            one
            for one in queries.list_problems_of_place(session, campaign_id, community_id)
            if one.code == code
        ),
        None,
    )
    if problem is None:
        counts = queries.count_codes(session, campaign_id, community_id)
        problem = SharedProblem(
            campaign_id=campaign_id,
            community_id=community_id,
            place=community_id or 0,
            code=code,
            state=ProblemState.DETECTED,
            why="[]",
            households=counts.get(code, 0),
            returned=_returned(session, campaign_id, community_id),
            found_at=now,
            changed_at=now,
        )
        session.add(problem)
    by_rule = [one for one in read_reasons(problem.why) if one.why is not Why.ADDED]
    problem.why = write_reasons([*by_rule, Reason(Why.ADDED, problem.households)])
    problem.added_by, problem.added_why = scope.staff_id, clean_text(why).strip()
    session.flush()
    _log(session, scope, problem, "problem.add", now=now)
    return problem.id


def _returned(session: Session, campaign_id: int, community_id: int | None) -> int:
    if community_id is None:
        return company_count(session, campaign_id).returned
    return count_returns(session, campaign_id, community_id).returned


def save_draft(
    session: Session, scope: Scope, key: int, answer: PublicAnswerInput, *, now: datetime
) -> None:
    """Keep the draft of a problem's next public answer.

    Raises:
        UnknownProblemError: No such problem for this person.
        StepRefusedError: It is being checked or approved, or is closed.
        FieldError: A field is empty or too long; or there is neither a date nor a reason.
    """
    problem = _open(session, scope, key, Step.DRAFT)
    check_answer(answer, now=now)
    for name in ("title", "cause", "action", "responsible", "why_not"):
        setattr(problem, name, clean_text(getattr(answer, name)).strip())
    problem.due_on = answer.due_on
    problem.drafted_by, problem.drafted_at = scope.staff_id, now
    problem.checked_by = problem.checked_at = problem.approved_by = problem.approved_at = None
    problem.remark = ""
    _move(session, scope, problem, ProblemState.DRAFTED, "problem.draft", now=now)


def check_facts(session: Session, scope: Scope, key: int, remark: str, *, now: datetime) -> None:
    """Say that somebody at head office has checked what a draft claims, and how.

    Raises: as `save_draft`; ``author`` when it is one's own draft.
    """
    problem = _open(session, scope, key, Step.CHECK)
    check_text("remark", remark)
    problem.checked_by, problem.checked_at = scope.staff_id, now
    problem.remark = clean_text(remark).strip()
    _move(session, scope, problem, ProblemState.CHECKED, "problem.check", now=now)


def approve(session: Session, scope: Scope, key: int, *, now: datetime) -> None:
    """Approve a checked draft. Raises: as `check_facts`."""
    problem = _open(session, scope, key, Step.APPROVE)
    problem.approved_by, problem.approved_at = scope.staff_id, now
    _move(session, scope, problem, ProblemState.APPROVED, "problem.approve", now=now)


def publish(session: Session, scope: Scope, key: int, *, now: datetime) -> tuple[int, ...]:
    """Publish an approved draft to the homes of its community, or of every one that raised it.

    Those who raised it are asked later whether it is solved.

    Returns:
        The keys of the published answers.

    Raises:
        FieldError: The promised day has passed meanwhile.
    """
    problem = _open(session, scope, key, Step.PUBLISH)
    answer = PublicAnswerInput(
        title=problem.title,
        cause=problem.cause,
        action=problem.action,
        responsible=problem.responsible,
        due_on=problem.due_on,
        why_not=problem.why_not,
    )
    earlier = {one.community_id: one.id for one, _name in published.list_answers_of(session, key)}
    made_keys = []
    for community_id in _targets(session, problem, set(earlier)):
        made = publish_answer(
            session,
            scope,
            answer,
            campaign_id=problem.campaign_id,
            community_id=community_id,
            problem_id=earlier.get(community_id),
            now=now,
        )
        if community_id not in earlier:
            session.add(SharedAnswer(shared_problem_id=key, problem_id=made))
            session.flush()
        raise_coded(session, problem.campaign_id, community_id)
        made_keys.append(made)
    problem.published_at = problem.published_at or now
    _move(session, scope, problem, ProblemState.PUBLISHED, "problem.publish", now=now)
    return tuple(made_keys)


def send_back(session: Session, scope: Scope, key: int, remark: str, *, now: datetime) -> None:
    """Send a draft back to its author with what is wrong; the words stay."""
    problem = _open(session, scope, key, Step.SEND_BACK)
    check_text("remark", remark)
    problem.remark = clean_text(remark).strip()
    problem.checked_by = problem.checked_at = problem.approved_by = problem.approved_at = None
    back = ProblemState.DETECTED if problem.published_at is None else ProblemState.PUBLISHED
    _move(session, scope, problem, back, "problem.send_back", now=now)


def set_aside(session: Session, scope: Scope, key: int, remark: str, *, now: datetime) -> None:
    """Say why there is no public answer to a problem; its households are replied to alone."""
    problem = _open(session, scope, key, Step.SET_ASIDE)
    check_text("remark", remark)
    problem.remark = clean_text(remark).strip()
    _move(session, scope, problem, ProblemState.SET_ASIDE, "problem.set_aside", now=now)


def add_progress(
    session: Session, scope: Scope, key: int, kind: ProgressKind, text: str, *, now: datetime
) -> ProgressKind:
    """Tell owners how far a published answer has come; the same words again change nothing.

    Returns:
        As which word it is kept: one too early for its 30th or 60th day is one in between.
    """
    problem = _open(session, scope, key, Step.PROGRESS)
    if kind is ProgressKind.CLOSING:
        raise FieldError("kind", "unknown")
    since = problem.published_at
    if since is None or beijing_date(now) < progress_counts_from(since, kind):
        kind = ProgressKind.BETWEEN
    if _is_said(session, key, kind, text):
        return kind
    _say(session, scope, problem, kind, text, now=now)
    _log(session, scope, problem, "problem.progress", now=now, detail=kind.value)
    return kind


def _is_said(session: Session, key: int, kind: ProgressKind, text: str) -> bool:
    """Say whether the last word was this one: a second tap, or a page sent again."""
    keys = [one.id for one, _name in published.list_answers_of(session, key)]
    words = published.list_progress(session, keys)
    last = words[-1][0] if words else None
    return last is not None and (last.kind, last.text) == (kind, clean_text(text).strip())


def record_posting(
    session: Session,
    vault: Vault,
    scope: Scope,
    key: int,
    posting: Posting,
    *,
    now: datetime,
) -> None:
    """Keep the evidence that a published answer hangs where owners pass; each place and day once.

    Raises:
        FieldError: ``posted_on`` lies in the future, or ``unpublished``: before the answer was out.
    """
    problem = _open(session, scope, key, Step.POST)
    place = clean_text(posting.place).strip()
    check_text("place", place)
    if len(place) > _SHORT:
        raise FieldError("place", "too_long")
    if posting.posted_on > beijing_date(now):
        raise FieldError("posted_on", "in_future")
    if problem.published_at and posting.posted_on < beijing_date(problem.published_at):
        raise FieldError("posted_on", "unpublished")
    sealed = None
    if posting.photo is not None:
        sealed = vault.seal(base64.b64encode(posting.photo).decode(), POSTING_PURPOSE)
    answers = [one for one, _name in published.list_answers_of(session, key)]
    # A second tap is the same evidence; a photo brought later is new evidence.
    known = {
        (one.problem_id, one.place, one.posted_on)
        for one, _name in published.list_postings(session, [one.id for one in answers])
        if sealed is None or one.photo_sealed is not None
    }
    for one in answers:
        if not scope.sees(one.community_id) or (one.id, place, posting.posted_on) in known:
            continue
        session.add(
            AnswerPosting(
                problem_id=one.id,
                place=place,
                posted_on=posting.posted_on,
                photo_sealed=sealed,
                staff_id=scope.staff_id,
                recorded_at=now,
            )
        )
    session.flush()
    _log(session, scope, problem, "problem.posting", now=now)


def open_posting(vault: Vault, posting: AnswerPosting) -> bytes | None:
    """Return the photo of a piece of evidence, None when there is none."""
    if posting.photo_sealed is None:
        return None
    return base64.b64decode(vault.open(posting.photo_sealed, POSTING_PURPOSE))


def close(session: Session, scope: Scope, key: int, text: str, *, now: datetime) -> None:
    """Close a problem with a last word to owners.

    Raises:
        StepRefusedError: ``progress``: owners have not read a word on progress yet.
    """
    problem = _open(session, scope, key, Step.CLOSE)
    keys = [one.id for one, _name in published.list_answers_of(session, key)]
    if not published.list_progress(session, keys):
        raise StepRefusedError(Step.CLOSE, "progress")
    _say(session, scope, problem, ProgressKind.CLOSING, text, now=now)
    problem.closed_at = now
    _move(session, scope, problem, ProblemState.CLOSED, "problem.close", now=now)


def _say(
    session: Session,
    scope: Scope,
    problem: SharedProblem,
    kind: ProgressKind,
    text: str,
    *,
    now: datetime,
) -> None:
    text = clean_text(text).strip()
    check_text("text", text)
    for one, _name in published.list_answers_of(session, problem.id):
        session.add(
            AnswerProgress(
                problem_id=one.id, kind=kind, text=text, staff_id=scope.staff_id, published_at=now
            )
        )
    session.flush()


def _targets(session: Session, problem: SharedProblem, earlier: set[int]) -> list[int]:
    if problem.community_id is not None:
        return [problem.community_id]
    raised = queries.list_communities_of_code(session, problem.campaign_id, problem.code)
    return sorted(earlier.union(raised))


def _open(session: Session, scope: Scope, key: int, step: Step) -> SharedProblem:
    """Return a problem locked for a step this person may take.

    Raises:
        UnknownProblemError: No such problem for this person.
        StepRefusedError: The step cannot be taken.
    """
    if queries.find_shared_problem(session, scope, key) is None or scope.role not in _WRITERS:
        raise UnknownProblemError(key)
    problem = queries.lock_problem(session, key)
    why = refusal(
        step,
        standing_of(problem),
        staff_id=scope.staff_id,
        is_head_office=scope.role is Role.HEAD_OFFICE,
    )
    if why is not None:
        raise StepRefusedError(step, why)
    return problem


_WRITERS = (Role.HEAD_OFFICE, Role.OFFICE)


def _move(
    session: Session,
    scope: Scope,
    problem: SharedProblem,
    state: ProblemState,
    action: str,
    *,
    now: datetime,
) -> None:
    problem.state, problem.changed_at = state, now
    session.flush()
    _log(session, scope, problem, action, now=now)


def _log(
    session: Session,
    scope: Scope,
    problem: SharedProblem,
    action: str,
    *,
    now: datetime,
    detail: str = "",
) -> None:
    record(
        session,
        actor=scope,
        action=action,
        subject=f"shared-problem:{problem.id}",
        community_id=problem.community_id,
        detail=detail or problem.code,
        now=now,
    )
