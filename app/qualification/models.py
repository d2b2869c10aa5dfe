"""Entries: who wants to bid for a lot, under which plate, with which claim to priority."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    ForeignKey,
    Identity,
    Index,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.qualification.states import EntryState

_Instant = TIMESTAMP(timezone=True)


class Entry(Model):
    """One party's entry for one round of one lot. One natural person stands behind one entry of a lot at most.

    The plate is what everybody sees until the result is public; who is behind it, only the bidder himself.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("lot_id", "round_no", "party_id"),
        UniqueConstraint("lot_id", "round_no", "person_id"),
        UniqueConstraint("lot_id", "plate"),
        CheckConstraint("priority_rank IS NULL OR priority_rank >= 1", name="rank_starts_at_one"),
        CheckConstraint("priority_rank IS NULL OR priority_basis IS NOT NULL", name="rank_has_a_basis"),
        CheckConstraint("quote_fen IS NULL OR quote_fen > 0", name="quote_is_positive"),
        Index("entry_account_idx", "account_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    round_no: Mapped[int]
    party_id: Mapped[int] = mapped_column(ForeignKey("party.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    plate: Mapped[str] = mapped_column(String(7))
    state: Mapped[EntryState] = mapped_column(
        Enum(EntryState, native_enum=False, length=12, values_callable=lambda e: [m.value for m in e])
    )
    declaration: Mapped[str] = mapped_column(Text)
    quote_fen: Mapped[int | None] = mapped_column(BigInteger)
    priority_basis: Mapped[str | None] = mapped_column(String(30))
    priority_evidence: Mapped[str | None] = mapped_column(Text)
    priority_rank: Mapped[int | None]
    reason: Mapped[str | None] = mapped_column(Text)
    applied_at: Mapped[datetime] = mapped_column(_Instant)
    decided_at: Mapped[datetime | None] = mapped_column(_Instant)
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'"))
    """What the reviewer established for section `transferee` of the law's case, beyond what the registry knows."""
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'"))
    """What the law said of this entry when it was last judged."""
    barred: Mapped[bool] = mapped_column(server_default=text("false"))
    """Won, then defaulted: may not enter the lot's later rounds (procedure 1.4)."""
