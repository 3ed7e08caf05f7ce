"""Interviews as they come: by file, all or nothing, or one by one from the form."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date, end_of, start_of
from app.staff.audit import record
from app.staff.scope import Scope
from app.surveys.market import queries
from app.surveys.market.checking import Around, Interview, check_interview
from app.surveys.market.columns import (
    COMMUNITY,
    END,
    INTERVIEW,
    INTERVIEWER,
    PHONE,
    START,
)
from app.surveys.market.errors import Fault, MarketProblem, MarketRefusedError, MarketStateError
from app.surveys.market.models import (
    InterviewSource,
    MarketCheck,
    MarketInterview,
    MarketState,
    MarketSurveyRow,
)
from app.surveys.market.questionnaire import get_questionnaire
from app.surveys.market.services import companies_of
from app.surveys.market.tables import read_rows
from app.vault import Vault

PURPOSE = "market-phone"
MOST_FAULTS = 200
ALIASES = {
    "访问编号": INTERVIEW,
    "访员": INTERVIEWER,
    "访问员": INTERVIEWER,
    "开始": START,
    "结束": END,
    "小区": COMMUNITY,
    "电话": PHONE,
}


@dataclass(frozen=True, slots=True)
class DeliveryPlan:
    """What a file holds.

    Attributes:
        new: Interviews that are not here yet.
        unchanged: How many are here as they are: the same file twice changes nothing.
        faults: What must be mended first; then nothing is taken.
        interviewers: How many people asked.
        places: How many communities.
    """

    new: tuple[Interview, ...]
    unchanged: int
    faults: tuple[Fault, ...]
    interviewers: int
    places: int


def around(session: Session, survey: MarketSurveyRow, *, now: datetime) -> Around:
    """Return what interviews of a survey are checked against."""
    asked = get_questionnaire(session, survey.questionnaire)
    return Around(
        columns=asked.columns(beijing_date(now).year),
        companies=companies_of(session, survey.id),
        places={one.name: one.id for one in queries.list_places(session, survey.id)},
        opens=start_of(survey.opens_on),
        closes=end_of(survey.closes_on),
        now=now,
    )


def plan_delivery(
    session: Session, survey: MarketSurveyRow, content: bytes, *, now: datetime
) -> DeliveryPlan:
    """Read a file of interviews and say what it holds; changes nothing.

    Raises:
        MarketFileFaultError: The file cannot be read.
        MarketStateError: The survey takes no interviews.
    """
    _check_open(survey)
    given = around(session, survey, now=now)
    names = [one.name for one in given.columns]
    needed = [one.name for one in given.columns if one.needed]
    rows = read_rows(content, known=names, needed=needed, aliases=ALIASES)
    faults: list[Fault] = []
    found: dict[str, Interview] = {}
    for row in rows:
        interview, wrong = check_interview(row.cells, given, line=row.line)
        faults += wrong
        if interview is None:
            continue
        if interview.number in found:
            faults.append(Fault(MarketProblem.REPEATED, row.line, INTERVIEW, interview.number))
        found[interview.number] = interview
    before = queries.find_interviews(session, survey.id, list(found))
    for number, stored in before.items():
        if not _is_same(stored, found[number]):
            faults.append(
                Fault(MarketProblem.DELIVERED_OTHERWISE, found[number].line, INTERVIEW, number)
            )
    return DeliveryPlan(
        new=tuple(one for number, one in found.items() if number not in before),
        unchanged=len(before),
        faults=tuple(sorted(faults, key=lambda one: (one.line or 0, one.column))),
        interviewers=len({one.interviewer for one in found.values()}),
        places=len({one.place for one in found.values()}),
    )


def apply_delivery(
    session: Session,
    survey: MarketSurveyRow,
    content: bytes,
    vault: Vault,
    *,
    actor: Scope,
    now: datetime,
) -> DeliveryPlan:
    """Take all interviews of a file, or none.

    Raises:
        MarketRefusedError: Something must be mended first; nothing was taken.
        MarketFileFaultError: The file cannot be read.
        MarketStateError: The survey takes no interviews.
    """
    survey = queries.lock_survey(session, survey.id)
    plan = plan_delivery(session, survey, content, now=now)
    if plan.faults:
        raise MarketRefusedError(plan.faults)
    _store(session, survey, plan.new, vault, source=InterviewSource.FILE, actor=actor, now=now)
    record(
        session,
        actor=actor,
        action="market.deliver",
        subject=f"market:{survey.code}",
        now=now,
        detail=f"new {len(plan.new)}, unchanged {plan.unchanged}",
    )
    return plan


def record_interview(
    session: Session,
    survey: MarketSurveyRow,
    said: Mapping[str, str],
    vault: Vault,
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Take one interview from the form; the same one twice is taken once.

    Raises:
        MarketRefusedError: Something must be mended first.
        MarketStateError: The survey takes no interviews.
    """
    survey = queries.lock_survey(session, survey.id)
    _check_open(survey)
    interview, faults = check_interview(said, around(session, survey, now=now))
    if interview is None:
        raise MarketRefusedError(faults)
    before = queries.find_interviews(session, survey.id, [interview.number])
    if not before:
        _store(
            session, survey, (interview,), vault, source=InterviewSource.FORM, actor=actor, now=now
        )
        record(
            session,
            actor=actor,
            action="market.interview",
            subject=f"market:{survey.code}",
            now=now,
            detail=interview.number,
        )
    elif not _is_same(before[interview.number], interview):
        fault = Fault(MarketProblem.DELIVERED_OTHERWISE, None, INTERVIEW, interview.number)
        raise MarketRefusedError((fault,))


def new_number() -> str:
    """Return the number of a new interview of the form."""
    return f"F{secrets.token_hex(5)}"


def template_columns(survey: MarketSurveyRow, session: Session, *, now: datetime) -> list[str]:
    """Return the headings of a file of interviews, in the order of the questionnaire."""
    given = get_questionnaire(session, survey.questionnaire).columns(beijing_date(now).year)
    return [one.name for one in given]


def _check_open(survey: MarketSurveyRow) -> None:
    if survey.state is not MarketState.OPEN:
        raise MarketStateError(survey.state)


def _store(
    session: Session,
    survey: MarketSurveyRow,
    interviews: tuple[Interview, ...],
    vault: Vault,
    *,
    source: InterviewSource,
    actor: Scope,
    now: datetime,
) -> None:
    rows = [
        MarketInterview(
            survey_id=survey.id,
            place_id=one.place,
            number=one.number,
            interviewer=one.interviewer,
            started_at=one.started_at,
            ended_at=one.ended_at,
            is_elder=one.is_elder,
            source=source,
            answers=one.answers,
            delivered_by=actor.staff_id,
            delivered_at=now,
        )
        for one in interviews
    ]
    session.add_all(rows)
    session.flush()
    session.add_all(
        MarketCheck(interview_id=row.id, phone_sealed=vault.seal(one.phone, PURPOSE))
        for row, one in zip(rows, interviews, strict=True)
        if one.phone
    )
    session.flush()


def _is_same(stored: MarketInterview, found: Interview) -> bool:
    """Say whether an interview came before as it is; its telephone number may be gone by now."""
    return (
        stored.place_id,
        stored.interviewer,
        stored.started_at,
        stored.ended_at,
        stored.answers,
    ) == (
        found.place,
        found.interviewer,
        found.started_at,
        found.ended_at,
        found.answers,
    )
