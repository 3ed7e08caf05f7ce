"""All statements on printed questionnaires: layouts, orders, files, sheets."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.surveys.campaign.models import Campaign, CampaignState, Exclusion, FrameMember
from app.surveys.campaign.queries import approved_exclusion
from app.surveys.paper.printing.models import (
    FormFile,
    FormOrder,
    ForWhom,
    OrderState,
    PaperLayout,
    PaperSheet,
)
from app.surveys.register.models import CareNeed, CareNeedKind

_T = TypeVar("_T")


def find_sheet(session: Session, number: int) -> PaperSheet | None:
    """Return the sheet of a public number, or None."""
    return session.scalar(select(PaperSheet).where(PaperSheet.number == number))


def get_sheet(session: Session, sheet_id: int) -> PaperSheet:
    """Return a sheet by key."""
    return session.get_one(PaperSheet, sheet_id)


def lock_sheet(session: Session, sheet_id: int) -> PaperSheet:
    """Return a sheet locked: it is taken in by hand or by scan, one after the other."""
    query = select(PaperSheet).where(PaperSheet.id == sheet_id)
    return session.scalars(query.with_for_update(key_share=True)).one()


def find_layout(session: Session, key: str) -> PaperLayout | None:
    """Return a layout as it was printed, or None."""
    return session.get(PaperLayout, key)


def list_layouts(session: Session, keys: Collection[str]) -> list[PaperLayout]:
    """Return the layouts of some keys."""
    if not keys:
        return []
    return list(session.scalars(select(PaperLayout).where(PaperLayout.key.in_(keys))))


def list_layouts_of_open_campaigns(session: Session) -> list[PaperLayout]:
    """Return the layouts of the questionnaires that are out: sheets of them may come back."""
    digests = select(Campaign.instrument_digest).where(Campaign.state == CampaignState.OPEN)
    return list(
        session.scalars(
            select(PaperLayout)
            .where(PaperLayout.instrument_digest.in_(digests))
            .order_by(PaperLayout.key)
        )
    )


def find_order(session: Session, order_id: int) -> FormOrder | None:
    """Return an order, or None."""
    return session.get(FormOrder, order_id)


def list_orders(
    session: Session, campaign_id: int, community_id: int, limit: int
) -> list[FormOrder]:
    """Return the latest orders of a community in a campaign."""
    return list(
        session.scalars(
            select(FormOrder)
            .where(FormOrder.campaign_id == campaign_id, FormOrder.community_id == community_id)
            .order_by(FormOrder.id.desc())
            .limit(limit)
        )
    )


def list_files(session: Session, order_ids: Sequence[int]) -> list[FormFile]:
    """Return the files of some orders by building."""
    return list(
        session.scalars(
            select(FormFile)
            .where(FormFile.order_id.in_(order_ids))
            .order_by(FormFile.order_id, FormFile.building)
        )
    )


def list_old_orders(session: Session, before: datetime) -> list[FormOrder]:
    """Return the orders whose files are still there and were made before an instant."""
    return list(
        session.scalars(
            select(FormOrder).where(
                FormOrder.state != OrderState.GONE,
                or_(
                    FormOrder.ended_at < before,
                    and_(FormOrder.ended_at.is_(None), FormOrder.asked_at < before),
                ),
            )
        )
    )


def list_files_of_members(session: Session, member_ids: Collection[int]) -> list[FormFile]:
    """Return the files among whose forms is one of these homes'."""
    statement = (
        select(FormFile)
        .join(PaperSheet, PaperSheet.order_id == FormFile.order_id)
        .join(FrameMember, FrameMember.id == PaperSheet.frame_member_id)
        .where(
            PaperSheet.frame_member_id.in_(member_ids), FormFile.building == FrameMember.building
        )
        .distinct()
    )
    return list(session.scalars(statement))


def list_buildings(session: Session, order: FormOrder, today: date) -> list[str]:
    """Return the buildings in which homes get a form of an order."""
    statement = (
        _homes(select(FrameMember.building), order, today).distinct().order_by(FrameMember.building)
    )
    return list(session.scalars(statement))


