"""The registry after ISO 19152: parties, parcels, rights, restrictions, leases, and what they rest on.

The database itself refuses a double lease, a derived right that outlives its parent, a sublease that leaves its head
lease, and a group whose members' shares do not sum to one.
"""

from alembic import op

revision = "registry"
down_revision = "money"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
        CREATE TABLE number_series (
            name varchar(40) NOT NULL,
            year smallint NOT NULL,
            last bigint NOT NULL,
            PRIMARY KEY (name, year)
        )
    """)
    op.execute("""
        CREATE TABLE region (
            code varchar(12) PRIMARY KEY,
            name varchar(60) NOT NULL,
            level varchar(40) NOT NULL,
            parent_code varchar(12) REFERENCES region,
            CONSTRAINT region_code_is_a_division CHECK (code ~ '^[0-9]{6}([0-9]{3}([0-9]{3})?)?$'),
            CONSTRAINT region_level_is_known CHECK (level IN ('city', 'county', 'town', 'village'))
        )
    """)
    op.execute("CREATE INDEX region_code_idx ON region (code text_pattern_ops)")
    op.execute("CREATE INDEX region_parent_idx ON region (parent_code, code)")
    op.execute("""
        CREATE TABLE ba_unit (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            name varchar(200),
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz
        )
    """)
    op.execute("CREATE INDEX ba_unit_region_idx ON ba_unit (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE parcel (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parcel_code varchar(40) NOT NULL,
            name varchar(200) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            area_mu numeric(14, 4) NOT NULL,
            land_type varchar(40) NOT NULL,
            is_reserve_land boolean,
            permanent_basic_farmland boolean,
            slope_degrees numeric(4, 2),
            soil_class varchar(40),
            soil_pollution_list boolean,
            soil_survey_done boolean,
            public_welfare_forest boolean,
            bound_east varchar(100),
            bound_south varchar(100),
            bound_west varchar(100),
            bound_north varchar(100),
            min_lon numeric(7, 4),
            min_lat numeric(7, 4),
            max_lon numeric(7, 4),
            max_lat numeric(7, 4),
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz,
            UNIQUE (parcel_code),
            CONSTRAINT parcel_area_is_positive CHECK (area_mu > 0),
            CONSTRAINT parcel_slope_is_an_angle CHECK (slope_degrees BETWEEN 0 AND 90),
            CONSTRAINT parcel_box_is_whole CHECK (num_nonnulls(min_lon, min_lat, max_lon, max_lat) IN (0, 4)),
            CONSTRAINT parcel_box_runs_forward CHECK (min_lon <= max_lon AND min_lat <= max_lat),
            CONSTRAINT parcel_box_is_in_china CHECK (min_lon >= 70 AND max_lon <= 140 AND min_lat >= 0 AND max_lat <=
                60),
            CONSTRAINT parcel_land_type_is_known CHECK (land_type IN ('cultivated', 'garden', 'forest_land',
                'grassland', 'waste_land', 'aquaculture_water', 'facility_agricultural', 'construction', 'homestead',
                'other')),
            CONSTRAINT parcel_soil_class_is_known CHECK (soil_class IN ('priority_protection', 'safe_use',
                'strict_control'))
        )
    """)
    op.execute("CREATE INDEX parcel_region_idx ON parcel (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE party (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind varchar(40) NOT NULL,
            name varchar(200) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            credit_code varchar(18),
            id_number_digest bytea,
            id_number_sealed bytea,
            id_number_masked varchar(18),
            born_on date,
            legal_capacity varchar(40),
            person_id bigint REFERENCES person,
            organisation_id bigint REFERENCES organisation,
            bank_name varchar(200),
            bank_account_sealed bytea,
            bank_account_tail varchar(4),
            address varchar(200),
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz,
            CONSTRAINT party_id_number_is_whole CHECK (num_nonnulls(id_number_digest, id_number_sealed,
                id_number_masked) IN (0, 3)),
            CONSTRAINT party_id_number_is_a_persons CHECK (id_number_digest IS NULL OR kind = 'individual'),
            CONSTRAINT party_code_is_an_organisations CHECK (credit_code IS NULL OR kind NOT IN
                ('individual','household')),
            CONSTRAINT party_capacity_is_a_persons CHECK ((legal_capacity IS NOT NULL) = (kind = 'individual')),
            CONSTRAINT party_bank_account_is_whole CHECK ((bank_account_sealed IS NULL) = (bank_account_tail IS NULL)),
            UNIQUE (region_code, credit_code),
            UNIQUE (region_code, id_number_digest),
            CONSTRAINT party_kind_is_known CHECK (kind IN ('individual', 'household', 'individual_business',
                'family_farm', 'cooperative', 'enterprise', 'other_organisation', 'collective_economic_organisation',
                'village_committee', 'villager_group', 'government')),
            CONSTRAINT party_capacity_is_known CHECK (legal_capacity IN ('full', 'limited', 'none'))
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX party_collective_code_key ON party (credit_code) WHERE kind =
            'collective_economic_organisation'
    """)
    op.execute("CREATE INDEX party_organisation_idx ON party (organisation_id)")
    op.execute("CREATE INDEX party_person_idx ON party (person_id)")
    op.execute("CREATE INDEX party_region_idx ON party (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE asset (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            asset_no varchar(40) NOT NULL,
            kind varchar(40) NOT NULL,
            name varchar(200) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            owner_party_id bigint NOT NULL REFERENCES party,
            quantity numeric(16, 4) NOT NULL,
            unit varchar(10) NOT NULL,
            book_value_fen bigint,
            in_ledger boolean NOT NULL DEFAULT true,
            public_welfare boolean,
            fiscal_funded boolean,
            registrable_machinery boolean,
            attached_to_land boolean,
            legal_proof boolean,
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz,
            UNIQUE (asset_no),
            CONSTRAINT asset_quantity_is_positive CHECK (quantity > 0),
            CONSTRAINT asset_book_value_is_not_negative CHECK (book_value_fen >= 0),
            CONSTRAINT asset_kind_is_known CHECK (kind IN ('house', 'factory', 'water_facility', 'equipment',
                'enterprise_equity', 'equity_share', 'trees', 'intellectual_property', 'other'))
        )
    """)
    op.execute("CREATE INDEX asset_owner_idx ON asset (owner_party_id)")
    op.execute("CREATE INDEX asset_region_idx ON asset (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE collective (
            party_id bigint PRIMARY KEY REFERENCES party,
            level varchar(40) NOT NULL,
            registration_valid boolean,
            members_full_capacity integer,
            households_total integer,
            reps_total integer,
            women_reps integer,
            reps_term_end_on date,
            board_total integer,
            updated_at timestamptz NOT NULL,
            CONSTRAINT collective_counts_are_not_negative CHECK (least(reps_total, women_reps, board_total,
                members_full_capacity, households_total) >= 0),
            CONSTRAINT collective_women_are_among_the_representatives CHECK (women_reps <= reps_total),
            CONSTRAINT collective_level_is_known CHECK (level IN ('township', 'village', 'group'))
        )
    """)
    op.execute("""
        CREATE TABLE document (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            kind varchar(40) NOT NULL,
            title varchar(200) NOT NULL,
            reference varchar(200),
            sha256 bytea,
            media_type varchar(40),
            size integer,
            uploaded_by_account bigint REFERENCES account,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT document_upload_is_whole CHECK (num_nonnulls(sha256, media_type, size) IN (0, 3)),
            CONSTRAINT document_is_here_or_elsewhere CHECK (sha256 IS NOT NULL OR reference IS NOT NULL),
            CONSTRAINT document_hash_is_sha256 CHECK (length(sha256) = 32),
            CONSTRAINT document_media_type_is_known CHECK (media_type IN ('application/pdf', 'image/png',
                'image/jpeg'))
        )
    """)
    op.execute("CREATE INDEX document_region_idx ON document (region_code text_pattern_ops)")
    op.execute("CREATE INDEX document_sha256_idx ON document (sha256)")
    op.execute("""
        CREATE TABLE party_member (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            group_party_id bigint NOT NULL REFERENCES party,
            member_party_id bigint NOT NULL REFERENCES party,
            share_num bigint,
            share_den bigint,
            relation varchar(20),
            is_representative boolean NOT NULL DEFAULT false,
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz,
            CONSTRAINT party_member_nobody_is_his_own_member CHECK (group_party_id <> member_party_id),
            CONSTRAINT party_member_share_is_whole CHECK ((share_num IS NULL) = (share_den IS NULL)),
            CONSTRAINT party_member_share_is_a_fraction CHECK (share_num > 0 AND share_num <= share_den)
        )
    """)
    op.execute("""
        CREATE UNIQUE INDEX party_member_current_key ON party_member (group_party_id, member_party_id) WHERE
            end_lifespan_at IS NULL
    """)
    op.execute("CREATE INDEX party_member_member_idx ON party_member (member_party_id)")
    op.execute("""
        CREATE TABLE ba_unit_item (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            ba_unit_id bigint NOT NULL REFERENCES ba_unit,
            parcel_id bigint REFERENCES parcel,
            asset_id bigint REFERENCES asset,
            CONSTRAINT ba_unit_item_one_thing CHECK (num_nonnulls(parcel_id, asset_id) = 1),
            UNIQUE (ba_unit_id, parcel_id),
            UNIQUE (ba_unit_id, asset_id)
        )
    """)
    op.execute("CREATE INDEX ba_unit_item_asset_idx ON ba_unit_item (asset_id)")
    op.execute("CREATE INDEX ba_unit_item_parcel_idx ON ba_unit_item (parcel_id)")
    op.execute("""
        CREATE TABLE document_body (
            document_id bigint PRIMARY KEY REFERENCES document,
            body bytea NOT NULL,
            CONSTRAINT document_body_body_is_small CHECK (octet_length(body) BETWEEN 1 AND 1000000)
        )
    """)
    op.execute("""
        CREATE TABLE land_right (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind varchar(40) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            ba_unit_id bigint NOT NULL REFERENCES ba_unit,
            holder_party_id bigint NOT NULL REFERENCES party,
            share_num bigint NOT NULL DEFAULT 1,
            share_den bigint NOT NULL DEFAULT 1,
            parent_right_id bigint REFERENCES land_right,
            extends_right_id bigint REFERENCES land_right,
            starts_on date,
            ends_on date,
            certificate_no varchar(60),
            source_kind varchar(40) NOT NULL,
            source_ref varchar(200),
            source_document_id bigint REFERENCES document,
            signed_on date,
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz,
            end_reason varchar(200),
            UNIQUE (certificate_no),
            CONSTRAINT land_right_term_runs_forward CHECK (starts_on <= ends_on),
            CONSTRAINT land_right_share_is_a_fraction CHECK (share_num > 0 AND share_num <= share_den),
            CONSTRAINT land_right_lifespan_runs_forward CHECK (begin_lifespan_at <= end_lifespan_at),
            CONSTRAINT land_right_derived_or_extending CHECK (num_nonnulls(parent_right_id, extends_right_id) <= 1),
            CONSTRAINT land_right_kind_is_known CHECK (kind IN ('land_ownership', 'contract_management_right',
                'contract_right', 'land_management_right', 'construction_land_use_right', 'homestead_use_right',
                'house_ownership', 'house_lease_right', 'forest_management_right', 'tree_ownership', 'tree_use_right',
                'felling_permit', 'asset_ownership', 'asset_use_right', 'income_share', 'membership',
                'land_compensation', 'water_facility_use_right', 'aquaculture_right', 'quota_index', 'carbon_sink',
                'trademark', 'collective_trademark', 'certification_mark', 'patent', 'patent_application',
                'plant_variety', 'copyright')),
            CONSTRAINT land_right_source_is_known CHECK (source_kind IN ('certificate', 'contract', 'resolution',
                'court_order', 'administrative_decision', 'succession'))
        )
    """)
    op.execute("CREATE INDEX land_right_extends_idx ON land_right (extends_right_id)")
    op.execute("CREATE INDEX land_right_holder_idx ON land_right (holder_party_id)")
    op.execute("CREATE INDEX land_right_parent_idx ON land_right (parent_right_id)")
    op.execute("CREATE INDEX land_right_region_idx ON land_right (region_code text_pattern_ops)")
    op.execute("CREATE INDEX land_right_unit_idx ON land_right (ba_unit_id)")
    op.execute("""
        CREATE TABLE mandate (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            principal_party_id bigint NOT NULL REFERENCES party,
            agent_party_id bigint REFERENCES party,
            written boolean NOT NULL,
            matter text,
            authority text,
            valid_from date,
            valid_to date,
            signed_on date,
            document_id bigint REFERENCES document,
            recorded_at timestamptz NOT NULL,
            revoked_at timestamptz,
            CONSTRAINT mandate_term_runs_forward CHECK (valid_from <= valid_to),
            CONSTRAINT mandate_agent_is_another CHECK (principal_party_id <> agent_party_id)
        )
    """)
    op.execute("CREATE INDEX mandate_principal_idx ON mandate (principal_party_id)")
    op.execute("CREATE INDEX mandate_region_idx ON mandate (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE resolution (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            party_id bigint NOT NULL REFERENCES party,
            body varchar(40) NOT NULL,
            matter varchar(40) NOT NULL,
            subject text NOT NULL,
            notice_on date,
            meeting_on date NOT NULL,
            special_circumstances boolean NOT NULL DEFAULT false,
            attendance_basis varchar(40) NOT NULL,
            eligible integer,
            reps_total integer,
            board_total integer,
            attended integer NOT NULL,
            yes integer NOT NULL,
            women_reps integer,
            households_total integer,
            reps_term_end_on date,
            improper_proxies integer,
            party_study_done boolean,
            party_study_on date,
            minutes_filed boolean,
            publicised boolean,
            intent_agreement boolean,
            charter_threshold_met boolean,
            discriminates_women boolean,
            document_id bigint REFERENCES document,
            recorded_at timestamptz NOT NULL,
            CONSTRAINT resolution_notice_precedes_meeting CHECK (notice_on <= meeting_on),
            CONSTRAINT resolution_votes_are_of_the_present CHECK (yes <= attended),
            CONSTRAINT resolution_present_are_eligible CHECK (NOT (body IN
                ('members_assembly','villagers_meeting','group_meeting')) OR greatest(attended, yes) <= eligible),
            CONSTRAINT resolution_present_are_representatives CHECK (NOT (body IN
                ('members_representatives','villagers_representatives')) OR greatest(attended, yes) <= reps_total),
            CONSTRAINT resolution_present_are_of_the_board CHECK (body <> 'board' OR greatest(attended, yes) <=
                board_total),
            CONSTRAINT resolution_counts_are_not_negative CHECK (least(eligible, reps_total, board_total, attended,
                yes, women_reps, households_total, improper_proxies) >= 0),
            CONSTRAINT resolution_body_is_known CHECK (body IN ('members_assembly', 'members_representatives',
                'board', 'villagers_meeting', 'villagers_representatives', 'group_meeting')),
            CONSTRAINT resolution_matter_is_known CHECK (matter IN ('charter', 'member_confirmation',
                'land_contracting', 'homestead_use', 'share_quantification', 'construction_land_transfer',
                'land_compensation_distribution', 'investment', 'merger_division', 'asset_disposal',
                'forest_transfer', 'profit_distribution', 'non_member_benefit', 'executive', 'village_affairs',
                'construction_project')),
            CONSTRAINT resolution_basis_is_known CHECK (attendance_basis IN ('individuals',
                'household_representatives'))
        )
    """)
    op.execute("CREATE INDEX resolution_party_idx ON resolution (party_id)")
    op.execute("CREATE INDEX resolution_region_idx ON resolution (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE lease (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            region_code varchar(12) NOT NULL REFERENCES region,
            parcel_id bigint NOT NULL REFERENCES parcel,
            holder_party_id bigint NOT NULL REFERENCES party,
            right_id bigint REFERENCES land_right,
            head_lease_id bigint REFERENCES lease,
            reference varchar(80) NOT NULL,
            period daterange NOT NULL,
            agreed_until date NOT NULL,
            ended_on date,
            voided_at timestamptz,
            end_reason varchar(200),
            recorded_at timestamptz NOT NULL,
            CONSTRAINT lease_term_runs_forward CHECK (NOT isempty(period) AND NOT lower_inf(period) AND NOT
                upper_inf(period)),
            CONSTRAINT lease_early_end_shortens_the_period CHECK (ended_on IS NULL OR upper(period) = ended_on + 1),
            CONSTRAINT lease_one_possession_a_day EXCLUDE USING gist (parcel_id WITH =, period WITH &&) WHERE
                (head_lease_id IS NULL AND voided_at IS NULL),
            CONSTRAINT lease_one_sublease_a_day EXCLUDE USING gist (head_lease_id WITH =, period WITH &&) WHERE
                (head_lease_id IS NOT NULL AND voided_at IS NULL)
        )
    """)
    op.execute("CREATE INDEX lease_parcel_idx ON lease (parcel_id)")
    op.execute("CREATE INDEX lease_reference_idx ON lease (reference)")
    op.execute("CREATE INDEX lease_region_idx ON lease (region_code text_pattern_ops)")
    op.execute("""
        CREATE TABLE restriction (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind varchar(40) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            parcel_id bigint REFERENCES parcel,
            asset_id bigint REFERENCES asset,
            right_id bigint REFERENCES land_right,
            beneficiary_party_id bigint REFERENCES party,
            source varchar(200) NOT NULL,
            source_document_id bigint REFERENCES document,
            imposed_at timestamptz NOT NULL,
            released_at timestamptz,
            release_source varchar(200),
            CONSTRAINT restriction_one_thing CHECK (num_nonnulls(parcel_id, asset_id, right_id) = 1),
            CONSTRAINT restriction_released_after_imposed CHECK (imposed_at <= released_at),
            CONSTRAINT restriction_release_has_a_source CHECK ((released_at IS NULL) = (release_source IS NULL)),
            CONSTRAINT restriction_kind_is_known CHECK (kind IN ('seizure', 'dispute', 'mortgage',
                'right_of_habitation', 'ecological_red_line', 'soil_pollution_register', 'planning_use', 'other'))
        )
    """)
    op.execute("CREATE INDEX restriction_asset_idx ON restriction (asset_id) WHERE released_at IS NULL")
    op.execute("CREATE INDEX restriction_parcel_idx ON restriction (parcel_id) WHERE released_at IS NULL")
    op.execute("CREATE INDEX restriction_region_idx ON restriction (region_code text_pattern_ops)")
    op.execute("CREATE INDEX restriction_right_idx ON restriction (right_id) WHERE released_at IS NULL")
    op.execute(RIGHT_FITS_PARENT)
    op.execute("""
        CREATE TRIGGER land_right_fits_parent AFTER INSERT OR UPDATE ON land_right
        FOR EACH ROW EXECUTE FUNCTION right_fits_parent()
    """)
    op.execute(SUBLEASE_FITS_HEAD)
    op.execute("""
        CREATE TRIGGER lease_fits_head AFTER INSERT OR UPDATE ON lease
        FOR EACH ROW EXECUTE FUNCTION sublease_fits_head()
    """)
    op.execute(SHARES_SUM_TO_ONE)
    op.execute("""
        CREATE CONSTRAINT TRIGGER party_member_shares_sum_to_one AFTER INSERT OR UPDATE OR DELETE ON party_member
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shares_sum_to_one()
    """)
    for table in EVIDENCE:
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)


EVIDENCE = ("resolution", "document", "document_body")

# A parent lasts as long as the 延包 contract that carries it on. The row lock makes parent and child wait for another.
RIGHT_FITS_PARENT = """
    CREATE FUNCTION right_fits_parent() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        the_parent bigint;
        parent land_right;
        parent_end date;
    BEGIN
        FOREACH the_parent IN ARRAY array_remove(
            ARRAY[NEW.parent_right_id, NEW.extends_right_id, NEW.id], NULL)
        LOOP
            SELECT * INTO parent FROM land_right WHERE id = the_parent FOR SHARE;
            SELECT CASE WHEN bool_or(ends_on IS NULL) THEN NULL ELSE max(ends_on) END INTO parent_end FROM land_right
            WHERE end_lifespan_at IS NULL AND (id = parent.id OR extends_right_id = parent.id);
            IF parent.id = NEW.parent_right_id AND NEW.end_lifespan_at IS NULL AND parent.end_lifespan_at IS NOT NULL
                OR EXISTS (
                    SELECT FROM land_right child
                    WHERE child.parent_right_id = parent.id AND child.end_lifespan_at IS NULL
                      AND (parent.end_lifespan_at IS NOT NULL
                           OR child.starts_on < parent.starts_on
                           OR parent_end IS NOT NULL AND (child.ends_on IS NULL OR child.ends_on > parent_end)))
            THEN
                RAISE EXCEPTION 'a derived right never outlives its parent'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'derived_right_fits_parent';
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""

