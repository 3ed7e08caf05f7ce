"""Jobs of the worker: sort new words for triage, print follow-up lists, drop old ones.

Printing takes seconds, so it happens outside of every transaction; a list that has its file is
never printed again, so a job that is run twice ends the same.
"""

from urllib.parse import parse_qsl

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.db import write_session
from app.followup.cases.errors import SheetNotFoundError
from app.followup.cases.filters import read_filters
from app.followup.history.models import CaseSheet, SheetState
from app.followup.rows import CaseView
from app.followup.services import open_case, read_hints, view_all
from app.followup.sheets.queries import find_sheet
from app.followup.sheets.services import drop_old_sheets, keep_sheet, sheet_storage
from app.reports.case_paper import PaperHead, list_pdf, sheet_pdf
from app.reports.work import Workshop
from app.staff.models import Role, Staff
from app.staff.services import scope_of
from app.surveys.campaign.models import CampaignState
from app.surveys.campaign.queries import get_campaign, get_instrument, list_campaigns


def case_round(workshop: Workshop) -> None:
    """Sort the new words of open campaigns for the triage board, and drop old printed lists."""
    with Session(workshop.engine) as session:
        open_ids = [
            campaign.id
            for campaign in list_campaigns(session)
            if campaign.state is CampaignState.OPEN
        ]
    for campaign_id in open_ids:
        with write_session(workshop.engine) as session:
            read_hints(session, workshop.vault, campaign_id)
    with write_session(workshop.engine) as session:
        storage = sheet_storage(workshop.config.instance)
        drop_old_sheets(session, storage, now=workshop.clock())


def make_sheet(workshop: Workshop, payload: dict[str, object]) -> None:
    """Print a list or a record sheet that somebody asked for, as far as that person sees it now.

    Args:
        workshop: What to work with.
        payload: ``sheet_id``.
    """
    sheet_id = int(str(payload["sheet_id"]))
    now = workshop.clock()
    with write_session(workshop.engine) as session:
        sheet = find_sheet(session, sheet_id)
        if sheet is None or sheet.state is not SheetState.WAITING:
            return
        campaign = get_campaign(session, sheet.campaign_id)
        instrument = get_instrument(session, campaign.instrument_digest)
        views = _read(session, workshop, sheet)
        is_english = sheet.language == "en"
        head = PaperHead(
            company=workshop.config.company,
            campaign=campaign.title_en if is_english else campaign.title,
            asked_by=session.get_one(Staff, sheet.asked_by).name,
            made_at=now,
        )
        language, is_one = sheet.language, sheet.case_id is not None
    if is_one:
        content = sheet_pdf(views[0], instrument, head, language=language)
    else:
        content = list_pdf(views, instrument, head, language=language)
    with write_session(workshop.engine) as session:
        sheet = session.get_one(CaseSheet, sheet_id)
        keep_sheet(
            session,
            sheet_storage(workshop.config.instance),
            workshop.vault,
            sheet,
            homes=len(views),
            content=content,
            now=now,
        )


def _read(session: Session, workshop: Workshop, sheet: CaseSheet) -> tuple[CaseView, ...]:
    """Read the homes with the eyes of who asked; each look is written into the audit log."""
    now = workshop.clock()
    scope = scope_of(session, session.get_one(Staff, sheet.asked_by))
    if sheet.case_id is not None:
        return (open_case(session, workshop.vault, scope, sheet.case_id, now),)
    is_head = scope.role is Role.HEAD_OFFICE
    asked = dict(parse_qsl(sheet.filters))
    filters = read_filters(asked, is_head=is_head, is_caller=scope.role is Role.CALLER)
    if filters is None:
        raise SheetNotFoundError(sheet.id)
    return view_all(
        session,
        workshop.vault,
        scope,
        sheet.campaign_id,
        filters,
        today=beijing_date(now),
        now=now,
    )
