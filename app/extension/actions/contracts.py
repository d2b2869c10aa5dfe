"""Contracts of extension: drafted in batches, signed household by household, put into effect in the registry."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound, Refused
from app.base.findings import Finding, Outcome
from app.compliance.queries import calendar, overrides
from app.extension import queries
from app.extension.models import ExtensionContract, ExtensionProgramme
from app.extension.states import CONTRACT, ContractState, ProgrammeState
from app.registry import actions as registry_actions
from app.registry import queries as registry
from app.registry.actions.regions import naming
from app.registry.schemas import RightIn
from app.registry.states import PartyKind, SourceKind
from app.rules.book import RULEBOOK_VERSION, Step, enforce
from app.rules.catalogue import judge
from app.rules.reading import read_case

AT_ONCE = 200
"""Contracts put into effect by one call, each with its right and two events: some seconds at most."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is in the way of one household contract right."""

    right_id: int
    household_party_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    drafted: list[ExtensionContract]
    existing: list[int]
    problems: list[Problem]


def _contracting(row: ExtensionProgramme) -> None:
    if row.state is not ProgrammeState.CONTRACTING:
        raise Conflict("方案尚未备案或者已办结，不能办理合同", reason="NOT_CONTRACTING", extra={"state": row.state})


def batch(
    tx: Tx, who: Actor, programme_id: int, *, right_ids: Sequence[int] | None = None, partial: bool = False
) -> Batch:
    """Drafts the contracts of the rights named, or of all the collective's whose term ends with the programme's.

    Every problem is found, each with its household. One in the way of a right that was named, or of any, refuses the
    whole (Refused, with `problems`), unless `partial` says that the others may go ahead. Run again it drafts nothing
    twice. Excluded households are problems where they are named, and left out of "all".
    """
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    now = tx.clock()
    _contracting(row)
    if right_ids is not None and len(set(right_ids)) != len(right_ids):
        raise Invalid("承包合同重复", field="right_ids")
    found = queries.standings(tx, row, right_ids=right_ids)
    if right_ids is None:
        found = [
            s
            for s in found
            if s.contract_id is not None or (s.exclusion_reason is None and s.problem not in queries.NO_AFFAIR)
        ]
    problems = [Problem(r, None, "不是本集体发包的家庭承包合同") for r in sorted(_unknown(right_ids, found))]
    existing = [s.contract_id for s in found if s.contract_id is not None]
    wanted = []
    for s in found:
        if s.contract_id is not None:
            continue
        if s.exclusion_reason is not None:
            problems.append(Problem(s.right_id, s.household_party_id, f"已列为暂不延包：{s.exclusion_reason}"))
        elif s.problem is not None:
            problems.append(Problem(s.right_id, s.household_party_id, s.problem))
        else:
            wanted.append(s)
    if problems and not partial:
        raise Refused(
            f"{len(problems)} 户不能延包，本批未办理", reason="BATCH_HAS_PROBLEMS",
            extra={
                "problems": [
                    {"right_id": p.right_id, "household_party_id": p.household_party_id, "reason": p.reason}
                    for p in problems
                ]
            },
        )  # fmt: skip
    first = queries.numbered(tx, row.id) + 1
    drafted = [
        ExtensionContract(
            programme_id=row.id, region_code=row.region_code, contract_no=f"延包{row.id:06d}-{n:05d}",
            right_id=s.right_id, household_party_id=s.household_party_id, state=ContractState.DRAFTED,
            starts_on=row.starts_on, ends_on=row.ends_on, drafted_at=now,
        )
        for n, s in enumerate(wanted, first)
    ]  # fmt: skip
    tx.add_all(drafted)
    tx.flush()
    if drafted:
        record(
            tx, who, "extension.batch", f"extension/{row.id}", region=row.region_code, n_drafted=len(drafted),
            n_problems=len(problems), contracts=[c.id for c in drafted], rights=[c.right_id for c in drafted],
        )  # fmt: skip
    return Batch(drafted, existing, problems)


