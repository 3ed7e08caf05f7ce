"""Heads of stored results, and progress of long rounds of studies."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_FIGURES = ("index", "satisfied", "overall", "change")


def upgrade() -> None:
    _create_heads()
    _create_rounds()


def downgrade() -> None:
    for table in ("study_part", "study_round", "result_head"):
        op.drop_table(table)


def _create_heads() -> None:
    op.create_table(
        "result_head",
        sa.Column("study_run_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        *(
            sa.Column(f"{figure}_{part}", sa.Double())
            for figure in _FIGURES
            for part in ("value", "low", "high")
        ),
        sa.Column("change_said", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("study_run_id", name=op.f("pk_result_head")),
        points_to("result_head", "study_run_id", "study_run"),
        points_to("result_head", "campaign_id", "campaign"),
        points_to("result_head", "community_id", "community"),
    )
    op.create_index("ix_result_head_place", "result_head", ["campaign_id", "community_id"])
    op.create_index(op.f("ix_result_head_community_id"), "result_head", ["community_id"])


def _create_rounds() -> None:
    op.create_table(
        "study_round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Integer()),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("slices", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_round")),
        points_to("study_round", "campaign_id", "campaign"),
        points_to("study_round", "asked_by", "staff"),
    )
    op.create_index(op.f("ix_study_round_campaign_id"), "study_round", ["campaign_id"])
    op.create_table(
        "study_part",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(200), nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("round_id", "community_id", name=op.f("pk_study_part")),
        points_to("study_part", "round_id", "study_round"),
        points_to("study_part", "community_id", "community"),
        one_of("ck_study_part_partstate", "state", "waiting", "done", "failed", "left_out"),
    )
