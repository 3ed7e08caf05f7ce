"""Register: regions, who moved in and out, care, history of homes, files being imported."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _add_regions()
    _add_people()
    _create_household_event()
    _create_care_need()
    _create_register_file()
    # The rule that a room stands once in its building has an index that begins the same way.
    op.drop_index(op.f("ix_household_building_id"), "household")


def downgrade() -> None:
    op.create_index(op.f("ix_household_building_id"), "household", ["building_id"])
    for table in ("register_file", "care_need", "household_event"):
        op.drop_table(table)
    # The owners' pages know nobody who has moved out: without the column they would be back.
    op.execute("DELETE FROM person WHERE moved_out_on IS NOT NULL")
    for column in ("moved_out_on", "moved_in_on", "kind"):
        op.drop_column("person", column)
    op.drop_index(op.f("ix_community_region_id"), "community")
    for column in ("handed_over_on", "region_id"):
        op.drop_column("community", column)
    op.drop_table("region")


def _add_regions() -> None:
    op.create_table(
        "region",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_region")),
        sa.UniqueConstraint("code", name=op.f("uq_region_code")),
    )
    # SQLite adds a rule together with its column or not at all; Alembic writes them apart.
    op.execute(
        "ALTER TABLE community ADD COLUMN region_id INTEGER "
        "CONSTRAINT fk_community_region_id_region REFERENCES region (id)"
    )
    op.add_column("community", sa.Column("handed_over_on", sa.Date()))
    op.create_index(op.f("ix_community_region_id"), "community", ["region_id"])


def _add_people() -> None:
    op.execute(
        "ALTER TABLE person ADD COLUMN kind VARCHAR(24) DEFAULT 'owner' NOT NULL "
        "CONSTRAINT ck_person_personkind CHECK (kind IN ('owner', 'family', 'tenant'))"
    )
    op.add_column("person", sa.Column("moved_in_on", sa.Date()))
    op.add_column("person", sa.Column("moved_out_on", sa.Date()))


def _create_household_event() -> None:
    op.create_table(
        "household_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("on_day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("other_household_id", sa.Integer()),
        sa.Column("person_id", sa.Integer()),
        sa.Column("detail", sa.String(32), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_event")),
        points_to("household_event", "household_id", "household"),
        points_to("household_event", "staff_id", "staff"),
        points_to("household_event", "other_household_id", "household"),
        one_of(
            "ck_household_event_householdeventkind",
            "kind",
            "retired",
            "revived",
            "merged_into",
            "merged_from",
            "split_into",
            "split_from",
            "moved_in",
            "moved_out",
            "corrected",
            "regrouped",
            "important",
        ),
    )
    op.create_index(op.f("ix_household_event_household_id"), "household_event", ["household_id"])


def _create_care_need() -> None:
    op.create_table(
        "care_need",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("need", sa.String(24), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date()),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_care_need")),
        points_to("care_need", "household_id", "household"),
        points_to("care_need", "noted_by", "staff"),
        points_to("care_need", "ended_by", "staff"),
        one_of("ck_care_need_careneedkind", "need", "home_visit", "large_print", "phone_call"),
        sa.CheckConstraint(
            "until IS NULL OR until >= since", name=op.f("ck_care_need_until_after_since")
        ),
    )
    op.create_index(op.f("ix_care_need_household_id"), "care_need", ["household_id"])


def _create_register_file() -> None:
    op.create_table(
        "register_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("stored_as", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("report_sealed", sa.LargeBinary()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_file")),
        points_to("register_file", "staff_id", "staff"),
        sa.UniqueConstraint("stored_as", name=op.f("uq_register_file_stored_as")),
        one_of(
            "ck_register_file_filestate",
            "state",
            "checking",
            "refused",
            "checked",
            "importing",
            "imported",
            "left",
        ),
    )
