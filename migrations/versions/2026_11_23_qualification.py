"""One natural person stands behind one entry of a lot at most.

Plates are unique in a lot, so that what everybody sees names one bidder and tells nobody who.
"""

from alembic import op

revision = "qualification"
down_revision = "listing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE entry (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            round_no INTEGER NOT NULL,
            party_id BIGINT NOT NULL,
            account_id BIGINT NOT NULL,
            person_id BIGINT NOT NULL,
            plate VARCHAR(7) NOT NULL,
            state VARCHAR(12) NOT NULL,
            declaration TEXT NOT NULL,
            quote_fen BIGINT,
            priority_basis VARCHAR(30),
            priority_evidence TEXT,
            priority_rank INTEGER,
            reason TEXT,
            applied_at timestamptz NOT NULL,
            decided_at timestamptz,
            decided_by_person BIGINT,
            barred BOOLEAN DEFAULT false NOT NULL,
            CONSTRAINT entry_pkey PRIMARY KEY (id),
            CONSTRAINT entry_lot_id_round_no_party_id_key UNIQUE (lot_id, round_no, party_id),
            CONSTRAINT entry_lot_id_round_no_person_id_key UNIQUE (lot_id, round_no, person_id),
            CONSTRAINT entry_lot_id_plate_key UNIQUE (lot_id, plate),
            CONSTRAINT entry_rank_starts_at_one CHECK (priority_rank IS NULL OR priority_rank >= 1),
            CONSTRAINT entry_rank_has_a_basis CHECK (priority_rank IS NULL OR priority_basis IS NOT NULL),
            CONSTRAINT entry_quote_is_positive CHECK (quote_fen IS NULL OR quote_fen > 0),
            CONSTRAINT entry_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT entry_party_id_fkey FOREIGN KEY(party_id) REFERENCES party (id),
            CONSTRAINT entry_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id),
            CONSTRAINT entry_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
            CONSTRAINT entry_decided_by_person_fkey FOREIGN KEY(decided_by_person) REFERENCES person (id)
        )
    """)
    op.execute("CREATE INDEX entry_account_idx ON entry (account_id)")


def downgrade() -> None:
    op.execute("DROP TABLE entry")
