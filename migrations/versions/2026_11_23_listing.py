"""The tables of listing."""

revision = "listing"
down_revision = "registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
