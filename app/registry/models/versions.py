"""The memory of the register: every state that a row of it has had (LADM VersionedObject)."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Identity, Index, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.registry.models.columns import Instant


class RegistryVersion(Model):
    """The content of a row from `recorded_at` until its next version. Written by triggers alone, and only added to.

    `subject` is the name of the table; sealed numbers are left out.
    """

    __tablename__ = "registry_version"
    __table_args__ = (Index("registry_version_subject_idx", "subject", "subject_id", "recorded_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int] = mapped_column(BigInteger)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    content: Mapped[dict[str, Any]] = mapped_column(JSONB)
