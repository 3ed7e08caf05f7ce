"""Reads of history: uploads, maps, entered waves, figures and steps. Loads no numpy."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, func, select
from sqlalchemy.orm import Session

from app.staff.scope import Scope
from app.surveys.campaign.models import Campaign
from app.surveys.history.models import (
    HistoryFigure,
    HistoryFile,
    HistoryFileState,
    HistoryMap,
    HistoryStep,
    HistoryWave,
)
from app.surveys.register.models import Community, Region

_ENDED = (HistoryFileState.ENTERED, HistoryFileState.LEFT)


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A community of the register as a file may name it."""

    community_id: int
    code: str
    name: str
    region: str


def find_file(session: Session, file_id: int) -> HistoryFile | None:
    """Return an upload."""
    return session.get(HistoryFile, file_id)


def lock_file(session: Session, file_id: int) -> HistoryFile | None:
    """Return an upload, locked until the end of the transaction."""
    query = select(HistoryFile).where(HistoryFile.id == file_id).with_for_update()
    return session.scalars(query.execution_options(populate_existing=True)).one_or_none()


def list_open_files(session: Session, *, limit: int) -> list[HistoryFile]:
    """Return uploads that are not at their end, the newest first."""
    query = (
        select(HistoryFile)
        .where(HistoryFile.state.not_in(_ENDED))
        .order_by(HistoryFile.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def list_files_before(session: Session, instant: datetime) -> list[HistoryFile]:
    """Return uploads nobody brought to an end since an instant."""
    query = select(HistoryFile).where(
        HistoryFile.state.not_in(_ENDED), HistoryFile.created_at < instant
    )
    return list(session.scalars(query))


def find_map(session: Session, map_id: int) -> HistoryMap | None:
    """Return a column map."""
    return session.get(HistoryMap, map_id)


def find_newest_map(session: Session, name: str) -> HistoryMap | None:
    """Return the newest version of a named map."""
    query = select(HistoryMap).where(HistoryMap.name == name).order_by(HistoryMap.version.desc())
    return session.scalars(query.limit(1)).one_or_none()


def list_maps(session: Session) -> list[HistoryMap]:
    """Return the newest version of every map, by name."""
    newest = (
        select(HistoryMap.name, func.max(HistoryMap.version).label("version"))
        .group_by(HistoryMap.name)
        .subquery()
    )
    query = (
        select(HistoryMap)
        .join(
            newest,
            (newest.c.name == HistoryMap.name) & (newest.c.version == HistoryMap.version),
        )
        .order_by(HistoryMap.name)
    )
    return list(session.scalars(query))


def find_wave(session: Session, wave_id: int) -> HistoryWave | None:
    """Return an entered wave, removed ones too."""
    return session.get(HistoryWave, wave_id)


def find_live_wave(session: Session, code: str) -> HistoryWave | None:
    """Return the wave of this code that is not removed."""
    query = select(HistoryWave).where(HistoryWave.code == code, HistoryWave.removed_at.is_(None))
    return session.scalars(query).one_or_none()


def list_waves(session: Session, *, with_removed: bool = False) -> list[HistoryWave]:
    """Return the entered waves, the newest first."""
    query = select(HistoryWave).order_by(HistoryWave.closes_on.desc(), HistoryWave.id.desc())
    if not with_removed:
        query = query.where(HistoryWave.removed_at.is_(None))
    return list(session.scalars(query))


def is_campaign(session: Session, code: str) -> bool:
    """Say whether an own campaign has this code."""
    return session.scalar(select(Campaign.id).where(Campaign.code == code)) is not None


def list_places(session: Session) -> list[PlaceRow]:
    """Return all communities with the code of their region, by code; retired ones too."""
    query = (
        select(Community.id, Community.code, Community.name, Region.code)
        .outerjoin(Region, Region.id == Community.region_id)
        .order_by(Community.code)
    )
    return [PlaceRow(key, code, name, region or "") for key, code, name, region in
            session.execute(query)]  # fmt: skip


def list_figures(session: Session, wave_id: int) -> list[tuple[HistoryFigure, str, str]]:
    """Return the figures of a wave with code and name of their community, the company's first."""
    query = (
        select(HistoryFigure, Community.code, Community.name)
        .outerjoin(Community, Community.id == HistoryFigure.community_id)
        .where(HistoryFigure.wave_id == wave_id)
        .order_by(HistoryFigure.community_id.is_not(None), HistoryFigure.region, Community.code)
    )
    return [(figure, code or "", name or "") for figure, code, name in session.execute(query)]


def list_live_figures(
    session: Session, community_id: int | None, region: str
) -> list[tuple[HistoryFigure, HistoryWave]]:
    """Return the figures of a place in all waves that are not removed, oldest first."""
    query = (
        select(HistoryFigure, HistoryWave)
        .join(HistoryWave, HistoryWave.id == HistoryFigure.wave_id)
        .where(_is_place(HistoryFigure, community_id, region), HistoryWave.removed_at.is_(None))
        .order_by(HistoryWave.closes_on, HistoryWave.id)
    )
    return [(figure, wave) for figure, wave in session.execute(query)]


def has_waves(session: Session) -> bool:
    """Say whether any wave was entered and not removed."""
    return bool(session.scalar(select(exists().where(HistoryWave.removed_at.is_(None)))))


def list_steps(session: Session, community_id: int | None, region: str) -> list[HistoryStep]:
    """Return the unlinked changes of a place."""
    return list(
        session.scalars(select(HistoryStep).where(_is_place(HistoryStep, community_id, region)))
    )


def last_step_made(session: Session) -> datetime | None:
    """Return when the changes were made last."""
    return session.scalar(select(func.max(HistoryStep.made_at)))


def clear_steps(session: Session) -> None:
    """Delete all changes: they are made anew."""
    session.execute(delete(HistoryStep))


def clear_figures(session: Session, wave_id: int) -> None:
    """Delete the figures of a wave that is removed; its record and frozen file stay."""
    session.execute(delete(HistoryStep).where(HistoryStep.wave_id == wave_id))
    session.execute(delete(HistoryFigure).where(HistoryFigure.wave_id == wave_id))


def may_read(session: Session, scope: Scope, community_id: int | None, region: str) -> bool:
    """Say whether a person may see the entered figures of a place.

    Those of the company need all communities, those of a region all of its present ones.

    Args:
        session: Open session.
        scope: Whose view; whether his role reads results at all is the caller's to know.
        community_id: The community; None for the company or a region.
        region: Code of the region, where it is about one.
    """
    if community_id is not None:
        return scope.sees(community_id)
    if scope.community_ids is None:
        return True
    if not region:
        return False
    query = (
        select(Community.id)
        .join(Region, Region.id == Community.region_id)
        .where(Region.code == region)
    )
    members = set(session.scalars(query))
    return bool(members) and members <= scope.community_ids


def add_all(session: Session, rows: Sequence[HistoryFigure | HistoryStep]) -> None:
    """Add many rows."""
    session.add_all(rows)
    session.flush()


def _is_place(
    table: type[HistoryFigure | HistoryStep], community_id: int | None, region: str
) -> ColumnElement[bool]:
    own = (
        table.community_id.is_(None) if community_id is None else table.community_id == community_id
    )
    return own & (table.region == region)
