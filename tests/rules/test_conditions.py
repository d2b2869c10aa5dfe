"""Every rule says what the condition table says, on cases drawn by chance around its own facts."""

from random import Random

import pytest

from app.base.errors import Invalid
from app.base.findings import Outcome
from app.rules.book import Rule, Step
from app.rules.catalogue import BOOK, RULES
from app.rules.facts import Case
from app.rules.reading import read_case
from tests.rules import guessing
from tests.rules.oracle import facts_of, rows, verdict

ROWS = rows()
CASES_EACH = 300
MOST_CASES = 20_000
"""A rule that few cases reach is drawn for until one does."""

UNREACHED = {"does not apply", "not evaluated"}


def said(rule: Rule, case: Case) -> Outcome | str:
    judgment = BOOK.judge(case, only=frozenset({rule.step}))
    for finding in judgment.findings:
        if finding.rule_id == rule.id:
            return finding.outcome
    return "not evaluated" if rule.id in {n.rule_id for n in judgment.not_evaluated} else "does not apply"


def test_the_table_has_every_judging_rule() -> None:
    assert len(ROWS) == 243


def test_every_judging_rule_is_in_the_book() -> None:
    assert sorted(ROWS) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_step_and_days_of_force_are_those_of_the_table(rule: Rule) -> None:
    row = ROWS[rule.id]
    assert (rule.step, rule.since, rule.until) == (Step[row.step], row.since, row.until)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_agrees_with_its_condition(rule: Rule) -> None:
    row = ROWS[rule.id]
    facts = sorted(
        {*facts_of(row), *(f.path for check in rule.checks for f in check.facts), *(f.path for f in rule.rests_on)}
    )
    pick = Random(rule.id)
    seen: set[Outcome | str] = set()
    for n in range(MOST_CASES):
        if n >= CASES_EACH and seen - UNREACHED:
            break
        try:
            case = read_case(guessing.document(pick, facts, pick.choice(sorted(rule.categories)) if n % 8 else None))
        except Invalid:
            continue  # a contradiction: no case at all
        expected = verdict(row, case)
        seen.add(expected)
        assert said(rule, case) == expected, case.given
    assert seen - UNREACHED, "no case reached the rule"
