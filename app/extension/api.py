"""Programmes of second-round extension, their households, and their contracts in batches."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import Page, cursor_of, key_of
from app.extension import actions, queries
from app.extension.models import ExtensionProgramme
from app.extension.schemas import (
    BatchIn,
    BatchOut,
    ContractOut,
    EffectIn,
    EffectOut,
    ExclusionIn,
    ExclusionOut,
    LandlessOut,
    LiftIn,
    NumberIn,
    OutlookOut,
    ProblemOut,
    ProgrammeDetailOut,
    ProgrammeIn,
    ProgrammeOut,
    ReasonIn,
    SignIn,
    StandingOut,
    VoteIn,
)  # fmt: skip
from app.extension.states import PROGRAMME_STATE_ZH, ContractState, ProgrammeState
from app.identity.auth import may
from app.identity.permissions import P
from app.registry.api.reading import Cursor, Key, Limit, Region, page_of
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["extension 延包"])

Id = Annotated[int, Path(ge=1, lt=2**63)]
Reader = Annotated[Actor, may(P.EXTENSION_READ)]
Recorder = Annotated[Actor, may(P.EXTENSION_RECORD)]
Signer = Annotated[Actor, may(P.EXTENSION_SIGN)]
Approver = Annotated[Actor, may(P.EXTENSION_APPROVE)]


def _detail(tx: Tx, row: ExtensionProgramme) -> ProgrammeDetailOut:
    said = ProgrammeOut.model_validate(row).model_dump()
    return ProgrammeDetailOut(**said, state_name=PROGRAMME_STATE_ZH[row.state], contracts=queries.counts(tx, row.id))


@router.get("/extensions")
def programmes(
    who: Reader, state: ProgrammeState | None = None, collective_party_id: Key = None, cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProgrammeOut]:  # fmt: skip
    """延包方案列表。"""
    with transaction(read_only=True) as tx:
        rows = queries.page(
            tx, who, state=state, collective=collective_party_id, after=key_of(cursor), limit=limit + 1
        )  # fmt: skip
    return page_of(rows, limit, ProgrammeOut)


@router.post("/extensions", status_code=201)
def draft(body: ProgrammeIn, who: Recorder) -> ProgrammeDetailOut:
    """拟订延包方案；新承包期自原期届满次日起，依法延长三十年。"""
    with transaction() as tx:
        return _detail(tx, actions.draft(tx, who, **body.model_dump()))


@router.get("/extensions/outlook")
def outlook(
    who: Reader,
    until: Annotated[date, Query(description="到期日在此日及以前，YYYY-MM-DD")],
    region: Region = None,
) -> list[OutlookOut]:
    """承包合同到期概况：逐村逐日，已延包、暂不延包各多少。"""
    with transaction(read_only=True) as tx:
        return [OutlookOut.model_validate(r) for r in queries.outlook(tx, who, until=until, prefix=region)]


@router.get("/extensions/{programme_id}")
def programme(programme_id: Id, who: Reader) -> ProgrammeDetailOut:
    """延包方案与合同进度。"""
    with transaction(read_only=True) as tx:
        return _detail(tx, queries.programme(tx, programme_id, seen_by=who))


@router.post("/extensions/{programme_id}/vote")
def vote(programme_id: Id, body: VoteIn, who: Recorder) -> ProgrammeDetailOut:
    """登记成员大会表决：全体成员三分之二以上同意。"""
    with transaction() as tx:
        return _detail(tx, actions.vote(tx, who, programme_id, resolution_id=body.resolution_id))


@router.post("/extensions/{programme_id}/publicise")
def publicise(programme_id: Id, who: Recorder) -> ProgrammeDetailOut:
    """开始公示。"""
    with transaction() as tx:
        return _detail(tx, actions.publicise(tx, who, programme_id))


@router.post("/extensions/{programme_id}/return")
def return_(programme_id: Id, body: ReasonIn, who: Approver) -> ProgrammeDetailOut:
    """乡镇退回，须重新拟订、表决。"""
    with transaction() as tx:
        return _detail(tx, actions.return_(tx, who, programme_id, reason=body.reason))


@router.post("/extensions/{programme_id}/approve")
def approve(programme_id: Id, body: NumberIn, who: Approver) -> ProgrammeDetailOut:
    """乡镇批准，须在公示期满之后、由拟订人以外的人办理。"""
    with transaction() as tx:
        return _detail(tx, actions.approve(tx, who, programme_id, number=body.number))


@router.post("/extensions/{programme_id}/file")
def file(programme_id: Id, body: NumberIn, who: Annotated[Actor, may(P.EXTENSION_FILE)]) -> ProgrammeDetailOut:
    """报县备案；备案后开始签订合同。"""
    with transaction() as tx:
        return _detail(tx, actions.file(tx, who, programme_id, number=body.number))


@router.post("/extensions/{programme_id}/close")
def close(programme_id: Id, who: Approver) -> ProgrammeDetailOut:
    """办结：每户或已延包，或列明缘由。"""
    with transaction() as tx:
        return _detail(tx, actions.close(tx, who, programme_id))


@router.post("/extensions/{programme_id}/withdraw")
def withdraw(programme_id: Id, body: ReasonIn, who: Recorder) -> ProgrammeDetailOut:
    """撤回方案（备案之前）。"""
    with transaction() as tx:
        return _detail(tx, actions.withdraw(tx, who, programme_id, reason=body.reason))


@router.get("/extensions/{programme_id}/households")
def households(programme_id: Id, who: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[StandingOut]:
    """各承包户的情形：合同、暂不延包的缘由、不能办理的原因。"""
    with transaction(read_only=True) as tx:
        row = queries.programme(tx, programme_id, seen_by=who)
        rows = queries.standings(tx, row, after=key_of(cursor), limit=limit + 1)
    shown = [StandingOut.model_validate(each) for each in rows[:limit]]
    return Page(items=shown, next_cursor=cursor_of(shown[-1].right_id) if len(rows) > limit else None)


@router.get("/extensions/{programme_id}/landless")
def landless(programme_id: Id, who: Reader, cursor: Cursor = None, limit: Limit = 50) -> Page[LandlessOut]:
    """本集体成员户中没有承包地的户。"""
    with transaction(read_only=True) as tx:
        row = queries.programme(tx, programme_id, seen_by=who)
        rows = queries.landless(tx, row, after=key_of(cursor), limit=limit + 1)
    shown = [LandlessOut(household_party_id=p.id, household=p.name) for p in rows[:limit]]
    return Page(items=shown, next_cursor=cursor_of(shown[-1].household_party_id) if len(rows) > limit else None)


@router.post("/extensions/{programme_id}/exclusions", status_code=201)
def exclude(programme_id: Id, body: ExclusionIn, who: Recorder) -> ExclusionOut:
    """列为暂不延包，须有缘由。"""
    with transaction() as tx:
        return ExclusionOut.model_validate(actions.exclude(tx, who, programme_id, **body.model_dump()))


@router.post("/extensions/{programme_id}/exclusions/lift")
def lift(programme_id: Id, body: LiftIn, who: Recorder) -> ExclusionOut:
    """取消暂不延包。"""
    with transaction() as tx:
        return ExclusionOut.model_validate(actions.lift(tx, who, programme_id, **body.model_dump()))


@router.get("/extensions/{programme_id}/contracts")
def contracts(
    programme_id: Id, who: Reader, state: ContractState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ContractOut]:
    """延包合同列表。"""
    with transaction(read_only=True) as tx:
        row = queries.programme(tx, programme_id, seen_by=who)
        rows = queries.contracts(tx, row.id, state=state, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, ContractOut)


@router.post("/extensions/{programme_id}/contracts")
def batch(programme_id: Id, body: BatchIn, who: Recorder) -> BatchOut:
    """批量生成延包合同：逐户列出问题；有问题即全批不办，除非指明 partial。重复提交不会重复生成。"""
    with transaction() as tx:
        done = actions.batch(tx, who, programme_id, right_ids=body.right_ids, partial=body.partial)
        return BatchOut(
            drafted=[ContractOut.model_validate(c) for c in done.drafted],
            existing=done.existing,
            problems=[ProblemOut.model_validate(p) for p in done.problems],
        )


@router.post("/extensions/{programme_id}/effect")
def effect(programme_id: Id, body: EffectIn, who: Approver) -> EffectOut:
    """已签合同生效：登记簿上的承包期随之延长。登记签订的人不得办理。"""
    with transaction() as tx:
        effected, existing, n_waiting = actions.effect(tx, who, programme_id, contract_ids=body.contract_ids)
        return EffectOut(
            effected=[ContractOut.model_validate(c) for c in effected], existing=existing, n_waiting=n_waiting
        )


@router.get("/extension-contracts")
def own_contracts(who: Signer, cursor: Cursor = None, limit: Limit = 50) -> Page[ContractOut]:
    """本户的延包合同。"""
    with transaction(read_only=True) as tx:
        rows = queries.own_contracts(tx, who, after=key_of(cursor), limit=limit + 1)
    return page_of(rows, limit, ContractOut)


@router.post("/extension-contracts/{contract_id}/sign-own")
def sign_own(contract_id: Id, who: Signer) -> ContractOut:
    """农户代表本人登录签订。"""
    with transaction() as tx:
        return ContractOut.model_validate(actions.sign_own(tx, who, contract_id))


@router.post("/extension-contracts/{contract_id}/sign")
def sign(contract_id: Id, body: SignIn, who: Recorder) -> ContractOut:
    """登记农户签订。"""
    with transaction() as tx:
        return ContractOut.model_validate(actions.sign(tx, who, contract_id, **body.model_dump()))


@router.post("/extension-contracts/{contract_id}/void")
def void(contract_id: Id, body: ReasonIn, who: Recorder) -> ContractOut:
    """作废未生效的延包合同。"""
    with transaction() as tx:
        return ContractOut.model_validate(actions.void(tx, who, contract_id, reason=body.reason))
