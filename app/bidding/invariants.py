"""What must be true of every auction at every moment: pure functions over what the database holds of one session.

The tick `bidding.check_due` runs them in production, `python -m app.cli invariants` over everything, and the history
checker of the tests beside what the clients saw. The letters are those of the promise: P2 to P6 and P8 to P10; P0, P1
and P7 need the clients' side as well (tests/bidding/history.py).
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from app.rules.bidding import Phase, Rules, StepRule, Verdict, at
from app.rules.replay import Event, play


@dataclass(frozen=True, slots=True)
class Fault:
    """One property that does not hold, and what was seen instead."""

    law: str
    said: str


@dataclass(frozen=True, slots=True)
class BidFacts:
    """One offer as its row says it."""

    n: int
    seq: int | None
    bidder: int
    plate: str
    amount_fen: int
    rank: int | None
    verdict: Verdict
    at: datetime
    end_at_after: datetime
    key: str


@dataclass(frozen=True, slots=True)
class AwardFacts:
    """One award of the session's round, in order. `alive`: pending, confirmed or final."""

    bidder: int
    plate: str
    price_fen: int
    way: str
    alive: bool


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """A yes of a holder of priority (`match`), or of the outbid leader (`counter`), in order."""

    plate: str
    price_fen: int


@dataclass(frozen=True, slots=True)
class DepositFacts:
    """One deposit, and how many orders to pay it out or to forfeit it are alive."""

    bidder: int
    state: str
    amount_fen: int
    n_orders: int


@dataclass(frozen=True, slots=True)
class LoggedBid:
    """What the audit event of one offer says."""

    n: int
    seq: int | None
    plate: str
    amount_fen: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that the database holds of one session, read in one snapshot."""

    session_id: int
    lot_id: int
    rules: Rules | None
    """None for a mode that is not an ascending or descending ladder: what belongs to ladders alone is not asked."""
    phase: Phase
    seq: int
    n_heard: int
    best_fen: int | None
    leader: str | None
    end_at: datetime
    closed_at: datetime | None
    bids: tuple[BidFacts, ...]
    events: tuple[Event, ...] = ()
    answers: tuple[AnswerFacts, ...] = ()
    awards: tuple[AwardFacts, ...] = ()
    deposits: tuple[DepositFacts, ...] = ()
    escrow_fen: int = 0
    """What the ledger says is held for the lot's bidders."""
    ledger_fen: int = 0
    """The sum of all entries of the lot's postings."""
    logged: tuple[LoggedBid, ...] = ()
    n_closed: int = 0
    """How often the log says that the session was closed."""
    chain_fault: str | None = None
    first_of_tied: str | None = None
    """Who stands first of those at one price, by rank or as drawn."""
    recomputed: tuple[str, ...] = ()
    """What the session's own replay says against the records, in a mode that is no ladder."""

    @property
    def accepted(self) -> list[BidFacts]:
        return sorted((b for b in self.bids if b.seq is not None), key=lambda b: b.seq or 0)


def p2_numbers_are_whole(e: Evidence) -> Iterator[str]:
    """Offers are numbered 1 to n without a gap, the accepted among them 1 to seq, and the session says as many."""
    if [b.n for b in e.bids] != list(range(1, e.n_heard + 1)):
        yield f"受理序号不连续：共{len(e.bids)}条，应为1至{e.n_heard}"
    if [b.seq for b in e.accepted] != list(range(1, e.seq + 1)):
        yield f"有效报价序号不连续：共{len(e.accepted)}条，应为1至{e.seq}"
    if [b.n for b in e.accepted] != sorted(b.n for b in e.accepted):
        yield "有效报价的先后与受理的先后不一致"


def p3_prices_climb(e: Evidence) -> Iterator[str]:
    """Each accepted price is a step better than the one before; equal only by a better priority."""
    if e.rules is None:
        return
    up = 1 if e.rules.rising else -1
    for before, after in pairwise([None, *e.accepted]):
        assert after is not None  # noqa: S101 - only the first of all is None
        gain = up * (after.amount_fen - (before.amount_fen if before else e.rules.start_fen))
        outranks = after.rank is not None and (before is None or before.rank is None or after.rank < before.rank)
        matches = before is not None and gain == 0 and e.rules.priority_in and outranks
        if before is None and gain < 0:
            yield f"第{after.seq}口{after.amount_fen}低于起始价"
        if before is not None and gain < e.rules.step_fen and not matches:
            yield f"第{after.seq}口{after.amount_fen}未比上一口{before.amount_fen}高出一个幅度"
        if e.rules.step_rule is StepRule.MULTIPLE and (after.amount_fen - e.rules.start_fen) % e.rules.step_fen:
            yield f"第{after.seq}口{after.amount_fen}不是加价幅度的整数倍"


