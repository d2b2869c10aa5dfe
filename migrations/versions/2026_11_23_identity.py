"""The tables of identity."""

revision = "identity"
down_revision = "audit"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
