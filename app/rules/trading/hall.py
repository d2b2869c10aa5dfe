"""现场拍卖：calls in the hall and online in one stream, entered by a recorder; the hammer decides (procedure 2.4)."""

from dataclasses import dataclass, replace
from enum import StrEnum

LAST_CALL = 3


class HallVerdict(StrEnum):
    """What a recorder's entry hears."""

    ENTERED = "ENTERED"
    HAMMERED = "HAMMERED"
    BELOW_START = "BELOW_START"
    STEP_TOO_SMALL = "STEP_TOO_SMALL"
    SELF_OUTBID = "SELF_OUTBID"
    NOTHING_TO_STRIKE = "NOTHING_TO_STRIKE"
    CALL_THRICE = "CALL_THRICE"
    BELOW_RESERVE = "BELOW_RESERVE"


@dataclass(frozen=True, slots=True)
class Hall:
    """The stream as it stands: accepted bids with the latest last, how often it was called, whether the hammer fell."""

    start_fen: int
    step_fen: int
    reserve_fen: int | None = None
    bids: tuple[tuple[str, int], ...] = ()
    calls: int = 0
    hammered: bool = False

    @property
    def best(self) -> tuple[str, int] | None:
        """The plate and price that lead."""
        return self.bids[-1] if self.bids else None

    @property
    def winner(self) -> tuple[str, int] | None:
        """落槌即成交；未达保留价的不成交。"""
        if not self.hammered or self.best is None or self.best[1] < (self.reserve_fen or 0):
            return None
        return self.best


def enter(h: Hall, plate: str, amount_fen: int) -> tuple[Hall, HallVerdict]:
    """Enters a bid, shouted or from online. A valid one starts the calling anew."""
    if h.hammered:
        return h, HallVerdict.HAMMERED
    if h.best is not None and h.best[0] == plate:
        return h, HallVerdict.SELF_OUTBID
    if amount_fen < h.start_fen:
        return h, HallVerdict.BELOW_START
    if h.best is not None and amount_fen < h.best[1] + h.step_fen:
        return h, HallVerdict.STEP_TOO_SMALL
    return replace(h, bids=(*h.bids, (plate, amount_fen)), calls=0), HallVerdict.ENTERED


def strike(h: Hall) -> tuple[Hall, HallVerdict]:
    """更正：the recorder's own slip. Takes the latest bid back before the hammer; the entry and its striking both stay."""
    if h.hammered:
        return h, HallVerdict.HAMMERED
    if not h.bids:
        return h, HallVerdict.NOTHING_TO_STRIKE
    return replace(h, bids=h.bids[:-1], calls=0), HallVerdict.ENTERED


def call(h: Hall) -> tuple[Hall, HallVerdict]:
    """报价三次：the auctioneer calls the price once more."""
    if h.hammered:
        return h, HallVerdict.HAMMERED
    return replace(h, calls=min(h.calls + 1, LAST_CALL)), HallVerdict.ENTERED


def hammer(h: Hall) -> tuple[Hall, HallVerdict]:
    """落槌：only after the third call. Says BELOW_RESERVE where the lot is not sold by it."""
    if h.hammered:
        return h, HallVerdict.HAMMERED
    if h.calls < LAST_CALL:
        return h, HallVerdict.CALL_THRICE
    done = replace(h, hammered=True)
    return done, HallVerdict.ENTERED if done.winner else HallVerdict.BELOW_RESERVE
