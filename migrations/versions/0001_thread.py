"""The thread: every table from the register to the reports, and the rows nobody may change."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Frozen stays frozen: rows of these tables are only ever added.
FROZEN = ("audit_entry", "instrument_version", "snapshot", "study_run")


def upgrade() -> None:
    _create_installation()
    _create_register()
    _create_staff()
    _create_jobs()
    _create_campaign()
    _create_response()
    _create_followup()
    _create_snapshot()
    _create_reports()
    for table in FROZEN:
        _freeze(table)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in FROZEN:
            op.execute(f"DROP TRIGGER {table}_frozen ON {table}")
            op.execute(f"DROP TRIGGER {table}_not_emptied ON {table}")
        op.execute("DROP FUNCTION refuse_change()")
    for table in (
        "report_file",
        "study_run",
        "snapshot",
        "visit",
        "contact_record",
        "follow_up",
        "draft",
        "comment",
        "response",
        "exclusion",
        "frame_member",
        "gate",
        "campaign",
        "instrument_version",
        "job",
        "audit_entry",
        "login_attempt",
        "staff_session",
        "staff_community",
        "staff",
        "person",
        "household",
        "building",
        "community",
        "installation",
    ):
        op.drop_table(table)


def _freeze(table: str) -> None:
    """Let the database itself refuse UPDATE and DELETE on this table."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} rows never change'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% rows never change', TG_TABLE_NAME; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_not_emptied BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def _one_of(name: str, column: str, *values: str) -> sa.CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return sa.CheckConstraint(f"{column} IN ({listed})", name=op.f(name))


