"""Compliance on the wire: findings, the catalogue, county parameters, calendars."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import Field

from app.base.findings import Outcome
from app.base.wire import Day, In, LongText, Out, Text


class FindingOut(Out):
    rule_id: str
    verdict: Outcome
    message: str
    citation: str
    parameters: dict[str, Any]


class NotEvaluatedOut(Out):
    rule_id: str
    missing: list[str]


class CheckOut(Out):
    """The answer of case format section 2."""

    verdict: Outcome
    findings: list[FindingOut]
    not_evaluated: list[NotEvaluatedOut]
    rulebook_version: str


class RuleOut(Out):
    """One row of the catalogue. `step` and `breach` are absent for a norm that judges no case; `effect` says where it
    is put into effect.
    """

    id: str
    says: str
    step: str | None = None
    breach: Outcome | None = None
    message: str | None = None
    citation: str
    quotes: list[str]
    level: str
    categories: list[str]
    since: date | None = None
    until: date | None = None
    effect: str | None = None


class ProposalIn(In):
    county_code: Annotated[str, Field(pattern=r"^4110[0-9]{2}$")]
    name: Annotated[str, Field(pattern=r"^[a-z0-9_]{2,60}$")]
    value: int | bool | str
    valid_from: Day
    basis: LongText


class DecisionIn(In):
    approved: bool
    note: LongText | None = None


class ParameterOut(Out):
    id: int
    county_code: str
    name: str
    value: int | bool | str
    valid_from: date
    basis: str
    proposed_at: datetime
    decision: str | None
    decided_at: datetime | None
    decision_note: str | None


class ParametersInForceOut(Out):
    """What a county's trade of a category runs under on a day, and what of it the county has decided itself."""

    county_code: str
    category: str
    on: date
    values: dict[str, Any]
    decided: dict[str, Any]


class CalendarIn(In):
    """A year's arrangement: days off on weekdays, and make-up working days on weekends."""

    source: Text
    days_off: Annotated[list[Day], Field(max_length=60)]
    make_up_days: Annotated[list[Day], Field(max_length=20)]
