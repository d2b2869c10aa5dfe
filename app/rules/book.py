"""The engine of the law book: what a rule is, and how a case is judged by all of them.

A rule is a function that is named for the norm, reads like it, and answers whether it is kept:

    @rule("CC-705", S9, BLOCK,
          message="租赁期限不得超过二十年", level=V,
          cite=Cite("民法典", "第七百零五条", "租赁期限不得超过二十年。超过二十年的，超过部分无效"),
          category={"unallocated_collective_land", "construction_land"},
          applies=lambda c: c.method == "lease")
    def lease_is_at_most_twenty_years(c: Case) -> Answer:
        \"\"\"租赁不超过二十年，起止日均含（N-7）。\"\"\"
        return not over_years(c.term.start, c.term.end, 20)

    @lease_is_at_most_twenty_years.also(BLOCK)
    def renewal_counts_in(c: Case) -> Answer:
        \"\"\"约定自动续期的，连同续期年数计算。\"\"\"
        if not c.term.auto_renewal:
            return None
        return not over_years(c.term.start, add_years(c.term.end, c.term.renewal_years), 20)

- **An answer** is True (kept), False (broken: the outcome in the decorator), an `Outcome` (where one check knows two
  grades), or None (this check is not for this case and is left out).
- **Checks are independent.** Each `also` is one more check; a check that lacks a fact is left out, the finding is the
  most severe of the others. A check over `(c, p)` is asked of every parcel that has the facts it needs.
- **`applies`** is one condition or a tuple of them, all of which must hold. One that is known to be false is enough to
  leave the rule out; where none is and a fact is missing, the rule is not evaluated. `category` is the first of them.
- **Reading an absent fact** (`c.term.end`) raises `Missing`, which only this module catches: nothing is guessed. To ask
  whether a fact is given: `given(c.contract, "signed_date")`. Write conditions in the order of the case format,
  section 7: what stands left of a decisive `and`/`or` is read first.
- **Working days** in a year without a published arrangement make the check HOLD.
- **The docstring's first line** is what a finding says when the rule is kept; `message` is what it says when broken.
- Every file ends in `RULES = (...)` and, for norms that judge no case, `NORMS = (...)`; `catalogue` joins them.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, NamedTuple, TypeAlias

from app.base.days import Undetermined
from app.base.errors import Refused
from app.base.findings import Cite, Finding, Level, Outcome
from app.rules.facts import Case, Missing, Parcel
from app.rules.facts.words import Category
from app.rules.sources import facts_read
from app.rules.terms import ALL_CATEGORIES

__all__ = (
    "BLOCK", "HOLD", "PASS", "REVIEW", "RULEBOOK_VERSION", "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9",
    "S10", "S11", "S12", "S13", "S14", "S15", "S16", "WARN", "Answer", "Book", "Case", "Cite", "D", "Judgment", "Level",
    "M", "Norm", "NotEvaluated", "Parcel", "Rule", "S", "Step", "V", "enforce", "rule",
)  # fmt: skip

RULEBOOK_VERSION = "2026.11.23"

PASS, WARN, REVIEW, HOLD, BLOCK = Outcome.PASS, Outcome.WARN, Outcome.REVIEW, Outcome.HOLD, Outcome.BLOCK
V, S, M, D = Level.VERIFIED, Level.SECONDARY, Level.MEMORY, Level.DESIGN

_SEVERITY = {outcome: outcome.severity for outcome in Outcome}
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


class Fact(NamedTuple):
    """One fact that a check reads: its path, and where in the case it stands."""

    path: str
    section: str
    name: str


def _facts(function: Callable[..., Any], roots: tuple[str, ...]) -> tuple[Fact, ...]:
    split = ((path, *path.rpartition(".")) for path in facts_read(function, roots))
    return tuple(Fact(path, section, name) for path, section, _, name in split)


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
    needs: tuple[tuple[Condition, tuple[Fact, ...]], ...] = field(default=())

    def __post_init__(self) -> None:
        if self.level in {M, D} and any(cite.quote for cite in self.cites):
            raise ValueError(f"{self.id} 未经核对原文，不得引用")
        self.citation = "；".join(map(str, self.cites)) + _ORIGIN[self.level]
        self.needs = tuple((part, _facts(part, ("",))) for part in self.applies)
        self._settle()

    def _settle(self) -> None:
        read = {fact for check in self.checks for fact in check.facts} | {f for _, facts in self.needs for f in facts}
        self.rests_on = tuple(sorted(f for f in read if f.path not in _PERSONAL and f.section != "parcels"))

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

    def outcomes(self) -> frozenset[Outcome]:
        """What a broken check may come to; a graded answer may be milder."""
        return frozenset(check.breach for check in self.checks)


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


@dataclass(frozen=True, slots=True)
class Judgment:
    """What the law makes of a case: the most severe outcome, every finding, and what could not be told."""

    verdict: Outcome
    findings: tuple[Finding, ...]
    not_evaluated: tuple[NotEvaluated, ...]
    rulebook_version: str = RULEBOOK_VERSION

    def of(self, outcome: Outcome) -> tuple[Finding, ...]:
        return tuple(f for f in self.findings if f.outcome is outcome)


class Book:
    """Rules bound together and indexed by what decides cheaply whether one is looked at."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = tuple(rules)
        self.by_id = {each.id: each for each in self.rules}
        if len(self.by_id) != len(self.rules):
            raise ValueError("规则编号重复")
        starts = {r.since for r in self.rules if r.since} | {
            date.fromordinal(r.until.toordinal() + 1) for r in self.rules if r.until
        }
        self._eras = sorted(starts)
        self._index: dict[Any, tuple[Rule, ...]] = {}

    def candidates(self, case: Case, only: frozenset[Step] | None = None) -> tuple[Rule, ...]:
        """The rules of the case's category in force on its day, up to its step (or of `only` these steps)."""
        until = case.given.get("step", "S16")
        key = (case.category, bisect_right(self._eras, case.as_of), until, only)
        found = self._index.get(key)
        if found is None:
            found = self._index[key] = tuple(
                r
                for r in self.rules
                if case.category in r.categories
                and r.in_force(case.as_of)
                and r.step <= Step[until]
                and (only is None or r.step in only)
            )
        return found

    def judge(self, case: Case, *, only: frozenset[Step] | None = None) -> Judgment:
        """Every finding of every rule that applies, and the rules that could not be evaluated."""
        findings: list[Finding] = []
        undecided: list[NotEvaluated] = []
        for each in self.candidates(case, only):
            applies, lacking = _applies(each, case)
            if lacking:
                undecided.append(NotEvaluated(each.id, tuple(dict.fromkeys(lacking))))
            elif applies:
                said = _ask(each, case)
                if isinstance(said, Finding):
                    findings.append(said)
                else:
                    undecided.append(said)
        verdict = max([f.outcome for f in findings], key=_SEVERITY.__getitem__, default=PASS)
        return Judgment(verdict, tuple(findings), tuple(undecided))


