"""Commands of training cases: write one without names, release it, retire it, hand out the list."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.followup.errors import FieldError
from app.followup.rules import check_text
from app.service.complaints.models import ComplaintClass
from app.service.complaints.papers import queries
from app.service.complaints.papers.errors import (
    PaperClosedError,
    PaperNotFoundError,
    TracesError,
    WrongPersonError,
)
from app.service.complaints.papers.known import known_of
from app.service.complaints.papers.models import TrainingCase, TrainingSource
from app.service.complaints.papers.traces import find_traces
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.vault import Vault

LONGEST_TITLE = 80
FORMAT = "linsheng.training-case/1"


@dataclass(frozen=True, slots=True)
class TrainingInput:
    """A training case as somebody writes it: every text without names."""

    title: str
    class_code: str
    situation: str
    handling: str
    cause: str
    lesson: str
    questions: str


def write(
    session: Session,
    vault: Vault,
    scope: Scope,
    words: TrainingInput,
    *,
    complaint_id: int | None,
    now: datetime,
) -> int:
    """Keep a new training case, not yet released.

    Args:
        session: A writing transaction.
        vault: Opens what is known of the complaint, to look for it in the words.
        scope: Head office.
        words: What it says.
        complaint_id: The complaint it comes from, None when it comes from several.
        now: The present instant.

    Raises:
        WrongPersonError: Only head office writes training cases.
        PaperNotFoundError: The complaint does not exist for this person.
        FieldError: A text is missing or too long.
        TracesError: A text could tell who it is about.
    """
    _only_head(scope)
    _check(session, vault, scope, words, complaint_id)
    made = TrainingCase(**_stripped(words), written_by=scope.staff_id, written_at=now)
    session.add(made)
    session.flush()
    if complaint_id is not None:
        session.add(TrainingSource(training_case_id=made.id, follow_up_id=complaint_id))
    _audit(session, scope, "training_case.write", made, now=now)
    session.flush()
    return made.id


def rewrite(
    session: Session,
    vault: Vault,
    scope: Scope,
    case_id: int,
    words: TrainingInput,
    *,
    now: datetime,
) -> None:
    """Change the words of a training case that is not released yet.

    Raises:
        PaperClosedError: It is released.
        WrongPersonError, PaperNotFoundError, FieldError, TracesError: As `write`.
    """
    _only_head(scope)
    found = _found(session, scope, case_id)
    if found.released_at is not None:
        raise PaperClosedError("released")
    source = queries.find_training_source(session, case_id)
    _check(session, vault, scope, words, source)
    for name, text in _stripped(words).items():
        setattr(found, name, text)
    found.written_by, found.written_at = scope.staff_id, now
    _audit(session, scope, "training_case.write", found, now=now)
    session.flush()


def release(session: Session, vault: Vault, scope: Scope, case_id: int, *, now: datetime) -> str:
    """Let offices read and take a training case; return its number.

    Raises:
        PaperClosedError: It is released.
        WrongPersonError, PaperNotFoundError, TracesError: As `write`.
    """
    _only_head(scope)
    found = _found(session, scope, case_id)
    if found.released_at is not None:
        raise PaperClosedError("released")
    source = queries.find_training_source(session, case_id)
    _check(session, vault, scope, words_of(found), source)
    # The entry comes first: its lock lets nobody else take the same number.
    _audit(session, scope, "training_case.release", found, now=now)
    start = f"P{beijing_date(now).year}-"
    found.number = f"{start}{queries.count_trained(session, start) + 1:03d}"
    found.released_by, found.released_at = scope.staff_id, now
    session.flush()
    return found.number


def retire(session: Session, scope: Scope, case_id: int, *, now: datetime) -> None:
    """Take a training case out of the list; nobody but head office finds it any more.

    Raises:
        PaperClosedError: It is not released, or was retired before.
        WrongPersonError, PaperNotFoundError: As `write`.
    """
    _only_head(scope)
    found = _found(session, scope, case_id)
    if found.released_at is None or found.retired_at is not None:
        raise PaperClosedError("withdrawn")
    found.retired_at = now
    _audit(session, scope, "training_case.retire", found, now=now)
    session.flush()


def words_of(found: TrainingCase) -> TrainingInput:
    """Return the words of a training case."""
    return TrainingInput(
        title=found.title,
        class_code=found.class_code,
        situation=found.situation,
        handling=found.handling,
        cause=found.cause,
        lesson=found.lesson,
        questions=found.questions,
    )


def cases_json(cases: Sequence[TrainingCase]) -> str:
    """Return training cases as documented JSON, for another system or an e-learning course."""
    listed = [
        {
            "number": one.number,
            **asdict(words_of(one)),
            "questions": questions_of(one),
            "released_on": beijing_date(one.released_at).isoformat() if one.released_at else None,
        }
        for one in cases
    ]
    return json.dumps({"format": FORMAT, "cases": listed}, ensure_ascii=False, indent=1)


def questions_of(found: TrainingCase) -> list[str]:
    """Return the questions to talk about, one each."""
    return [line.strip() for line in found.questions.splitlines() if line.strip()]


def _check(
    session: Session,
    vault: Vault,
    scope: Scope,
    words: TrainingInput,
    complaint_id: int | None,
) -> None:
    texts = asdict(words)
    if texts.pop("class_code") not in set(ComplaintClass):
        raise FieldError("class_code", "unknown")
    for name, text in texts.items():
        check_text(name, text)
    if len(words.title) > LONGEST_TITLE:
        raise FieldError("title", "too_long")
    traces = find_traces(texts, known_of(session, vault, scope, complaint_id))
    if traces:
        raise TracesError(traces)


def _stripped(words: TrainingInput) -> dict[str, str]:
    return {name: text.strip() for name, text in asdict(words).items()}


def _only_head(scope: Scope) -> None:
    if scope.role is not Role.HEAD_OFFICE:
        raise WrongPersonError("role")


def _found(session: Session, scope: Scope, case_id: int) -> TrainingCase:
    found = queries.find_training(session, scope, case_id)
    if found is None:
        raise PaperNotFoundError(case_id)
    return found


def _audit(
    session: Session, scope: Scope, action: str, found: TrainingCase, *, now: datetime
) -> None:
    record(session, actor=scope, action=action, subject=f"training_case:{found.id}", now=now)
