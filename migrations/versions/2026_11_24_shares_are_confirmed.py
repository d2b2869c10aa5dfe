"""A holder confirms before the close that he can open his share, by its digest: another one is not taken from him."""

from alembic import op

revision = "shares_confirmed"
down_revision = "extension"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE key_share ADD COLUMN digest BYTEA, ADD COLUMN confirmed_at timestamptz")
    op.execute("ALTER TABLE key_share ADD CONSTRAINT key_share_digest_has_32_bytes CHECK (octet_length(digest) = 32)")
    op.execute(
        "ALTER TABLE key_share ADD CONSTRAINT key_share_confirmed_by_its_digest "
        "CHECK ((digest IS NULL) = (confirmed_at IS NULL))"
    )


def downgrade() -> None:
    op.execute("ALTER TABLE key_share DROP COLUMN digest, DROP COLUMN confirmed_at")
