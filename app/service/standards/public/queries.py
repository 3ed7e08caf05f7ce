"""Reads of the service guide without a scope: the owner face never reaches code of staff."""

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.service.standards.models import GuideItem, GuideKind


def public_guide(session: Session, community_id: int, day: date) -> list[GuideItem]:
    """Return the lines of a community's guide that hold on a day, in the order of the list."""
    query = select(GuideItem).where(
        or_(GuideItem.community_id.is_(None), GuideItem.community_id == community_id),
        GuideItem.valid_from <= day,
        or_(GuideItem.valid_until.is_(None), GuideItem.valid_until >= day),
    )
    kinds = list(GuideKind)
    return sorted(
        session.scalars(query), key=lambda one: (kinds.index(one.kind), one.position, one.id)
    )
