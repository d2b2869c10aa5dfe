"""Pages by keyset: rows after a key, in the actor's regions, narrowed by a region prefix and what each list offers."""

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.registry.models import (
    Asset,
    BaUnitItem,
    Consent,
    Document,
    Filing,
    LandRight,
    Lease,
    Mandate,
    Parcel,
    Party,
    Region,
    Resolution,
    Responsibility,
    Restriction,
)  # fmt: skip
from app.registry.states import AssetKind, ConsentMatter, LandType, PartyKind, RegionLevel, RestrictionKind, RightKind

Row = TypeVar(
    "Row", Asset, Consent, Document, Filing, LandRight, Lease, Mandate, Parcel, Party, Resolution, Responsibility,
    Restriction,
)  # fmt: skip


def _page(
    tx: Tx,
    table: type[Row],
    who: Actor,
    prefix: str | None,
    after: int | None,
    limit: int,
    *narrow: ColumnElement[bool],
) -> list[Row]:
    query: Select[Any] = select(table).where(in_scope(table.region_code, who), *narrow).order_by(table.id).limit(limit)
    if prefix is not None:
        query = query.where(table.region_code.startswith(prefix, autoescape=True))
    if after is not None:
        query = query.where(table.id > after)
    return list(tx.scalars(query))


def _given(*pairs: tuple[Any, Any]) -> Sequence[ColumnElement[bool]]:
    return [column == value for column, value in pairs if value is not None]


def page_regions(
    tx: Tx,
    *,
    parent: str | None = None,
    level: RegionLevel | None = None,
    prefix: str | None = None,
    after: int | None = None,
    limit: int = 100,
) -> list[Region]:
    """Divisions in the order of their codes, which is the order of the tree; `after` is the last code seen."""
    query = select(Region).where(*_given((Region.parent_code, parent), (Region.level, level)))
    if prefix is not None:
        query = query.where(Region.code.startswith(prefix, autoescape=True))
    if after is not None:
        query = query.where(Region.code > str(after))
    return list(tx.scalars(query.order_by(Region.code).limit(limit)))


def page_parties(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    kind: PartyKind | None = None,
    credit_code: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Party]:
    return _page(
        tx, Party, seen_by, prefix, after, limit, *_given((Party.kind, kind), (Party.credit_code, credit_code))
    )


def page_parcels(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    land_type: LandType | None = None,
    parcel_code: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Parcel]:
    narrow = _given((Parcel.land_type, land_type), (Parcel.parcel_code, parcel_code))
    return _page(tx, Parcel, seen_by, prefix, after, limit, *narrow)


def page_assets(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    kind: AssetKind | None = None,
    owner_party_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Asset]:
    narrow = _given((Asset.kind, kind), (Asset.owner_party_id, owner_party_id))
    return _page(tx, Asset, seen_by, prefix, after, limit, *narrow)


def page_rights(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    kind: RightKind | None = None,
    holder_party_id: int | None = None,
    parcel_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[LandRight]:
    narrow = list(_given((LandRight.kind, kind), (LandRight.holder_party_id, holder_party_id)))
    if parcel_id is not None:
        units = select(BaUnitItem.ba_unit_id).where(BaUnitItem.parcel_id == parcel_id)
        narrow.append(LandRight.ba_unit_id.in_(units))
    return _page(tx, LandRight, seen_by, prefix, after, limit, *narrow)


def page_restrictions(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    kind: RestrictionKind | None = None,
    parcel_id: int | None = None,
    standing: bool | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Restriction]:
    """`standing`: True for those not released, False for the released, None for both."""
    narrow = list(_given((Restriction.kind, kind), (Restriction.parcel_id, parcel_id)))
    if standing is not None:
        narrow.append(Restriction.released_at.is_(None) if standing else Restriction.released_at.is_not(None))
    return _page(tx, Restriction, seen_by, prefix, after, limit, *narrow)


def page_leases(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    parcel_id: int | None = None,
    holder_party_id: int | None = None,
    reference: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Lease]:
    narrow = _given(
        (Lease.parcel_id, parcel_id), (Lease.holder_party_id, holder_party_id), (Lease.reference, reference)
    )
    return _page(tx, Lease, seen_by, prefix, after, limit, *narrow)


def page_resolutions(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    party_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Resolution]:
    return _page(tx, Resolution, seen_by, prefix, after, limit, *_given((Resolution.party_id, party_id)))


def page_mandates(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    party_id: int | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Mandate]:
    """`party_id`: of the principal or of the agent."""
    narrow: list[ColumnElement[bool]] = []
    if party_id is not None:
        narrow.append(or_(Mandate.principal_party_id == party_id, Mandate.agent_party_id == party_id))
    return _page(tx, Mandate, seen_by, prefix, after, limit, *narrow)


def page_documents(
    tx: Tx,
    *,
    seen_by: Actor,
    prefix: str | None = None,
    kind: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Document]:
    return _page(tx, Document, seen_by, prefix, after, limit, *_given((Document.kind, kind)))


def page_responsibilities(
    tx: Tx, *, seen_by: Actor, prefix: str | None = None, bearer_party_id: int | None = None,
    parcel_id: int | None = None, right_id: int | None = None, standing: bool | None = None,
    after: int | None = None, limit: int = 50,
) -> list[Responsibility]:  # fmt: skip
    """`standing`: only those not yet discharged, or only those that are."""
    narrow = list(
        _given(
            (Responsibility.bearer_party_id, bearer_party_id),
            (Responsibility.parcel_id, parcel_id),
            (Responsibility.right_id, right_id),
        )
    )
    if standing is not None:
        narrow.append(Responsibility.released_at.is_(None) == standing)
    return _page(tx, Responsibility, seen_by, prefix, after, limit, *narrow)


def page_consents(
    tx: Tx, *, seen_by: Actor, prefix: str | None = None, matter: ConsentMatter | None = None,
    giver_party_id: int | None = None, parcel_id: int | None = None, after: int | None = None, limit: int = 50,
) -> list[Consent]:  # fmt: skip
    """Withdrawn ones too."""
    narrow = _given((Consent.matter, matter), (Consent.giver_party_id, giver_party_id), (Consent.parcel_id, parcel_id))
    return _page(tx, Consent, seen_by, prefix, after, limit, *narrow)


def page_filings(
    tx: Tx, *, seen_by: Actor, prefix: str | None = None, matter: ConsentMatter | None = None,
    parcel_id: int | None = None, after: int | None = None, limit: int = 50,
) -> list[Filing]:  # fmt: skip
    narrow = _given((Filing.matter, matter), (Filing.parcel_id, parcel_id))
    return _page(tx, Filing, seen_by, prefix, after, limit, *narrow)
