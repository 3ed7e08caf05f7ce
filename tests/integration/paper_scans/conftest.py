"""A community with printed sheets, a clerk, an open batch and its first file."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.reading.result import ScannedPage
from app.surveys.paper.scans.models import ScanBatch, ScanFile
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import make_campaign, make_community
from tests.integration.paper_scans import desk


@dataclass
class Desk:
    """What the tests work with."""

    session: Session
    vault: Vault
    campaign: Campaign
    community: Community
    sheets: list[PaperSheet]
    clerk: Scope
    batch: ScanBatch
    file: ScanFile

    def pages(self, at: int, **fields: object) -> list[ScannedPage]:
        """Return both pages of a sheet, sure; `doubtful` and `inked` name fields of either."""
        sheet = self.sheets[at]
        layout = desk.layout_for(self.session, sheet)
        answers = {**desk.answers_of(layout, at), **fields.pop("answers", {})}
        return [desk.scanned(self.vault, sheet, page, answers, **fields) for page in layout.pages]

    def hand_in(self, *pages: ScannedPage):
        """Take pages in through the first file."""
        return desk.hand_in(self.session, self.vault, self.file, pages)

    def sums(self):
        """Return pages in, accepted, queued, blank of the batch."""
        return desk.sums_of(self.session, self.batch)


@pytest.fixture
def at_desk(session, vault) -> Desk:
    community = make_community(session, households=6)
    campaign = make_campaign(session, vault)
    sheets = desk.print_sheets(session, vault, campaign, community)
    clerk = desk.clerk_of(session)
    batch = desk.open_bundle(session, campaign, community, clerk)
    file = desk.upload(session, batch, clerk)
    return Desk(session, vault, campaign, community, sheets, clerk, batch, file)
