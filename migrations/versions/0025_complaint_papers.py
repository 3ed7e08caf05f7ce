"""Complaint papers."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_plans()
    _create_reports()
    _create_announcements()
    _create_months()
    _create_training()
    _create_prints()
    freeze("complaint_month_report")


def downgrade() -> None:
    thaw("complaint_month_report")
    for table in (
        *("complaint_print", "complaint_training_source", "complaint_training_case"),
        *("complaint_month_report", "complaint_month_draft", "complaint_announcement_read"),
        *("complaint_announcement_source", "complaint_announcement", "corrective_signature"),
        *("corrective_report", "correction_action", "correction_plan"),
    ):
        op.drop_table(table)


def _create_plans() -> None:
    op.create_table(
        "correction_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_plan")),
        sa.UniqueConstraint("follow_up_id", name=op.f("uq_correction_plan_follow_up_id")),
        points_to("correction_plan", "follow_up_id", "follow_up"),
        points_to("correction_plan", "community_id", "community"),
        points_to("correction_plan", "made_by", "staff"),
    )
    op.create_index(op.f("ix_correction_plan_community_id"), "correction_plan", ["community_id"])
    op.create_table(
        "correction_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("responsible", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("done_at", _INSTANT),
        sa.Column("done_by", sa.Integer()),
        sa.Column("evidence_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_action")),
        sa.UniqueConstraint("plan_id", "number", name=op.f("uq_correction_action_plan_id_number")),
        points_to("correction_action", "plan_id", "correction_plan"),
        points_to("correction_action", "done_by", "staff"),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (done_on IS NULL) "
            "AND (done_at IS NULL) = (evidence_sealed IS NULL)",
            name=op.f("ck_correction_action_done_has_evidence"),
        ),
    )
    op.create_index("ix_correction_action_open", "correction_action", ["done_at", "due_on"])


def _create_reports() -> None:
    op.create_table(
        "corrective_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.Column("is_effective", sa.Boolean()),
        sa.Column("finding_sealed", sa.LargeBinary()),
        sa.Column("verified_by", sa.Integer()),
        sa.Column("verified_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_report")),
        sa.UniqueConstraint(
            "follow_up_id", "version", name=op.f("uq_corrective_report_follow_up_id_version")
        ),
        points_to("corrective_report", "follow_up_id", "follow_up"),
        points_to("corrective_report", "community_id", "community"),
        points_to("corrective_report", "written_by", "staff"),
        points_to("corrective_report", "verified_by", "staff"),
        sa.CheckConstraint(
            "(verified_at IS NULL) = (verified_by IS NULL) "
            "AND (verified_at IS NULL) = (is_effective IS NULL) "
            "AND (verified_at IS NULL) = (finding_sealed IS NULL)",
            name=op.f("ck_corrective_report_verified_has_finding"),
        ),
    )
    op.create_index(
        op.f("ix_corrective_report_community_id"), "corrective_report", ["community_id"]
    )
    op.create_table(
        "corrective_signature",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("signed_as", sa.String(24), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("signed_at", _INSTANT, nullable=False),
        sa.Column("content_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_signature")),
        sa.UniqueConstraint(
            "report_id", "signed_as", name=op.f("uq_corrective_signature_report_id_signed_as")
        ),
        points_to("corrective_signature", "report_id", "corrective_report"),
        points_to("corrective_signature", "staff_id", "staff"),
        one_of(
            "ck_corrective_signature_signedas",
            "signed_as",
            *("writer", "responsible", "quality", "leader"),
        ),
    )


def _create_announcements() -> None:
    table = "complaint_announcement"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(16)),
        sa.Column("title", sa.String(80), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("happened", "cause", "measures", "demand")
        ),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.Column("approved_by", sa.Integer()),
        sa.Column("published_at", _INSTANT),
        sa.Column("withdrawn_by", sa.Integer()),
        sa.Column("withdrawn_at", _INSTANT),
        sa.Column("withdrawn_reason", sa.String(300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=op.f(f"uq_{table}_number")),
        points_to(table, "written_by", "staff"),
        points_to(table, "approved_by", "staff"),
        points_to(table, "withdrawn_by", "staff"),
        sa.CheckConstraint(
            "(published_at IS NULL) = (approved_by IS NULL) "
            "AND (published_at IS NULL) = (number IS NULL)",
            name=op.f(f"ck_{table}_published_has_number"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR (published_at IS NOT NULL AND withdrawn_by IS NOT NULL)",
            name=op.f(f"ck_{table}_withdrawn_was_published"),
        ),
    )
    op.create_index("ix_complaint_announcement_published", table, ["published_at", "id"])
    _create_source("complaint_announcement_source", "announcement_id", table)
    table = "complaint_announcement_read"
    op.create_table(
        table,
        sa.Column("announcement_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("read_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("announcement_id", "staff_id", name=op.f(f"pk_{table}")),
        points_to(table, "announcement_id", "complaint_announcement"),
        points_to(table, "staff_id", "staff"),
    )
    op.create_index(op.f(f"ix_{table}_staff_id"), table, ["staff_id"])


def _create_source(table: str, column: str, target: str) -> None:
    op.create_table(
        table,
        sa.Column(column, sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(column, name=op.f(f"pk_{table}")),
        points_to(table, column, target),
        points_to(table, "follow_up_id", "follow_up"),
    )
    op.create_index(op.f(f"ix_{table}_follow_up_id"), table, ["follow_up_id"])


def _create_months() -> None:
    words = ("causes", "measures", "learnt")
    op.create_table(
        "complaint_month_draft",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("saved_by", sa.Integer(), nullable=False),
        sa.Column("saved_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("community_id", "month", name=op.f("pk_complaint_month_draft")),
        points_to("complaint_month_draft", "community_id", "community"),
        points_to("complaint_month_draft", "saved_by", "staff"),
    )
    op.create_table(
        "complaint_month_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("issued_by", sa.Integer(), nullable=False),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_month_report")),
        sa.UniqueConstraint(
            "community_id",
            "month",
            "version",
            name=op.f("uq_complaint_month_report_community_id_month_version"),
        ),
        points_to("complaint_month_report", "community_id", "community"),
        points_to("complaint_month_report", "issued_by", "staff"),
    )
    op.create_index(
        "ix_complaint_month_report_month", "complaint_month_report", ["month", "community_id"]
    )


def _create_training() -> None:
    table = "complaint_training_case"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(16)),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("class_code", sa.String(24), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("situation", "handling", "cause", "lesson", "questions")
        ),
        sa.Column("written_by", sa.Integer(), nullable=False),
        sa.Column("written_at", _INSTANT, nullable=False),
        sa.Column("released_by", sa.Integer()),
        sa.Column("released_at", _INSTANT),
        sa.Column("retired_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("number", name=op.f(f"uq_{table}_number")),
        points_to(table, "written_by", "staff"),
        points_to(table, "released_by", "staff"),
        sa.CheckConstraint(
            "(released_at IS NULL) = (released_by IS NULL) "
            "AND (released_at IS NULL) = (number IS NULL)",
            name=op.f(f"ck_{table}_released_has_number"),
        ),
    )
    _create_source("complaint_training_source", "training_case_id", table)


def _create_prints() -> None:
    table = "complaint_print"
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("about_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        points_to(table, "staff_id", "staff"),
        one_of(
            f"ck_{table}_printkind",
            "kind",
            *("record", "plan", "corrective", "announcement", "month", "training"),
        ),
    )
    op.create_index(f"ix_{table}_staff_id", table, ["staff_id", "asked_at"])
