"""Those who stand at one price together, and the lottery that decides among them."""

from alembic import op

revision = "ties_are_drawn"
down_revision = "searches_are_kept"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE auction_session ADD COLUMN tied jsonb NOT NULL DEFAULT '[]'")
    op.execute("ALTER TABLE award DROP CONSTRAINT award_way_is_known")
    op.execute(
        "ALTER TABLE award ADD CONSTRAINT award_way_is_known"
        " CHECK (way IN ('auction','priority','lottery','single','candidate'))"
    )
    op.execute("""
        CREATE TABLE lottery (
            session_id bigint PRIMARY KEY REFERENCES auction_session,
            platform_commitment varchar(64) NOT NULL,
            platform_sealed bytea NOT NULL,
            supervisor_commitment varchar(64),
            committed_by_person bigint REFERENCES person,
            committed_at timestamptz,
            supervisor_number bytea,
            asked_at timestamptz,
            reveal_by timestamptz,
            platform_number bytea,
            log_root bytea,
            log_size bigint,
            drawn jsonb,
            drawn_at timestamptz,
            CONSTRAINT lottery_committed_whole
                CHECK (num_nulls(supervisor_commitment, committed_by_person, committed_at) IN (0, 3)),
            CONSTRAINT lottery_revealed_is_committed
                CHECK (supervisor_number IS NULL OR supervisor_commitment IS NOT NULL),
            CONSTRAINT lottery_asked_whole CHECK ((asked_at IS NULL) = (reveal_by IS NULL)),
            CONSTRAINT lottery_drawn_whole
                CHECK (num_nulls(platform_number, log_root, log_size, drawn, drawn_at) IN (0, 5)),
            CONSTRAINT lottery_drawn_was_asked CHECK (drawn_at IS NULL OR asked_at IS NOT NULL)
        )
    """)
    op.execute("CREATE INDEX lottery_open_idx ON lottery (session_id) WHERE asked_at IS NOT NULL AND drawn_at IS NULL")


def downgrade() -> None:
    op.execute("DROP TABLE lottery")
    op.execute("ALTER TABLE award DROP CONSTRAINT award_way_is_known")
    op.execute(
        "ALTER TABLE award ADD CONSTRAINT award_way_is_known CHECK (way IN ('auction','priority','single','candidate'))"
    )
    op.execute("ALTER TABLE auction_session DROP COLUMN tied")
