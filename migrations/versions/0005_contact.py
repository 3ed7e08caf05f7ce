"""Contact: outcome and events of each household, tallies of buildings and days."""

import json

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_OUTCOMES = (
    "no_contact",
    "not_at_home",
    "complete",
    "partial",
    "refused",
    "refused_for_good",
    "away",
    "language",
    "unable",
    "deceased",
    "moved",
    "looks_empty",
)
_OCCUPANCIES = ("unknown", "occupied", "vacant_seen")
_INSTANTS = ("delivered_at", "opened_at", "returned_at")
_COUNTS = (
    "members",
    "excluded",
    "returned",
    "partial",
    "delivered",
    "begun",
    "refused",
    "other",
    "unknown",
    "vacant",
)
# Bytes of an answer vector that mean "not asked" and "left blank", alone or marked.
_BLANK = tuple(bytes([kind + mark]) for mark in (0, 64, 128) for kind in (0, 50))


def upgrade() -> None:
    _widen_frame_member()
    _create_events()
    _create_tallies()
    _fill_frame_member()
    _fill_tallies()


def downgrade() -> None:
    op.drop_table("return_day")
    op.drop_table("tally")
    op.drop_table("contact_note")
    thaw("contact_event")
    op.drop_table("contact_event")
    op.drop_index(op.f("ix_frame_member_returned"), "frame_member")
    for column in (*reversed(_INSTANTS), "occupancy", "outcome"):
        op.drop_column("frame_member", column)


def _widen_frame_member() -> None:
    words = (
        ("outcome", "outcome", _OUTCOMES),
        ("occupancy", "occupancy", _OCCUPANCIES),
    )
    for column, name, values in words:
        # With its CHECK in one statement: SQLite cannot add a constraint to a table afterwards.
        listed = ", ".join(f"'{value}'" for value in values)
        op.execute(
            f"ALTER TABLE frame_member ADD COLUMN {column} VARCHAR(24) "
            f"DEFAULT '{values[0]}' NOT NULL "
            f"CONSTRAINT {op.f(f'ck_frame_member_{name}')} CHECK ({column} IN ({listed}))"
        )
    for column in _INSTANTS:
        op.add_column("frame_member", sa.Column(column, sa.DateTime(timezone=True)))
    op.create_index(
        op.f("ix_frame_member_returned"),
        "frame_member",
        ["campaign_id", "community_id", "returned_at"],
        sqlite_where=sa.text("returned_at IS NOT NULL"),
        postgresql_where=sa.text("returned_at IS NOT NULL"),
    )


def _create_events() -> None:
    op.create_table(
        "contact_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("channel", sa.String(24), nullable=False),
        sa.Column("outcome", sa.String(24)),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("run_id", sa.Integer()),
        sa.Column("key", sa.String(64)),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_event")),
        points_to("contact_event", "frame_member_id", "frame_member"),
        points_to("contact_event", "staff_id", "staff"),
        sa.UniqueConstraint("key", name=op.f("uq_contact_event_key")),
        one_of(
            "ck_contact_event_eventkind",
            "kind",
            "delivered",
            "undelivered",
            "notice",
            "reminder",
            "attempt",
            "note",
        ),
        one_of(
            "ck_contact_event_contactchannel",
            "channel",
            "letterbox",
            "hand",
            "post",
            "wechat",
            "sms",
            "email",
            "phone",
            "visit",
            "poster",
        ),
        one_of("ck_contact_event_outcome", "outcome", *_OUTCOMES),
    )
    op.create_index(op.f("ix_contact_event_member"), "contact_event", ["frame_member_id", "at"])
    freeze("contact_event")
    op.create_table(
        "contact_note",
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_contact_note")),
        points_to("contact_note", "event_id", "contact_event"),
    )


def _create_tallies() -> None:
    op.create_table(
        "tally",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _COUNTS),
        sa.PrimaryKeyConstraint("campaign_id", "community_id", "building", name=op.f("pk_tally")),
        points_to("tally", "campaign_id", "campaign"),
        points_to("tally", "community_id", "community"),
    )
    op.create_table(
        "return_day",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("returned", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "community_id", "day", name=op.f("pk_return_day")),
        points_to("return_day", "campaign_id", "campaign"),
        points_to("return_day", "community_id", "community"),
    )


