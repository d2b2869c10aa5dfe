"""The page of traps names rules, cases and tests that exist."""

import re
from pathlib import Path

import yaml

from app.rules.catalogue import RULES

ROOT = Path(__file__).parents[1]
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (ROOT / "docs/traps.md").read_text("utf-8").splitlines()
    if re.match(r"\| \d", line)
]


def named(column: int) -> set[str]:
    return {word for row in ROWS for word in row[column].split()}


def test_all_traps_of_the_catalogue_are_there() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, 28))


def test_every_rule_named_is_in_the_law_book() -> None:
    assert named(2) - {rule.id for rule in RULES} == set()


def test_every_case_named_is_among_the_cases() -> None:
    cases = {
        case["id"]
        for file in (ROOT / "tests/rules/cases").glob("*.yaml")
        for case in yaml.safe_load(file.read_text("utf-8"))
    }
    assert named(3) - cases == set()


def test_every_test_named_is_a_test() -> None:
    tests = {
        name for file in (ROOT / "tests").rglob("test_*.py") for name in re.findall(r"def (test_\w+)", file.read_text())
    }
    assert named(4) - tests == set()


def test_every_trap_is_guarded() -> None:
    assert [row[0] for row in ROWS if not (row[2] or row[3] or row[4])] == []
