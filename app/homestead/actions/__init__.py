"""What the household, the village, the town and the registrar do in an application to build, and what time does."""

from app.homestead.actions.applying import apply, withdraw
from app.homestead.actions.breaches import close, decide, dismiss, find, recheck, require, stop
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
    "close",
    "complete",
    "date_due",
    "decide",
    "decline",
    "deliberate",
    "dismiss",
    "expire_due",
    "find",
    "handle",
    "inspect",
    "object_",
    "permit",
    "publicise",
    "recheck",
    "register",
    "reject",
    "require",
    "review",
    "stake",
    "stop",
    "submit",
    "verify",
    "warn_due",
    "withdraw",
]  # fmt: skip
