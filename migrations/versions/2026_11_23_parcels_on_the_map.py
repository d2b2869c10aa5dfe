"""Parcels on the map: shapes are versions that only end, found by the box around them.

PostGIS is not asked for: PostgreSQL's own GiST index on boxes finds the candidates, the exact answer is computed from
the WKB. A shape is evidence of what was surveyed when, so a row changes only by ending.
"""

from alembic import op

revision = "parcels_on_the_map"
down_revision = "holdings"
branch_labels = None
depends_on = None

BOX = "box(point(min_lon, min_lat), point(max_lon, max_lat))"
SIDES = """
            min_lon double precision NOT NULL,
            min_lat double precision NOT NULL,
            max_lon double precision NOT NULL,
            max_lat double precision NOT NULL"""


def upgrade() -> None:
    op.execute(f"""
        CREATE TABLE parcel_ground (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            parcel_id bigint NOT NULL REFERENCES parcel,
            region_code varchar(12) NOT NULL REFERENCES region,
            shape bytea NOT NULL,
            area_mu numeric(14, 4) NOT NULL,{SIDES},
            source varchar(200) NOT NULL,
            begin_lifespan_at timestamptz NOT NULL,
            end_lifespan_at timestamptz,
            CONSTRAINT parcel_ground_box_runs_forward CHECK (min_lon < max_lon AND min_lat < max_lat),
            CONSTRAINT parcel_ground_box_is_in_china
                CHECK (min_lon >= 70 AND max_lon <= 140 AND min_lat >= 0 AND max_lat <= 60),
            CONSTRAINT parcel_ground_area_is_positive CHECK (area_mu > 0),
            CONSTRAINT parcel_ground_lifespan_runs_forward CHECK (begin_lifespan_at <= end_lifespan_at)
        )
    """)
    op.execute(
        "CREATE UNIQUE INDEX parcel_ground_current_key ON parcel_ground (parcel_id) WHERE end_lifespan_at IS NULL"
    )
    op.execute("CREATE INDEX parcel_ground_parcel_idx ON parcel_ground (parcel_id, begin_lifespan_at)")
    op.execute("CREATE INDEX parcel_ground_region_idx ON parcel_ground (region_code text_pattern_ops)")
    op.execute(f"CREATE INDEX parcel_ground_box_idx ON parcel_ground USING gist ({BOX}) WHERE end_lifespan_at IS NULL")
    op.execute("""
        CREATE FUNCTION ground_only_ends() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' AND OLD.end_lifespan_at IS NULL AND NEW.end_lifespan_at IS NOT NULL
                AND to_jsonb(NEW) - 'end_lifespan_at' = to_jsonb(OLD) - 'end_lifespan_at' THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION 'parcel_ground only ends' USING ERRCODE = 'restrict_violation';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER parcel_ground_only_ends BEFORE UPDATE OR DELETE ON parcel_ground
        FOR EACH ROW EXECUTE FUNCTION ground_only_ends()
    """)
    op.execute(f"""
        CREATE TABLE red_line_layer (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            kind varchar(40) NOT NULL,
            region_code varchar(12) NOT NULL REFERENCES region,
            source varchar(200) NOT NULL,
            file_sha256 bytea NOT NULL,
            n_features integer NOT NULL,
            loaded_at timestamptz NOT NULL,
            withdrawn_at timestamptz,
            withdrawn_because varchar(200),
            CONSTRAINT red_line_layer_kind_is_known
                CHECK (kind IN ('permanent_basic_farmland', 'ecological_red_line')),
            CONSTRAINT red_line_layer_withdrawal_has_a_reason
                CHECK ((withdrawn_at IS NULL) = (withdrawn_because IS NULL))
        );
        CREATE UNIQUE INDEX red_line_layer_file_key ON red_line_layer (kind, region_code, file_sha256)
            WHERE withdrawn_at IS NULL;
        CREATE INDEX red_line_layer_region_idx ON red_line_layer (region_code text_pattern_ops);
        CREATE TABLE red_line_area (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            layer_id bigint NOT NULL REFERENCES red_line_layer,
            feature_row integer NOT NULL,
            shape bytea NOT NULL,{SIDES}
        );
        CREATE INDEX red_line_area_layer_idx ON red_line_area (layer_id);
        CREATE INDEX red_line_area_box_idx ON red_line_area USING gist ({BOX})
    """)
    op.execute("""
        CREATE TRIGGER red_line_area_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON red_line_area
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
    """)


def downgrade() -> None:
    op.execute("DROP TABLE red_line_area, red_line_layer, parcel_ground")
    op.execute("DROP FUNCTION ground_only_ends")
