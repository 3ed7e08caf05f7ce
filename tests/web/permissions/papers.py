"""Paper of both communities: numbered sheets, a bundle of scans, a page somebody has to look at."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.paper.scans.models import ScanCheck
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import NOW, make_staff
from tests.integration.paper_scans import desk


def plant(
    session: Session, vault: Vault, campaign: Campaign, communities: Iterable[Community]
) -> None:
    """Let the first sheet of each community come back with a doubtful row, and be keyed twice.

    The page stays doubtful, so no answer is made of it and the figures of the world stand.
    """
    clerk = make_staff(session, Role.CLERK, all_communities=True)
    actor = Scope(clerk.id, clerk.name, clerk.role, None)
    for community in communities:
        sheet = desk.print_sheets(session, vault, campaign, community)[0]
        file = desk.upload(session, desk.open_bundle(session, campaign, community, actor), actor)
        first = desk.layout_for(session, sheet).pages[0]
        page = desk.scanned(vault, sheet, first, {}, doubtful=[first.rows[0].field])
        desk.hand_in(session, vault, file, [page])
        session.add(
            ScanCheck(
                sheet_id=sheet.id,
                frame_member_id=sheet.frame_member_id,
                campaign_id=campaign.id,
                community_id=community.id,
                drawn_at=NOW,
            )
        )
