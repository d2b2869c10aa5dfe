"""Parties, parcels, rights and leases for tests, each made by the action that makes it in life."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from app.base.actor import Actor
from app.base.db import Tx
from app.registry import actions
from app.registry.models import LandRight, Lease, Parcel, Party
from app.registry.schemas import ParcelIn, PartyIn, RightIn
from app.registry.states import PartyKind, RightKind

TOWN = "411003001"
VILLAGE, OTHER_VILLAGE, THIRD_VILLAGE = "411003001001", "411003001003", "411003001005"
_serial = count(1)

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)


def credit_code(head: str = "N2", serial: int | None = None) -> str:
    """A code with its right check character, found the other way round: the one for which the sum vanishes."""
    body = f"{head}411003MA{serial if serial is not None else next(_serial):07d}"
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return next(body + c for i, c in enumerate(_ALPHABET) if (total + i) % 31 == 0)


def id_number(born: str = "19800229", serial: int | None = None) -> str:
    """A resident id with its right check character (ISO 7064, MOD 11-2, by its recursive definition)."""
    body = f"411003{born}{(serial if serial is not None else next(_serial)) % 1000:03d}"
    remainder = 0
    for digit in body:
        remainder = (remainder + int(digit)) * 2 % 11
    return body + "0123456789X"[(12 - remainder) % 11]


def clerk(prefix: str = VILLAGE) -> Actor:
    """Somebody whose permission at hand reaches the regions with this prefix."""
    return Actor(account_id=1, person_id=1, organisation_id=None, name="演示经办", prefixes=(prefix,))


def party(tx: Tx, kind: PartyKind = PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION, **over: Any) -> Party:
    fields: dict[str, Any] = {"kind": kind, "name": f"演示主体{next(_serial)}", "region_code": VILLAGE}
    if kind is PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION:
        fields["credit_code"] = credit_code()
    if kind is PartyKind.ENTERPRISE:
        fields["credit_code"] = credit_code("91")
    return actions.record_party(tx, None, PartyIn(**fields | over))


def parcel(tx: Tx, **over: Any) -> Parcel:
    fields: dict[str, Any] = {
        "parcel_code": f"411003001001{next(_serial):07d}",
        "name": "演示地块",
        "region_code": VILLAGE,
        "area_mu": Decimal("54.5"),
        "land_type": "cultivated",
    }
    return actions.record_parcel(tx, None, ParcelIn(**fields | over))


def right(tx: Tx, holder: Party, parcels: Sequence[Parcel], **over: Any) -> LandRight:
    fields: dict[str, Any] = {
        "kind": RightKind.CONTRACT_MANAGEMENT_RIGHT,
        "region_code": VILLAGE,
        "holder_party_id": holder.id,
        "parcel_ids": [p.id for p in parcels],
        "starts_on": date(1998, 10, 1),
        "ends_on": date(2028, 9, 30),
    }
    return actions.record_right(tx, None, RightIn(**fields | over))


def lease(tx: Tx, parcels: Sequence[Parcel], holder: Party, start: date, end: date, **over: Any) -> list[Lease]:
    fields: dict[str, Any] = {"reference": f"演示合同{next(_serial)}"}
    return actions.grant_lease(
        tx, None, [p.id for p in parcels], holder_party_id=holder.id, starts_on=start, ends_on=end, **fields | over
    )
