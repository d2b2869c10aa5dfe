"""Every act gets its place in one log that can be checked without trusting whoever runs the database.

Leaves, tiles, heads, keys and cosignatures are only added to. `xid` lets the sequencer read below the snapshot
horizon; rows from before carry 0 and stand below every horizon. Salts of commitments can be erased: that is their use.
"""

from alembic import op

revision = "audit_tree"
down_revision = "supervision"
branch_labels = None
depends_on = None

_EVIDENCE = ("log_leaf", "log_tile", "log_key", "log_head", "log_cosignature")


def upgrade() -> None:
    op.execute("ALTER TABLE audit_event ADD COLUMN xid BIGINT NOT NULL DEFAULT 0")
    op.execute("ALTER TABLE audit_event ALTER COLUMN xid SET DEFAULT (pg_current_xact_id()::text)::bigint")
    op.execute("CREATE INDEX audit_event_xid_idx ON audit_event (xid, id)")
    op.execute("""
        CREATE TABLE log_leaf (
            index BIGINT NOT NULL,
            event_id BIGINT NOT NULL,
            leaf_hash BYTEA NOT NULL,
            body BYTEA NOT NULL,
            CONSTRAINT log_leaf_pkey PRIMARY KEY (index),
            CONSTRAINT log_leaf_event_id_key UNIQUE (event_id),
            CONSTRAINT log_leaf_index_starts_at_zero CHECK (index >= 0),
            CONSTRAINT log_leaf_hash_is_sha256 CHECK (length(leaf_hash) = 32)
        )
    """)
    op.execute("""
        CREATE TABLE log_tile (
            level SMALLINT NOT NULL,
            index BIGINT NOT NULL,
            width SMALLINT NOT NULL,
            hashes BYTEA NOT NULL,
            CONSTRAINT log_tile_pkey PRIMARY KEY (level, index, width),
            CONSTRAINT log_tile_level_is_known CHECK (level BETWEEN 0 AND 7),
            CONSTRAINT log_tile_width_is_a_tile CHECK (width BETWEEN 1 AND 256),
            CONSTRAINT log_tile_hashes_fill_the_width CHECK (length(hashes) = 32 * width),
            CONSTRAINT log_tile_lowest_level_is_whole CHECK (level > 0 OR width = 256)
        )
    """)
    op.execute("ALTER TABLE log_tile ALTER COLUMN hashes SET STORAGE EXTERNAL")  # hashes do not compress
    op.execute("""
        CREATE TABLE log_key (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            name VARCHAR(120) NOT NULL,
            public_key BYTEA NOT NULL,
            not_before timestamptz NOT NULL,
            not_after timestamptz,
            CONSTRAINT log_key_pkey PRIMARY KEY (id),
            CONSTRAINT log_key_public_key_is_ed25519 CHECK (length(public_key) = 32),
            CONSTRAINT log_key_runs_forward CHECK (not_after IS NULL OR not_after >= not_before)
        )
    """)
    op.execute("""
        CREATE TABLE log_head (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            size BIGINT NOT NULL,
            root BYTEA NOT NULL,
            at timestamptz NOT NULL,
            note TEXT NOT NULL,
            CONSTRAINT log_head_pkey PRIMARY KEY (id),
            CONSTRAINT log_head_size_is_no_less_than_zero CHECK (size >= 0),
            CONSTRAINT log_head_root_is_sha256 CHECK (length(root) = 32)
        )
    """)
    op.execute("CREATE INDEX log_head_size_idx ON log_head (size)")
    op.execute("""
        CREATE TABLE log_cosignature (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            head_id BIGINT NOT NULL,
            witness VARCHAR(120) NOT NULL,
            line TEXT NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT log_cosignature_pkey PRIMARY KEY (id),
            CONSTRAINT log_cosignature_head_id_witness_key UNIQUE (head_id, witness),
            CONSTRAINT log_cosignature_head_id_fkey FOREIGN KEY(head_id) REFERENCES log_head (id)
        )
    """)
    op.execute("CREATE INDEX log_cosignature_witness_idx ON log_cosignature (witness, head_id)")
    op.execute("""
        CREATE TABLE commitment_salt (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            subject VARCHAR(80) COLLATE "C" NOT NULL,
            field VARCHAR(60) COLLATE "C" NOT NULL,
            commitment VARCHAR(64) COLLATE "C" NOT NULL,
            salt BYTEA NOT NULL,
            CONSTRAINT commitment_salt_pkey PRIMARY KEY (id),
            CONSTRAINT commitment_salt_subject_field_commitment_key UNIQUE (subject, field, commitment),
            CONSTRAINT commitment_salt_salt_has_32_bytes CHECK (length(salt) = 32)
        )
    """)
    for table in _EVIDENCE:
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    op.execute("DROP TABLE commitment_salt")
    for table in reversed(_EVIDENCE):
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP INDEX audit_event_xid_idx")
    op.execute("ALTER TABLE audit_event DROP COLUMN xid")
