"""Entering, being judged fit to bid, and leaving in time."""

import secrets
from collections.abc import Mapping
from typing import Any

from app.audit.actions import record
from app.base.actor import CENTRE_POSTS, Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.base.findings import Outcome, said
from app.base.sealing import sealer
from app.identity.models import Organisation, Person
from app.identity.queries import roles_of_person
from app.listing import queries as listings
from app.listing.actions.moves import take_duty
from app.listing.models import Lot
from app.listing.states import LotState
from app.money import actions as money
from app.qualification import queries
from app.qualification.facts import judged
from app.qualification.models import Entry
from app.qualification.states import ENTRY, EntryState
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.models import Party
from app.registry.schemas import PartyIn
from app.registry.states import PartyKind
from app.rules.book import RULEBOOK_VERSION, enforce

OPEN_FOR_ENTRY = frozenset({LotState.NOTICED, LotState.EXTENDED})
_PLATE_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
CITY = "411000"


def enter(
    tx: Tx,
    who: Actor,
    lot_id: int,
    *,
    declaration: str,
    quote_fen: int | None = None,
    priority_basis: str | None = None,
    priority_evidence: str | None = None,
) -> Entry:
    """Enters for a lot, while the notice runs. Raises Refused for staff of a centre, the transferor himself, and those
    who defaulted on the lot before; Conflict out of time or a second time.
    """
    lot = listings.lock_public_lot(tx, lot_id)
    listing = listings.listing_of(tx, lot)
    now = tx.clock()
    if lot.state not in OPEN_FOR_ENTRY or lot.entry_closes_at is None or now >= lot.entry_closes_at:
        raise Conflict("不在报名期内", reason="ENTRY_CLOSED", extra={"state": lot.state})
    if not CENTRE_POSTS.isdisjoint(roles_of_person(tx, who.person_id)):
        raise Refused("交易中心工作人员不得参加竞买", reason="STAFF_MAY_NOT_BID")
    party = registry.party_of(tx, who) or _first_party(tx, who)
    if party.id == listing.transferor_party_id or who.account_id == listing.opened_by_account:
        raise Refused("转出方不得参加自己标的的竞买", reason="TRANSFEROR_MAY_NOT_BID")
    if queries.was_barred(tx, lot, who.person_id):
        raise Refused("曾竞得本标的后违约，不得再参加", reason="DEFAULTED_BEFORE")
    if queries.own(tx, lot, who) is not None:
        raise Conflict("您已报名", reason="ENTERED_ALREADY")
    if priority_basis is not None and lot.rules.get("priority") == "NONE":
        raise Invalid("本标的公告未设优先权", field="priority_basis")
    falls = lot.rules["mode"] == "reverse"
    if quote_fen is not None and (quote_fen > lot.start_fen if falls else quote_fen < lot.start_fen):
        raise Invalid("高于预算" if falls else "低于起始价", field="quote_fen")
    entry = Entry(
        lot_id=lot.id, round_no=lot.round_no, party_id=party.id, account_id=who.account_id, person_id=who.person_id,
        plate="".join(secrets.choice(_PLATE_ALPHABET) for _ in range(7)), state=EntryState.APPLIED,
        declaration=declaration, quote_fen=quote_fen, priority_basis=priority_basis,
        priority_evidence=priority_evidence, applied_at=now, barred=False,
    )  # fmt: skip
    entry.facts = {}
    findings = enforce(judged(tx, lot, entry, beijing_day(now))).findings
    entry.findings = said(findings)
    tx.add(entry)
    tx.flush()
    record(
        tx, who, "entry.register", f"entry/{entry.id}", region=lot.region_code, findings=findings,
        rulebook=RULEBOOK_VERSION, after={"state": entry.state}, lot=lot.id, round_no=lot.round_no,
        priority_basis=priority_basis,
    )  # fmt: skip
    money.expect_deposit(
        tx, who, entry.id, lot_id=lot.id, party_id=party.id, region=lot.region_code, applicant_name=party.name,
        amount_fen=lot.deposit_fen, due_at=lot.entry_closes_at,
    )  # fmt: skip
    return entry


_KINDS = {
    "collective": PartyKind.COLLECTIVE_ECONOMIC_ORGANISATION,
    "village_committee": PartyKind.VILLAGE_COMMITTEE,
    "cooperative": PartyKind.COOPERATIVE,
}


