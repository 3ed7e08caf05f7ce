"""Changes of regions and communities, each with its audit entry."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.clock import beijing_date
from app.staff import audit
from app.staff.scope import Scope
from app.surveys.register import queries, rules
from app.surveys.register.models import Region
from app.surveys.register.services import find_region


class CodeTakenError(ValueError):
    """Another region has this code; nothing was changed."""


class NameTakenError(ValueError):
    """Another region or community has this name; nothing was changed."""


class FutureDayError(ValueError):
    """A community is retired on a day of the past; nothing was changed."""


class OddNameError(ValueError):
    """A dash or the like: it stands for no region at all."""


def add_region(session: Session, *, code: str, name: str, actor: Scope, now: datetime) -> Region:
    """Add a region.

    Raises:
        CodeTakenError: Another one has this code.
        NameTakenError: Another one has this name.
        OddNameError: The name stands for no region.
    """
    if find_region(queries.list_regions(session), code) is not None:
        raise CodeTakenError(code)
    _check_region_name(session, name, None)
    region = Region(code=code, name=name)
    session.add(region)
    session.flush()
    audit.record(session, actor=actor, action="region.add", subject=f"region:{region.id}", now=now)
    return region


def rename_region(
    session: Session, region_id: int, *, name: str, actor: Scope, now: datetime
) -> None:
    """Give a region another name.

    Raises:
        NameTakenError: Another one has this name.
        OddNameError: The name stands for no region.
    """
    region = queries.find_region_by_id(session, region_id)
    if region is None:
        raise LookupError(region_id)
    _check_region_name(session, name, region_id)
    old, region.name = region.name, name
    audit.record(
        session,
        actor=actor,
        action="region.rename",
        subject=f"region:{region.id}",
        detail=f"{old} → {name}",
        now=now,
    )


def _check_region_name(session: Session, name: str, region_id: int | None) -> None:
    if rules.is_no(name):
        raise OddNameError(name)
    others = [region for region in queries.list_regions(session) if region.id != region_id]
    if find_region(others, name) is not None:
        raise NameTakenError(name)


def change_community(
    session: Session,
    community_id: int,
    values: Mapping[str, Any],
    *,
    actor: Scope,
    now: datetime,
) -> None:
    """Change what the register says about a community; the audit entry says what it was.

    Raises:
        NameTakenError: Another community has this name.
        FutureDayError: It would be retired on a day to come.
    """
    community = queries.get_community(session, actor, community_id)
    if community is None:
        raise LookupError(community_id)
    retired_on = values.get("retired_on")
    if retired_on is not None and not rules.EARLIEST <= retired_on <= beijing_date(now):
        raise FutureDayError(retired_on)
    name = rules.normal_code(values.get("name", community.name))
    others = queries.list_all_communities(session) if name != community.name else []
    if any(rules.normal_code(c.name) == name for c in others if c.id != community_id):
        raise NameTakenError(name)
    changed = [name for name, value in values.items() if getattr(community, name) != value]
    told = [_change(session, n, getattr(community, n), values[n]) for n in changed]
    for name in changed:
        setattr(community, name, values[name])
    if changed:
        audit.record(
            session,
            actor=actor,
            action="community.change",
            subject=f"community:{community_id}",
            community_id=community_id,
            detail="; ".join(told),
            now=now,
        )


def _change(session: Session, name: str, old: Any, new: Any) -> str:
    """Return what changes in words of the audit log; none of it is about a person."""
    if name == "region_id":
        names = {region.id: region.name for region in queries.list_regions(session)}
        name, old, new = "region", names.get(old), names.get(new)
    before, after = ("" if value is None else value for value in (old, new))
    return f"{name}: {before} → {after}"