_YES: tuple[bool, list[str]] = (True, [])
_NO: tuple[bool, list[str]] = (False, [])


def _applies(rule: Rule, case: Case) -> tuple[bool, list[str]]:
    """Whether the rule applies; where that cannot be told, the facts that are missing."""
    if not rule.needs:
        return _YES
    lacking: list[str] = []
    for holds, facts in rule.needs:
        try:
            if not holds(case):
                return _NO
        except Missing as missing:
            lacking += _lacking(case, facts, missing)
    return (True, lacking) if lacking else _YES


def _lacking(case: Case, facts: tuple[Fact, ...], missing: Missing) -> list[str]:
    """The facts a question reads that the case does not give, the one it stumbled over first."""
    return [missing.path] + [
        path
        for path, section, name in facts
        if section != "parcels" and name not in (getattr(case, _slot(section)).given if section else case.given)
    ]


def _slot(section: str) -> str:
    return "param" if section == "county_parameters" else section


def _ask(rule: Rule, case: Case) -> Finding | NotEvaluated:
    worst: Outcome | None = None
    at: Parcel | None = None
    year = 0
    lacking: list[str] = []
    for check in rule.checks:
        outcome: Outcome | None = None
        if check.of_parcel:
            outcome, where, lacks = _ask_parcels(check, case)
            lacking += lacks
        else:
            where = None
            try:
                outcome = _outcome(check.ask(case), check.breach)
            except Missing as missing:
                lacking += _lacking(case, check.facts, missing)
            except Undetermined as undetermined:
                outcome, year = HOLD, undetermined.year
        if outcome is not None and (worst is None or _SEVERITY[outcome] > _SEVERITY[worst]):
            worst, at = outcome, where
    if worst is None:
        return NotEvaluated(rule.id, tuple(dict.fromkeys(lacking)))
    return _finding(rule, case, worst, at, year)


