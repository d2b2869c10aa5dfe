"""Searches that supervisors keep, and exports that are written in the background and kept for a while."""

from alembic import op

revision = "searches_are_kept"
down_revision = "lots_on_the_map"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE saved_search (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL REFERENCES account,
            name varchar(60) NOT NULL,
            search jsonb NOT NULL,
            changed_at timestamptz NOT NULL,
            UNIQUE (account_id, name)
        )
    """)
    op.execute("""
        CREATE TABLE audit_export (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            account_id bigint NOT NULL REFERENCES account,
            prefixes jsonb NOT NULL,
            search jsonb NOT NULL,
            format varchar(10) NOT NULL,
            state varchar(40) NOT NULL,
            up_to bigint NOT NULL,
            after_id bigint NOT NULL DEFAULT 0,
            n_parts integer NOT NULL DEFAULT 0,
            n_events bigint NOT NULL DEFAULT 0,
            size bigint NOT NULL DEFAULT 0,
            sha256 bytea,
            attempt smallint NOT NULL DEFAULT 0,
            asked_at timestamptz NOT NULL,
            finished_at timestamptz,
            CONSTRAINT audit_export_format_is_known CHECK (format IN ('csv', 'jsonl')),
            CONSTRAINT audit_export_state_is_known CHECK (state IN ('running', 'finished', 'failed', 'expired')),
            CONSTRAINT audit_export_finished_when_it_runs_no_more CHECK ((finished_at IS NULL) = (state = 'running')),
            CONSTRAINT audit_export_whole_when_finished
                CHECK ((sha256 IS NOT NULL) = (state IN ('finished', 'expired'))),
            CONSTRAINT audit_export_stays_inside CHECK (after_id BETWEEN 0 AND up_to)
        )
    """)
    op.execute("CREATE INDEX audit_export_account_idx ON audit_export (account_id, id)")
    op.execute("CREATE INDEX audit_export_open_idx ON audit_export (id) WHERE state = 'running'")
    op.execute("""
        CREATE TABLE audit_export_part (
            export_id bigint NOT NULL REFERENCES audit_export,
            n integer NOT NULL,
            content bytea NOT NULL,
            PRIMARY KEY (export_id, n)
        )
    """)


def downgrade() -> None:
    op.execute("DROP TABLE audit_export_part")
    op.execute("DROP TABLE audit_export")
    op.execute("DROP TABLE saved_search")
