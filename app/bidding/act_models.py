"""What happens in the modes that are no ladder, act by act, and the numbers of a lottery."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, LargeBinary, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model


class TradeAct(Model):
    """One act that was heard in a session, taken or refused, only ever added; the session is their fold.

    `plate` is whom it speaks for, `account_id` who entered it; money in `body` is integer fen.
    """

    __tablename__ = "trade_act"
    __table_args__ = (
        UniqueConstraint("session_id", "n"),
        UniqueConstraint("session_id", "account_id", "key"),
        CheckConstraint("n >= 1", name="n_counts_from_one"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    n: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    plate: Mapped[str | None] = mapped_column(String(7))
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    verdict: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
