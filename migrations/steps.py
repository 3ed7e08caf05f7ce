"""What several steps do alike: references, closed lists of words, tables that never change."""

import sqlalchemy as sa
from alembic import op


def freeze(table: str) -> None:
    """Let the database itself refuse UPDATE and DELETE on this table."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows never change'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def thaw(table: str) -> None:
    """Take the triggers off a table that is about to go; SQLite drops them with the table."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
        op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")


def points_to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """Return the foreign key of a column to the id of another table."""
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def one_of(name: str, column: str, *values: str) -> sa.CheckConstraint:
    """Return the CHECK that a column holds one of these words; `name` is written in full."""
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(name))


def allow(
    table: str,
    column: str,
    old: tuple[str, ...],
    new: tuple[str, ...],
    *,
    name: str | None = None,
) -> None:
    """Let a column of words hold others.

    SQLite keeps a constraint in the text of its table. That text is changed as SQLite's manual
    says for a change that moves no row (ALTER TABLE, section 7), in the transaction of the step.
    Alembic's batch mode would copy the table instead: it leaves out the other CHECKs unless they
    are written down here once more, drops triggers with the old table, and drops `response` and
    `staff` while a dozen others point to them. A test moves a full database down and up and lets
    SQLite check it.
    """
    name = f"ck_{table}_{name or column}"
    listed = [", ".join(f"'{value}'" for value in values) for values in (old, new)]
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint(op.f(name), table, type_="check")
        op.create_check_constraint(op.f(name), table, f"{column} IN ({listed[1]})")
        return
    before, after = (f"CHECK ({column} IN ({words}))" for words in listed)
    bind = op.get_bind()
    schema = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
        ),
        {"before": before, "after": after, "table": table},
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={schema + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
    if changed.rowcount != 1:
        raise LookupError(name)
