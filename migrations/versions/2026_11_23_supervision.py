"""The tables of supervision."""

revision = "supervision"
down_revision = "turnover"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
