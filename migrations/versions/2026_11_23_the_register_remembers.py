"""The register remembers: every state of every row of it is kept, and a derived right fits its parent in all respects.

`registry_version` receives the content of each row that is written, so that the register of any past day can be read.
A right may cover part of its unit; responsibilities stand beside restrictions, each with the kind of its source. What
fits its parent is now also the area, the parcels, and whatever contract carries a derived right on.
"""

from alembic import op

revision = "registry_versions"
down_revision = "audit_tree"
branch_labels = None
depends_on = None

RIGHT_KINDS = (
    "land_ownership", "contract_management_right", "contract_right", "land_management_right",
    "construction_land_use_right", "homestead_use_right", "house_ownership", "house_lease_right",
    "forest_management_right", "tree_ownership", "tree_use_right", "felling_permit", "asset_ownership",
    "asset_use_right", "income_share", "membership", "land_compensation", "water_facility_use_right",
    "aquaculture_right", "quota_index", "carbon_sink", "trademark", "collective_trademark", "certification_mark",
    "patent", "patent_application", "plant_variety", "copyright",
)  # fmt: skip
SOURCES = ("certificate", "contract", "resolution", "court_order", "administrative_decision", "succession")
RESTRICTIONS = (
    "seizure", "dispute", "mortgage", "right_of_habitation", "ecological_red_line", "soil_pollution_register",
    "planning_use", "other",
)  # fmt: skip
RESPONSIBILITIES = (
    "pay_rent", "keep_cultivated", "keep_use", "protect_soil", "reclaim_land", "maintain_works", "start_building",
    "other",
)  # fmt: skip
VERSIONED = {
    "asset": ("id", "begin_lifespan_at"),
    "collective": ("party_id", "updated_at"),
    "land_right": ("id", "begin_lifespan_at"),
    "lease": ("id", "recorded_at"),
    "mandate": ("id", "recorded_at"),
    "parcel": ("id", "begin_lifespan_at"),
    "party": ("id", "begin_lifespan_at"),
    "responsibility": ("id", "imposed_at"),
    "restriction": ("id", "imposed_at"),
}
"""Of each table that is versioned: its key, and since when a row that was there before is known."""


def one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(v) for v in values)})"


