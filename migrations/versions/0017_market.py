"""Market standing: surveys, communities, quotas, interviews, back-checks."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_FROZEN = ("market_questionnaire", "market_snapshot")


def upgrade() -> None:
    _create_surveys()
    _create_market()
    _create_interviews()
    _create_results()
    for table in _FROZEN:
        freeze(table)


def downgrade() -> None:
    for table in _FROZEN:
        thaw(table)
    for table in (
        *("market_file", "market_run", "market_snapshot", "market_check", "market_draft"),
        *("market_interview", "market_place", "market_provider", "market_agent"),
        *("market_survey", "market_questionnaire"),
    ):
        op.drop_table(table)


def _create_surveys() -> None:
    op.create_table(
        "market_questionnaire",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("cards", sa.Text(), nullable=False),
        sa.Column("published_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_market_questionnaire")),
    )
    op.create_table(
        "market_survey",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("title_en", sa.String(80), nullable=False),
        sa.Column("market", sa.String(120), nullable=False),
        sa.Column("agency", sa.String(80), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("questionnaire", sa.String(64), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("least_interviews", sa.Integer(), nullable=False),
        sa.Column("least_communities", sa.Integer(), nullable=False),
        sa.Column("elder_percent", sa.Integer(), nullable=False),
        sa.Column("check_percent", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=True),
        sa.Column("opened_at", _INSTANT, nullable=True),
        sa.Column("closed_at", _INSTANT, nullable=True),
        one_of("ck_market_survey_marketstate", "state", "draft", "open", "closed"),
        sa.CheckConstraint("opens_on <= closes_on", name=op.f("ck_market_survey_days_in_order")),
        sa.CheckConstraint(
            "least_interviews >= 1 AND least_communities >= 1",
            name=op.f("ck_market_survey_quotas"),
        ),
        sa.CheckConstraint("elder_percent BETWEEN 0 AND 100", name=op.f("ck_market_survey_elder")),
        sa.CheckConstraint("check_percent BETWEEN 1 AND 100", name=op.f("ck_market_survey_checks")),
        sa.ForeignKeyConstraint(
            ["questionnaire"],
            ["market_questionnaire.digest"],
            name=op.f("fk_market_survey_questionnaire_market_questionnaire"),
        ),
        points_to("market_survey", "made_by", "staff"),
        points_to("market_survey", "opened_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_survey")),
        sa.UniqueConstraint("code", name=op.f("uq_market_survey_code")),
    )
    op.create_table(
        "market_agent",
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("is_supervisor", sa.Boolean(), nullable=False),
        points_to("market_agent", "survey_id", "market_survey"),
        points_to("market_agent", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("survey_id", "staff_id", name=op.f("pk_market_agent")),
    )


def _create_market() -> None:
    op.create_table(
        "market_provider",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_en", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        one_of("ck_market_provider_providerkind", "kind", "own", "named", "other"),
        points_to("market_provider", "survey_id", "market_survey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_provider")),
        sa.UniqueConstraint("survey_id", "code", name=op.f("uq_market_provider_survey_id_code")),
    )
    op.create_table(
        "market_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("provider_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("city", sa.String(40), nullable=False),
        sa.Column("fee", sa.Double(), nullable=True),
        sa.Column("age", sa.Double(), nullable=True),
        sa.Column("area", sa.Double(), nullable=True),
        sa.CheckConstraint("fee > 0", name=op.f("ck_market_place_fee_above_nothing")),
        sa.CheckConstraint("age >= 0 AND area >= 0", name=op.f("ck_market_place_not_negative")),
        points_to("market_place", "survey_id", "market_survey"),
        points_to("market_place", "provider_id", "market_provider"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_place")),
        sa.UniqueConstraint("survey_id", "name", name=op.f("uq_market_place_survey_id_name")),
    )
    op.create_index(op.f("ix_market_place_provider_id"), "market_place", ["provider_id"])


def _create_interviews() -> None:
    op.create_table(
        "market_interview",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("interviewer", sa.String(40), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=False),
        sa.Column("is_elder", sa.Boolean(), nullable=False),
        sa.Column("source", sa.String(24), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("delivered_by", sa.Integer(), nullable=False),
        sa.Column("delivered_at", _INSTANT, nullable=False),
        sa.Column("voided_at", _INSTANT, nullable=True),
        one_of("ck_market_interview_interviewsource", "source", "form", "file"),
        sa.CheckConstraint(
            "started_at < ended_at", name=op.f("ck_market_interview_times_in_order")
        ),
        points_to("market_interview", "survey_id", "market_survey"),
        points_to("market_interview", "place_id", "market_place"),
        points_to("market_interview", "delivered_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_interview")),
        sa.UniqueConstraint(
            "survey_id", "number", name=op.f("uq_market_interview_survey_id_number")
        ),
    )
    op.create_index(op.f("ix_market_interview_place_id"), "market_interview", ["place_id"])
    op.create_index(
        "ix_market_interview_survey_id_started_at", "market_interview", ["survey_id", "started_at"]
    )
    op.create_table(
        "market_draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        points_to("market_draft", "survey_id", "market_survey"),
        points_to("market_draft", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_draft")),
        sa.UniqueConstraint("number", name=op.f("uq_market_draft_number")),
    )
    op.create_index("ix_market_draft_survey_id_staff_id", "market_draft", ["survey_id", "staff_id"])
    op.create_table(
        "market_check",
        sa.Column("interview_id", sa.Integer(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("drawn_at", _INSTANT, nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("done_at", _INSTANT, nullable=True),
        one_of(
            "ck_market_check_checkoutcome",
            "outcome",
            *("confirmed", "differs", "no_interview", "not_reached"),
        ),
        points_to("market_check", "interview_id", "market_interview"),
        points_to("market_check", "done_by", "staff"),
        sa.PrimaryKeyConstraint("interview_id", name=op.f("pk_market_check")),
    )
    op.create_index(op.f("ix_market_check_drawn_at"), "market_check", ["drawn_at"])


def _create_results() -> None:
    op.create_table(
        "market_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("survey_id", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("interviews", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        points_to("market_snapshot", "survey_id", "market_survey"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_snapshot")),
        sa.UniqueConstraint(
            "survey_id", "revision", name=op.f("uq_market_snapshot_survey_id_revision")
        ),
    )
    op.create_table(
        "market_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("code_version", sa.String(64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        points_to("market_run", "snapshot_id", "market_snapshot"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_market_run")),
        sa.UniqueConstraint(
            "snapshot_id", "code_version", name=op.f("uq_market_run_snapshot_id_code_version")
        ),
    )
    op.create_table(
        "market_file",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        points_to("market_file", "run_id", "market_run"),
        sa.PrimaryKeyConstraint("run_id", "kind", name=op.f("pk_market_file")),
    )
