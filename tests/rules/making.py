"""Cases for tests: a plain base on which a test says only what it is about."""

from typing import Any

from app.base.findings import Outcome
from app.rules.catalogue import judge
from app.rules.reading import read_case

BASE: dict[str, Any] = {"as_of": "2026-11-23", "county": "411003", "category": "household_land_management"}


def document(**said: Any) -> dict[str, Any]:
    """A case document; `term__end="2027-09-30"` says one fact of a section, `parcels=[...]` whole sections."""
    out = dict(BASE)
    for name, value in said.items():
        section, _, fact = name.partition("__")
        if fact:
            out[section] = {**out.get(section, {}), fact: value}
        else:
            out[section] = value
    return out


def outcome(rule_id: str, **said: Any) -> Outcome | str:
    """What one rule says of a case: its outcome, `"not evaluated"`, or `"does not apply"`."""
    judgment = judge(read_case(document(**said)))
    for finding in judgment.findings:
        if finding.rule_id == rule_id:
            return finding.outcome
    return "not evaluated" if rule_id in {each.rule_id for each in judgment.not_evaluated} else "does not apply"
