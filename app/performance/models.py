"""What happens under a contract, and what its two parties want to change."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model

_Instant = TIMESTAMP(timezone=True)


class ContractEvent(Model):
    """One thing that a party or the centre did under a contract: a demand, a dispute, its end, the handing over.

    `facts` holds what the law asks of it (days as ISO text, amounts in fen), `text` what was written to the other side.
    """

    __tablename__ = "contract_event"
    __table_args__ = (Index("contract_event_contract_idx", "contract_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    verb: Mapped[str] = mapped_column(String(20))
    side: Mapped[str | None] = mapped_column(String(10))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(_Instant)
    text: Mapped[str | None] = mapped_column(Text)
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)


class ContractChange(Model):
    """What one party proposes and the other agrees to: an amendment, a re-transfer, a mortgage, an agreed end.

    Both agree to the same hash; the centre decides after the law has judged it.
    """

    __tablename__ = "contract_change"
    __table_args__ = (
        CheckConstraint("kind IN ('amendment','retransfer','mortgage','dissolution')", name="kind_is_known"),
        CheckConstraint("proposed_by_person <> agreed_by_person", name="two_persons_agree"),
        CheckConstraint("decision IN ('accepted','refused')", name="decision_is_known"),
        CheckConstraint("(decision IS NULL) = (decided_at IS NULL)", name="decision_has_its_time"),
        Index(
            "contract_change_open_key", "contract_id", unique=True, postgresql_where=text("decision IS NULL")
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("contract.id"))
    kind: Mapped[str] = mapped_column(String(20))
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[bytes] = mapped_column(LargeBinary)
    proposed_by_side: Mapped[str] = mapped_column(String(10))
    proposed_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime] = mapped_column(_Instant)
    agreed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    agreed_at: Mapped[datetime | None] = mapped_column(_Instant)
    decision: Mapped[str | None] = mapped_column(String(10))
    decided_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None] = mapped_column(_Instant)
    reason: Mapped[str | None] = mapped_column(Text)
