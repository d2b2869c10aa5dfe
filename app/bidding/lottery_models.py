"""The lottery of a session: numbers promised before its opening, shown after its close."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model

_Instant = TIMESTAMP(timezone=True)


class Lottery(Model):
    """抽签: what each side committed to, what they showed, the log's root at the close, and the plates as drawn."""

    __tablename__ = "lottery"
    __table_args__ = (
        CheckConstraint(
            "num_nulls(supervisor_commitment, committed_by_person, committed_at) IN (0, 3)", name="committed_whole"
        ),
        CheckConstraint("supervisor_number IS NULL OR supervisor_commitment IS NOT NULL", name="revealed_is_committed"),
        CheckConstraint("(asked_at IS NULL) = (reveal_by IS NULL)", name="asked_whole"),
        CheckConstraint(
            "num_nulls(platform_number, log_root, log_size, drawn, drawn_at) IN (0, 5)", name="drawn_whole"
        ),
        CheckConstraint("drawn_at IS NULL OR asked_at IS NOT NULL", name="drawn_was_asked"),
        Index("lottery_open_idx", "session_id", postgresql_where=text("asked_at IS NOT NULL AND drawn_at IS NULL")),
    )

    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"), primary_key=True)
    platform_commitment: Mapped[str] = mapped_column(String(64))
    platform_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    supervisor_commitment: Mapped[str | None] = mapped_column(String(64))
    committed_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    committed_at: Mapped[datetime | None] = mapped_column(_Instant)
    supervisor_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_at: Mapped[datetime | None] = mapped_column(_Instant)
    reveal_by: Mapped[datetime | None] = mapped_column(_Instant)
    platform_number: Mapped[bytes | None] = mapped_column(LargeBinary)
    log_root: Mapped[bytes | None] = mapped_column(LargeBinary)
    log_size: Mapped[int | None] = mapped_column(BigInteger)
    drawn: Mapped[list[str] | None] = mapped_column(JSONB)
    drawn_at: Mapped[datetime | None] = mapped_column(_Instant)
