"""What time does to deals."""

from app.deal.actions.result import end_publicity_due

__all__ = ["end_publicity_due"]
