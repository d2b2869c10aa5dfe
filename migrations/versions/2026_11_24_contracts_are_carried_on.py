"""Contracts are carried on: programmes of the second-round extension, whom they leave out, and a contract a household.

One contract a household contract right, whatever programme it belongs to; in effect exactly where the registry has the
right that carries the old one on.
"""

from alembic import op

revision = "extension"
down_revision = "sealed_offers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE extension_programme (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            region_code VARCHAR(12) NOT NULL,
            collective_party_id BIGINT NOT NULL,
            title VARCHAR(200) NOT NULL,
            state VARCHAR(20) NOT NULL,
            old_ends_on DATE NOT NULL,
            starts_on DATE NOT NULL,
            ends_on DATE NOT NULL,
            resolution_id BIGINT,
            publicised_on DATE,
            publicity_until DATE,
            approval_no VARCHAR(80),
            filing_no VARCHAR(80),
            drafted_by_person BIGINT NOT NULL,
            approved_by_person BIGINT,
            filed_by_person BIGINT,
            reason VARCHAR(200),
            drafted_at timestamptz NOT NULL,
            CONSTRAINT extension_programme_pkey PRIMARY KEY (id),
            CONSTRAINT extension_programme_state_is_known CHECK (state IN ('draft', 'voted', 'publicised', 'approved',
                'contracting', 'closed', 'withdrawn')),
            CONSTRAINT extension_programme_new_term_follows_the_old
                CHECK (old_ends_on < starts_on AND starts_on < ends_on),
            CONSTRAINT extension_programme_publicity_runs_forward CHECK (publicised_on < publicity_until),
            CONSTRAINT extension_programme_two_persons_approve CHECK (approved_by_person <> drafted_by_person),
            CONSTRAINT extension_programme_another_files CHECK (filed_by_person <> approved_by_person),
            CONSTRAINT extension_programme_nothing_without_a_resolution
                CHECK (state IN ('draft', 'withdrawn') OR resolution_id IS NOT NULL),
            CONSTRAINT extension_programme_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT extension_programme_collective_party_id_fkey
                FOREIGN KEY(collective_party_id) REFERENCES party (id),
            CONSTRAINT extension_programme_resolution_id_fkey FOREIGN KEY(resolution_id) REFERENCES resolution (id),
            CONSTRAINT extension_programme_drafted_by_person_fkey FOREIGN KEY(drafted_by_person) REFERENCES person (id),
            CONSTRAINT extension_programme_approved_by_person_fkey
                FOREIGN KEY(approved_by_person) REFERENCES person (id),
            CONSTRAINT extension_programme_filed_by_person_fkey FOREIGN KEY(filed_by_person) REFERENCES person (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX extension_programme_live_key ON extension_programme (collective_party_id, old_ends_on)
        WHERE state NOT IN ('withdrawn', 'closed')
    """)
    op.execute("CREATE INDEX extension_programme_region_idx ON extension_programme (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE extension_exclusion (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            programme_id BIGINT NOT NULL,
            right_id BIGINT NOT NULL,
            ground VARCHAR(20) NOT NULL,
            reason VARCHAR(200) NOT NULL,
            document_id BIGINT,
            recorded_at timestamptz NOT NULL,
            lifted_at timestamptz,
            lifted_because VARCHAR(200),
            CONSTRAINT extension_exclusion_pkey PRIMARY KEY (id),
            CONSTRAINT extension_exclusion_ground_is_known
                CHECK (ground IN ('dispute', 'declined', 'extinct', 'requisitioned', 'other')),
            CONSTRAINT extension_exclusion_lifting_has_a_reason
                CHECK ((lifted_at IS NULL) = (lifted_because IS NULL)),
            CONSTRAINT extension_exclusion_programme_id_fkey
                FOREIGN KEY(programme_id) REFERENCES extension_programme (id),
            CONSTRAINT extension_exclusion_right_id_fkey FOREIGN KEY(right_id) REFERENCES land_right (id),
            CONSTRAINT extension_exclusion_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX extension_exclusion_standing_key ON extension_exclusion (programme_id, right_id)
        WHERE lifted_at IS NULL
    """)
    op.execute("""
        CREATE TABLE extension_contract (
            id BIGINT GENERATED ALWAYS AS IDENTITY,
            programme_id BIGINT NOT NULL,
            region_code VARCHAR(12) NOT NULL,
            contract_no VARCHAR(40) NOT NULL,
            right_id BIGINT NOT NULL,
            household_party_id BIGINT NOT NULL,
            state VARCHAR(20) NOT NULL,
            starts_on DATE NOT NULL,
            ends_on DATE NOT NULL,
            signatory_party_id BIGINT,
            signed_on DATE,
            document_id BIGINT,
            signed_by_person BIGINT,
            effected_by_person BIGINT,
            extending_right_id BIGINT,
            void_reason VARCHAR(200),
            drafted_at timestamptz NOT NULL,
            CONSTRAINT extension_contract_pkey PRIMARY KEY (id),
            CONSTRAINT extension_contract_state_is_known
                CHECK (state IN ('drafted', 'signed', 'effective', 'voided')),
            CONSTRAINT extension_contract_term_runs_forward CHECK (starts_on < ends_on),
            CONSTRAINT extension_contract_signed_by_somebody_on_a_day
                CHECK (state IN ('drafted', 'voided') OR num_nonnulls(signatory_party_id, signed_on) = 2),
            CONSTRAINT extension_contract_in_effect_in_the_registry
                CHECK ((state = 'effective') = (extending_right_id IS NOT NULL)),
            CONSTRAINT extension_contract_two_persons_effect CHECK (effected_by_person <> signed_by_person),
            CONSTRAINT extension_contract_programme_id_fkey
                FOREIGN KEY(programme_id) REFERENCES extension_programme (id),
            CONSTRAINT extension_contract_region_code_fkey FOREIGN KEY(region_code) REFERENCES region (code),
            CONSTRAINT extension_contract_right_id_fkey FOREIGN KEY(right_id) REFERENCES land_right (id),
            CONSTRAINT extension_contract_household_party_id_fkey FOREIGN KEY(household_party_id) REFERENCES party (id),
            CONSTRAINT extension_contract_signatory_party_id_fkey FOREIGN KEY(signatory_party_id) REFERENCES party (id),
            CONSTRAINT extension_contract_document_id_fkey FOREIGN KEY(document_id) REFERENCES document (id),
            CONSTRAINT extension_contract_signed_by_person_fkey FOREIGN KEY(signed_by_person) REFERENCES person (id),
            CONSTRAINT extension_contract_effected_by_person_fkey
                FOREIGN KEY(effected_by_person) REFERENCES person (id),
            CONSTRAINT extension_contract_extending_right_id_fkey
                FOREIGN KEY(extending_right_id) REFERENCES land_right (id)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX extension_contract_right_key ON extension_contract (right_id) WHERE state <> 'voided'
    """)
    op.execute("CREATE UNIQUE INDEX extension_contract_no_key ON extension_contract (contract_no)")
    op.execute("CREATE UNIQUE INDEX extension_contract_extending_key ON extension_contract (extending_right_id)")
    op.execute("CREATE INDEX extension_contract_programme_idx ON extension_contract (programme_id, id)")


def downgrade() -> None:
    for table in ("extension_contract", "extension_exclusion", "extension_programme"):
        op.execute(f"DROP TABLE {table}")
