"""Rights of owners: requests, timers, and frozen rows whose sealed words may still be destroyed."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
# Frozen tables with sealed words: these are erased, and sealed anew under another key.
_WORDS = (
    "ended_exclusion",
    "gate_extension",
    "integrity_decision",
    "integrity_finding",
    "required_change",
    "visit_record",
)


def upgrade() -> None:
    _create_requests()
    _create_retention()
    op.create_table(
        "vault_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vault_work")),
    )
    _index_audit()
    for table in _WORDS:
        _take_off(table)
        _freeze_but_for_work(table)


def downgrade() -> None:
    for table in _WORDS:
        _take_off(table)
        freeze(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change_but_for_work()")
    for name in ("actor", "action", "community_id", "at"):
        op.drop_index(op.f(f"ix_audit_entry_{name}"), table_name="audit_entry")
    for table in ("vault_work", "retention", "rights_request"):
        op.drop_table(table)


def _create_requests() -> None:
    op.create_table(
        "rights_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), server_default="open", nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        one_of("ck_rights_request_requestkind", "kind", "erase", "access", "withdraw"),
        one_of("ck_rights_request_requeststate", "state", "open", "done", "left"),
        sa.CheckConstraint(
            "(state = 'open') = (ended_at IS NULL)", name=op.f("ck_rights_request_open_has_no_end")
        ),
        points_to("rights_request", "household_id", "household"),
        points_to("rights_request", "community_id", "community"),
        points_to("rights_request", "asked_by", "staff"),
        points_to("rights_request", "ended_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rights_request")),
    )
    op.create_index(op.f("ix_rights_request_household_id"), "rights_request", ["household_id"])
    op.create_index(op.f("ix_rights_request_uid"), "rights_request", ["uid"])
    op.create_index("ix_rights_request_state", "rights_request", ["state", "asked_at"])


def _create_retention() -> None:
    op.create_table(
        "retention",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("days", sa.SmallInteger(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.Column("destroyed", sa.Integer(), nullable=True),
        one_of(
            "ck_retention_kept",
            "what",
            "comments",
            "notes",
            "pictures",
            "signals",
            "drafts",
        ),
        sa.CheckConstraint("days BETWEEN 1 AND 3650", name=op.f("ck_retention_days_range")),
        points_to("retention", "campaign_id", "campaign"),
        points_to("retention", "changed_by", "staff"),
        sa.PrimaryKeyConstraint("campaign_id", "what", name=op.f("pk_retention")),
    )


def _index_audit() -> None:
    """Let the log be searched by one index each: a page of it, never all of it."""
    for name in ("actor", "action", "community_id"):
        op.create_index(op.f(f"ix_audit_entry_{name}"), "audit_entry", [name, "sequence"])
    op.create_index(op.f("ix_audit_entry_at"), "audit_entry", ["at"])


def _take_off(table: str) -> None:
    """Take the triggers off; on SQLite they are dropped by name."""
    if op.get_bind().dialect.name == "postgresql":
        thaw(table)
        return
    for verb in ("update", "delete"):
        op.execute(f"DROP TRIGGER {table}_no_{verb}")


def _freeze_but_for_work(table: str) -> None:
    """Refuse DELETE always, and UPDATE unless work on the vault is marked in this transaction."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows never change'); END"
        )
        op.execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} "
            "WHEN NOT EXISTS (SELECT 1 FROM vault_work WHERE id = 1) "
            f"BEGIN SELECT RAISE(ABORT, '{table} rows never change'); END"
        )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change_but_for_work() RETURNS trigger "
        "LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM vault_work WHERE id = 1) "
        "THEN RETURN NEW; END IF; "
        "RAISE EXCEPTION '% rows never change', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change_but_for_work()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
