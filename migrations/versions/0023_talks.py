"""Talks with the committee, opinions, forum words, activities, contacts, reports."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TABLES = (
    "talk_month",
    "talk_absence",
    "committee_talk",
    "talk_opinion",
    "forum_opinion",
    "activity",
    "activity_home",
    "outside_contact",
    "authority_report",
    "talk_print",
)


def upgrade() -> None:
    _talk_month()
    _talk_absence()
    _committee_talk()
    _talk_opinion()
    _forum_opinion()
    _activity()
    _activity_home()
    _outside_contact()
    _authority_report()
    _talk_print()


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.drop_table(table)


def _talk_month() -> None:
    op.create_table(
        "talk_month",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=True),
        sa.Column("opened_at", _INSTANT, nullable=False),
        one_of("ck_talk_month_monthstate", "state", "open", "held", "excused"),
        sa.CheckConstraint(
            "(state = 'held') = (held_on IS NOT NULL)", name=op.f("ck_talk_month_held_has_day")
        ),
        sa.UniqueConstraint("community_id", "month", name=op.f("uq_talk_month_community_id_month")),
        points_to("talk_month", "community_id", "community"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_month")),
    )
    op.create_index(op.f("ix_talk_month_month"), "talk_month", ["month", "community_id", "state"])
    op.create_index(op.f("ix_talk_month_state"), "talk_month", ["state", "month", "community_id"])


def _talk_absence() -> None:
    op.create_table(
        "talk_absence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=False),
        sa.Column("said_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("decision_sealed", sa.LargeBinary(), nullable=True),
        one_of(
            "ck_talk_absence_absencereason",
            "reason",
            "no_committee",
            "not_meeting",
            "declined",
            "other",
        ),
        one_of("ck_talk_absence_absencestate", "state", "asked", "confirmed", "refused"),
        sa.CheckConstraint(
            "(state = 'asked') = (decided_at IS NULL)"
            " AND (decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_talk_absence_decided_by_somebody"),
        ),
        points_to("talk_absence", "month_id", "talk_month"),
        points_to("talk_absence", "said_by", "staff"),
        points_to("talk_absence", "decided_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_absence")),
    )
    op.create_index(op.f("ix_talk_absence_month"), "talk_absence", ["month_id", "id"])
    op.create_index(op.f("ix_talk_absence_state"), "talk_absence", ["state", "id"])


def _committee_talk() -> None:
    op.create_table(
        "committee_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("month_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("held_time", sa.String(5), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("committee_count", sa.SmallInteger(), nullable=False),
        sa.Column("representative_count", sa.SmallInteger(), nullable=False),
        sa.Column("people_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("subjects", sa.String(200), nullable=False),
        sa.Column("minutes_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("noted_by", sa.Integer(), nullable=False),
        sa.Column("noted_at", _INSTANT, nullable=False),
        sa.Column("shared_by", sa.Integer(), nullable=True),
        sa.Column("shared_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "committee_count >= 0 AND representative_count >= 0"
            " AND committee_count + representative_count > 0",
            name=op.f("ck_committee_talk_somebody_came"),
        ),
        sa.CheckConstraint(
            "(shared_at IS NULL) = (shared_by IS NULL)",
            name=op.f("ck_committee_talk_shared_by_somebody"),
        ),
        points_to("committee_talk", "month_id", "talk_month"),
        points_to("committee_talk", "community_id", "community"),
        points_to("committee_talk", "noted_by", "staff"),
        points_to("committee_talk", "shared_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_committee_talk")),
    )
    op.create_index(op.f("ix_committee_talk_month"), "committee_talk", ["month_id", "id"])
    op.create_index(
        op.f("ix_committee_talk_place"), "committee_talk", ["community_id", "held_on", "id"]
    )


def _talk_opinion() -> None:
    op.create_table(
        "talk_opinion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("talk_id", sa.Integer(), nullable=True),
        sa.Column("voice", sa.String(24), nullable=False),
        sa.Column("department", sa.String(24), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=False),
        sa.Column("said_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("action_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("responsible", sa.String(40), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.Column("done_by", sa.Integer(), nullable=True),
        sa.Column("done_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("told_on", sa.Date(), nullable=True),
        sa.Column("told_way", sa.String(16), nullable=True),
        sa.Column("told_by", sa.Integer(), nullable=True),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        one_of("ck_talk_opinion_voice", "voice", "committee", "representative"),
        one_of(
            "ck_talk_opinion_opinionstate", "state", "new", "answered", "promised", "done", "told"
        ),
        sa.CheckConstraint(
            "(state = 'told') = (told_on IS NOT NULL)", name=op.f("ck_talk_opinion_told_on")
        ),
        sa.CheckConstraint(
            "state IN ('new', 'answered') OR (action_sealed IS NOT NULL"
            " AND responsible IS NOT NULL AND due_on IS NOT NULL)",
            name=op.f("ck_talk_opinion_promise_is_whole"),
        ),
        sa.CheckConstraint(
            "(state IN ('done', 'told')) = (done_at IS NOT NULL)",
            name=op.f("ck_talk_opinion_done_at"),
        ),
        points_to("talk_opinion", "community_id", "community"),
        points_to("talk_opinion", "talk_id", "committee_talk"),
        points_to("talk_opinion", "said_by", "staff"),
        points_to("talk_opinion", "done_by", "staff"),
        points_to("talk_opinion", "told_by", "staff"),
        points_to("talk_opinion", "case_id", "follow_up"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_opinion")),
    )
    op.create_index(op.f("ix_talk_opinion_case"), "talk_opinion", ["case_id"], unique=True)
    op.create_index(
        op.f("ix_talk_opinion_list"), "talk_opinion", ["community_id", "state", "due_on", "id"]
    )
    op.create_index(
        op.f("ix_talk_opinion_state"), "talk_opinion", ["state", "due_on", "community_id"]
    )
    op.create_index(op.f("ix_talk_opinion_talk"), "talk_opinion", ["talk_id", "id"])


def _forum_opinion() -> None:
    op.create_table(
        "forum_opinion",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(24), nullable=False),
        sa.Column("place_name", sa.String(60), nullable=False),
        sa.Column("said_on", sa.Date(), nullable=False),
        sa.Column("mark", sa.LargeBinary(32), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("author_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("link_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("entered_by", sa.Integer(), nullable=False),
        sa.Column("entered_at", _INSTANT, nullable=False),
        sa.Column("replied_on", sa.Date(), nullable=True),
        sa.Column("replied_at", _INSTANT, nullable=True),
        sa.Column("reply_way", sa.String(16), nullable=True),
        sa.Column("reply_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("replied_by", sa.Integer(), nullable=True),
        one_of(
            "ck_forum_opinion_forumplace",
            "place",
            "forum",
            "wechat_group",
            "app",
            "short_video",
            "other",
        ),
        sa.CheckConstraint(
            "(replied_at IS NULL) = (reply_sealed IS NULL)"
            " AND (replied_at IS NULL) = (reply_way IS NULL)"
            " AND (replied_at IS NULL) = (replied_on IS NULL)"
            " AND (replied_at IS NULL) = (replied_by IS NULL)",
            name=op.f("ck_forum_opinion_reply_is_whole"),
        ),
        sa.UniqueConstraint(
            "community_id", "mark", name=op.f("uq_forum_opinion_community_id_mark")
        ),
        points_to("forum_opinion", "follow_up_id", "follow_up"),
        points_to("forum_opinion", "community_id", "community"),
        points_to("forum_opinion", "entered_by", "staff"),
        points_to("forum_opinion", "replied_by", "staff"),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_forum_opinion")),
    )
    op.create_index(op.f("ix_forum_opinion_day"), "forum_opinion", ["said_on", "follow_up_id"])
    op.create_index(
        op.f("ix_forum_opinion_due"), "forum_opinion", ["replied_at", "due_on", "community_id"]
    )
    op.create_index(
        op.f("ix_forum_opinion_list"), "forum_opinion", ["community_id", "said_on", "follow_up_id"]
    )


def _activity() -> None:
    op.create_table(
        "activity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("starts", sa.String(5), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("took_part", sa.Integer(), nullable=True),
        sa.Column("result_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("photo_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=True),
        one_of(
            "ck_activity_activitykind",
            "kind",
            "open_day",
            "owners_talk",
            "festival",
            "safety",
            "service",
            "other",
        ),
        one_of("ck_activity_activitystate", "state", "planned", "held", "cancelled"),
        sa.CheckConstraint(
            "(state = 'held') = (took_part IS NOT NULL)", name=op.f("ck_activity_held_has_number")
        ),
        sa.CheckConstraint(
            "(state = 'planned') = (recorded_at IS NULL)"
            " AND (recorded_at IS NULL) = (recorded_by IS NULL)",
            name=op.f("ck_activity_recorded_by_somebody"),
        ),
        points_to("activity", "community_id", "community"),
        points_to("activity", "made_by", "staff"),
        points_to("activity", "recorded_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activity")),
    )
    op.create_index(op.f("ix_activity_day"), "activity", ["held_on", "id"])
    op.create_index(op.f("ix_activity_list"), "activity", ["community_id", "held_on", "id"])


def _activity_home() -> None:
    op.create_table(
        "activity_home",
        sa.Column("activity_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        points_to("activity_home", "activity_id", "activity"),
        points_to("activity_home", "household_id", "household"),
        sa.PrimaryKeyConstraint("activity_id", "household_id", name=op.f("pk_activity_home")),
    )
    op.create_index(op.f("ix_activity_home_home"), "activity_home", ["household_id"])


def _outside_contact() -> None:
    op.create_table(
        "outside_contact",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("organisation", sa.String(80), nullable=False),
        sa.Column("matter", sa.String(80), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.Column("retired_on", sa.Date(), nullable=True),
        one_of(
            "ck_outside_contact_outsidekind",
            "kind",
            "authority",
            "street",
            "residents",
            "developer",
            "firm",
            "utility",
            "police",
            "other",
        ),
        points_to("outside_contact", "community_id", "community"),
        points_to("outside_contact", "changed_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outside_contact")),
    )
    op.create_index(
        op.f("ix_outside_contact_list"), "outside_contact", ["community_id", "kind", "id"]
    )


def _authority_report() -> None:
    op.create_table(
        "authority_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("addressee", sa.String(24), nullable=False),
        sa.Column("first_month", sa.Date(), nullable=False),
        sa.Column("last_month", sa.Date(), nullable=False),
        sa.Column("version", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("approved_by", sa.Integer(), nullable=True),
        sa.Column("approved_at", _INSTANT, nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("sent_way", sa.String(80), nullable=True),
        sa.Column("sent_by", sa.Integer(), nullable=True),
        one_of("ck_authority_report_addressee", "addressee", "authority", "street", "committee"),
        one_of("ck_authority_report_reportstate", "state", "draft", "approved", "sent", "replaced"),
        sa.CheckConstraint(
            "(state IN ('approved', 'sent')) = (approved_at IS NOT NULL)",
            name=op.f("ck_authority_report_approved_at"),
        ),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_on IS NOT NULL)", name=op.f("ck_authority_report_sent_on")
        ),
        sa.UniqueConstraint(
            "place",
            "addressee",
            "first_month",
            "last_month",
            "version",
            name=op.f("uq_authority_report_place_addressee_first_month_last_month_version"),
        ),
        points_to("authority_report", "community_id", "community"),
        points_to("authority_report", "made_by", "staff"),
        points_to("authority_report", "approved_by", "staff"),
        points_to("authority_report", "sent_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authority_report")),
    )
    op.create_index(op.f("ix_authority_report_list"), "authority_report", ["made_at", "id"])


def _talk_print() -> None:
    op.create_table(
        "talk_print",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("subject_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=True),
        sa.Column("made_at", _INSTANT, nullable=True),
        one_of("ck_talk_print_printkind", "kind", "talk", "activity", "report"),
        one_of("ck_talk_print_printstate", "state", "waiting", "ready", "gone"),
        points_to("talk_print", "asked_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_talk_print")),
    )
    op.create_index(op.f("ix_talk_print_asked"), "talk_print", ["asked_by", "id"])
