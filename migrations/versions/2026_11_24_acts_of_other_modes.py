"""Acts of the modes that are no ladder: called in a hall, taken from a falling price, scored, agreed.

Like an offer, an act that was answered is evidence: the table itself refuses change.
"""

from alembic import op

revision = "acts_of_other_modes"
down_revision = "breaches"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE trade_act (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            n INTEGER NOT NULL,
            kind VARCHAR(20) NOT NULL,
            plate VARCHAR(7),
            account_id BIGINT NOT NULL,
            person_id BIGINT NOT NULL,
            body JSONB NOT NULL,
            verdict VARCHAR(20) NOT NULL,
            at timestamptz NOT NULL,
            key VARCHAR(64) NOT NULL,
            fingerprint BYTEA NOT NULL,
            CONSTRAINT trade_act_pkey PRIMARY KEY (id),
            CONSTRAINT trade_act_session_id_n_key UNIQUE (session_id, n),
            CONSTRAINT trade_act_session_id_account_id_key_key UNIQUE (session_id, account_id, key),
            CONSTRAINT trade_act_n_counts_from_one CHECK (n >= 1),
            CONSTRAINT trade_act_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id),
            CONSTRAINT trade_act_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id),
            CONSTRAINT trade_act_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
        )
    """)
    op.execute("""
        CREATE TRIGGER trade_act_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON trade_act
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.execute("DROP TABLE trade_act")
