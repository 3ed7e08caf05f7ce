"""Problems owners share: codes of comments, public answers on their way, actions."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _create_comment_coding()
    _create_comment_code()
    _create_shared_problem()
    _create_shared_answer()
    _create_item_gap()
    _create_promise()
    _create_corrective_action()
    _create_quote()
    _create_answer_progress()
    _create_answer_posting()
    _create_bulletin()
    _create_board_code()
    _create_poster()


def downgrade() -> None:
    op.drop_table("poster")
    op.drop_table("board_code")
    op.drop_table("bulletin")
    op.drop_table("answer_posting")
    op.drop_table("answer_progress")
    op.drop_table("quote")
    op.drop_table("corrective_action")
    op.drop_table("promise")
    op.drop_table("item_gap")
    op.drop_table("shared_answer")
    op.drop_table("shared_problem")
    op.drop_table("comment_code")
    op.drop_table("comment_coding")


def _instant(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _create_comment_coding() -> None:
    op.create_table(
        "comment_coding",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("suggested", sa.Text(), nullable=False),
        sa.Column("alike", sa.Integer(), nullable=False),
        _instant("made_at", nullable=False),
        _instant("done_at"),
        sa.Column("done_by", sa.Integer()),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_comment_coding")),
        points_to("comment_coding", "comment_id", "comment"),
        points_to("comment_coding", "campaign_id", "campaign"),
        points_to("comment_coding", "community_id", "community"),
        points_to("comment_coding", "frame_member_id", "frame_member"),
        points_to("comment_coding", "done_by", "staff"),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_comment_coding_done_has_person")
        ),
    )
    op.create_index(
        op.f("ix_comment_coding_queue"),
        "comment_coding",
        ["campaign_id", "community_id", "done_at", "alike"],
    )


def _create_comment_code() -> None:
    op.create_table(
        "comment_code",
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("is_suggested", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("at", nullable=False),
        sa.PrimaryKeyConstraint("comment_id", "code", name=op.f("pk_comment_code")),
        points_to("comment_code", "comment_id", "comment"),
        points_to("comment_code", "campaign_id", "campaign"),
        points_to("comment_code", "community_id", "community"),
        points_to("comment_code", "frame_member_id", "frame_member"),
        points_to("comment_code", "staff_id", "staff"),
    )
    op.create_index(
        op.f("ix_comment_code_theme"),
        "comment_code",
        ["campaign_id", "community_id", "code", "frame_member_id"],
    )


def _create_shared_problem() -> None:
    op.create_table(
        "shared_problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        _instant("found_at", nullable=False),
        sa.Column("added_by", sa.Integer()),
        sa.Column("added_why", sa.Text()),
        sa.Column("title", sa.String(120), nullable=False, server_default=""),
        sa.Column("cause", sa.Text(), nullable=False, server_default=""),
        sa.Column("action", sa.Text(), nullable=False, server_default=""),
        sa.Column("responsible", sa.String(120), nullable=False, server_default=""),
        sa.Column("due_on", sa.Date()),
        sa.Column("why_not", sa.Text(), nullable=False, server_default=""),
        sa.Column("drafted_by", sa.Integer()),
        _instant("drafted_at"),
        sa.Column("checked_by", sa.Integer()),
        _instant("checked_at"),
        sa.Column("approved_by", sa.Integer()),
        _instant("approved_at"),
        sa.Column("remark", sa.Text(), nullable=False, server_default=""),
        _instant("published_at"),
        _instant("closed_at"),
        _instant("changed_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_problem")),
        points_to("shared_problem", "campaign_id", "campaign"),
        points_to("shared_problem", "community_id", "community"),
        points_to("shared_problem", "added_by", "staff"),
        points_to("shared_problem", "drafted_by", "staff"),
        points_to("shared_problem", "checked_by", "staff"),
        points_to("shared_problem", "approved_by", "staff"),
        sa.UniqueConstraint(
            "campaign_id", "place", "code", name=op.f("uq_shared_problem_campaign_id_place_code")
        ),
        one_of(
            "ck_shared_problem_problemstate",
            "state",
            "detected",
            "drafted",
            "checked",
            "approved",
            "published",
            "closed",
            "set_aside",
        ),
    )
    op.create_index(
        op.f("ix_shared_problem_list"), "shared_problem", ["campaign_id", "community_id", "state"]
    )


def _create_shared_answer() -> None:
    op.create_table(
        "shared_answer",
        sa.Column("shared_problem_id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("shared_problem_id", "problem_id", name=op.f("pk_shared_answer")),
        points_to("shared_answer", "shared_problem_id", "shared_problem"),
        points_to("shared_answer", "problem_id", "problem"),
        sa.UniqueConstraint("problem_id", name=op.f("uq_shared_answer_problem_id")),
    )


def _create_item_gap() -> None:
    op.create_table(
        "item_gap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("gap", sa.SmallInteger(), nullable=False),
        sa.Column("remedy", sa.String(24), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_gap")),
        points_to("item_gap", "campaign_id", "campaign"),
        points_to("item_gap", "community_id", "community"),
        points_to("item_gap", "staff_id", "staff"),
        sa.CheckConstraint("gap BETWEEN 1 AND 5", name=op.f("ck_item_gap_gap")),
        sa.UniqueConstraint(
            "campaign_id", "place", "item", name=op.f("uq_item_gap_campaign_id_place_item")
        ),
        one_of("ck_item_gap_remedy", "remedy", "fix", "communicate", "reset"),
    )


def _create_promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("source", sa.String(120), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("is_over_promise", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("recorded_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        points_to("promise", "community_id", "community"),
        points_to("promise", "staff_id", "staff"),
        sa.CheckConstraint(
            "ended_on IS NULL OR ended_on >= made_on", name=op.f("ck_promise_ends_after")
        ),
    )


def _create_corrective_action() -> None:
    op.create_table(
        "corrective_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("gap", sa.SmallInteger(), nullable=False),
        sa.Column("remedy", sa.String(24), nullable=False),
        sa.Column("responsible", sa.String(120), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date()),
        sa.Column("done_note", sa.Text(), nullable=False, server_default=""),
        sa.Column("promise_id", sa.Integer()),
        sa.Column("shared_problem_id", sa.Integer()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("recorded_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrective_action")),
        points_to("corrective_action", "campaign_id", "campaign"),
        points_to("corrective_action", "community_id", "community"),
        points_to("corrective_action", "promise_id", "promise"),
        points_to("corrective_action", "shared_problem_id", "shared_problem"),
        points_to("corrective_action", "staff_id", "staff"),
        sa.CheckConstraint("gap BETWEEN 1 AND 5", name=op.f("ck_corrective_action_gap")),
        one_of("ck_corrective_action_remedy", "remedy", "fix", "communicate", "reset"),
    )
    op.create_index(
        op.f("ix_corrective_action_list"), "corrective_action", ["campaign_id", "community_id"]
    )


def _create_quote() -> None:
    op.create_table(
        "quote",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("comment_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("is_company_only", sa.Boolean(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("released_at", nullable=False),
        _instant("withdrawn_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quote")),
        points_to("quote", "comment_id", "comment"),
        points_to("quote", "campaign_id", "campaign"),
        points_to("quote", "community_id", "community"),
        points_to("quote", "staff_id", "staff"),
        sa.UniqueConstraint("comment_id", "code", name=op.f("uq_quote_comment_id_code")),
    )
    op.create_index(op.f("ix_quote_list"), "quote", ["campaign_id", "community_id"])


def _create_answer_progress() -> None:
    op.create_table(
        "answer_progress",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("published_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_progress")),
        points_to("answer_progress", "problem_id", "problem"),
        points_to("answer_progress", "staff_id", "staff"),
        one_of("ck_answer_progress_progresskind", "kind", "day_30", "day_60", "between", "closing"),
    )
    op.create_index(op.f("ix_answer_progress_problem_id"), "answer_progress", ["problem_id"])


def _create_answer_posting() -> None:
    op.create_table(
        "answer_posting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("problem_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("photo_sealed", sa.LargeBinary()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("recorded_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_posting")),
        points_to("answer_posting", "problem_id", "problem"),
        points_to("answer_posting", "staff_id", "staff"),
    )
    op.create_index(op.f("ix_answer_posting_problem_id"), "answer_posting", ["problem_id"])


def _create_bulletin() -> None:
    op.create_table(
        "bulletin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        _instant("published_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulletin")),
        points_to("bulletin", "campaign_id", "campaign"),
        points_to("bulletin", "community_id", "community"),
        points_to("bulletin", "staff_id", "staff"),
        sa.UniqueConstraint(
            "campaign_id",
            "community_id",
            "version",
            name=op.f("uq_bulletin_campaign_id_community_id_version"),
        ),
    )


def _create_board_code() -> None:
    op.create_table(
        "board_code",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_board_code")),
        points_to("board_code", "community_id", "community"),
        sa.UniqueConstraint("code", name=op.f("uq_board_code_code")),
    )


def _create_poster() -> None:
    op.create_table(
        "poster",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("size", sa.String(4), nullable=False),
        sa.Column("digest", sa.String(64)),
        _instant("asked_at", nullable=False),
        _instant("made_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_poster")),
        points_to("poster", "campaign_id", "campaign"),
        points_to("poster", "community_id", "community"),
        sa.CheckConstraint("size IN ('a3', 'a4')", name=op.f("ck_poster_size")),
        sa.UniqueConstraint(
            "campaign_id",
            "community_id",
            "kind",
            "size",
            name=op.f("uq_poster_campaign_id_community_id_kind_size"),
        ),
        one_of("ck_poster_posterkind", "kind", "answers", "bulletin"),
    )
