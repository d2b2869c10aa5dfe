"""The tables of turnover."""

revision = "turnover"
down_revision = "deal"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
