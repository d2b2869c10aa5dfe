"""Asking the law book, reading it, and the data that counties and the State Council set."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Query, Request, Response
from pydantic_core import to_json

from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import Invalid, NotFound
from app.compliance import actions, queries
from app.compliance.desk import Desk
from app.compliance.schemas import (
    CalendarIn,
    CheckOut,
    DecisionIn,
    ParameterOut,
    ParametersInForceOut,
    ProposalIn,
    RuleOut,
)
from app.identity.auth import Visitor, may
from app.identity.permissions import P
from app.rules.book import Judgment, Norm, Rule, Step
from app.rules.catalogue import NORMS, RULES, judge
from app.rules.params.tables import COUNTY
from app.rules.reading import json_schema, read_case
from app.web.routes import StrictRoute
from app.web.turnstile import Turnstile

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["compliance 合规"])

PER_MINUTE = 60


turnstile = Turnstile(PER_MINUTE, "匿名检查每分钟不超过60件，登录后不限")
desk = Desk()


def answer(judgment: Judgment) -> dict[str, Any]:
    """A judgment as the case format answers it: the fields of `CheckOut`."""
    return {
        "verdict": judgment.verdict,
        "findings": [
            {
                "rule_id": f.rule_id,
                "verdict": f.outcome,
                "message": f.message,
                "citation": f.citation,
                "parameters": f.parameters,
            }
            for f in judgment.findings
        ],
        "not_evaluated": [{"rule_id": n.rule_id, "missing": n.missing} for n in judgment.not_evaluated],
        "rulebook_version": judgment.rulebook_version,
    }


@router.post(
    "/compliance-checks",
    response_model=CheckOut,
    openapi_extra={"requestBody": {"content": {"application/json": {"schema": json_schema()}}, "required": True}},
)
def check(request: Request, document: Annotated[dict[str, Any], Body()], who: Visitor) -> Response:
    """合规检查：一份案件，得到全部规则的结论与条文。不需要账号。"""
    if who is None and not request.app.state.settings.demo:
        turnstile.enter(request.client.host if request.client else "")
    county, on = document.get("county"), document.get("as_of")
    own: dict[str, Any] = {}
    if isinstance(county, str) and isinstance(on, str):
        try:
            own = desk.parameters(county, date.fromisoformat(on))
        except ValueError:
            own = {}  # the reader names the field
    case = read_case(document, parameters={k: v for k, v in own.items() if k in COUNTY}, calendar=desk.calendar())
    return Response(to_json(answer(judge(case))), media_type="application/json")


def _rule_out(rule: Rule) -> RuleOut:
    return RuleOut(
        id=rule.id,
        says=rule.says,
        step=rule.step.name,
        breach=rule.breach,
        message=rule.message if isinstance(rule.message, str) else None,
        citation=rule.citation,
        quotes=[c.quote for c in rule.cites if c.quote],
        level=rule.level.value,
        categories=sorted(rule.categories),
        since=rule.since,
        until=rule.until,
    )


def _norm_out(norm: Norm) -> RuleOut:
    return RuleOut(
        id=norm.id,
        says=norm.says,
        citation=str(norm.cite),
        quotes=[norm.cite.quote] if norm.cite.quote else [],
        level=norm.level.value,
        categories=[],
        effect=norm.effect,
    )


@router.get("/rules")
def rules(
    category: Annotated[str | None, Query(max_length=40)] = None,
    step: Annotated[str | None, Query(pattern=r"^S([0-9]|1[0-6])$")] = None,
    law: Annotated[str | None, Query(max_length=40)] = None,
    on: Annotated[date | None, Query(description="只列该日有效的规则")] = None,
) -> list[RuleOut]:
    """法律规则目录：按品种、步骤、法律、日期筛选。"""
    judging = [
        r
        for r in RULES
        if (category is None or category in r.categories)
        and (step is None or r.step is Step[step])
        and (law is None or law in r.citation)
        and (on is None or r.in_force(on))
    ]
    norms = [n for n in NORMS if category is None and step is None and (law is None or law in str(n.cite))]
    return [_rule_out(r) for r in judging] + [_norm_out(n) for n in norms]


@router.get("/rules/{rule_id}")
def rule(rule_id: Annotated[str, Path(max_length=40)]) -> RuleOut:
    """一条规则。"""
    for r in RULES:
        if r.id == rule_id:
            return _rule_out(r)
    for n in NORMS:
        if n.id == rule_id:
            return _norm_out(n)
    raise NotFound("没有这条规则")


@router.get("/county-parameters")
def in_force(
    county_code: Annotated[str, Query(pattern=r"^4110[0-9]{2}$")],
    category: Annotated[str, Query(max_length=40)],
    on: date | None = None,
) -> ParametersInForceOut:
    """某县某品种某日适用的参数（公开）。"""
    with transaction(read_only=True) as tx:
        day = on or tx.today()
        return ParametersInForceOut(
            county_code=county_code,
            category=category,
            on=day,
            values=queries.parameters(tx, county_code, category, day),
            decided=queries.overrides(tx, county_code, day),
        )


@router.get("/county-parameters/{county_code}/history")
def history(
    county_code: Annotated[str, Path(pattern=r"^4110[0-9]{2}$")], who: Annotated[Actor, may(P.PARAMETER_READ)]
) -> list[ParameterOut]:
    """一县全部参数提案与决定。"""
    if not who.sees(county_code):
        raise NotFound("没有这个区划，或不在您的范围内")
    with transaction(read_only=True) as tx:
        return [ParameterOut.model_validate(row) for row in queries.history(tx, county_code)]


@router.post("/county-parameters", status_code=201)
def propose(body: ProposalIn, who: Annotated[Actor, may(P.PARAMETER_PROPOSE)]) -> ParameterOut:
    """提出参数值；另一名监管人员批准后自生效日起适用。"""
    with transaction() as tx:
        return ParameterOut.model_validate(actions.propose(tx, who, **body.model_dump()))


@router.post("/county-parameters/{parameter_id}/decide")
def decide(
    parameter_id: Annotated[int, Path(ge=1, lt=2**63)],
    body: DecisionIn,
    who: Annotated[Actor, may(P.PARAMETER_APPROVE)],
) -> ParameterOut:
    """批准或驳回他人的参数提案。"""
    with transaction() as tx:
        return ParameterOut.model_validate(
            actions.decide(tx, who, parameter_id, approved=body.approved, note=body.note)
        )


@router.post("/calendars/{year}", status_code=204)
def load_calendar(
    year: Annotated[int, Path(ge=2019, le=2100)], body: CalendarIn, who: Annotated[Actor, may(P.CALENDAR_LOAD)]
) -> None:
    """录入国务院公布的一年放假调休安排。"""
    both = set(body.days_off) & set(body.make_up_days)
    if both:
        raise Invalid("同一日不能既放假又上班", field="make_up_days")
    days = dict.fromkeys(body.days_off, False) | dict.fromkeys(body.make_up_days, True)
    with transaction() as tx:
        actions.load_year(tx, who, year, source=body.source, exceptions=days)
