"""The tables of money."""

revision = "money"
down_revision = "compliance"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
