"""增价多次报价：the ascending auction as a fold over offers and time (procedure 2.0–2.1, 2.8 P-IN).

Pure. An auction is opened by its rules, hears offers one by one under the lock, and is asked what time has done to it.
Money is integer fen for one unit of the announced basis; instants come from one clock and never run backwards here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

VERSION = "ascending/1"
CONFIRM_STEPS = 10
CONFIRM_PERCENT_OF_START = 50


class Extension(StrEnum):
    """延时语义：exactly one per lot."""

    RESET = "RESET"
    ANTI_SNIPE = "ANTI_SNIPE"
    APPEND = "APPEND"


class StepRule(StrEnum):
    """步长规则 (procedure 2.0)."""

    MULTIPLE = "MULTIPLE"
    AT_LEAST = "AT_LEAST"


class SameRank(StrEnum):
    """同顺位同价：first come, or a lottery among them."""

    FIRST = "FIRST"
    LOTTERY = "LOTTERY"


class Phase(StrEnum):
    """阶段 (procedure 2.1)."""

    WAITING = "WAITING"
    FREE = "FREE"
    SEALED = "SEALED"
    ACTS = "ACTS"
    PREP = "PREP"
    TIMED = "TIMED"
    CAP = "CAP"
    FROZEN = "FROZEN"
    ENDED = "ENDED"


class Verdict(StrEnum):
    """What an offer hears: leading, or the procedure's reject code."""

    LEADING = "LEADING"
    AGREED = "AGREED"
    NOT_OPEN = "NOT_OPEN"
    ENDED = "ENDED"
    NOT_QUALIFIED = "NOT_QUALIFIED"
    DEPOSIT_MISSING = "DEPOSIT_MISSING"
    BELOW_START = "BELOW_START"
    STEP_TOO_SMALL = "STEP_TOO_SMALL"
    STEP_NOT_MULTIPLE = "STEP_NOT_MULTIPLE"
    STEP_TOO_LARGE = "STEP_TOO_LARGE"
    OVER_CAP = "OVER_CAP"
    SELF_OUTBID = "SELF_OUTBID"
    FROZEN = "FROZEN"
    DUPLICATE = "DUPLICATE"
    RATE_LIMITED = "RATE_LIMITED"
    PRIORITY_ONLY = "PRIORITY_ONLY"
    BAD_BASIS = "BAD_BASIS"
    CONFIRM_JUMP = "CONFIRM_JUMP"
    STALE_SCREEN = "STALE_SCREEN"
    SEALED_ONLY = "SEALED_ONLY"
    OTHER_MODE = "OTHER_MODE"
    FREE_BID_MISSING = "FREE_BID_MISSING"


