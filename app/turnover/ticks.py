"""What time does to turnover."""

from app.turnover.actions import recount_due

__all__ = ["recount_due"]
