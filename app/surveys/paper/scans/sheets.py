"""A printed sheet with everything around it: home, campaign, gate, questionnaire, geometry."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, FrameMember, Gate
from app.surveys.campaign.queries import find_gate, get_campaign, get_instrument, get_member
from app.surveys.instrument.flow import Offer, make_offer
from app.surveys.instrument.model import Instrument
from app.surveys.paper.layout.model import Layout
from app.surveys.paper.printing.layouts import layout_of
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.printing.queries import find_sheet, get_sheet, list_sheets_of_home
from app.surveys.paper.scans import queries
from app.surveys.paper.scans.errors import UnknownSheetError


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed sheet and what it belongs to."""

    sheet: PaperSheet
    member: FrameMember
    campaign: Campaign
    gate: Gate
    instrument: Instrument
    offer: Offer
    layout: Layout


def find_printed(session: Session, number: int) -> Printed:
    """Return the sheet with this public number.

    Raises:
        UnknownSheetError: Nobody printed it.
    """
    sheet = find_sheet(session, number)
    if sheet is None:
        raise UnknownSheetError
    return _around(session, sheet)


def get_printed(session: Session, sheet_id: int) -> Printed:
    """Return a sheet by its key."""
    return _around(session, get_sheet(session, sheet_id))


def missing_pages(session: Session, member_id: int) -> list[tuple[PaperSheet, int]]:
    """Return the pages printed for a home that no scan stands for and no answer was made without.

    For a page whose code nobody can read: it can be none but one of these.
    """
    found = []
    for sheet in list_sheets_of_home(session, member_id):
        layout = layout_of(session, sheet.layout_key)
        back = queries.find_scan_sheet(session, sheet.id)
        if layout is None or (back is not None and back.response_id is not None):
            continue
        there = {page.page for page in queries.list_live(session, sheet.id)}
        found += [(sheet, one.number) for one in layout.pages if one.number not in there]
    return found


def _around(session: Session, sheet: PaperSheet) -> Printed:
    member = get_member(session, sheet.frame_member_id)
    campaign = get_campaign(session, member.campaign_id)
    gate = find_gate(session, member.campaign_id, member.community_id)
    if gate is None:
        raise UnknownSheetError
    instrument = get_instrument(session, campaign.instrument_digest)
    offer = make_offer(instrument, block=member.block, areas_offered=gate.areas_offered)
    layout = layout_of(session, sheet.layout_key)
    if layout is None:
        raise UnknownSheetError
    return Printed(sheet, member, campaign, gate, instrument, offer, layout)
