"""An offer once heard is only added, and one award of a lot is alive at a time.

An answered bid is evidence (拍卖法 36): no code path, console or repair script may alter one.
"""

from alembic import op

revision = "bidding"
down_revision = "qualification"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE auction_session (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            round_no INTEGER NOT NULL,
            region_code VARCHAR(12) NOT NULL,
            rules JSONB NOT NULL,
            opens_at timestamptz NOT NULL,
            phase VARCHAR(10) NOT NULL,
            end_at timestamptz NOT NULL,
            seq INTEGER DEFAULT 0 NOT NULL,
            n_heard INTEGER DEFAULT 0 NOT NULL,
            best_fen BIGINT,
            leader VARCHAR(7),
            leader_rank INTEGER,
            paused VARCHAR(10),
            remaining INTERVAL,
            last_at timestamptz,
            closed_at timestamptz,
            CONSTRAINT auction_session_pkey PRIMARY KEY (id),
            CONSTRAINT auction_session_lot_id_round_no_key UNIQUE (lot_id, round_no),
            CONSTRAINT auction_session_a_price_has_a_leader CHECK ((best_fen IS NULL) = (leader IS NULL)),
            CONSTRAINT auction_session_accepted_were_heard CHECK (seq >= 0 AND n_heard >= seq),
            CONSTRAINT auction_session_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id)
        )
    """)
    op.execute("""
        CREATE INDEX auction_session_due_idx ON auction_session (end_at) WHERE phase NOT IN ('ENDED','FROZEN')
    """)
    op.execute("""
        CREATE TABLE ask (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            entry_id BIGINT NOT NULL,
            kind VARCHAR(10) NOT NULL,
            price_fen BIGINT NOT NULL,
            asked_at timestamptz NOT NULL,
            closes_at timestamptz NOT NULL,
            answer VARCHAR(10),
            counter_fen BIGINT,
            answered_at timestamptz,
            CONSTRAINT ask_pkey PRIMARY KEY (id),
            CONSTRAINT ask_kind_is_known CHECK (kind IN ('match','counter')),
            CONSTRAINT ask_answer_is_known CHECK (answer IN ('yes','no','silent')),
            CONSTRAINT ask_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id),
            CONSTRAINT ask_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES entry (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX ask_open_key ON ask (session_id) WHERE answer IS NULL")
    op.execute("""
        CREATE TABLE award (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            round_no INTEGER NOT NULL,
            entry_id BIGINT NOT NULL,
            price_fen BIGINT NOT NULL,
            total_fen BIGINT NOT NULL,
            way VARCHAR(20) NOT NULL,
            state VARCHAR(10) NOT NULL,
            won_at timestamptz NOT NULL,
            confirmed_at timestamptz,
            publicity_ends_at timestamptz,
            n_entries INTEGER NOT NULL,
            n_qualified INTEGER NOT NULL,
            n_rounds INTEGER NOT NULL,
            CONSTRAINT award_pkey PRIMARY KEY (id),
            CONSTRAINT award_price_is_positive CHECK (price_fen > 0),
            CONSTRAINT award_way_is_known CHECK (way IN ('auction','priority','single','candidate')),
            CONSTRAINT award_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT award_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES entry (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX award_alive_key ON award (lot_id) WHERE state IN ('pending','confirmed','final')
    """)
    op.execute("CREATE INDEX award_fallen_idx ON award (id) WHERE state IN ('defaulted','cancelled')")
    op.execute("""
        CREATE TABLE bid (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            n INTEGER NOT NULL,
            entry_id BIGINT NOT NULL,
            plate VARCHAR(7) NOT NULL,
            amount_fen BIGINT NOT NULL,
            rank INTEGER,
            confirm_fen BIGINT,
            expected_seq INTEGER,
            verdict VARCHAR(20) NOT NULL,
            seq INTEGER,
            phase VARCHAR(10) NOT NULL,
            at timestamptz NOT NULL,
            end_at_before timestamptz NOT NULL,
            end_at_after timestamptz NOT NULL,
            key VARCHAR(64) NOT NULL,
            fingerprint BYTEA NOT NULL,
            CONSTRAINT bid_pkey PRIMARY KEY (id),
            CONSTRAINT bid_session_id_n_key UNIQUE (session_id, n),
            CONSTRAINT bid_session_id_seq_key UNIQUE (session_id, seq),
            CONSTRAINT bid_session_id_entry_id_key_key UNIQUE (session_id, entry_id, key),
            CONSTRAINT bid_amount_is_positive CHECK (amount_fen > 0),
            CONSTRAINT bid_only_accepted_count CHECK ((verdict = 'LEADING') = (seq IS NOT NULL)),
            CONSTRAINT bid_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id),
            CONSTRAINT bid_entry_id_fkey FOREIGN KEY(entry_id) REFERENCES entry (id)
        )
    """)
    op.execute("""
        CREATE TABLE pause (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            session_id BIGINT NOT NULL,
            kind VARCHAR(10) NOT NULL,
            reason_code VARCHAR(40),
            note TEXT,
            asked_by_person BIGINT NOT NULL,
            asked_at timestamptz NOT NULL,
            cosigned_by_person BIGINT,
            cosigned_at timestamptz,
            n_after INTEGER,
            CONSTRAINT pause_pkey PRIMARY KEY (id),
            CONSTRAINT pause_four_eyes CHECK (cosigned_by_person <> asked_by_person),
            CONSTRAINT pause_kind_is_known CHECK (kind IN ('freeze','unfreeze')),
            CONSTRAINT pause_session_id_fkey FOREIGN KEY(session_id) REFERENCES auction_session (id),
            CONSTRAINT pause_asked_by_person_fkey FOREIGN KEY(asked_by_person) REFERENCES person (id),
            CONSTRAINT pause_cosigned_by_person_fkey FOREIGN KEY(cosigned_by_person) REFERENCES person (id)
        )
    """)
    op.execute("CREATE UNIQUE INDEX pause_open_key ON pause (session_id) WHERE cosigned_at IS NULL")
    op.execute("""
        CREATE TRIGGER bid_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON bid
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    for table in ("pause", "bid", "award", "ask", "auction_session"):
        op.execute(f"DROP TABLE {table}")
