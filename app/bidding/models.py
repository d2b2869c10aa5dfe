"""Sessions, every offer that was heard, freezes, questions to holders of priority, and awards."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Enum,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    Interval,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from app.base.db import Model
from app.bidding.states import AwardState
from app.rules.bidding import Phase, Verdict

_Instant = TIMESTAMP(timezone=True)


def _values(members: type[Any]) -> list[str]:
    return [m.value for m in members]


class Session(Model):
    """An auction session, one a round: its rules as announced, and its state after the last thing heard."""

    __tablename__ = "auction_session"
    __table_args__ = (
        UniqueConstraint("lot_id", "round_no"),
        CheckConstraint("(best_fen IS NULL) = (leader IS NULL)", name="a_price_has_a_leader"),
        CheckConstraint("seq >= 0 AND n_heard >= seq", name="accepted_were_heard"),
        Index("auction_session_due_idx", "end_at", postgresql_where=text("closed_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    round_no: Mapped[int]
    region_code: Mapped[str] = mapped_column(String(12))
    rules: Mapped[dict[str, Any]] = mapped_column(JSONB)
    opens_at: Mapped[datetime] = mapped_column(_Instant)
    phase: Mapped[Phase] = mapped_column(Enum(Phase, native_enum=False, length=10, values_callable=_values))
    end_at: Mapped[datetime] = mapped_column(_Instant)
    seq: Mapped[int] = mapped_column(server_default=text("0"))
    n_heard: Mapped[int] = mapped_column(server_default=text("0"))
    best_fen: Mapped[int | None] = mapped_column(BigInteger)
    leader: Mapped[str | None] = mapped_column(String(7))
    leader_rank: Mapped[int | None]
    paused: Mapped[Phase | None] = mapped_column(Enum(Phase, native_enum=False, length=10, values_callable=_values))
    remaining: Mapped[timedelta | None] = mapped_column(Interval)
    tied: Mapped[list[list[Any]]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """Plate and rank of those who stand at the best price together, in the order of their arrival."""
    free_bidders: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"), default=list)
    """Plates with a valid offer in the free period, where only they may bid in the timed one."""
    last_at: Mapped[datetime | None] = mapped_column(_Instant)
    closed_at: Mapped[datetime | None] = mapped_column(_Instant)
    revision: Mapped[int] = mapped_column(
        BigInteger, server_default=text("0"), server_onupdate=FetchedValue(), deferred=True
    )
    """Counted by the database at every change, whoever makes it: what watchers compare."""


class Bid(Model):
    """One offer that was heard, accepted or refused, only ever added. `n` is contiguous, `seq` counts the accepted."""

    __tablename__ = "bid"
    __table_args__ = (
        UniqueConstraint("session_id", "n"),
        UniqueConstraint("session_id", "seq"),
        UniqueConstraint("session_id", "entry_id", "key"),
        CheckConstraint("amount_fen > 0", name="amount_is_positive"),
        CheckConstraint("(verdict = 'LEADING') = (seq IS NOT NULL)", name="only_accepted_count"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    n: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    plate: Mapped[str] = mapped_column(String(7))
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    rank: Mapped[int | None]
    confirm_fen: Mapped[int | None] = mapped_column(BigInteger)
    expected_seq: Mapped[int | None]
    verdict: Mapped[Verdict] = mapped_column(Enum(Verdict, native_enum=False, length=20, values_callable=_values))
    seq: Mapped[int | None]
    phase: Mapped[Phase] = mapped_column(Enum(Phase, native_enum=False, length=10, values_callable=_values))
    at: Mapped[datetime] = mapped_column(_Instant)
    end_at_before: Mapped[datetime] = mapped_column(_Instant)
    end_at_after: Mapped[datetime] = mapped_column(_Instant)
    key: Mapped[str] = mapped_column(String(64))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)


class Pause(Model):
    """A freeze or its end, asked for by one person and co-signed by another of the supervision."""

    __tablename__ = "pause"
    __table_args__ = (
        CheckConstraint("cosigned_by_person <> asked_by_person", name="four_eyes"),
        CheckConstraint("kind IN ('freeze','unfreeze')", name="kind_is_known"),
        Index("pause_open_key", "session_id", unique=True, postgresql_where=text("cosigned_at IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    kind: Mapped[str] = mapped_column(String(10))
    reason_code: Mapped[str | None] = mapped_column(String(40))
    note: Mapped[str | None] = mapped_column(Text)
    asked_by_person: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime] = mapped_column(_Instant)
    cosigned_by_person: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cosigned_at: Mapped[datetime | None] = mapped_column(_Instant)
    n_after: Mapped[int | None]
    """How many offers had been heard when it took effect: its place in the replay."""


class Pulse(Model):
    """The platform's heartbeat, one row. A gap in it is an outage, and whoever beats next sees it."""

    __tablename__ = "pulse"
    __table_args__ = (CheckConstraint("only_one", name="there_is_one"),)

    only_one: Mapped[bool] = mapped_column(primary_key=True, server_default=text("true"))
    beat_at: Mapped[datetime] = mapped_column(_Instant)
    """Real time, which no demonstration shifts."""


