"""The contract: drawn from the award, signed by both, entered in the registry, and its first payment settled."""

from datetime import date, datetime
from hashlib import sha256
from typing import Any

from app.audit.actions import record
from app.audit.canonical import canonical, plain
from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, NotFound, Refused
from app.base.money import BASIS_ZH, annual_fen
from app.bidding.models import Award
from app.compliance.queries import calendar
from app.deal import queries
from app.deal.models import Contract, Due
from app.deal.states import CONTRACT, ContractState
from app.listing import queries as listings
from app.listing.actions.law import parked, settled_by_law
from app.listing.actions.moves import move, take_duty
from app.listing.models import Lot
from app.money import actions as money
from app.money import queries as money_queries
from app.qualification import queries as qualification
from app.qualification.facts import transferee_of
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.queries import public
from app.rules.book import Step
from app.rules.rent import schedule as rent_schedule

LEASING = frozenset({"lease", "equity_contribution", "contract_award", "entrusted_operation", "joint_operation"})
"""Ways of transfer that put the transferee into possession for a term."""


def draft_contract(tx: Tx, lot: Lot, award: Award) -> Contract:
    """The contract that both shall sign: its elements are those of the notice and the award, nothing else (X-BINDING)."""
    listing = listings.listing_of(tx, lot)
    entry = qualification.one(tx, award.entry_id)
    announced = listings.announcement(tx, lot)
    content = plain(
        {
            "project_no": f"{listing.project_no}-R{lot.round_no}",
            "lot_no": lot.lot_no,
            "notice_hash": announced.body_hash,
            "title": lot.title,
            "category": listing.category,
            "right": listing.right_kind,
            "method": listing.method,
            "transferor_party_id": listing.transferor_party_id,
            "transferee_party_id": entry.party_id,
            "things": announced.body["things"],
            "quantity": lot.quantity,
            "unit": lot.unit,
            "term": {"start": lot.term_start, "end": lot.term_end},
            "price": {
                "unit_fen": award.price_fen,
                "basis": lot.price_basis,
                "basis_name": BASIS_ZH[lot.price_basis],
                "total_fen": award.total_fen,
                "first_payment_fen": first_payment_fen(lot, award),
            },
            **{k: listing.terms.get(k) for k in ("boundaries", "use", "use_restrictions", "payment", "delivery")},
            "breach_liability": "逾期付款按日万分之五计违约金；催告后三十日仍不支付的，转出方可以解除合同",
            "expropriation_compensation": "征收土地的补偿依法归属，地上附着物和青苗补偿归其所有人",
            "dispute_resolution": "协商、调解不成的，可以申请农村土地承包仲裁或者向人民法院起诉",
        }
    )
    contract = Contract(
        contract_no=f"HT-{registry.next_number(tx, 'contract'):08d}",
        lot_id=lot.id, award_id=award.id, transferor_party_id=listing.transferor_party_id,
        transferee_party_id=entry.party_id, state=ContractState.DRAFTED, content=content,
        content_hash=sha256(canonical(content)).digest(),
    )  # fmt: skip
    tx.add(contract)
    tx.flush()
    record(
        tx, None, "contract.draft", f"contract/{contract.id}", region=lot.region_code,
        after={"state": contract.state}, lot=lot.id, award=award.id, content=contract.content_hash,
    )  # fmt: skip
    return contract


def first_payment_fen(lot: Lot, award: Award) -> int:
    """The first instalment: a year's rent where rent is by the year, else the whole price."""
    return min(annual_fen(award.price_fen, lot.price_basis, lot.quantity, lot.months), award.total_fen)


