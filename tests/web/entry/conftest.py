"""A scan desk behind pages: printed sheets, a batch of a clerk who has signed in."""

from dataclasses import dataclass

import pytest
from sqlalchemy.orm import Session

from app.staff.models import Role, Staff
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.paper.printing.models import PaperSheet
from app.surveys.paper.reading.result import ScannedPage
from app.surveys.paper.scans.models import ScanBatch, ScanFile
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import make_campaign, make_community, make_staff
from tests.integration.paper_scans import desk


@dataclass
class ScanDesk:
    """What the page tests work with."""

    session: Session
    vault: Vault
    campaign: Campaign
    community: Community
    sheets: list[PaperSheet]
    clerk: Staff
    batch: ScanBatch
    file: ScanFile

    def pages(self, at: int, answers=None, **fields: object) -> list[ScannedPage]:
        """Return the pages of a sheet, sure but for the fields named."""
        sheet = self.sheets[at]
        layout = desk.layout_for(self.session, sheet)
        marked = {**desk.answers_of(layout, at), **(answers or {})}
        return [desk.scanned(self.vault, sheet, page, marked, **fields) for page in layout.pages]

    def hand_in(self, *pages: ScannedPage):
        """Take pages in and commit."""
        made = desk.hand_in(self.session, self.vault, self.file, pages)
        self.session.commit()
        return made


@pytest.fixture
def scan_desk(session, vault) -> ScanDesk:
    community = make_community(session, households=3, name="甲小区")
    campaign = make_campaign(session, vault)
    sheets = desk.print_sheets(session, vault, campaign, community)
    clerk = make_staff(session, Role.CLERK, communities=[community])
    actor = Scope(clerk.id, clerk.name, clerk.role, None)
    batch = desk.open_bundle(session, campaign, community, actor)
    file = desk.upload(session, batch, actor)
    session.commit()
    return ScanDesk(session, vault, campaign, community, sheets, clerk, batch, file)
