"""交易保证金: how much, who may be spared, and who gets a forfeited one (program specification 3.1, 3.3)."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from app.base.money import half_up

PARAMS: dict[str, Any] = tomllib.loads((Path(__file__).parent / "params" / "deposit.toml").read_text("utf-8"))


def standard_deposit_fen(
    *,
    first_year_fen: int,
    total_fen: int,
    recurring: bool,
    household_land: bool = False,
    params: dict[str, Any] = PARAMS,
) -> int:
    """保证金的默认数额：出租按首年租金（A1 一成、其余两成），转让或一次性付款按总价一成，下限五百元、上限五十万元。"""
    if recurring:
        percent = params["household_land_percent"] if household_land else params["lease_percent"]
        base = first_year_fen
    else:
        percent, base = params["one_off_percent"], total_fen
    exact = half_up(Fraction(base * percent, 100))
    return int(min(max(exact, params["minimum_fen"]), params["maximum_fen"]))


def may_be_waived(*, household_land: bool, area_mu: Decimal, params: dict[str, Any] = PARAMS) -> bool:
    """A1 小面积的农户转出可以免交保证金。"""
    return household_land and area_mu < Decimal(params["household_waiver_below_mu"])


@dataclass(frozen=True, slots=True)
class ForfeitShares:
    """A forfeited deposit by rank: costs first, then the loss on resale, the rest to the transferor as well."""

    costs_fen: int
    shortfall_fen: int
    rest_fen: int

    @property
    def transferor_fen(self) -> int:
        """What the transferor gets: his loss on resale and the rest."""
        return self.shortfall_fen + self.rest_fen


def distribute_forfeit(amount_fen: int, *, costs_fen: int, shortfall_fen: int) -> ForfeitShares:
    """罚没保证金的分配顺序：①平台与转出方实际费用 ②再次交易低于原成交价的差额 ③余额归转出方（A1 归农户）。"""
    if min(amount_fen, costs_fen, shortfall_fen) < 0:
        raise ValueError("amounts are not negative")
    costs = min(costs_fen, amount_fen)
    shortfall = min(shortfall_fen, amount_fen - costs)
    return ForfeitShares(costs, shortfall, amount_fen - costs - shortfall)
