"""Printed questionnaires: layouts as printed, orders, their files, the sheets of the homes."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_FORMS = ("full", "elder")


def upgrade() -> None:
    _create_layouts()
    _create_orders()
    _create_sheets()
    freeze("paper_layout")


def downgrade() -> None:
    thaw("paper_layout")
    for table in ("paper_sheet", "form_file", "form_order", "paper_layout"):
        op.drop_table(table)


def _create_layouts() -> None:
    op.create_table(
        "paper_layout",
        sa.Column("key", sa.String(8), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("form", sa.String(24), nullable=False),
        sa.Column("block", sa.SmallInteger(), nullable=False),
        sa.Column("areas_offered", sa.SmallInteger(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("pages", sa.SmallInteger(), nullable=False),
        sa.Column("geometry", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_paper_layout")),
        sa.ForeignKeyConstraint(
            ["instrument_digest"],
            ["instrument_version.digest"],
            name=op.f("fk_paper_layout_instrument_digest_instrument_version"),
        ),
        one_of("ck_paper_layout_sheetform", "form", *_FORMS),
    )


def _create_orders() -> None:
    op.create_table(
        "form_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("form", sa.String(24), nullable=False),
        sa.Column("whom", sa.String(24), nullable=False),
        sa.Column("frame_member_id", sa.Integer()),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("copies", sa.SmallInteger(), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("buildings", sa.Integer(), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_order")),
        points_to("form_order", "campaign_id", "campaign"),
        points_to("form_order", "community_id", "community"),
        points_to("form_order", "frame_member_id", "frame_member"),
        points_to("form_order", "asked_by", "staff"),
        one_of("ck_form_order_sheetform", "form", *_FORMS),
        one_of("ck_form_order_forwhom", "whom", "all", "unanswered", "large_print", "one"),
        one_of("ck_form_order_orderstate", "state", "waiting", "ready", "gone"),
        sa.CheckConstraint("copies BETWEEN 1 AND 5", name=op.f("ck_form_order_copies_range")),
        sa.CheckConstraint(
            "(whom = 'one') = (frame_member_id IS NOT NULL)",
            name=op.f("ck_form_order_one_home_named"),
        ),
    )
    op.create_index(
        "ix_form_order_campaign_community", "form_order", ["campaign_id", "community_id"]
    )
    op.create_index(op.f("ix_form_order_asked_at"), "form_order", ["asked_at"])
    op.create_table(
        "form_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False),
        sa.Column("sheets", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_form_file")),
        points_to("form_file", "order_id", "form_order"),
        sa.UniqueConstraint("order_id", "building", name=op.f("uq_form_file_order_id_building")),
    )


def _create_sheets() -> None:
    op.create_table(
        "paper_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("layout_key", sa.String(8), nullable=False),
        sa.Column("copy", sa.SmallInteger(), nullable=False),
        sa.Column("form", sa.String(24), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("printed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper_sheet")),
        points_to("paper_sheet", "frame_member_id", "frame_member"),
        points_to("paper_sheet", "campaign_id", "campaign"),
        points_to("paper_sheet", "community_id", "community"),
        points_to("paper_sheet", "order_id", "form_order"),
        sa.ForeignKeyConstraint(
            ["layout_key"],
            ["paper_layout.key"],
            name=op.f("fk_paper_sheet_layout_key_paper_layout"),
        ),
        one_of("ck_paper_sheet_sheetform", "form", *_FORMS),
        sa.UniqueConstraint("number", name=op.f("uq_paper_sheet_number")),
        sa.UniqueConstraint(
            "frame_member_id", "copy", name=op.f("uq_paper_sheet_frame_member_id_copy")
        ),
    )
    op.create_index(
        "ix_paper_sheet_campaign_community", "paper_sheet", ["campaign_id", "community_id"]
    )
    op.create_index(op.f("ix_paper_sheet_order_id"), "paper_sheet", ["order_id"])
