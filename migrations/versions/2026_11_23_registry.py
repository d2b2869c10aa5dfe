"""The tables of registry."""

revision = "registry"
down_revision = "money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
