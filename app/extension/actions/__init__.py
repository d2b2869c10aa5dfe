"""What the collective, its households, the town and the county do in an extension."""

from app.extension.actions.contracts import Batch, Problem, batch, effect, sign, sign_own, void
from app.extension.actions.programme import (
    approve,
    close,
    draft,
    exclude,
    file,
    lift,
    publicise,
    return_,
    vote,
    withdraw,
)

__all__ = [
    "Batch",
    "Problem",
    "approve",
    "batch",
    "close",
    "draft",
    "effect",
    "exclude",
    "file",
    "lift",
    "publicise",
    "return_",
    "sign",
    "sign_own",
    "void",
    "vote",
    "withdraw",
]
