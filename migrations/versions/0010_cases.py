"""One case model for every source: states, people, events, contacts with keys."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, freeze, one_of, points_to, thaw

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_OUTCOMES = ("solved", "explained", "dated", "praise_passed", "unreachable", "declined")
_STAGES = (
    *("accepted", "verified", "in_work", "answered", "called_back", "reopened"),
    *("improved", "closed", "declined"),
)
_LIST = ["campaign_id", "community_id", "on_list", "state"]
_WIDE_LIST = [*_LIST, "is_no_reply", "contacts", "urgency", "start_by", "close_by", "id"]
_LOOSE = ("frame_member_id", "campaign_id")
_WORDS = {
    "source": ("survey", "complaint", "repair", "forum", "talk"),
    "urgency": ("ordinary", "safety", "praise_only"),
    "stage": _STAGES,
}
_RULES = {
    "source": (
        "survey_has_home",
        "source <> 'survey' OR (frame_member_id IS NOT NULL AND campaign_id IS NOT NULL)",
    ),
    "stage": (
        "stage_of_state",
        (
            "(state = 'closed') = (stage IN ('improved', 'closed')) "
            "AND (state = 'declined') = (stage = 'declined')"
        ),
    ),
}
_REFERENCES = (("household_id", "household"), ("responsible_id", "staff"), ("answered_by", "staff"))
_ATTEMPTS = ("no_answer", "busy", "wrong_number", "not_at_home", "come_again")


def upgrade() -> None:
    _widen_case()
    _move_cases_up()
    op.drop_index(op.f("ix_follow_up_list"), "follow_up")
    op.create_index(op.f("ix_follow_up_list"), "follow_up", _WIDE_LIST)
    triage = ["campaign_id", "triaged_at", "hint", "id"]
    op.create_index(op.f("ix_follow_up_triage"), "follow_up", triage)
    urgent = ["campaign_id", "urgency", "state", "id"]
    op.create_index(op.f("ix_follow_up_urgent"), "follow_up", urgent)
    responsible = ["responsible_id", "state", "id"]
    op.create_index(op.f("ix_follow_up_responsible"), "follow_up", responsible)
    op.create_index(op.f("ix_follow_up_household_id"), "follow_up", ["household_id"])
    _widen_contact()
    _create_events()
    _create_praise()
    _create_capacity()
    _create_sheets()


def downgrade() -> None:
    op.drop_table("case_sheet")
    op.drop_table("case_capacity")
    op.drop_table("praise")
    op.drop_table("contact_undo")
    op.drop_table("case_note")
    thaw("case_event")
    op.drop_table("case_event")
    _narrow_contact()
    for name in ("household_id", "responsible", "urgent", "triage", "list"):
        op.drop_index(op.f(f"ix_follow_up_{name}"), "follow_up")
    _narrow_case()
    op.create_index(op.f("ix_follow_up_list"), "follow_up", [*_LIST, "id"])


def _widen_case() -> None:
    for column in _LOOSE:
        _let_be_empty("follow_up", column)
    defaults = {"source": "survey", "urgency": "ordinary"}
    for column, default in defaults.items():
        _add_words(column, default)
    for column, target in _REFERENCES:
        # Alembic would add the reference by a second statement, which SQLite does not have.
        name = op.f(f"fk_follow_up_{column}_{target}")
        op.execute(
            f"ALTER TABLE follow_up ADD COLUMN {column} INTEGER "
            f"CONSTRAINT {name} REFERENCES {target} (id)"
        )
    for column, length in (("hint", 24), ("code", 48), ("department", 24)):
        op.add_column("follow_up", sa.Column(column, sa.String(length)))
    for column in ("triaged_at", "last_contact_at", "next_at", "read_to"):
        op.add_column("follow_up", sa.Column(column, _INSTANT))
    for column in ("start_by", "close_by"):
        op.add_column("follow_up", sa.Column(column, sa.Date()))
    op.add_column(
        "follow_up",
        sa.Column("is_no_reply", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "follow_up", sa.Column("contacts", sa.Integer(), nullable=False, server_default="0")
    )


def _move_cases_up() -> None:
    """Add what the new columns say of the cases there are."""
    # The rule about stage and state holds from the first row on, so the stage of a closed case
    # cannot be the default: the column comes without the rule, is filled, and gets it then.
    op.add_column(
        "follow_up", sa.Column("stage", sa.String(24), nullable=False, server_default="accepted")
    )
    op.execute("UPDATE follow_up SET stage = state WHERE state IN ('closed', 'declined')")
    _add_stage_rules()
    op.execute(
        "UPDATE follow_up SET household_id = (SELECT household_id FROM frame_member "
        "WHERE frame_member.id = follow_up.frame_member_id)"
    )
    op.execute(
        "UPDATE follow_up SET contacts = found.contacts, last_contact_at = found.last_at "
        "FROM (SELECT follow_up_id, count(*) AS contacts, max(at) AS last_at FROM contact_record "
        "GROUP BY follow_up_id) AS found WHERE found.follow_up_id = follow_up.id"
    )
    op.execute("UPDATE follow_up SET stage = 'in_work' WHERE state = 'open' AND contacts > 0")
    op.execute("UPDATE follow_up SET triaged_at = closed_at WHERE state <> 'open'")
    op.execute(
        "UPDATE follow_up SET is_no_reply = (1 = 1) WHERE state = 'declined' AND NOT EXISTS ("
        "SELECT 1 FROM response JOIN comment ON comment.response_id = response.id "
        "WHERE response.frame_member_id = follow_up.frame_member_id "
        "AND comment.wish <> 'no_reply')"
    )


def _add_stage_rules() -> None:
    listed = ", ".join(f"'{word}'" for word in _STAGES)
    words = f"CONSTRAINT ck_follow_up_stage CHECK (stage IN ({listed}))"
    name, rule = _RULES["stage"]
    whole = f"CONSTRAINT ck_follow_up_{name} CHECK ({rule})"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"ALTER TABLE follow_up ADD {words}")
        op.execute(f"ALTER TABLE follow_up ADD {whole}")
        return
    plain = "stage VARCHAR(24) DEFAULT 'accepted' NOT NULL"
    _rewrite("follow_up", plain, f"{plain} {words} {whole}")


def _add_words(column: str, default: str) -> None:
    listed = ", ".join(f"'{word}'" for word in _WORDS[column])
    name, rule = _RULES.get(column, ("", ""))
    further = f" CONSTRAINT ck_follow_up_{name} CHECK ({rule})" if name else ""
    op.execute(
        f"ALTER TABLE follow_up ADD COLUMN {column} VARCHAR(24) DEFAULT '{default}' NOT NULL "
        f"CONSTRAINT ck_follow_up_{column} CHECK ({column} IN ({listed})){further}"
    )


def _narrow_case() -> None:
    # A case without a home has no place in the old table.
    homeless = "SELECT id FROM follow_up WHERE frame_member_id IS NULL OR campaign_id IS NULL"
    op.execute(f"DELETE FROM contact_record WHERE follow_up_id IN ({homeless})")
    op.execute("DELETE FROM follow_up WHERE frame_member_id IS NULL OR campaign_id IS NULL")
    if op.get_bind().dialect.name == "postgresql":
        for name in ("survey_has_home", "stage_of_state"):
            op.execute(f"ALTER TABLE follow_up DROP CONSTRAINT ck_follow_up_{name}")
    for column in (
        *("contacts", "is_no_reply", "close_by", "start_by", "read_to", "next_at"),
        "last_contact_at",
        *("triaged_at", "department", "code", "hint", "answered_by", "responsible_id"),
        *("household_id", "stage", "urgency", "source"),
    ):
        op.drop_column("follow_up", column)
    for column in _LOOSE:
        _let_be_filled("follow_up", column)


def _widen_contact() -> None:
    more = (*_OUTCOMES[:4], "to_complaint", "to_repair", *_OUTCOMES[4:])
    allow("contact_record", "outcome", _OUTCOMES, more)
    op.add_column("contact_record", sa.Column("place", sa.String(16)))
    op.add_column("contact_record", sa.Column("next_time", sa.String(5)))
    listed = ", ".join(f"'{word}'" for word in _ATTEMPTS)
    op.execute(
        "ALTER TABLE contact_record ADD COLUMN attempt VARCHAR(24) "
        f"CONSTRAINT ck_contact_record_attempt CHECK (attempt IN ({listed}))"
    )
    op.add_column("contact_record", sa.Column("recorded_at", _INSTANT))
    op.add_column("contact_record", sa.Column("key", sa.String(64)))
    op.create_index(op.f("ix_contact_record_key"), "contact_record", ["key"], unique=True)


def _narrow_contact() -> None:
    op.drop_index(op.f("ix_contact_record_key"), "contact_record")
    for column in ("key", "recorded_at", "attempt", "next_time", "place"):
        op.drop_column("contact_record", column)
    op.execute(
        "UPDATE contact_record SET outcome = 'dated' WHERE outcome IN ('to_complaint', 'to_repair')"
    )
    more = (*_OUTCOMES[:4], "to_complaint", "to_repair", *_OUTCOMES[4:])
    allow("contact_record", "outcome", more, _OUTCOMES)


def _create_events() -> None:
    op.create_table(
        "case_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("stage", sa.String(24), nullable=False),
        sa.Column("to_staff_id", sa.Integer()),
        sa.Column("contact_id", sa.Integer()),
        sa.Column("detail", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_event")),
        points_to("case_event", "follow_up_id", "follow_up"),
        points_to("case_event", "staff_id", "staff"),
        points_to("case_event", "to_staff_id", "staff"),
        points_to("case_event", "contact_id", "contact_record"),
        one_of(
            "ck_case_event_caseeventkind",
            "kind",
            *("opened", "step", "contact", "undone", "triaged", "assigned", "handed_over"),
            *("source", "moved", "reopened"),
        ),
        one_of("ck_case_event_stage", "stage", *_STAGES),
    )
    op.create_index(op.f("ix_case_event_case"), "case_event", ["follow_up_id", "id"])
    freeze("case_event")
    op.create_table(
        "case_note",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_case_note")),
        points_to("case_note", "event_id", "case_event"),
    )
    op.create_table(
        "contact_undo",
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_contact_undo")),
        points_to("contact_undo", "contact_id", "contact_record"),
        points_to("contact_undo", "staff_id", "staff"),
    )


def _create_praise() -> None:
    op.create_table(
        "praise",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("name_sealed", sa.LargeBinary()),
        sa.Column("department", sa.String(24), nullable=False),
        sa.Column("said_at", _INSTANT, nullable=False),
        sa.Column("said_by", sa.Integer(), nullable=False),
        sa.Column("thanked_at", _INSTANT),
        sa.Column("thanked_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_praise")),
        points_to("praise", "follow_up_id", "follow_up"),
        points_to("praise", "campaign_id", "campaign"),
        points_to("praise", "community_id", "community"),
        points_to("praise", "staff_id", "staff"),
        points_to("praise", "said_by", "staff"),
        points_to("praise", "thanked_by", "staff"),
        sa.CheckConstraint(
            "(staff_id IS NULL) <> (name_sealed IS NULL)", name=op.f("ck_praise_one_name")
        ),
        sa.CheckConstraint(
            "(thanked_at IS NULL) = (thanked_by IS NULL)",
            name=op.f("ck_praise_thanked_by_somebody"),
        ),
    )
    op.create_index(op.f("ix_praise_staff"), "praise", ["staff_id", "id"])
    op.create_index(op.f("ix_praise_list"), "praise", ["campaign_id", "community_id", "id"])
    op.create_index(op.f("ix_praise_case"), "praise", ["follow_up_id"])


def _create_capacity() -> None:
    op.create_table(
        "case_capacity",
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("callers", sa.SmallInteger(), nullable=False),
        sa.Column("calls_a_day", sa.SmallInteger(), nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.Column("changed_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("community_id", name=op.f("pk_case_capacity")),
        points_to("case_capacity", "community_id", "community"),
        points_to("case_capacity", "changed_by", "staff"),
        sa.CheckConstraint("callers BETWEEN 1 AND 99", name=op.f("ck_case_capacity_callers_range")),
        sa.CheckConstraint(
            "calls_a_day BETWEEN 1 AND 200", name=op.f("ck_case_capacity_calls_range")
        ),
    )


def _create_sheets() -> None:
    op.create_table(
        "case_sheet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("case_id", sa.Integer()),
        sa.Column("filters", sa.String(500), nullable=False),
        sa.Column("language", sa.String(16), nullable=False),
        sa.Column("asked_by", sa.Integer(), nullable=False),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("homes", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64)),
        sa.Column("made_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_sheet")),
        points_to("case_sheet", "campaign_id", "campaign"),
        points_to("case_sheet", "community_id", "community"),
        points_to("case_sheet", "case_id", "follow_up"),
        points_to("case_sheet", "asked_by", "staff"),
        one_of("ck_case_sheet_sheetstate", "state", "waiting", "ready", "gone"),
    )
    op.create_index(op.f("ix_case_sheet_asked"), "case_sheet", ["asked_by", "id"])


def _let_be_empty(table: str, column: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, column, nullable=True)
        return
    _rewrite(table, f"{column} INTEGER NOT NULL", f"{column} INTEGER")


def _let_be_filled(table: str, column: str) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column(table, column, nullable=False)
        return
    _rewrite(table, f"{column} INTEGER", f"{column} INTEGER NOT NULL")


def _rewrite(table: str, before: str, after: str) -> None:
    """Change the rules of a column in the text SQLite keeps of a table; no row is touched.

    Like `migrations.steps.allow`: its manual names this way for rules that hold for every row.
    """
    bind = op.get_bind()
    schema = bind.exec_driver_sql("PRAGMA schema_version").scalar_one()
    bind.exec_driver_sql("PRAGMA writable_schema=ON")
    changed = bind.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :before, :after) "
            "WHERE type = 'table' AND name = :table AND instr(sql, :before) > 0"
        ),
        {"before": before, "after": after, "table": table},
    )
    bind.exec_driver_sql(f"PRAGMA schema_version={schema + 1}")
    bind.exec_driver_sql("PRAGMA writable_schema=OFF")
    if changed.rowcount != 1:
        raise LookupError(f"{table}: {before}")
