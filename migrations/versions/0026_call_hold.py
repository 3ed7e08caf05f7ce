"""Calling back: who is on a call just now, so that nobody is rung up twice."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Alembic would add the reference by a second statement, which SQLite does not have.
    name = op.f("fk_call_back_held_by_staff")
    op.execute(
        f"ALTER TABLE call_back ADD COLUMN held_by INTEGER CONSTRAINT {name} REFERENCES staff (id)"
    )
    op.add_column("call_back", sa.Column("held_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    for column in ("held_at", "held_by"):
        op.drop_column("call_back", column)
