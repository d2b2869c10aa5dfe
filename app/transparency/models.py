"""Signed heads of the log, the keys that sign them, and what witnesses put their names to. Only ever added to."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model


class LogKey(Model):
    """A public key that signs heads from `not_before` until `not_after`. A later row for a key replaces the earlier."""

    __tablename__ = "log_key"
    __table_args__ = (
        CheckConstraint("length(public_key) = 32", name="public_key_is_ed25519"),
        CheckConstraint("not_after IS NULL OR not_after >= not_before", name="runs_forward"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    not_before: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    not_after: Mapped[datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class LogCosignature(Model):
    """A witness's signature line for a head."""

    __tablename__ = "log_cosignature"
    __table_args__ = (
        UniqueConstraint("head_id", "witness"),
        Index("log_cosignature_witness_idx", "witness", "head_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    head_id: Mapped[int] = mapped_column(ForeignKey("log_head.id"))
    witness: Mapped[str] = mapped_column(String(120))
    line: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