def _create_register() -> None:
    op.create_table(
        "community",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("city", sa.String(40), nullable=False),
        sa.Column("office", sa.String(80), nullable=False),
        sa.Column("office_phone", sa.String(40), nullable=False),
        sa.Column("retired_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_community")),
        sa.UniqueConstraint("code", name=op.f("uq_community_code")),
    )
    op.create_table(
        "building",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("has_lift", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_building")),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_building_community_id_community")
        ),
        sa.UniqueConstraint("community_id", "code", name=op.f("uq_building_community_id_code")),
    )
    op.create_index(op.f("ix_building_community_id"), "building", ["community_id"])
    op.create_table(
        "household",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(32), nullable=False),
        sa.Column("building_id", sa.Integer(), nullable=False),
        sa.Column("room", sa.String(24), nullable=False),
        sa.Column("important", sa.String(24)),
        sa.Column("retired_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
        sa.ForeignKeyConstraint(
            ["building_id"], ["building.id"], name=op.f("fk_household_building_id_building")
        ),
        sa.UniqueConstraint("building_id", "room", name=op.f("uq_household_building_id_room")),
        sa.UniqueConstraint("uid", name=op.f("uq_household_uid")),
        _one_of(
            "ck_household_importantreason",
            "important",
            "committee",
            "representative",
            "opinion_leader",
            "several_units",
            "corporate",
            "repeat_complainant",
            "group_complaint",
            "loss_case",
        ),
    )
    op.create_index(op.f("ix_household_building_id"), "household", ["building_id"])
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary()),
        sa.Column("name_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("phone_hash", sa.LargeBinary(32)),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_person_household_id_household")
        ),
    )
    op.create_index(op.f("ix_person_household_id"), "person", ["household_id"])
    op.create_index(op.f("ix_person_name_hash"), "person", ["name_hash"])
    op.create_index(op.f("ix_person_phone_hash"), "person", ["phone_hash"])


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("login", sa.String(64), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("role", sa.String(24), nullable=False),
        sa.Column("all_communities", sa.Boolean(), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        _one_of(
            "ck_staff_role", "role", "head_office", "leader", "office", "steward", "clerk", "admin"
        ),
    )
    op.create_table(
        "staff_community",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", "community_id", name=op.f("pk_staff_community")),
        sa.ForeignKeyConstraint(
            ["community_id"],
            ["community.id"],
            name=op.f("fk_staff_community_community_id_community"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_community_staff_id_staff")
        ),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id_staff")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_index(op.f("ix_staff_session_staff_id"), "staff_session", ["staff_id"])
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index(op.f("ix_login_attempt_key_at"), "login_attempt", ["key", "at"])
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("action", sa.String(48), nullable=False),
        sa.Column("subject", sa.String(64), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("chain", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
        sa.UniqueConstraint("sequence", name=op.f("uq_audit_entry_sequence")),
    )
    op.create_index(op.f("ix_audit_entry_subject"), "audit_entry", ["subject"])


def _create_installation() -> None:
    op.create_table(
        "installation",
        sa.Column("name", sa.String(24), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_installation")),
    )


def _create_jobs() -> None:
    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(48), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("dedup_key", sa.String(120)),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("worker", sa.String(64)),
        sa.Column("done_steps", sa.Integer(), nullable=False),
        sa.Column("total_steps", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("dedup_key", name=op.f("uq_job_dedup_key")),
        _one_of("ck_job_jobstate", "state", "queued", "running", "done", "failed"),
    )
    op.create_index(op.f("ix_job_state_run_after"), "job", ["state", "run_after"])


def _create_campaign() -> None:
    op.create_table(
        "instrument_version",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("code", sa.String(48), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("canonical", sa.Text(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_instrument_version")),
        sa.UniqueConstraint("code", "version", name=op.f("uq_instrument_version_code_version")),
    )
    op.create_table(
        "campaign",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(16), nullable=False),
        sa.Column("title", sa.String(80), nullable=False),
        sa.Column("title_en", sa.String(80), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("required_permille", sa.Integer(), nullable=False),
        sa.Column("target", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaign")),
        sa.ForeignKeyConstraint(
            ["instrument_digest"],
            ["instrument_version.digest"],
            name=op.f("fk_campaign_instrument_digest_instrument_version"),
        ),
        sa.UniqueConstraint("code", name=op.f("uq_campaign_code")),
        _one_of("ck_campaign_campaignstate", "state", "draft", "open"),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_campaign_closes_after_opens")),
        sa.CheckConstraint(
            "required_permille BETWEEN 1 AND 1000", name=op.f("ck_campaign_permille_range")
        ),
    )
    op.create_table(
        "gate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("areas_offered", sa.SmallInteger(), nullable=False),
        sa.Column("waived_at", sa.DateTime(timezone=True)),
        sa.Column("waived_by", sa.Integer()),
        sa.Column("waiver_reason_sealed", sa.LargeBinary()),
        sa.Column("flushed_at", sa.DateTime(timezone=True)),
        sa.Column("frozen_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_gate_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_gate_community_id_community")
        ),
        sa.ForeignKeyConstraint(["waived_by"], ["staff.id"], name=op.f("fk_gate_waived_by_staff")),
        sa.UniqueConstraint(
            "campaign_id", "community_id", name=op.f("uq_gate_campaign_id_community_id")
        ),
        sa.CheckConstraint(
            "(waived_at IS NULL) = (waiver_reason_sealed IS NULL)",
            name=op.f("ck_gate_waiver_has_reason"),
        ),
    )
    op.create_index(op.f("ix_gate_campaign_id"), "gate", ["campaign_id"])
    op.create_index(op.f("ix_gate_community_id"), "gate", ["community_id"])
    op.create_table(
        "frame_member",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False),
        sa.Column("room", sa.String(24), nullable=False),
        sa.Column("has_lift", sa.Boolean(), nullable=False),
        sa.Column("important", sa.Boolean(), nullable=False),
        sa.Column("pseudonym", sa.String(32), nullable=False),
        sa.Column("replicate_group", sa.SmallInteger(), nullable=False),
        sa.Column("block", sa.SmallInteger(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frame_member")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_frame_member_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_frame_member_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_frame_member_household_id_household")
        ),
        sa.UniqueConstraint(
            "campaign_id", "household_id", name=op.f("uq_frame_member_campaign_id_household_id")
        ),
        sa.UniqueConstraint(
            "campaign_id", "pseudonym", name=op.f("uq_frame_member_campaign_id_pseudonym")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_frame_member_token_hash")),
    )
    op.create_index(
        op.f("ix_frame_member_campaign_community"), "frame_member", ["campaign_id", "community_id"]
    )
    op.create_index(op.f("ix_frame_member_household_id"), "frame_member", ["household_id"])
    op.create_table(
        "exclusion",
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer()),
        sa.Column("approved_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("frame_member_id", name=op.f("pk_exclusion")),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["staff.id"], name=op.f("fk_exclusion_approved_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["frame_member_id"],
            ["frame_member.id"],
            name=op.f("fk_exclusion_frame_member_id_frame_member"),
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["staff.id"], name=op.f("fk_exclusion_requested_by_staff")
        ),
        _one_of(
            "ck_exclusion_exclusioncode",
            "code",
            "vacant",
            "developer_held",
            "commercial",
            "demolished",
        ),
    )


def _create_response() -> None:
    op.create_table(
        "response",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(64), nullable=False),
        sa.Column("payload_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("origin", sa.String(24), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.Column("is_counted", sa.Boolean(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("receipt", sa.String(16), nullable=False),
        sa.Column("entered_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_response")),
        sa.ForeignKeyConstraint(
            ["entered_by"], ["staff.id"], name=op.f("fk_response_entered_by_staff")
        ),
        sa.ForeignKeyConstraint(
            ["frame_member_id"],
            ["frame_member.id"],
            name=op.f("fk_response_frame_member_id_frame_member"),
        ),
        sa.ForeignKeyConstraint(
            ["instrument_digest"],
            ["instrument_version.digest"],
            name=op.f("fk_response_instrument_digest_instrument_version"),
        ),
        sa.UniqueConstraint("idempotency_key", name=op.f("uq_response_idempotency_key")),
        sa.UniqueConstraint("receipt", name=op.f("uq_response_receipt")),
        _one_of("ck_response_channel", "channel", "phone", "paper"),
        _one_of("ck_response_origin", "origin", "submitted", "flushed"),
    )
    op.create_index(op.f("ix_response_member"), "response", ["frame_member_id"])
    op.create_index(
        op.f("uq_response_counted"),
        "response",
        ["frame_member_id"],
        unique=True,
        sqlite_where=sa.text("is_counted"),
        postgresql_where=sa.text("is_counted"),
    )
    op.create_table(
        "comment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("texts_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("contact_sealed", sa.LargeBinary()),
        sa.Column("wish", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
        sa.ForeignKeyConstraint(
            ["response_id"], ["response.id"], name=op.f("fk_comment_response_id_response")
        ),
        sa.UniqueConstraint("response_id", name=op.f("uq_comment_response_id")),
        _one_of("ck_comment_contactwish", "wish", "office_or_hq", "hq_only", "no_reply"),
    )
    op.create_table(
        "draft",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("device_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("answers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(8), nullable=False),
        sa.Column("form", sa.String(8), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
        sa.ForeignKeyConstraint(
            ["frame_member_id"],
            ["frame_member.id"],
            name=op.f("fk_draft_frame_member_id_frame_member"),
        ),
        sa.UniqueConstraint(
            "frame_member_id", "device_hash", name=op.f("uq_draft_frame_member_id_device_hash")
        ),
    )


def _create_followup() -> None:
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("on_list", sa.String(24), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_follow_up_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_follow_up_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["frame_member_id"],
            ["frame_member.id"],
            name=op.f("fk_follow_up_frame_member_id_frame_member"),
        ),
        sa.UniqueConstraint("frame_member_id", name=op.f("uq_follow_up_frame_member_id")),
        _one_of("ck_follow_up_caselist", "on_list", "community", "head_office"),
        _one_of("ck_follow_up_casestate", "state", "open", "closed", "declined"),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_follow_up_closed_has_time")
        ),
    )
    op.create_index(
        op.f("ix_follow_up_list"), "follow_up", ["campaign_id", "community_id", "on_list"]
    )
    op.create_table(
        "contact_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("follow_up_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("person_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("result_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("owner_view", sa.String(16)),
        sa.Column("next_on", sa.Date()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_record")),
        sa.ForeignKeyConstraint(
            ["follow_up_id"],
            ["follow_up.id"],
            name=op.f("fk_contact_record_follow_up_id_follow_up"),
        ),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_contact_record_staff_id_staff")
        ),
        _one_of(
            "ck_contact_record_outcome",
            "outcome",
            "solved",
            "explained",
            "dated",
            "praise_passed",
            "unreachable",
            "declined",
        ),
    )
    op.create_index(op.f("ix_contact_record_follow_up_id"), "contact_record", ["follow_up_id"])
    op.create_table(
        "visit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("planned_on", sa.Date(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("visited_on", sa.Date()),
        sa.Column("visited_by", sa.Integer()),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_visit")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_visit_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_visit_community_id_community")
        ),
        sa.ForeignKeyConstraint(
            ["frame_member_id"],
            ["frame_member.id"],
            name=op.f("fk_visit_frame_member_id_frame_member"),
        ),
        sa.ForeignKeyConstraint(
            ["visited_by"], ["staff.id"], name=op.f("fk_visit_visited_by_staff")
        ),
        sa.UniqueConstraint("frame_member_id", name=op.f("uq_visit_frame_member_id")),
        _one_of("ck_visit_visitstate", "state", "planned", "visited"),
    )
    op.create_index(op.f("ix_visit_campaign_id"), "visit", ["campaign_id"])
    op.create_index(op.f("ix_visit_community_id"), "visit", ["community_id"])


def _create_snapshot() -> None:
    op.create_table(
        "snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("replaces", sa.String(64)),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshot")),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_snapshot_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["community_id"], ["community.id"], name=op.f("fk_snapshot_community_id_community")
        ),
        sa.UniqueConstraint("digest", name=op.f("uq_snapshot_digest")),
    )
    op.create_index(
        op.f("uq_snapshot_community"),
        "snapshot",
        ["campaign_id", "community_id", "revision"],
        unique=True,
        sqlite_where=sa.text("community_id IS NOT NULL"),
        postgresql_where=sa.text("community_id IS NOT NULL"),
    )
    op.create_index(
        op.f("uq_snapshot_company"),
        "snapshot",
        ["campaign_id", "revision"],
        unique=True,
        sqlite_where=sa.text("community_id IS NULL"),
        postgresql_where=sa.text("community_id IS NULL"),
    )


def _create_reports() -> None:
    op.create_table(
        "study_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("snapshot_digest", sa.String(64), nullable=False),
        sa.Column("code_version", sa.String(64), nullable=False),
        sa.Column("plan_digest", sa.String(64), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_study_run")),
        sa.ForeignKeyConstraint(
            ["snapshot_digest"],
            ["snapshot.digest"],
            name=op.f("fk_study_run_snapshot_digest_snapshot"),
        ),
        sa.UniqueConstraint(
            "snapshot_digest",
            "code_version",
            "plan_digest",
            "seed",
            name=op.f("uq_study_run_snapshot_digest_code_version_plan_digest_seed"),
        ),
    )
    op.create_index(op.f("ix_study_run_snapshot_digest"), "study_run", ["snapshot_digest"])
    op.create_table(
        "report_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_run_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_file")),
        sa.ForeignKeyConstraint(
            ["study_run_id"], ["study_run.id"], name=op.f("fk_report_file_study_run_id_study_run")
        ),
        sa.UniqueConstraint("study_run_id", "kind", name=op.f("uq_report_file_study_run_id_kind")),
    )
