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
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.base.errors import Refused
from app.base.findings import Cite, Finding, Level, Outcome, worst
from app.rules import weighing
from app.rules.facts import Case, Parcel
from app.rules.norm import (
    BLOCK,
    HOLD,
    PASS,
    REVIEW,
    S0,
    S1,
    S2,
    S3,
    S4,
    S5,
    S6,
    S7,
    S8,
    S9,
    S10,
    S11,
    S12,
    S13,
    S14,
    S15,
    S16,
    WARN,
    Answer,
    D,
    M,
    Norm,
    NotEvaluated,
    Rule,
    S,
    Step,
    V,
    rule,
)  # fmt: skip

__all__ = (
    "BLOCK", "HOLD", "PASS", "REVIEW", "RULEBOOK_VERSION", "S0", "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9",
    "S10", "S11", "S12", "S13", "S14", "S15", "S16", "WARN", "Answer", "Book", "Case", "Cite", "D", "Judgment", "Level",
    "M", "Norm", "NotEvaluated", "Parcel", "Rule", "S", "Step", "V", "enforce", "rule",
)  # fmt: skip

RULEBOOK_VERSION = "2026.11.23"


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
            applies, lacking = weighing.applies(each, case)
            if lacking:
                undecided.append(NotEvaluated(each.id, tuple(dict.fromkeys(lacking))))
            elif applies:
                said = weighing.ask(each, case)
                if isinstance(said, Finding):
                    findings.append(said)
                else:
                    undecided.append(said)
        verdict = worst([f.outcome for f in findings])
        return Judgment(verdict, tuple(findings), tuple(undecided))


HUMAN_REVIEW = "对自动判定有异议的，可以向县（市、区）农村产权交易机构申请人工复核。"
"""个人信息保护法第二十四条：每个拒绝都写明人工复核的途径。"""


def enforce(judgment: Judgment) -> Judgment:
    """Raises `Refused` with all findings where one blocks; else the judgment, for the caller to act on."""
    blocked = judgment.of(BLOCK)
    if blocked:
        said = "；".join(f.message for f in blocked)
        raise Refused(f"平台不予办理：{said}。{HUMAN_REVIEW}", reason=blocked[0].rule_id, findings=judgment.findings)
    return judgment
