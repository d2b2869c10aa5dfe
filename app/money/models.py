"""The ledger: accounts, postings that balance, their entries; deposits; orders that two persons carry out."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Enum, ForeignKey, Identity, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.money.states import AccountKind, DepositState, Event, OrderKind, OrderState

_Instant = TIMESTAMP(timezone=True)


def _word(members: type[Any], length: int) -> Enum:
    return Enum(members, native_enum=False, length=length, values_callable=lambda e: [m.value for m in e])


class LedgerAccount(Model):
    """One account: of a lot and a party, of a lot, or (both absent) of the centre itself.

    `balance_fen` is kept by a trigger on the entries, so that its checks refuse to pay out what is not there.
    """

    __tablename__ = "ledger_account"
    __table_args__ = (
        UniqueConstraint("lot_id", "kind", "party_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("kind <> 'bank' OR balance_fen >= 0", name="bank_is_never_overdrawn"),
        CheckConstraint(
            "kind NOT IN ('deposit_escrow','forfeit_pending','performance','risk','tax','service_fee') OR balance_fen <= 0",
            name="held_for_others_is_never_overdrawn",
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[AccountKind] = mapped_column(_word(AccountKind, 20))
    lot_id: Mapped[int | None] = mapped_column(BigInteger)
    party_id: Mapped[int | None] = mapped_column(BigInteger)
    balance_fen: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))


class Posting(Model):
    """One event of money on one lot, only ever added. The database refuses it unless its entries balance."""

    __tablename__ = "posting"
    __table_args__ = (
        UniqueConstraint("lot_id", "event", "reference"),
        UniqueConstraint("bank_reference"),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint("prepared_by_person <> approved_by_person", name="prepared_and_approved_by_two_persons"),
        CheckConstraint(
            "event NOT IN ('DEP_REFUND','DEP_FORFEIT','PRICE_OUT','PAYOUT','PERF_OUT','RISK_OUT')"
            " OR num_nonnulls(prepared_by_person, approved_by_person) = 2",
            name="money_leaves_by_two_persons",
        ),
        CheckConstraint(
            "event NOT IN ('DEP_IN','PRICE_IN') OR bank_reference IS NOT NULL", name="money_comes_with_a_bank_reference"
        ),
        Index("posting_region_idx", "region_code", "id", postgresql_ops={"region_code": "text_pattern_ops"}),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    event: Mapped[Event] = mapped_column(_word(Event, 12))
    lot_id: Mapped[int] = mapped_column(BigInteger)
    party_id: Mapped[int | None] = mapped_column(BigInteger)
    region_code: Mapped[str] = mapped_column(String(12))
    reference: Mapped[str] = mapped_column(String(80))
    bank_reference: Mapped[str | None] = mapped_column(String(80))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(_Instant)
    memo: Mapped[str | None] = mapped_column(String(400))
    prepared_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    approved_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class LedgerEntry(Model):
    """One side of a posting: fen into (positive) or out of (negative) an account."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        CheckConstraint("amount_fen <> 0", name="amount_is_not_zero"),
        Index("ledger_entry_posting_idx", "posting_id"),
        Index("ledger_entry_account_idx", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    posting_id: Mapped[int] = mapped_column(ForeignKey("posting.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("ledger_account.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)


class Deposit(Model):
    """The deposit that one entry for a lot owes, has paid, and what became of it. A bid locks this row.

    `subaccount_no` is the number to pay to: one for each lot and applicant. The payer must be the applicant.
    """

    __tablename__ = "deposit"
    __table_args__ = (
        UniqueConstraint("bank_reference"),
        UniqueConstraint("subaccount_no"),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint(
            "state IN ('expected','void') OR num_nonnulls(payer_name, bank_reference, held_at) = 3",
            name="held_means_received",
        ),
        Index("deposit_entry_key", "entry_id", unique=True, postgresql_where=text("state IN ('expected','held')")),
        Index("deposit_lot_idx", "lot_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(BigInteger)
    entry_id: Mapped[int] = mapped_column(BigInteger)
    party_id: Mapped[int] = mapped_column(BigInteger)
    region_code: Mapped[str] = mapped_column(String(12))
    state: Mapped[DepositState] = mapped_column(_word(DepositState, 10))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    applicant_name: Mapped[str] = mapped_column(String(200))
    subaccount_no: Mapped[str] = mapped_column(String(30))
    due_at: Mapped[datetime | None] = mapped_column(_Instant)
    payer_name: Mapped[str | None] = mapped_column(String(200))
    payer_account_last4: Mapped[str | None] = mapped_column(String(4))
    bank_reference: Mapped[str | None] = mapped_column(String(80))
    held_at: Mapped[datetime | None] = mapped_column(_Instant)


class MoneyOrder(Model):
    """An order to pay or to forfeit: prepared by the cashier, approved by another natural person, then posted.

    What the procedure itself makes due (refunds, forfeits) waits as `due` until a cashier prepares it.
    """

    __tablename__ = "money_order"
    __table_args__ = (
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint("prepared_by_person <> decided_by_person", name="prepared_and_decided_by_two_persons"),
        CheckConstraint(
            "state NOT IN ('prepared','approved') OR num_nonnulls(prepared_by_person, prepared_at) = 2",
            name="prepared_by_somebody",
        ),
        CheckConstraint(
            "state <> 'approved' OR num_nonnulls(decided_by_person, decided_at, posting_id) = 3",
            name="approved_means_posted",
        ),
        CheckConstraint("kind NOT IN ('refund','forfeit') OR deposit_id IS NOT NULL", name="deposit_is_named"),
        Index(
            "money_order_deposit_key",
            "deposit_id",
            unique=True,
            postgresql_where=text("state IN ('due','prepared','approved')"),
        ),
        Index("money_order_region_idx", "region_code", "id", postgresql_ops={"region_code": "text_pattern_ops"}),
        Index("money_order_lot_idx", "lot_id", "state"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    kind: Mapped[OrderKind] = mapped_column(_word(OrderKind, 12))
    state: Mapped[OrderState] = mapped_column(_word(OrderState, 10))
    lot_id: Mapped[int] = mapped_column(BigInteger)
    region_code: Mapped[str] = mapped_column(String(12))
    party_id: Mapped[int | None] = mapped_column(BigInteger)
    payee_name: Mapped[str | None] = mapped_column(String(200))
    deposit_id: Mapped[int | None] = mapped_column(ForeignKey("deposit.id"))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(String(400))
    raised_at: Mapped[datetime] = mapped_column(_Instant)
    prepared_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime | None] = mapped_column(_Instant)
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(_Instant)
    decision_no: Mapped[str | None] = mapped_column(String(80))
    reject_reason: Mapped[str | None] = mapped_column(String(400))
    posting_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"))
