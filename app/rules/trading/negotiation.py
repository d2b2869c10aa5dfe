"""协商、协议：when it is allowed, who sits at the table, and that its price is the higher of the two (procedure 2.6)."""

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any

PARAMS: dict[str, Any] = tomllib.loads((Path(__file__).parents[1] / "params" / "modes.toml").read_text("utf-8"))[
    "negotiation"
]


class Ground(StrEnum):
    """允许协商的情形。"""

    ONLY_ONE = "only_one"
    RENEWAL = "renewal"
    AMONG_MEMBERS = "among_members"
    SMALL = "small"
    HOMESTEAD_INSIDE = "homestead_inside"
    BY_LAW = "by_law"


@dataclass(frozen=True, slots=True)
class Talks:
    """The record of a negotiation. `worse_for_transferor` names each term that is better for the taker than the notice."""

    ground: Ground
    listed_fen: int
    offered_fen: int
    n_panel: int
    n_supervisors: int
    minutes: bool
    recording: bool
    ends_by: date
    agreed_on: date | None
    worse_for_transferor: tuple[str, ...] = ()
    n_qualified: int = 1
    first_year_fen: int = 0
    area_mu: Decimal = Decimal(0)


def price_fen(listed_fen: int, offered_fen: int) -> int:
    """孰高：max(挂牌价, 意向报价)。"""
    return max(listed_fen, offered_fen)


def faults(talks: Talks) -> list[str]:
    """Everything that keeps the talks from being a deal; empty where they are one, at `price_fen`."""
    found = []
    if talks.ground is Ground.ONLY_ONE and talks.n_qualified != 1:
        found.append("公开征集后并非仅有一家合格")
    if talks.ground is Ground.SMALL and not is_small(talks.first_year_fen, talks.area_mu):
        found.append("不属于小额")
    if talks.n_panel < PARAMS["panel_at_least"] or talks.n_supervisors < 1:
        found.append(f"协商组须{PARAMS['panel_at_least']}人以上且含监事会一人")
    if not (talks.minutes and talks.recording):
        found.append("须有全程纪要和录音")
    if talks.worse_for_transferor:
        found.append("协商条件优于公告条件：" + "、".join(talks.worse_for_transferor))
    if talks.agreed_on is None or talks.agreed_on > talks.ends_by:
        found.append("期限内未谈成")
    return found


def is_small(first_year_fen: int, area_mu: Decimal) -> bool:
    """小额：年租或面积在限额之下（不含本数）。"""
    return first_year_fen < PARAMS["small_rent_below_fen"] or area_mu < Decimal(PARAMS["small_area_below_mu"])
