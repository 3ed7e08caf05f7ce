"""Making a market survey: its companies, the agency's accounts, opening and closing it."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff.audit import record
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.market import queries
from app.surveys.market.columns import Company
from app.surveys.market.errors import (
    CodeTakenError,
    DayPastError,
    MarketNotReadyError,
    MarketStateError,
    MissingStep,
    ProviderInUseError,
)
from app.surveys.market.models import (
    MarketAgent,
    MarketProvider,
    MarketState,
    MarketSurveyRow,
    ProviderKind,
)
from app.surveys.market.questionnaire import publish

LEAST_INTERVIEWS, LEAST_COMMUNITIES = 150, 10
ELDER_PERCENT, CHECK_PERCENT = 20, 10


@dataclass(frozen=True, slots=True)
class Setup:
    """What head office says about a survey.

    Attributes:
        title, title_en: Its name.
        market: The target market in words.
        agency: The firm that asks.
        opens_on, closes_on: First and last day of the interviews.
        least_interviews, least_communities: Quota of each company.
        elder_percent: Wanted share of people of 60 and more.
        check_percent: Share of interviews called back.
    """

    title: str
    title_en: str
    market: str
    agency: str
    opens_on: date
    closes_on: date
    least_interviews: int = LEAST_INTERVIEWS
    least_communities: int = LEAST_COMMUNITIES
    elder_percent: int = ELDER_PERCENT
    check_percent: int = CHECK_PERCENT


@dataclass(frozen=True, slots=True)
class CompanyLine:
    """A company as head office lists it."""

    code: str
    name: str
    name_en: str
    kind: ProviderKind


def make_survey(
    session: Session, code: str, setup: Setup, *, actor: Scope, now: datetime
) -> MarketSurveyRow:
    """Make a survey with the questionnaire of this version.

    Raises:
        CodeTakenError: Another one has this code.
    """
    if queries.is_code_taken(session, code):
        raise CodeTakenError(code)
    survey = MarketSurveyRow(
        code=code,
        questionnaire=publish(session, now=now),
        seed=secrets.randbelow(2**31),
        state=MarketState.DRAFT,
        made_by=actor.staff_id,
        made_at=now,
    )
    _fill(survey, setup)
    session.add(survey)
    session.flush()
    _note(session, survey, "market.make", actor=actor, now=now)
    return survey


def change_survey(
    session: Session, survey: MarketSurveyRow, setup: Setup, *, actor: Scope, now: datetime
) -> None:
    """Change what is said about a survey; once it is open only its last day and its names.

    Raises:
        MarketStateError: It is closed.
        DayPastError: It is open, and its last day would be over: that would end it for good.
    """
    if survey.state is MarketState.CLOSED:
        raise MarketStateError(survey.state)
    if survey.state is MarketState.OPEN:
        if setup.closes_on < beijing_date(now):
            raise DayPastError(setup.closes_on)
        survey.title, survey.title_en = setup.title, setup.title_en
        survey.closes_on = max(setup.closes_on, survey.opens_on)
    else:
        _fill(survey, setup)
    _note(session, survey, "market.change", actor=actor, now=now)


def _fill(survey: MarketSurveyRow, setup: Setup) -> None:
    survey.title, survey.title_en = setup.title, setup.title_en
    survey.market, survey.agency = setup.market, setup.agency
    survey.opens_on, survey.closes_on = setup.opens_on, setup.closes_on
    survey.least_interviews = setup.least_interviews
    survey.least_communities = setup.least_communities
    survey.elder_percent = setup.elder_percent
    survey.check_percent = setup.check_percent


def set_providers(
    session: Session,
    survey: MarketSurveyRow,
    lines: list[CompanyLine],
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Make the list of companies what is given.

    Raises:
        MarketStateError: The survey is open or closed.
        ProviderInUseError: A company that has communities would go.
    """
    if survey.state is not MarketState.DRAFT:
        raise MarketStateError(survey.state)
    known = {one.code: one for one in queries.list_providers(session, survey.id)}
    used = {place.provider_id for place in queries.list_places(session, survey.id)}
    for code in known.keys() - {line.code for line in lines}:
        if known[code].id in used:
            raise ProviderInUseError(code)
        session.delete(known[code])
    session.flush()
    for line in lines:
        row = known.get(line.code)
        if row is None:
            row = MarketProvider(survey_id=survey.id, code=line.code)
            session.add(row)
        row.name, row.name_en, row.kind = line.name, line.name_en, line.kind
    session.flush()
    _note(session, survey, "market.companies", actor=actor, now=now, detail=str(len(lines)))


