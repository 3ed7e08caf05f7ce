"""Scanned pages, what was read, and what a person decided."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import one_of, points_to

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_ACCEPTED = ("accepted", "duplicate")
_BLANK = ("blank", "void")
_QUEUED = (
    *("partner", "doubtful", "comment", "no_code"),
    *("forged", "foreign", "conflict", "weak"),
)
_TRAYS = (*_ACCEPTED, *_BLANK, *_QUEUED)
_VERDICTS = ("chosen", "confirmed", "blank", "unreadable", "words", "no_words")


def upgrade() -> None:
    _create_batches()
    _create_pages()
    _create_decisions()
    _create_sheets()
    if op.get_bind().dialect.name == "sqlite":
        _count_on_sqlite()
    else:
        _count_on_postgresql()


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute("DROP TRIGGER scan_page_counted ON scan_page")
        op.execute("DROP TRIGGER scan_page_kept ON scan_page")
        op.execute("DROP FUNCTION count_scan_page()")
        op.execute("DROP FUNCTION keep_scan_page()")
    for table in ("scan_check", "scan_sheet", "scan_move", "scan_decision", "scan_image"):
        op.drop_table(table)
    for name in ("kept", "placed", "counted", "moved"):
        if not postgresql:
            op.execute(f"DROP TRIGGER scan_page_{name}")
    for table in ("scan_page", "scan_file", "scan_batch_event", "scan_batch"):
        op.drop_table(table)


def _create_batches() -> None:
    counts = (
        sa.Column(name, sa.Integer(), nullable=False, server_default="0")
        for name in ("pages", "accepted", "queued", "blank")
    )
    op.create_table(
        "scan_batch",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("building", sa.String(16), nullable=False, server_default=""),
        sa.Column("bundle", sa.String(40), nullable=False, server_default=""),
        sa.Column("sheets_counted", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("opened_by", sa.Integer(), nullable=False),
        sa.Column("opened_at", _INSTANT, nullable=False),
        sa.Column("closed_by", sa.Integer()),
        sa.Column("closed_at", _INSTANT),
        *counts,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_batch")),
        points_to("scan_batch", "campaign_id", "campaign"),
        points_to("scan_batch", "community_id", "community"),
        points_to("scan_batch", "opened_by", "staff"),
        points_to("scan_batch", "closed_by", "staff"),
        one_of("ck_scan_batch_batchstate", "state", "open", "closed"),
        sa.CheckConstraint(
            "pages = accepted + queued + blank", name=op.f("ck_scan_batch_nothing_lost")
        ),
        sa.CheckConstraint(
            "state = 'open' OR queued = 0", name=op.f("ck_scan_batch_closed_has_no_queue")
        ),
        sa.CheckConstraint(
            "(state = 'open') = (closed_at IS NULL)", name=op.f("ck_scan_batch_closed_has_end")
        ),
        sa.CheckConstraint(
            "sheets_counted BETWEEN 1 AND 5000", name=op.f("ck_scan_batch_sheets_range")
        ),
    )
    op.create_index(
        op.f("ix_scan_batch_place"), "scan_batch", ["campaign_id", "community_id", "state"]
    )
    op.create_table(
        "scan_batch_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_batch_event")),
        points_to("scan_batch_event", "batch_id", "scan_batch"),
        points_to("scan_batch_event", "staff_id", "staff"),
        one_of("ck_scan_batch_event_batcheventkind", "kind", "closed", "reopened"),
    )
    op.create_index(op.f("ix_scan_batch_event_batch_id"), "scan_batch_event", ["batch_id"])
    op.create_table(
        "scan_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("stored_as", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("problem", sa.String(24), nullable=False, server_default=""),
        sa.Column("pages", sa.Integer()),
        sa.Column("uploaded_by", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_file")),
        points_to("scan_file", "batch_id", "scan_batch"),
        points_to("scan_file", "uploaded_by", "staff"),
        sa.UniqueConstraint("batch_id", "digest", name=op.f("uq_scan_file_batch_id_digest")),
        sa.UniqueConstraint("stored_as", name=op.f("uq_scan_file_stored_as")),
        one_of("ck_scan_file_scanfilestate", "state", "waiting", "read", "refused"),
    )


def _create_pages() -> None:
    op.create_table(
        "scan_page",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("tray", sa.String(24), nullable=False),
        sa.Column("problem", sa.String(24), nullable=False, server_default=""),
        sa.Column("sheet_id", sa.Integer()),
        sa.Column("frame_member_id", sa.Integer()),
        sa.Column("page", sa.SmallInteger()),
        sa.Column("slot", sa.String(32)),
        sa.Column("reading_sealed", sa.LargeBinary()),
        sa.Column("darkness", sa.Float()),
        sa.Column("stroke", sa.Float()),
        sa.Column("slant", sa.Float()),
        sa.Column("taken_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_page")),
        points_to("scan_page", "batch_id", "scan_batch"),
        points_to("scan_page", "file_id", "scan_file"),
        points_to("scan_page", "sheet_id", "paper_sheet"),
        points_to("scan_page", "frame_member_id", "frame_member"),
        sa.UniqueConstraint("file_id", "number", name=op.f("uq_scan_page_file_id_number")),
        sa.UniqueConstraint("slot", name=op.f("uq_scan_page_slot")),
        one_of("ck_scan_page_tray", "tray", *_TRAYS),
    )
    op.create_index(op.f("ix_scan_page_batch_tray"), "scan_page", ["batch_id", "tray"])
    op.create_index(op.f("ix_scan_page_sheet_id"), "scan_page", ["sheet_id"])
    op.create_index(op.f("ix_scan_page_frame_member_id"), "scan_page", ["frame_member_id"])
    op.create_table(
        "scan_image",
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_scan_image")),
        points_to("scan_image", "page_id", "scan_page"),
    )


def _create_decisions() -> None:
    op.create_table(
        "scan_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(80), nullable=False),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("values_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_decision")),
        points_to("scan_decision", "page_id", "scan_page"),
        points_to("scan_decision", "staff_id", "staff"),
        one_of("ck_scan_decision_verdict", "verdict", *_VERDICTS),
    )
    op.create_index(op.f("ix_scan_decision_page_id"), "scan_decision", ["page_id"])
    op.create_table(
        "scan_move",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("page_id", sa.Integer(), nullable=False),
        sa.Column("was", sa.String(24), nullable=False),
        sa.Column("tray", sa.String(24), nullable=False),
        sa.Column("staff_id", sa.Integer()),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.Column("at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scan_move")),
        points_to("scan_move", "page_id", "scan_page"),
        points_to("scan_move", "staff_id", "staff"),
        one_of("ck_scan_move_tray", "tray", *_TRAYS),
    )
    op.create_index(op.f("ix_scan_move_page_id"), "scan_move", ["page_id"])


def _create_sheets() -> None:
    op.create_table(
        "scan_sheet",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer()),
        sa.Column("round", sa.SmallInteger(), nullable=False),
        sa.Column("is_short", sa.Boolean(), nullable=False),
        sa.Column("helped", sa.String(16)),
        sa.Column("seen_by", sa.Integer()),
        sa.Column("seen_at", _INSTANT),
        sa.Column("seen_note_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("sheet_id", name=op.f("pk_scan_sheet")),
        points_to("scan_sheet", "sheet_id", "paper_sheet"),
        points_to("scan_sheet", "frame_member_id", "frame_member"),
        points_to("scan_sheet", "campaign_id", "campaign"),
        points_to("scan_sheet", "community_id", "community"),
        points_to("scan_sheet", "batch_id", "scan_batch"),
        points_to("scan_sheet", "response_id", "response"),
        points_to("scan_sheet", "seen_by", "staff"),
        sa.UniqueConstraint("response_id", name=op.f("uq_scan_sheet_response_id")),
    )
    op.create_index(op.f("ix_scan_sheet_place"), "scan_sheet", ["campaign_id", "community_id"])
    op.create_index(op.f("ix_scan_sheet_frame_member_id"), "scan_sheet", ["frame_member_id"])
    op.create_index(op.f("ix_scan_sheet_batch_id"), "scan_sheet", ["batch_id"])
    counts = (
        sa.Column(name, sa.SmallInteger(), nullable=False, server_default="0")
        for name in ("reader_fields", "reader_wrong", "clerk_fields", "clerk_wrong")
    )
    op.create_table(
        "scan_check",
        sa.Column("sheet_id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("drawn_at", _INSTANT, nullable=False),
        sa.Column("keyed_by", sa.Integer()),
        sa.Column("keyed_at", _INSTANT),
        *counts,
        sa.Column("differing_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("sheet_id", name=op.f("pk_scan_check")),
        sa.ForeignKeyConstraint(
            ["sheet_id"], ["scan_sheet.sheet_id"], name=op.f("fk_scan_check_sheet_id_scan_sheet")
        ),
        points_to("scan_check", "frame_member_id", "frame_member"),
        points_to("scan_check", "campaign_id", "campaign"),
        points_to("scan_check", "community_id", "community"),
        points_to("scan_check", "keyed_by", "staff"),
        sa.CheckConstraint(
            "(keyed_at IS NULL) = (keyed_by IS NULL)", name=op.f("ck_scan_check_keyed_is_whole")
        ),
        sa.CheckConstraint(
            "reader_wrong <= reader_fields AND clerk_wrong <= clerk_fields",
            name=op.f("ck_scan_check_wrong_within"),
        ),
    )
    op.create_index(op.f("ix_scan_check_open"), "scan_check", ["community_id", "keyed_at"])
    op.create_index(op.f("ix_scan_check_campaign_id"), "scan_check", ["campaign_id"])


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _sums(row: str, sign: str, cast: str = "") -> str:
    """Return the assignments that move the counts of a batch by one page."""
    parts = [f"pages = pages {sign} 1"]
    for name, words in (("accepted", _ACCEPTED), ("queued", _QUEUED), ("blank", _BLANK)):
        parts.append(f"{name} = {name} {sign} ({row}.tray IN ({_listed(words)})){cast}")
    return ", ".join(parts)


def _change(cast: str = "") -> str:
    parts = []
    for name, words in (("accepted", _ACCEPTED), ("queued", _QUEUED), ("blank", _BLANK)):
        new, old = (f"({row}.tray IN ({_listed(words)})){cast}" for row in ("NEW", "OLD"))
        parts.append(f"{name} = {name} + {new} - {old}")
    return ", ".join(parts)


def _count_on_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER scan_page_counted AFTER INSERT ON scan_page BEGIN "
        f"UPDATE scan_batch SET {_sums('NEW', '+')} WHERE id = NEW.batch_id; END"
    )
    op.execute(
        "CREATE TRIGGER scan_page_moved AFTER UPDATE OF tray ON scan_page BEGIN "
        f"UPDATE scan_batch SET {_change()} WHERE id = NEW.batch_id; END"
    )
    op.execute(
        "CREATE TRIGGER scan_page_placed BEFORE UPDATE OF batch_id, file_id, number ON scan_page "
        "BEGIN SELECT RAISE(ABORT, 'a scanned page stays in its batch'); END"
    )
    op.execute(
        "CREATE TRIGGER scan_page_kept BEFORE DELETE ON scan_page "
        "BEGIN SELECT RAISE(ABORT, 'a scanned page is never deleted'); END"
    )


def _count_on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION count_scan_page() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'INSERT' THEN "
        f"UPDATE scan_batch SET {_sums('NEW', '+', '::int')} WHERE id = NEW.batch_id; "
        "ELSE "
        f"UPDATE scan_batch SET {_change('::int')} WHERE id = NEW.batch_id; "
        "END IF; RETURN NULL; END $$"
    )
    op.execute(
        "CREATE TRIGGER scan_page_counted AFTER INSERT OR UPDATE OF tray ON scan_page "
        "FOR EACH ROW EXECUTE FUNCTION count_scan_page()"
    )
    op.execute(
        "CREATE FUNCTION keep_scan_page() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'a scanned page stays in its batch'; END $$"
    )
    op.execute(
        "CREATE TRIGGER scan_page_kept "
        "BEFORE DELETE OR UPDATE OF batch_id, file_id, number ON scan_page "
        "FOR EACH ROW EXECUTE FUNCTION keep_scan_page()"
    )
