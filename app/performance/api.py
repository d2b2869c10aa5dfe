"""Contracts in performance: what is owed, what is changed, and how they end."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import Page, cursor_of, key_of
from app.deal.api import contract_out
from app.deal.models import Contract
from app.deal.schemas import ContractOut
from app.deal.states import CONTRACT_STATE_ZH, ContractState
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.listing.actions.law import answer_if_parked
from app.performance import queries
from app.performance.actions import change, ending, rent
from app.performance.models import ContractChange
from app.performance.schemas import (
    AgreeIn,
    ChangeIn,
    ChangeOut,
    ContractEventOut,
    ContractLine,
    DecideChangeIn,
    DecisionIn,
    DemandIn,
    DisputeIn,
    DissolveIn,
    FollowIn,
    NoteIn,
    RecoverIn,
    RentIn,
)  # fmt: skip
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["performance 履约"])

Id = Annotated[int, Path(ge=1, lt=2**63)]


@router.get("/contracts")
def contracts(
    who: Annotated[Actor, may(P.CONTRACT_READ)],
    state: ContractState | None = None,
    overdue: Annotated[Literal["true"] | None, Query(description="只列有逾期未付的")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=100)] = None,
) -> Page[ContractLine]:
    """合同清单：工作人员看本辖区的，当事人看自己的；欠租的注明自哪日起、多少。"""
    with transaction(read_only=True) as tx:
        rows = queries.page(tx, who, state=state, overdue=overdue is not None, after=key_of(cursor), limit=limit + 1)
        late = queries.overdue(tx, [r.id for r in rows], tx.today())
        lines = [_line(tx, r, late) for r in rows[:limit]]
    return Page(items=lines, next_cursor=cursor_of(lines[-1].id) if len(rows) > limit else None)


def _line(tx: Tx, row: Contract, late: dict[int, Any]) -> ContractLine:
    lot = queries.lot_of(tx, row)
    since, fen = late.get(row.id, (None, 0))
    return ContractLine(
        id=row.id, contract_no=row.contract_no, lot_id=row.lot_id, region_code=lot.region_code, title=lot.title,
        state=row.state, state_name=CONTRACT_STATE_ZH[row.state], term_end=lot.term_end, overdue_since=since,
        overdue_fen=fen, is_demo=listings.listing_of(tx, lot).is_demo,
    )  # fmt: skip


@router.get("/contracts/{contract_id}")
def one(contract_id: Id, who: Annotated[Actor, may(P.CONTRACT_READ)]) -> ContractOut:
    """合同文本、状态与租金计划。"""
    with transaction(read_only=True) as tx:
        return contract_out(tx, queries.readable(tx, who, contract_id))


@router.get("/contracts/{contract_id}/events")
def events(contract_id: Id, who: Annotated[Actor, may(P.CONTRACT_READ)]) -> list[ContractEventOut]:
    """履约记录：催告、争议、变更、解除、到期、交割，按先后。"""
    with transaction(read_only=True) as tx:
        queries.readable(tx, who, contract_id)
        return [ContractEventOut.model_validate(e) for e in queries.events(tx, contract_id)]


@router.get("/contracts/{contract_id}/changes")
def changes(contract_id: Id, who: Annotated[Actor, may(P.CONTRACT_READ)]) -> list[ChangeOut]:
    """变更申请及其处理。"""
    with transaction(read_only=True) as tx:
        queries.readable(tx, who, contract_id)
        return [_change_out(c) for c in queries.changes(tx, contract_id)]


def _change_out(row: ContractChange) -> ChangeOut:
    return ChangeOut(
        **{c: getattr(row, c) for c in ChangeOut.model_fields if hasattr(row, c)}, content_sha256=row.content_hash.hex()
    )


@router.post("/contracts/{contract_id}/rents")
def pay_rent(contract_id: Id, body: RentIn, who: Annotated[Actor, may(P.MONEY_POST)]) -> ContractOut:
    """财务岗登记后续各期到账租金，先到期的先抵；欠租付清即恢复履约。"""
    with transaction() as tx:
        return contract_out(tx, rent.pay_rent(tx, who, contract_id, **body.model_dump()))


@router.post("/contracts/{contract_id}/demand")
def demand(contract_id: Id, body: DemandIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """转出方书面催告欠租并给予合理期限（C11→C12）。"""
    with transaction() as tx:
        return contract_out(tx, rent.demand(tx, who, contract_id, **body.model_dump()))


@router.post("/contracts/{contract_id}/dispute")
def dispute(contract_id: Id, body: DisputeIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """一方登记调解、仲裁或诉讼（→C13）。"""
    with transaction() as tx:
        return contract_out(tx, ending.dispute(tx, who, contract_id, **body.model_dump()))


@router.post("/contracts/{contract_id}/reconcile")
def reconcile(contract_id: Id, body: NoteIn, who: Annotated[Actor, may(P.CONTRACT_OVERSEE)]) -> ContractOut:
    """县中心登记争议了结、继续履行（C13→C10）。"""
    with transaction() as tx:
        return contract_out(tx, ending.reconcile(tx, who, contract_id, text=body.text))


@router.post("/contracts/{contract_id}/changes", status_code=201)
def propose(contract_id: Id, body: ChangeIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ChangeOut:
    """一方提出变更、再流转、抵押或协议解除（C10→C14）。"""
    content = body.model_dump(exclude={"kind"}, exclude_none=True)
    with transaction() as tx:
        return _change_out(change.propose(tx, who, contract_id, kind=body.kind, content=content))


@router.post("/contracts/{contract_id}/changes/agree")
def agree(contract_id: Id, body: AgreeIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ChangeOut:
    """对方同意指明哈希的变更内容。"""
    with transaction() as tx:
        return _change_out(change.agree(tx, who, contract_id, content_sha256=body.content_sha256))


@router.post("/contracts/{contract_id}/changes/decide")
def decide(contract_id: Id, body: DecideChangeIn, who: Annotated[Actor, may(P.CONTRACT_OVERSEE)]) -> ChangeOut:
    """县中心依法审查后同意或不同意（C14→C10，协议解除→C15）。"""
    with transaction() as tx:
        row, lot = change.decide(tx, who, contract_id, **body.model_dump())
        out = _change_out(row)
    answer_if_parked([lot])
    return out


@router.post("/contracts/{contract_id}/dissolve")
def dissolve(contract_id: Id, body: DissolveIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """一方依法定或约定事由通知解除（→C15）；平台只登记事实与文书，不判断效力。"""
    with transaction() as tx:
        row, lot = ending.dissolve(tx, who, contract_id, **body.model_dump())
        out = contract_out(tx, row)
    answer_if_parked([lot])
    return out


@router.post("/contracts/{contract_id}/dissolve-by-decision")
def dissolve_by_decision(
    contract_id: Id, body: DecisionIn, who: Annotated[Actor, may(P.CONTRACT_OVERSEE)]
) -> ContractOut:
    """县中心登记仲裁裁决或法院文书对合同的解除（→C15）。"""
    with transaction() as tx:
        return contract_out(tx, ending.dissolve_by_decision(tx, who, contract_id, **body.model_dump()))


@router.post("/contracts/{contract_id}/renew")
def renew(contract_id: Id, body: FollowIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """与原受让方经平台签订新合同（→C31）。"""
    with transaction() as tx:
        return contract_out(tx, ending.follow(tx, who, contract_id, "renew", project_no=body.project_no))


@router.post("/contracts/{contract_id}/relist")
def relist(contract_id: Id, body: FollowIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """到期后重新进场（C30→C32）。"""
    with transaction() as tx:
        return contract_out(tx, ending.follow(tx, who, contract_id, "relist", project_no=body.project_no))


@router.post("/contracts/{contract_id}/recover")
def recover(contract_id: Id, body: RecoverIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """转出方确认收回交割（→C33）。"""
    with transaction() as tx:
        return contract_out(tx, ending.recover(tx, who, contract_id, **body.model_dump()))


@router.post("/contracts/{contract_id}/close")
def close(contract_id: Id, who: Annotated[Actor, may(P.ARCHIVE_FILE)]) -> ContractOut:
    """档案岗关闭合同（→C40）。"""
    with transaction() as tx:
        return contract_out(tx, ending.close(tx, who, contract_id))
