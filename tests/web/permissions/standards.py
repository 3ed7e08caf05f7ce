"""Losses, standards and lines of the service guide in both communities."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy.orm import Session

from app.service.standards.loss_services import LossInput, add_loss
from app.service.standards.models import (
    GuideKind,
    LossKind,
    LossReason,
    Operator,
    Origin,
    Unit,
)
from app.service.standards.services import (
    GuideInput,
    StandardInput,
    add_standard,
    save_guide_item,
)
from app.staff.models import Role
from app.staff.scope import Scope
from app.surveys.register.models import Community
from app.vault import Vault
from tests.factories import NOW, make_staff


def plant(session: Session, vault: Vault, communities: Iterable[Community]) -> None:
    """Write one of each down for every community."""
    staff = make_staff(session, Role.HEAD_OFFICE)
    head = Scope(staff.id, staff.name, staff.role, None)
    for community in communities:
        loss = LossInput(
            LossKind.CUSTOMER,
            community.id,
            "便利店",
            date(2026, 3, 1),
            LossReason.PRICE,
            "太贵",
        )
        add_loss(session, vault, head, loss, now=NOW)
        standard = StandardInput(
            text="三次铃响之内接听",
            text_en="",
            measure="",
            operator=Operator.AT_MOST,
            target_milli=3000,
            unit=Unit.TIMES,
            origin=Origin.HANDBOOK,
            origin_words="",
            valid_from=date(2026, 1, 1),
            community_id=community.id,
        )
        add_standard(session, head, standard, now=NOW)
        item = GuideInput(
            GuideKind.PAID, "换灯", valid_from=date(2026, 1, 1), community_id=community.id
        )
        save_guide_item(session, head, item, item_id=None, now=NOW)
