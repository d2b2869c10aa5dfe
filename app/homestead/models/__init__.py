"""Applications to build, findings of building without approval, and warnings about late steps."""

from app.homestead.models.breaches import HomesteadBreach, HomesteadEvidence, HomesteadWarning
from app.homestead.models.cases import HomesteadCase, HomesteadMember, HomesteadObjection, HomesteadVisit

__all__ = [
    "HomesteadBreach",
    "HomesteadCase",
    "HomesteadEvidence",
    "HomesteadMember",
    "HomesteadObjection",
    "HomesteadVisit",
    "HomesteadWarning",
]