def _outcome(answer: Answer, breach: Outcome) -> Outcome | None:
    if answer is True:
        return PASS
    return breach if answer is False else answer


def _ask_parcels(check: Check, case: Case) -> tuple[Outcome | None, Parcel | None, list[str]]:
    """The most severe outcome over the parcels that have the facts, and the parcel it comes from."""
    worst: Outcome | None = None
    at: Parcel | None = None
    lacking: list[str] = []
    try:
        parcels = case.parcels
    except Missing as missing:
        return None, None, [missing.path]
    for parcel in parcels:
        try:
            outcome = _outcome(check.ask(case, parcel), check.breach)
        except Missing as missing:
            lacking += _lacking(case, check.facts, missing)
            continue
        if outcome is not None and (worst is None or _SEVERITY[outcome] > _SEVERITY[worst]):
            worst, at = outcome, parcel
    if not parcels:
        lacking.append("parcels")
    return worst, None if worst is PASS else at, lacking


def _finding(rule: Rule, case: Case, outcome: Outcome, at: Parcel | None, year: int) -> Finding:
    parameters: dict[str, Any] = {}
    said = case.given
    for path, section, name in rule.rests_on:
        part = getattr(case, _slot(section)).given if section else said
        if name in part:
            parameters[path] = part[name]
    if at is not None:
        parameters |= _of_parcel(rule, at)
    for name, show in rule.shows.items():
        try:
            parameters[name] = _plain(show(case))
        except (Missing, Undetermined):
            continue
    message = rule.kept if outcome is PASS else rule.say(case)
    if year and outcome is HOLD:
        parameters["unpublished_year"] = year
        message = f"{message}（{year}年放假安排尚未公布，工作日无法计算）"
    return Finding(rule.id, outcome, message, rule.citation, rule.level, parameters)


def _of_parcel(rule: Rule, parcel: Parcel) -> dict[str, Any]:
    """The facts of the one parcel that a finding speaks of, by the parcel's path."""
    names = [name for check in rule.checks for _, section, name in check.facts if section == "parcels"]
    return {f"{parcel.at}.{name}": parcel.given[name] for name in ("parcel_code", *names) if name in parcel.given}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


HUMAN_REVIEW = "对自动判定有异议的，可以向县（市、区）农村产权交易机构申请人工复核。"
"""个人信息保护法第二十四条：每个拒绝都写明人工复核的途径。"""


def enforce(judgment: Judgment) -> Judgment:
    """Raises `Refused` with all findings where one blocks; else the judgment, for the caller to act on."""
    blocked = judgment.of(BLOCK)
    if blocked:
        said = "；".join(f.message for f in blocked)
        raise Refused(f"平台不予办理：{said}。{HUMAN_REVIEW}", reason=blocked[0].rule_id, findings=judgment.findings)
    return judgment
