"""What time does to contracts: rents become overdue, terms near their end and pass it."""

from app.performance.actions.rent import arrears_due, ends_due

__all__ = ["arrears_due", "ends_due"]
