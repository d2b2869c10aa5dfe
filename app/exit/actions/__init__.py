"""What the household, the collective, the town and the cashier do in an exit."""

from app.exit.actions.applying import apply, withdraw
from app.exit.actions.deciding import agree, confirm, decline, end, pay, publicise, reject

__all__ = ["agree", "apply", "confirm", "decline", "end", "pay", "publicise", "reject", "withdraw"]
