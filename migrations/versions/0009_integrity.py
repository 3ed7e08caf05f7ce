"""Integrity of collection: signals, scores, audit calls, decisions."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_INSTANT = sa.DateTime(timezone=True)
_FROZEN = ("integrity_finding", "integrity_decision")


def upgrade() -> None:
    _create_scores()
    _create_calls()
    _create_findings()
    _create_decisions()
    _create_effects()
    # Holds that follow from a decision about the answers, and are lifted by one.
    op.add_column(
        "gate_hold",
        sa.Column("is_of_check", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    for table in _FROZEN:
        freeze(table)


def downgrade() -> None:
    for table in _FROZEN:
        thaw(table)
    op.drop_column("gate_hold", "is_of_check")
    for table in (
        "frozen_print",
        "integrity_effect",
        "integrity_appeal",
        "integrity_decision",
        "integrity_finding",
        "audit_call",
        "audit_sample",
        "integrity_score",
        "integrity_measure",
    ):
        op.drop_table(table)


def _place() -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("community_id", sa.Integer(), nullable=False),
    )


def _pointers(table: str) -> tuple[sa.ForeignKeyConstraint, sa.ForeignKeyConstraint]:
    return (
        points_to(table, "campaign_id", "campaign"),
        points_to(table, "community_id", "community"),
    )


def _create_scores() -> None:
    op.create_table(
        "integrity_measure",
        *_place(),
        sa.Column("measured_at", _INSTANT, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("signals", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "community_id", name=op.f("pk_integrity_measure")),
        *_pointers("integrity_measure"),
    )
    op.create_table(
        "integrity_score",
        sa.Column("id", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("computed_at", _INSTANT, nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("is_high", sa.Boolean(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_score")),
        *_pointers("integrity_score"),
        sa.UniqueConstraint(
            "campaign_id",
            "community_id",
            "revision",
            name=op.f("uq_integrity_score_campaign_id_community_id_revision"),
        ),
    )


def _create_calls() -> None:
    op.create_table(
        "audit_sample",
        sa.Column("id", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("seed", sa.String(32), nullable=False),
        sa.Column("answers", sa.Integer(), nullable=False),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column("random_calls", sa.Integer(), nullable=False),
        sa.Column("drawn_at", _INSTANT, nullable=False),
        sa.Column("drawn_by", sa.Integer()),
        sa.Column("caller_id", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_sample")),
        *_pointers("audit_sample"),
        points_to("audit_sample", "drawn_by", "staff"),
        points_to("audit_sample", "caller_id", "staff"),
        sa.UniqueConstraint(
            "campaign_id", "community_id", name=op.f("uq_audit_sample_campaign_id_community_id")
        ),
        sa.CheckConstraint(
            "random_calls BETWEEN 0 AND calls", name=op.f("ck_audit_sample_random_part")
        ),
        sa.CheckConstraint("calls <= answers", name=op.f("ck_audit_sample_no_more_than_answers")),
    )
    op.create_index(op.f("ix_audit_sample_caller_id"), "audit_sample", ["caller_id"])
    op.create_table(
        "audit_call",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sample_id", sa.Integer(), nullable=False),
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.SmallInteger(), nullable=False),
        sa.Column("is_random", sa.Boolean(), nullable=False),
        sa.Column("items", sa.String(120), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("filler", sa.String(24)),
        sa.Column("matches", sa.SmallInteger()),
        sa.Column("compared", sa.SmallInteger()),
        sa.Column("called_by", sa.Integer()),
        sa.Column("called_at", _INSTANT),
        sa.Column("note_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_call")),
        points_to("audit_call", "sample_id", "audit_sample"),
        points_to("audit_call", "response_id", "response"),
        points_to("audit_call", "called_by", "staff"),
        sa.UniqueConstraint("sample_id", "place", name=op.f("uq_audit_call_sample_id_place")),
        sa.UniqueConstraint(
            "sample_id", "response_id", name=op.f("uq_audit_call_sample_id_response_id")
        ),
        one_of(
            "ck_audit_call_calloutcome",
            "outcome",
            *("waiting", "confirmed", "contradicted", "unsure", "unreached", "refused"),
        ),
        one_of(
            "ck_audit_call_filler",
            "filler",
            *("owner", "family", "helped", "staff", "nobody", "unsure"),
        ),
        sa.CheckConstraint(
            "(outcome = 'waiting') = (called_at IS NULL)",
            name=op.f("ck_audit_call_called_when_not_waiting"),
        ),
    )
    op.create_index(op.f("ix_audit_call_response_id"), "audit_call", ["response_id"])


def _create_findings() -> None:
    op.create_table(
        "integrity_finding",
        sa.Column("id", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("base", sa.Integer(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("recorded_at", _INSTANT, nullable=False),
        sa.Column("recorded_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_finding")),
        *_pointers("integrity_finding"),
        points_to("integrity_finding", "recorded_by", "staff"),
        one_of(
            "ck_integrity_finding_findingkind", "kind", "handwriting", "recall", "control_homes"
        ),
        sa.CheckConstraint(
            "count BETWEEN 0 AND base AND base > 0", name=op.f("ck_integrity_finding_count_in_base")
        ),
    )
    op.create_index(
        op.f("ix_integrity_finding_community_id"), "integrity_finding", ["community_id"]
    )


def _create_decisions() -> None:
    op.create_table(
        "integrity_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        *_place(),
        sa.Column("verdict", sa.String(24), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("voided", sa.Integer(), nullable=False),
        sa.Column("resurvey_on", sa.Date()),
        sa.Column("decided_at", _INSTANT, nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_decision")),
        *_pointers("integrity_decision"),
        points_to("integrity_decision", "decided_by", "staff"),
        one_of("ck_integrity_decision_verdict", "verdict", "accept", "void", "hold", "annul"),
        sa.CheckConstraint(
            "(verdict = 'annul') = (resurvey_on IS NOT NULL)",
            name=op.f("ck_integrity_decision_resurvey_when_annulled"),
        ),
    )
    op.create_index(
        op.f("ix_integrity_decision_community_id"), "integrity_decision", ["community_id"]
    )
    op.create_table(
        "integrity_appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("made_by", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(24)),
        sa.Column("answer_sealed", sa.LargeBinary()),
        sa.Column("answered_at", _INSTANT),
        sa.Column("answered_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_integrity_appeal")),
        points_to("integrity_appeal", "decision_id", "integrity_decision"),
        points_to("integrity_appeal", "made_by", "staff"),
        points_to("integrity_appeal", "answered_by", "staff"),
        sa.UniqueConstraint("decision_id", name=op.f("uq_integrity_appeal_decision_id")),
        one_of("ck_integrity_appeal_appealoutcome", "outcome", "upheld", "changed"),
        sa.CheckConstraint(
            "(answered_at IS NULL) = (answered_by IS NULL) "
            "AND (answered_at IS NULL) = (answer_sealed IS NULL) "
            "AND (answered_at IS NULL) = (outcome IS NULL)",
            name=op.f("ck_integrity_appeal_answered_whole"),
        ),
    )


def _create_effects() -> None:
    figures = ("index", "index_low", "index_high")
    without = ("index_without", "index_without_low", "index_without_high")
    op.create_table(
        "integrity_effect",
        *_place(),
        sa.Column("computed_at", _INSTANT, nullable=False),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("base", "answers", "flagged", "contradicted", "answers_without")
        ),
        *(sa.Column(name, sa.Double()) for name in (*figures, *without)),
        sa.PrimaryKeyConstraint("campaign_id", "community_id", name=op.f("pk_integrity_effect")),
        *_pointers("integrity_effect"),
    )
    op.create_table(
        "frozen_print",
        *_place(),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("snapshot_digest", sa.String(64), nullable=False),
        sa.Column("prints", sa.Text(), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint(
            "campaign_id", "community_id", "revision", name=op.f("pk_frozen_print")
        ),
        *_pointers("frozen_print"),
    )
