"""Distribution: printed bundles, hand-over book, runs of messages, opt-outs, addresses."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_KINDS = ("launch", "reminder_1", "reminder_2", "result")
_CHANNELS = ("letter", "sms", "wechat", "email")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_runs()
    _create_messages()
    _create_batches()
    _create_handover()
    _create_wishes()


def downgrade() -> None:
    for table in (
        "message_address",
        "opt_out",
        "handover",
        "letter_file",
        "letter_batch",
        "message",
        "run_tally",
        "message_run",
    ):
        op.drop_table(table)


def _create_runs() -> None:
    op.create_table(
        "message_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("cap", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("planned_at", _INSTANT),
        sa.Column("approved_by", sa.Integer()),
        sa.Column("approved_at", _INSTANT),
        sa.Column("started_at", _INSTANT),
        sa.Column("ended_at", _INSTANT),
        sa.Column("slices", sa.Integer(), nullable=False),
        sa.Column("paused_until", _INSTANT),
        sa.Column("problem", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_run")),
        points_to("message_run", "campaign_id", "campaign"),
        points_to("message_run", "community_id", "community"),
        points_to("message_run", "made_by", "staff"),
        points_to("message_run", "approved_by", "staff"),
        one_of("ck_message_run_runkind", "kind", *_KINDS),
        one_of("ck_message_run_sendchannel", "channel", *_CHANNELS),
        one_of(
            "ck_message_run_runstate",
            "state",
            *("preparing", "previewed", "approved", "sending", "done", "stopped"),
        ),
        sa.CheckConstraint("cap BETWEEN 1 AND 9", name=op.f("ck_message_run_cap_range")),
        sa.CheckConstraint(
            "(approved_at IS NULL) = (approved_by IS NULL)",
            name=op.f("ck_message_run_approved_by_somebody"),
        ),
    )
    op.create_index(op.f("ix_message_run_campaign_id"), "message_run", ["campaign_id"])
    op.create_table(
        "run_tally",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False),
        sa.Column("what", sa.String(24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint(
            "run_id", "community_id", "building", "what", name=op.f("pk_run_tally")
        ),
        points_to("run_tally", "run_id", "message_run"),
        points_to("run_tally", "community_id", "community"),
    )


def _create_messages() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(24)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("moved_at", _INSTANT, nullable=False),
        sa.Column("receipt", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        points_to("message", "run_id", "message_run"),
        points_to("message", "frame_member_id", "frame_member"),
        sa.UniqueConstraint(
            "run_id", "frame_member_id", name=op.f("uq_message_run_id_frame_member_id")
        ),
        one_of(
            "ck_message_messagestate",
            "state",
            *("planned", "sending", "sent", "failed", "skipped"),
        ),
        one_of(
            "ck_message_messagereason",
            "reason",
            *("excluded", "answered", "refused", "opted_out", "at_cap", "already_told"),
            *("too_soon", "no_address", "not_due", "rejected", "unreachable", "unsure"),
        ),
    )
    op.create_index(op.f("ix_message_run_state"), "message", ["run_id", "state", "id"])
    op.create_index(op.f("ix_message_frame_member_id"), "message", ["frame_member_id"])


def _create_batches() -> None:
    op.create_table(
        "letter_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer()),
        sa.Column("form", sa.String(24), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.Column("buildings", sa.Integer(), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_batch")),
        points_to("letter_batch", "campaign_id", "campaign"),
        points_to("letter_batch", "community_id", "community"),
        points_to("letter_batch", "run_id", "message_run"),
        points_to("letter_batch", "asked_by", "staff"),
        one_of("ck_letter_batch_batchform", "form", "letter", "slip", "notice"),
        one_of("ck_letter_batch_runkind", "kind", *_KINDS),
        one_of("ck_letter_batch_batchstate", "state", "waiting", "ready", "gone"),
    )
    op.create_index(
        op.f("ix_letter_batch_campaign_community"), "letter_batch", ["campaign_id", "community_id"]
    )
    op.create_index(op.f("ix_letter_batch_asked_at"), "letter_batch", ["asked_at"])
    op.create_index(op.f("ix_letter_batch_run_id"), "letter_batch", ["run_id"])
    op.create_table(
        "letter_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_file")),
        points_to("letter_file", "batch_id", "letter_batch"),
        sa.UniqueConstraint("batch_id", "building", name=op.f("uq_letter_file_batch_id_building")),
    )


def _create_handover() -> None:
    op.create_table(
        "handover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary()),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("struck_at", _INSTANT),
        sa.Column("struck_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
        points_to("handover", "campaign_id", "campaign"),
        points_to("handover", "community_id", "community"),
        points_to("handover", "staff_id", "staff"),
        points_to("handover", "struck_by", "staff"),
        one_of("ck_handover_handoverkind", "kind", "printed", "handed_out", "brought_back"),
        sa.CheckConstraint("pieces >= 0", name=op.f("ck_handover_pieces_not_negative")),
        sa.CheckConstraint(
            "(struck_at IS NULL) = (struck_by IS NULL)",
            name=op.f("ck_handover_struck_by_somebody"),
        ),
    )
    op.create_index(
        op.f("ix_handover_campaign_community"), "handover", ["campaign_id", "community_id"]
    )


def _create_wishes() -> None:
    op.create_table(
        "opt_out",
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("since", _INSTANT, nullable=False),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_opt_out")),
        points_to("opt_out", "household_id", "household"),
        points_to("opt_out", "staff_id", "staff"),
    )
    op.create_table(
        "message_address",
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("address_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("household_id", "channel", name=op.f("pk_message_address")),
        points_to("message_address", "household_id", "household"),
        one_of("ck_message_address_sendchannel", "channel", *_CHANNELS),
    )
