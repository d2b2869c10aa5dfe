"""Lots by map: from the parcels in a box to the lots they are offered in."""

from alembic import op

revision = "lots_by_map"
down_revision = "parcels_on_the_map"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE INDEX lot_item_parcel_id_idx ON lot_item (parcel_id)")


def downgrade() -> None:
    op.execute("DROP INDEX lot_item_parcel_id_idx")
