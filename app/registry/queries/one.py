"""One thing of the registry, or the lock on it. What lies outside the actor's regions is NotFound."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.registry.models import (
    Asset,
    BaUnitItem,
    Collective,
    Consent,
    Document,
    DocumentBody,
    LandRight,
    Lease,
    Mandate,
    Mortgage,
    NumberSeries,
    Parcel,
    Party,
    Region,
    Resolution,
    Responsibility,
    Restriction,
)  # fmt: skip

Scoped = TypeVar(
    "Scoped",
    Asset,
    Consent,
    Document,
    LandRight,
    Lease,
    Mandate,
    Parcel,
    Party,
    Resolution,
    Responsibility,
    Restriction,
)

_MISSING: dict[type[Any], str] = {
    Asset: "没有这项资产",
    Consent: "没有这份同意",
    Document: "没有这份材料",
    LandRight: "没有这项权利",
    Lease: "没有这份流转记录",
    Mandate: "没有这份委托书",
    Parcel: "没有这个地块",
    Party: "没有这个主体",
    Resolution: "没有这份决议",
    Responsibility: "没有这项义务",
    Restriction: "没有这项限制",
}


def _scoped(query: Select[Any], table: type[Scoped], who: Actor | None) -> Select[Any]:
    return query if who is None else query.where(in_scope(table.region_code, who))


def _one(tx: Tx, table: type[Scoped], key: int, who: Actor | None, *, lock: bool = False) -> Scoped:
    query = _scoped(select(table).where(table.id == key), table, who)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row: Scoped | None = tx.scalar(query)
    if row is None:
        raise NotFound(_MISSING[table])
    return row


def region(tx: Tx, code: str) -> Region:
    """A division. Raises NotFound."""
    row = tx.get(Region, code)
    if row is None:
        raise NotFound("没有这个行政区划")
    return row


def region_name(tx: Tx, code: str) -> str:
    """The full name of a division, as `许昌市建安区将官池镇…`. Raises NotFound."""
    row = region(tx, code)
    return (region_name(tx, row.parent_code) if row.parent_code else "") + row.name


def party(tx: Tx, party_id: int, *, seen_by: Actor | None = None) -> Party:
    """Raises NotFound, also where the actor may not see it; so do all that follow. None sees everything."""
    return _one(tx, Party, party_id, seen_by)


def lock_party(tx: Tx, party_id: int, *, seen_by: Actor | None = None) -> Party:
    return _one(tx, Party, party_id, seen_by, lock=True)


def party_of(tx: Tx, who: Actor) -> Party | None:
    """The party that an account trades as: its organisation's, else the person's own."""
    own = Party.organisation_id == who.organisation_id if who.organisation_id else Party.person_id == who.person_id
    return tx.scalar(select(Party).where(own, Party.end_lifespan_at.is_(None)).order_by(Party.id).limit(1))


def collective(tx: Tx, party_id: int) -> Collective | None:
    """What is recorded of a collective beyond the party; None where nothing is."""
    return tx.get(Collective, party_id)


def parcel(tx: Tx, parcel_id: int, *, seen_by: Actor | None = None) -> Parcel:
    return _one(tx, Parcel, parcel_id, seen_by)


def parcels(tx: Tx, parcel_ids: Sequence[int], *, seen_by: Actor | None = None) -> list[Parcel]:
    """The parcels in the order of their ids. Raises NotFound if one is missing."""
    wanted = set(parcel_ids)
    query = _scoped(select(Parcel).where(Parcel.id.in_(wanted)), Parcel, seen_by).order_by(Parcel.id)
    return _all(tx, query, wanted)


def lock_parcels(tx: Tx, parcel_ids: Sequence[int], *, seen_by: Actor | None = None) -> list[Parcel]:
    """The lock under which possession of parcels is given: always in the order of ids, so nobody waits in a circle."""
    wanted = set(parcel_ids)
    query = _scoped(select(Parcel).where(Parcel.id.in_(wanted)), Parcel, seen_by).order_by(Parcel.id)
    return _all(tx, query.with_for_update().execution_options(populate_existing=True), wanted)


def _all(tx: Tx, query: Select[Any], wanted: set[int]) -> list[Parcel]:
    rows = list(tx.scalars(query))
    if len(rows) != len(wanted):
        raise NotFound(_MISSING[Parcel])
    return rows


def asset(tx: Tx, asset_id: int, *, seen_by: Actor | None = None) -> Asset:
    return _one(tx, Asset, asset_id, seen_by)


def right(tx: Tx, right_id: int, *, seen_by: Actor | None = None) -> LandRight:
    return _one(tx, LandRight, right_id, seen_by)


def lock_right(tx: Tx, right_id: int, *, seen_by: Actor | None = None) -> LandRight:
    return _one(tx, LandRight, right_id, seen_by, lock=True)


def things_of(tx: Tx, ba_unit_id: int) -> tuple[list[int], list[int]]:
    """Ids of the parcels and of the assets in a unit."""
    rows = tx.execute(
        select(BaUnitItem.parcel_id, BaUnitItem.asset_id)
        .where(BaUnitItem.ba_unit_id == ba_unit_id)
        .order_by(BaUnitItem.id)
    ).all()
    return [p for p, _ in rows if p is not None], [a for _, a in rows if a is not None]


def area_of(tx: Tx, ba_unit_id: int) -> Decimal | None:
    """The mu of all parcels in a unit; None where it holds none."""
    return tx.scalar(
        select(func.sum(Parcel.area_mu))
        .join(BaUnitItem, BaUnitItem.parcel_id == Parcel.id)
        .where(BaUnitItem.ba_unit_id == ba_unit_id)
    )


def overfull(tx: Tx, parcel_id: int) -> bool:
    """Whether some present right in this parcel covers more than its unit now has."""
    units = tx.execute(
        select(LandRight.ba_unit_id, func.max(LandRight.area_mu))
        .join(BaUnitItem, BaUnitItem.ba_unit_id == LandRight.ba_unit_id)
        .where(BaUnitItem.parcel_id == parcel_id, LandRight.end_lifespan_at.is_(None), LandRight.area_mu.is_not(None))
        .group_by(LandRight.ba_unit_id)
    ).all()
    return any(covered is not None and covered > (area_of(tx, unit) or 0) for unit, covered in units)


def responsibility(tx: Tx, responsibility_id: int, *, seen_by: Actor | None = None) -> Responsibility:
    return _one(tx, Responsibility, responsibility_id, seen_by)


def lock_responsibility(tx: Tx, responsibility_id: int, *, seen_by: Actor | None = None) -> Responsibility:
    return _one(tx, Responsibility, responsibility_id, seen_by, lock=True)


def restriction(tx: Tx, restriction_id: int, *, seen_by: Actor | None = None) -> Restriction:
    return _one(tx, Restriction, restriction_id, seen_by)


def lock_restriction(tx: Tx, restriction_id: int, *, seen_by: Actor | None = None) -> Restriction:
    return _one(tx, Restriction, restriction_id, seen_by, lock=True)


def lease(tx: Tx, lease_id: int, *, seen_by: Actor | None = None) -> Lease:
    return _one(tx, Lease, lease_id, seen_by)


def lock_lease(tx: Tx, lease_id: int, *, seen_by: Actor | None = None) -> Lease:
    return _one(tx, Lease, lease_id, seen_by, lock=True)


def leases_by_reference(tx: Tx, reference: str) -> list[Lease]:
    """Every lease, voided ones too, under one contract."""
    return list(tx.scalars(select(Lease).where(Lease.reference == reference).order_by(Lease.id)))


def resolution(tx: Tx, resolution_id: int, *, seen_by: Actor | None = None) -> Resolution:
    return _one(tx, Resolution, resolution_id, seen_by)


def mandate(tx: Tx, mandate_id: int, *, seen_by: Actor | None = None) -> Mandate:
    return _one(tx, Mandate, mandate_id, seen_by)


def lock_mandate(tx: Tx, mandate_id: int, *, seen_by: Actor | None = None) -> Mandate:
    return _one(tx, Mandate, mandate_id, seen_by, lock=True)


def consent(tx: Tx, consent_id: int, *, seen_by: Actor | None = None) -> Consent:
    return _one(tx, Consent, consent_id, seen_by)


def lock_consent(tx: Tx, consent_id: int, *, seen_by: Actor | None = None) -> Consent:
    return _one(tx, Consent, consent_id, seen_by, lock=True)


def mortgage(tx: Tx, restriction_id: int, *, seen_by: Actor | None = None) -> Mortgage:
    """Raises NotFound, for a bank also where the mortgage is another's."""
    row = tx.get(Mortgage, restriction_id)
    if row is None or (seen_by is not None and not seen_by.sees(row.region_code)):
        raise NotFound("没有这项抵押")
    if seen_by is not None and party(tx, row.mortgagee_party_id).organisation_id != seen_by.organisation_id:
        raise NotFound("没有这项抵押")
    return row


def document(tx: Tx, document_id: int, *, seen_by: Actor | None = None) -> Document:
    return _one(tx, Document, document_id, seen_by)


def body_of(tx: Tx, document_id: int) -> bytes | None:
    """The bytes of a document; None where it is kept elsewhere."""
    return tx.scalar(select(DocumentBody.body).where(DocumentBody.document_id == document_id))


def next_number(tx: Tx, name: str) -> int:
    """The next number of a series in this year, from 1, without gaps: a rolled-back act gives its number back."""
    row = insert(NumberSeries).values(name=name, year=tx.today().year, last=1)
    taken = row.on_conflict_do_update(
        index_elements=[NumberSeries.name, NumberSeries.year], set_={"last": NumberSeries.last + 1}
    ).returning(NumberSeries.last)
    return tx.execute(taken).scalar_one()