def sign(tx: Tx, who: Actor, lot_id: int, *, content_sha256: str) -> Contract:
    """One party signs exactly the text that he names by its hash. With both, the contract stands, possession is entered
    in the registry (where a double lease is impossible), and the first payment falls due.
    """
    lot = listings.lock_public_lot(tx, lot_id)
    contract = queries.contract_of(tx, lot_id)
    side = queries.party_to(tx, contract, who)
    if side is None:
        raise NotFound("没有待您签署的合同")
    if content_sha256 != contract.content_hash.hex():
        raise Conflict("合同文本与您看到的不一致，请重新打开", reason="CONTENT_CHANGED", field="content_sha256")
    now = tx.clock()
    if getattr(contract, f"{side}_signed_at") is not None:
        raise Conflict("您方已签署", reason="SIGNED_ALREADY", extra={"state": contract.state})
    listing = listings.listing_of(tx, lot)
    findings = settled_by_law(
        tx, who, listing, lot, Step.S9, now=now, verb="sign",
        contract={"written": True, "signed_date": beijing_day(now), "signatory_authorised": True},
        transferee=transferee_of(tx, listing, qualification.one(tx, tx.get_one(Award, contract.award_id).entry_id)),
    )  # fmt: skip
    if parked(lot):
        return contract
    before = contract.state
    contract.state = CONTRACT.after(before, "sign")
    if side == "transferor":
        contract.transferor_signed_by, contract.transferor_signed_at = who.person_id, now
    else:
        contract.transferee_signed_by, contract.transferee_signed_at = who.person_id, now
    record(
        tx, who, "contract.sign", f"contract/{contract.id}", region=lot.region_code, findings=findings,
        before={"state": before}, after={"state": contract.state}, side=side, content=contract.content_hash,
    )  # fmt: skip
    if contract.state is ContractState.PERFORMING:
        _complete(tx, who, lot, contract, now)
    return contract


def _possession(tx: Tx, contract: Contract, parcel_ids: list[int], starts_on: date, ends_on: date) -> None:
    """Leases the parcels; what the transferor has himself under a lease is passed on inside that lease (再流转)."""
    heads = registry.leases_of(tx, parcel_ids, holder=contract.transferor_party_id, on=starts_on)
    own = [p for p in parcel_ids if p not in heads]
    for parcels, head in ((own, None), *(([p], lease.id) for p, lease in sorted(heads.items()))):
        if parcels:
            registry_actions.grant_lease(
                tx, None, parcels, holder_party_id=contract.transferee_party_id, starts_on=starts_on, ends_on=ends_on,
                reference=contract.contract_no, head_lease_id=head,
            )  # fmt: skip


def _complete(tx: Tx, who: Actor, lot: Lot, contract: Contract, now: datetime) -> None:
    contract.signed_at = now
    listing = listings.listing_of(tx, lot)
    if listing.method in LEASING and lot.term_start and lot.term_end:
        parcels = [item.parcel_id for item in listings.items(tx, lot.id) if item.parcel_id is not None]
        if parcels:
            _possession(tx, contract, parcels, lot.term_start, lot.term_end)
    award = tx.get_one(Award, contract.award_id)
    for n, (due_on, amount) in enumerate(_instalments(tx, lot, award, now), 1):
        tx.add(Due(contract_id=contract.id, n=n, due_on=due_on, amount_fen=amount))
    move(tx, who, lot, "sign", now=now, contract=contract.id, content=contract.content_hash)
    money.bill_fees(
        tx, lot.id, region=lot.region_code, amount_fen=award.total_fen,
        sides=(
            ("transferor", contract.transferor_party_id, public.party_kind(tx, contract.transferor_party_id)),
            ("transferee", contract.transferee_party_id, public.party_kind(tx, contract.transferee_party_id)),
        ),
    )  # fmt: skip
    money.release_losers(tx, lot.id, keep={award.entry_id})
    move(tx, None, lot, "bill", now=now, first_payment_fen=first_payment_fen(lot, award))


def _instalments(tx: Tx, lot: Lot, award: Award, now: datetime) -> list[tuple[Any, int]]:
    numbers = listings.listing_of(tx, lot).parameters or {}
    first_due = calendar(tx).add_workdays(beijing_day(now), int(numbers["pay_days"]))
    first = first_payment_fen(lot, award)
    if lot.term_start is None or first == award.total_fen:
        return [(first_due, award.total_fen)]
    return rent_schedule(total_fen=award.total_fen, yearly_fen=first, term_start=lot.term_start, first_due=first_due)


