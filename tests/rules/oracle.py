"""A second reader of the law: evaluates the condition table (`conditions.md`) by itself, from its text.

It shares with the law book the facts and the functions of section 5 alone; which condition leads to which outcome it
reads from the table, so that a slip in a hand-written rule shows as a difference.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import CodeType
from typing import Any

from app.base.days import Undetermined
from app.base.findings import Outcome, worst
from app.rules import terms
from app.rules.facts import Case, Missing, Parcel
from app.rules.facts.section import Section
from app.rules.sources import _SCALARS, _SECTIONS

_SETS = ("COLLECTIVE", "ASSEMBLY_ONLY", "AGRI", "NON_AGRI")
_WITH_CASE = (
    "all_owners_consent", "consenting_share", "is_social_capital", "total_area", "required_level", "review_days",
    "notice_days", "same_conditions", "known_different", "co_owner_deadline", "distinct_bases", "bases_are", "is_house",
    "signed", "mandatory_tender", "wd", "in_time", "homestead_limit", "capable", "overlaps",
)  # fmt: skip
_PLAIN = ("add_years", "add_months", "over_years", "at_least_years", "at_least_months", "rank", "max_years", "days",
          "contains", "effective_end")  # fmt: skip
_KEYWORDS = {
    "and",
    "or",
    "not",
    "in",
    "True",
    "False",
    "set",
    "F",
    "G",
    "P",
    "D",
    "len",
    "plus",
    "p",
    "nonempty",
    "never",
}


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    id: str
    step: str
    since: date | None
    until: date | None
    applies: tuple[str, ...]
    checks: tuple[str, ...]


def _day(text: str) -> date | None:
    return date.fromisoformat(text.strip()) if text.strip() else None


def rows() -> dict[str, Row]:
    out = {}
    for line in (Path(__file__).parent / "conditions.md").read_text(encoding="utf-8").splitlines():
        cells = [c.strip() for c in line.strip("|").split(" | ")]
        if len(cells) != 5 or cells[0] == "rule" or not line.startswith("| "):
            continue
        rule_id, step, force, applies, checks = cells
        since, until = ("", "") if force == "always" else re.split("\N{EN DASH}", force)
        out[rule_id] = Row(
            rule_id, step, _day(since), _day(until),
            () if applies == "always" else tuple(applies.split(" and ")),
            tuple(re.split(" \N{EM DASH} ", checks)[0].split(" ⏎ ")),
        )  # fmt: skip
    return out


def _python(condition: str) -> str:
    text = re.sub(r"\bd\((\d+)-(\d+)-(\d+)\)", r"D(\1, int('\2'), int('\3'))", condition)
    text = re.sub(r"([\w.]+) has \{([^}]*)\}", r"bool(set(\1) & {\2})", text)
    text = re.sub(r"([\w.]+_date) \+ (\d+)", r"plus(\1, \2)", text)
    text = re.sub(r"given\(([\w.]+)\)", lambda m: f"G({m[1]!r})", text)
    quoted = re.split(r"('[^']*')", text)
    return "".join(part if part.startswith("'") else _words(part) for part in quoted)


def _words(text: str) -> str:
    def one(match: re.Match[str]) -> str:
        word = match[0]
        head, _, tail = word.partition(".")
        if head == "p" and tail:
            return f"P({tail!r})"
        if head == "param":
            return f"F('county_parameters.{tail}')"
        if tail or head in _SCALARS:
            return f"F({word!r})"
        if match.string[match.end() :].startswith("(") or head in _KEYWORDS or head in _SETS or head == "int":
            return word
        return repr(word) if not word[0].isdigit() else word

    return re.sub(r"[^\W\d][\w]*(?:\.\w+)?", one, text)


class Reading:
    """Evaluates conditions on one case, and with a parcel at hand."""

    def __init__(self, case: Case) -> None:
        self.case = case

    def fact(self, path: str) -> Any:
        section, _, name = path.rpartition(".")
        if not section:
            return getattr(self.case, name)
        return getattr(getattr(self.case, "param" if section == "county_parameters" else section), name)

    def is_given(self, path: str) -> bool:
        section, _, name = path.rpartition(".")
        part: Section = getattr(self.case, section) if section else self.case
        return name in part.given

    def holds(self, condition: str, parcel: Parcel | None = None) -> bool:
        scope: dict[str, Any] = {name: getattr(terms, name) for name in (*_SETS, *_PLAIN, "plus")}
        scope |= {name: self._bound(getattr(terms, name)) for name in _WITH_CASE}
        scope |= {
            "F": self.fact, "G": self.is_given, "D": date, "never": lambda: False, "nonempty": bool,
            "P": lambda name: getattr(parcel, name), "p": parcel,
        }  # fmt: skip
        return bool(eval(_compiled(condition), scope))  # noqa: S307 - the table is ours

    def _bound(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any) -> Any:
            named = [
                getattr(self.case, a) if a in ("transferor", "transferee") and function is terms.capable else a
                for a in args
            ]
            return function(self.case, *named)

        return call

    def chain(self, branches: list[tuple[str, Outcome]], parcel: Parcel | None) -> Outcome:
        for condition, outcome in branches:
            if self.holds(condition, parcel):
                return outcome
        return Outcome.PASS

    def check(self, text: str) -> Outcome | None:
        """The outcome of one check; None where it is left out."""
        when = re.match(r"\[when (.*?)\] ", text)
        try:
            if when and not self.holds(when[1]):
                return None
            branches = []
            rest = text[when.end() :] if when else text
            for branch in rest.split("; else "):
                condition, outcome = branch.rsplit(" → ", 1)
                branches.append((condition, Outcome(outcome.strip())))
            if not branches[0][0].startswith("any parcel p: "):
                return self.chain(branches, None)
        except Missing:
            return None
        except Undetermined:
            return Outcome.HOLD
        plain = [(condition.removeprefix("any parcel p: "), outcome) for condition, outcome in branches]
        return self._parcels(plain)

    def _parcels(self, branches: list[tuple[str, Outcome]]) -> Outcome | None:
        found = []
        if "parcels" not in self.case.given:
            return None
        for parcel in self.case.parcels:
            try:
                found.append(self.chain(branches, parcel))
            except Missing:
                continue
        return worst(found) if found else None


_cache: dict[str, CodeType] = {}


def _compiled(condition: str) -> CodeType:
    if condition not in _cache:
        _cache[condition] = compile(_python(condition), condition, "eval")
    return _cache[condition]


def verdict(row: Row, case: Case) -> Outcome | str:
    """What the table says of this rule on this case."""
    if (row.since and case.as_of < row.since) or (row.until and case.as_of > row.until):
        return "does not apply"
    if int(row.step[1:]) > int(case.given.get("step", "S16")[1:]):
        return "does not apply"
    reading, unknown = Reading(case), False
    for part in row.applies:
        try:
            if not reading.holds(part):
                return "does not apply"
        except Missing:
            unknown = True
    if unknown:
        return "not evaluated"
    found = [outcome for outcome in map(reading.check, row.checks) if outcome is not None]
    return worst(found) if found else "not evaluated"


def facts_of(row: Row) -> list[str]:
    """The paths a row names; those behind the functions of section 5 are the rule's own matter."""
    text = " ".join((*row.applies, *row.checks))
    named = {m for m in re.findall(r"\b[a-z_]+\.[a-z_0-9]+\b", text) if m.split(".")[0] in _SECTIONS | {"p"}}
    return sorted(named | {s for s in _SCALARS if re.search(rf"\b{s}\b", text)})
