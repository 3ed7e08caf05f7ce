"""Planning: states of a campaign, tasks, talks, calendar, context events, pilots."""

from datetime import date, timedelta

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, one_of, points_to

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_BEFORE = ("draft", "open")
_AFTER = ("draft", "approved", "locked", "open", "closed")
_STATE = "campaignstate"
_REFERENCES = (
    ("approved_by", "staff"),
    ("locked_by", "staff"),
    ("closed_by", "staff"),
    ("pilot_of_id", "campaign"),
)
_INSTANTS = ("approved_at", "locked_at", "closed_at")
_NOTES = ("approval_note", "lock_note")

# First and last day of each holiday, and the weekend days worked in exchange: notices of the
# General Office of the State Council on the holidays of 2025 (12 November 2024) and of 2026
# (4 November 2025). Those of a later year are typed in by head office once they are announced.
_HOLIDAYS = (
    ("元旦", (2025, 1, 1), (2025, 1, 1), ()),
    ("春节", (2025, 1, 28), (2025, 2, 4), ((2025, 1, 26), (2025, 2, 8))),
    ("清明节", (2025, 4, 4), (2025, 4, 6), ()),
    ("劳动节", (2025, 5, 1), (2025, 5, 5), ((2025, 4, 27),)),
    ("端午节", (2025, 5, 31), (2025, 6, 2), ()),
    ("国庆节、中秋节", (2025, 10, 1), (2025, 10, 8), ((2025, 9, 28), (2025, 10, 11))),
    ("元旦", (2026, 1, 1), (2026, 1, 3), ((2026, 1, 4),)),
    ("春节", (2026, 2, 15), (2026, 2, 23), ((2026, 2, 14), (2026, 2, 28))),
    ("清明节", (2026, 4, 4), (2026, 4, 6), ()),
    ("劳动节", (2026, 5, 1), (2026, 5, 5), ((2026, 5, 9),)),
    ("端午节", (2026, 6, 19), (2026, 6, 21), ()),
    ("中秋节", (2026, 9, 25), (2026, 9, 27), ()),
    ("国庆节", (2026, 10, 1), (2026, 10, 7), ((2026, 9, 20), (2026, 10, 10))),
)


def upgrade() -> None:
    _widen_campaign()
    _create_plan()
    _create_evidence()
    _create_calendar()


def downgrade() -> None:
    for table in (
        "context_event",
        "calendar_day",
        "clash_note",
        "item_change",
        "owners_talk",
        "plan_task",
    ):
        op.drop_table(table)
    _narrow_campaign()


def _widen_campaign() -> None:
    allow("campaign", "state", _BEFORE, _AFTER, name=_STATE)
    for column in _INSTANTS:
        op.add_column("campaign", sa.Column(column, sa.DateTime(timezone=True)))
    for column in _NOTES:
        op.add_column(
            "campaign", sa.Column(column, sa.String(300), nullable=False, server_default="")
        )
    for column, target in _REFERENCES:
        # Alembic would add the reference by a second statement, which SQLite does not have.
        name = op.f(f"fk_campaign_{column}_{target}")
        op.execute(
            f"ALTER TABLE campaign ADD COLUMN {column} INTEGER "
            f"CONSTRAINT {name} REFERENCES {target} (id)"
        )


def _narrow_campaign() -> None:
    for column in (*(column for column, _ in _REFERENCES), *_NOTES, *_INSTANTS):
        op.drop_column("campaign", column)
    # What the older program knows: prepared or opened.
    op.execute("UPDATE campaign SET state = 'draft' WHERE state IN ('approved', 'locked')")
    op.execute("UPDATE campaign SET state = 'open' WHERE state = 'closed'")
    allow("campaign", "state", _AFTER, _BEFORE, name=_STATE)


def _create_plan() -> None:
    op.create_table(
        "plan_task",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("anchor", sa.String(24), nullable=False),
        sa.Column("offset_days", sa.SmallInteger(), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("is_moved", sa.Boolean(), nullable=False),
        sa.Column("owner", sa.String(24), nullable=False),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("done_at", sa.DateTime(timezone=True)),
        sa.Column("done_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_task")),
        points_to("plan_task", "campaign_id", "campaign"),
        points_to("plan_task", "staff_id", "staff"),
        points_to("plan_task", "done_by", "staff"),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_plan_task_campaign_id_key")),
        one_of("ck_plan_task_anchor", "anchor", "launch", "t0"),
        one_of("ck_plan_task_taskowner", "owner", "head_office", "office", "leader", "committee"),
        sa.CheckConstraint(
            "(done_at IS NULL) = (done_by IS NULL)", name=op.f("ck_plan_task_done_by_somebody")
        ),
    )
    op.create_table(
        "clash_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("seen_by", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clash_note")),
        points_to("clash_note", "campaign_id", "campaign"),
        points_to("clash_note", "seen_by", "staff"),
        sa.UniqueConstraint("campaign_id", "key", name=op.f("uq_clash_note_campaign_id_key")),
    )


def _create_evidence() -> None:
    op.create_table(
        "owners_talk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("form", sa.String(24), nullable=False),
        sa.Column("place", sa.String(80), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=False),
        sa.Column("minutes_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owners_talk")),
        points_to("owners_talk", "campaign_id", "campaign"),
        points_to("owners_talk", "recorded_by", "staff"),
        one_of("ck_owners_talk_talkform", "form", "interview", "group", "committee", "feedback"),
        sa.CheckConstraint("participants > 0", name=op.f("ck_owners_talk_somebody_came")),
    )
    op.create_index(op.f("ix_owners_talk_campaign_id"), "owners_talk", ["campaign_id"])
    op.create_table(
        "item_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("item", sa.String(64), nullable=False),
        sa.Column("fate", sa.String(24), nullable=False),
        sa.Column("why", sa.String(300), nullable=False),
        sa.Column("talk_id", sa.Integer()),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_change")),
        points_to("item_change", "campaign_id", "campaign"),
        points_to("item_change", "talk_id", "owners_talk"),
        points_to("item_change", "recorded_by", "staff"),
        one_of("ck_item_change_itemfate", "fate", "kept", "added", "reworded", "dropped"),
    )
    op.create_index(op.f("ix_item_change_campaign_id"), "item_change", ["campaign_id"])


def _create_calendar() -> None:
    days = op.create_table(
        "calendar_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_calendar_day")),
        one_of("ck_calendar_day_daykind", "kind", "holiday", "make_up"),
    )
    op.create_table(
        "context_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_context_event")),
        points_to("context_event", "community_id", "community"),
        points_to("context_event", "recorded_by", "staff"),
        one_of(
            "ck_context_event_eventkind",
            "kind",
            "handover",
            "fee_change",
            "incident",
            "holiday",
            "works",
        ),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_context_event_ends_after_start")),
    )
    op.create_index(op.f("ix_context_event_community_id"), "context_event", ["community_id"])
    op.bulk_insert(days, _days())


def _days() -> list[dict[str, object]]:
    """Return the rows of the announced holidays."""
    rows: list[dict[str, object]] = []
    for name, first, last, worked in _HOLIDAYS:
        day = date(*first)
        while day <= date(*last):
            rows.append({"day": day, "kind": "holiday", "name": name})
            day += timedelta(days=1)
        rows += [{"day": date(*one), "kind": "make_up", "name": name} for one in worked]
    return rows
