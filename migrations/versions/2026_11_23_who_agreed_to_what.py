"""Who agreed to what: consents and filings by parcel, mandates with their scope, mortgages with their bank.

The law asks household by household and parcel by parcel (承包法 46、47), so a consent names one thing, and a missing one
can be counted. A consent may be withdrawn, which is remembered; a filing and a mortgage's terms are only added.
"""

from alembic import op

revision = "registry_agreements"
down_revision = "registry_versions"
branch_labels = None
depends_on = None

MATTERS = "'lease', 'retransfer', 'transfer', 'mortgage', 'house_lease'"
FORMS = "'paper', 'verified_data_message', 'unverified_screenshot', 'oral', 'silence'"
USES = (
    "'industrial', 'commercial_tourism_entertainment', 'education_science_culture_health_sports', 'mixed_other', "
    "'commodity_housing', 'public_service', 'agricultural', 'homestead', 'other_non_operational'"
)


def upgrade() -> None:
    op.execute("ALTER TABLE mandate ADD parcel_ids bigint[]")
    op.execute(f"""
        ALTER TABLE restriction ADD planning_use varchar(40),
        ADD CONSTRAINT restriction_planned_use_is_of_a_plan CHECK (planning_use IS NULL OR kind = 'planning_use'),
        ADD CONSTRAINT restriction_planned_use_is_known CHECK (planning_use IN ({USES}))
    """)
    op.execute(f"""
        CREATE TABLE consent (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            matter varchar(40) NOT NULL,
            giver_party_id bigint NOT NULL REFERENCES party,
            to_party_id bigint REFERENCES party,
            parcel_id bigint REFERENCES parcel,
            asset_id bigint REFERENCES asset,
            form varchar(40) NOT NULL,
            given_on date NOT NULL,
            valid_to date,
            document_id bigint REFERENCES document,
            recorded_at timestamptz NOT NULL,
            withdrawn_at timestamptz,
            withdrawn_because varchar(200),
            CONSTRAINT consent_one_thing CHECK (num_nonnulls(parcel_id, asset_id) = 1),
            CONSTRAINT consent_term_runs_forward CHECK (given_on <= valid_to),
            CONSTRAINT consent_withdrawal_has_a_reason CHECK ((withdrawn_at IS NULL) = (withdrawn_because IS NULL)),
            CONSTRAINT consent_matter_is_known CHECK (matter IN ({MATTERS})),
            CONSTRAINT consent_form_is_known CHECK (form IN ({FORMS}))
        )
    """)
    op.execute("CREATE INDEX consent_region_idx ON consent (region_code text_pattern_ops)")
    op.execute("CREATE INDEX consent_parcel_idx ON consent (parcel_id, matter) WHERE withdrawn_at IS NULL")
    op.execute("CREATE INDEX consent_asset_idx ON consent (asset_id, matter) WHERE withdrawn_at IS NULL")
    op.execute("CREATE INDEX consent_giver_idx ON consent (giver_party_id)")
    op.execute(f"""
        CREATE TABLE filing (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            matter varchar(40) NOT NULL,
            filed_with_party_id bigint NOT NULL REFERENCES party,
            filed_by_party_id bigint NOT NULL REFERENCES party,
            parcel_id bigint REFERENCES parcel,
            asset_id bigint REFERENCES asset,
            filed_on date NOT NULL,
            document_id bigint REFERENCES document,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT filing_one_thing CHECK (num_nonnulls(parcel_id, asset_id) = 1),
            CONSTRAINT filing_matter_is_known CHECK (matter IN ({MATTERS}))
        )
    """)
    op.execute("CREATE INDEX filing_region_idx ON filing (region_code text_pattern_ops)")
    op.execute("CREATE INDEX filing_parcel_idx ON filing (parcel_id, matter)")
    op.execute("CREATE INDEX filing_asset_idx ON filing (asset_id, matter)")
    op.execute("""
        CREATE TABLE mortgage (
            restriction_id bigint PRIMARY KEY REFERENCES restriction,
            region_code varchar(12) NOT NULL REFERENCES region,
            right_id bigint NOT NULL REFERENCES land_right,
            mortgagor_party_id bigint NOT NULL REFERENCES party,
            mortgagee_party_id bigint NOT NULL REFERENCES party,
            debtor_party_id bigint NOT NULL REFERENCES party,
            contract_no varchar(60) NOT NULL,
            debt_fen bigint NOT NULL,
            debt_from date NOT NULL,
            debt_to date NOT NULL,
            registered_by_account bigint REFERENCES account,
            registered_at timestamptz NOT NULL,
            CONSTRAINT mortgage_debt_is_positive CHECK (debt_fen > 0),
            CONSTRAINT mortgage_term_runs_forward CHECK (debt_from <= debt_to),
            CONSTRAINT mortgage_bank_is_another CHECK (mortgagor_party_id <> mortgagee_party_id),
            UNIQUE (mortgagee_party_id, contract_no, right_id)
        )
    """)
    op.execute("CREATE INDEX mortgage_right_idx ON mortgage (right_id)")
    op.execute("CREATE INDEX mortgage_region_idx ON mortgage (region_code text_pattern_ops)")
    op.execute("""
        CREATE TRIGGER consent_remembered_new AFTER INSERT ON consent REFERENCING NEW TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION remember_version('id')
    """)
    op.execute("""
        CREATE TRIGGER consent_remembered AFTER UPDATE ON consent REFERENCING NEW TABLE AS changed OLD TABLE AS former
        FOR EACH STATEMENT EXECUTE FUNCTION remember_version('id')
    """)
    for table in ("filing", "mortgage"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


def downgrade() -> None:
    for table in ("mortgage", "filing", "consent"):
        op.execute(f"DROP TABLE {table}")
    op.execute("ALTER TABLE restriction DROP planning_use")
    op.execute("ALTER TABLE mandate DROP parcel_ids")
