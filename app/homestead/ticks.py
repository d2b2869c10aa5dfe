"""What time does to applications to build: due days, warnings about late steps, approvals that lapse."""

from app.homestead.actions import date_due, expire_due, warn_due

__all__ = ["date_due", "expire_due", "warn_due"]
