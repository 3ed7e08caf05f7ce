"""Statements on sub-codes, settings and running numbers."""

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.service.complaints.models import ComplaintCode, ComplaintSeries, ComplaintSetting


def list_codes(session: Session, *, is_retired_shown: bool = False) -> list[ComplaintCode]:
    """Return the sub-codes by class and place."""
    query = select(ComplaintCode).order_by(
        ComplaintCode.class_, ComplaintCode.place, ComplaintCode.code
    )
    if not is_retired_shown:
        query = query.where(ComplaintCode.retired_at.is_(None))
    return list(session.scalars(query))


def find_code(session: Session, code: str) -> ComplaintCode | None:
    """Return a sub-code."""
    return session.get(ComplaintCode, code)


def list_settings(session: Session) -> dict[str, int]:
    """Return the numbers head office chose itself."""
    return {row.name: row.value for row in session.scalars(select(ComplaintSetting))}


def find_setting(session: Session, name: str) -> ComplaintSetting | None:
    """Return a number head office chose itself."""
    return session.get(ComplaintSetting, name)


def take_number(session: Session, series: str, year: int) -> int:
    """Return the next running number; two transactions never get the same."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    statement = insert(ComplaintSeries).values(series=series, year=year, last=1)
    return session.execute(
        statement.on_conflict_do_update(
            index_elements=["series", "year"], set_={"last": ComplaintSeries.last + 1}
        ).returning(ComplaintSeries.last)
    ).scalar_one()