def list_homes(session: Session, order: FormOrder, building: str, today: date) -> list[FrameMember]:
    """Return the homes of a building that get a form of an order."""
    statement = _homes(select(FrameMember), order, today).where(FrameMember.building == building)
    return list(session.scalars(statement.order_by(FrameMember.room)))


def count_homes(session: Session, order: FormOrder, today: date) -> int:
    """Return how many homes get a form of an order."""
    return session.scalar(_homes(select(func.count(FrameMember.id)), order, today)) or 0


def find_home(
    session: Session, campaign_id: int, community_id: int, building: str, room: str
) -> FrameMember | None:
    """Return the home behind a door in a frame, or None."""
    return session.scalar(
        select(FrameMember).where(
            FrameMember.campaign_id == campaign_id,
            FrameMember.community_id == community_id,
            FrameMember.building == building,
            FrameMember.room == room,
        )
    )


def list_sheets_of_order(session: Session, order_id: int, building: str) -> list[PaperSheet]:
    """Return the sheets an order has in a building, home by home and copy by copy."""
    statement = (
        select(PaperSheet)
        .join(FrameMember, FrameMember.id == PaperSheet.frame_member_id)
        .where(PaperSheet.order_id == order_id, FrameMember.building == building)
        .order_by(PaperSheet.frame_member_id, PaperSheet.copy)
    )
    return list(session.scalars(statement))


def list_sheets_of_home(session: Session, member_id: int) -> list[PaperSheet]:
    """Return the sheets printed for a home, the latest copy first."""
    statement = select(PaperSheet).where(PaperSheet.frame_member_id == member_id)
    return list(session.scalars(statement.order_by(PaperSheet.copy.desc(), PaperSheet.id.desc())))


def last_copies(session: Session, member_ids: Sequence[int]) -> dict[int, int]:
    """Return the number of the latest copy of homes that have any."""
    statement = (
        select(PaperSheet.frame_member_id, func.max(PaperSheet.copy))
        .where(PaperSheet.frame_member_id.in_(member_ids))
        .group_by(PaperSheet.frame_member_id)
    )
    return {row[0]: row[1] for row in session.execute(statement)}


def taken_numbers(session: Session, numbers: Collection[int]) -> set[int]:
    """Return those of some numbers that name a sheet already."""
    return set(session.scalars(select(PaperSheet.number).where(PaperSheet.number.in_(numbers))))


def count_sheets(session: Session, campaign_id: int) -> dict[int, int]:
    """Return how many forms were printed for each community of a campaign, from kept counts."""
    statement = (
        select(FormOrder.community_id, func.sum(FormOrder.sheets))
        .where(FormOrder.campaign_id == campaign_id)
        .group_by(FormOrder.community_id)
    )
    return {row[0]: int(row[1]) for row in session.execute(statement)}


def list_blocks(session: Session, order: FormOrder, today: date) -> list[int]:
    """Return the blocks of the homes that get a form of an order."""
    statement = _homes(select(FrameMember.block), order, today).distinct()
    return sorted(session.scalars(statement))


def _homes(what: Select[_T], order: FormOrder, today: date) -> Select[_T]:
    """Narrow a statement to the homes of an order: the frame minus approved exclusions."""
    statement = what.outerjoin_from(FrameMember, Exclusion, approved_exclusion()).where(
        FrameMember.campaign_id == order.campaign_id,
        FrameMember.community_id == order.community_id,
        Exclusion.frame_member_id.is_(None),
    )
    narrowed = _narrowed(order, today)
    return statement if narrowed is None else statement.where(narrowed)


def _narrowed(order: FormOrder, today: date) -> ColumnElement[bool] | None:
    if order.whom is ForWhom.UNANSWERED:
        return FrameMember.returned_at.is_(None)
    if order.whom is ForWhom.ONE:
        return FrameMember.id == order.frame_member_id
    if order.whom is ForWhom.LARGE_PRINT:
        wanting = select(CareNeed.household_id).where(
            CareNeed.need == CareNeedKind.LARGE_PRINT,
            CareNeed.since <= today,
            or_(CareNeed.until.is_(None), CareNeed.until >= today),
        )
        return FrameMember.household_id.in_(wanting)
    return None
