"""Where a lot's parcels lie, kept beside the lot, so that one index answers a map box in the order of the lots."""

from alembic import op

revision = "lots_on_the_map"
down_revision = "personal_fields"
branch_labels = None
depends_on = None

_BOX = "box(point(min_lon, min_lat), point(max_lon, max_lat))"


def upgrade() -> None:
    op.execute("""
        CREATE TABLE lot_place (
            lot_id bigint NOT NULL REFERENCES lot,
            parcel_id bigint NOT NULL REFERENCES parcel,
            min_lon double precision NOT NULL,
            min_lat double precision NOT NULL,
            max_lon double precision NOT NULL,
            max_lat double precision NOT NULL,
            PRIMARY KEY (lot_id, parcel_id)
        )
    """)
    op.execute("CREATE INDEX lot_place_parcel_idx ON lot_place (parcel_id)")
    # Whoever writes first makes the other wait, so that the second sees what the first has written.
    op.execute("""
        CREATE FUNCTION lot_item_has_its_place() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP <> 'INSERT' THEN
                DELETE FROM lot_place WHERE lot_id = OLD.lot_id AND parcel_id = OLD.parcel_id;
            END IF;
            IF TG_OP <> 'DELETE' AND NEW.parcel_id IS NOT NULL THEN
                PERFORM FROM parcel WHERE id = NEW.parcel_id FOR SHARE;
                INSERT INTO lot_place SELECT NEW.lot_id, parcel_id, min_lon, min_lat, max_lon, max_lat
                    FROM parcel_ground WHERE parcel_id = NEW.parcel_id AND end_lifespan_at IS NULL;
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER lot_item_has_its_place AFTER INSERT OR DELETE OR UPDATE OF lot_id, parcel_id ON lot_item
        FOR EACH ROW EXECUTE FUNCTION lot_item_has_its_place()
    """)
    op.execute("""
        CREATE FUNCTION ground_places_its_lots() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            PERFORM FROM parcel WHERE id = NEW.parcel_id FOR NO KEY UPDATE;
            IF TG_OP = 'UPDATE' THEN
                DELETE FROM lot_place WHERE parcel_id = NEW.parcel_id;
            END IF;
            IF NEW.end_lifespan_at IS NULL THEN
                INSERT INTO lot_place SELECT lot_id, parcel_id, NEW.min_lon, NEW.min_lat, NEW.max_lon, NEW.max_lat
                    FROM lot_item WHERE parcel_id = NEW.parcel_id;
            END IF;
            RETURN NULL;
        END $$
    """)
    op.execute("""
        CREATE TRIGGER ground_places_its_lots AFTER INSERT OR UPDATE ON parcel_ground
        FOR EACH ROW EXECUTE FUNCTION ground_places_its_lots()
    """)
    op.execute("""
        INSERT INTO lot_place SELECT i.lot_id, i.parcel_id, g.min_lon, g.min_lat, g.max_lon, g.max_lat
        FROM lot_item i JOIN parcel_ground g ON g.parcel_id = i.parcel_id AND g.end_lifespan_at IS NULL
    """)
    op.execute(f"CREATE INDEX lot_place_box_idx ON lot_place USING gist ({_BOX}, lot_id)")
    op.execute("DROP INDEX parcel_ground_box_idx")
    op.execute(
        f"CREATE INDEX parcel_ground_box_idx ON parcel_ground USING gist ({_BOX}, parcel_id) WHERE end_lifespan_at IS NULL"
    )


def downgrade() -> None:
    op.execute("DROP INDEX parcel_ground_box_idx")
    op.execute(f"CREATE INDEX parcel_ground_box_idx ON parcel_ground USING gist ({_BOX}) WHERE end_lifespan_at IS NULL")
    op.execute("DROP TRIGGER ground_places_its_lots ON parcel_ground")
    op.execute("DROP FUNCTION ground_places_its_lots")
    op.execute("DROP TRIGGER lot_item_has_its_place ON lot_item")
    op.execute("DROP FUNCTION lot_item_has_its_place")
    op.execute("DROP TABLE lot_place")