def give_account(
    session: Session,
    survey: MarketSurveyRow,
    staff_id: int,
    *,
    is_supervisor: bool,
    actor: Scope,
    now: datetime,
) -> None:
    """Let an account of the agency see a survey, or change what it may do there.

    Raises:
        MarketNotReadyError: The account is none of an agency.
    """
    accounts = {one.id: one for one in queries.list_agency_accounts(session)}
    if staff_id not in accounts:
        raise MarketNotReadyError((MissingStep.NOT_AN_AGENCY,))
    agent = queries.find_agent(session, survey.id, staff_id)
    if agent is None:
        agent = MarketAgent(survey_id=survey.id, staff_id=staff_id)
        session.add(agent)
    agent.is_supervisor = is_supervisor
    session.flush()
    detail = f"{accounts[staff_id].login}{' leads' if is_supervisor else ''}"
    _note(session, survey, "market.give", actor=actor, now=now, detail=detail)


def take_account(
    session: Session, survey: MarketSurveyRow, staff_id: int, *, actor: Scope, now: datetime
) -> None:
    """Take a survey away from an account; it keeps nothing of it."""
    agent = queries.find_agent(session, survey.id, staff_id)
    if agent is None:
        return
    session.delete(agent)
    session.flush()
    _note(session, survey, "market.take", actor=actor, now=now, detail=str(staff_id))


def missing_steps(
    session: Session, survey: MarketSurveyRow, *, company: str, now: datetime
) -> tuple[MissingStep, ...]:
    """Return what a survey lacks before it may be opened: field work must be external.

    Args:
        session: Open session.
        survey: The survey.
        company: Our own name: nobody is his own outside agency.
        now: When it would be opened.
    """
    missing = []
    if survey.closes_on < beijing_date(now):
        missing.append(MissingStep.DAYS_PAST)
    if not survey.agency.strip():
        missing.append(MissingStep.NO_AGENCY)
    own = [one for one in queries.list_providers(session, survey.id) if _is(one, ProviderKind.OWN)]
    ours = {company.casefold(), *(one.name.casefold() for one in own)}
    if survey.agency.strip().casefold() in ours:
        missing.append(MissingStep.OWN_AGENCY)
    agents = queries.list_agents(session, survey.id)
    working = [one for one in agents if one.staff.disabled_at is None]
    if not working:
        missing.append(MissingStep.NO_ACCOUNT)
    elif not any(one.is_supervisor for one in working):
        missing.append(MissingStep.NO_SUPERVISOR)
    if any(one.staff.role is not Role.AGENCY for one in agents):
        missing.append(MissingStep.NOT_AN_AGENCY)
    return (*missing, *_missing_market(session, survey))


def _missing_market(session: Session, survey: MarketSurveyRow) -> list[MissingStep]:
    rows = queries.quota_rows(session, survey.id)
    named = [one for one in rows if not _is(one.provider, ProviderKind.OTHER)]
    missing = []
    if not any(_is(one.provider, ProviderKind.OWN) for one in named):
        missing.append(MissingStep.NO_OWN)
    if not any(_is(one.provider, ProviderKind.NAMED) for one in named):
        missing.append(MissingStep.NO_RIVAL)
    if not sum(one.places for one in rows):
        missing.append(MissingStep.NO_PLACES)
    elif any(one.places < survey.least_communities for one in named):
        missing.append(MissingStep.FEW_PLACES)
    return missing


def open_survey(
    session: Session,
    survey: MarketSurveyRow,
    *,
    company: str,
    is_external: bool,
    actor: Scope,
    now: datetime,
) -> None:
    """Open a survey to its agency.

    Args:
        session: Open transaction.
        survey: The survey.
        company: Our own name.
        is_external: Head office confirms that the agency's own people ask, and nobody of ours.
        actor: Who opens it.
        now: When.

    Raises:
        MarketStateError: It was opened before.
        MarketNotReadyError: Something is missing; says what.
    """
    if survey.state is not MarketState.DRAFT:
        raise MarketStateError(survey.state)
    missing = missing_steps(session, survey, company=company, now=now)
    if not is_external:
        missing = (*missing, MissingStep.NOT_CONFIRMED)
    if missing:
        raise MarketNotReadyError(missing)
    survey.state = MarketState.OPEN
    survey.opened_by, survey.opened_at = actor.staff_id, now
    _note(session, survey, "market.open", actor=actor, now=now, detail="field work is external")


def companies_of(session: Session, survey_id: int) -> tuple[Company, ...]:
    """Return the companies of a survey as answers name them."""
    return tuple(
        Company(one.code, one.name, one.name_en)
        for one in queries.list_providers(session, survey_id)
    )


def _is(provider: MarketProvider, kind: ProviderKind) -> bool:
    return provider.kind is kind


def _note(
    session: Session,
    survey: MarketSurveyRow,
    action: str,
    *,
    actor: Scope,
    now: datetime,
    detail: str = "",
) -> None:
    record(
        session,
        actor=actor,
        action=action,
        subject=f"market:{survey.code}",
        now=now,
        detail=detail,
    )
