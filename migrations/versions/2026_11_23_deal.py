"""The tables of deal."""

revision = "deal"
down_revision = "bidding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
