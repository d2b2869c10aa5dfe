"""多标的：several lots of one project beside or after each other (procedure 2.10)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum


class Policy(StrEnum):
    """多标的安排，公告写明。"""

    INDEPENDENT = "INDEPENDENT"
    STAGGERED = "STAGGERED"
    LIMIT_K = "LIMIT_K"
    BUNDLE_FIRST = "BUNDLE_FIRST"
    REUSE_DEPOSIT = "REUSE_DEPOSIT"


def openings(policy: Policy, n_lots: int, first: datetime, gap: timedelta) -> list[datetime]:
    """When each lot opens: all at once, or one after the other by `gap`."""
    one_by_one = policy in {Policy.STAGGERED, Policy.LIMIT_K, Policy.REUSE_DEPOSIT}
    return [first + n * gap if one_by_one else first for n in range(n_lots)]


def related(links: Iterable[tuple[str, str]]) -> dict[str, str]:
    """关联人合并计数：each linked person's group, named by its smallest member."""
    group: dict[str, str] = {}

    def head(person: str) -> str:
        while group.setdefault(person, person) != person:
            person = group[person]
        return person

    for a, b in links:
        low, high = sorted((head(a), head(b)))
        group[high] = low
    return {person: head(person) for person in list(group)}


def may_still_win(person: str, winners: Sequence[str], groups: Mapping[str, str], *, limit: int) -> bool:
    """LIMIT_K：whether he, counted with those related to him, has won fewer than `limit` lots."""
    own = groups.get(person, person)
    return sum(groups.get(w, w) == own for w in winners) < limit


def bundle_price_is_enough(bundle_fen: int, floors_fen: Sequence[int]) -> bool:
    """BUNDLE_FIRST：整包价须不低于各分拆底价之和，否则分拆竞价。"""
    return bundle_fen >= sum(floors_fen)


def deposit_goes_to(entered: Sequence[int], decided: Mapping[int, bool]) -> int | None:
    """REUSE_DEPOSIT：the lot that a bidder's one deposit stands behind now; none once he has won or all are decided.

    `entered` are his lots in order, `decided` says of each that is over whether he won it.
    """
    if any(decided.get(lot, False) for lot in entered):
        return None
    return next((lot for lot in entered if lot not in decided), None)
