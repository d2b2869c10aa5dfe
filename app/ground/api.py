"""The map: shapes in by file with a dry run, GeoJSON out by box, red lines loaded and confirmed."""

from datetime import date
from hashlib import sha256
from typing import Annotated, Any

import shapely
from fastapi import APIRouter, File, Form, Path, Query, UploadFile

from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import Invalid
from app.base.paging import Page, cursor_of, key_of
from app.base.wire import RegionCode
from app.ground import actions, files, queries
from app.ground.schemas import GroundOut, ImportOut, LayerOut, MapFeatureOut, MapOut, Source, WithdrawIn, box_of
from app.ground.shapes import thinned
from app.ground.states import RedLine
from app.identity.auth import may
from app.identity.permissions import P
from app.registry import queries as register
from app.registry.schemas import RestrictionOut
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1/ground", route_class=StrictRoute, tags=["ground 地块图形"])

MAX_FILE = 1_000_000
Key = Annotated[int, Path(ge=1, lt=2**63)]
Cursor = Annotated[str | None, Query(max_length=40)]
Upload = Annotated[UploadFile, File(description="zip 打包的 Shapefile、GeoPackage 或 GeoJSON，不超过一百万字节")]
Restrictor = Annotated[Actor, may(P.RESTRICTION_RECORD)]


def _content(file: UploadFile) -> bytes:
    content = file.file.read(MAX_FILE + 1)
    if not 0 < len(content) <= MAX_FILE:
        raise Invalid(f"文件须在1至{MAX_FILE}字节之间", field="file", reason="FILE_SIZE")
    return content


def _geojson(shape: Any) -> dict[str, Any]:
    made: dict[str, Any] = shapely.geometry.mapping(shape)
    return made


@router.post("/imports")
def import_parcels(
    who: Annotated[Actor, may(P.REGISTRY_RECORD)],
    file: Upload,
    source: Annotated[Source, Form()],
    *,
    dry_run: Annotated[bool, Form()] = False,
    partial: Annotated[bool, Form()] = False,
) -> ImportOut:
    """地块上图：已登记地块的图形。有问题即全部不导入，除非 partial；dry_run 只报告，不写入。"""
    features = files.read(_content(file))
    with transaction(read_only=dry_run) as tx:
        return actions.draw(tx, who, features, source=source, partial=partial, dry_run=dry_run)


@router.get("/parcels")
def parcels(
    who: Annotated[Actor, may(P.REGISTRY_READ)],
    box: Annotated[str, Query(max_length=100, description="西,南,东,北")],
    zoom: Annotated[int | None, Query(ge=0, le=22, description="地图级别；给出时图形按级别简化")] = None,
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 500,
) -> MapOut:
    """框内地块的图形（GeoJSON，CGCS2000）。"""
    with transaction(read_only=True) as tx:
        rows = queries.page(tx, box_of(box), seen_by=who, after=key_of(cursor), limit=limit + 1)
    shown = [
        MapFeatureOut(
            id=parcel.id,
            geometry=_geojson(thinned(shapely.from_wkb(ground.shape), zoom)),
            properties={"parcel_code": parcel.parcel_code, "name": parcel.name, "area_mu": f"{ground.area_mu:f}"},
        )
        for ground, parcel in rows[:limit]
    ]
    return MapOut(features=shown, next_cursor=cursor_of(shown[-1].id) if len(rows) > limit else None)


@router.get("/parcels/{parcel_id}")
def parcel(
    parcel_id: Key,
    who: Annotated[Actor, may(P.REGISTRY_READ)],
    on: Annotated[date | None, Query(description="按这一天终了时的图形，YYYY-MM-DD")] = None,
) -> GroundOut:
    """地块图形，及其与登记面积、其他地块、红线图层不符之处。"""
    with transaction(read_only=True) as tx:
        there = register.parcel(tx, parcel_id, seen_by=who)
        ground = queries.on_day(tx, parcel_id, on)
        shape = shapely.from_wkb(ground.shape)
        found = actions.findings(tx, who, there, shape, ground.area_mu)
    return GroundOut(
        parcel_id=parcel_id, parcel_code=there.parcel_code, area_mu=ground.area_mu, registered_mu=there.area_mu,
        source=ground.source, begin_lifespan_at=ground.begin_lifespan_at, end_lifespan_at=ground.end_lifespan_at,
        geometry=_geojson(shape), findings=found,
    )  # fmt: skip


@router.post("/parcels/{parcel_id}/confirm-red-lines")
def confirm_red_lines(parcel_id: Key, who: Restrictor) -> list[RestrictionOut]:
    """确认地块在红线内，登记为限制；已登记的不再登记。"""
    with transaction() as tx:
        return [RestrictionOut.model_validate(r) for r in actions.confirm_red_lines(tx, who, parcel_id)]


@router.get("/layers")
def layers(
    who: Annotated[Actor, may(P.REGISTRY_READ)],
    cursor: Cursor = None,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Page[LayerOut]:
    """红线图层。"""
    with transaction(read_only=True) as tx:
        rows = queries.layers(tx, seen_by=who, after=key_of(cursor), limit=limit + 1)
    shown = [LayerOut.model_validate(row) for row in rows[:limit]]
    return Page(items=shown, next_cursor=cursor_of(shown[-1].id) if len(rows) > limit else None)


@router.post("/layers", status_code=201)
def load_layer(
    who: Restrictor,
    file: Upload,
    kind: Annotated[RedLine, Form()],
    region_code: Annotated[RegionCode, Form()],
    source: Annotated[Source, Form()],
) -> LayerOut:
    """载入红线图层；同一文件再次载入，即原图层。"""
    content = _content(file)
    features = files.read(content)
    with transaction() as tx:
        layer = actions.load_layer(
            tx, who, features, kind=kind, region_code=region_code, source=source, digest=sha256(content).digest()
        )
        return LayerOut.model_validate(layer)


@router.post("/layers/{layer_id}/withdraw")
def withdraw_layer(layer_id: Key, body: WithdrawIn, who: Restrictor) -> LayerOut:
    """撤回红线图层。"""
    with transaction() as tx:
        return LayerOut.model_validate(actions.withdraw_layer(tx, who, layer_id, reason=body.reason))
