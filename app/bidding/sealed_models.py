"""Sealed offers: who holds shares, the key of each round, the shares as delivered, envelopes, and what they held."""

from datetime import datetime

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
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.bidding.states import RoundState, SealVerdict

_Instant = TIMESTAMP(timezone=True)


class ShareHolder(Model):
    """A person who keeps shares for an organisation, under his own public key. The private half never comes here."""

    __tablename__ = "share_holder"
    __table_args__ = (
        CheckConstraint("octet_length(public_key) = 32", name="key_has_32_bytes"),
        CheckConstraint("retired_at >= registered_at", name="runs_forward"),
        Index("share_holder_present_key", "account_id", unique=True, postgresql_where=text("retired_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    registered_at: Mapped[datetime] = mapped_column(_Instant)
    retired_at: Mapped[datetime | None] = mapped_column(_Instant)


class SealedRound(Model):
    """One round of envelopes of a session: number 0, and one for each time that the tied quote again.

    Its end is the session's. `private_key` is there only once everything was opened: then it is published.
    """

    __tablename__ = "sealed_round"
    __table_args__ = (
        UniqueConstraint("session_id", "number"),
        CheckConstraint("octet_length(public_key) = 32", name="key_has_32_bytes"),
        CheckConstraint("(private_key IS NOT NULL) = (state = 'opened')", name="private_half_only_when_opened"),
        CheckConstraint("octet_length(private_key) = 32", name="private_half_has_32_bytes"),
        CheckConstraint("(opened_at IS NOT NULL) = (state IN ('opened','revealed'))", name="opened_has_its_instant"),
        CheckConstraint(
            "(closed_at IS NOT NULL) = (state IN ('closed','revealing','opened','revealed'))",
            name="closed_has_its_instant",
        ),
        CheckConstraint("opened_at >= closed_at", name="opened_after_the_close"),
        Index("sealed_round_due_idx", "due_at", postgresql_where=text("due_at IS NOT NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    number: Mapped[int]
    lot_name: Mapped[str] = mapped_column(String(100))
    """What envelopes and shares of this round are bound to as their lot."""
    public_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    state: Mapped[RoundState] = mapped_column(
        Enum(RoundState, native_enum=False, length=10, values_callable=lambda e: [m.value for m in e])
    )
    announced_at: Mapped[datetime] = mapped_column(_Instant)
    closed_at: Mapped[datetime | None] = mapped_column(_Instant)
    due_at: Mapped[datetime | None] = mapped_column(_Instant)
    """Closed: when the shares are due. Revealing: when the receipts are."""
    opened_at: Mapped[datetime | None] = mapped_column(_Instant)
    private_key: Mapped[bytes | None] = mapped_column(LargeBinary)


class KeyShare(Model):
    """A share as delivered, sealed to its holder's key. `given` is what he gave after the close, until it is used."""

    __tablename__ = "key_share"
    __table_args__ = (
        UniqueConstraint("round_id", "number"),
        UniqueConstraint("round_id", "holder_id"),
        CheckConstraint("number BETWEEN 1 AND 255", name="number_is_a_byte"),
        CheckConstraint("octet_length(sealed) = 81", name="share_has_its_size"),
        CheckConstraint("given IS NULL OR given_at IS NOT NULL", name="given_has_its_instant"),
        CheckConstraint("NOT used OR given_at IS NOT NULL", name="used_was_given"),
        CheckConstraint("octet_length(digest) = 32", name="digest_has_32_bytes"),
        CheckConstraint("(digest IS NULL) = (confirmed_at IS NULL)", name="confirmed_by_its_digest"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("sealed_round.id"))
    number: Mapped[int]
    holder_id: Mapped[int] = mapped_column(ForeignKey("share_holder.id"))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    given: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Sealed at rest; emptied at the opening."""
    given_at: Mapped[datetime | None] = mapped_column(_Instant)
    used: Mapped[bool] = mapped_column(server_default=text("false"))
    lost_at: Mapped[datetime | None] = mapped_column(_Instant)
    lost_note: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the opened share, as its holder confirmed it: he could open it, and gives no other one later."""
    confirmed_at: Mapped[datetime | None] = mapped_column(_Instant)


class SealedOffer(Model):
    """One envelope that was heard, taken or refused, only ever added; a bidder's last one counts. Without ciphertext it
    is a withdrawal. `n` is contiguous in its round.
    """

    __tablename__ = "sealed_offer"
    __table_args__ = (
        UniqueConstraint("round_id", "n"),
        UniqueConstraint("session_id", "entry_id", "key"),
        CheckConstraint("octet_length(ciphertext) = 560", name="ciphertext_has_its_size"),
        CheckConstraint("octet_length(commitment) = 32", name="commitment_has_32_bytes"),
        CheckConstraint("(ciphertext IS NULL) = (commitment IS NULL)", name="comes_with_its_commitment"),
        CheckConstraint("ciphertext IS NOT NULL OR verdict <> 'SEALED'", name="sealed_has_a_ciphertext"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("sealed_round.id"))
    n: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    plate: Mapped[str] = mapped_column(String(7))
    verdict: Mapped[SealVerdict] = mapped_column(
        Enum(SealVerdict, native_enum=False, length=20, values_callable=lambda e: [m.value for m in e])
    )
    ciphertext: Mapped[bytes | None] = mapped_column(LargeBinary)
    commitment: Mapped[bytes | None] = mapped_column(LargeBinary)
    received_at: Mapped[datetime] = mapped_column(_Instant)
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)


class OpenedOffer(Model):
    """What an envelope held, or why nobody could read it. `way`: by the key, or by the bidder's receipt."""

    __tablename__ = "opened_offer"
    __table_args__ = (
        CheckConstraint("way IN ('key','receipt')", name="way_is_known"),
        CheckConstraint("(amount_fen IS NULL) = (fault IS NOT NULL)", name="an_amount_or_a_fault"),
        CheckConstraint("(amount_fen IS NULL) = (nonce IS NULL)", name="amount_has_its_nonce"),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
    )

    offer_id: Mapped[int] = mapped_column(ForeignKey("sealed_offer.id"), primary_key=True)
    amount_fen: Mapped[int | None] = mapped_column(BigInteger)
    nonce: Mapped[bytes | None] = mapped_column(LargeBinary)
    fault: Mapped[str | None] = mapped_column(String(20))
    way: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime] = mapped_column(_Instant)
