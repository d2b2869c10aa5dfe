"""单一报名：what is done where fewer than two are qualified (procedure 2.9, 1.4 extension)."""

from enum import StrEnum


class Policy(StrEnum):
    """单一报名处理，公告写明。"""

    DIRECT = "DIRECT"
    EXTEND_THEN_DIRECT = "EXTEND_THEN_DIRECT"
    NEED_TWO = "NEED_TWO"
    TENDER3 = "TENDER3"


class Way(StrEnum):
    """What comes next."""

    COMPETE = "COMPETE"
    DIRECT = "DIRECT"
    EXTEND = "EXTEND"
    FAIL = "FAIL"
    TENDER_AGAIN = "TENDER_AGAIN"


TENDER_NEEDS = 3


def way(policy: Policy, *, n_qualified: int, n_extended: int, extensions_announced: int) -> Way:
    """Counts the qualified and the extensions so far. A notice without extension ends by itself."""
    if policy is Policy.TENDER3:
        return Way.COMPETE if n_qualified >= TENDER_NEEDS else Way.TENDER_AGAIN
    if n_qualified > 1:
        return Way.COMPETE
    may_extend = n_extended < extensions_announced
    if n_qualified == 0 or policy is Policy.NEED_TWO:
        return Way.EXTEND if may_extend else Way.FAIL
    if policy is Policy.EXTEND_THEN_DIRECT and n_extended == 0 and may_extend:
        return Way.EXTEND
    return Way.DIRECT


def direct_price_fen(listed_fen: int, quoted_fen: int | None, *, rising: bool = True) -> int:
    """DIRECT：max(挂牌价, 报价)；采购反过来，预算与报价孰低。"""
    if quoted_fen is None:
        return listed_fen
    return max(listed_fen, quoted_fen) if rising else min(listed_fen, quoted_fen)
