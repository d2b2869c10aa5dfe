"""What is not closed is due.

A late offer may write the end into a session before the clock comes to close it. An index of sessions that have not
ended yet does not find that one any more.
"""

from alembic import op

revision = "due"
down_revision = "outage"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DROP INDEX auction_session_due_idx")
    op.execute("CREATE INDEX auction_session_due_idx ON auction_session (end_at) WHERE closed_at IS NULL")


def downgrade() -> None:
    op.execute("DROP INDEX auction_session_due_idx")
    op.execute("""
        CREATE INDEX auction_session_due_idx ON auction_session (end_at) WHERE phase NOT IN ('ENDED','FROZEN')
    """)
