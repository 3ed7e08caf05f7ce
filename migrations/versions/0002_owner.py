"""Owners on the phone: typed and resume codes, signals, replies, public answers, alarms."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, freeze, one_of, points_to, thaw

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_CHANNELS = ("phone", "paper")
_ROLES = ("head_office", "leader", "office", "steward", "clerk", "admin")


def upgrade() -> None:
    _add_codes()
    _create_signals()
    _create_answer_copy()
    _create_replies()
    _create_public_answers()
    _create_alarm()
    _create_photos_and_interviews()


def downgrade() -> None:
    _drop_photos_and_interviews()
    thaw("public_answer")
    for table in (
        "alarm",
        "problem_comment",
        "public_answer",
        "problem",
        "reply_rating",
        "reply",
        "answer_copy",
        "response_signal",
    ):
        op.drop_table(table)
    _drop_codes()


def _add_codes() -> None:
    op.add_column("frame_member", sa.Column("code_hash", sa.LargeBinary(32)))
    op.create_index(op.f("uq_frame_member_code_hash"), "frame_member", ["code_hash"], unique=True)
    op.add_column("draft", sa.Column("started_at", sa.DateTime(timezone=True)))
    op.add_column("draft", sa.Column("pace", sa.Text()))
    op.add_column("draft", sa.Column("has_script", sa.Boolean()))
    op.add_column("draft", sa.Column("resume_hash", sa.LargeBinary(32)))
    op.add_column("draft", sa.Column("resume_until", sa.DateTime(timezone=True)))
    op.add_column("draft", sa.Column("resume_phone", sa.LargeBinary(32)))
    op.create_index(op.f("uq_draft_resume_hash"), "draft", ["resume_hash"], unique=True)


def _drop_codes() -> None:
    op.drop_index(op.f("uq_draft_resume_hash"), "draft")
    columns = ("resume_phone", "resume_until", "resume_hash", "has_script", "pace", "started_at")
    for column in columns:
        op.drop_column("draft", column)
    op.drop_index(op.f("uq_frame_member_code_hash"), "frame_member")
    op.drop_column("frame_member", "code_hash")


def _create_signals() -> None:
    op.create_table(
        "response_signal",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(32)),
        sa.Column("network_hash", sa.LargeBinary(32)),
        sa.Column("entrance", sa.String(24)),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("seconds", sa.Integer()),
        sa.Column("pages", sa.SmallInteger(), nullable=False),
        sa.Column("slowest", sa.SmallInteger()),
        sa.Column("median", sa.SmallInteger()),
        sa.Column("has_script", sa.Boolean()),
        sa.Column("honeypot", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_response_signal")),
        points_to("response_signal", "response_id", "response"),
        one_of("ck_response_signal_entrance", "entrance", "link", "code", "resume"),
    )
    op.create_index(op.f("ix_response_signal_device_hash"), "response_signal", ["device_hash"])
    op.create_index(op.f("ix_response_signal_network_hash"), "response_signal", ["network_hash"])


def _create_answer_copy() -> None:
    op.create_table(
        "answer_copy",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_answer_copy")),
        points_to("answer_copy", "response_id", "response"),
    )
    op.create_index(op.f("ix_answer_copy_asked_at"), "answer_copy", ["asked_at"])


def _create_replies() -> None:
    op.create_table(
        "reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply")),
        points_to("reply", "comment_id", "comment"),
        points_to("reply", "staff_id", "staff"),
        sa.UniqueConstraint("comment_id", "version", name=op.f("uq_reply_comment_id_version")),
    )
    op.create_table(
        "reply_rating",
        sa.Column("reply_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("rated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("reply_id", name=op.f("pk_reply_rating")),
        points_to("reply_rating", "reply_id", "reply"),
        one_of("ck_reply_rating_replyverdict", "verdict", "satisfied", "so_so", "not"),
    )


def _create_public_answers() -> None:
    op.create_table(
        "problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_problem")),
        points_to("problem", "campaign_id", "campaign"),
        points_to("problem", "community_id", "community"),
    )
    op.create_index(op.f("ix_problem_list"), "problem", ["campaign_id", "community_id"])
    op.create_table(
        "public_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("responsible", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("why_not", sa.Text()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_answer")),
        points_to("public_answer", "problem_id", "problem"),
        points_to("public_answer", "staff_id", "staff"),
        sa.UniqueConstraint(
            "problem_id", "version", name=op.f("uq_public_answer_problem_id_version")
        ),
        sa.CheckConstraint(
            "(due_on IS NULL) = (why_not IS NOT NULL)",
            name=op.f("ck_public_answer_date_or_reason"),
        ),
    )
    op.create_table(
        "problem_comment",
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("is_solved", sa.Boolean()),
        sa.Column("said_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("problem_id", "comment_id", name=op.f("pk_problem_comment")),
        points_to("problem_comment", "problem_id", "problem"),
        points_to("problem_comment", "comment_id", "comment"),
        sa.CheckConstraint(
            "(is_solved IS NULL) = (said_at IS NULL)",
            name=op.f("ck_problem_comment_said_has_time"),
        ),
    )
    op.create_index(op.f("ix_problem_comment_comment_id"), "problem_comment", ["comment_id"])
    freeze("public_answer")


def _create_alarm() -> None:
    op.create_table(
        "alarm",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(24)),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.Column("checked_by", sa.Integer()),
        sa.Column("checked_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alarm")),
        points_to("alarm", "frame_member_id", "frame_member"),
        points_to("alarm", "checked_by", "staff"),
        one_of("ck_alarm_alarmkind", "kind", "not_us", "passed_on", "wrong"),
        one_of("ck_alarm_alarmoutcome", "outcome", "family", "stranger", "unclear"),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_alarm_checked_has_outcome"),
        ),
    )
    op.create_index(op.f("ix_alarm_member"), "alarm", ["frame_member_id"])


def _create_photos_and_interviews() -> None:
    """Photos of comments, interviews and who helped."""
    op.create_table(
        "photo",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photo")),
        points_to("photo", "frame_member_id", "frame_member"),
        sa.UniqueConstraint(
            "frame_member_id",
            "device_hash",
            "place",
            name=op.f("uq_photo_frame_member_id_device_hash_place"),
        ),
        sa.CheckConstraint("place BETWEEN 1 AND 3", name=op.f("ck_photo_place")),
    )
    op.create_table(
        "interview",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("helped", sa.String(24), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_interview")),
        points_to("interview", "response_id", "response"),
        one_of("ck_interview_helper", "helped", "none", "family", "interviewer"),
    )
    allow("response", "channel", _CHANNELS, (*_CHANNELS, "visit"))
    allow("staff", "role", _ROLES, (*_ROLES, "interviewer"))


def _drop_photos_and_interviews() -> None:
    """Take back what `_create_photos_and_interviews` made.

    An answer given at home becomes one on paper, the only other channel with a member of staff.
    The accounts of interviewers stay as closed ones, because the audit log names them.
    """
    op.drop_table("interview")
    op.drop_table("photo")
    op.execute("UPDATE response SET channel = 'paper' WHERE channel = 'visit'")
    op.execute(
        "UPDATE staff SET role = 'steward', disabled_at = coalesce(disabled_at, created_at) "
        "WHERE role = 'interviewer'"
    )
    allow("staff", "role", (*_ROLES, "interviewer"), _ROLES)
    allow("response", "channel", (*_CHANNELS, "visit"), _CHANNELS)