SUBLEASE_FITS_HEAD = """
    CREATE FUNCTION sublease_fits_head() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        the_head bigint;
        head lease;
    BEGIN
        FOREACH the_head IN ARRAY array_remove(ARRAY[NEW.head_lease_id, NEW.id], NULL)
        LOOP
            SELECT * INTO head FROM lease WHERE id = the_head FOR SHARE;
            IF EXISTS (
                SELECT FROM lease sub
                WHERE sub.head_lease_id = head.id AND sub.voided_at IS NULL
                  AND (head.voided_at IS NOT NULL OR sub.parcel_id <> head.parcel_id
                       OR NOT sub.period <@ head.period))
            THEN
                RAISE EXCEPTION 'a sublease lies inside its head lease'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'sublease_fits_head';
            END IF;
        END LOOP;
        RETURN NULL;
    END $$
"""

# Exact: over the least common denominator. The lock on the group makes two writers count one after the other.
SHARES_SUM_TO_ONE = """
    CREATE FUNCTION shares_sum_to_one() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        the_group bigint := COALESCE(NEW.group_party_id, OLD.group_party_id);
        member record;
        common numeric := 1;
        total numeric := 0;
        with_share bigint;
        without bigint;
    BEGIN
        PERFORM FROM party WHERE id = the_group FOR NO KEY UPDATE;
        SELECT count(share_num), count(*) - count(share_num) INTO with_share, without FROM party_member
        WHERE group_party_id = the_group AND end_lifespan_at IS NULL;
        IF with_share = 0 THEN
            RETURN NULL;
        END IF;
        FOR member IN SELECT share_num, share_den FROM party_member
            WHERE group_party_id = the_group AND end_lifespan_at IS NULL AND share_num IS NOT NULL
        LOOP
            total := total * div(lcm(common, member.share_den), common)
                     + member.share_num * div(lcm(common, member.share_den), member.share_den);
            common := lcm(common, member.share_den);
        END LOOP;
        IF without > 0 OR total <> common THEN
            RAISE EXCEPTION 'the shares of a group sum to one'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'shares_sum_to_one';
        END IF;
        RETURN NULL;
    END $$
"""


def downgrade() -> None:
    for table in (
        "restriction", "lease", "resolution", "mandate", "land_right", "document_body", "ba_unit_item",
        "party_member", "document", "collective", "asset", "party", "parcel", "ba_unit", "region", "number_series",
    ):  # fmt: skip
        op.execute(f"DROP TABLE {table}")
    for function in ("right_fits_parent", "sublease_fits_head", "shares_sum_to_one"):
        op.execute(f"DROP FUNCTION {function}()")
