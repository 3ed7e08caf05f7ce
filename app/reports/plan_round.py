"""What the passing of time does to plans: the next draft, and the days of tasks after T0."""

from sqlalchemy.orm import Session

from app.db import write_session
from app.reports.work import Workshop
from app.surveys.campaign.models import CampaignState
from app.surveys.campaign.planning.drafts import find_due, prepare_draft, usual_instrument
from app.surveys.campaign.planning.services import date_after_t0, find_misdated
from app.surveys.campaign.queries import get_campaign, list_campaigns
from app.surveys.response.tracker import company_standing


def advance_plans(workshop: Workshop) -> None:
    """Prepare the coming campaign a month before, and date the tasks counted from T0.

    Runs every minute; on most of them nothing is due, and then nothing is written.
    """
    now, months = workshop.clock(), workshop.config.months
    with Session(workshop.engine) as session:
        due = find_due(session, months, now=now)
        is_due = due is not None and usual_instrument(session) is not None
        misdated = [
            campaign.id
            for campaign in list_campaigns(session)
            if campaign.state is CampaignState.OPEN
            and find_misdated(
                session, campaign, company_standing(session, campaign, now=now).status.t0
            )
        ]
    if is_due:
        with write_session(workshop.engine) as session:
            prepare_draft(session, months, now=now)
    for campaign_id in misdated:
        with write_session(workshop.engine) as session:
            campaign = get_campaign(session, campaign_id)
            t0 = company_standing(session, campaign, now=now).status.t0
            date_after_t0(session, campaign, t0)
