"""What a session of another mode fixes when it is scheduled, beyond the announcement: so that its acts alone decide."""

from datetime import datetime, time
from typing import Any

from app.base.days import BEIJING, beijing_day
from app.base.db import Tx
from app.base.money import annual_fen
from app.bidding.actions import descending
from app.bidding.actions.fold import ACT_MODES
from app.bidding.models import Session
from app.compliance.queries import calendar
from app.listing.models import Lot


def more_rules(tx: Tx, lot: Lot, row: Session, *, n_qualified: int) -> dict[str, Any]:
    """The further rules of the row's mode; nothing for a ladder. Money in fen, areas as decimal text."""
    mode = row.rules["mode"]
    if mode not in ACT_MODES:
        return {}
    fixed: dict[str, Any] = {"floor_fen": lot.floor_fen}
    if mode == "descending":
        row.rules = row.rules | fixed
        return fixed | {"free_seconds": int(descending.length(row).total_seconds())}
    if mode == "negotiation":
        ends_on = calendar(tx).add_workdays(beijing_day(row.opens_at), row.rules["working_days"])
        end = datetime.combine(ends_on, time(23, 59, 59), BEIJING)
        return fixed | {
            "talks_end_on": ends_on.isoformat(), "free_seconds": int((end - row.opens_at).total_seconds()),
            "n_qualified": n_qualified, "area_mu": str(lot.quantity) if lot.unit == "亩" else "1000000000",
            "first_year_fen": annual_fen(lot.start_fen, lot.price_basis, lot.quantity, lot.months),
        }  # fmt: skip
    return fixed
