"""反向竞价：the mirror image of the ascending auction for procurement, under the budget (procedure 2.7)."""

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.rules.bidding import Auction, Rules, open_auction

PARAMS: dict[str, Any] = tomllib.loads((Path(__file__).parents[1] / "params" / "modes.toml").read_text("utf-8"))[
    "reverse"
]


def opened(*, budget_fen: int, step_fen: int, opens_at: datetime, free: timedelta, timed: timedelta) -> Auction:
    """A session whose prices fall from the budget, which no offer may exceed."""
    return open_auction(
        Rules(start_fen=budget_fen, step_fen=step_fen, opens_at=opens_at, free=free, timed=timed, rising=False)
    )


def must_explain(amount_fen: int, budget_fen: int) -> bool:
    """Whether an offer is so far below the budget that its costs are to be explained before an award."""
    return amount_fen * 100 < budget_fen * int(PARAMS["explain_below_percent"])


def saved_fen(amount_fen: int, budget_fen: int) -> int:
    """节资额。"""
    return budget_fen - amount_fen
