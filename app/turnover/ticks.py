"""What time does to turnover: concluded deals are counted, lost ones taken back, the sums recounted."""

from decimal import Decimal

from app.base.days import beijing_day
from app.base.db import Tx
from app.base.money import annual_fen
from app.listing.actions.draft import start_total_fen
from app.listing.schemas import CATEGORY_CODE
from app.turnover import queries
from app.turnover.actions import conclude, recount_due, reverse

__all__ = ["collect_due", "recount_due"]

BATCH = 100


def collect_due(tx: Tx) -> int:
    """Counts every award whose publicity is over and takes back what was lost since. Safe to repeat."""
    queries.lock_collection(tx)
    found = queries.uncounted(tx, limit=BATCH)
    for award, lot, listing, transferee_kind, transferor_kind in found:
        year = annual_fen(award.price_fen, lot.price_basis, lot.quantity, lot.months)
        conclude(
            tx,
            lot_id=lot.id,
            award_id=award.id,
            on_day=beijing_day(award.publicity_ends_at or award.won_at),
            region_code=lot.region_code,
            category=CATEGORY_CODE[listing.category],
            mode=lot.rules["mode"],
            transferee_kind=transferee_kind,
            transferor_kind=transferor_kind,
            start_total_fen=start_total_fen(lot),
            final_total_fen=award.total_fen,
            first_year_fen=min(year, award.total_fen),
            area_mu=lot.quantity if lot.unit == "亩" else Decimal(0),
            n_registered=award.n_entries,
            n_qualified=award.n_qualified,
            n_rounds=award.n_rounds,
            is_demo=listing.is_demo,
            is_reverse=lot.rules["mode"] == "reverse",
        )
    lost = queries.fallen(tx, limit=BATCH)
    for award_id, reason in lost:
        reverse(tx, award_id, on_day=tx.today(), reason=reason)
    return len(found) + len(lost)