def _unknown(right_ids: Sequence[int] | None, found: Sequence[queries.Standing]) -> set[int]:
    return set(right_ids or ()) - {s.right_id for s in found}


def sign(
    tx: Tx, who: Actor, contract_id: int, *, signatory_party_id: int, signed_on: date, document_id: int | None = None
) -> ExtensionContract:
    """The collective enters that the household signed by its representative, with the paper.

    Raises Refused with the findings where the law says that this signature is not the household's (承包法 16、24).
    """
    contract, row = queries.contract(tx, contract_id, seen_by=who)
    return _signed(
        tx, who, contract, row, signatory_party_id=signatory_party_id, signed_on=signed_on, document_id=document_id
    )


def sign_own(tx: Tx, who: Actor, contract_id: int) -> ExtensionContract:
    """The household's representative signs himself, signed in, today. Raises as `sign`; NotFound for a stranger."""
    contract, row = queries.own_contract(tx, contract_id, seen_by=who)
    signatory = queries.own_party(tx, who, contract.household_party_id)
    if signatory is None:
        raise NotFound("没有这份延包合同")
    return _signed(tx, who, contract, row, signatory_party_id=signatory, signed_on=tx.today(), document_id=None)


def _signed(
    tx: Tx,
    who: Actor,
    contract: ExtensionContract,
    row: ExtensionProgramme,
    *,
    signatory_party_id: int,
    signed_on: date,
    document_id: int | None,
) -> ExtensionContract:
    target = CONTRACT.after(contract.state, "sign")
    tx.clock()
    _contracting(row)
    today = tx.today()
    if not (row.publicity_until is not None and row.publicity_until < signed_on <= today):
        raise Invalid("签订日须在方案公示期满之后、今日之前", field="signed_on")
    with naming("signatory_party_id"):
        signatory = registry.party(tx, signatory_party_id)
    if document_id is not None:
        with naming("document_id"):
            registry.document(tx, document_id, seen_by=who)
    speaks = queries.speaks_for(tx, contract.household_party_id, signatory.id)
    if signatory.kind is not PartyKind.INDIVIDUAL or not registry.is_capable(signatory, signed_on):
        raise Invalid("签字人须为完全民事行为能力人", field="signatory_party_id")
    findings = _judged(tx, contract, speaks=speaks)
    contract.signatory_party_id, contract.signed_on, contract.document_id = signatory.id, signed_on, document_id
    contract.signed_by_person = who.person_id
    _move(tx, who, contract, "sign", target, findings=findings, signed_on=signed_on, signatory=signatory.id)
    return contract


def _judged(tx: Tx, contract: ExtensionContract, *, speaks: bool) -> Sequence[Finding]:
    on = tx.today()
    document = {
        "as_of": on,
        "step": Step.S1.name,
        "county": contract.region_code[:6],
        "category": "household_contract_right",
        "transferor": {
            "party_type": PartyKind.HOUSEHOLD.value,
            "is_right_holder": True,
            "signatory_is_representative": speaks,
        },
    }
    parameters = overrides(tx, contract.region_code[:6], on)
    case = read_case(registry.as_document(document), parameters=parameters, calendar=calendar(tx))
    judgment = enforce(judge(case, only=frozenset({Step.S1})))
    held = judgment.of(Outcome.HOLD)
    if held:
        said = "；".join(f.message for f in held)
        raise Refused(said, reason=held[0].rule_id, field="signatory_party_id", findings=judgment.findings)
    return judgment.findings


