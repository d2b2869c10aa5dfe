"""What the household, the village, the town and the registrar do in an application to build, and what time does."""

from app.homestead.actions.applying import apply, withdraw
from app.homestead.actions.building import check, complete, register, review, stake, verify
from app.homestead.actions.lateness import date_due, expire_due, handle, warn_due
from app.homestead.actions.town import accept, approve, inspect, permit, reject
from app.homestead.actions.village import answer, decline, deliberate, object_, publicise, submit

__all__ = [
    "accept",
    "answer",
    "apply",
    "approve",
    "check",
    "complete",
    "date_due",
    "decline",
    "deliberate",
    "expire_due",
    "handle",
    "inspect",
    "object_",
    "permit",
    "publicise",
    "register",
    "reject",
    "review",
    "stake",
    "submit",
    "verify",
    "warn_due",
    "withdraw",
]  # fmt: skip
