"""Shapes of parcels and red lines come in; what they contradict is said, and confirmed red lines become restrictions."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

import shapely
from shapely.geometry import MultiPolygon
from shapely.geometry.base import BaseGeometry

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.compliance.queries import overrides
from app.ground import queries
from app.ground.files import Feature
from app.ground.models import ParcelGround, RedLineArea, RedLineLayer
from app.ground.queries import Box
from app.ground.schemas import FeatureFindingsOut, FindingOut, ImportOut, ProblemOut
from app.ground.shapes import area_mu, pieces, shared_mu
from app.ground.states import RED_LINE_ZH, RESTRICTS_AS, GroundFinding, RedLine
from app.registry import actions as registry
from app.registry import queries as register
from app.registry.actions.regions import within
from app.registry.models import Parcel, Restriction
from app.registry.schemas import RestrictionIn
from app.rules.procedure import DEFAULTS

CODE_FIELDS = ("parcel_code", "dkbm")
"""What the field of the parcel's code is called: ours, and the one of NY/T 2539 (地块编码)."""
SHOWN = 1_000
_MAX_CODE = 40


@dataclass(frozen=True, slots=True)
class _Drawn:
    feature: Feature
    parcel: Parcel
    shape: MultiPolygon
    area_mu: Decimal


def _limits(tx: Tx, region_code: str) -> tuple[int, Decimal]:
    """The county's tolerance of areas in percent, and the least overlap in mu that is reported."""
    own: Mapping[str, Any] = DEFAULTS | overrides(tx, region_code[:6], tx.today())
    return own["ground_area_tolerance_percent"], Decimal(own["ground_overlap_min_m2"]) * 3 / 2000


def _box(shape: BaseGeometry) -> Box:
    return Box(*shape.bounds)


def _area(parcel: Parcel, drawn: Decimal, percent: int) -> list[FindingOut]:
    if abs(drawn - parcel.area_mu) * 100 <= parcel.area_mu * percent:
        return []
    said = f"图上面积 {drawn} 亩，登记面积 {parcel.area_mu:f} 亩，相差超过 {percent}%"
    return [
        FindingOut(kind=GroundFinding.AREA_DIFFERS, message=said, drawn_mu=drawn, registered_mu=parcel.area_mu)
    ]  # fmt: skip


def _overlap(code: str, shared: Decimal) -> FindingOut:
    said = f"与地块 {code} 重叠 {shared} 亩"
    return FindingOut(kind=GroundFinding.OVERLAPS_PARCEL, message=said, shared_mu=shared, other_parcel=code)


def findings(
    tx: Tx, who: Actor, parcel: Parcel, shape: BaseGeometry, drawn_mu: Decimal, *, but: frozenset[int] = frozenset()
) -> list[FindingOut]:
    """What contradicts a shape: its registered area, other parcels (`but` for those given), red lines.

    Candidates come from the index on boxes, the answer from the exact figures.
    """
    percent, least = _limits(tx, parcel.region_code)
    found = _area(parcel, drawn_mu, percent)
    near = queries.neighbours(tx, _box(shape), other_than=parcel.id)
    codes = queries.codes_visible(near, who)
    shapely.prepare(shape)
    for key, _, _, wkb in near:
        other = shapely.from_wkb(wkb)
        if key in but or not shape.intersects(other):
            continue
        shared = shared_mu(shape, other)
        if shared > least:
            found.append(_overlap(codes[key], shared))
    return found + _red_lines(tx, shape, least)


def _red_lines(tx: Tx, shape: BaseGeometry, least: Decimal) -> list[FindingOut]:
    named: dict[int, tuple[RedLine, str]] = {}
    areas: dict[int, Decimal] = {}
    for layer, kind, source, wkb in queries.red_lines(tx, _box(shape)):
        named[layer] = kind, source
        areas[layer] = areas.get(layer, Decimal(0)) + shared_mu(shape, shapely.from_wkb(wkb))
    return [
        FindingOut(
            kind=GroundFinding.OVERLAPS_RED_LINE, red_line=kind, layer_id=layer, shared_mu=areas[layer],
            message=f"与{RED_LINE_ZH[kind]}（{source}）重叠 {areas[layer]} 亩",
        )
        for layer, (kind, source) in sorted(named.items()) if areas[layer] > least
    ]  # fmt: skip


