"""Repair orders, their files and history, special visits, flags, defects under watch."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_TABLES = (
    "repair_file",
    "repair_order",
    "repair_event",
    "repair_tray",
    "repair_place",
    "repair_flag",
    "repair_case",
    "special_visit",
    "defect_watch",
    "defect_inspection",
    "repair_print",
    "repair_month",
    "repair_count",
)


def upgrade() -> None:
    _files()
    _orders()
    _events()
    _tray()
    _places()
    _flags()
    _cases()
    _visits()
    _watches()
    _inspections()
    _prints()
    _months()
    _counts()
    freeze("repair_event")


def downgrade() -> None:
    thaw("repair_event")
    for table in reversed(_TABLES):
        op.drop_table(table)


def _files() -> None:
    op.create_table(
        "repair_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("stored_as", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("lines", sa.Integer(), nullable=False),
        sa.Column("read_to", sa.Integer(), nullable=False),
        sa.Column("added", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("same", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("report_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        one_of("ck_repair_file_repairfilestate", "state", "reading", "done", "refused"),
        sa.UniqueConstraint("stored_as", name=op.f("uq_repair_file_stored_as")),
        points_to("repair_file", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_file")),
    )


def _orders() -> None:
    op.create_table(
        "repair_order",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(48), nullable=False),
        sa.Column("origin", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("thing", sa.String(24), nullable=False),
        sa.Column("place", sa.String(24), nullable=False),
        sa.Column("is_major_defect", sa.Boolean(), nullable=False),
        sa.Column("is_charged", sa.Boolean(), nullable=True),
        sa.Column("fee", sa.Integer(), nullable=True),
        sa.Column("issued_at", _INSTANT, nullable=False),
        sa.Column("promised_at", _INSTANT, nullable=True),
        sa.Column("notified_at", _INSTANT, nullable=True),
        sa.Column("accepted_at", _INSTANT, nullable=True),
        sa.Column("arrived_at", _INSTANT, nullable=True),
        sa.Column("done_at", _INSTANT, nullable=True),
        sa.Column("called_back_at", _INSTANT, nullable=True),
        sa.Column("failed_at", _INSTANT, nullable=True),
        sa.Column("rework_of", sa.Integer(), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("customer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("repairer_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        one_of("ck_repair_order_origin", "origin", "file", "hand", "rework"),
        one_of(
            "ck_repair_order_orderstate",
            "state",
            "issued",
            "notified",
            "accepted",
            "cancelled",
            "done",
            "called_back",
            "failed",
        ),
        one_of(
            "ck_repair_order_thing",
            "thing",
            "water",
            "power",
            "doors",
            "walls",
            "leak",
            "facade",
            "lift",
            "access",
            "fire",
            "public",
            "paid",
            "other",
        ),
        one_of("ck_repair_order_place", "place", "home", "common", "facade", "roof"),
        sa.CheckConstraint(
            "state NOT IN ('done', 'called_back', 'failed') OR done_at IS NOT NULL",
            name=op.f("ck_repair_order_done_has_time"),
        ),
        sa.CheckConstraint(
            "(state = 'failed') = (failed_at IS NOT NULL)",
            name=op.f("ck_repair_order_failed_has_time"),
        ),
        sa.UniqueConstraint(
            "community_id", "number", name=op.f("uq_repair_order_community_id_number")
        ),
        points_to("repair_order", "community_id", "community"),
        points_to("repair_order", "household_id", "household"),
        points_to("repair_order", "rework_of", "repair_order"),
        points_to("repair_order", "case_id", "follow_up"),
        points_to("repair_order", "file_id", "repair_file"),
        points_to("repair_order", "made_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_order")),
    )
    op.create_index(op.f("ix_repair_order_done"), "repair_order", ["community_id", "done_at", "id"])
    op.create_index(op.f("ix_repair_order_home"), "repair_order", ["household_id", "id"])
    op.create_index(op.f("ix_repair_order_issued"), "repair_order", ["issued_at", "id"])
    op.create_index(
        op.f("ix_repair_order_list"), "repair_order", ["community_id", "issued_at", "id"]
    )
    op.create_index(
        op.f("ix_repair_order_major"), "repair_order", ["is_major_defect", "community_id", "id"]
    )
    op.create_index(op.f("ix_repair_order_rework"), "repair_order", ["rework_of"])
    op.create_index(
        op.f("ix_repair_order_state"), "repair_order", ["state", "community_id", "issued_at", "id"]
    )


def _events() -> None:
    op.create_table(
        "repair_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("detail", sa.String(64), nullable=False),
        one_of(
            "ck_repair_event_repaireventkind",
            "kind",
            "made",
            "step",
            "file",
            "flagged",
            "checked",
            "rework",
            "visited",
            "watched",
            "matched",
        ),
        points_to("repair_event", "order_id", "repair_order"),
        points_to("repair_event", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_event")),
    )
    op.create_index(op.f("ix_repair_event_order"), "repair_event", ["order_id", "id"])


def _tray() -> None:
    op.create_table(
        "repair_tray",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.LargeBinary(32), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(120), nullable=False),
        sa.Column("line_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("laid_at", _INSTANT, nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("matched_at", _INSTANT, nullable=True),
        sa.Column("matched_by", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "matched_at IS NULL OR community_id IS NOT NULL",
            name=op.f("ck_repair_tray_matched_has_place"),
        ),
        sa.UniqueConstraint("key", name=op.f("uq_repair_tray_key")),
        points_to("repair_tray", "community_id", "community"),
        points_to("repair_tray", "file_id", "repair_file"),
        points_to("repair_tray", "household_id", "household"),
        points_to("repair_tray", "matched_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_tray")),
    )
    op.create_index(
        op.f("ix_repair_tray_open"), "repair_tray", ["matched_at", "community_id", "id"]
    )
    op.create_index(op.f("ix_repair_tray_words"), "repair_tray", ["words", "id"])


def _places() -> None:
    op.create_table(
        "repair_place",
        sa.Column("words", sa.String(120), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        points_to("repair_place", "community_id", "community"),
        points_to("repair_place", "made_by", "staff"),
        sa.PrimaryKeyConstraint("words", name=op.f("pk_repair_place")),
    )


def _flags() -> None:
    op.create_table(
        "repair_flag",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("flag", sa.String(24), nullable=False),
        sa.Column("raised_at", _INSTANT, nullable=False),
        sa.Column("raised_by", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(24), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("checked_by", sa.Integer(), nullable=True),
        sa.Column("checked_at", _INSTANT, nullable=True),
        one_of("ck_repair_flag_flag", "flag", "nobody_came", "fee_not_told", "fee_differed"),
        one_of("ck_repair_flag_flagoutcome", "outcome", "true", "false_order", "unclear"),
        sa.CheckConstraint(
            "(checked_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_repair_flag_checked_has_outcome"),
        ),
        sa.UniqueConstraint("order_id", "flag", name=op.f("uq_repair_flag_order_id_flag")),
        points_to("repair_flag", "order_id", "repair_order"),
        points_to("repair_flag", "community_id", "community"),
        points_to("repair_flag", "raised_by", "staff"),
        points_to("repair_flag", "checked_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_flag")),
    )
    op.create_index(op.f("ix_repair_flag_list"), "repair_flag", ["community_id", "outcome", "id"])


def _cases() -> None:
    op.create_table(
        "repair_case",
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        points_to("repair_case", "follow_up_id", "follow_up"),
        points_to("repair_case", "order_id", "repair_order"),
        sa.PrimaryKeyConstraint("follow_up_id", name=op.f("pk_repair_case")),
    )
    op.create_index(op.f("ix_repair_case_order_id"), "repair_case", ["order_id"])


def _visits() -> None:
    op.create_table(
        "special_visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("rework_id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("due_at", _INSTANT, nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("visited_at", _INSTANT, nullable=True),
        sa.Column("visited_by", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(24), nullable=True),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        one_of("ck_special_visit_visitfinding", "finding", "fixed", "not_fixed"),
        sa.CheckConstraint(
            "(visited_at IS NULL) = (visited_by IS NULL)",
            name=op.f("ck_special_visit_visited_by_somebody"),
        ),
        sa.CheckConstraint(
            "(visited_at IS NULL) = (finding IS NULL)",
            name=op.f("ck_special_visit_visited_has_finding"),
        ),
        points_to("special_visit", "community_id", "community"),
        points_to("special_visit", "order_id", "repair_order"),
        points_to("special_visit", "rework_id", "repair_order"),
        points_to("special_visit", "follow_up_id", "follow_up"),
        points_to("special_visit", "visited_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_special_visit")),
    )
    op.create_index(
        op.f("ix_special_visit_due"), "special_visit", ["visited_at", "due_at", "community_id"]
    )
    op.create_index(op.f("ix_special_visit_follow_up_id"), "special_visit", ["follow_up_id"])
    op.create_index(op.f("ix_special_visit_order"), "special_visit", ["order_id"])
    op.create_index(op.f("ix_special_visit_rework"), "special_visit", ["rework_id"])


def _watches() -> None:
    op.create_table(
        "defect_watch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=True),
        sa.Column("is_outside", sa.Boolean(), nullable=False),
        sa.Column("responsible_id", sa.Integer(), nullable=False),
        sa.Column("started_on", sa.Date(), nullable=False),
        sa.Column("days", sa.String(40), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("why_closed", sa.String(24), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (why_closed IS NULL)",
            name=op.f("ck_defect_watch_closed_has_reason"),
        ),
        sa.UniqueConstraint("order_id", name=op.f("uq_defect_watch_order_id")),
        points_to("defect_watch", "order_id", "repair_order"),
        points_to("defect_watch", "community_id", "community"),
        points_to("defect_watch", "household_id", "household"),
        points_to("defect_watch", "responsible_id", "staff"),
        points_to("defect_watch", "made_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect_watch")),
    )
    op.create_index(op.f("ix_defect_watch_household_id"), "defect_watch", ["household_id"])
    op.create_index(
        op.f("ix_defect_watch_list"), "defect_watch", ["community_id", "closed_on", "id"]
    )


def _inspections() -> None:
    op.create_table(
        "defect_inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("rained_on", sa.Date(), nullable=True),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("seen_on", sa.Date(), nullable=True),
        sa.Column("seen_by", sa.Integer(), nullable=True),
        sa.Column("recorded_at", _INSTANT, nullable=True),
        sa.Column("is_good", sa.Boolean(), nullable=True),
        sa.Column("has_water", sa.Boolean(), nullable=True),
        sa.Column("findings_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("photo_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("has_photo", sa.Boolean(), nullable=False),
        one_of("ck_defect_inspection_inspectionreason", "reason", "planned", "rain"),
        sa.CheckConstraint(
            "(reason = 'rain') = (rained_on IS NOT NULL)",
            name=op.f("ck_defect_inspection_rain_has_day"),
        ),
        sa.CheckConstraint(
            "(seen_on IS NULL) = (seen_by IS NULL)",
            name=op.f("ck_defect_inspection_seen_by_somebody"),
        ),
        sa.CheckConstraint(
            "(seen_on IS NULL) = (is_good IS NULL)",
            name=op.f("ck_defect_inspection_seen_has_verdict"),
        ),
        sa.UniqueConstraint(
            "watch_id", "reason", "due_on", name=op.f("uq_defect_inspection_watch_id_reason_due_on")
        ),
        points_to("defect_inspection", "watch_id", "defect_watch"),
        points_to("defect_inspection", "community_id", "community"),
        points_to("defect_inspection", "seen_by", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_defect_inspection")),
    )
    op.create_index(
        op.f("ix_defect_inspection_due"), "defect_inspection", ["is_open", "due_on", "community_id"]
    )
    op.create_index(op.f("ix_defect_inspection_watch_id"), "defect_inspection", ["watch_id"])


def _prints() -> None:
    op.create_table(
        "repair_print",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("watch_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=True),
        points_to("repair_print", "watch_id", "defect_watch"),
        points_to("repair_print", "staff_id", "staff"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_repair_print")),
    )
    op.create_index(op.f("ix_repair_print_asked"), "repair_print", ["asked_at"])
    op.create_index(op.f("ix_repair_print_watch_id"), "repair_print", ["watch_id"])


def _months() -> None:
    op.create_table(
        "repair_month",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("is_stale", sa.Boolean(), nullable=False),
        sa.Column("is_settled", sa.Boolean(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=True),
        points_to("repair_month", "community_id", "community"),
        sa.PrimaryKeyConstraint("community_id", "month", name=op.f("pk_repair_month")),
    )
    op.create_index(
        op.f("ix_repair_month_stale"), "repair_month", ["is_stale", "is_settled", "counted_on"]
    )


def _counts() -> None:
    op.create_table(
        "repair_count",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("thing", sa.String(24), nullable=False),
        sa.Column("issued", sa.Integer(), nullable=False),
        sa.Column("unpromised", sa.Integer(), nullable=False),
        sa.Column("undecided", sa.Integer(), nullable=False),
        sa.Column("decided", sa.Integer(), nullable=False),
        sa.Column("timely", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        one_of(
            "ck_repair_count_thing",
            "thing",
            "water",
            "power",
            "doors",
            "walls",
            "leak",
            "facade",
            "lift",
            "access",
            "fire",
            "public",
            "paid",
            "other",
        ),
        points_to("repair_count", "community_id", "community"),
        sa.PrimaryKeyConstraint("community_id", "month", "thing", name=op.f("pk_repair_count")),
    )
