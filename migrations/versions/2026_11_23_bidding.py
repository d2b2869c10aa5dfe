"""The tables of bidding."""

revision = "bidding"
down_revision = "qualification"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
