"""The ledger of a lot, deposits, orders to pay, and the public calculator of the service fee."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.base.actor import Actor
from app.base.db import transaction
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.money import actions, queries
from app.money.schemas import (
    AmountQuery,
    ApproveIn,
    BalanceOut,
    BandOut,
    DepositIn,
    DepositOrderIn,
    DepositOut,
    DepositSumsOut,
    EntryOut,
    IdQuery,
    LedgerOut,
    OrderOut,
    PostingOut,
    RejectIn,
    ServiceFeeOut,
    SideFeeOut,
)  # fmt: skip
from app.money.states import ACCOUNT_ZH, OrderState
from app.rules.fees import TABLE, computed_fee_fen, fees_of_deal, is_exempt, steps
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", tags=["money 资金"], route_class=StrictRoute)

Cursor = Annotated[str | None, Query(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Kind = Annotated[str, Query(max_length=40, pattern=r"^[a-z_]+$")]


@router.get("/lots/{lot_id}/ledger")
def ledger(
    lot_id: int, who: Annotated[Actor, may(P.MONEY_READ)], cursor: Cursor = None, limit: Limit = 50
) -> LedgerOut:
    """一个标的的账目：逐笔记账、各账户余额、保证金收付恒等式、是否结清。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_postings(tx, lot_id, seen_by=who, after=key_of(cursor), limit=limit + 1)
        shown = rows[:limit]
        entries = queries.entries_of(tx, [p.id for p in shown])
        balances = queries.lot_balances(tx, lot_id)
        open_ = queries.unsettled(tx, lot_id)
    by_posting: dict[int, list[EntryOut]] = {}
    for entry, account in entries:
        by_posting.setdefault(entry.posting_id, []).append(
            EntryOut(
                account=account.kind, account_name=ACCOUNT_ZH[account.kind], of_centre=account.lot_id is None,
                party_id=account.party_id, amount_fen=entry.amount_fen,
            )
        )  # fmt: skip
    return LedgerOut(
        lot_id=lot_id,
        postings=[
            PostingOut(
                id=p.id, event=p.event, party_id=p.party_id, amount_fen=p.amount_fen, at=p.at, reference=p.reference,
                bank_reference=p.bank_reference, memo=p.memo, prepared_by_person=p.prepared_by_person,
                approved_by_person=p.approved_by_person, entries=by_posting[p.id],
            )
            for p in shown
        ],
        next_cursor=cursor_of(shown[-1].id) if len(rows) > limit else None,
        deposits=DepositSumsOut.model_validate(balances.deposits),
        accounts=[
            BalanceOut(account=kind, account_name=ACCOUNT_ZH[kind], party_id=party, balance_fen=fen)
            for (kind, party), fen in sorted(balances.accounts.items(), key=lambda item: (item[0][0], item[0][1] or 0))
        ],
        settled=not open_,
        open=open_,
    )  # fmt: skip


@router.get("/deposits")
def deposits(
    who: Annotated[Actor, may(P.MONEY_READ)],
    lot_id: Annotated[IdQuery | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DepositOut]:
    """保证金台账（缴款人与子账号，不含竞价号牌）。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_deposits(tx, seen_by=who, lot_id=lot_id, after=key_of(cursor), limit=limit + 1)
    items = [DepositOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/deposits", status_code=201)
def hold_deposit(body: DepositIn, who: Annotated[Actor, may(P.MONEY_POST)]) -> DepositOut:
    """保证金到账登记；缴款人须为申请人本人，同一银行流水号重复登记只记一笔。"""
    with transaction() as tx:
        return DepositOut.model_validate(actions.hold_deposit(tx, who, **body.model_dump()))


@router.get("/money-orders")
def orders(
    who: Annotated[Actor, may(P.MONEY_READ)],
    state: OrderState | None = None,
    lot_id: Annotated[IdQuery | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OrderOut]:
    """付款指令：待办、已发起、已复核、已退回。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_orders(tx, seen_by=who, state=state, lot_id=lot_id, after=key_of(cursor), limit=limit + 1)
    items = [OrderOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/money-orders", status_code=201)
def prepare_for_deposit(body: DepositOrderIn, who: Annotated[Actor, may(P.MONEY_POST)]) -> OrderOut:
    """财务岗发起退还或罚没保证金的指令（如前一指令被退回）。"""
    with transaction() as tx:
        order = actions.prepare_for_deposit(tx, who, body.entry_id, kind=body.kind, cause=body.cause)
        return OrderOut.model_validate(order)


@router.post("/money-orders/{order_id}/prepare")
def prepare(order_id: int, who: Annotated[Actor, may(P.MONEY_POST)]) -> OrderOut:
    """财务岗发起一项待办的付款指令。"""
    with transaction() as tx:
        return OrderOut.model_validate(actions.prepare(tx, who, order_id))


@router.post("/money-orders/{order_id}/approve")
def approve(order_id: int, body: ApproveIn, who: Annotated[Actor, may(P.MONEY_APPROVE)]) -> OrderOut:
    """另一自然人复核付款指令并记账；罚没须填写书面决定文号。"""
    with transaction() as tx:
        return OrderOut.model_validate(actions.approve(tx, who, order_id, decision_no=body.decision_no))


@router.post("/money-orders/{order_id}/reject")
def reject(order_id: int, body: RejectIn, who: Annotated[Actor, may(P.MONEY_APPROVE)]) -> OrderOut:
    """另一自然人退回付款指令。"""
    with transaction() as tx:
        return OrderOut.model_validate(actions.reject(tx, who, order_id, reason=body.reason))


@router.get("/service-fee")
def service_fee(
    amount_fen: Annotated[AmountQuery, Query()],
    first_year_fen: Annotated[AmountQuery | None, Query()] = None,
    transferor_kind: Kind = "collective_economic_organisation",
    transferee_kind: Kind = "individual",
) -> ServiceFeeOut:
    """服务费计算器（公开）：双方各应缴多少、分档算式与依据。"""
    kinds = {"transferor": transferor_kind, "transferee": transferee_kind}
    fees = fees_of_deal(amount_fen, amount_fen if first_year_fen is None else first_year_fen, list(kinds.items()))
    base = amount_fen if TABLE.fee_base == "total" or first_year_fen is None else first_year_fen
    return ServiceFeeOut(
        amount_fen=base,
        computed_fen=computed_fee_fen(base),
        minimum_fen=TABLE.minimum_fen,
        bands=[BandOut(up_to_fen=b.up_to_fen, rate_bp=b.rate_bp, part_fen=part) for b, part in steps(base)],
        sides=[
            SideFeeOut(side=side, party_kind=kind, exempt=is_exempt(side, kind), fee_fen=fees[side])
            for side, kind in kinds.items()
        ],
        fee_base=TABLE.fee_base,
        sides_reading=TABLE.sides,
        minimum_per=TABLE.minimum_per,
        since=TABLE.since,
        citation=str(TABLE.cite),
    )
