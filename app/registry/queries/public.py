"""What the public may read of parties, things and decisions (procedure 4.3): built from an allow-list, never the row."""

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import select

from app.base.db import Tx
from app.base.masking import mask_credit_code, mask_name
from app.identity.models import Organisation
from app.registry.models import Asset, Parcel, Party, PartyMember, Resolution
from app.registry.queries.one import region_name
from app.registry.states import PRIVATE_KINDS


class Thing(Protocol):
    """A parcel or an asset in a lot."""

    parcel_id: int | None
    asset_id: int | None


def transferor(tx: Tx, party_id: int) -> dict[str, Any]:
    """A collective by its full name; households by their village and number, no one by name."""
    party = tx.get_one(Party, party_id)
    if party.kind not in PRIVATE_KINDS:
        return {"kind": party.kind.value, "name": party.name, "credit_code": party.credit_code}
    return {"kind": party.kind.value, "name": f"{region_name(tx, party.region_code)}农户"}


def transferee(tx: Tx, party_id: int, *, whole_code: bool = False) -> dict[str, Any]:
    """A natural person masked, an organisation by name with its code masked unless the paper shows it whole."""
    party = tx.get_one(Party, party_id)
    if party.kind in PRIVATE_KINDS:
        return {"kind": party.kind.value, "name": mask_name(party.name)}
    code = party.credit_code
    return {
        "kind": party.kind.value,
        "name": party.name,
        "credit_code": code if whole_code or code is None else mask_credit_code(code),
    }


def things(tx: Tx, items: Sequence[Thing]) -> list[dict[str, Any]]:
    """The parcels and assets of a lot as a notice names them: code, place, kind, area, bounds."""
    said = []
    for item in items:
        if item.parcel_id is not None:
            p = tx.get_one(Parcel, item.parcel_id)
            said.append(
                {
                    "parcel_code": p.parcel_code,
                    "name": p.name,
                    "region_code": p.region_code,
                    "region": region_name(tx, p.region_code),
                    "land_type": p.land_type.value,
                    "area_mu": p.area_mu,
                    "permanent_basic_farmland": p.permanent_basic_farmland,
                    "bounds": {
                        "east": p.bound_east,
                        "south": p.bound_south,
                        "west": p.bound_west,
                        "north": p.bound_north,
                    },
                }
            )
        elif item.asset_id is not None:
            a = tx.get_one(Asset, item.asset_id)
            said.append(
                {
                    "asset_no": a.asset_no,
                    "name": a.name,
                    "region_code": a.region_code,
                    "kind": a.kind.value,
                    "quantity": a.quantity,
                    "unit": a.unit,
                }
            )
    return said


def resolution(tx: Tx, resolution_id: int | None) -> dict[str, Any] | None:
    """A decision without its voters: body, day, and the count."""
    if resolution_id is None:
        return None
    r = tx.get_one(Resolution, resolution_id)
    total = r.eligible if r.eligible is not None else r.reps_total if r.reps_total is not None else r.board_total
    return {"body": r.body.value, "meeting_on": r.meeting_on, "total": total, "attended": r.attended, "yes": r.yes}


def party_name(tx: Tx, party_id: int) -> str:
    """The full name, for comparing with a payer's: never for the public."""
    return tx.get_one(Party, party_id).name


def party_kind(tx: Tx, party_id: int) -> str:
    return tx.get_one(Party, party_id).kind.value


def n_members(tx: Tx, party_id: int) -> int:
    """How many households or persons a group party has now."""
    rows = tx.scalars(
        select(PartyMember.id).where(PartyMember.group_party_id == party_id, PartyMember.end_lifespan_at.is_(None))
    )
    return len(list(rows))


def centre_name(tx: Tx, region_code: str) -> str:
    """The trading centre of the county that a division lies in."""
    name = tx.scalar(
        select(Organisation.name).where(Organisation.kind == "centre", Organisation.region_code == region_code[:6])
    )
    return name or f"{region_name(tx, region_code[:6])}农村产权交易中心"
