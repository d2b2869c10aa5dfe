"""The audit log: one row an act, only ever added to, and one tree over all of them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model

_C = "C"
"""Codes sort by their bytes, so that an index serves a prefix too."""


class AuditEvent(Model):
    """Who did what to which subject, when, from what to what, under which rules.

    `facts`, `before` and `after` hold ids, states and amounts, and of personal fields the commitment alone: they are
    hashed for ever. `hash` covers everything but `id`, and carries the hash of the subject's
    previous event, so a subject's events form a chain.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("subject", "seq"),
        CheckConstraint("seq >= 1", name="seq_starts_at_one"),
        CheckConstraint("(seq = 1) = (prev_hash IS NULL)", name="only_the_first_has_no_predecessor"),
        CheckConstraint("length(hash) = 32", name="hash_is_sha256"),
        Index("audit_event_subject_idx", "subject", "id"),
        Index("audit_event_region_idx", "region_code", "id"),
        Index("audit_event_act_idx", "act", "id"),
        Index("audit_event_actor_idx", "account_id", "id"),
        Index("audit_event_person_idx", "person_id", "id"),
        Index("audit_event_organisation_idx", "organisation_id", "id"),
        Index("audit_event_at_idx", "at"),
        Index("audit_event_request_idx", "request_id"),
        Index("audit_event_rules_idx", "rule_ids", postgresql_using="gin"),
        Index("audit_event_xid_idx", "xid", "id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    act: Mapped[str] = mapped_column(String(60, collation=_C))
    subject: Mapped[str] = mapped_column(String(80, collation=_C))
    seq: Mapped[int] = mapped_column(BigInteger)
    region_code: Mapped[str] = mapped_column(String(12, collation=_C))
    account_id: Mapped[int | None] = mapped_column(BigInteger)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    organisation_id: Mapped[int | None] = mapped_column(BigInteger)
    client_id: Mapped[str | None] = mapped_column(String(40))
    on_behalf_of: Mapped[str | None] = mapped_column(String(80))
    request_id: Mapped[str | None] = mapped_column(String(64, collation=_C))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    facts: Mapped[dict[str, Any]] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    rule_ids: Mapped[list[str]] = mapped_column(ARRAY(String(40)))
    verdict: Mapped[str | None] = mapped_column(String(10))
    rulebook: Mapped[str | None] = mapped_column(String(40))
    prev_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    xid: Mapped[int] = mapped_column(BigInteger, server_default=text("(pg_current_xact_id()::text)::bigint"))
    """The writing transaction, not under the hash: the sequencer reads below the snapshot horizon, so that it never
    skips a late commit."""


class LogLeaf(Model):
    """The place of one event in the one log of all acts, and the exact bytes that stand there."""

    __tablename__ = "log_leaf"
    __table_args__ = (
        UniqueConstraint("event_id"),
        CheckConstraint("index >= 0", name="index_starts_at_zero"),
        CheckConstraint("length(leaf_hash) = 32", name="hash_is_sha256"),
    )

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    event_id: Mapped[int] = mapped_column(BigInteger)
    """No foreign key: leaves are made from the events themselves, and both tables refuse deletion."""
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class LogTile(Model):
    """Hashes of 256 neighbouring subtrees. The lowest level holds whole tiles only: its last one stands in the leaves.

    A tile above it grows by rows of a greater width, each beginning as the narrower ones do.
    """

    __tablename__ = "log_tile"
    __table_args__ = (
        CheckConstraint("level BETWEEN 0 AND 7", name="level_is_known"),
        CheckConstraint("width BETWEEN 1 AND 256", name="width_is_a_tile"),
        CheckConstraint("length(hashes) = 32 * width", name="hashes_fill_the_width"),
        CheckConstraint("level > 0 OR width = 256", name="lowest_level_is_whole"),
    )

    level: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    width: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class AuditPersonal(Model):
    """A personal field that an event commits to, with its salt. Rows go when the field is erased; the leaf stays."""

    __tablename__ = "audit_personal"
    __table_args__ = (
        UniqueConstraint("subject", "field", "commitment"),
        CheckConstraint("length(salt) = 32", name="salt_has_32_bytes"),
        Index("audit_personal_person_idx", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    subject: Mapped[str] = mapped_column(String(80, collation=_C))
    field: Mapped[str] = mapped_column(String(60, collation=_C))
    commitment: Mapped[str] = mapped_column(String(64, collation=_C))
    salt: Mapped[bytes] = mapped_column(LargeBinary)
    value: Mapped[Any] = mapped_column(JSONB, nullable=True)
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    """Whose field it is, where a person of the platform is known for it."""


class LogHead(Model):
    """A signed head: the root over the first `size` leaves, and the note that says so."""

    __tablename__ = "log_head"
    __table_args__ = (
        CheckConstraint("size >= 0", name="size_is_no_less_than_zero"),
        CheckConstraint("length(root) = 32", name="root_is_sha256"),
        Index("log_head_size_idx", "size"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(TIMESTAMP(timezone=True))
    note: Mapped[str] = mapped_column(Text)
