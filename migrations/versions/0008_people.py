"""People: regions, committees, callers and agencies; invitations, second factors, resets."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, one_of, points_to

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = ("head_office", "leader", "office", "steward", "clerk", "admin", "interviewer")
_ADDED = ("region", "caller", "committee", "agency")
_INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    allow("staff", "role", _ROLES, (*_ROLES, *_ADDED))
    op.add_column("staff", sa.Column("signed_in_at", _INSTANT))
    op.create_table(
        "staff_region",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        points_to("staff_region", "staff_id", "staff"),
        points_to("staff_region", "region_id", "region"),
        sa.PrimaryKeyConstraint("staff_id", "region_id", name=op.f("pk_staff_region")),
    )
    _widen_sessions()
    _create_links()
    _create_factors()
    bind = op.get_bind()
    bind.execute(
        sa.text(
            "UPDATE staff SET signed_in_at = (SELECT max(created_at) FROM staff_session "
            "WHERE staff_session.staff_id = staff.id)"
        )
    )


def downgrade() -> None:
    for table in ("sign_in_step", "recovery_code", "second_factor", "one_time_link"):
        op.drop_table(table)
    for column in ("has_code", "address", "device"):
        op.drop_column("staff_session", column)
    op.drop_table("staff_region")
    op.drop_column("staff", "signed_in_at")
    # A role the schema before does not know becomes one that sees nothing: the row stays,
    # because what the person did points to it.
    op.get_bind().execute(
        sa.text(
            "UPDATE staff SET role = 'admin', disabled_at = coalesce(disabled_at, created_at) "
            "WHERE role IN ('region', 'caller', 'committee', 'agency')"
        )
    )
    allow("staff", "role", (*_ROLES, *_ADDED), _ROLES)


def _widen_sessions() -> None:
    text = {"nullable": False, "server_default": ""}
    op.add_column("staff_session", sa.Column("device", sa.String(48), **text))
    op.add_column("staff_session", sa.Column("address", sa.String(45), **text))
    op.add_column(
        "staff_session",
        sa.Column("has_code", sa.Boolean(), nullable=False, server_default=sa.false()),
    )


def _create_links() -> None:
    op.create_table(
        "one_time_link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_by", sa.Integer()),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.Column("expires_at", _INSTANT, nullable=False),
        sa.Column("ended_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_link")),
        points_to("one_time_link", "staff_id", "staff"),
        points_to("one_time_link", "made_by", "staff"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_one_time_link_token_hash")),
        one_of("ck_one_time_link_linkkind", "kind", "invitation", "reset"),
    )
    op.create_index(op.f("ix_one_time_link_staff_id"), "one_time_link", ["staff_id"])


def _create_factors() -> None:
    op.create_table(
        "second_factor",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("started_at", _INSTANT, nullable=False),
        sa.Column("confirmed_at", _INSTANT),
        sa.Column("last_step", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("staff_id", name=op.f("pk_second_factor")),
        points_to("second_factor", "staff_id", "staff"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("used_at", _INSTANT),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recovery_code")),
        points_to("recovery_code", "staff_id", "staff"),
    )
    op.create_index(op.f("ix_recovery_code_staff_id"), "recovery_code", ["staff_id"])
    op.create_table(
        "sign_in_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("password_hash", sa.String(200), nullable=False),
        sa.Column("made_at", _INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_step")),
        points_to("sign_in_step", "staff_id", "staff"),
        sa.UniqueConstraint("token_hash", name=op.f("uq_sign_in_step_token_hash")),
    )
    op.create_index(op.f("ix_sign_in_step_staff_id"), "sign_in_step", ["staff_id"])
