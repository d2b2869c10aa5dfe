"""Changes that both parties agree to, and that the centre decides after the law has judged them."""

from datetime import date
from hashlib import sha256
from typing import Any

from app.audit.actions import record
from app.audit.canonical import canonical, plain
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid
from app.base.findings import Finding
from app.deal.models import Contract
from app.listing import queries as listings
from app.listing.actions.law import parked
from app.listing.models import Lot
from app.performance import queries
from app.performance.actions.moves import advance, judged
from app.performance.models import ContractChange
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.rules.book import Step


def propose(tx: Tx, who: Actor, contract_id: int, *, kind: str, content: dict[str, Any]) -> ContractChange:
    """One party proposes a change. Conflict while another one waits for its answer."""
    contract, lot, side = queries.as_party(tx, who, contract_id)
    now = tx.clock()
    if kind == "retransfer":
        registry.party(tx, content["retransfer"]["to_party_id"])
    body = plain(content)
    change = ContractChange(
        contract_id=contract.id, kind=kind, content=body, content_hash=sha256(canonical(body)).digest(),
        proposed_by_side=side, proposed_by_person=who.person_id, proposed_at=now,
    )  # fmt: skip
    if any(c.decision is None for c in queries.changes(tx, contract.id)):
        raise Conflict("已有变更待处理", reason="CHANGE_OPEN", extra={"state": contract.state})
    tx.add(change)
    tx.flush()
    advance(
        tx, who, contract, lot, "change", now=now, side=side, change=change.id, kind=kind, content=change.content_hash
    )
    return change


def agree(tx: Tx, who: Actor, contract_id: int, *, content_sha256: str) -> ContractChange:
    """The other party agrees to exactly what he names by its hash."""
    contract, lot, side = queries.as_party(tx, who, contract_id)
    change = queries.open_change(tx, contract.id)
    if side == change.proposed_by_side:
        raise Conflict("须由对方同意", reason="NOT_YOUR_ACT", extra={"state": contract.state})
    if change.agreed_at is not None:
        raise Conflict("已同意", reason="AGREED_ALREADY", extra={"state": contract.state})
    if content_sha256 != change.content_hash.hex():
        raise Conflict("变更内容与您看到的不一致，请重新打开", reason="CONTENT_CHANGED", field="content_sha256")
    now = tx.clock()
    change.agreed_by_person, change.agreed_at = who.person_id, now
    record(
        tx, who, "contract.agree", f"contract/{contract.id}", region=lot.region_code, change=change.id, side=side,
        content=change.content_hash,
    )  # fmt: skip
    return change


def decide(tx: Tx, who: Actor, contract_id: int, *, accept: bool, reason: str) -> tuple[ContractChange, Lot]:
    """The centre refuses, or judges by the law and puts the change into effect. What the law parks stays open."""
    contract, lot = queries.as_official(tx, who, contract_id)
    change = queries.open_change(tx, contract.id)
    now = tx.clock()
    findings: list[Finding] | None = None
    if accept:
        if change.agreed_at is None:
            raise Conflict("对方尚未同意", reason="NOT_AGREED", extra={"state": contract.state})
        step = Step.S15 if change.kind == "dissolution" else Step.S14
        findings = list(judged(tx, who, contract, lot, step, now=now, verb=change.kind, **_sections(tx, lot, change)))
        if parked(lot):
            return change, lot
    change.decision, change.decided_at = "accepted" if accept else "refused", now
    change.decided_by_person, change.reason = who.person_id, reason
    tx.flush()
    facts: dict[str, Any] = {"change": change.id, "kind": change.kind, "decision": change.decision}
    if accept and change.kind == "dissolution":
        ended_on = date.fromisoformat(change.content["ended_on"])
        advance(tx, who, contract, lot, "dissolve", now=now, text=reason, findings=findings, ended_on=ended_on, **facts)
        end_possession(tx, contract, last_day=ended_on, reason="双方协议解除")
        return change, lot
    advance(tx, who, contract, lot, "settle_change", now=now, text=reason, findings=findings, **facts)
    if accept and change.kind == "retransfer":
        _sublet(tx, contract, change.content["retransfer"])
    return change, lot


def _sections(tx: Tx, lot: Lot, change: ContractChange) -> dict[str, dict[str, Any]]:
    """What the law reads of a change: what the parties state, completed by what contract and registry know."""
    if change.kind == "mortgage":
        return {"mortgage": {"guarantor": "land_transferee", **change.content["mortgage"]}}
    if change.kind != "retransfer":
        return {}
    wanted = change.content["retransfer"]
    parcels = [i for i in listings.items(tx, lot.id) if i.parcel_id is not None]
    facts = {k: wanted[k] for k in ("parcels_consented", "consent_form", "collective_filed") if k in wanted}
    facts |= {"prior_end": lot.term_end, "parcels_total": len(parcels), "prior_transferee_consent": True}
    return {"retransfer": facts, "term": {"start": wanted["starts_on"], "end": wanted["ends_on"]}}


def _sublet(tx: Tx, contract: Contract, wanted: dict[str, Any]) -> None:
    for lease in registry.leases_by_reference(tx, contract.contract_no):
        registry_actions.grant_lease(
            tx, None, [lease.parcel_id], holder_party_id=wanted["to_party_id"],
            starts_on=date.fromisoformat(wanted["starts_on"]), ends_on=date.fromisoformat(wanted["ends_on"]),
            reference=f"{contract.contract_no}/Z", head_lease_id=lease.id,
        )  # fmt: skip


def end_possession(tx: Tx, contract: Contract, *, last_day: date, reason: str) -> None:
    """Takes the contract's leases out of the registry from the day after on. Raises Refused while a sublease goes on."""
    for lease in registry.leases_by_reference(tx, contract.contract_no):
        if lease.ended_on is None and lease.voided_at is None:
            if last_day > lease.agreed_until:
                raise Invalid("不得晚于约定的终止日", field="ended_on")
            registry_actions.end_lease(tx, None, lease.id, last_day=last_day, reason=reason)
