"""Whole cases that a lawyer can read (`cases/*.yaml`), each with the verdict it must get."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from app.base.findings import Outcome
from app.rules.catalogue import judge
from app.rules.reading import read_case

SCENARIOS = [each for file in sorted((Path(__file__).parent / "cases").glob("*.yaml")) for each in yaml.safe_load(file.read_text(encoding="utf-8"))]  # fmt: skip


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda s: f"{s['id']} {s['title']}")
def test_a_case_gets_its_verdict(scenario: dict[str, Any]) -> None:
    judgment = judge(read_case(scenario["case"]))
    expected = Outcome(scenario["expect"]["verdict"])
    found = {f.rule_id: f.outcome for f in judgment.findings}
    assert judgment.verdict is expected, {r: o.value for r, o in found.items() if o.severity > 0}
    for rule_id in scenario["expect"]["rules"]:
        assert rule_id in found, [each for each in judgment.not_evaluated if each.rule_id == rule_id]
        assert found[rule_id].severity >= expected.severity
