"""Sealed offers: share holders, the key of each round, the shares as delivered, envelopes, and what they held.

No column holds a private half before the round is opened, and the database says so itself.
"""

from alembic import op

revision = "sealed_offers"
down_revision = "lots_by_map"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE share_holder (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            account_id BIGINT NOT NULL,
            person_id BIGINT NOT NULL,
            organisation_id BIGINT NOT NULL,
            public_key BYTEA NOT NULL,
            registered_at timestamptz NOT NULL,
            retired_at timestamptz,
            CONSTRAINT share_holder_pkey PRIMARY KEY (id),
            CONSTRAINT share_holder_key_has_32_bytes CHECK (octet_length(public_key) = 32),
            CONSTRAINT share_holder_runs_forward CHECK (retired_at >= registered_at),
            CONSTRAINT share_holder_public_key_key UNIQUE (public_key),
            CONSTRAINT share_holder_account_id_fkey FOREIGN KEY(account_id) REFERENCES account (id),
            CONSTRAINT share_holder_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id),
            CONSTRAINT share_holder_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisation (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX share_holder_present_key ON share_holder (account_id) WHERE retired_at IS NULL")
    op.execute("""
        CREATE TABLE sealed_round (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            number INTEGER NOT NULL,
            lot_name VARCHAR(100) NOT NULL,
            public_key BYTEA NOT NULL,
            state VARCHAR(10) NOT NULL,
            announced_at timestamptz NOT NULL,
            closed_at timestamptz,
            due_at timestamptz,
            opened_at timestamptz,
            private_key BYTEA,
            CONSTRAINT sealed_round_pkey PRIMARY KEY (id),
            CONSTRAINT sealed_round_session_id_number_key UNIQUE (session_id, number),
            CONSTRAINT sealed_round_public_key_key UNIQUE (public_key),
            CONSTRAINT sealed_round_key_has_32_bytes CHECK (octet_length(public_key) = 32),
            CONSTRAINT sealed_round_private_half_only_when_opened
                CHECK ((private_key IS NOT NULL) = (state = 'opened')),
            CONSTRAINT sealed_round_private_half_has_32_bytes CHECK (octet_length(private_key) = 32),
            CONSTRAINT sealed_round_opened_has_its_instant
                CHECK ((opened_at IS NOT NULL) = (state IN ('opened','revealed'))),
            CONSTRAINT sealed_round_closed_has_its_instant
                CHECK ((closed_at IS NOT NULL) = (state IN ('closed','revealing','opened','revealed'))),
            CONSTRAINT sealed_round_opened_after_the_close CHECK (opened_at >= closed_at),
            CONSTRAINT sealed_round_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id)
        )
    """)
    op.execute("CREATE INDEX sealed_round_due_idx ON sealed_round (due_at) WHERE due_at IS NOT NULL")
    op.execute("""
        CREATE TABLE key_share (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            round_id BIGINT NOT NULL,
            number INTEGER NOT NULL,
            holder_id BIGINT NOT NULL,
            sealed BYTEA NOT NULL,
            given BYTEA,
            given_at timestamptz,
            used BOOLEAN DEFAULT false NOT NULL,
            lost_at timestamptz,
            lost_note TEXT,
            CONSTRAINT key_share_pkey PRIMARY KEY (id),
            CONSTRAINT key_share_round_id_number_key UNIQUE (round_id, number),
            CONSTRAINT key_share_round_id_holder_id_key UNIQUE (round_id, holder_id),
            CONSTRAINT key_share_number_is_a_byte CHECK (number BETWEEN 1 AND 255),
            CONSTRAINT key_share_share_has_its_size CHECK (octet_length(sealed) = 81),
            CONSTRAINT key_share_given_has_its_instant CHECK (given IS NULL OR given_at IS NOT NULL),
            CONSTRAINT key_share_used_was_given CHECK (NOT used OR given_at IS NOT NULL),
            CONSTRAINT key_share_round_id_fkey FOREIGN KEY(round_id) REFERENCES sealed_round (id),
            CONSTRAINT key_share_holder_id_fkey FOREIGN KEY(holder_id) REFERENCES share_holder (id)
        )
    """)
    op.execute("""
        CREATE TABLE sealed_offer (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            round_id BIGINT NOT NULL,
            n INTEGER NOT NULL,
            entry_id BIGINT NOT NULL,
            plate VARCHAR(7) NOT NULL,
            verdict VARCHAR(20) NOT NULL,
            ciphertext BYTEA,
            commitment BYTEA,
            received_at timestamptz NOT NULL,
            key VARCHAR(64) NOT NULL,
            fingerprint BYTEA NOT NULL,
            CONSTRAINT sealed_offer_pkey PRIMARY KEY (id),
            CONSTRAINT sealed_offer_round_id_n_key UNIQUE (round_id, n),
            CONSTRAINT sealed_offer_session_id_entry_id_key_key UNIQUE (session_id, entry_id, key),
            CONSTRAINT sealed_offer_ciphertext_has_its_size CHECK (octet_length(ciphertext) = 560),
            CONSTRAINT sealed_offer_commitment_has_32_bytes CHECK (octet_length(commitment) = 32),
            CONSTRAINT sealed_offer_comes_with_its_commitment CHECK ((ciphertext IS NULL) = (commitment IS NULL)),
            CONSTRAINT sealed_offer_sealed_has_a_ciphertext CHECK (ciphertext IS NOT NULL OR verdict <> 'SEALED'),
            CONSTRAINT sealed_offer_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id),
            CONSTRAINT sealed_offer_round_id_fkey FOREIGN KEY(round_id) REFERENCES sealed_round (id),
            CONSTRAINT sealed_offer_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES entry (id)
        )
    """)
    op.execute("""
        CREATE TABLE opened_offer (
            offer_id BIGINT NOT NULL,
            amount_fen BIGINT,
            nonce BYTEA,
            fault VARCHAR(20),
            way VARCHAR(10) NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT opened_offer_pkey PRIMARY KEY (offer_id),
            CONSTRAINT opened_offer_way_is_known CHECK (way IN ('key','receipt')),
            CONSTRAINT opened_offer_an_amount_or_a_fault CHECK ((amount_fen IS NULL) = (fault IS NOT NULL)),
            CONSTRAINT opened_offer_amount_has_its_nonce CHECK ((amount_fen IS NULL) = (nonce IS NULL)),
            CONSTRAINT opened_offer_amount_is_positive CHECK (amount_fen > 0),
            CONSTRAINT opened_offer_offer_id_fkey FOREIGN KEY(offer_id) REFERENCES sealed_offer (id)
        )
    """)


def downgrade() -> None:
    for table in ("opened_offer", "sealed_offer", "key_share", "sealed_round", "share_holder"):
        op.execute(f"DROP TABLE {table}")
