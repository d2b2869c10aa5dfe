"""How rules speak: an outcome, the article it rests on, and a finding that a person can read."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """The five verdicts, mildest first in `severity`."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    WARN = "WARN"
    REVIEW = "REVIEW"
    HOLD = "HOLD"
    BLOCK = "BLOCK"

    @property
    def severity(self) -> int:
        return _ORDER.index(self)


_ORDER = (Outcome.PASS, Outcome.WARN, Outcome.REVIEW, Outcome.HOLD, Outcome.BLOCK)


def worst(outcomes: "list[Outcome]") -> Outcome:
    """The most severe of them; PASS where there is none."""
    return max(outcomes, key=lambda o: o.severity, default=Outcome.PASS)


class Level(StrEnum):
    """核验等级：how well the citation was checked (catalogue section 0)."""

    VERIFIED = "V"
    SECONDARY = "S"
    MEMORY = "M"
    DESIGN = "D"


@dataclass(frozen=True, slots=True)
class Cite:
    """One norm: its title, article, and a short verbatim quotation where one was checked."""

    law: str
    article: str = ""
    quote: str = ""

    def __str__(self) -> str:
        return f"{self.law} {self.article}".strip()


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one case, PASS included."""

    rule_id: str
    outcome: Outcome
    message: str
    citation: str = ""
    level: Level = Level.VERIFIED
    parameters: dict[str, Any] = field(default_factory=dict)


def said(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings as they are kept with what they are about: rule, verdict, message, citation."""
    return [
        {"rule_id": f.rule_id, "verdict": f.outcome.value, "message": f.message, "citation": f.citation}
        for f in findings
    ]
