"""A contract has two signatories, a certificate two pairs of eyes, and a lot one valid certificate."""

from alembic import op

revision = "deal"
down_revision = "bidding"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE contract (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            contract_no VARCHAR(40) NOT NULL,
            lot_id BIGINT NOT NULL,
            award_id BIGINT NOT NULL,
            transferor_party_id BIGINT NOT NULL,
            transferee_party_id BIGINT NOT NULL,
            state VARCHAR(4) NOT NULL,
            content JSONB NOT NULL,
            content_hash BYTEA NOT NULL,
            transferor_signed_by BIGINT,
            transferor_signed_at timestamptz,
            transferee_signed_by BIGINT,
            transferee_signed_at timestamptz,
            signed_at timestamptz,
            CONSTRAINT contract_pkey PRIMARY KEY (id),
            CONSTRAINT contract_award_id_key UNIQUE (award_id),
            CONSTRAINT contract_contract_no_key UNIQUE (contract_no),
            CONSTRAINT contract_two_signatories CHECK (transferor_signed_by <> transferee_signed_by),
            CONSTRAINT contract_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT contract_award_id_fkey FOREIGN KEY(award_id) REFERENCES award (id),
            CONSTRAINT contract_transferor_party_id_fkey FOREIGN KEY(transferor_party_id) REFERENCES party (id),
            CONSTRAINT contract_transferee_party_id_fkey FOREIGN KEY(transferee_party_id) REFERENCES party (id),
            CONSTRAINT contract_transferor_signed_by_fkey FOREIGN KEY(transferor_signed_by) REFERENCES person (id),
            CONSTRAINT contract_transferee_signed_by_fkey FOREIGN KEY(transferee_signed_by) REFERENCES person (id)
        )
    """)
    op.execute("CREATE INDEX contract_lot_id_idx ON contract (lot_id)")
    op.execute("""
        CREATE TABLE objection (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            award_id BIGINT NOT NULL,
            account_id BIGINT NOT NULL,
            person_id BIGINT NOT NULL,
            interest TEXT NOT NULL,
            grounds TEXT NOT NULL,
            state VARCHAR(10) NOT NULL,
            filed_at timestamptz NOT NULL,
            answer_due_on DATE,
            answer TEXT,
            decided_at timestamptz,
            decided_by_person BIGINT,
            review TEXT,
            reviewed_by_person BIGINT,
            CONSTRAINT objection_pkey PRIMARY KEY (id),
            CONSTRAINT objection_review_is_by_another CHECK (reviewed_by_person <> decided_by_person),
            CONSTRAINT objection_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT objection_award_id_fkey FOREIGN KEY(award_id) REFERENCES award (id),
            CONSTRAINT objection_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id),
            CONSTRAINT objection_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
            CONSTRAINT objection_decided_by_person_fkey FOREIGN KEY(decided_by_person) REFERENCES person (id),
            CONSTRAINT objection_reviewed_by_person_fkey FOREIGN KEY(reviewed_by_person) REFERENCES person (id)
        )
    """)
    op.execute("CREATE INDEX objection_open_idx ON objection (lot_id) WHERE state = 'filed'")
    op.execute("""
        CREATE TABLE certificate (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            cert_no VARCHAR(30) NOT NULL,
            lot_id BIGINT NOT NULL,
            contract_id BIGINT NOT NULL,
            status VARCHAR(10) NOT NULL,
            body JSONB NOT NULL,
            body_hash BYTEA NOT NULL,
            prepared_by_person BIGINT NOT NULL,
            prepared_at timestamptz NOT NULL,
            issued_by_person BIGINT,
            issued_at timestamptz,
            CONSTRAINT certificate_pkey PRIMARY KEY (id),
            CONSTRAINT certificate_cert_no_key UNIQUE (cert_no),
            CONSTRAINT certificate_four_eyes CHECK (issued_by_person <> prepared_by_person),
            CONSTRAINT certificate_status_is_known CHECK (status IN ('prepared','valid','changed','void')),
            CONSTRAINT certificate_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT certificate_contract_id_fkey FOREIGN KEY(contract_id) REFERENCES contract (id),
            CONSTRAINT certificate_prepared_by_person_fkey FOREIGN KEY(prepared_by_person) REFERENCES person (id),
            CONSTRAINT certificate_issued_by_person_fkey FOREIGN KEY(issued_by_person) REFERENCES person (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX certificate_valid_key ON certificate (lot_id) WHERE status IN ('prepared','valid')
    """)
    op.execute("""
        CREATE TABLE due (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            contract_id BIGINT NOT NULL,
            n INTEGER NOT NULL,
            due_on DATE NOT NULL,
            amount_fen BIGINT NOT NULL,
            paid_at timestamptz,
            CONSTRAINT due_pkey PRIMARY KEY (id),
            CONSTRAINT due_contract_id_n_key UNIQUE (contract_id, n),
            CONSTRAINT due_amount_is_positive CHECK (amount_fen > 0),
            CONSTRAINT due_contract_id_fkey FOREIGN KEY(contract_id) REFERENCES contract (id)
        )
    """)


def downgrade() -> None:
    for table in ("due", "certificate", "objection", "contract"):
        op.execute(f"DROP TABLE {table}")
