"""Reads of market surveys; an agency's account reads only what it was given."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, case, cast, func, select
from sqlalchemy.orm import Session

from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.market.models import (
    MarketAgent,
    MarketCheck,
    MarketDraft,
    MarketFile,
    MarketInterview,
    MarketPlace,
    MarketProvider,
    MarketQuestionnaire,
    MarketRun,
    MarketSnapshot,
    MarketState,
    MarketSurveyRow,
    ProviderKind,
)

READERS = frozenset({Role.HEAD_OFFICE, Role.LEADER})


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """How far the interviews with residents of one company are.

    Attributes:
        provider: The company.
        places: Communities in the frame.
        interviews: Interviews that count.
        asked: Communities with one.
        elders: Interviews with people of 60 and more.
        by_place: Most interviews in one community.
    """

    provider: MarketProvider
    places: int
    interviews: int
    asked: int
    elders: int
    by_place: int


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A community with its company and how many were interviewed there."""

    place: MarketPlace
    provider: MarketProvider
    interviews: int


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One drawn call: the interview, where, and what came of it."""

    check: MarketCheck
    interview: MarketInterview
    place: str


@dataclass(frozen=True, slots=True)
class AgentRow:
    """An account that may see a survey."""

    staff: Staff
    is_supervisor: bool


def list_surveys(session: Session, scope: Scope) -> list[MarketSurveyRow]:
    """Return the surveys somebody may see, the latest first.

    An agency's account sees those given to it, from their opening on.
    """
    query = select(MarketSurveyRow).order_by(
        MarketSurveyRow.opens_on.desc(), MarketSurveyRow.id.desc()
    )
    if scope.role is Role.AGENCY:
        query = query.join(MarketAgent, MarketAgent.survey_id == MarketSurveyRow.id).where(
            MarketAgent.staff_id == scope.staff_id, MarketSurveyRow.state != MarketState.DRAFT
        )
    elif scope.role not in READERS:
        return []
    return list(session.scalars(query))


def find_survey(session: Session, code: str, scope: Scope) -> MarketSurveyRow | None:
    """Return the survey of this code if somebody may see it."""
    query = select(MarketSurveyRow).where(MarketSurveyRow.code == code)
    if scope.role is Role.AGENCY:
        query = query.join(MarketAgent, MarketAgent.survey_id == MarketSurveyRow.id).where(
            MarketAgent.staff_id == scope.staff_id, MarketSurveyRow.state != MarketState.DRAFT
        )
    elif scope.role not in READERS:
        return None
    return session.scalar(query)


def get_survey(session: Session, survey_id: int) -> MarketSurveyRow:
    """Return a survey, for the program itself."""
    return session.get_one(MarketSurveyRow, survey_id)


def lock_survey(session: Session, survey_id: int) -> MarketSurveyRow:
    """Return a survey, locked against other writers until the transaction ends."""
    query = select(MarketSurveyRow).where(MarketSurveyRow.id == survey_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one()


def is_code_taken(session: Session, code: str) -> bool:
    """Say whether a survey has this code."""
    return session.scalar(
        select(MarketSurveyRow.id).where(MarketSurveyRow.code == code)
    ) is not None  # fmt: skip


def find_questionnaire(session: Session, digest: str) -> MarketQuestionnaire | None:
    """Return a published questionnaire."""
    return session.get(MarketQuestionnaire, digest)


def is_supervisor(session: Session, survey_id: int, scope: Scope) -> bool:
    """Say whether an agency's account leads the interviews of a survey."""
    found = session.get(MarketAgent, (survey_id, scope.staff_id))
    return scope.role is Role.AGENCY and found is not None and found.is_supervisor


def list_agents(session: Session, survey_id: int) -> list[AgentRow]:
    """Return the accounts that may see a survey, by sign-in name."""
    query = (
        select(Staff, MarketAgent.is_supervisor)
        .join(MarketAgent, MarketAgent.staff_id == Staff.id)
        .where(MarketAgent.survey_id == survey_id)
        .order_by(Staff.login)
    )
    return [AgentRow(staff, bool(leads)) for staff, leads in session.execute(query)]


def list_agency_accounts(session: Session) -> list[Staff]:
    """Return the accounts of agencies that are not switched off, by sign-in name."""
    query = (
        select(Staff)
        .where(Staff.role == Role.AGENCY, Staff.disabled_at.is_(None))
        .order_by(Staff.login)
    )
    return list(session.scalars(query))


def find_agent(session: Session, survey_id: int, staff_id: int) -> MarketAgent | None:
    """Return what an account may do in a survey."""
    return session.get(MarketAgent, (survey_id, staff_id))


def list_providers(session: Session, survey_id: int) -> list[MarketProvider]:
    """Return the companies of a survey: our own first, all others together last."""
    place = case(
        (MarketProvider.kind == ProviderKind.OWN, 0),
        (MarketProvider.kind == ProviderKind.NAMED, 1),
        else_=2,
    )
    query = (
        select(MarketProvider)
        .where(MarketProvider.survey_id == survey_id)
        .order_by(place, MarketProvider.id)
    )
    return list(session.scalars(query))


