"""Earlier campaigns entered by file."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_LIVE = sa.text("removed_at IS NULL")


def upgrade() -> None:
    _create_files()
    _create_maps()
    _create_waves()
    _create_figures()
    freeze("history_map")


def downgrade() -> None:
    thaw("history_map")
    for table in ("history_step", "history_figure", "history_wave", "history_map", "history_file"):
        op.drop_table(table)


def _create_files() -> None:
    op.create_table(
        "history_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("stored_as", sa.String(64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("problem", sa.String(24), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("found_sealed", sa.LargeBinary()),
        sa.Column("choice_sealed", sa.LargeBinary()),
        sa.Column("report_sealed", sa.LargeBinary()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_file")),
        points_to("history_file", "staff_id", "staff"),
        one_of(
            "ck_history_file_historyfilestate",
            "state",
            *("reading", "refused", "read", "checking", "checked", "entering", "entered", "left"),
        ),
    )


def _create_maps() -> None:
    op.create_table(
        "history_map",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_map")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_history_map_name_version")),
        points_to("history_map", "staff_id", "staff"),
    )


def _create_waves() -> None:
    op.create_table(
        "history_wave",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("file_name", sa.String(200), nullable=False),
        sa.Column("file_digest", sa.String(64), nullable=False),
        sa.Column("map_id", sa.Integer()),
        sa.Column("map_digest", sa.String(64), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("manifest_digest", sa.String(64), nullable=False),
        sa.Column("loss_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("entered_at", _INSTANT, nullable=False),
        sa.Column("removed_at", _INSTANT),
        sa.Column("removed_by", sa.Integer()),
        sa.Column("removed_reason", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_wave")),
        points_to("history_wave", "map_id", "history_map"),
        points_to("history_wave", "staff_id", "staff"),
        points_to("history_wave", "removed_by", "staff"),
        one_of("ck_history_wave_historykind", "kind", "answers", "totals"),
        sa.CheckConstraint(
            "(removed_at IS NULL) = (removed_by IS NULL)",
            name=op.f("ck_history_wave_removed_by_somebody"),
        ),
    )
    op.create_index(
        "uq_history_wave_live",
        "history_wave",
        ["code"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )


def _create_figures() -> None:
    ends = ("value", "low", "high")
    op.create_table(
        "history_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("wave_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("standing", sa.String(16), nullable=False),
        *(
            sa.Column(f"{measure}_{end}", sa.Double())
            for measure in ("index", "satisfied", "overall")
            for end in ends
        ),
        sa.Column("how", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_figure")),
        points_to("history_figure", "wave_id", "history_wave"),
        points_to("history_figure", "community_id", "community"),
    )
    op.create_index(
        "ix_history_figure_place", "history_figure", ["community_id", "region", "wave_id"]
    )
    op.create_index(op.f("ix_history_figure_wave_id"), "history_figure", ["wave_id"])
    op.create_table(
        "history_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("region", sa.String(32), nullable=False),
        sa.Column("campaign_id", sa.Integer()),
        sa.Column("wave_id", sa.Integer()),
        sa.Column("before", sa.String(16), nullable=False),
        sa.Column("measure", sa.String(16), nullable=False),
        *(sa.Column(end, sa.Double()) for end in ends),
        sa.Column("said", sa.String(16), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history_step")),
        points_to("history_step", "community_id", "community"),
        points_to("history_step", "campaign_id", "campaign"),
        points_to("history_step", "wave_id", "history_wave"),
    )
    op.create_index("ix_history_step_place", "history_step", ["community_id", "region"])
