"""Lots live by one table of states, and no person does two duties on one lot.

A notice that was published is evidence: the table only grows.
"""

from alembic import op

revision = "listing"
down_revision = "registry"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE listing (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            project_no VARCHAR(40) NOT NULL,
            region_code VARCHAR(12) NOT NULL,
            category VARCHAR(40) NOT NULL,
            right_kind VARCHAR(40) NOT NULL,
            method VARCHAR(40) NOT NULL,
            award_mode VARCHAR(40) NOT NULL,
            title VARCHAR(200) NOT NULL,
            transferor_party_id BIGINT NOT NULL,
            organisation_id BIGINT,
            opened_by_account BIGINT NOT NULL,
            resolution_id BIGINT,
            terms JSONB NOT NULL,
            declared JSONB NOT NULL,
            parameters JSONB,
            rulebook VARCHAR(40),
            acceptance_no VARCHAR(40),
            is_demo BOOLEAN DEFAULT false NOT NULL,
            source_note VARCHAR(200),
            created_at timestamptz NOT NULL,
            CONSTRAINT listing_pkey PRIMARY KEY (id),
            CONSTRAINT listing_project_no_key UNIQUE (project_no),
            CONSTRAINT listing_transferor_party_id_fkey FOREIGN KEY(transferor_party_id) REFERENCES party (id),
            CONSTRAINT listing_organisation_id_fkey FOREIGN KEY(organisation_id) REFERENCES organisation (id),
            CONSTRAINT listing_opened_by_account_fkey FOREIGN KEY(opened_by_account) REFERENCES account (id),
            CONSTRAINT listing_resolution_id_fkey FOREIGN KEY(resolution_id) REFERENCES resolution (id),
            CONSTRAINT listing_acceptance_no_key UNIQUE (acceptance_no)
        )
    """)
    op.execute("CREATE INDEX listing_region_idx ON listing (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE listing_document (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            listing_id BIGINT NOT NULL,
            kind VARCHAR(40) NOT NULL,
            document_id BIGINT NOT NULL,
            attached_at timestamptz NOT NULL,
            CONSTRAINT listing_document_pkey PRIMARY KEY (id),
            CONSTRAINT listing_document_listing_id_kind_document_id_key UNIQUE (listing_id, kind, document_id),
            CONSTRAINT listing_document_listing_id_fkey FOREIGN KEY(listing_id) REFERENCES listing (id),
            CONSTRAINT listing_document_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id)
        )
    """)
    op.execute("""
        CREATE TABLE lot (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            listing_id BIGINT NOT NULL,
            lot_no INTEGER NOT NULL,
            region_code VARCHAR(12) NOT NULL,
            title VARCHAR(200) NOT NULL,
            state VARCHAR(4) NOT NULL,
            state_since timestamptz NOT NULL,
            due_on DATE,
            due_undetermined BOOLEAN DEFAULT false NOT NULL,
            reason_code VARCHAR(40),
            reason_text TEXT,
            held JSONB DEFAULT '[]' NOT NULL,
            n_supplements INTEGER DEFAULT 0 NOT NULL,
            reviewed_hash BYTEA,
            quantity NUMERIC(16, 4) NOT NULL,
            unit VARCHAR(10) NOT NULL,
            price_basis VARCHAR(30) NOT NULL,
            start_fen BIGINT NOT NULL,
            floor_fen BIGINT NOT NULL,
            step_fen BIGINT NOT NULL,
            cap_fen BIGINT,
            deposit_fen BIGINT NOT NULL,
            term_start DATE,
            term_end DATE,
            months INTEGER NOT NULL,
            rules JSONB NOT NULL,
            round_no INTEGER DEFAULT 1 NOT NULL,
            n_extensions INTEGER DEFAULT 0 NOT NULL,
            entry_opens_at timestamptz,
            entry_closes_at timestamptz,
            auction_at timestamptz,
            CONSTRAINT lot_pkey PRIMARY KEY (id),
            CONSTRAINT lot_listing_id_lot_no_key UNIQUE (listing_id, lot_no),
            CONSTRAINT lot_start_is_positive CHECK (start_fen > 0),
            CONSTRAINT lot_step_is_positive CHECK (step_fen > 0),
            CONSTRAINT lot_deposit_is_not_negative CHECK (deposit_fen >= 0),
            CONSTRAINT lot_quantity_is_positive CHECK (quantity > 0),
            CONSTRAINT lot_months_are_not_negative CHECK (months >= 0),
            CONSTRAINT lot_term_has_both_ends CHECK ((term_start IS NULL) = (term_end IS NULL)),
            CONSTRAINT lot_term_runs_forward CHECK (term_start <= term_end),
            CONSTRAINT lot_cap_is_not_below_start CHECK (cap_fen IS NULL OR cap_fen >= start_fen),
            CONSTRAINT lot_floor_is_not_above_start CHECK (floor_fen <= start_fen),
            CONSTRAINT lot_listing_id_fkey FOREIGN KEY(listing_id) REFERENCES listing (id)
        )
    """)
    op.execute("CREATE INDEX lot_entry_due_idx ON lot (entry_closes_at) WHERE state IN ('L40','L41')")
    op.execute("CREATE INDEX lot_region_idx ON lot (region_code text_pattern_ops)")
    op.execute("CREATE INDEX lot_state_idx ON lot (state, id)")
    op.execute("""
        CREATE TABLE lot_duty (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            duty VARCHAR(20) NOT NULL,
            person_id BIGINT NOT NULL,
            at timestamptz NOT NULL,
            CONSTRAINT lot_duty_pkey PRIMARY KEY (id),
            CONSTRAINT lot_duty_lot_id_duty_person_id_key UNIQUE (lot_id, duty, person_id),
            CONSTRAINT lot_duty_one_person_one_duty EXCLUDE USING gist (lot_id WITH =, person_id WITH =,
                duty WITH <>),
            CONSTRAINT lot_duty_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT lot_duty_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (id)
        )
    """)
    op.execute("""
        CREATE TABLE lot_item (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            parcel_id BIGINT,
            asset_id BIGINT,
            quantity NUMERIC(16, 4) NOT NULL,
            start_fen BIGINT,
            CONSTRAINT lot_item_pkey PRIMARY KEY (id),
            CONSTRAINT lot_item_one_thing CHECK (num_nonnulls(parcel_id, asset_id) = 1),
            CONSTRAINT lot_item_quantity_is_positive CHECK (quantity > 0),
            CONSTRAINT lot_item_lot_id_parcel_id_key UNIQUE (lot_id, parcel_id),
            CONSTRAINT lot_item_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT lot_item_parcel_id_fkey FOREIGN KEY(parcel_id) REFERENCES parcel (id),
            CONSTRAINT lot_item_asset_id_fkey FOREIGN KEY(asset_id) REFERENCES asset (id)
        )
    """)
    op.execute("CREATE INDEX lot_item_lot_id_idx ON lot_item (lot_id)")
    op.execute("""
        CREATE TABLE notice (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            kind VARCHAR(30) NOT NULL,
            round_no INTEGER NOT NULL,
            version INTEGER NOT NULL,
            published_at timestamptz NOT NULL,
            starts_on DATE,
            ends_on DATE,
            body JSONB NOT NULL,
            body_hash BYTEA NOT NULL,
            CONSTRAINT notice_pkey PRIMARY KEY (id),
            CONSTRAINT notice_lot_id_round_no_version_key UNIQUE (lot_id, round_no, version),
            CONSTRAINT notice_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id)
        )
    """)
    op.execute("CREATE INDEX notice_public_idx ON notice (published_at)")
    op.execute("""
        CREATE TABLE review_case (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            lot_id BIGINT NOT NULL,
            region_code VARCHAR(12) NOT NULL,
            rule_id VARCHAR(40) NOT NULL,
            step VARCHAR(4) NOT NULL,
            message TEXT NOT NULL,
            citation TEXT NOT NULL,
            opened_at timestamptz NOT NULL,
            decision VARCHAR(10),
            reason TEXT,
            decided_by_person BIGINT,
            decided_at timestamptz,
            CONSTRAINT review_case_pkey PRIMARY KEY (id),
            CONSTRAINT review_case_lot_id_rule_id_step_key UNIQUE (lot_id, rule_id, step),
            CONSTRAINT review_case_decision_is_known CHECK (decision IN ('accept','refuse')),
            CONSTRAINT review_case_decided_with_an_instant CHECK ((decision IS NULL) = (decided_at IS NULL)),
            CONSTRAINT review_case_lot_id_fkey FOREIGN KEY(lot_id) REFERENCES lot (id),
            CONSTRAINT review_case_decided_by_person_fkey FOREIGN KEY(decided_by_person) REFERENCES person (id)
        )
    """)
    op.execute("CREATE INDEX review_case_open_idx ON review_case (region_code, id) WHERE decision IS NULL")
    op.execute("""
        CREATE TRIGGER notice_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON notice
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    for table in ("review_case", "notice", "lot_item", "lot_duty", "lot", "listing_document", "listing"):
        op.execute(f"DROP TABLE {table}")
