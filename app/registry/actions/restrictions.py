"""Restrictions and responsibilities: imposed by a source, released by a source, never deleted."""

from collections.abc import Callable
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.models import Responsibility, Restriction
from app.registry.schemas import ResponsibilityIn, RestrictionIn
from app.registry.states import USUAL_SOURCE, SourceKind


def _region_of(tx: Tx, who: Actor | None, body: RestrictionIn | ResponsibilityIn) -> str:
    """Where the one thing lies. Raises NotFound outside the actor's regions."""
    if body.parcel_id is not None:
        return queries.parcel(tx, body.parcel_id, seen_by=who).region_code
    if body.asset_id is not None:
        return queries.asset(tx, body.asset_id, seen_by=who).region_code
    return queries.right(tx, body.right_id or 0, seen_by=who).region_code


def _there(tx: Tx, who: Actor | None, **keys: tuple[int | None, Callable[..., Any]]) -> None:
    for field, (key, read) in keys.items():
        if key is not None:
            with naming(field):
                read(tx, key, seen_by=who)


def impose(tx: Tx, who: Actor | None, body: RestrictionIn) -> Restriction:
    """登记限制 on a parcel, an asset or a right, with its source. Raises NotFound outside the actor's regions."""
    region = _region_of(tx, who, body)
    _there(
        tx, who, beneficiary_party_id=(body.beneficiary_party_id, queries.party),
        source_document_id=(body.source_document_id, queries.document),
    )  # fmt: skip
    rests_on = body.source_kind or USUAL_SOURCE.get(body.kind, SourceKind.ADMINISTRATIVE_DECISION)
    restriction = Restriction(
        **body.model_dump(exclude={"source_kind"}), source_kind=rests_on, region_code=region, imposed_at=tx.clock()
    )
    tx.add(restriction)
    tx.flush()
    record(
        tx, who, "restriction.impose", f"restriction/{restriction.id}", region=region,
        kind=restriction.kind, parcel=body.parcel_id, asset=body.asset_id, right=body.right_id, source=body.source,
        source_kind=rests_on,
    )  # fmt: skip
    return restriction


def release(tx: Tx, who: Actor | None, restriction_id: int, *, source: str) -> Restriction:
    """解除限制, by its own source. Raises Conflict if it was released before."""
    restriction = queries.lock_restriction(tx, restriction_id, seen_by=who)
    now = tx.clock()
    if restriction.released_at is not None:
        raise Conflict("该限制已解除", reason="RESTRICTION_RELEASED", extra={"state": "released"})
    restriction.released_at, restriction.release_source = now, source
    tx.flush()
    record(
        tx, who, "restriction.release", f"restriction/{restriction_id}", region=restriction.region_code, source=source
    )
    return restriction


def oblige(tx: Tx, who: Actor | None, body: ResponsibilityIn) -> Responsibility:
    """登记义务 of a party on a parcel, an asset or a right. Raises NotFound outside the actor's regions."""
    region = _region_of(tx, who, body)
    _there(
        tx, who, bearer_party_id=(body.bearer_party_id, queries.party),
        source_document_id=(body.source_document_id, queries.document),
    )  # fmt: skip
    duty = Responsibility(**body.model_dump(), region_code=region, imposed_at=tx.clock())
    tx.add(duty)
    tx.flush()
    record(
        tx, who, "responsibility.impose", f"responsibility/{duty.id}", region=region, kind=duty.kind,
        bearer=duty.bearer_party_id, parcel=body.parcel_id, asset=body.asset_id, right=body.right_id,
        source=body.source, source_kind=body.source_kind,
    )  # fmt: skip
    return duty


def discharge(tx: Tx, who: Actor | None, responsibility_id: int, *, source: str) -> Responsibility:
    """义务终了, by its own source. Raises Conflict if it was discharged before."""
    duty = queries.lock_responsibility(tx, responsibility_id, seen_by=who)
    now = tx.clock()
    if duty.released_at is not None:
        raise Conflict("该义务已终了", reason="RESPONSIBILITY_RELEASED", extra={"state": "released"})
    duty.released_at, duty.release_source = now, source
    tx.flush()
    record(
        tx, who, "responsibility.release", f"responsibility/{responsibility_id}", region=duty.region_code,
        source=source,
    )  # fmt: skip
    return duty
