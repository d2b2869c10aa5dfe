"""The tables of audit."""

revision = "audit"
down_revision = "foundations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