class Outage(Model):
    """A session stopped by an outage and reopened with the time given back; its two places in the replay."""

    __tablename__ = "outage"
    __table_args__ = (
        CheckConstraint("stopped_at <= noticed_at AND noticed_at <= reopens_at", name="runs_forward"),
        CheckConstraint("remaining >= interval '0'", name="remaining_is_not_negative"),
        CheckConstraint("(reopened_at IS NULL) = (n_before IS NULL)", name="reopened_whole"),
        Index("outage_open_key", "session_id", unique=True, postgresql_where=text("reopened_at IS NULL")),
        Index("outage_session_idx", "session_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    stopped_at: Mapped[datetime] = mapped_column(_Instant)
    """The last instant at which the session was surely served: what came later counts for nothing."""
    noticed_at: Mapped[datetime] = mapped_column(_Instant)
    n_after: Mapped[int]
    remaining: Mapped[timedelta] = mapped_column(Interval)
    reopens_at: Mapped[datetime] = mapped_column(_Instant)
    reopened_at: Mapped[datetime | None] = mapped_column(_Instant)
    n_before: Mapped[int | None]
    """How many offers had been heard when it was reopened."""


class Check(Model):
    """What the invariants said of a session at one of its revisions; `faults` empty where all hold."""

    __tablename__ = "auction_check"

    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(BigInteger)
    checked_at: Mapped[datetime] = mapped_column(_Instant)
    faults: Mapped[list[dict[str, str]]] = mapped_column(JSONB)


class Ask(Model):
    """A question to a holder of priority after the close (P-ASK), and the answer; or a counter-offer (`kind` counter)."""

    __tablename__ = "ask"
    __table_args__ = (
        CheckConstraint("kind IN ('match','counter')", name="kind_is_known"),
        CheckConstraint("answer IN ('yes','no','silent')", name="answer_is_known"),
        Index("ask_open_key", "session_id", unique=True, postgresql_where=text("answer IS NULL")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("auction_session.id"))
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    kind: Mapped[str] = mapped_column(String(10))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(_Instant)
    closes_at: Mapped[datetime] = mapped_column(_Instant)
    answer: Mapped[str | None] = mapped_column(String(10))
    counter_fen: Mapped[int | None] = mapped_column(BigInteger)
    answered_at: Mapped[datetime | None] = mapped_column(_Instant)


class Award(Model):
    """Who gets the lot at which price. One is alive at a time; the price of a won session is what its replay gives."""

    __tablename__ = "award"
    __table_args__ = (
        CheckConstraint("price_fen > 0", name="price_is_positive"),
        CheckConstraint("way IN ('auction','priority','lottery','single','candidate')", name="way_is_known"),
        Index(
            "award_alive_key", "lot_id", unique=True, postgresql_where=text("state IN ('pending','confirmed','final')")
        ),
        Index("award_fallen_idx", "id", postgresql_where=text("state IN ('defaulted','cancelled')")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    lot_id: Mapped[int] = mapped_column(ForeignKey("lot.id"))
    round_no: Mapped[int]
    entry_id: Mapped[int] = mapped_column(ForeignKey("entry.id"))
    price_fen: Mapped[int] = mapped_column(BigInteger)
    total_fen: Mapped[int] = mapped_column(BigInteger)
    way: Mapped[str] = mapped_column(String(20))
    state: Mapped[AwardState] = mapped_column(Enum(AwardState, native_enum=False, length=10, values_callable=_values))
    won_at: Mapped[datetime] = mapped_column(_Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(_Instant)
    publicity_ends_at: Mapped[datetime | None] = mapped_column(_Instant)
    n_entries: Mapped[int]
    n_qualified: Mapped[int]
    n_rounds: Mapped[int]
