"""What time does to auctions."""

from app.bidding.actions.acts import acts_due
from app.bidding.actions.check import check_due
from app.bidding.actions.drawing import draws_due
from app.bidding.actions.outage import beat, reopen_due
from app.bidding.actions.sealed_opening import seal_due
from app.bidding.actions.time import advance_due, silence_due

__all__ = ["acts_due", "advance_due", "beat", "check_due", "draws_due", "reopen_due", "seal_due", "silence_due"]
