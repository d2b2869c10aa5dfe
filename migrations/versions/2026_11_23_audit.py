"""Every act leaves one row that nobody can change: who, what, when, under which rules.

The table itself refuses change, so no code path, console or repair script of the application's role alters what was
said. An owner or superuser can take the trigger off; the chain of hashes shows that he did.
"""

from alembic import op

revision = "audit"
down_revision = "foundations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE audit_event (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            at timestamptz NOT NULL,
            act VARCHAR(60) COLLATE "C" NOT NULL,
            subject VARCHAR(80) COLLATE "C" NOT NULL,
            seq BIGINT NOT NULL,
            region_code VARCHAR(12) COLLATE "C" NOT NULL,
            account_id BIGINT,
            person_id BIGINT,
            organisation_id BIGINT,
            client_id VARCHAR(40),
            on_behalf_of VARCHAR(80),
            request_id VARCHAR(64) COLLATE "C",
            before JSONB,
            after JSONB,
            facts JSONB NOT NULL,
            findings JSONB NOT NULL,
            rule_ids VARCHAR(40)[] NOT NULL,
            verdict VARCHAR(10),
            rulebook VARCHAR(40),
            prev_hash BYTEA,
            hash BYTEA NOT NULL,
            CONSTRAINT audit_event_pkey PRIMARY KEY (id),
            CONSTRAINT audit_event_subject_seq_key UNIQUE (subject, seq),
            CONSTRAINT audit_event_seq_starts_at_one CHECK (seq >= 1),
            CONSTRAINT audit_event_only_the_first_has_no_predecessor CHECK ((seq = 1) = (prev_hash IS NULL)),
            CONSTRAINT audit_event_hash_is_sha256 CHECK (length(hash) = 32)
        )
    """)
    op.execute("CREATE INDEX audit_event_act_idx ON audit_event (act, id)")
    op.execute("CREATE INDEX audit_event_actor_idx ON audit_event (account_id, id)")
    op.execute("CREATE INDEX audit_event_at_idx ON audit_event (at)")
    op.execute("CREATE INDEX audit_event_organisation_idx ON audit_event (organisation_id, id)")
    op.execute("CREATE INDEX audit_event_person_idx ON audit_event (person_id, id)")
    op.execute("CREATE INDEX audit_event_region_idx ON audit_event (region_code, id)")
    op.execute("CREATE INDEX audit_event_request_idx ON audit_event (request_id)")
    op.execute("CREATE INDEX audit_event_rules_idx ON audit_event USING gin (rule_ids)")
    op.execute("CREATE INDEX audit_event_subject_idx ON audit_event (subject, id)")
    op.execute("""
        CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.execute("DROP TABLE audit_event")