def distribute(tx: Tx, who: Actor, lot_id: int, *, costs_fen: int, shortfall_fen: int) -> Lot:
    """The cashier prepares how a forfeited deposit is shared, for a second person to approve."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    listing = listings.listing_of(tx, lot)
    take_duty(tx, who, lot, "cashier", now=tx.clock())
    money.distribute(
        tx, who, lot.id, region=lot.region_code, transferor=listing.transferor_party_id, costs_fen=costs_fen,
        shortfall_fen=shortfall_fen,
    )  # fmt: skip
    return lot


def owed(tx: Tx, who: Actor, lot_id: int) -> tuple[int, str]:
    """What the transferee still has to pay for the first settlement, fee included, and in whose name."""
    lot = listings.one_lot(tx, lot_id, seen_by=who)
    contract = queries.living_contract(tx, lot.id)
    if contract is None:
        raise NotFound("尚无合同")
    award = tx.get_one(Award, contract.award_id)
    due = queries.dues(tx, contract.id)[0]
    missing = money_queries.missing_fen(tx, lot.id, award.entry_id, contract.transferee_party_id, due.amount_fen)
    return missing, public.party_name(tx, contract.transferee_party_id)


def pay(tx: Tx, who: Actor, lot_id: int, *, amount_fen: int, payer_name: str, bank_reference: str) -> Lot:
    """The cashier enters what the bank received. The deposit counts towards the first instalment; once instalment and
    the transferee's fee are both in, the lot is settled (L81→L82).
    """
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    contract = queries.contract_of(tx, lot_id)
    now = tx.clock()
    take_duty(tx, who, lot, "cashier", now=now)
    payer = public.party_name(tx, contract.transferee_party_id)
    money.price_in(
        tx, who, lot_id=lot.id, party_id=contract.transferee_party_id, region=lot.region_code, amount_fen=amount_fen,
        payer_name=payer_name, expected_name=payer, bank_reference=bank_reference,
    )  # fmt: skip
    _settle_if_covered(tx, who, lot, contract, now)
    return lot


def settle(tx: Tx, who: Actor, lot_id: int) -> Lot:
    """Settles where the deposit alone reaches price and fee. Raises Refused while something is missing."""
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    contract = queries.contract_of(tx, lot_id)
    now = tx.clock()
    take_duty(tx, who, lot, "cashier", now=now)
    if not _settle_if_covered(tx, who, lot, contract, now) and not parked(lot):
        raise Refused("首期价款与服务费尚未足额到账", reason="PRICE_NOT_COVERED")
    return lot


def _settle_if_covered(tx: Tx, who: Actor, lot: Lot, contract: Contract, now: datetime) -> bool:
    award = tx.get_one(Award, contract.award_id)
    due = queries.dues(tx, contract.id)[0]
    if not money.covers(tx, lot.id, award.entry_id, contract.transferee_party_id, due.amount_fen):
        return False
    listing = listings.listing_of(tx, lot)
    households = listings.households_of(tx, lot, contract.transferor_party_id)
    to_contractor = bool(households) or public.party_kind(tx, contract.transferor_party_id) == "household"
    parcels = [item.parcel_id for item in listings.items(tx, lot.id) if item.parcel_id is not None]
    # To whom the contractor's rent goes (承包法 39) is no question of who passes on a lease and is paid for his own.
    own = bool(parcels) and registry.passes_on(tx, parcels, contract.transferor_party_id)
    payee = {} if own else {"payee": "contractor" if to_contractor else "collective"}
    findings = settled_by_law(
        tx, who, listing, lot, Step.S11, now=now, verb="settle", contract_no=contract.contract_no,
        settlement={**payee, "deducted_yuan": "0"},
    )  # fmt: skip
    if parked(lot):
        return False
    money.settle_first(
        tx, who, lot_id=lot.id, entry_id=award.entry_id, transferee=contract.transferee_party_id,
        transferor=contract.transferor_party_id, region=lot.region_code, price_fen=due.amount_fen,
        households=households,
    )  # fmt: skip
    due.paid_at = now
    move(tx, who, lot, "settle", now=now, findings=findings, contract=contract.id, paid_fen=due.amount_fen)
    return True
