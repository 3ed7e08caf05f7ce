"""Repairs of both communities: a failed one with its visit, a flag, a defect, a line to match."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.service.repairs.models import (
    Flag,
    OrderState,
    Origin,
    Place,
    RepairFile,
    RepairFileState,
    RepairOrder,
    RepairPrint,
    RepairTray,
    Thing,
)
from app.service.repairs.services import flag_order, open_rework
from app.service.repairs.watch.services import begin_watch
from app.staff.models import Role
from app.surveys.register.models import Building, Community, Household
from app.vault import Vault
from tests.factories import NOW, head_office, make_staff

_DONE = datetime(2026, 10, 12, 2, tzinfo=UTC)


def plant(session: Session, vault: Vault, communities: Iterable[Community]) -> None:
    """Let one repair of each community fail and another be a major defect under watch."""
    hq = make_staff(session, Role.HEAD_OFFICE)
    for community in communities:
        orders = [_order(session, community, f"P{at}") for at in range(2)]
        open_rework(session, vault, None, orders[0].id, why="漏", now=NOW)
        flag_order(session, orders[0].id, Flag.NOBODY_CAME, NOW, None)
        named = make_staff(session, Role.STEWARD, communities=[community])
        watch = begin_watch(session, head_office(), orders[1].id, responsible_id=named.id, now=NOW)
        session.add(RepairPrint(watch_id=watch.id, language="en", staff_id=named.id, asked_at=NOW))
        file = RepairFile(
            name="单.csv",
            stored_as=f"s{community.id}",
            size=1,
            state=RepairFileState.DONE,
            staff_id=hq.id,
            created_at=NOW,
        )
        session.add(file)
        session.flush()
        session.add(
            RepairTray(
                key=hashlib.sha256(community.code.encode()).digest(),
                why="door",
                community_id=community.id,
                file_id=file.id,
                line=2,
                laid_at=NOW,
                line_sealed=vault.seal(_LINE, "repair-tray"),
            )
        )
    session.flush()


_LINE = (
    '{"number":"P9","building":"9","room":"9-999","facts":{"state":"issued",'
    '"instants":{"issued_at":"2026-10-12T02:00:00+00:00"},"codes":{},"words":{}}}'
)


def _order(session: Session, community: Community, number: str) -> RepairOrder:
    homes = (
        select(Household.id)
        .join(Building, Building.id == Household.building_id)
        .where(Building.community_id == community.id)
    )
    order = RepairOrder(
        community_id=community.id,
        household_id=session.scalars(homes.limit(1)).one(),
        number=number,
        origin=Origin.HAND,
        state=OrderState.DONE,
        thing=Thing.LEAK,
        place=Place.ROOF,
        issued_at=_DONE - timedelta(hours=4),
        done_at=_DONE,
    )
    session.add(order)
    session.flush()
    return order