def _code(feature: Feature) -> str:
    fields = {str(name).lower(): value for name, value in feature.properties.items()}
    for name in CODE_FIELDS:
        value = fields.get(name)
        if isinstance(value, str) and 0 < len(value.strip()) <= _MAX_CODE:
            return value.strip()
    return ""


def _sorted_out(tx: Tx, who: Actor, features: Sequence[Feature]) -> tuple[list[_Drawn], list[ProblemOut]]:
    """Which features are of which parcels, and why the others are of none."""
    codes = {f.row: _code(f) for f in features}
    times = Counter(code for code in codes.values() if code)
    known = queries.parcels_by_code(tx, times, seen_by=who)
    good, bad = [], []
    for f in features:
        code = codes[f.row]
        why: tuple[str, str] | None = None
        if f.problem is not None:
            why = f.problem.reason, f.problem.message
        elif not code:
            why = "CODE_MISSING", "缺少地块代码（parcel_code 或 DKBM，文本）"
        elif times[code] > 1:
            why = "CODE_TWICE", "同一地块代码在文件中出现多次"
        elif code not in known:
            why = "PARCEL_UNKNOWN", "没有登记此代码的地块，或不在您的范围内"
        if why is None and f.shape is not None:
            good.append(_Drawn(f, known[code], f.shape, area_mu(f.shape)))
        elif why is not None:
            bad.append(ProblemOut(row=f.row, parcel_code=code or None, reason=why[0], message=why[1]))
    return good, bad


def _among_themselves(tx: Tx, drawn: Sequence[_Drawn]) -> dict[int, list[FindingOut]]:
    """Overlaps between the shapes of one file, by row."""
    found: dict[int, list[FindingOut]] = {}
    if not drawn:
        return found
    shapes = [d.shape for d in drawn]
    limits: dict[str, Decimal] = {}
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        if a == b:
            continue
        county = drawn[a].parcel.region_code[:6]
        if county not in limits:
            limits[county] = _limits(tx, county)[1]
        shared = shared_mu(shapes[a], shapes[b])
        if shared > limits[county]:
            found.setdefault(drawn[a].feature.row, []).append(_overlap(drawn[b].parcel.parcel_code, shared))
    return found


def draw(
    tx: Tx, who: Actor, features: Sequence[Feature], *, source: str, partial: bool = False, dry_run: bool = False
) -> ImportOut:
    """地块上图: the shapes of registered parcels, each a new version where it differs from the present one.

    All or nothing unless `partial`; a dry run says the same and writes nothing. Raises Invalid with the list of problems.
    """
    good, bad = _sorted_out(tx, who, features)
    if bad and not partial and not dry_run:
        raise Invalid(
            f"{len(bad)} 个图斑有问题，未导入任何图形", field="file", reason="FEATURES_REFUSED",
            extra={"n_problems": len(bad), "problems": [p.model_dump() for p in bad[:SHOWN]]},
        )  # fmt: skip
    if not dry_run:
        register.lock_parcels(tx, [d.parcel.id for d in good], seen_by=who)
    now = tx.clock()
    present = queries.current(tx, (d.parcel.id for d in good))
    drawn = [d for d in good if d.parcel.id not in present or present[d.parcel.id].shape != d.shape.wkb]
    ours = frozenset(d.parcel.id for d in drawn)
    inside = _among_themselves(tx, drawn)
    said = {d.feature.row: findings(tx, who, d.parcel, d.shape, d.area_mu, but=ours) for d in drawn}
    for row, more in inside.items():
        said[row] += more
    if not dry_run:
        for d in drawn:
            if d.parcel.id in present:
                present[d.parcel.id].end_lifespan_at = now
        tx.flush()  # the former shapes end before the new ones begin: one is current at a time
        for d in drawn:
            west, south, east, north = d.shape.bounds
            tx.add(
                ParcelGround(
                    parcel_id=d.parcel.id, region_code=d.parcel.region_code, shape=d.shape.wkb, area_mu=d.area_mu,
                    min_lon=west, min_lat=south, max_lon=east, max_lat=north, source=source, begin_lifespan_at=now,
                )
            )  # fmt: skip
            record(
                tx, who, "parcel.draw", f"parcel/{d.parcel.id}", region=d.parcel.region_code, source=source,
                drawn_mu=d.area_mu, shape_sha256=sha256(d.shape.wkb).hexdigest(),
                found=[f.message for f in said[d.feature.row]],
            )  # fmt: skip
        tx.flush()
    noted = [
        FeatureFindingsOut(row=d.feature.row, parcel_code=d.parcel.parcel_code, findings=said[d.feature.row])
        for d in drawn if said[d.feature.row]
    ]  # fmt: skip
    return ImportOut(
        dry_run=dry_run, n_features=len(features), n_drawn=len(drawn), n_unchanged=len(good) - len(drawn),
        n_problems=len(bad), n_with_findings=len(noted), problems=bad[:SHOWN], findings=noted[:SHOWN],
    )  # fmt: skip


