"""The tables of exports: orders and, for a day, the names of their sealed files. Used by 0019."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

_INSTANT = sa.DateTime(timezone=True)
_KINDS = ("answers", "tables", "kpi")
_STATES = ("waiting", "made", "failed", "dropped")


def create() -> None:
    """Create both tables."""
    op.create_table(
        "export_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("forms", sa.String(120), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("problem", sa.String(24), nullable=False),
        sa.Column("snapshot_digest", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("places", sa.Text(), nullable=False),
        sa.Column("fetched", sa.Integer(), nullable=False),
        one_of("ck_export_order_exportkind", "kind", *_KINDS),
        one_of("ck_export_order_exportstate", "state", *_STATES),
        points_to("export_order", "campaign_id", "campaign"),
        points_to("export_order", "community_id", "community"),
        points_to("export_order", "staff_id", "staff"),
        sa.UniqueConstraint("number", name=op.f("uq_export_order_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_order")),
    )
    op.create_index("ix_export_order_staff_id", "export_order", ["staff_id", "asked_at"])
    op.create_index(op.f("ix_export_order_asked_at"), "export_order", ["asked_at"])
    op.create_table(
        "export_part",
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        points_to("export_part", "order_id", "export_order"),
        sa.PrimaryKeyConstraint("order_id", "number", name=op.f("pk_export_part")),
    )


def drop() -> None:
    """Drop both tables."""
    op.drop_table("export_part")
    op.drop_table("export_order")
