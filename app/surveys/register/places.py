"""Changes of regions and communities, each with its audit entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register import queries
from app.surveys.register.models import Region


class CodeTakenError(ValueError):
    """Another region has this code; nothing was changed."""


def add_region(session: Session, *, code: str, name: str, actor: Scope, now: datetime) -> Region:
    """Add a region.

    Raises:
        CodeTakenError: Another one has this code.
    """
    if any(region.code == code for region in queries.list_regions(session)):
        raise CodeTakenError(code)
    region = Region(code=code, name=name)
    session.add(region)
    session.flush()
    audit.record(session, actor=actor, action="region.add", subject=f"region:{region.id}", now=now)
    return region


def rename_region(
    session: Session, region_id: int, *, name: str, actor: Scope, now: datetime
) -> None:
    """Give a region another name."""
    region = queries.find_region_by_id(session, region_id)
    if region is None:
        raise LookupError(region_id)
    region.name = name
    audit.record(
        session, actor=actor, action="region.rename", subject=f"region:{region.id}", now=now
    )


def change_community(
    session: Session,
    community_id: int,
    values: Mapping[str, Any],
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Change what the register says about a community; the audit entry names the fields."""
    community = queries.get_community(session, actor, community_id)
    if community is None:
        raise LookupError(community_id)
    changed = [name for name, value in values.items() if getattr(community, name) != value]
    for name in changed:
        setattr(community, name, values[name])
    if changed:
        audit.record(
            session,
            actor=actor,
            action="community.change",
            subject=f"community:{community_id}",
            community_id=community_id,
            detail=",".join(changed),
            now=now,
        )
