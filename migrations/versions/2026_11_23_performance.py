"""Contracts in performance: what happens under them, and the changes their parties agree to; appeals of objections; what the law says of an entry."""

from alembic import op

revision = "performance"
down_revision = "registry_agreements"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        ALTER TABLE entry ADD COLUMN facts JSONB NOT NULL DEFAULT '{}', ADD COLUMN findings JSONB NOT NULL DEFAULT '[]'
    """)
    op.execute("ALTER TABLE objection ADD COLUMN appeal TEXT, ADD COLUMN appealed_at timestamptz")
    op.execute("DROP INDEX objection_open_idx")
    op.execute("CREATE INDEX objection_open_idx ON objection (lot_id) WHERE state IN ('filed','appealed')")
    op.execute("""
        CREATE TABLE contract_event (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            contract_id BIGINT NOT NULL,
            verb VARCHAR(20) NOT NULL,
            side VARCHAR(10),
            person_id BIGINT,
            at timestamptz NOT NULL,
            text TEXT,
            facts JSONB NOT NULL,
            CONSTRAINT contract_event_pkey PRIMARY KEY (id),
            CONSTRAINT contract_event_contract_id_fkey FOREIGN KEY(contract_id) REFERENCES contract (id),
            CONSTRAINT contract_event_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
        )
    """)
    op.execute("CREATE INDEX contract_event_contract_idx ON contract_event (contract_id, id)")
    op.execute("""
        CREATE TABLE contract_change (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            contract_id BIGINT NOT NULL,
            kind VARCHAR(20) NOT NULL,
            content JSONB NOT NULL,
            content_hash BYTEA NOT NULL,
            proposed_by_side VARCHAR(10) NOT NULL,
            proposed_by_person BIGINT NOT NULL,
            proposed_at timestamptz NOT NULL,
            agreed_by_person BIGINT,
            agreed_at timestamptz,
            decision VARCHAR(10),
            decided_by_person BIGINT,
            decided_at timestamptz,
            reason TEXT,
            CONSTRAINT contract_change_pkey PRIMARY KEY (id),
            CONSTRAINT contract_change_contract_id_fkey FOREIGN KEY(contract_id) REFERENCES contract (id),
            CONSTRAINT contract_change_proposed_by_person_fkey FOREIGN KEY(proposed_by_person) REFERENCES person (id),
            CONSTRAINT contract_change_agreed_by_person_fkey FOREIGN KEY(agreed_by_person) REFERENCES person (id),
            CONSTRAINT contract_change_decided_by_person_fkey FOREIGN KEY(decided_by_person) REFERENCES person (id),
            CONSTRAINT contract_change_kind_is_known
                CHECK (kind IN ('amendment','retransfer','mortgage','dissolution')),
            CONSTRAINT contract_change_two_persons_agree CHECK (proposed_by_person <> agreed_by_person),
            CONSTRAINT contract_change_decision_is_known CHECK (decision IN ('accepted','refused')),
            CONSTRAINT contract_change_decision_has_its_time CHECK ((decision IS NULL) = (decided_at IS NULL))
        )
    """)
    op.execute("CREATE UNIQUE INDEX contract_change_open_key ON contract_change (contract_id) WHERE decision IS NULL")


def downgrade() -> None:
    op.execute("ALTER TABLE entry DROP COLUMN facts, DROP COLUMN findings")
    op.execute("DROP TABLE contract_change")
    op.execute("DROP TABLE contract_event")
    op.execute("DROP INDEX objection_open_idx")
    op.execute("CREATE INDEX objection_open_idx ON objection (lot_id) WHERE state = 'filed'")
    op.execute("ALTER TABLE objection DROP COLUMN appeal, DROP COLUMN appealed_at")