def load_layer(
    tx: Tx, who: Actor, features: Sequence[Feature], *, kind: RedLine, region_code: str, source: str, digest: bytes
) -> RedLineLayer:
    """载入红线图层, whole or not at all. The same file again is the layer that is there. Raises Invalid, NotFound."""
    within(tx, who, region_code)
    there = queries.same_layer(tx, kind, region_code, digest)
    if there is not None:
        return there
    bad = [ProblemOut(row=f.row, reason=f.problem.reason, message=f.problem.message) for f in features if f.problem]
    if bad:
        raise Invalid(
            f"{len(bad)} 个图斑有问题，未载入图层", field="file", reason="FEATURES_REFUSED",
            extra={"n_problems": len(bad), "problems": [p.model_dump() for p in bad[:SHOWN]]},
        )  # fmt: skip
    layer = RedLineLayer(
        kind=kind, region_code=region_code, source=source, file_sha256=digest, n_features=len(features),
        loaded_at=tx.clock(),
    )  # fmt: skip
    tx.add(layer)
    tx.flush()
    for f in features:
        for piece in pieces(f.shape) if f.shape is not None else ():
            west, south, east, north = piece.bounds
            tx.add(
                RedLineArea(
                    layer_id=layer.id, feature_row=f.row, shape=piece.wkb, min_lon=west, min_lat=south, max_lon=east,
                    max_lat=north,
                )
            )  # fmt: skip
    tx.flush()
    record(
        tx, who, "layer.load", f"layer/{layer.id}", region=region_code, kind=kind, source=source,
        file_sha256=digest.hex(), n_features=len(features),
    )  # fmt: skip
    return layer


def withdraw_layer(tx: Tx, who: Actor, layer_id: int, *, reason: str) -> RedLineLayer:
    """撤回图层: nothing overlaps it any more. Restrictions that were confirmed by it stay until they are released."""
    layer = queries.lock_layer(tx, layer_id, seen_by=who)
    now = tx.clock()
    if layer.withdrawn_at is not None:
        raise Conflict("该图层已撤回", reason="LAYER_WITHDRAWN", extra={"state": "withdrawn"})
    layer.withdrawn_at, layer.withdrawn_because = now, reason
    tx.flush()
    record(tx, who, "layer.withdraw", f"layer/{layer_id}", region=layer.region_code, reason=reason)
    return layer


def confirm_red_lines(tx: Tx, who: Actor, parcel_id: int) -> list[Restriction]:
    """确认与红线重叠: each kind of red line that the parcel lies in is registered as a restriction, once.

    Raises Conflict where nothing overlaps; where everything is registered already, the answer is empty.
    """
    parcel = register.lock_parcels(tx, [parcel_id], seen_by=who)[0]
    ground = queries.on_day(tx, parcel_id, None)
    _, least = _limits(tx, parcel.region_code)
    found = _red_lines(tx, shapely.from_wkb(ground.shape), least)
    if not found:
        raise Conflict("该地块不与任何红线图层重叠", reason="NO_OVERLAP")
    standing = {r.kind for r in register.standing(tx, [parcel]) if r.parcel_id == parcel_id}
    imposed = []
    for f in found:
        if f.red_line is None or RESTRICTS_AS[f.red_line] in standing:
            continue
        kind = RESTRICTS_AS[f.red_line]
        standing.add(kind)
        imposed.append(registry.impose(tx, who, RestrictionIn(kind=kind, parcel_id=parcel_id, source=f.message)))
    return imposed
