"""Home visits with appointment and record, sheets to print, review meetings."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, freeze, one_of, points_to, thaw

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_BEFORE = ("planned", "visited")
_STATES = ("planned", "appointed", "visited", "not_at_home", "declined", "phone_instead")
_RESULTS = ("visited", "not_at_home", "declined", "phone_instead")
_DONE = "(done_at IS NULL) = (done_by IS NULL) AND (done_at IS NULL) = (done_sealed IS NULL)"


def upgrade() -> None:
    allow("visit", "state", _BEFORE, _STATES, name="visitstate")
    op.add_column("visit", sa.Column("appointed_at", _INSTANT))
    op.add_column("visit", sa.Column("agreed_with", sa.String(16)))
    _add_visitor()
    op.create_index(
        op.f("ix_visit_plan"), "visit", ["campaign_id", "community_id", "state", "planned_on"]
    )
    _create_records()
    _create_meetings()
    _create_papers()


def downgrade() -> None:
    op.drop_table("paper")
    op.drop_table("review_decision")
    op.drop_table("review_meeting")
    op.drop_table("visit_action")
    op.drop_table("visit_picture")
    thaw("visit_record")
    op.drop_table("visit_record")
    op.drop_index(op.f("ix_visit_plan"), "visit")
    for column in ("visitor_id", "agreed_with", "appointed_at"):
        op.drop_column("visit", column)
    # What the step before has no word for is a visit still to be made.
    op.execute("UPDATE visit SET state = 'planned' WHERE state NOT IN ('planned', 'visited')")
    allow("visit", "state", _STATES, _BEFORE, name="visitstate")


def _add_visitor() -> None:
    op.execute(
        "ALTER TABLE visit ADD COLUMN visitor_id INTEGER "
        "CONSTRAINT fk_visit_visitor_id_staff REFERENCES staff (id)"
    )


def _create_records() -> None:
    op.create_table(
        "visit_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("result", sa.String(24), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("place", sa.String(16), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("matter_sealed", sa.LargeBinary()),
        sa.Column("outcome_sealed", sa.LargeBinary()),
        sa.Column("reason_sealed", sa.LargeBinary()),
        sa.Column("owner_view", sa.String(16)),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_record")),
        points_to("visit_record", "visit_id", "visit"),
        points_to("visit_record", "staff_id", "staff"),
        sa.UniqueConstraint("key", name=op.f("uq_visit_record_key")),
        one_of("ck_visit_record_visitresult", "result", *_RESULTS),
        sa.CheckConstraint(
            "(result = 'visited') = (matter_sealed IS NOT NULL) "
            "AND (result = 'visited') = (outcome_sealed IS NOT NULL)",
            name=op.f("ck_visit_record_visited_has_words"),
        ),
        sa.CheckConstraint(
            "result NOT IN ('declined', 'phone_instead') OR reason_sealed IS NOT NULL",
            name=op.f("ck_visit_record_instead_has_reason"),
        ),
    )
    op.create_index(op.f("ix_visit_record_visit_id"), "visit_record", ["visit_id"])
    freeze("visit_record")
    op.create_table(
        "visit_picture",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_picture")),
        points_to("visit_picture", "record_id", "visit_record"),
        sa.UniqueConstraint("record_id", "kind", name=op.f("uq_visit_picture_record_id_kind")),
        one_of("ck_visit_picture_picturekind", "kind", "photo", "signature"),
    )
    op.create_table(
        "visit_action",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("visit_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("responsible", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        *_done(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit_action")),
        points_to("visit_action", "record_id", "visit_record"),
        points_to("visit_action", "visit_id", "visit"),
        points_to("visit_action", "community_id", "community"),
        points_to("visit_action", "done_by", "staff"),
        sa.CheckConstraint(_DONE, name=op.f("ck_visit_action_done_is_whole")),
    )
    op.create_index(
        op.f("ix_visit_action_due"), "visit_action", ["community_id", "done_at", "due_on"]
    )
    op.create_index(op.f("ix_visit_action_visit_id"), "visit_action", ["visit_id"])


def _create_meetings() -> None:
    op.create_table(
        "review_meeting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("people_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("minutes_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_meeting")),
        points_to("review_meeting", "campaign_id", "campaign"),
        points_to("review_meeting", "community_id", "community"),
        points_to("review_meeting", "noted_by", "staff"),
    )
    op.create_index(op.f("ix_review_meeting_campaign_id"), "review_meeting", ["campaign_id"])
    op.create_table(
        "review_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("meeting_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.SmallInteger(), nullable=False),
        sa.Column("what_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("responsible", sa.String(40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        *_done(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decision")),
        points_to("review_decision", "meeting_id", "review_meeting"),
        points_to("review_decision", "done_by", "staff"),
        sa.UniqueConstraint(
            "meeting_id", "number", name=op.f("uq_review_decision_meeting_id_number")
        ),
        sa.CheckConstraint(_DONE, name=op.f("ck_review_decision_done_is_whole")),
    )
    op.create_index(op.f("ix_review_decision_due"), "review_decision", ["done_at", "due_on"])


def _create_papers() -> None:
    op.create_table(
        "paper",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("about", sa.String(200), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        points_to("paper", "staff_id", "staff"),
        one_of("ck_paper_paperkind", "kind", "briefing", "route", "record", "minutes"),
    )
    op.create_index(op.f("ix_paper_staff_id"), "paper", ["staff_id", "asked_at"])


def _done() -> tuple[sa.Column, sa.Column, sa.Column]:
    return (
        sa.Column("done_at", _INSTANT),
        sa.Column("done_by", sa.Integer()),
        sa.Column("done_sealed", sa.LargeBinary()),
    )
