"""Default rules of bidding per category (program specification 2.11), and the default step in the 1-2-5 series."""

import tomllib
from pathlib import Path
from typing import Any

from app.base.money import PriceBasis

_TABLE: dict[str, Any] = tomllib.loads((Path(__file__).parent / "params" / "modes.toml").read_text("utf-8"))


def bidding_defaults(category: str) -> dict[str, Any]:
    """What a lot's announcement says about bidding unless the listing says otherwise."""
    return dict(_TABLE["default"]) | dict(_TABLE.get(category, {}))


def mode_defaults(mode: str) -> dict[str, Any]:
    """What a mode's announcement says beyond the category's defaults; nothing for the ascending one."""
    return {} if mode == "ascending" else dict(_TABLE[mode])


def nice(value: int) -> int:
    """The smallest of 1, 2, 5, 10, 20, 50 … that is not below `value`."""
    power = 1
    while True:
        for digit in (1, 2, 5):
            if digit * power >= value:
                return digit * power
        power *= 10


def default_step_fen(start_fen: int, basis: PriceBasis) -> int:
    """One percent of the start in the 1-2-5 series; at least ten yuan a mu and year for land."""
    step = nice(-(-start_fen * int(_TABLE["step"]["percent_of_start"]) // 100))
    return max(step, int(_TABLE["step"]["land_minimum_fen"])) if basis is PriceBasis.MU_YEAR else step
