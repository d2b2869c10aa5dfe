"""Public lots by map box, both ways through it: by the index where few lie there, along the lots where many do."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.base.db import Tx
from app.base.errors import Invalid
from app.ground import queries
from app.ground.models import ParcelGround
from app.ground.queries import Box
from app.ground.schemas import box_of
from app.ground.shapes import area_mu, figure
from app.listing.queries import page_public
from app.registry.models import Parcel
from tests.ground import make
from tests.registry import make as land


def drawn(tx: Tx, west: float) -> int:
    shape = figure([[make.square(west)]])
    parcel = land.parcel(tx)
    x, y, east, north = shape.bounds
    tx.add(
        ParcelGround(
            parcel_id=parcel.id, region_code=parcel.region_code, shape=shape.wkb, area_mu=area_mu(shape), min_lon=x,
            min_lat=y, max_lon=east, max_lat=north, source="演示", begin_lifespan_at=tx.clock(),
        )
    )  # fmt: skip
    tx.flush()
    return parcel.id


@pytest.mark.parametrize("walk", [5_000, 0])
def test_the_two_ways_through_a_box_find_the_same(land: Tx, walk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The walk's bound is a number that only decides which way is taken."""
    tx = land
    keys = [drawn(tx, 113.70 + i * 0.01) for i in range(4)]
    monkeypatch.setattr(queries, "WALK", walk)
    box = Box(113.705, 34.0, 113.725, 34.1)
    part = aliased(Parcel)
    inside = queries.things_in(tx, box, part.id, part.id, Parcel.id)
    assert list(tx.scalars(select(Parcel.id).where(inside).order_by(Parcel.id))) == keys[1:3]
    lots = page_public(tx, after=None, limit=9, state=None, region=None, category=None, box=box)
    assert lots == []


def test_a_box_on_the_wire_is_four_sides_in_order() -> None:
    assert box_of("113,34,114,35") == Box(113, 34, 114, 35)
    for wrong in ("", "1,2,3", "113,34,112,35", "nan,1,2,3", "1,2,3,inf"):
        with pytest.raises(Invalid):
            box_of(wrong)
