"""People: regions, committees, callers and agencies; invitations, second factors, resets."""

import sqlalchemy as sa
from alembic import op

from migrations.steps import allow, points_to

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_ROLES = ("head_office", "leader", "office", "steward", "clerk", "admin", "interviewer")
_ADDED = ("region", "caller", "committee", "agency")


def upgrade() -> None:
    allow("staff", "role", _ROLES, (*_ROLES, *_ADDED))
    op.create_table(
        "staff_region",
        sa.Column("staff_id", sa.Integer(), nullable=False),
        sa.Column("region_id", sa.Integer(), nullable=False),
        points_to("staff_region", "staff_id", "staff"),
        points_to("staff_region", "region_id", "region"),
        sa.PrimaryKeyConstraint("staff_id", "region_id", name=op.f("pk_staff_region")),
    )


def downgrade() -> None:
    op.drop_table("staff_region")
    bind = op.get_bind()
    bind.execute(
        sa.text("DELETE FROM staff WHERE role IN ('region', 'caller', 'committee', 'agency')")
    )
    allow("staff", "role", (*_ROLES, *_ADDED), _ROLES)