def effect(
    tx: Tx, who: Actor, programme_id: int, *, contract_ids: Collection[int] | None = None
) -> tuple[list[ExtensionContract], list[int], int]:
    """Puts signed contracts into effect: the registry carries each right on with the new term. All of them or none.

    Returns those now in effect, those that were before, and how many signed ones still wait. Raises Refused with
    `problems` where something has come in the way since, or where the same person had entered the signature.
    """
    row = queries.programme(tx, programme_id, seen_by=who, lock=True)
    tx.clock()
    _contracting(row)
    chosen = queries.lock_signed(tx, row.id, contract_ids, limit=AT_ONCE)
    if contract_ids is not None and len(chosen) != len(set(contract_ids)):
        raise Invalid("有合同不属于本方案", field="contract_ids")
    existing = [c.id for c in chosen if c.state is ContractState.EFFECTIVE]
    waiting = [c for c in chosen if c.state is not ContractState.EFFECTIVE]
    problems = _in_the_way(tx, who, row, waiting)
    if problems:
        raise Refused(
            f"{len(problems)} 份合同不能生效，本批未办理", reason="BATCH_HAS_PROBLEMS", extra={"problems": problems}
        )
    for contract in waiting:
        _extend(tx, who, contract)
    n_waiting = queries.counts(tx, row.id).get(ContractState.SIGNED, 0)
    return waiting, existing, n_waiting


def _in_the_way(
    tx: Tx, who: Actor, row: ExtensionProgramme, contracts: Sequence[ExtensionContract]
) -> list[dict[str, Any]]:
    now = {s.right_id: s for s in queries.standings(tx, row, right_ids=[c.right_id for c in contracts])}
    problems: list[dict[str, Any]] = []
    for contract in contracts:
        standing = now.get(contract.right_id)
        reason = None
        if contract.state is not ContractState.SIGNED:
            reason = "合同尚未签订或者已作废"
        elif standing is None:
            reason = "原承包经营权已终止"
        elif standing.household_party_id != contract.household_party_id:
            reason = "承包方已变更，须重新签订"
        elif standing.problem is not None:
            reason = standing.problem
        elif contract.signed_by_person == who.person_id:
            reason = "办理生效的人不得是登记签订的人"
        if reason is not None:
            problems.append({
                "contract_id": contract.id, "right_id": contract.right_id,
                "household_party_id": contract.household_party_id, "reason": reason,
            })  # fmt: skip
    return problems


def _extend(tx: Tx, who: Actor, contract: ExtensionContract) -> None:
    """Through the registry's own act: the new right carries the old one on, so that what is derived follows it."""
    target = CONTRACT.after(contract.state, "effect")
    old = registry.lock_right(tx, contract.right_id)
    right = registry_actions.record_right(
        tx, who,
        RightIn(
            kind=old.kind, region_code=old.region_code, holder_party_id=old.holder_party_id, extends_right_id=old.id,
            share_num=old.share_num, share_den=old.share_den, area_mu=old.area_mu, starts_on=contract.starts_on,
            ends_on=contract.ends_on, source_kind=SourceKind.CONTRACT, source_ref=contract.contract_no,
            source_document_id=contract.document_id, signed_on=contract.signed_on,
        ),
    )  # fmt: skip
    contract.extending_right_id, contract.effected_by_person = right.id, who.person_id
    _move(tx, who, contract, "effect", target, right=old.id, extending=right.id, ends_on=contract.ends_on)


def void(tx: Tx, who: Actor, contract_id: int, *, reason: str) -> ExtensionContract:
    """作废 a contract that is not in effect: its household is open again."""
    contract, row = queries.contract(tx, contract_id, seen_by=who)
    target = CONTRACT.after(contract.state, "void")
    tx.clock()
    _contracting(row)
    contract.void_reason = reason
    _move(tx, who, contract, "void", target, reason=reason)
    return contract


def _move(
    tx: Tx,
    who: Actor,
    contract: ExtensionContract,
    verb: str,
    target: ContractState,
    *,
    findings: Sequence[Finding] = (),
    **facts: Any,
) -> None:
    before, contract.state = contract.state, target
    tx.flush()
    record(
        tx, who, f"extension_contract.{verb}", f"extension_contract/{contract.id}", region=contract.region_code,
        before={"state": before}, after={"state": target}, findings=findings,
        rulebook=RULEBOOK_VERSION if findings else None, programme=contract.programme_id, **facts,
    )  # fmt: skip