def known(table: str, name: str, column: str, values: tuple[str, ...]) -> None:
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_{name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {table}_{name} CHECK ({one_of(column, values)})")


def upgrade() -> None:
    known("land_right", "kind_is_known", "kind", (*RIGHT_KINDS, "right_of_habitation"))
    known("land_right", "source_is_known", "source_kind", (*SOURCES, "mandate"))
    known("restriction", "kind_is_known", "kind", (*RESTRICTIONS, "permanent_basic_farmland"))
    op.execute("""
        ALTER TABLE land_right ADD area_mu numeric(14, 4),
        ADD CONSTRAINT land_right_area_is_positive CHECK (area_mu > 0)
    """)
    op.execute("ALTER TABLE restriction ADD source_kind varchar(40) NOT NULL DEFAULT 'administrative_decision'")
    op.execute("""
        UPDATE restriction SET source_kind = CASE kind
            WHEN 'seizure' THEN 'court_order' WHEN 'mortgage' THEN 'contract'
            WHEN 'right_of_habitation' THEN 'contract' ELSE 'administrative_decision' END
    """)
    op.execute("ALTER TABLE restriction ALTER source_kind DROP DEFAULT")
    op.execute(f"""
        ALTER TABLE restriction ADD CONSTRAINT restriction_source_is_known
        CHECK ({one_of("source_kind", (*SOURCES, "mandate"))})
    """)
    op.execute(f"""
        CREATE TABLE responsibility (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind varchar(40) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            bearer_party_id bigint NOT NULL REFERENCES party,
            parcel_id bigint REFERENCES parcel,
            asset_id bigint REFERENCES asset,
            right_id bigint REFERENCES land_right,
            content varchar(200) NOT NULL,
            due_on date,
            source_kind varchar(40) NOT NULL,
            source varchar(200) NOT NULL,
            source_document_id bigint REFERENCES document,
            imposed_at timestamptz NOT NULL,
            released_at timestamptz,
            release_source varchar(200),
            CONSTRAINT responsibility_one_thing CHECK (num_nonnulls(parcel_id, asset_id, right_id) = 1),
            CONSTRAINT responsibility_released_after_imposed CHECK (imposed_at <= released_at),
            CONSTRAINT responsibility_release_has_a_source
                CHECK ((released_at IS NULL) = (release_source IS NULL)),
            CONSTRAINT responsibility_kind_is_known CHECK ({one_of("kind", RESPONSIBILITIES)}),
            CONSTRAINT responsibility_source_is_known CHECK ({one_of("source_kind", (*SOURCES, "mandate"))})
        )
    """)
    op.execute("CREATE INDEX responsibility_region_idx ON responsibility (region_code text_pattern_ops)")
    for thing in ("parcel", "asset", "right"):
        op.execute(f"CREATE INDEX responsibility_{thing}_idx ON responsibility ({thing}_id)")
    op.execute("""
        CREATE TABLE registry_version (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            subject varchar(40) NOT NULL,
            subject_id bigint NOT NULL,
            recorded_at timestamptz NOT NULL,
            content jsonb NOT NULL
        )
    """)
    op.execute("CREATE INDEX registry_version_subject_idx ON registry_version (subject, subject_id, recorded_at)")
    op.execute(REMEMBER)
    for table, (key, since) in VERSIONED.items():
        op.execute(f"""
            INSERT INTO registry_version (subject, subject_id, recorded_at, content)
            SELECT '{table}', {key}, {since}, to_jsonb(t) - '{{{SEALED}}}'::text[] FROM {table} t ORDER BY {key}
        """)
        op.execute(f"""
            CREATE TRIGGER {table}_remembered_new AFTER INSERT ON {table} REFERENCING NEW TABLE AS changed
            FOR EACH STATEMENT EXECUTE FUNCTION remember_version('{key}')
        """)
        op.execute(f"""
            CREATE TRIGGER {table}_remembered AFTER UPDATE ON {table}
            REFERENCING NEW TABLE AS changed OLD TABLE AS former
            FOR EACH STATEMENT EXECUTE FUNCTION remember_version('{key}')
        """)
    for table in ("registry_version", "ba_unit_item"):
        op.execute(f"""
            CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
        """)
    op.execute(UNIT_KEEPS_ITS_THINGS)
    op.execute("""
        CREATE TRIGGER ba_unit_item_keeps BEFORE INSERT ON ba_unit_item
        FOR EACH ROW EXECUTE FUNCTION unit_keeps_its_things()
    """)
    op.execute(RIGHT_UNTIL)
    op.execute(RIGHT_AREA)
    op.execute(RIGHT_FITS_PARENT)
    op.execute(SHARES_SUM_TO_ONE)


SEALED = "id_number_digest,id_number_sealed,bank_account_sealed,bank_account_digest"
"""What the memory of the register leaves out: sealed numbers stay in one place."""

REMEMBER = f"""
    CREATE FUNCTION remember_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            INSERT INTO registry_version (subject, subject_id, recorded_at, content)
            SELECT TG_TABLE_NAME, (row ->> TG_ARGV[0])::bigint, platform_clock(), row - '{{{SEALED}}}'::text[]
            FROM (SELECT to_jsonb(c) AS row FROM changed c) AS each;
        ELSE
            INSERT INTO registry_version (subject, subject_id, recorded_at, content)
            SELECT TG_TABLE_NAME, (row ->> TG_ARGV[0])::bigint, platform_clock(), row - '{{{SEALED}}}'::text[]
            FROM (SELECT to_jsonb(c) AS row FROM changed c EXCEPT SELECT to_jsonb(f) FROM former f) AS each;
        END IF;
        RETURN NULL;
    END $$
"""

# The lock makes whoever adds a thing and whoever records a right in the unit wait for another.
UNIT_KEEPS_ITS_THINGS = """
    CREATE FUNCTION unit_keeps_its_things() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        PERFORM FROM ba_unit WHERE id = NEW.ba_unit_id FOR UPDATE;
        IF EXISTS (SELECT FROM land_right WHERE ba_unit_id = NEW.ba_unit_id) THEN
            RAISE EXCEPTION 'a unit in which rights are held keeps its things'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'unit_keeps_its_things';
        END IF;
        RETURN NEW;
    END $$
"""

RIGHT_UNTIL = """
    CREATE FUNCTION right_until(the_right bigint) RETURNS date LANGUAGE sql STABLE AS $$
        WITH RECURSIVE line AS (
            SELECT id, ends_on, end_lifespan_at FROM land_right WHERE id = the_right
            UNION
            SELECT r.id, r.ends_on, r.end_lifespan_at FROM land_right r JOIN line ON r.extends_right_id = line.id
        )
        SELECT max(COALESCE(ends_on, 'infinity')) FROM line WHERE end_lifespan_at IS NULL
    $$
"""

RIGHT_AREA = """
    CREATE FUNCTION right_area(area numeric, the_unit bigint) RETURNS numeric LANGUAGE sql STABLE AS $$
        SELECT COALESCE(area, (SELECT sum(p.area_mu) FROM ba_unit_item i JOIN parcel p ON p.id = i.parcel_id
                               WHERE i.ba_unit_id = the_unit))
    $$
"""

# What is looked at: the right itself, what it carries on, and what all these were derived from, each as a parent. The
# row locks make parent and child wait for another.
RIGHT_FITS_PARENT = """
    CREATE OR REPLACE FUNCTION right_fits_parent() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        the_parent bigint;
        parent land_right;
    BEGIN
        FOR the_parent IN
            WITH RECURSIVE carried AS (
                SELECT r.id, r.extends_right_id, r.parent_right_id FROM land_right r
                WHERE r.id IN (NEW.id, CASE WHEN TG_OP = 'UPDATE' THEN OLD.extends_right_id END)
                UNION
                SELECT r.id, r.extends_right_id, r.parent_right_id
                FROM land_right r JOIN carried c ON r.id = c.extends_right_id
            )
            SELECT id FROM carried UNION SELECT parent_right_id FROM carried WHERE parent_right_id IS NOT NULL
            ORDER BY 1
        LOOP
            PERFORM FROM land_right WHERE id = the_parent OR extends_right_id = the_parent ORDER BY id FOR SHARE;
            SELECT * INTO parent FROM land_right WHERE id = the_parent;
            IF EXISTS (
                WITH RECURSIVE child AS (
                    SELECT r.* FROM land_right r WHERE r.parent_right_id = parent.id
                    UNION
                    SELECT r.* FROM land_right r JOIN child c ON r.extends_right_id = c.id
                )
                SELECT FROM child
                WHERE child.end_lifespan_at IS NULL
                  AND (parent.end_lifespan_at IS NOT NULL
                       OR child.starts_on < parent.starts_on
                       OR COALESCE(child.ends_on, 'infinity') > right_until(parent.id)))
            THEN
                RAISE EXCEPTION 'a derived right never outlives its parent'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'derived_right_fits_parent';
            END IF;
            IF EXISTS (
                SELECT FROM land_right child
                WHERE child.parent_right_id = parent.id AND child.end_lifespan_at IS NULL
                  AND (right_area(child.area_mu, child.ba_unit_id) > right_area(parent.area_mu, parent.ba_unit_id)
                       OR child.ba_unit_id <> parent.ba_unit_id AND EXISTS (
                           SELECT FROM ba_unit_item i WHERE i.ba_unit_id = child.ba_unit_id AND NOT EXISTS (
                               SELECT FROM ba_unit_item j WHERE j.ba_unit_id = parent.ba_unit_id
                               AND (j.parcel_id = i.parcel_id OR j.asset_id = i.asset_id)))))
            THEN
                RAISE EXCEPTION 'a derived right stays on what its parent covers'
                    USING ERRCODE = 'check_violation', CONSTRAINT = 'derived_right_stays_inside';
            END IF;
        END LOOP;
        IF NEW.area_mu > right_area(NULL, NEW.ba_unit_id) THEN
            RAISE EXCEPTION 'a right covers no more than its unit'
                USING ERRCODE = 'check_violation', CONSTRAINT = 'right_covers_its_unit_at_most';
        END IF;
        RETURN NULL;
    END $$
"""

# Exact: over the least common denominator. The lock on the group makes two writers count one after the other.
SHARES_SUM_TO_ONE = """
    CREATE OR REPLACE FUNCTION shares_sum_to_one() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
        the_group bigint;
        member record;
        common numeric;
        total numeric;
        with_share bigint;
        without bigint;
    BEGIN
        FOR the_group IN SELECT DISTINCT g FROM unnest(ARRAY[
            CASE WHEN TG_OP <> 'INSERT' THEN OLD.group_party_id END,
            CASE WHEN TG_OP <> 'DELETE' THEN NEW.group_party_id END]) AS g WHERE g IS NOT NULL ORDER BY g
        LOOP
            PERFORM FROM party WHERE id = the_group FOR NO KEY UPDATE;
            SELECT count(share_num), count(*) - count(share_num) INTO with_share, without FROM party_member
            WHERE group_party_id = the_group AND end_lifespan_at IS NULL;
            CONTINUE WHEN with_share = 0;
            common := 1;
            total := 0;
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
        END LOOP;
        RETURN NULL;
    END $$
"""


def downgrade() -> None:
    """`shares_sum_to_one` stays as it is now: it says the same, also of a member moved from one group to another."""
    op.execute("DROP TRIGGER ba_unit_item_keeps ON ba_unit_item")
    op.execute("DROP TRIGGER ba_unit_item_append_only ON ba_unit_item")
    for table in VERSIONED:
        op.execute(f"DROP TRIGGER {table}_remembered_new ON {table}")
        op.execute(f"DROP TRIGGER {table}_remembered ON {table}")
    op.execute("DROP FUNCTION remember_version()")
    op.execute("DROP FUNCTION unit_keeps_its_things()")
    op.execute("DROP TABLE registry_version")
    op.execute("DROP TABLE responsibility")
    op.execute(OLD_RIGHT_FITS_PARENT)
    op.execute("DROP FUNCTION right_until(bigint)")
    op.execute("DROP FUNCTION right_area(numeric, bigint)")
    op.execute("ALTER TABLE land_right DROP area_mu")
    op.execute("ALTER TABLE restriction DROP source_kind")
    known("restriction", "kind_is_known", "kind", RESTRICTIONS)
    known("land_right", "source_is_known", "source_kind", SOURCES)
    known("land_right", "kind_is_known", "kind", RIGHT_KINDS)


OLD_RIGHT_FITS_PARENT = """
    CREATE OR REPLACE FUNCTION right_fits_parent() RETURNS trigger LANGUAGE plpgsql AS $$
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
