"""Keys of the API, idempotent writes, webhooks and their deliveries; orders of exports."""

import sqlalchemy as sa
from alembic import op

from migrations import export_steps
from migrations.steps import one_of, points_to

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_keys()
    _create_webhooks()
    _create_deliveries()
    export_steps.create()


def downgrade() -> None:
    export_steps.drop()
    for table in ("delivery_try", "delivery", "feed_mark", "webhook_community", "webhook"):
        op.drop_table(table)
    for table in ("api_write", "api_key_community", "api_key"):
        op.drop_table(table)


def _create_keys() -> None:
    op.create_table(
        "api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("scopes", sa.String(200), nullable=False),
        sa.Column("all_communities", sa.Boolean(), nullable=False),
        sa.Column("per_minute", sa.SmallInteger(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("used_at", _INSTANT, nullable=True),
        sa.Column("revoked_at", _INSTANT, nullable=True),
        sa.Column("revoked_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("per_minute BETWEEN 1 AND 6000", name=op.f("ck_api_key_rate_range")),
        sa.CheckConstraint(
            "(revoked_at IS NULL) = (revoked_by IS NULL)",
            name=op.f("ck_api_key_revoked_by_somebody"),
        ),
        points_to("api_key", "staff_id", "staff"),
        points_to("api_key", "made_by", "staff"),
        points_to("api_key", "revoked_by", "staff"),
        sa.UniqueConstraint("staff_id", name=op.f("uq_api_key_staff_id")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_key_token_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
    )
    op.create_table(
        "api_key_community",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        points_to("api_key_community", "key_id", "api_key"),
        points_to("api_key_community", "community_id", "community"),
        sa.PrimaryKeyConstraint("key_id", "community_id", name=op.f("pk_api_key_community")),
    )
    op.create_table(
        "api_write",
        sa.Column("key_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        points_to("api_write", "key_id", "api_key"),
        sa.PrimaryKeyConstraint("key_id", "name", name=op.f("pk_api_write")),
    )
    op.create_index("ix_api_write_at", "api_write", ["at"])


def _create_webhooks() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("topics", sa.String(80), nullable=False),
        sa.Column("all_communities", sa.Boolean(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("on_since", _INSTANT, nullable=False),
        sa.Column("off_at", _INSTANT, nullable=True),
        sa.Column("why_off", sa.String(24), nullable=True),
        sa.Column("held_until", _INSTANT, nullable=True),
        one_of("ck_webhook_whyoff", "why_off", "by_hand", "failing", "gone"),
        sa.CheckConstraint(
            "(off_at IS NULL) = (why_off IS NULL)", name=op.f("ck_webhook_off_has_reason")
        ),
        points_to("webhook", "made_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_community",
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        points_to("webhook_community", "webhook_id", "webhook"),
        points_to("webhook_community", "community_id", "community"),
        sa.PrimaryKeyConstraint("webhook_id", "community_id", name=op.f("pk_webhook_community")),
    )
    op.create_table(
        "feed_mark",
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("gaps", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("source", name=op.f("pk_feed_mark")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("webhook_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(48), nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(48), nullable=False),
        sa.Column("subject", sa.String(48), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("next_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        one_of("ck_delivery_deliverystate", "state", "waiting", "delivered", "given_up"),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_delivery_ended_has_time")
        ),
        points_to("delivery", "webhook_id", "webhook"),
        sa.UniqueConstraint(
            "webhook_id",
            "source",
            "source_id",
            name=op.f("uq_delivery_webhook_id_source_source_id"),
        ),
        sa.UniqueConstraint("name", name=op.f("uq_delivery_name")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_index("ix_delivery_due", "delivery", ["state", "webhook_id", "next_at"])
    op.create_index("ix_delivery_order", "delivery", ["webhook_id", "subject", "id"])
    op.create_index("ix_delivery_list", "delivery", ["webhook_id", "id"])
    op.create_table(
        "delivery_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("problem", sa.String(24), nullable=False),
        sa.Column("millis", sa.Integer(), nullable=False),
        points_to("delivery_try", "delivery_id", "delivery"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_try")),
    )
    op.create_index(op.f("ix_delivery_try_delivery_id"), "delivery_try", ["delivery_id"])
