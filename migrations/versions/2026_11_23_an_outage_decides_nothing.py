"""An outage decides nothing, every change of a session has a number, and what was checked is remembered.

`pulse` is the platform's heartbeat: a gap in it is an outage, seen by whoever beats next. `auction_session.revision`
counts every change of a session whoever writes it, so that watchers in all processes agree on what is newer.
"""

from alembic import op

revision = "outage"
down_revision = "registry_collectives"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE pulse (
            only_one BOOLEAN DEFAULT true NOT NULL,
            beat_at timestamptz NOT NULL,
            CONSTRAINT pulse_pkey PRIMARY KEY (only_one),
            CONSTRAINT pulse_there_is_one CHECK (only_one)
        )
    """)
    op.execute("""
        CREATE TABLE outage (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            stopped_at timestamptz NOT NULL,
            noticed_at timestamptz NOT NULL,
            n_after INTEGER NOT NULL,
            remaining INTERVAL NOT NULL,
            reopens_at timestamptz NOT NULL,
            reopened_at timestamptz,
            n_before INTEGER,
            CONSTRAINT outage_pkey PRIMARY KEY (id),
            CONSTRAINT outage_runs_forward CHECK (stopped_at <= noticed_at AND noticed_at <= reopens_at),
            CONSTRAINT outage_remaining_is_not_negative CHECK (remaining >= interval '0'),
            CONSTRAINT outage_reopened_whole CHECK ((reopened_at IS NULL) = (n_before IS NULL)),
            CONSTRAINT outage_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX outage_open_key ON outage (session_id) WHERE reopened_at IS NULL")
    op.execute("CREATE INDEX outage_session_idx ON outage (session_id)")
    op.execute("""
        CREATE TABLE auction_check (
            session_id BIGINT NOT NULL,
            revision BIGINT NOT NULL,
            checked_at timestamptz NOT NULL,
            faults JSONB NOT NULL,
            CONSTRAINT auction_check_pkey PRIMARY KEY (session_id),
            CONSTRAINT auction_check_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id)
        )
    """)
    op.execute("ALTER TABLE auction_session ADD COLUMN revision BIGINT DEFAULT 0 NOT NULL")
    op.execute("""
        CREATE FUNCTION count_revision() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.revision := OLD.revision + 1;
            RETURN NEW;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER auction_session_revision BEFORE UPDATE ON auction_session
        FOR EACH ROW EXECUTE FUNCTION count_revision()
    """)


def downgrade() -> None:
    op.execute("DROP TRIGGER auction_session_revision ON auction_session")
    op.execute("DROP FUNCTION count_revision()")
    op.execute("ALTER TABLE auction_session DROP COLUMN revision")
    for table in ("auction_check", "outage", "pulse"):
        op.execute(f"DROP TABLE {table}")
