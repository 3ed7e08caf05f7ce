"""Sealed values by the key they are sealed with, column by column."""

from sqlalchemy import ColumnElement, LargeBinary, Table, func, literal, select, update
from sqlalchemy.orm import Session

from app.db import Base
from app.rights.sealed import PURPOSES, purpose_of
from app.vault import Vault


def count_outdated(session: Session, vault: Vault) -> dict[str, int]:
    """Return how many values of each column another key than the newest seals; none left out."""
    found = {}
    for place in PURPOSES:
        table, name = _place(place)
        query = select(func.count()).select_from(table).where(_is_outdated(table, name, vault))
        if count := session.scalar(query) or 0:
            found[place] = count
    return found


def reseal_slice(
    session: Session, vault: Vault, place: str, *, after: object, limit: int
) -> tuple[int, object]:
    """Seal the next values of a column under the newest key.

    Returns:
        How many, and the first key column of the last row, to go on from.
    """
    table, name = _place(place)
    keys = list(table.primary_key.columns)
    columns = [*keys, table.c[name]]
    query = select(*columns).where(_is_outdated(table, name, vault)).order_by(*keys).limit(limit)
    if after is not None:
        query = query.where(keys[0] >= after)
    found = session.execute(query).mappings().all()
    last = after
    for row in found:
        channel = row["channel"] if table.name == "message_address" else ""
        purpose = purpose_of(place, channel=getattr(channel, "value", ""))
        fresh = vault.seal(vault.open(row[table.c[name]], purpose), purpose)
        mine = [key == row[key] for key in keys]
        session.execute(update(table).where(*mine).values({name: fresh}))
        last = row[keys[0]]
    return len(found), last


def _place(place: str) -> tuple[Table, str]:
    table, name = place.split(".")
    return Base.metadata.tables[table], name


def _is_outdated(table: Table, name: str, vault: Vault) -> ColumnElement[bool]:
    first = func.substr(table.c[name], 1, 1, type_=LargeBinary)
    return table.c[name].is_not(None) & (first != literal(bytes([vault.newest]), LargeBinary))
