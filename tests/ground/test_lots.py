"""Public lots by map box: found through the places that the database keeps beside them."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from sqlalchemy import Engine, text, update

from app.base.db import Tx, transaction
from app.base.errors import Invalid
from app.ground.models import ParcelGround
from app.ground.queries import Box
from app.ground.schemas import box_of
from app.ground.shapes import area_mu, figure
from app.listing.models import Lot, LotItem
from app.listing.queries import page_public
from app.listing.states import LotState
from app.registry.actions import load_regions
from app.registry.models import Parcel
from tests.bidding.house import open_house
from tests.ground import make
from tests.registry import make as land_make

BOX = Box(113.705, 34.0, 113.725, 34.1)


def draw(tx: Tx, parcel_id: int, west: float) -> None:
    shape = figure([[make.square(west)]])
    parcel = tx.get_one(Parcel, parcel_id)
    x, y, east, north = shape.bounds
    tx.add(
        ParcelGround(
            parcel_id=parcel.id, region_code=parcel.region_code, shape=shape.wkb, area_mu=area_mu(shape), min_lon=x,
            min_lat=y, max_lon=east, max_lat=north, source="演示", begin_lifespan_at=tx.clock(),
        )
    )  # fmt: skip
    tx.flush()


def drawn(tx: Tx, west: float) -> int:
    parcel = land_make.parcel(tx)
    draw(tx, parcel.id, west)
    return parcel.id


def in_lot(tx: Tx, lot_id: int, parcel_id: int) -> LotItem:
    item = LotItem(lot_id=lot_id, parcel_id=parcel_id, quantity=1)
    tx.add(item)
    tx.flush()
    return item


def found(tx: Tx, *, after: int | None = None, limit: int = 9) -> list[int]:
    rows = page_public(tx, after=after, limit=limit, state=None, region=None, category=None, box=BOX)
    return [lot.id for lot, _ in rows]


def test_a_box_finds_the_lots_with_a_parcel_in_it_newest_first_each_once(land: Tx) -> None:
    tx = land
    lots = open_house(tx, lots=5, bidders=1).lots
    outside, first, second = (drawn(tx, west) for west in (113.70, 113.71, 113.72))
    for lot, parcels in zip(lots, [(outside,), (first,), (first, second), (outside, second), ()], strict=True):
        for parcel in parcels:
            in_lot(tx, lot, parcel)
    assert found(tx) == [lots[3], lots[2], lots[1]]
    assert found(tx, limit=2) == [lots[3], lots[2]]
    assert found(tx, after=lots[2]) == [lots[1]]
    tx.get_one(Lot, lots[2]).state = LotState.DRAFT
    tx.flush()
    assert found(tx) == [lots[3], lots[1]]


def test_a_lot_is_found_where_its_parcels_lie_now(land: Tx) -> None:
    tx = land
    (lot,) = open_house(tx, lots=1, bidders=1).lots
    parcel = land_make.parcel(tx).id
    item = in_lot(tx, lot, parcel)
    assert found(tx) == [], "nobody has drawn the parcel yet"
    draw(tx, parcel, 113.71)
    assert found(tx) == [lot]
    tx.execute(update(ParcelGround).where(ParcelGround.parcel_id == parcel).values(end_lifespan_at=tx.clock()))
    assert found(tx) == [], "the shape has ended"
    draw(tx, parcel, 113.70)
    assert found(tx) == [], "it was measured again, and lies elsewhere"
    item.parcel_id = drawn(tx, 113.72)
    tx.flush()
    assert found(tx) == [lot], "the lot has another parcel now"
    tx.session.delete(item)
    tx.flush()
    assert found(tx) == []


def test_a_parcel_drawn_and_offered_at_one_moment_is_found(database: Engine) -> None:
    """Two clients: neither sees what the other writes, so the one who comes second must wait for the first."""
    with transaction() as tx:
        load_regions(tx)
        (lot,) = open_house(tx, lots=1, bidders=1).lots
        parcel = land_make.parcel(tx).id
    offered, done = Event(), Event()

    def offer() -> None:
        with transaction() as tx:
            in_lot(tx, lot, parcel)
            offered.set()
            with database.connect() as other:  # until the other waits for this one
                while not done.is_set() and not other.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
                    other.rollback()

    with ThreadPoolExecutor() as pool:
        first = pool.submit(offer)
        assert offered.wait(10)
        with transaction() as tx:
            draw(tx, parcel, 113.71)
        done.set()
        first.result()
    with transaction(read_only=True) as tx:
        assert found(tx) == [lot]


def test_a_box_on_the_wire_is_four_sides_in_order() -> None:
    assert box_of("113,34,114,35") == Box(113, 34, 114, 35)
    for wrong in ("", "1,2,3", "113,34,112,35", "nan,1,2,3", "1,2,3,inf"):
        with pytest.raises(Invalid):
            box_of(wrong)
