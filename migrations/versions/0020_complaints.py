"""Complaints: what a complaint adds to its case, sub-codes, steps, extensions, groups."""

import sqlalchemy as sa
from alembic import op

from app.service.complaints.codes.services import default_codes
from migrations.steps import freeze, one_of, points_to, thaw

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_FROZEN = ("complaint_round", "complaint_extension", "complaint_escalation")
_TABLES = (
    "complaint_code",
    "complaint_setting",
    "complaint_series",
    "complaint_group",
    "complaint",
    "complaint_step",
    "complaint_round",
    "complaint_extension",
    "complaint_escalation",
)


def upgrade() -> None:
    op.add_column(
        "follow_up",
        sa.Column("is_led_elsewhere", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.create_index("ix_follow_up_source", "follow_up", ["source", "is_led_elsewhere", "id"])
    _code()
    _setting()
    _series()
    _group()
    _complaints()
    _step()
    _round()
    _extension()
    _escalation()
    for table in _FROZEN:
        freeze(table)
    _default_codes()


def downgrade() -> None:
    for table in _FROZEN:
        thaw(table)
    for table in reversed(_TABLES):
        op.drop_table(table)
    op.drop_index("ix_follow_up_source", table_name="follow_up")
    op.drop_column("follow_up", "is_led_elsewhere")


def _default_codes() -> None:
    """Put the sub-codes into the table that head office may edit from then on."""
    columns = ("code", "class", "label_zh", "label_en", "department")
    table = sa.table(
        "complaint_code",
        *(sa.column(name, sa.String) for name in columns),
        sa.column("place", sa.SmallInteger),
    )
    rows = [
        {
            "code": one["code"],
            "class": one["class"],
            "label_zh": one["zh"],
            "label_en": one["en"],
            "department": one["department"],
            "place": place,
        }
        for place, one in enumerate(default_codes())
    ]
    op.bulk_insert(table, rows)


def _code() -> None:
    op.create_table(
        "complaint_code",
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("class", sa.String(24), nullable=False),
        sa.Column("label_zh", sa.String(40), nullable=False),
        sa.Column("label_en", sa.String(80), nullable=False),
        sa.Column("department", sa.String(24), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("retired_at", _INSTANT, nullable=True),
        sa.Column("changed_by", sa.Integer(), nullable=True),
        sa.Column("changed_at", _INSTANT, nullable=True),
        one_of(
            "ck_complaint_code_complaintclass",
            "class",
            "facilities",
            "service",
            "fees",
            "emergency",
        ),
        points_to("complaint_code", "changed_by", "staff"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_complaint_code")),
    )
    op.create_index(
        "ix_complaint_code_list", "complaint_code", ["class", "place", "code"], unique=False
    )


def _setting() -> None:
    op.create_table(
        "complaint_setting",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        points_to("complaint_setting", "changed_by", "staff"),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_complaint_setting")),
    )


def _series() -> None:
    op.create_table(
        "complaint_series",
        sa.Column("series", sa.String(32), nullable=False),
        sa.Column("year", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", "year", name=op.f("pk_complaint_series")),
    )


def _group() -> None:
    op.create_table(
        "complaint_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=True),
        sa.Column("sub_code", sa.String(48), nullable=False),
        sa.Column("on_list", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False, server_default="suggested"),
        sa.Column("suggested_at", _INSTANT, nullable=False),
        sa.Column("decided_at", _INSTANT, nullable=True),
        sa.Column("decided_by", sa.Integer(), nullable=True),
        one_of("ck_complaint_group_caselist", "on_list", "community", "head_office"),
        one_of("ck_complaint_group_groupstate", "state", "suggested", "confirmed", "dismissed"),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decided_by IS NULL)",
            name=op.f("ck_complaint_group_decided_by_somebody"),
        ),
        sa.CheckConstraint(
            "(state = 'suggested') = (decided_at IS NULL)",
            name=op.f("ck_complaint_group_decided_has_time"),
        ),
        points_to("complaint_group", "community_id", "community"),
        points_to("complaint_group", "building_id", "building"),
        sa.ForeignKeyConstraint(
            ["sub_code"],
            ["complaint_code.code"],
            name=op.f("fk_complaint_group_sub_code_complaint_code"),
        ),
        points_to("complaint_group", "decided_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_group")),
    )
    op.create_index(
        "ix_complaint_group_list", "complaint_group", ["state", "community_id", "id"], unique=False
    )


def _complaints() -> None:
    op.create_table(
        "complaint",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(48), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("is_adopted", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("hotline_kind", sa.String(24), nullable=True),
        sa.Column("class", sa.String(24), nullable=True),
        sa.Column("sub_code", sa.String(48), nullable=True),
        sa.Column("kind", sa.String(24), nullable=True),
        sa.Column("converted_at", _INSTANT, nullable=True),
        sa.Column("severity", sa.String(24), nullable=False),
        sa.Column("level", sa.String(24), nullable=False),
        sa.Column("against", sa.String(24), nullable=False),
        sa.Column("has_compensation", sa.Boolean(), nullable=False),
        sa.Column("has_media", sa.Boolean(), nullable=False),
        sa.Column("has_legal", sa.Boolean(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("contact_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("company_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("received_at", _INSTANT, nullable=False),
        sa.Column("first_asked_by", sa.Integer(), nullable=True),
        sa.Column("rings", sa.SmallInteger(), nullable=True),
        sa.Column("called_to_site_at", _INSTANT, nullable=True),
        sa.Column("arrived_at", _INSTANT, nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("clock_from", _INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("acknowledged_at", _INSTANT, nullable=True),
        sa.Column("acknowledged_by", sa.Integer(), nullable=True),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("answer_way", sa.String(16), nullable=True),
        sa.Column("called_back_at", _INSTANT, nullable=True),
        sa.Column("called_back_by", sa.Integer(), nullable=True),
        sa.Column("view", sa.String(16), nullable=True),
        sa.Column("promised_on", sa.Date(), nullable=True),
        sa.Column("promised_by", sa.Integer(), nullable=True),
        sa.Column("rough_on", sa.Date(), nullable=True),
        sa.Column("cause_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("prevention_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("repeat_of", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("planned_at", _INSTANT, nullable=True),
        sa.Column("reported_at", _INSTANT, nullable=True),
        sa.Column("announced_at", _INSTANT, nullable=True),
        sa.Column("seen_at", _INSTANT, nullable=True),
        sa.Column("key", sa.String(64), nullable=True),
        one_of(
            "ck_complaint_channel",
            "channel",
            "phone",
            "in_person",
            "on_behalf",
            "letter",
            "suggestion_box",
            "hearsay",
            "fax",
            "online",
            "wechat",
            "app",
            "hotline",
        ),
        one_of("ck_complaint_hotlinekind", "hotline_kind", "complaint", "service", "duty"),
        one_of(
            "ck_complaint_complaintclass", "class", "facilities", "service", "fees", "emergency"
        ),
        one_of("ck_complaint_kind", "kind", "valid", "help", "consult", "vent"),
        one_of("ck_complaint_severity", "severity", "ordinary", "major"),
        one_of("ck_complaint_level", "level", "office", "quality", "leaders"),
        one_of("ck_complaint_against", "against", "none", "director", "staff"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answer_way IS NULL)", name=op.f("ck_complaint_answer_has_way")
        ),
        sa.CheckConstraint(
            "answered_at IS NULL OR kind IS NOT NULL", name=op.f("ck_complaint_answered_classified")
        ),
        sa.CheckConstraint(
            "(class IS NULL) = (sub_code IS NULL) AND (class IS NULL) = (kind IS NULL)",
            name=op.f("ck_complaint_classified_whole"),
        ),
        sa.CheckConstraint(
            "is_open OR (answered_at IS NOT NULL AND called_back_at IS NOT NULL "
            "AND cause_sealed IS NOT NULL AND prevention_sealed IS NOT NULL)",
            name=op.f("ck_complaint_closed_whole"),
        ),
        sa.CheckConstraint(
            "against <> 'director' OR level = 'leaders'",
            name=op.f("ck_complaint_director_to_leaders"),
        ),
        sa.CheckConstraint(
            "household_id IS NOT NULL OR company_sealed IS NOT NULL",
            name=op.f("ck_complaint_has_home"),
        ),
        sa.CheckConstraint(
            "(channel = 'hotline') = (hotline_kind IS NOT NULL)",
            name=op.f("ck_complaint_hotline_kind"),
        ),
        sa.CheckConstraint(
            "is_adopted OR (name_sealed IS NOT NULL AND contact_sealed IS NOT NULL "
            "AND text_sealed IS NOT NULL)",
            name=op.f("ck_complaint_known_customer"),
        ),
        sa.CheckConstraint(
            "rough_on IS NULL OR level <> 'office'", name=op.f("ck_complaint_long_running_reported")
        ),
        sa.CheckConstraint(
            "NOT has_compensation OR level = 'leaders'", name=op.f("ck_complaint_money_to_leaders")
        ),
        sa.CheckConstraint(
            "(promised_on IS NULL) = (promised_by IS NULL)",
            name=op.f("ck_complaint_promise_of_whom"),
        ),
        sa.CheckConstraint(
            "rings IS NULL OR rings BETWEEN 0 AND 99", name=op.f("ck_complaint_rings_range")
        ),
        sa.CheckConstraint("round >= 1", name=op.f("ck_complaint_round_range")),
        sa.CheckConstraint(
            "(called_to_site_at IS NULL) = (arrived_at IS NULL) AND "
            "(arrived_at IS NULL OR arrived_at >= called_to_site_at)",
            name=op.f("ck_complaint_site_times"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_complaint_key")),
        sa.UniqueConstraint("number", name=op.f("uq_complaint_number")),
        points_to("complaint", "follow_up_id", "follow_up"),
        points_to("complaint", "community_id", "community"),
        points_to("complaint", "household_id", "household"),
        sa.ForeignKeyConstraint(
            ["sub_code"], ["complaint_code.code"], name=op.f("fk_complaint_sub_code_complaint_code")
        ),
        points_to("complaint", "first_asked_by", "staff"),
        points_to("complaint", "acknowledged_by", "staff"),
        points_to("complaint", "called_back_by", "staff"),
        points_to("complaint", "promised_by", "staff"),
        sa.ForeignKeyConstraint(
            ["repeat_of"], ["complaint.follow_up_id"], name=op.f("fk_complaint_repeat_of_complaint")
        ),
        points_to("complaint", "group_id", "complaint_group"),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_complaint")),
    )
    op.create_index("ix_complaint_adopted", "complaint", ["is_adopted", "is_open"], unique=False)
    op.create_index(
        "ix_complaint_alike", "complaint", ["community_id", "sub_code", "received_at"], unique=False
    )
    op.create_index("ix_complaint_all", "complaint", ["received_at", "follow_up_id"], unique=False)
    op.create_index(
        "ix_complaint_answered", "complaint", ["answered_at", "follow_up_id"], unique=False
    )
    op.create_index("ix_complaint_group", "complaint", ["group_id"], unique=False)
    op.create_index(
        "ix_complaint_home", "complaint", ["household_id", "sub_code", "received_at"], unique=False
    )
    op.create_index(
        "ix_complaint_news", "complaint", ["seen_at", "kind", "follow_up_id"], unique=False
    )
    op.create_index(
        "ix_complaint_open", "complaint", ["is_open", "due_on", "follow_up_id"], unique=False
    )
    op.create_index(
        "ix_complaint_received",
        "complaint",
        ["community_id", "received_at", "follow_up_id"],
        unique=False,
    )
    op.create_index(
        "ix_complaint_waiting",
        "complaint",
        ["is_open", "answered_at", "due_on", "community_id"],
        unique=False,
    )


def _step() -> None:
    op.create_table(
        "complaint_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("step", sa.String(24), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        one_of(
            "ck_complaint_step_step",
            "step",
            "record",
            "nature",
            "department",
            "site",
            "lead",
            "identity",
            "fees",
            "notify",
            "call_back",
        ),
        sa.UniqueConstraint(
            "follow_up_id", "round", "step", name=op.f("uq_complaint_step_follow_up_id_round_step")
        ),
        points_to("complaint_step", "follow_up_id", "follow_up"),
        points_to("complaint_step", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_step")),
    )


def _round() -> None:
    op.create_table(
        "complaint_round",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False, autoincrement=False),
        sa.Column("clock_from", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("answered_at", _INSTANT, nullable=True),
        sa.Column("called_back_at", _INSTANT, nullable=True),
        sa.Column("view", sa.String(16), nullable=True),
        sa.Column("ended_at", _INSTANT, nullable=False),
        points_to("complaint_round", "follow_up_id", "follow_up"),
        sa.PrimaryKeyConstraint("follow_up_id", "round", name=op.f("pk_complaint_round")),
    )


def _extension() -> None:
    op.create_table(
        "complaint_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("old_due_on", sa.Date(), nullable=False),
        sa.Column("new_due_on", sa.Date(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("reaction", sa.String(16), nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("new_due_on > old_due_on", name=op.f("ck_complaint_extension_later")),
        sa.UniqueConstraint("contact_id", name=op.f("uq_complaint_extension_contact_id")),
        points_to("complaint_extension", "follow_up_id", "follow_up"),
        points_to("complaint_extension", "contact_id", "contact_record"),
        points_to("complaint_extension", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_extension")),
    )
    op.create_index(
        "ix_complaint_extension_case", "complaint_extension", ["follow_up_id", "id"], unique=False
    )


def _escalation() -> None:
    op.create_table(
        "complaint_escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        one_of("ck_complaint_escalation_level", "level", "office", "quality", "leaders"),
        one_of(
            "ck_complaint_escalation_escalationreason",
            "reason",
            "by_hand",
            "compensation",
            "director",
            "long_running",
        ),
        sa.CheckConstraint("level <> 'office'", name=op.f("ck_complaint_escalation_rises")),
        sa.UniqueConstraint(
            "follow_up_id", "level", name=op.f("uq_complaint_escalation_follow_up_id_level")
        ),
        points_to("complaint_escalation", "follow_up_id", "follow_up"),
        points_to("complaint_escalation", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_escalation")),
    )
