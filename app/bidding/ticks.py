"""What time does to auctions."""

from app.bidding.actions.time import advance_due, silence_due

__all__ = ["advance_due", "silence_due"]