def p4_time_decides_alike(e: Evidence) -> Iterator[str]:
    """One clock that never runs back, no acceptance at or after the end, no refusal before it, no close too early."""
    for before, after in pairwise(e.bids):
        if after.at < before.at:
            yield f"第{after.n}次受理的时刻早于第{before.n}次"
    if e.closed_at is not None:
        yield from (f"第{b.seq}口在结束之后受理" for b in e.accepted if b.at >= e.closed_at)
        if e.closed_at < e.end_at:
            yield f"在截止时刻{e.end_at.isoformat()}之前结束"
    if e.rules is None:
        return
    auction, wrong = play(e.rules, e.events)
    yield from wrong
    if e.closed_at is not None and at(auction, e.closed_at).phase is not Phase.ENDED:
        yield "按规则复算，结束时尚未到截止时刻"


def p5_the_end_never_moves_back(e: Evidence) -> Iterator[str]:
    """Whatever was announced as the end is never taken back, but by the window that the cap opens."""
    cap = e.rules.cap_fen if e.rules is not None and e.rules.cap_window else None
    for before, after in pairwise(e.bids):
        reached = cap is not None and after.seq is not None and after.amount_fen == cap
        if after.end_at_after < before.end_at_after and not reached:
            yield f"第{after.n}次受理后截止时刻提前"
    if e.bids and e.end_at < e.bids[-1].end_at_after and e.phase is not Phase.FROZEN:
        yield "场次的截止时刻早于最后一次受理后的截止时刻"


def p6_the_last_wins(e: Evidence) -> Iterator[str]:
    """Leader and price are those of the last accepted offer or of the last yes after it; one award, to him, at that."""
    accepted = e.accepted
    best, leader = (accepted[-1].amount_fen, accepted[-1].plate) if accepted else (None, None)
    if e.first_of_tied is not None:
        leader = e.first_of_tied
    for answer in e.answers:
        best, leader = answer.price_fen, answer.plate
    if e.rules is not None and (best, leader) != (e.best_fen, e.leader):
        yield f"场次领先者{e.leader}／{e.best_fen}，而报价记录为{leader}／{best}"
    won = [a for a in e.awards if a.way in {"auction", "priority", "lottery"}]
    if len(won) > 1:
        yield f"同一场次竞得{len(won)}次"
    if sum(a.alive for a in e.awards) > 1:
        yield "同时有两个有效的成交结果"
    if won and e.rules is not None and (won[0].plate, won[0].price_fen) != (leader, best):
        yield f"竞得人{won[0].plate}／{won[0].price_fen}不是最后有效报价人{leader}／{best}"
    if won and e.closed_at is None:
        yield "尚未结束已有竞得人"
    yield from e.recomputed


def p8_one_key_one_effect(e: Evidence) -> Iterator[str]:
    """One bidder's key stands behind one offer."""
    used = Counter((b.bidder, b.key) for b in e.bids)
    yield from (f"报名{bidder}的幂等键{key}受理了{n}次" for (bidder, key), n in used.items() if n > 1)


def p9_money_is_held_once(e: Evidence) -> Iterator[str]:
    """The ledger balances, holds what the deposits say, pays each out once, and keeps the winner's."""
    if e.ledger_fen:
        yield f"账目不平：差{e.ledger_fen}分"
    held = sum(d.amount_fen for d in e.deposits if d.state == "held")
    if held != e.escrow_fen:
        yield f"保证金专户{e.escrow_fen}分，而在押保证金{held}分"
    for deposit in e.deposits:
        if deposit.n_orders > 1:
            yield f"报名{deposit.bidder}的保证金有{deposit.n_orders}个付款指令"
    winners = {a.bidder for a in e.awards if a.alive}
    for deposit in e.deposits:
        if deposit.bidder in winners and deposit.state not in {"held", "captured"}:
            yield f"竞得人报名{deposit.bidder}的保证金已是{deposit.state}"


def p10_the_log_says_the_same(e: Evidence) -> Iterator[str]:
    """Each offer has its event, each event its offer, alike in every field; one close is logged; the chain holds."""
    rows = Counter(LoggedBid(b.n, b.seq, b.plate, b.amount_fen, b.verdict.value) for b in e.bids)
    told = Counter(e.logged)
    yield from (f"第{row.n}次受理没有相符的日志" for row in (rows - told).elements())
    yield from (f"日志中第{row.n}次受理没有相符的报价" for row in (told - rows).elements())
    if e.n_closed != (e.closed_at is not None):
        yield f"日志记载结束{e.n_closed}次"
    if e.chain_fault is not None:
        yield f"日志链断裂：{e.chain_fault}"


LAWS: dict[str, Callable[[Evidence], Iterator[str]]] = {
    "P2": p2_numbers_are_whole,
    "P3": p3_prices_climb,
    "P4": p4_time_decides_alike,
    "P5": p5_the_end_never_moves_back,
    "P6": p6_the_last_wins,
    "P8": p8_one_key_one_effect,
    "P9": p9_money_is_held_once,
    "P10": p10_the_log_says_the_same,
}
SETTLING = timedelta(days=30)
"""How long after its close a session is still looked at again: refunds and defaults come later."""


def faults(e: Evidence) -> list[Fault]:
    """All that does not hold, law by law; empty where everything is as promised."""
    return [Fault(law, said) for law, holds in LAWS.items() for said in holds(e)]