VERDICT_ZH: dict[Verdict, str] = {
    Verdict.LEADING: "报价有效，当前领先",
    Verdict.AGREED: "同价有效，收盘后依顺位或抽签确定",
    Verdict.NOT_OPEN: "竞价尚未开始，或正处于准备期",
    Verdict.ENDED: "竞价已结束",
    Verdict.NOT_QUALIFIED: "未取得本标的竞价资格",
    Verdict.DEPOSIT_MISSING: "保证金未到账",
    Verdict.BELOW_START: "低于起始价",
    Verdict.STEP_TOO_SMALL: "加价不足一个幅度",
    Verdict.STEP_NOT_MULTIPLE: "加价不是加价幅度的整数倍",
    Verdict.STEP_TOO_LARGE: "超过单次最高加价",
    Verdict.OVER_CAP: "超过最高限价",
    Verdict.SELF_OUTBID: "您已是当前最高报价人",
    Verdict.FROZEN: "竞价已中止，恢复后再报价",
    Verdict.DUPLICATE: "重复提交",
    Verdict.RATE_LIMITED: "报价过于频繁",
    Verdict.PRIORITY_ONLY: "此价位仅优先权人可以跟价",
    Verdict.BAD_BASIS: "计价口径与公告不符",
    Verdict.CONFIRM_JUMP: "加价幅度异常，请再次输入金额确认",
    Verdict.STALE_SCREEN: "页面已过时，价格已变化",
    Verdict.SEALED_ONLY: "本标的为一次性密封报价，请提交密封报价",
    Verdict.OTHER_MODE: "本标的不以增价竞价方式交易",
    Verdict.FREE_BID_MISSING: "自由期没有有效报价的，不能参加限时期",
}


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one lot, as announced. `timed` zero means there is no timed period."""

    start_fen: int
    step_fen: int
    opens_at: datetime
    free: timedelta
    timed: timedelta = timedelta(0)
    prep: timedelta = timedelta(0)
    extension: Extension = Extension.RESET
    snipe_window: timedelta = timedelta(minutes=5)
    snipe_delay: timedelta = timedelta(minutes=5)
    step_rule: StepRule = StepRule.MULTIPLE
    step_max_fen: int | None = None
    cap_fen: int | None = None
    cap_window: timedelta = timedelta(0)
    """How long others may agree to the cap once it is reached; zero where the notice has no such window."""
    timed_requires_free_bid: bool = False
    """Only who made a valid offer in the free period may bid in the timed one (procedure 2.1)."""
    allow_self_outbid: bool = False
    priority_in: bool = False
    same_rank: SameRank = SameRank.FIRST
    rising: bool = True
    """False for procurement: the mirror image, prices fall from the start (2.7)."""
    sealed: bool = False
    """一次性密封报价：one period in which envelopes are taken, and no open offer is heard (2.2)."""
    acts: bool = False
    """现场、降价、招标、协商：one period in which the mode's own acts are heard, and no offer of this ladder (2.3–2.6)."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer as it arrived. `rank` is the bidder's order of priority, smallest first, None without priority."""

    plate: str
    amount_fen: int
    rank: int | None = None
    confirm_fen: int | None = None
    expected_seq: int | None = None


@dataclass(frozen=True, slots=True)
class Auction:
    """The state of a session. `remaining` is what a freeze keeps; `paused` the phase it keeps it for."""

    rules: Rules
    phase: Phase
    end_at: datetime
    seq: int = 0
    best_fen: int | None = None
    leader: str | None = None
    leader_rank: int | None = None
    paused: Phase | None = None
    remaining: timedelta = timedelta(0)
    tied: tuple[tuple[str, int | None], ...] = ()
    """Plates and ranks that stand at the best price together, in order of arrival; empty while one stands alone."""
    free: tuple[str, ...] = ()
    """Who made a valid offer in the free period, in order; kept only where the timed period asks for it."""


def open_auction(rules: Rules) -> Auction:
    """The session before its first instant."""
    return Auction(rules, Phase.WAITING, rules.opens_at)


def at(a: Auction, now: datetime) -> Auction:
    """What time has done by `now`: FREE → PREP → TIMED → ENDED. Asking twice, or late, changes nothing."""
    while now >= a.end_at and a.phase not in {Phase.FROZEN, Phase.ENDED}:
        a = _next_phase(a)
    return a


def first_phase(rules: Rules) -> Phase:
    """What a session opens into."""
    if rules.acts:
        return Phase.ACTS
    return Phase.SEALED if rules.sealed else Phase.FREE


def _next_phase(a: Auction) -> Auction:
    rules = a.rules
    if a.phase is Phase.WAITING:
        return replace(a, phase=first_phase(rules), end_at=a.end_at + rules.free)
    if a.phase is Phase.FREE and rules.timed and rules.prep:
        return replace(a, phase=Phase.PREP, end_at=a.end_at + rules.prep)
    if a.phase in {Phase.FREE, Phase.PREP} and rules.timed:
        return replace(a, phase=Phase.TIMED, end_at=a.end_at + rules.timed)
    return replace(a, phase=Phase.ENDED)


_CLOSED = {
    Phase.WAITING: Verdict.NOT_OPEN,
    Phase.PREP: Verdict.NOT_OPEN,
    Phase.SEALED: Verdict.SEALED_ONLY,
    Phase.ACTS: Verdict.OTHER_MODE,
    Phase.FROZEN: Verdict.FROZEN,
    Phase.ENDED: Verdict.ENDED,
}


def hear(a: Auction, offer: Offer, now: datetime) -> tuple[Auction, Verdict]:
    """Hears one offer of a qualified bidder at `now`, read under the lock. A refused offer changes nothing."""
    a = at(a, now)
    if a.phase in _CLOSED:
        return a, _CLOSED[a.phase]
    if offer.expected_seq is not None and offer.expected_seq != a.seq:
        return a, Verdict.STALE_SCREEN
    if a.phase is Phase.CAP:
        return _agree(a, offer)
    if a.phase is Phase.TIMED and a.rules.timed_requires_free_bid and offer.plate not in a.free:
        return a, Verdict.FREE_BID_MISSING
    verdict = _weigh(a, offer)
    if verdict is Verdict.AGREED:
        return replace(_joined(a, offer), end_at=_extended(a, now), free=_free(a, offer)), verdict
    if verdict is not Verdict.LEADING:
        return a, verdict
    capped = bool(a.rules.cap_window) and offer.amount_fen == a.rules.cap_fen
    return (
        replace(
            a,
            seq=a.seq + 1,
            best_fen=offer.amount_fen,
            leader=offer.plate,
            leader_rank=offer.rank,
            phase=Phase.CAP if capped else a.phase,
            end_at=now + a.rules.cap_window if capped else _extended(a, now),
            tied=(),
            free=_free(a, offer),
        ),
        verdict,
    )


def _free(a: Auction, offer: Offer) -> tuple[str, ...]:
    counts = a.rules.timed_requires_free_bid and a.phase is Phase.FREE and offer.plate not in a.free
    return (*a.free, offer.plate) if counts else a.free


def _joined(a: Auction, offer: Offer) -> Auction:
    first = a.tied or ((a.leader or "", a.leader_rank),)
    return replace(a, tied=(*first, (offer.plate, offer.rank)))


def _agree(a: Auction, offer: Offer) -> tuple[Auction, Verdict]:
    """同意最高限价：within the window others may agree to the cap, once each; nothing extends it (procedure 2.1)."""
    if offer.plate == a.leader or any(offer.plate == plate for plate, _ in a.tied):
        return a, Verdict.SELF_OUTBID
    if offer.amount_fen != a.rules.cap_fen:
        up = 1 if a.rules.rising else -1
        return a, Verdict.OVER_CAP if up * (offer.amount_fen - (a.best_fen or 0)) > 0 else Verdict.STEP_TOO_SMALL
    return _joined(a, offer), Verdict.AGREED


def _weigh(a: Auction, offer: Offer) -> Verdict:
    rules = a.rules
    up = 1 if rules.rising else -1
    amount, start = up * offer.amount_fen, up * rules.start_fen
    if offer.plate == a.leader and not rules.allow_self_outbid:
        return Verdict.SELF_OUTBID
    if amount < start or offer.amount_fen <= 0:
        return Verdict.BELOW_START
    if rules.cap_fen is not None and amount > up * rules.cap_fen:
        return Verdict.OVER_CAP
    if a.best_fen is None:
        gain = amount - start
    else:
        gain = amount - up * a.best_fen
        if gain == 0 and rules.priority_in:
            return _match(a, offer)
        if gain < rules.step_fen:
            return Verdict.STEP_TOO_SMALL
    if rules.step_rule is StepRule.MULTIPLE and (amount - start) % rules.step_fen:
        return Verdict.STEP_NOT_MULTIPLE
    if rules.step_rule is StepRule.AT_LEAST and a.best_fen is None and 0 < gain < rules.step_fen:
        return Verdict.STEP_TOO_SMALL
    if rules.step_max_fen is not None and gain > rules.step_max_fen:
        return Verdict.STEP_TOO_LARGE
    if _is_unusual(rules, gain) and offer.confirm_fen != offer.amount_fen:
        return Verdict.CONFIRM_JUMP
    return Verdict.LEADING


def _match(a: Auction, offer: Offer) -> Verdict:
    """P-IN：优先权人可报与当前最高价相同的价，顺位在先者领先；普通竞买人或同顺位在后者不行。"""
    if offer.rank is None:
        return Verdict.PRIORITY_ONLY
    if a.leader_rank is None or offer.rank < a.leader_rank:
        return Verdict.LEADING
    if offer.rank == a.leader_rank and a.rules.same_rank is SameRank.LOTTERY:
        joined = any(offer.plate == plate for plate, _ in a.tied)
        return Verdict.SELF_OUTBID if joined else Verdict.AGREED
    return Verdict.STEP_TOO_SMALL


def _is_unusual(rules: Rules, gain: int) -> bool:
    """错价保护：a jump of more than ten steps, or of more than half the starting price."""
    return gain > CONFIRM_STEPS * rules.step_fen or gain * 100 > rules.start_fen * CONFIRM_PERCENT_OF_START


def _extended(a: Auction, now: datetime) -> datetime:
    rules = a.rules
    if a.phase is Phase.TIMED:
        return max(a.end_at, now + rules.timed)
    if rules.timed or rules.extension is Extension.RESET or a.end_at - now > rules.snipe_window:
        return a.end_at
    if rules.extension is Extension.ANTI_SNIPE:
        return max(a.end_at, now + rules.snipe_delay)
    return a.end_at + rules.snipe_delay


FREE_LAST = timedelta(hours=1)
PREPARE_AGAIN = timedelta(minutes=15)


def freeze(a: Auction, now: datetime) -> Auction:
    """Stops a running session and keeps the time that was left. A session that is not running is left as it is."""
    a = at(a, now)
    if a.phase in {Phase.FROZEN, Phase.ENDED, Phase.WAITING}:
        return a
    return replace(a, phase=Phase.FROZEN, paused=a.phase, remaining=a.end_at - now)


def resume(a: Auction, now: datetime) -> Auction:
    """Goes on with the time given back: the free period with at least an hour's last stretch as it had, the timed
    period with a quarter of an hour to prepare and then a whole period (procedure 1.4).
    """
    if a.phase is not Phase.FROZEN:
        return a
    if a.paused in {Phase.FREE, Phase.SEALED, Phase.ACTS, Phase.CAP}:
        return replace(a, phase=a.paused, paused=None, end_at=now + a.remaining, remaining=timedelta(0))
    return replace(a, phase=Phase.PREP, paused=None, end_at=now + PREPARE_AGAIN, remaining=timedelta(0))