def list_places(session: Session, survey_id: int) -> list[MarketPlace]:
    """Return the communities of a market by name."""
    query = (
        select(MarketPlace)
        .where(MarketPlace.survey_id == survey_id)
        .order_by(MarketPlace.name, MarketPlace.id)
    )
    return list(session.scalars(query))


def count_places(session: Session, survey_id: int) -> int:
    """Return how many communities a market has."""
    query = select(func.count()).where(MarketPlace.survey_id == survey_id)
    return session.scalar(query) or 0


def page_of_places(
    session: Session, survey_id: int, *, first: int, count: int, provider: str = ""
) -> list[PlaceRow]:
    """Return some communities by company and name, with their interviews."""
    done = (
        select(MarketInterview.place_id, func.count().label("done"))
        .where(MarketInterview.survey_id == survey_id, MarketInterview.voided_at.is_(None))
        .group_by(MarketInterview.place_id)
        .subquery()
    )
    query = (
        select(MarketPlace, MarketProvider, func.coalesce(done.c.done, 0))
        .join(MarketProvider, MarketProvider.id == MarketPlace.provider_id)
        .outerjoin(done, done.c.place_id == MarketPlace.id)
        .where(MarketPlace.survey_id == survey_id)
        .order_by(MarketProvider.id, MarketPlace.name)
        .offset(first)
        .limit(count)
    )
    if provider:
        query = query.where(MarketProvider.code == provider)
    return [PlaceRow(place, company, n) for place, company, n in session.execute(query)]


def quota_rows(session: Session, survey_id: int) -> list[QuotaRow]:
    """Return how far the interviews are, company by company, in their order."""
    counted = (
        select(
            MarketPlace.provider_id,
            MarketPlace.id.label("place"),
            func.count(MarketInterview.id).label("interviews"),
            func.coalesce(func.sum(cast(MarketInterview.is_elder, Integer)), 0).label("elders"),
        )
        .outerjoin(
            MarketInterview,
            (MarketInterview.place_id == MarketPlace.id) & MarketInterview.voided_at.is_(None),
        )
        .where(MarketPlace.survey_id == survey_id)
        .group_by(MarketPlace.provider_id, MarketPlace.id)
        .subquery()
    )
    query = select(
        counted.c.provider_id,
        func.count(),
        func.sum(counted.c.interviews),
        func.sum(case((counted.c.interviews > 0, 1), else_=0)),
        func.sum(counted.c.elders),
        func.max(counted.c.interviews),
    ).group_by(counted.c.provider_id)
    known = {key: tuple(map(int, rest)) for key, *rest in session.execute(query)}
    return [
        QuotaRow(one, *known.get(one.id, (0, 0, 0, 0, 0)))
        for one in list_providers(session, survey_id)
    ]


def count_interviews(session: Session, survey_id: int) -> int:
    """Return how many interviews count."""
    query = select(func.count()).where(
        MarketInterview.survey_id == survey_id, MarketInterview.voided_at.is_(None)
    )
    return session.scalar(query) or 0


def find_interviews(
    session: Session, survey_id: int, numbers: Sequence[str]
) -> dict[str, MarketInterview]:
    """Return the interviews of these numbers."""
    found: dict[str, MarketInterview] = {}
    for at in range(0, len(numbers), 500):
        query = select(MarketInterview).where(
            MarketInterview.survey_id == survey_id,
            MarketInterview.number.in_(numbers[at : at + 500]),
        )
        found |= {one.number: one for one in session.scalars(query)}
    return found


def list_interviews(session: Session, survey_id: int) -> list[MarketInterview]:
    """Return the interviews that count, by number: what is frozen, and what checks look at."""
    query = (
        select(MarketInterview)
        .where(MarketInterview.survey_id == survey_id, MarketInterview.voided_at.is_(None))
        .order_by(MarketInterview.number)
    )
    return list(session.scalars(query))


def places_with_interviews(session: Session, survey_id: int) -> set[int]:
    """Return the communities somebody was interviewed in, voided interviews among them."""
    query = select(MarketInterview.place_id).where(MarketInterview.survey_id == survey_id)
    return set(session.scalars(query.distinct()))


def list_latest(
    session: Session, survey_id: int, *, count: int
) -> list[tuple[MarketInterview, str]]:
    """Return the interviews delivered last with their communities."""
    query = (
        select(MarketInterview, MarketPlace.name)
        .join(MarketPlace, MarketPlace.id == MarketInterview.place_id)
        .where(MarketInterview.survey_id == survey_id)
        .order_by(MarketInterview.id.desc())
        .limit(count)
    )
    return [(one, name) for one, name in session.execute(query)]


def list_drafts(session: Session, survey_id: int, scope: Scope) -> list[MarketDraft]:
    """Return somebody's own interviews that are being written, the latest first."""
    query = (
        select(MarketDraft)
        .where(MarketDraft.survey_id == survey_id, MarketDraft.staff_id == scope.staff_id)
        .order_by(MarketDraft.id.desc())
    )
    return list(session.scalars(query))


