"""The register of a past day: rows as they stood at its end, read from the memory that the database keeps."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from sqlalchemy import RowMapping, column, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import distinct_on

from app.base.days import BEIJING
from app.base.db import Tx
from app.base.errors import Invalid, NotFound
from app.registry.models import (
    Asset,
    BaUnitItem,
    Collective,
    LandRight,
    Lease,
    Mandate,
    Parcel,
    Party,
    PartyMember,
    RegistryVersion,
    Responsibility,
    Restriction,
)  # fmt: skip

Past = TypeVar("Past", Asset, Collective, LandRight, Lease, Mandate, Parcel, Party, Responsibility, Restriction)


def _day_over(tx: Tx, on: date) -> datetime:
    """The instant at which the day ends in Beijing. Raises Invalid for a day that has not begun."""
    if on > tx.today():
        raise Invalid("这一天尚未到来", field="on")
    return datetime.combine(on + timedelta(days=1), time.min, tzinfo=BEIJING)


_KEPT = (RegistryVersion.id, RegistryVersion.subject_id, RegistryVersion.recorded_at, RegistryVersion.content)


def _rows(table: type[Past], query: Any) -> Any:
    """The content of versions, given back its columns and types by the database itself."""
    versions = query.subquery()
    columns = [column(c.name, c.type) for c in table.__table__.columns]
    row = func.jsonb_populate_record(literal_column(f"NULL::{table.__tablename__}"), versions.c.content)
    content = row.table_valued(*columns, name="row")
    return (
        select(versions.c.recorded_at.label("version_at"), *content.c)
        .select_from(versions)
        .join(content, true())
        .order_by(versions.c.subject_id, versions.c.recorded_at.desc(), versions.c.id.desc())
    )


def _made(table: type[Past], row: RowMapping) -> Past:
    """A row as an object of its class that belongs to no session, so that nobody can write the past."""
    return table(**{str(name): value for name, value in row.items() if name != "version_at"})


def as_of(tx: Tx, table: type[Past], keys: Iterable[int], on: date) -> list[Past]:
    """Rows as they stood at the end of a day, in the order of their keys; what was not recorded yet is left out."""
    latest = (
        select(*_KEPT)
        .ext(distinct_on(RegistryVersion.subject_id))
        .where(
            RegistryVersion.subject == table.__tablename__,
            RegistryVersion.subject_id.in_(list(keys)),
            RegistryVersion.recorded_at < _day_over(tx, on),
        )
        .order_by(RegistryVersion.subject_id, RegistryVersion.recorded_at.desc(), RegistryVersion.id.desc())
    )
    rows = tx.execute(_rows(table, latest))
    return [_made(table, row) for row in rows.mappings()]


def one_as_of(tx: Tx, table: type[Past], key: int, on: date) -> Past:
    """One row as it stood at the end of a day. Raises NotFound where it was not in the register yet."""
    found = as_of(tx, table, [key], on)
    if not found:
        raise NotFound(f"{on} 时尚未登记")
    return found[0]


def versions(tx: Tx, table: type[Past], key: int, *, limit: int = 100) -> list[tuple[datetime, Past]]:
    """Every state a row has had, the latest first, with the instant it began."""
    kept = (
        select(*_KEPT)
        .where(RegistryVersion.subject == table.__tablename__, RegistryVersion.subject_id == key)
        .order_by(RegistryVersion.recorded_at.desc(), RegistryVersion.id.desc())
        .limit(limit)
    )
    rows = tx.execute(_rows(table, kept)).mappings()
    return [(row["version_at"], _made(table, row)) for row in rows]


def rights_as_of(tx: Tx, parcel_id: int, on: date) -> list[LandRight]:
    """The rights in a parcel as they stood on a day, ended ones too. Which parcels a unit holds never changes."""
    keys = tx.scalars(
        select(LandRight.id).join(BaUnitItem, BaUnitItem.ba_unit_id == LandRight.ba_unit_id).where(
            BaUnitItem.parcel_id == parcel_id
        )
    )  # fmt: skip
    return as_of(tx, LandRight, keys, on)


def restrictions_as_of(tx: Tx, parcel_id: int, on: date) -> list[Restriction]:
    keys = tx.scalars(select(Restriction.id).where(Restriction.parcel_id == parcel_id))
    return as_of(tx, Restriction, keys, on)


def leases_as_of(tx: Tx, parcel_id: int, on: date) -> list[Lease]:
    return as_of(tx, Lease, tx.scalars(select(Lease.id).where(Lease.parcel_id == parcel_id)), on)


def members_as_of(tx: Tx, group_party_id: int, on: date) -> list[tuple[PartyMember, Party]]:
    """The members of a group at the end of a day, each as its party stood then. Their rows are never changed but ended."""
    over = _day_over(tx, on)
    rows = list(
        tx.scalars(
            select(PartyMember)
            .where(
                PartyMember.group_party_id == group_party_id,
                PartyMember.begin_lifespan_at < over,
                PartyMember.end_lifespan_at.is_(None) | (PartyMember.end_lifespan_at >= over),
            )
            .order_by(PartyMember.id)
        )
    )
    then = {party.id: party for party in as_of(tx, Party, [m.member_party_id for m in rows], on)}
    return [(m, then[m.member_party_id]) for m in rows if m.member_party_id in then]


def chain(tx: Tx, right_id: int) -> list[LandRight]:
    """Every link from the first right down to this one: what it was derived from, and what those carry on."""
    links = select(LandRight.id, LandRight.parent_right_id, LandRight.extends_right_id).where(LandRight.id == right_id)
    line = links.cte(recursive=True)
    above = select(LandRight.id, LandRight.parent_right_id, LandRight.extends_right_id).join(
        line, (LandRight.id == line.c.parent_right_id) | (LandRight.id == line.c.extends_right_id)
    )
    line = line.union(above)
    found = {r.id: r for r in tx.scalars(select(LandRight).where(LandRight.id.in_(select(line.c.id))))}
    ordered, at = [], found.get(right_id)
    while at is not None:
        ordered.append(at)
        at = found.get(at.parent_right_id or at.extends_right_id or 0)
    return ordered[::-1]


def lease_chain(tx: Tx, lease_id: int) -> list[Lease]:
    """Every hand that a possession has gone through, the head lease first (再流转逐手)."""
    top = select(Lease.id, Lease.head_lease_id).where(Lease.id == lease_id).cte(recursive=True)
    top = top.union(select(Lease.id, Lease.head_lease_id).join(top, Lease.id == top.c.head_lease_id))
    return list(tx.scalars(select(Lease).where(Lease.id.in_(select(top.c.id))).order_by(Lease.id)))
