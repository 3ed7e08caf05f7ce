"""Rows of the foreign community in tables the world leaves empty, made from the tables alone.

They only have to be there: whoever is let through to one is found out by not getting 404.
"""

from datetime import date, datetime

from sqlalchemy import Boolean, Column, Date, Engine, Enum, Integer, LargeBinary, Table, select
from sqlalchemy.exc import IntegrityError, StatementError

from app.db import Base, UTCDateTime
from tests.web.permissions.world import World, first_rows, way_to_community

_DAY = date(2026, 11, 21)


def fill(world: World) -> set[str]:
    """Add a row to each table that leads to a community; return those that took none."""
    left = set()
    for table in Base.metadata.sorted_tables:
        if way_to_community(table) is None or "id" not in table.c:
            continue
        if world.foreign in first_rows(world.engine, table):
            continue
        if not _add(world, table):
            left.add(table.name)
    world.forget_rows()
    return left


def _add(world: World, table: Table) -> bool:
    """Insert a row; where a CHECK wants more than the least, with one column more, or with all."""
    ways = set(way_to_community(table) or ())
    free = [column for column in table.c if column.nullable and column not in ways]
    least = [column for column in table.c if column not in free and not column.primary_key]
    for more in ([], *([column] for column in free), free):
        values = {column.name: _value(world, column) for column in [*least, *more]}
        try:
            with world.engine.begin() as connection:
                connection.execute(table.insert().values(**values))
        except (IntegrityError, StatementError):
            continue
        return True
    return False


def _value(world: World, column: Column) -> object:
    for key in column.foreign_keys:
        return _target(world.engine, key.column.table, key.column, world.foreign)
    if column.name == "community_id":
        return world.foreign
    if column.name == "campaign_id":
        return 1
    kind = column.type
    if isinstance(kind, Enum):
        return kind.python_type(kind.enums[0]) if kind.enum_class else kind.enums[0]
    plain = {Boolean: False, Integer: 1, LargeBinary: b"x" * 32, Date: _DAY}
    for known, value in plain.items():
        if isinstance(kind, known):
            return value
    return world.now if isinstance(kind, UTCDateTime | datetime) else "x"


def _target(engine: Engine, table: Table, column: Column, community: int) -> object:
    """Return a key of the table pointed to: of a row of the foreign community, else of any."""
    if table.name == "community":
        return community
    found = first_rows(engine, table).get(community) if "id" in table.c else None
    if found is not None:
        return found
    with engine.connect() as connection:
        return connection.execute(select(column).limit(1)).scalar()


def places_of_rows(engine: Engine, table: Table) -> dict[int, int]:
    """Return the community of each row of a table, by key."""
    way = way_to_community(table) or ()
    query = select(table.c.id, way[-1]).select_from(table)
    for step in way[:-1]:
        (key,) = step.foreign_keys
        query = query.join(key.column.table, step == key.column)
    with engine.connect() as connection:
        return {row.id: row[1] for row in connection.execute(query)}
