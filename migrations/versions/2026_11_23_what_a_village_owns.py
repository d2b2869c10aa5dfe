"""What a village owns, as it keeps it: accounts and their entries, assets, resources, contracts.

Rows come from workbooks and are known by the numbers that the village has given them, so the same file twice changes
nothing. An account has one owner, so a village committee and a collective cannot share one (政经分离).
"""

from alembic import op

revision = "holdings"
down_revision = "due"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE holding_import (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            mode VARCHAR(40) NOT NULL,
            state VARCHAR(40) NOT NULL,
            file_name VARCHAR(200) NOT NULL,
            sha256 BYTEA NOT NULL,
            size INTEGER NOT NULL,
            same_as_id BIGINT,
            submitted_by_account BIGINT,
            submitted_at timestamptz NOT NULL,
            attempt SMALLINT DEFAULT 0 NOT NULL,
            heard_of_at timestamptz,
            percent SMALLINT DEFAULT 0 NOT NULL,
            n_rows INTEGER DEFAULT 0 NOT NULL,
            n_errors INTEGER DEFAULT 0 NOT NULL,
            n_notes INTEGER DEFAULT 0 NOT NULL,
            summary JSONB DEFAULT '{}' NOT NULL,
            finished_at timestamptz,
            CONSTRAINT holding_import_pkey PRIMARY KEY (id),
            CONSTRAINT holding_import_percent_is_a_percentage CHECK (percent BETWEEN 0 AND 100),
            CONSTRAINT holding_import_finished_when_nothing_is_left_to_do CHECK ((finished_at IS NULL) = (state IN ('queued', 'running'))),
            CONSTRAINT holding_import_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT holding_import_mode_is_known CHECK (mode IN ('dry_run', 'whole', 'partial')),
            CONSTRAINT holding_import_state_is_known CHECK (state IN ('queued', 'running', 'checked', 'applied', 'refused', 'failed')),
            CONSTRAINT holding_import_same_as_id_fkey FOREIGN KEY(same_as_id) REFERENCES holding_import (id),
            CONSTRAINT holding_import_submitted_by_account_fkey FOREIGN KEY(submitted_by_account) REFERENCES account (id)
        )
    """)
    op.execute("""
        CREATE INDEX holding_import_region_idx ON holding_import (region_code text_pattern_ops, id)
    """)
    op.execute("""
        CREATE UNIQUE INDEX holding_import_waiting_key ON holding_import (region_code, sha256, mode) WHERE finished_at IS NULL
    """)
    op.execute("""
        CREATE TABLE holding_import_body (
            import_id BIGINT NOT NULL,
            body BYTEA NOT NULL,
            CONSTRAINT holding_import_body_pkey PRIMARY KEY (import_id),
            CONSTRAINT holding_import_body_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id)
        )
    """)
    op.execute("""
        CREATE TABLE holding_import_problem (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            import_id BIGINT NOT NULL,
            severity VARCHAR(40) NOT NULL,
            code VARCHAR(40) NOT NULL,
            sheet VARCHAR(60),
            row_no INTEGER,
            column_title VARCHAR(60),
            cell VARCHAR(24),
            reason VARCHAR(400) NOT NULL,
            CONSTRAINT holding_import_problem_pkey PRIMARY KEY (id),
            CONSTRAINT holding_import_problem_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id),
            CONSTRAINT holding_import_problem_severity_is_known CHECK (severity IN ('error', 'note'))
        )
    """)
    op.execute("""
        CREATE INDEX holding_import_problem_import_idx ON holding_import_problem (import_id, id)
    """)
    op.execute("""
        CREATE TABLE holding_account (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            owner_party_id BIGINT NOT NULL,
            account_digest BYTEA NOT NULL,
            account_sealed BYTEA NOT NULL,
            account_tail VARCHAR(4) NOT NULL,
            kind VARCHAR(40) NOT NULL,
            bank_name VARCHAR(200),
            balance_fen BIGINT,
            balance_on DATE,
            note VARCHAR(200),
            import_id BIGINT NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT holding_account_pkey PRIMARY KEY (id),
            CONSTRAINT holding_account_account_digest_key UNIQUE (account_digest),
            CONSTRAINT holding_account_balance_has_a_day CHECK ((balance_fen IS NULL) = (balance_on IS NULL)),
            CONSTRAINT holding_account_balance_is_not_negative CHECK (balance_fen >= 0),
            CONSTRAINT holding_account_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT holding_account_owner_party_id_fkey FOREIGN KEY(owner_party_id) REFERENCES party (id),
            CONSTRAINT holding_account_kind_is_known CHECK (kind IN ('basic', 'general', 'special', 'cash')),
            CONSTRAINT holding_account_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id)
        )
    """)
    op.execute("""
        CREATE INDEX holding_account_owner_idx ON holding_account (owner_party_id)
    """)
    op.execute("""
        CREATE INDEX holding_account_region_idx ON holding_account (region_code text_pattern_ops)
    """)
    op.execute("""
        CREATE TABLE holding_entry (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            owner_party_id BIGINT NOT NULL,
            account_id BIGINT NOT NULL,
            voucher_no VARCHAR(200) NOT NULL,
            entered_on DATE NOT NULL,
            direction VARCHAR(40) NOT NULL,
            amount_fen BIGINT NOT NULL,
            summary VARCHAR(200) NOT NULL,
            counterparty VARCHAR(200),
            import_id BIGINT NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT holding_entry_pkey PRIMARY KEY (id),
            CONSTRAINT holding_entry_account_id_voucher_no_key UNIQUE (account_id, voucher_no),
            CONSTRAINT holding_entry_amount_is_positive CHECK (amount_fen > 0),
            CONSTRAINT holding_entry_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT holding_entry_owner_party_id_fkey FOREIGN KEY(owner_party_id) REFERENCES party (id),
            CONSTRAINT holding_entry_account_id_fkey FOREIGN KEY(account_id) REFERENCES holding_account (id),
            CONSTRAINT holding_entry_direction_is_known CHECK (direction IN ('income', 'expense')),
            CONSTRAINT holding_entry_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id)
        )
    """)
    op.execute("""
        CREATE INDEX holding_entry_region_idx ON holding_entry (region_code text_pattern_ops)
    """)
    op.execute("""
        CREATE TABLE holding_asset (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            owner_party_id BIGINT NOT NULL,
            asset_no VARCHAR(40) NOT NULL,
            name VARCHAR(200) NOT NULL,
            kind VARCHAR(40) NOT NULL,
            location VARCHAR(200),
            quantity NUMERIC(16, 4) NOT NULL,
            unit VARCHAR(10) NOT NULL,
            book_value_fen BIGINT,
            net_value_fen BIGINT,
            acquired_on DATE,
            use_state VARCHAR(40) NOT NULL,
            profitable BOOLEAN NOT NULL,
            public_welfare BOOLEAN,
            fiscal_funded BOOLEAN,
            attached_to_land BOOLEAN,
            note VARCHAR(200),
            registry_asset_id BIGINT,
            import_id BIGINT NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT holding_asset_pkey PRIMARY KEY (id),
            CONSTRAINT holding_asset_owner_party_id_asset_no_key UNIQUE (owner_party_id, asset_no),
            CONSTRAINT holding_asset_registry_asset_id_key UNIQUE (registry_asset_id),
            CONSTRAINT holding_asset_quantity_is_positive CHECK (quantity > 0),
            CONSTRAINT holding_asset_values_are_not_negative CHECK (least(book_value_fen, net_value_fen) >= 0),
            CONSTRAINT holding_asset_net_value_is_within_book_value CHECK (net_value_fen <= book_value_fen),
            CONSTRAINT holding_asset_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT holding_asset_owner_party_id_fkey FOREIGN KEY(owner_party_id) REFERENCES party (id),
            CONSTRAINT holding_asset_kind_is_known CHECK (kind IN ('house', 'factory', 'water_facility', 'equipment', 'enterprise_equity', 'equity_share', 'trees', 'intellectual_property', 'other')),
            CONSTRAINT holding_asset_use_state_is_known CHECK (use_state IN ('own_use', 'let', 'contracted', 'idle', 'worn_out')),
            CONSTRAINT holding_asset_registry_asset_id_fkey FOREIGN KEY(registry_asset_id) REFERENCES asset (id),
            CONSTRAINT holding_asset_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id)
        )
    """)
    op.execute("""
        CREATE INDEX holding_asset_region_idx ON holding_asset (region_code text_pattern_ops)
    """)
    op.execute("""
        CREATE TABLE holding_resource (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            owner_party_id BIGINT NOT NULL,
            resource_no VARCHAR(40) NOT NULL,
            name VARCHAR(200) NOT NULL,
            land_type VARCHAR(40) NOT NULL,
            location VARCHAR(200),
            area_mu NUMERIC(14, 4) NOT NULL,
            bound_east VARCHAR(100),
            bound_south VARCHAR(100),
            bound_west VARCHAR(100),
            bound_north VARCHAR(100),
            use_state VARCHAR(40) NOT NULL,
            parcel_code VARCHAR(40),
            basic_farmland BOOLEAN,
            note VARCHAR(200),
            import_id BIGINT NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT holding_resource_pkey PRIMARY KEY (id),
            CONSTRAINT holding_resource_owner_party_id_resource_no_key UNIQUE (owner_party_id, resource_no),
            CONSTRAINT holding_resource_area_is_positive CHECK (area_mu > 0),
            CONSTRAINT holding_resource_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT holding_resource_owner_party_id_fkey FOREIGN KEY(owner_party_id) REFERENCES party (id),
            CONSTRAINT holding_resource_land_type_is_known CHECK (land_type IN ('cultivated', 'garden', 'forest_land', 'grassland', 'waste_land', 'aquaculture_water', 'facility_agricultural', 'construction', 'homestead', 'other')),
            CONSTRAINT holding_resource_use_state_is_known CHECK (use_state IN ('own_use', 'let', 'contracted', 'idle', 'worn_out')),
            CONSTRAINT holding_resource_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id)
        )
    """)
    op.execute("""
        CREATE INDEX holding_resource_region_idx ON holding_resource (region_code text_pattern_ops)
    """)
    op.execute("""
        CREATE TABLE holding_contract (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            owner_party_id BIGINT NOT NULL,
            contract_no VARCHAR(200) NOT NULL,
            name VARCHAR(200) NOT NULL,
            thing_no VARCHAR(40) NOT NULL,
            lessee_name VARCHAR(200) NOT NULL,
            lessee_kind VARCHAR(40) NOT NULL,
            signed_on DATE NOT NULL,
            starts_on DATE NOT NULL,
            ends_on DATE NOT NULL,
            quantity NUMERIC(16, 4),
            rent_fen BIGINT,
            total_fen BIGINT NOT NULL,
            certificate_no VARCHAR(30),
            note VARCHAR(200),
            import_id BIGINT NOT NULL,
            changed_at timestamptz NOT NULL,
            CONSTRAINT holding_contract_pkey PRIMARY KEY (id),
            CONSTRAINT holding_contract_owner_party_id_contract_no_key UNIQUE (owner_party_id, contract_no),
            CONSTRAINT holding_contract_term_runs_forward CHECK (starts_on <= ends_on),
            CONSTRAINT holding_contract_amounts_are_not_negative CHECK (least(rent_fen, total_fen) >= 0),
            CONSTRAINT holding_contract_quantity_is_positive CHECK (quantity > 0),
            CONSTRAINT holding_contract_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT holding_contract_owner_party_id_fkey FOREIGN KEY(owner_party_id) REFERENCES party (id),
            CONSTRAINT holding_contract_lessee_kind_is_known CHECK (lessee_kind IN ('individual', 'household', 'family_farm', 'cooperative', 'enterprise', 'other')),
            CONSTRAINT holding_contract_import_id_fkey FOREIGN KEY(import_id) REFERENCES holding_import (id)
        )
    """)
    op.execute("""
        CREATE INDEX holding_contract_certificate_idx ON holding_contract (certificate_no)
    """)
    op.execute("""
        CREATE INDEX holding_contract_region_idx ON holding_contract (region_code text_pattern_ops, id)
    """)


def downgrade() -> None:
    for table in (
        "holding_contract",
        "holding_resource",
        "holding_asset",
        "holding_entry",
        "holding_account",
        "holding_import_problem",
        "holding_import_body",
        "holding_import",
    ):
        op.execute(f"DROP TABLE {table}")
