"""Drafts of the template: head office finds the coming campaign prepared a month before."""

from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.staff.scope import SYSTEM_ACTOR
from app.surveys.campaign import queries as campaign_queries
from app.surveys.campaign.models import Campaign, InstrumentVersion
from app.surveys.campaign.planning import queries
from app.surveys.campaign.planning.limits import check_code, check_collection
from app.surveys.campaign.planning.services import make_tasks
from app.surveys.campaign.planning.template import DRAFT_DAYS, Proposal, coming, half_of
from app.surveys.campaign.services import create_campaign

_USUAL = "customer-perception"


def prepare_draft(session: Session, months: tuple[int, ...], *, now: datetime) -> Campaign | None:
    """Prepare the coming campaign when its first day is a month away or less.

    There is one campaign in each half of a year: one somebody prepared by hand, under whatever
    name, is not doubled. Without a published questionnaire nothing can be prepared.

    Args:
        session: Open session; the caller owns the transaction.
        months: Months in which campaigns begin, e.g. June and November.
        now: Aware instant.

    Returns:
        The new draft, or None when nothing was due.
    """
    due = find_due(session, months, now=now)
    version = usual_instrument(session)
    if due is None or version is None:
        return None
    campaign = plan_campaign(session, due, version.digest, staff_id=None, now=now)
    audit.record(
        session,
        actor=SYSTEM_ACTOR,
        action="campaign.prepare",
        subject=f"campaign:{campaign.code}",
        now=now,
    )
    return campaign


def find_due(session: Session, months: tuple[int, ...], *, now: datetime) -> Proposal | None:
    """Return the campaign it is time to prepare, None when there is none; changes nothing."""
    today = beijing_date(now)
    last = today + timedelta(days=DRAFT_DAYS)
    for proposal in coming(today, months, queries.load_calendar(session)):
        is_near = proposal.opens_on <= last
        if is_near and not queries.has_campaign_in(session, *_half(proposal.opens_on)):
            known = campaign_queries.find_campaign(session, proposal.code)
            return proposal if known is None else None
    return None


def plan_campaign(
    session: Session,
    proposal: Proposal,
    instrument_digest: str,
    *,
    staff_id: int | None,
    now: datetime,
    target: int | None = None,
) -> Campaign:
    """Create a draft with the task calendar of the template.

    Args:
        session: Open session; the caller owns the transaction.
        proposal: Code, names and dates; any, not only those of the template.
        instrument_digest: A published questionnaire.
        staff_id: Who answers for the tasks of head office; None leaves them open.
        now: Aware instant.
        target: Company target of an area's performance; None for none.

    Raises:
        ReservedCodeError: The code is not free for campaigns.
        BadDatesError: The days lie outside the calendar, or the collection is too long.
        CampaignError: As `create_campaign` says.
    """
    check_code(proposal.code)
    check_collection(proposal.opens_on, proposal.closes_on)
    campaign = create_campaign(
        session,
        code=proposal.code,
        title=proposal.title,
        title_en=proposal.title_en,
        instrument_digest=instrument_digest,
        opens_on=proposal.opens_on,
        closes_on=proposal.closes_on,
        target=target,
        now=now,
    )
    make_tasks(session, campaign, staff_id=staff_id)
    return campaign


def usual_instrument(session: Session) -> InstrumentVersion | None:
    """Return the newest version of the questionnaire asked last; at first the usual one."""
    for campaign in campaign_queries.list_campaigns(session):
        last = campaign_queries.find_instrument_version(session, campaign.instrument_digest)
        if last is not None:
            return campaign_queries.find_newest_instrument(session, last.code)
    return campaign_queries.find_newest_instrument(session, _USUAL)


def _half(day: date) -> tuple[date, date]:
    year, half = half_of(day)
    return (
        (date(year, 1, 1), date(year, 6, 30))
        if half == 1
        else (
            date(year, 7, 1),
            date(year, 12, 31),
        )
    )
