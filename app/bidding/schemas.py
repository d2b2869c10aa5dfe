"""Auctions on the wire: plates, amounts and instants, never identities."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field

from app.audit.receipts import LogReceipt
from app.base.wire import Count, Fen, In, LongText, Out
from app.rules.bidding import Phase, Verdict


class BidIn(In):
    """An offer for one unit of the announced basis. `confirm_fen`: the amount again, for an unusual jump.
    `expected_seq`: what the screen showed, so that a stale one cannot bid.
    """

    amount_fen: Fen
    confirm_fen: Fen | None = None
    expected_seq: Count | None = None


class ReceiptOut(Out):
    """What an offer was answered; `replayed` where the same key had been answered before."""

    lot_id: int
    n: int
    seq: int | None
    plate: str
    amount_fen: int
    verdict: Verdict
    message: str
    at: datetime
    end_at: datetime
    replayed: bool
    log: LogReceipt | None = None
    """日志回执：请保存，可离线核验（docs/log.md）。"""


class BidOut(Out):
    n: int
    seq: int | None
    plate: str
    amount_fen: int
    verdict: Verdict
    phase: Phase
    at: datetime
    end_at_after: datetime


class InterruptionOut(Out):
    """An outage stopped the session at `stopped_at`; it goes on at `reopens_at` with the time left and one period."""

    stopped_at: datetime
    noticed_at: datetime
    reopens_at: datetime
    remaining: timedelta


class SessionOut(Out):
    """The auction as everybody sees it; `now` is the server's clock."""

    lot_id: int
    round_no: int
    phase: Phase
    opens_at: datetime
    end_at: datetime
    now: datetime
    seq: int
    best_fen: int | None
    best_total_fen: int | None
    leader: str | None
    tied: list[str]
    """同价并列的号牌，按先后；不足两个时为空。"""
    next_fen: int
    rules: dict[str, Any]
    interruption: InterruptionOut | None = None


class PauseIn(In):
    reason_code: Annotated[str, Field(pattern=r"^[A-Z_]{3,40}$")] | None = None
    note: LongText | None = None


class AskOut(Out):
    id: int
    kind: str
    price_fen: int
    asked_at: datetime
    closes_at: datetime
    answer: str | None
    counter_fen: int | None


class AnswerIn(In):
    """`agree` to take the lot at the asked price; to a question of kind `counter`, `counter_fen` is the raised offer."""

    agree: bool
    counter_fen: Fen | None = None


class ReplayOut(Out):
    """The auction recomputed from its records by its rules; `agrees` compares with what was decided."""

    rule_version: str
    winner: str | None
    price_fen: int | None
    seq: int
    n_heard: int
    ended_at: datetime
    agrees: bool
    contradictions: list[str]
    bid_log_root: str