def find_draft(session: Session, survey_id: int, number: str, scope: Scope) -> MarketDraft | None:
    """Return somebody's own draft."""
    query = select(MarketDraft).where(
        MarketDraft.number == number,
        MarketDraft.survey_id == survey_id,
        MarketDraft.staff_id == scope.staff_id,
    )
    return session.scalar(query)


def list_undrawn(session: Session, survey_id: int) -> list[tuple[MarketCheck, MarketInterview]]:
    """Return the numbers of a survey that are not drawn, by interview number."""
    query = (
        select(MarketCheck, MarketInterview)
        .join(MarketInterview, MarketInterview.id == MarketCheck.interview_id)
        .where(
            MarketInterview.survey_id == survey_id,
            MarketInterview.voided_at.is_(None),
            MarketCheck.drawn_at.is_(None),
            MarketCheck.phone_sealed.is_not(None),
        )
        .order_by(MarketInterview.number)
    )
    return [(check, interview) for check, interview in session.execute(query)]


def list_drawn(session: Session, survey_id: int) -> list[CheckRow]:
    """Return the calls of a survey, those still to make first."""
    query = (
        select(MarketCheck, MarketInterview, MarketPlace.name)
        .join(MarketInterview, MarketInterview.id == MarketCheck.interview_id)
        .join(MarketPlace, MarketPlace.id == MarketInterview.place_id)
        .where(MarketInterview.survey_id == survey_id, MarketCheck.drawn_at.is_not(None))
        .order_by(MarketCheck.done_at.is_not(None), MarketInterview.number)
    )
    return [CheckRow(check, interview, place) for check, interview, place in session.execute(query)]


def find_check(session: Session, survey_id: int, interview_id: int) -> CheckRow | None:
    """Return one drawn call of a survey."""
    found = [
        row for row in list_drawn(session, survey_id) if row.interview.id == interview_id
    ]  # a survey has some hundred calls
    return found[0] if found else None


def list_old_phones(session: Session, closed_before: datetime) -> list[MarketCheck]:
    """Return numbers that still stand there though their survey was closed before an instant."""
    query = (
        select(MarketCheck)
        .join(MarketInterview, MarketInterview.id == MarketCheck.interview_id)
        .join(MarketSurveyRow, MarketSurveyRow.id == MarketInterview.survey_id)
        .where(
            MarketCheck.phone_sealed.is_not(None),
            MarketSurveyRow.closed_at.is_not(None),
            MarketSurveyRow.closed_at < closed_before,
        )
    )
    return list(session.scalars(query))


def list_survey_drafts(session: Session, survey_id: int) -> list[MarketDraft]:
    """Return all drafts of a survey, for closing it."""
    return list(session.scalars(select(MarketDraft).where(MarketDraft.survey_id == survey_id)))


def list_snapshots(session: Session, survey_id: int) -> list[MarketSnapshot]:
    """Return the frozen revisions of a survey, the first one first."""
    query = (
        select(MarketSnapshot)
        .where(MarketSnapshot.survey_id == survey_id)
        .order_by(MarketSnapshot.revision)
    )
    return list(session.scalars(query))


def find_run(session: Session, snapshot_id: int, code_version: str) -> MarketRun | None:
    """Return the result of a snapshot by one version of the code."""
    query = select(MarketRun).where(
        MarketRun.snapshot_id == snapshot_id, MarketRun.code_version == code_version
    )
    return session.scalar(query)


def find_latest_run(
    session: Session, survey_id: int, scope: Scope
) -> tuple[MarketRun, MarketSnapshot] | None:
    """Return the newest result of a survey, to head office and leaders."""
    if scope.role not in READERS:
        return None
    query = (
        select(MarketRun, MarketSnapshot)
        .join(MarketSnapshot, MarketSnapshot.id == MarketRun.snapshot_id)
        .where(MarketSnapshot.survey_id == survey_id)
        .order_by(MarketSnapshot.revision.desc(), MarketRun.id.desc())
        .limit(1)
    )
    row = session.execute(query).first()
    return None if row is None else (row[0], row[1])


def count_gone(session: Session, snapshot: MarketSnapshot) -> int:
    """Return how many interviews of a revision count no more; after the end none can come."""
    return abs(snapshot.interviews - count_interviews(session, snapshot.survey_id))


def list_files(session: Session, run_id: int) -> list[MarketFile]:
    """Return the printed reports of a result by kind."""
    query = select(MarketFile).where(MarketFile.run_id == run_id).order_by(MarketFile.kind)
    return list(session.scalars(query))


def surveys_with_results(session: Session, survey_ids: Iterable[int]) -> set[int]:
    """Return which of these surveys have a result."""
    query = (
        select(MarketSnapshot.survey_id)
        .join(MarketRun, MarketRun.snapshot_id == MarketSnapshot.id)
        .where(MarketSnapshot.survey_id.in_(list(survey_ids)))
        .distinct()
    )
    return set(session.scalars(query))
