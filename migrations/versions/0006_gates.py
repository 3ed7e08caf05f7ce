"""Gates: holds, voids, longer collecting, changes of the rate asked for, the work after T0."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from migrations.steps import freeze, one_of, points_to, thaw

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_GATE_FACTS = ("t0", "held_at", "stale_at")
_GATE_NAMES = (("name", 80), ("office", 80), ("region_code", 32), ("region", 80))
_LIST = ["campaign_id", "community_id", "on_list"]


def upgrade() -> None:
    for column in _GATE_FACTS:
        op.add_column("gate", _instant(column))
    for name, length in _GATE_NAMES:
        op.add_column("gate", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    _keep_t0()
    _keep_names()
    _create_hold()
    _create_extension()
    _create_required_change()
    _create_work_package()
    op.add_column("response", _instant("voided_at"))
    _create_void()
    _index_work([*_LIST, "state", "id"])
    op.create_index(op.f("ix_exclusion_approved_at"), "exclusion", ["approved_at"])
    _create_ended_exclusion()


def downgrade() -> None:
    thaw("ended_exclusion")
    op.drop_table("ended_exclusion")
    op.drop_index(op.f("ix_exclusion_approved_at"), "exclusion")
    _index_work(_LIST)
    op.drop_table("response_void")
    op.drop_column("response", "voided_at")
    op.drop_table("work_package")
    for table in ("required_change", "gate_extension"):
        thaw(table)
        op.drop_table(table)
    op.drop_table("gate_hold")
    for name, _length in reversed(_GATE_NAMES):
        op.drop_column("gate", name)
    for column in reversed(_GATE_FACTS):
        op.drop_column("gate", column)


def _instant(name: str, *, nullable: bool = True) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _index_work(columns: list[str]) -> None:
    """Let the index of the lists of cases hold these columns."""
    op.drop_index(op.f("ix_follow_up_list"), "follow_up")
    op.create_index(op.f("ix_follow_up_list"), "follow_up", columns)


def _keep_t0() -> None:
    """Write down the T0 of what was frozen before this step: its first manifest says it."""
    bind = op.get_bind()
    gate = sa.table(
        "gate",
        sa.column("campaign_id", sa.Integer),
        sa.column("community_id", sa.Integer),
        _instant("t0"),
    )
    rows = bind.execute(
        sa.text(
            "SELECT campaign_id, community_id, manifest FROM snapshot "
            "WHERE revision = 1 AND community_id IS NOT NULL"
        )
    ).all()
    for campaign_id, community_id, manifest in rows:
        said = json.loads(manifest).get("t0")
        if said is None:
            continue
        t0 = datetime.fromisoformat(said).astimezone(UTC)
        bind.execute(
            sa.update(gate)
            .where(gate.c.campaign_id == campaign_id, gate.c.community_id == community_id)
            .values(t0=t0.replace(tzinfo=None) if bind.dialect.name == "sqlite" else t0)
        )


def _keep_names() -> None:
    """Write down what the communities are called now: nothing older is known of the opening."""
    op.execute(
        "UPDATE gate SET "
        "name = (SELECT c.name FROM community c WHERE c.id = gate.community_id), "
        "office = (SELECT c.office FROM community c WHERE c.id = gate.community_id), "
        "region_code = coalesce((SELECT r.code FROM community c "
        "JOIN region r ON r.id = c.region_id WHERE c.id = gate.community_id), ''), "
        "region = coalesce((SELECT r.name FROM community c "
        "JOIN region r ON r.id = c.region_id WHERE c.id = gate.community_id), '')"
    )


def _create_ended_exclusion() -> None:
    op.create_table(
        "ended_exclusion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("frame_member_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(24), nullable=False),
        sa.Column("evidence_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("requested_by", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.Integer()),
        _instant("approved_at"),
        sa.Column("ending", sa.String(24), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        _instant("ended_at", nullable=False),
        sa.Column("ended_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_exclusion")),
        points_to("ended_exclusion", "frame_member_id", "frame_member"),
        points_to("ended_exclusion", "requested_by", "staff"),
        points_to("ended_exclusion", "approved_by", "staff"),
        points_to("ended_exclusion", "ended_by", "staff"),
        one_of(
            "ck_ended_exclusion_exclusioncode",
            "code",
            "vacant",
            "developer_held",
            "commercial",
            "demolished",
        ),
        one_of("ck_ended_exclusion_exclusionending", "ending", "refused", "taken_back"),
    )
    op.create_index(
        op.f("ix_ended_exclusion_frame_member_id"), "ended_exclusion", ["frame_member_id"]
    )
    freeze("ended_exclusion")


def _create_hold() -> None:
    op.create_table(
        "gate_hold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        _instant("placed_at", nullable=False),
        sa.Column("placed_by", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        _instant("lifted_at"),
        sa.Column("lifted_by", sa.Integer()),
        sa.Column("lift_reason_sealed", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_hold")),
        points_to("gate_hold", "gate_id", "gate"),
        points_to("gate_hold", "placed_by", "staff"),
        points_to("gate_hold", "lifted_by", "staff"),
        sa.CheckConstraint(
            "(lifted_at IS NULL) = (lifted_by IS NULL) "
            "AND (lifted_at IS NULL) = (lift_reason_sealed IS NULL)",
            name=op.f("ck_gate_hold_lifted_with_reason"),
        ),
    )
    op.create_index(op.f("ix_gate_hold_gate_id"), "gate_hold", ["gate_id"])
    op.create_index(
        op.f("uq_gate_hold_in_place"),
        "gate_hold",
        ["gate_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )


def _create_extension() -> None:
    op.create_table(
        "gate_extension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        _instant("decided_at", nullable=False),
        sa.Column("decided_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_extension")),
        points_to("gate_extension", "gate_id", "gate"),
        points_to("gate_extension", "decided_by", "staff"),
    )
    op.create_index(op.f("ix_gate_extension_gate_id"), "gate_extension", ["gate_id"])
    freeze("gate_extension")


def _create_required_change() -> None:
    op.create_table(
        "required_change",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("before_permille", sa.Integer(), nullable=False),
        sa.Column("after_permille", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=False),
        _instant("changed_at", nullable=False),
        sa.Column("changed_by", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_required_change")),
        points_to("required_change", "campaign_id", "campaign"),
        points_to("required_change", "changed_by", "staff"),
        sa.CheckConstraint(
            "before_permille <> after_permille", name=op.f("ck_required_change_really_changes")
        ),
        sa.CheckConstraint(
            "after_permille BETWEEN 1 AND 1000", name=op.f("ck_required_change_after_range")
        ),
    )
    op.create_index(op.f("ix_required_change_campaign_id"), "required_change", ["campaign_id"])
    freeze("required_change")


def _create_work_package() -> None:
    op.create_table(
        "work_package",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("gate_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        _instant("started_at", nullable=False),
        sa.Column("started_by", sa.Integer()),
        _instant("done_at"),
        sa.Column("done_by", sa.Integer()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_package")),
        points_to("work_package", "gate_id", "gate"),
        points_to("work_package", "started_by", "staff"),
        points_to("work_package", "done_by", "staff"),
        sa.UniqueConstraint("gate_id", "kind", name=op.f("uq_work_package_gate_id_kind")),
        one_of("ck_work_package_workkind", "kind", "statistics", "analysis", "follow_up"),
        sa.CheckConstraint(
            "done_by IS NULL OR done_at IS NOT NULL", name=op.f("ck_work_package_done_by_at")
        ),
    )


def _create_void() -> None:
    op.create_table(
        "response_void",
        sa.Column("response_id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(24), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=False),
        _instant("voided_at", nullable=False),
        sa.Column("voided_by", sa.Integer(), nullable=False),
        sa.Column("was_counted", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.Integer()),
        sa.PrimaryKeyConstraint("response_id", name=op.f("pk_response_void")),
        points_to("response_void", "response_id", "response"),
        points_to("response_void", "voided_by", "staff"),
        one_of(
            "ck_response_void_voidreason",
            "reason",
            "not_owner",
            "staff",
            "copied",
            "wrong_home",
            "trial",
            "withdrawn",
        ),
    )
