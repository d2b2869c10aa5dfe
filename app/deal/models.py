"""Objections, contracts with their signatures and payments due, certificates."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.deal.states import ContractState, ObjectionState

_Instant = TIMESTAMP(timezone=True)


def _values(members: type[Any]) -> list[str]:
    return [m.value for m in members]


class Objection(Model):
    """A written objection to a result, by a named person, within the publicity period; and what became of it."""

    __tablename__ = "objection"
    __table_args__ = (
        CheckConstraint("reviewed_by_person <> decided_by_person", name="review_is_by_another"),
        Index("objection_open_idx", "lot_id", postgresql_where=text("state IN ('filed','appealed')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    interest: Mapped[str] = mapped_column(Text)
    grounds: Mapped[str] = mapped_column(Text)
    state: Mapped[ObjectionState] = mapped_column(
        Enum(ObjectionState, native_enum=False, length=10, values_callable=_values)
    )
    filed_at: Mapped[datetime] = mapped_column(_Instant)
    answer_due_on: Mapped[date | None]
    answer: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[datetime | None] = mapped_column(_Instant)
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    appeal: Mapped[str | None] = mapped_column(Text)
    appealed_at: Mapped[datetime | None] = mapped_column(_Instant)
    review: Mapped[str | None] = mapped_column(Text)
    reviewed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))


class Contract(Model):
    """The contract of an award. Its elements are the award's (X-BINDING); both parties sign the same hash."""

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("award_id"),
        UniqueConstraint("contract_no"),
        CheckConstraint("transferor_signed_by <> transferee_signed_by", name="two_signatories"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contract_no: Mapped[str] = mapped_column(String(40))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"), index=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id"))
    transferor_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    transferee_party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    state: Mapped[ContractState] = mapped_column(
        Enum(ContractState, native_enum=False, length=4, values_callable=_values)
    )
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    transferor_signed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    transferor_signed_at: Mapped[datetime | None] = mapped_column(_Instant)
    transferee_signed_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    transferee_signed_at: Mapped[datetime | None] = mapped_column(_Instant)
    signed_at: Mapped[datetime | None] = mapped_column(_Instant)


class Due(Model):
    """One instalment that the transferee owes under a contract."""

    __tablename__ = "due"
    __table_args__ = (
        UniqueConstraint("contract_id", "n"),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    n: Mapped[int]
    due_on: Mapped[date]
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    paid_at: Mapped[datetime | None] = mapped_column(_Instant)


class Certificate(Model):
    """交易鉴证书: prepared by one person, issued by another. A correction is a new row that replaces this one."""

    __tablename__ = "certificate"
    __table_args__ = (
        UniqueConstraint("cert_no"),
        CheckConstraint("issued_by_person <> prepared_by_person", name="four_eyes"),
        CheckConstraint("status IN ('prepared','valid','changed','void')", name="status_is_known"),
        Index("certificate_valid_key", "lot_id", unique=True, postgresql_where=text("status IN ('prepared','valid')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    cert_no: Mapped[str] = mapped_column(String(30))
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    status: Mapped[str] = mapped_column(String(10))
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    body_hash: Mapped[bytes] = mapped_column(LargeBinary)
    prepared_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    prepared_at: Mapped[datetime] = mapped_column(_Instant)
    issued_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    issued_at: Mapped[datetime | None] = mapped_column(_Instant)