def _fill_frame_member() -> None:
    """Work out what the answers and drafts there are say about their households."""
    op.execute(
        "UPDATE frame_member SET outcome = 'complete', occupancy = 'occupied', returned_at = ("
        "SELECT min(r.received_at) FROM response r WHERE r.frame_member_id = frame_member.id "
        "AND (r.is_counted OR r.origin = 'flushed')) "
        "WHERE id IN (SELECT frame_member_id FROM response WHERE is_counted)"
    )
    op.execute(
        "UPDATE frame_member SET outcome = 'partial' WHERE id IN ("
        "SELECT frame_member_id FROM response WHERE is_counted AND origin = 'flushed')"
    )
    _fill_partial()
    op.execute(
        "UPDATE frame_member SET opened_at = ("
        "SELECT min(coalesce(d.started_at, d.updated_at)) FROM draft d "
        "WHERE d.frame_member_id = frame_member.id) "
        "WHERE id IN (SELECT frame_member_id FROM draft)"
    )


def _fill_partial() -> None:
    """Find the counted answers that left a core item blank, by the bytes of their vectors."""
    member = sa.table("frame_member", sa.column("id"), sa.column("outcome"))
    response = sa.table(
        "response",
        sa.column("frame_member_id"),
        sa.column("is_counted", sa.Boolean),
        sa.column("instrument_digest"),
        sa.column("vector", sa.LargeBinary),
    )
    bind = op.get_bind()
    versions = bind.execute(sa.text("SELECT digest, canonical FROM instrument_version")).all()
    for digest, canonical in versions:
        blank = sa.or_(
            sa.false(),
            *(
                sa.func.substr(response.c.vector, 1 + at, 1).in_(_BLANK)
                for at in _core_positions(canonical)
            ),
        )
        partial = sa.select(response.c.frame_member_id).where(
            response.c.is_counted, response.c.instrument_digest == digest, blank
        )
        bind.execute(sa.update(member).where(member.c.id.in_(partial)).values(outcome="partial"))


def _core_positions(canonical: str) -> list[int]:
    """Return the bytes of a vector that hold the items a valid answer needs."""
    instrument = json.loads(canonical)
    sections = {one["id"]: one.get("items", []) for one in instrument.get("sections", [])}
    needed = {
        code for name, _ in instrument.get("valid_needs", []) for code in sections.get(name, [name])
    }
    stored = [
        item["code"]
        for item in instrument.get("items", [])
        if item["role"] not in ("comment", "contact")
    ]
    return [at for at, code in enumerate(stored) if code in needed]


def _fill_tallies() -> None:
    base = "e.frame_member_id IS NULL"
    silent = f"{base} AND m.returned_at IS NULL"
    conditions = (
        "e.frame_member_id IS NOT NULL",
        f"{base} AND m.returned_at IS NOT NULL",
        f"{base} AND m.returned_at IS NOT NULL AND m.outcome = 'partial'",
        f"{base} AND (m.delivered_at IS NOT NULL OR m.returned_at IS NOT NULL)",
        f"{silent} AND m.opened_at IS NOT NULL",
    )
    counts = ", ".join(f"count(CASE WHEN {condition} THEN 1 END)" for condition in conditions)
    joined = (
        "FROM frame_member m LEFT JOIN exclusion e "
        "ON e.frame_member_id = m.id AND e.approved_at IS NOT NULL"
    )
    op.execute(
        f"INSERT INTO tally (campaign_id, community_id, building, {', '.join(_COUNTS)}) "
        f"SELECT m.campaign_id, m.community_id, m.building, count(*), {counts}, 0, 0, 0, 0 "
        f"{joined} GROUP BY m.campaign_id, m.community_id, m.building"
    )
    day = "date(m.returned_at, '+8 hours')"
    if op.get_bind().dialect.name == "postgresql":
        day = "(m.returned_at AT TIME ZONE 'Asia/Shanghai')::date"
    op.execute(
        "INSERT INTO return_day (campaign_id, community_id, day, returned) "
        f"SELECT m.campaign_id, m.community_id, {day}, count(*) {joined} "
        f"WHERE m.returned_at IS NOT NULL AND {base} "
        f"GROUP BY m.campaign_id, m.community_id, {day}"
    )
