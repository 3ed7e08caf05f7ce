"""Losses, service standards with their measured values, the service guide, sheets of them."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, one_of, points_to

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_KINDS = ("briefing", "route", "record", "minutes", "call_backs")
_ADDED = ("customer_file", "service_guide", "losses", "delivery", "visit_done", "standards")


def upgrade() -> None:
    allow("paper", "kind", _KINDS, (*_KINDS, *_ADDED), name="paperkind")
    _losses()
    _standards()
    _values()
    _guide()


def downgrade() -> None:
    for table in ("guide_item", "standard_value", "service_standard", "loss"):
        op.drop_table(table)
    op.execute(
        sa.text("DELETE FROM paper WHERE kind IN :added").bindparams(
            sa.bindparam("added", _ADDED, expanding=True)
        )
    )
    allow("paper", "kind", (*_KINDS, *_ADDED), _KINDS, name="paperkind")


def _losses() -> None:
    op.create_table(
        "loss",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("who_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("monthly_fen", sa.BigInteger(), nullable=True),
        sa.Column("damage_fen", sa.BigInteger(), nullable=True),
        sa.Column("won_back_on", sa.Date(), nullable=True),
        sa.Column("won_words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("cancelled_at", _INSTANT, nullable=True),
        sa.Column("cancelled_by", sa.Integer(), nullable=True),
        one_of("ck_loss_losskind", "kind", "contract", "customer", "home", "goods", "injury"),
        one_of(
            "ck_loss_lossreason",
            "reason",
            *("service", "attitude", "price", "complaint", "safety", "defect"),
            *("assembly", "rival", "moved", "ended", "other"),
        ),
        sa.CheckConstraint("units >= 1", name=op.f("ck_loss_units")),
        sa.CheckConstraint(
            "won_back_on IS NULL OR won_back_on >= happened_on", name=op.f("ck_loss_won_after")
        ),
        points_to("loss", "community_id", "community"),
        points_to("loss", "household_id", "household"),
        points_to("loss", "staff_id", "staff"),
        points_to("loss", "cancelled_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_loss")),
    )
    op.create_index(op.f("ix_loss_household_id"), "loss", ["household_id"])
    op.create_index("ix_loss_community", "loss", ["community_id", "happened_on", "id"])
    op.create_index("ix_loss_happened", "loss", ["happened_on", "id"])


def _standards() -> None:
    op.create_table(
        "service_standard",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("text_en", sa.String(200), nullable=False),
        sa.Column("measure", sa.String(40), nullable=False),
        sa.Column("operator", sa.String(24), nullable=False),
        sa.Column("target_milli", sa.BigInteger(), nullable=False),
        sa.Column("unit", sa.String(24), nullable=False),
        sa.Column("origin", sa.String(24), nullable=False),
        sa.Column("origin_words", sa.String(120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        one_of("ck_service_standard_operator", "operator", "at_least", "at_most"),
        one_of(
            "ck_service_standard_unit",
            "unit",
            *("percent", "minutes", "hours", "days", "times", "score"),
        ),
        one_of("ck_service_standard_origin", "origin", "handbook", "law", "contract", "own"),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_service_standard_until_after"),
        ),
        points_to("service_standard", "community_id", "community"),
        points_to("service_standard", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_standard")),
    )
    op.create_index(
        "ix_service_standard_community", "service_standard", ["community_id", "valid_from"]
    )


def _values() -> None:
    op.create_table(
        "standard_value",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("standard_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("value_milli", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", _INSTANT, nullable=False),
        points_to("standard_value", "standard_id", "service_standard"),
        points_to("standard_value", "community_id", "community"),
        points_to("standard_value", "staff_id", "staff"),
        sa.UniqueConstraint(
            "standard_id", "place", "month", name=op.f("uq_standard_value_standard_id_place_month")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_standard_value")),
    )


def _guide() -> None:
    op.create_table(
        "guide_item",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("hours", sa.String(60), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("price", sa.String(80), nullable=False),
        sa.Column("is_free", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("basis", sa.String(120), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        one_of("ck_guide_item_guidekind", "kind", "service", "paid", "fee"),
        sa.CheckConstraint(
            "valid_until IS NULL OR valid_until >= valid_from",
            name=op.f("ck_guide_item_until_after"),
        ),
        points_to("guide_item", "community_id", "community"),
        points_to("guide_item", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guide_item")),
    )
    op.create_index(
        "ix_guide_item_community", "guide_item", ["community_id", "kind", "position", "id"]
    )
