"""The tables of qualification."""

revision = "qualification"
down_revision = "listing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
