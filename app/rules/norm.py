"""What a rule is made of: its step, its citation and days of force, and the checks it asks."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from app.base.findings import Cite, Level, Outcome
from app.rules.facts import Case, Parcel
from app.rules.facts.words import Category
from app.rules.sources import facts_read
from app.rules.terms import ALL_CATEGORIES

PASS, WARN, REVIEW, HOLD, BLOCK = Outcome.PASS, Outcome.WARN, Outcome.REVIEW, Outcome.HOLD, Outcome.BLOCK
V, S, M, D = Level.VERIFIED, Level.SECONDARY, Level.MEMORY, Level.DESIGN

_ORIGIN = {V: "", S: "（据二手来源）", M: "（凭记忆整理，未核对原文）", D: "（平台设计规则，无直接条文）"}
_PERSONAL = frozenset({"transferor.birth_date", "transferee.birth_date", "co_ownership.owners"})
"""Facts that a finding may rest on but never repeats: findings are kept for good."""


class Step(IntEnum):
    """办理步骤，先后有序。"""

    S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15, S16 = range(17)


S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11, S12, S13, S14, S15, S16 = Step

Answer: TypeAlias = "bool | Outcome | None"
Condition: TypeAlias = Callable[[Case], bool]
OfCase: TypeAlias = Callable[[Case], Answer]
OfParcel: TypeAlias = Callable[[Case, Parcel], Answer]


_SLOTS = {"county_parameters": "param"}


class Fact(NamedTuple):
    """One fact that a check reads: its path, the slot of the case that holds its section (none: the case), its name."""

    path: str
    slot: str
    name: str


def _facts(function: Callable[..., Any], roots: tuple[str, ...]) -> tuple[Fact, ...]:
    split = ((path, *path.rpartition(".")) for path in facts_read(function, roots))
    return tuple(Fact(path, _SLOTS.get(section, section), name) for path, section, _, name in split)


@dataclass(frozen=True, slots=True)
class Check:
    """One question of a rule, and the outcome when the answer is no."""

    ask: Callable[..., Answer]
    breach: Outcome
    of_parcel: bool
    facts: tuple[Fact, ...]

    @classmethod
    def of(cls, ask: OfCase | OfParcel, breach: Outcome) -> "Check":
        of_parcel = ask.__code__.co_argcount == 2
        return cls(ask, breach, of_parcel, _facts(ask, ("", "parcels") if of_parcel else ("",)))


@dataclass(frozen=True, slots=True)
class Norm:
    """A norm of the catalogue that judges no case: it defines, sets a time limit or obliges the platform itself."""

    id: str
    says: str
    effect: str
    """Where it is put into effect, as a person can find it."""
    cite: Cite
    level: Level = V


@dataclass(slots=True)
class Rule:
    """One judging rule of the catalogue: id, step, versions, norm, checks."""

    id: str
    step: Step
    breach: Outcome
    message: str | Callable[[Case], str]
    cites: tuple[Cite, ...]
    level: Level
    categories: frozenset[Category]
    applies: tuple[Condition, ...]
    since: date | None
    until: date | None
    shows: dict[str, Callable[[Case], Any]]
    name: str
    says: str
    kept: str
    checks: list[Check]
    citation: str = ""
    rests_on: tuple[Fact, ...] = ()
    needs: tuple[tuple[Condition, tuple[Fact, ...]], ...] = ()

    def __post_init__(self) -> None:
        if self.level in {M, D} and any(cite.quote for cite in self.cites):
            raise ValueError(f"{self.id} 未经核对原文，不得引用")
        self.citation = "；".join(map(str, self.cites)) + _ORIGIN[self.level]
        self.needs = tuple((part, _facts(part, ("",))) for part in self.applies)
        self._settle()

    def _settle(self) -> None:
        read = {fact for check in self.checks for fact in check.facts} | {f for _, facts in self.needs for f in facts}
        self.rests_on = tuple(sorted(f for f in read if f.path not in _PERSONAL and f.slot != "parcels"))

    def also(self, breach: Outcome) -> Callable[[OfCase | OfParcel], OfCase | OfParcel]:
        """One more check of the same rule."""

        def add(ask: OfCase | OfParcel) -> OfCase | OfParcel:
            self.checks.append(Check.of(ask, breach))
            self._settle()
            return ask

        return add

    def in_force(self, on: date) -> bool:
        return (self.since is None or self.since <= on) and (self.until is None or on <= self.until)

    def say(self, case: Case) -> str:
        """What the finding says when the rule is broken."""
        return self.message if isinstance(self.message, str) else self.message(case)


def rule(
    rule_id: str,
    step: Step,
    breach: Outcome,
    *,
    message: str | Callable[[Case], str],
    cite: Cite | tuple[Cite, ...],
    level: Level = V,
    category: Iterable[Category] = ALL_CATEGORIES,
    applies: Condition | tuple[Condition, ...] = (),
    since: date | None = None,
    until: date | None = None,
    kept: str = "",
    shows: dict[str, Callable[[Case], Any]] | None = None,
) -> Callable[[OfCase | OfParcel], Rule]:
    """Makes a rule of its first check.

    `since`, `until`: first and last day of the act for which it holds. `kept`: what a PASS says, where the docstring's
    first line will not do. `shows`: further parameters of the finding, computed from the case.
    """

    def make(ask: OfCase | OfParcel) -> Rule:
        says = (ask.__doc__ or "").strip()
        return Rule(
            rule_id, step, breach, message,
            cite if isinstance(cite, tuple) else (cite,), level,
            frozenset(category), applies if isinstance(applies, tuple) else (applies,),
            since, until, shows or {}, ask.__name__, says, kept or says.split("\n")[0], [Check.of(ask, breach)],
        )  # fmt: skip

    return make


class NotEvaluated(NamedTuple):
    """A rule that could not be judged, and the facts it lacked."""

    rule_id: str
    missing: tuple[str, ...]