def _first_party(tx: Tx, who: Actor) -> Party:
    """The party that an account trades as, entered from what identity has checked already."""
    if who.organisation_id is not None:
        own = tx.get_one(Organisation, who.organisation_id)
        kind = _KINDS.get(own.kind, PartyKind.ENTERPRISE)
        body = PartyIn(
            kind=kind, name=own.name, region_code=own.region_code, credit_code=own.credit_code, organisation_id=own.id
        )
        return registry_actions.record_party(tx, None, body)
    person = tx.get_one(Person, who.person_id)
    number = sealer().open(person.id_number_sealed, bound_to="person.id_number")
    body = PartyIn(kind=PartyKind.INDIVIDUAL, name=person.name, region_code=CITY, id_number=number, person_id=person.id)
    return registry_actions.record_party(tx, None, body)


def withdraw(tx: Tx, who: Actor, entry_id: int) -> Entry:
    """Leaves while entries are open; after that, leaving is a default."""
    entry = _own(tx, who, entry_id)
    lot = listings.lock_lot(tx, entry.lot_id, seen_by=None)
    now = tx.clock()
    if lot.state not in OPEN_FOR_ENTRY or lot.entry_closes_at is None or now >= lot.entry_closes_at:
        raise Refused("报名截止后不得退出", reason="ENTRY_CLOSED")
    _move(tx, who, lot, entry, "withdraw")
    money.release(tx, entry.id, cause="报名截止前退出")
    return entry


def _own(tx: Tx, who: Actor, entry_id: int) -> Entry:
    entry = queries.one(tx, entry_id)
    if entry.account_id != who.account_id:
        raise NotFound("没有这个报名")
    return entry


def decide(
    tx: Tx,
    who: Actor,
    entry_id: int,
    *,
    qualified: bool,
    reason: str | None,
    priority_rank: int | None,
    established: Mapping[str, Any] | None = None,
) -> Entry:
    """The reviewer's decision on an entry, and on its claim to priority (rank 1 goes first).

    What he established of the bidder is judged with what the registry knows. Raises Refused where the law forbids the
    transferee or something is missing; a finding that is left to a person asks for the reason of his decision.
    """
    entry = queries.one(tx, entry_id)
    lot = listings.lock_lot(tx, entry.lot_id, seen_by=who)
    entry = queries.lock(tx, entry_id)
    now = tx.clock()
    if lot.state not in OPEN_FOR_ENTRY | {LotState.QUALIFYING} or entry.round_no != lot.round_no:
        raise Conflict("资格审查已结束", extra={"state": lot.state})
    if not qualified and not reason:
        raise Invalid("不合格须写明理由", field="reason")
    if priority_rank is not None and entry.priority_basis is None:
        raise Invalid("该报名未主张优先权", field="priority_rank")
    take_duty(tx, who, lot, "review", now=now)
    entry.facts = {**entry.facts, **(established or {})}
    judgment = judged(tx, lot, entry, beijing_day(now))
    findings = judgment.findings
    entry.findings = said(findings)
    if qualified:
        enforce(judgment)
        missing = judgment.of(Outcome.HOLD)
        if missing:
            raise Refused("；".join(f.message for f in missing), reason="HOLD", findings=missing)
        if not reason and judgment.of(Outcome.REVIEW):
            raise Invalid("规则留待人工判断，须写明理由", field="reason")
    entry.priority_rank = priority_rank if qualified else None
    entry.reason, entry.decided_at, entry.decided_by_person = reason, now, who.person_id
    _move(
        tx, who, lot, entry, "qualify" if qualified else "disqualify", reason=reason, priority_rank=priority_rank,
        findings=findings, rulebook=RULEBOOK_VERSION,
    )  # fmt: skip
    return entry


def _move(tx: Tx, who: Actor | None, lot: Lot, entry: Entry, verb: str, **facts: Any) -> None:
    before = entry.state
    entry.state = ENTRY.after(before, verb)
    record(
        tx, who, f"entry.{verb}", f"entry/{entry.id}", region=lot.region_code,
        before={"state": before}, after={"state": entry.state}, lot=lot.id, **facts,
    )  # fmt: skip
