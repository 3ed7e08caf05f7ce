"""Calling back: weeks drawn, draws, calls and their tries, links, answers, what they set going."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, freeze, one_of, points_to, thaw

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_PAPERS = ("briefing", "route", "record", "minutes")
_KINDS = ("repair", "complaint")
_TABLES = (
    "call_back_effect",
    "call_back_answer",
    "call_back_link",
    "call_back_try",
    "call_back",
    "call_back_draw",
    "call_back_week",
)


def upgrade() -> None:
    _create_draws()
    _create_calls()
    _create_links()
    _create_answers()
    freeze("call_back_try")
    allow("paper", "kind", _PAPERS, (*_PAPERS, "call_backs"), name="paperkind")


def downgrade() -> None:
    op.execute("DELETE FROM paper WHERE kind = 'call_backs'")
    allow("paper", "kind", (*_PAPERS, "call_backs"), _PAPERS, name="paperkind")
    thaw("call_back_try")
    for table in _TABLES:
        op.drop_table(table)


def _create_draws() -> None:
    op.create_table(
        "call_back_week",
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("drawn_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("monday", name=op.f("pk_call_back_week")),
    )
    op.create_table(
        "call_back_draw",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("monday", sa.Date(), nullable=False),
        sa.Column("order_ids", sa.Text(), nullable=False),
        sa.Column("orders", sa.Integer(), nullable=False),
        sa.Column("drawn", sa.Integer(), nullable=False),
        sa.Column("commitment", sa.String(64), nullable=False),
        sa.Column("seed_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("seed", sa.String(64), nullable=True),
        sa.Column("drawn_at", _INSTANT, nullable=False),
        sa.Column("finished_at", _INSTANT, nullable=True),
        sa.CheckConstraint(
            "(seed IS NULL) = (finished_at IS NULL)",
            name=op.f("ck_call_back_draw_revealed_when_finished"),
        ),
        sa.CheckConstraint("drawn = (orders + 4) / 5", name=op.f("ck_call_back_draw_a_fifth")),
        points_to("call_back_draw", "community_id", "community"),
        sa.UniqueConstraint(
            "community_id", "monday", name=op.f("uq_call_back_draw_community_id_monday")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_draw")),
    )
    op.create_index("ix_call_back_draw_week", "call_back_draw", ["monday", "community_id"])
    _index_where("ix_call_back_draw_open", "call_back_draw", ["id"], "finished_at IS NULL")


def _create_calls() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        sa.Column("draw_id", sa.Integer(), nullable=True),
        *_subject(),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("not_before", _INSTANT, nullable=True),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("unanswered", sa.SmallInteger(), nullable=False),
        sa.Column("unanswered_days", sa.SmallInteger(), nullable=False),
        sa.Column("was_reached", sa.Boolean(), nullable=False),
        sa.Column("last_try_at", _INSTANT, nullable=True),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT, nullable=True),
        sa.Column("draft", sa.Text(), nullable=True),
        sa.Column("draft_sealed", sa.LargeBinary(), nullable=True),
        one_of("ck_call_back_callkind", "kind", *_KINDS),
        one_of(
            "ck_call_back_callstate",
            "state",
            *("waiting", "done", "refused", "wrong_number", "language", "unreached"),
            *("linked", "lapsed"),
        ),
        sa.CheckConstraint(
            "(order_id IS NULL) = (draw_id IS NULL)", name=op.f("ck_call_back_drawn_repair")
        ),
        sa.CheckConstraint(
            "(state = 'waiting') = (ended_at IS NULL)", name=op.f("ck_call_back_ended_has_time")
        ),
        points_to("call_back", "draw_id", "call_back_draw"),
        *_references("call_back"),
        sa.UniqueConstraint("order_id", name=op.f("uq_call_back_order_id")),
        sa.UniqueConstraint("complaint_id", "round", name=op.f("uq_call_back_complaint_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    op.create_index("ix_call_back_list", "call_back", ["state", "kind", "due_on", "id"])
    op.create_index("ix_call_back_month", "call_back", ["month", "kind", "community_id", "state"])
    op.create_index("ix_call_back_draw_id", "call_back", ["draw_id"])
    op.create_table(
        "call_back_try",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("call_id", sa.Integer(), nullable=False),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(24), nullable=False),
        sa.Column("key", sa.String(64), nullable=False),
        one_of(
            "ck_call_back_try_callresult",
            "result",
            *("completed", "no_answer", "wrong_number", "refused", "later", "language"),
        ),
        points_to("call_back_try", "call_id", "call_back"),
        points_to("call_back_try", "staff_id", "staff"),
        sa.UniqueConstraint("key", name=op.f("uq_call_back_try_key")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_try")),
    )
    op.create_index("ix_call_back_try_call", "call_back_try", ["call_id", "id"])


def _create_links() -> None:
    op.create_table(
        "call_back_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        *_subject(),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("state", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(24), nullable=True),
        sa.Column("channel", sa.String(12), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("moved_at", _INSTANT, nullable=False),
        sa.Column("receipt", sa.String(64), nullable=True),
        one_of("ck_call_back_link_callkind", "kind", *_KINDS),
        one_of(
            "ck_call_back_link_linkstate",
            "state",
            *("planned", "sending", "sent", "filed", "failed", "skipped"),
        ),
        *_references("call_back_link"),
        sa.UniqueConstraint("order_id", name=op.f("uq_call_back_link_order_id")),
        sa.UniqueConstraint(
            "complaint_id", "round", name=op.f("uq_call_back_link_complaint_id_round")
        ),
        sa.UniqueConstraint("token_hash", name=op.f("uq_call_back_link_token_hash")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_link")),
    )
    op.create_index("ix_call_back_link_state", "call_back_link", ["state", "id"])
    op.create_index(
        "ix_call_back_link_month", "call_back_link", ["month", "kind", "community_id", "state"]
    )


def _create_answers() -> None:
    op.create_table(
        "call_back_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
        *_subject(),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("way", sa.String(24), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        sa.Column("instrument_digest", sa.String(64), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("words_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_satisfied", sa.Boolean(), nullable=True),
        sa.Column("is_first", sa.Boolean(), nullable=False),
        sa.Column("settled_at", _INSTANT, nullable=True),
        one_of("ck_call_back_answer_callkind", "kind", *_KINDS),
        one_of("ck_call_back_answer_way", "way", "phone", "link"),
        sa.CheckConstraint(
            "(way = 'phone') = (staff_id IS NOT NULL)",
            name=op.f("ck_call_back_answer_caller_of_a_call"),
        ),
        points_to("call_back_answer", "staff_id", "staff"),
        sa.ForeignKeyConstraint(
            ["instrument_digest"],
            ["instrument_version.digest"],
            name=op.f("fk_call_back_answer_instrument_digest_instrument_version"),
        ),
        *_references("call_back_answer"),
        sa.UniqueConstraint("order_id", "way", name=op.f("uq_call_back_answer_order_id_way")),
        sa.UniqueConstraint(
            "complaint_id",
            "round",
            "way",
            name=op.f("uq_call_back_answer_complaint_id_round_way"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_answer")),
    )
    answer = "call_back_answer"
    _index_where(
        "ix_call_back_answer_first_order",
        answer,
        ["order_id"],
        "is_first AND order_id IS NOT NULL",
        unique=True,
    )
    _index_where(
        "ix_call_back_answer_first_complaint",
        answer,
        ["complaint_id", "round"],
        "is_first AND complaint_id IS NOT NULL",
        unique=True,
    )
    op.create_index("ix_call_back_answer_month", answer, ["month", "kind", "community_id", "way"])
    _index_where("ix_call_back_answer_unsettled", answer, ["id"], "settled_at IS NULL")
    op.create_table(
        "call_back_effect",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("answer_id", sa.Integer(), nullable=False),
        *_subject(),
        sa.Column("effect", sa.String(24), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("at", _INSTANT, nullable=False),
        points_to("call_back_effect", "answer_id", "call_back_answer"),
        points_to("call_back_effect", "case_id", "follow_up"),
        *_references("call_back_effect", has_community=False),
        sa.UniqueConstraint("order_id", "effect", name=op.f("uq_call_back_effect_order_id_effect")),
        sa.UniqueConstraint(
            "complaint_id",
            "round",
            "effect",
            name=op.f("uq_call_back_effect_complaint_id_round_effect"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back_effect")),
    )
    op.create_index("ix_call_back_effect_answer", "call_back_effect", ["answer_id"])


def _subject() -> tuple[sa.Column[int], ...]:
    return (
        sa.Column("order_id", sa.Integer(), nullable=True),
        sa.Column("complaint_id", sa.Integer(), nullable=True),
        sa.Column("round", sa.SmallInteger(), nullable=False),
    )


def _references(table: str, *, has_community: bool = True) -> list[sa.Constraint]:
    found: list[sa.Constraint] = [
        points_to(table, "order_id", "repair_order"),
        sa.ForeignKeyConstraint(
            ["complaint_id"],
            ["complaint.follow_up_id"],
            name=op.f(f"fk_{table}_complaint_id_complaint"),
        ),
        sa.CheckConstraint(
            "(order_id IS NULL) <> (complaint_id IS NULL)", name=op.f(f"ck_{table}_one_subject")
        ),
    ]
    if has_community:
        found.append(points_to(table, "community_id", "community"))
    return found


def _index_where(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )
