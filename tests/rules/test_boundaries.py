"""每条规则的界：恰在界上的案件，与只差一步的案件（`boundaries.yaml`）。

Two cases a rule, that differ in one fact by one step: a day, a count, a cent, a yes, a word. Both outcomes are held
against the condition table as well, so that neither the book nor the list is its own witness.
"""

import copy
import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.base.findings import Outcome
from app.rules.book import Rule
from app.rules.catalogue import BOOK, RULES, judge
from app.rules.reading import read_case
from tests.rules.oracle import rows, verdict

ROWS = rows()
PAIRS: dict[str, dict[str, Any]] = {
    pair["rule"]: pair
    for pair in yaml.safe_load((Path(__file__).parent / "boundaries.yaml").read_text("utf-8"))
}  # fmt: skip


def said(rule_id: str, document: dict[str, Any]) -> str:
    judgment = judge(read_case(document))
    for finding in judgment.findings:
        if finding.rule_id == rule_id:
            return finding.outcome.value
    return "not evaluated" if rule_id in {n.rule_id for n in judgment.not_evaluated} else "does not apply"


def path_of(fact: str) -> list[str | int]:
    return [int(part) if part.isdigit() else part for part in re.findall(r"[^.\[\]]+", fact)]


def at(document: dict[str, Any], fact: str) -> Any:
    value: Any = document
    for part in path_of(fact):
        value = value[part]
    return value


def one_step_on(pair: dict[str, Any]) -> dict[str, Any]:
    """The case past the limit."""
    document: dict[str, Any] = copy.deepcopy(pair["case"])
    *way, last = path_of(pair["fact"])
    inner: Any = document
    for part in way:
        inner = inner[part]
    inner[last] = pair["past"]
    return document


def test_every_rule_has_its_pair() -> None:
    assert sorted(PAIRS) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_turns_exactly_at_its_limit(rule: Rule) -> None:
    pair = PAIRS[rule.id]
    kept, past = pair["case"], one_step_on(pair)
    assert said(rule.id, kept) == pair["at"]
    assert said(rule.id, past) == pair["then"]
    assert verdict(ROWS[rule.id], read_case(kept)) == pair["at"]
    assert verdict(ROWS[rule.id], read_case(past)) == pair["then"]
    assert pair["at"] != pair["then"]


@pytest.mark.parametrize("pair", PAIRS.values(), ids=lambda pair: pair["rule"])
def test_the_step_is_the_smallest_there_is(pair: dict[str, Any]) -> None:
    before, after = at(pair["case"], pair["fact"]), pair["past"]
    if isinstance(before, bool):
        assert after is not before
    elif isinstance(before, int):
        assert abs(after - before) == 1
    elif isinstance(before, list):
        assert len(set(map(str, before)) ^ set(map(str, after))) == 1
    elif re.fullmatch(r"\d{4}-\d{2}-\d{2}", before):
        assert abs(date.fromisoformat(after) - date.fromisoformat(before)) == timedelta(days=1)
    elif re.fullmatch(r"\d+(\.\d+)?", before):
        assert abs(Decimal(after) - Decimal(before)) == Decimal("0.01")
    else:
        assert after != before


BREAKING = [rule for rule in RULES if any(check.breach is not Outcome.PASS for check in rule.checks)]


def test_a_clean_case_is_not_flagged() -> None:
    """Every rule that can be broken is seen kept, or seen not to apply."""
    calm = {Outcome.PASS.value, "does not apply"}
    flagged = [r.id for r in BREAKING if not calm & {PAIRS[r.id]["at"], PAIRS[r.id]["then"]} and not _kept_elsewhere(r)]
    assert flagged == []


def _kept_elsewhere(rule: Rule) -> bool:
    """Whether the pair's cases leave some other rule's limit untouched, this one silent."""
    return any(
        said(rule.id, case) in {Outcome.PASS.value, "does not apply"}
        for other in PAIRS.values()
        for case in (other["case"],)
        if other["rule"] != rule.id
    )


@pytest.mark.parametrize("rule", [r for r in RULES if r.since or r.until], ids=lambda rule: rule.id)
def test_a_rule_is_silent_on_the_day_before_and_the_day_after_its_time(rule: Rule) -> None:
    case = PAIRS[rule.id]["case"]
    for inside, outside in (
        (rule.since, rule.since and rule.since - timedelta(days=1)),
        (rule.until, rule.until and rule.until + timedelta(days=1)),
    ):
        if inside and outside:
            candidates = [read_case({**case, "as_of": day.isoformat()}) for day in (inside, outside)]
            heard = [rule in BOOK.candidates(each) for each in candidates]
            assert heard == [True, False]
