"""Where parcels and red lines lie: found by the index on their boxes, in the actor's regions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple, cast

from sqlalchemy import BigInteger, ColumnElement, literal, select, text
from sqlalchemy.sql.elements import TextClause

from app.base.actor import Actor, in_scope
from app.base.days import BEIJING
from app.base.db import Tx
from app.base.errors import Invalid, NotFound
from app.ground.models import ParcelGround, RedLineArea, RedLineLayer
from app.ground.states import RedLine
from app.registry.models import Parcel


class Box(NamedTuple):
    """West, south, east and north, in degrees."""

    west: float
    south: float
    east: float
    north: float


_BOX_OF = "box(point({0}.min_lon, {0}.min_lat), point({0}.max_lon, {0}.max_lat))"
_ASKED = "box(point(:west, :south), point(:east, :north))"


def meets(table: str) -> TextClause:
    """That a shape's box meets the one asked for, in the words of the index."""
    return text(f"{_BOX_OF.format(table)} && {_ASKED}")


def asked(box: Box) -> dict[str, float]:
    return box._asdict()


def parcels_by_code(tx: Tx, codes: Iterable[str], *, seen_by: Actor) -> dict[str, Parcel]:
    """The registered parcels of the actor's regions with these codes."""
    query = select(Parcel).where(
        Parcel.parcel_code.in_(sorted(codes)), Parcel.end_lifespan_at.is_(None), in_scope(Parcel.region_code, seen_by)
    )
    return {p.parcel_code: p for p in tx.scalars(query)}


def current(tx: Tx, parcel_ids: Iterable[int]) -> dict[int, ParcelGround]:
    rows = tx.scalars(
        select(ParcelGround).where(
            ParcelGround.parcel_id.in_(sorted(parcel_ids)), ParcelGround.end_lifespan_at.is_(None)
        )
    )
    return {g.parcel_id: g for g in rows}


def on_day(tx: Tx, parcel_id: int, on: date | None) -> ParcelGround:
    """The shape of a parcel now, or when a past day ended in Beijing. Raises NotFound where none was known."""
    query = select(ParcelGround).where(ParcelGround.parcel_id == parcel_id)
    if on is None:
        query = query.where(ParcelGround.end_lifespan_at.is_(None))
    else:
        if on > tx.today():
            raise Invalid("这一天尚未到来", field="on")
        moment = datetime.combine(on + timedelta(days=1), time.min, tzinfo=BEIJING)
        query = query.where(
            ParcelGround.begin_lifespan_at < moment,
            (ParcelGround.end_lifespan_at.is_(None)) | (ParcelGround.end_lifespan_at >= moment),
        )
    row = tx.scalar(query)
    if row is None:
        raise NotFound("该地块没有图形")
    return row


def neighbours(tx: Tx, box: Box, *, other_than: int) -> list[tuple[int, str, str, bytes]]:
    """Id, code, region and shape of each parcel whose box meets this one."""
    rows = tx.execute(
        select(ParcelGround.parcel_id, Parcel.parcel_code, Parcel.region_code, ParcelGround.shape)
        .join(Parcel, Parcel.id == ParcelGround.parcel_id)
        .where(meets("parcel_ground"), ParcelGround.end_lifespan_at.is_(None), ParcelGround.parcel_id != other_than)
        .order_by(ParcelGround.parcel_id),
        asked(box),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def red_lines(tx: Tx, box: Box) -> list[tuple[int, RedLine, str, bytes]]:
    """Layer, kind, source and shape of each piece of a red line whose box meets this one."""
    rows = tx.execute(
        select(RedLineLayer.id, RedLineLayer.kind, RedLineLayer.source, RedLineArea.shape)
        .join(RedLineLayer, RedLineLayer.id == RedLineArea.layer_id)
        .where(meets("red_line_area"), RedLineLayer.withdrawn_at.is_(None))
        .order_by(RedLineArea.id),
        asked(box),
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


def page(tx: Tx, box: Box, *, seen_by: Actor, after: int | None, limit: int) -> list[tuple[ParcelGround, Parcel]]:
    """Shapes in a box, in the order of their parcels: that of their distance from the first, which the index gives."""
    start = after or 0
    query = (
        select(ParcelGround, Parcel)
        .join(Parcel, Parcel.id == ParcelGround.parcel_id)
        .where(
            meets("parcel_ground"),
            ParcelGround.end_lifespan_at.is_(None),
            ParcelGround.parcel_id > start,
            in_scope(Parcel.region_code, seen_by),
        )
        .order_by(distance(ParcelGround.parcel_id, start))
    )
    return [(ground, parcel) for ground, parcel in tx.execute(query.limit(limit), asked(box))]


def distance(key: Any, start: int) -> ColumnElement[int]:
    """How far a key lies from `start`: what the index on boxes can sort by, where it cannot sort by the key itself."""
    return cast("ColumnElement[int]", key.op("<->", return_type=BigInteger())(literal(start, BigInteger)))


def layers(tx: Tx, *, seen_by: Actor, after: int | None, limit: int) -> list[RedLineLayer]:
    query = select(RedLineLayer).where(in_scope(RedLineLayer.region_code, seen_by))
    if after is not None:
        query = query.where(RedLineLayer.id > after)
    return list(tx.scalars(query.order_by(RedLineLayer.id).limit(limit)))


def same_layer(tx: Tx, kind: RedLine, region_code: str, digest: bytes) -> RedLineLayer | None:
    return tx.scalar(
        select(RedLineLayer).where(
            RedLineLayer.kind == kind,
            RedLineLayer.region_code == region_code,
            RedLineLayer.file_sha256 == digest,
            RedLineLayer.withdrawn_at.is_(None),
        )
    )


def lock_layer(tx: Tx, layer_id: int, *, seen_by: Actor) -> RedLineLayer:
    row = tx.scalar(
        select(RedLineLayer)
        .where(RedLineLayer.id == layer_id, in_scope(RedLineLayer.region_code, seen_by))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFound("没有这个图层")
    return row


def codes_visible(parcels: Sequence[tuple[int, str, str, bytes]], seen_by: Actor) -> dict[int, str]:
    """What the actor may call each neighbour: its code in his own regions, no more than that it is there elsewhere."""
    return {key: code if seen_by.sees(region) else "辖区外地块" for key, code, region, _ in parcels}
