"""Searches that somebody keeps for himself, and exports written in the background."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import Instant, choice
from app.supervision.states import ExportState


class SavedSearch(Model):
    """检索方案: conditions under a name, its owner's alone."""

    __tablename__ = "saved_search"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(60))
    search: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changed_at: Mapped[datetime] = mapped_column(Instant)


class AuditExport(Model):
    """导出任务: a search as of one event, by its owner's regions when he asked; `after` is the last event written."""

    __tablename__ = "audit_export"
    __table_args__ = (
        CheckConstraint("format IN ('csv', 'jsonl')", name="format_is_known"),
        CheckConstraint("(finished_at IS NULL) = (state = 'running')", name="finished_when_it_runs_no_more"),
        CheckConstraint("(sha256 IS NOT NULL) = (state IN ('finished', 'expired'))", name="whole_when_finished"),
        CheckConstraint("after_id BETWEEN 0 AND up_to", name="stays_inside"),
        Index("audit_export_account_idx", "account_id", "id"),
        Index("audit_export_open_idx", "id", postgresql_where=text("state = 'running'")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    prefixes: Mapped[list[str]] = mapped_column(JSONB)
    search: Mapped[dict[str, Any]] = mapped_column(JSONB)
    format: Mapped[str] = mapped_column(String(10))
    state: Mapped[ExportState] = mapped_column(choice(ExportState, "state_is_known"))
    up_to: Mapped[int] = mapped_column(BigInteger)
    after_id: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    n_parts: Mapped[int] = mapped_column(server_default=text("0"))
    n_events: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    size: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    asked_at: Mapped[datetime] = mapped_column(Instant)
    finished_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def percent(self) -> int:
        """How far it has come through the log, which is not how many of its events are found."""
        return 100 if self.finished_at is not None else 100 * self.after_id // max(self.up_to, 1)


class AuditExportPart(Model):
    """A piece of an export's file, written in the transaction that says how far it is."""

    __tablename__ = "audit_export_part"

    export_id: Mapped[int] = mapped_column(ForeignKey("audit_export.id"), primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
