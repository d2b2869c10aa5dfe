"""Consents and filings: recorded thing by thing, a consent withdrawn for a stated reason."""

from collections.abc import Sequence

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.registry import queries
from app.registry.actions.regions import naming
from app.registry.models import Asset, Consent, Filing, Parcel
from app.registry.schemas import ConsentIn, FilingIn
from app.registry.states import COLLECTIVE_KINDS


def _things(tx: Tx, who: Actor | None, body: ConsentIn | FilingIn) -> Sequence[Parcel | Asset]:
    found: list[Parcel | Asset] = []
    for i, key in enumerate(body.parcel_ids):
        with naming(f"parcel_ids[{i}]"):
            found.append(queries.parcel(tx, key, seen_by=who))
    for i, key in enumerate(body.asset_ids):
        with naming(f"asset_ids[{i}]"):
            found.append(queries.asset(tx, key, seen_by=who))
    return found


def _paper(tx: Tx, who: Actor | None, document_id: int | None) -> None:
    if document_id is not None:
        with naming("document_id"):
            queries.document(tx, document_id, seen_by=who)


def record_consent(tx: Tx, who: Actor | None, body: ConsentIn) -> list[Consent]:
    """登记同意, one row a parcel or asset. Raises Invalid for a day to come, or for parties nobody here may see."""
    things = _things(tx, who, body)
    with naming("giver_party_id"):
        queries.party(tx, body.giver_party_id, seen_by=who)
    if body.to_party_id is not None:
        with naming("to_party_id"):
            queries.party(tx, body.to_party_id)
    _paper(tx, who, body.document_id)
    now = tx.clock()
    if body.given_on > tx.today():
        raise Invalid("同意日尚未到来", field="given_on")
    rows = [
        Consent(
            region_code=thing.region_code, matter=body.matter, giver_party_id=body.giver_party_id,
            to_party_id=body.to_party_id, parcel_id=thing.id if isinstance(thing, Parcel) else None,
            asset_id=thing.id if isinstance(thing, Asset) else None, form=body.form, given_on=body.given_on,
            valid_to=body.valid_to, document_id=body.document_id, recorded_at=now,
        )
        for thing in things
    ]  # fmt: skip
    tx.add_all(rows)
    tx.flush()
    for row in rows:
        record(
            tx, who, "consent.record", f"consent/{row.id}", region=row.region_code, matter=row.matter,
            giver=row.giver_party_id, to=row.to_party_id, parcel=row.parcel_id, asset=row.asset_id, form=row.form,
        )  # fmt: skip
    return rows


def withdraw_consent(tx: Tx, who: Actor | None, consent_id: int, *, reason: str) -> Consent:
    """撤回同意. What was done while it held stays done. Raises Conflict if it was withdrawn before."""
    consent = queries.lock_consent(tx, consent_id, seen_by=who)
    now = tx.clock()
    if consent.withdrawn_at is not None:
        raise Conflict("该同意已撤回", reason="CONSENT_WITHDRAWN", extra={"state": "withdrawn"})
    consent.withdrawn_at, consent.withdrawn_because = now, reason
    tx.flush()
    record(tx, who, "consent.withdraw", f"consent/{consent_id}", region=consent.region_code, reason=reason)
    return consent


def record_filing(tx: Tx, who: Actor | None, body: FilingIn) -> list[Filing]:
    """登记备案 with a collective, one row a parcel or asset. Raises Invalid for anybody who is no collective."""
    things = _things(tx, who, body)
    with naming("filed_with_party_id"):
        collective = queries.party(tx, body.filed_with_party_id, seen_by=who)
    if collective.kind not in COLLECTIVE_KINDS:
        raise Invalid("备案须向发包方（集体）办理", field="filed_with_party_id")
    with naming("filed_by_party_id"):
        queries.party(tx, body.filed_by_party_id)
    _paper(tx, who, body.document_id)
    now = tx.clock()
    if body.filed_on > tx.today():
        raise Invalid("备案日尚未到来", field="filed_on")
    rows = [
        Filing(
            region_code=thing.region_code, matter=body.matter, filed_with_party_id=body.filed_with_party_id,
            filed_by_party_id=body.filed_by_party_id, parcel_id=thing.id if isinstance(thing, Parcel) else None,
            asset_id=thing.id if isinstance(thing, Asset) else None, filed_on=body.filed_on,
            document_id=body.document_id, recorded_at=now,
        )
        for thing in things
    ]  # fmt: skip
    tx.add_all(rows)
    tx.flush()
    for row in rows:
        record(
            tx, who, "filing.record", f"filing/{row.id}", region=row.region_code, matter=row.matter,
            by=row.filed_by_party_id, at=row.filed_with_party_id, parcel=row.parcel_id, asset=row.asset_id,
        )  # fmt: skip
    return rows
