"""How one rule is asked of one case: three-valued, check by check, parcel by parcel."""

from datetime import date
from typing import Any

from app.base.days import Undetermined
from app.base.findings import Finding, Outcome
from app.rules.facts import Case, Missing, Parcel
from app.rules.norm import HOLD, PASS, Answer, Check, Fact, NotEvaluated, Rule

_SEVERITY = {outcome: outcome.severity for outcome in Outcome}

_YES: tuple[bool, list[str]] = (True, [])
_NO: tuple[bool, list[str]] = (False, [])


def applies(rule: Rule, case: Case) -> tuple[bool, list[str]]:
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
        for path, slot, name in facts
        if slot != "parcels" and name not in (getattr(case, slot).given if slot else case.given)
    ]


def ask(rule: Rule, case: Case) -> Finding | NotEvaluated:
    """Asks every check of the rule, each by itself; the most severe answer is the finding."""
    worst: Outcome | None = None
    at: Parcel | None = None
    year = 0
    lacking: list[str] = []
    for check in rule.checks:
        where = None
        if check.of_parcel:
            outcome, where = _ask_parcels(check, case, lacking)
        else:
            try:
                outcome = _outcome(check.ask(case), check.breach)
            except Missing as missing:
                lacking += _lacking(case, check.facts, missing)
                continue
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


def _ask_parcels(check: Check, case: Case, lacking: list[str]) -> tuple[Outcome | None, Parcel | None]:
    """The most severe outcome over the parcels that have the facts, and the parcel it comes from."""
    worst: Outcome | None = None
    at: Parcel | None = None
    if not case.given.get("parcels"):
        lacking.append("parcels")
        return None, None
    for parcel in case.parcels:
        try:
            outcome = _outcome(check.ask(case, parcel), check.breach)
        except Missing as missing:
            lacking += _lacking(case, check.facts, missing)
            continue
        if outcome is not None and (worst is None or _SEVERITY[outcome] > _SEVERITY[worst]):
            worst, at = outcome, parcel
    return worst, None if worst is PASS else at


def _finding(rule: Rule, case: Case, outcome: Outcome, at: Parcel | None, year: int) -> Finding:
    parameters: dict[str, Any] = {}
    said = case.given
    for path, slot, name in rule.rests_on:
        part = getattr(case, slot).given if slot else said
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
    names = [name for check in rule.checks for _, slot, name in check.facts if slot == "parcels"]
    return {f"{parcel.at}.{name}": parcel.given[name] for name in ("parcel_code", *names) if name in parcel.given}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
