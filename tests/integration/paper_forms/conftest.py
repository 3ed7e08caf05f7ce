"""A campaign with two buildings of two homes, head office, and the worker."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.reports.forms.work import make_forms
from app.reports.work import Workshop
from app.staff.models import Role
from app.surveys.campaign.models import Campaign, FrameMember
from app.surveys.paper.printing import orders, queries
from app.surveys.paper.printing.models import ForWhom, SheetForm
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import gate_of, make_campaign, make_community, make_staff, members_of

MORNING = datetime(2026, 11, 8, 2, tzinfo=UTC)  # 8 November 2026, 10:00 in Beijing
DAY_LATER = MORNING + timedelta(hours=25)


@dataclass
class World:
    """What the tests look at."""

    session: Session
    vault: Vault
    workshop: Workshop
    clock: list[datetime]
    campaign: Campaign
    community: Community
    staff_id: int
    homes: list[FrameMember]

    def ask(self, whom: ForWhom = ForWhom.ALL, **given: object) -> int:
        """Order forms."""
        usual: dict[str, object] = {"form": SheetForm.FULL, "language": "zh-Hans", "copies": 1}
        order = orders.ask_for_forms(
            self.session,
            self.campaign,
            self.community.id,
            whom=whom,
            staff_id=self.staff_id,
            now=self.clock[0],
            **(usual | given),
        )
        order_id = order.id
        self.session.commit()
        return order_id

    def make(self, order_id: int) -> None:
        """Let the worker make them."""
        make_forms(self.workshop, {"order_id": order_id})
        self.session.rollback()

    def files(self, order_id: int) -> dict[str, bytes | None]:
        """Return the files of an order by building."""
        storage = orders.form_storage(self.workshop.config.instance)
        return {
            file.building: orders.open_file(storage, self.vault, file)
            for file in queries.list_files(self.session, [order_id])
        }


@pytest.fixture
def world(session, vault, engine, storage, config) -> World:
    community = make_community(session, households=4, buildings=2, name="云栖里", code="YQL")
    campaign = make_campaign(session, vault)
    staff = make_staff(session, Role.HEAD_OFFICE)
    homes = members_of(session, campaign, community)
    for home in homes:  # one layout is enough to look at, and sets four times as fast
        home.block = 1
    gate_of(session, campaign, community).areas_offered = 3
    session.commit()
    clock = [MORNING]
    workshop = Workshop(engine, vault, storage, config, lambda: clock[0])
    return World(session, vault, workshop, clock, campaign, community, staff.id, homes)
