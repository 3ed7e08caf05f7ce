"""Planning: states of a campaign, tasks, talks, calendar, context events, pilots."""

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
