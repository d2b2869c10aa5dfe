"""From winning to the certificate."""

from typing import Annotated

from fastapi import APIRouter, Path

from app.audit import receipts
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.errors import NotFound
from app.bidding import queries as bidding
from app.compliance.api import answer
from app.compliance.schemas import CheckOut
from app.deal import queries
from app.deal.actions import certificate, contract, objection, result
from app.deal.models import Certificate, Contract
from app.deal.schemas import (
    AnswerIn,
    AppealIn,
    AwardOut,
    CertificateOut,
    CheckIn,
    ContractOut,
    DefaultIn,
    DueOut,
    FilingIn,
    ForfeitIn,
    LotCheckOut,
    ObjectionIn,
    ObjectionOut,
    OwedOut,
    PaymentIn,
    ReasonIn,
    SignIn,
)  # fmt: skip
from app.deal.states import CONTRACT_STATE_ZH
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.listing.actions.law import answer_if_parked
from app.listing.api import lot_out
from app.listing.facts import case_of
from app.listing.models import Listing, Lot
from app.listing.schemas import LotOut
from app.rules.book import Step
from app.rules.catalogue import judge
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["deal 成交"])

Id = Annotated[int, Path(ge=1, lt=2**63)]


@router.post("/listings/{listing_id}/compliance-checks")
def check(listing_id: Id, body: CheckIn, who: Annotated[Actor, may(P.LISTING_READ)]) -> list[LotCheckOut]:
    """合规检查：以登记簿与申报已有的事实，对项目的每个标的判到所问步骤为止；不改变任何状态。"""
    with transaction(read_only=True) as tx:
        listing = listings.one(tx, listing_id, seen_by=who)
        return [_checked(tx, listing, lot, Step[body.step]) for lot in listings.lots_of(tx, listing.id)]


def _checked(tx: Tx, listing: Listing, lot: Lot, step: Step) -> LotCheckOut:
    own = queries.living_contract(tx, lot.id)
    case = case_of(tx, listing, lot, step, on=tx.today(), contract_no=own.contract_no if own else None)
    return LotCheckOut(
        lot_id=lot.id, lot_no=lot.lot_no, case=dict(case.given), check=CheckOut.model_validate(answer(judge(case)))
    )


@router.post("/lots/{lot_id}/confirm")
def confirm(lot_id: Id, who: Annotated[Actor, may(P.AWARD_CONFIRM)]) -> AwardOut:
    """竞得人签署成交确认书（L70→L71），成交结果随即公示。"""
    with transaction() as tx:
        out = AwardOut.model_validate(result.confirm(tx, who, lot_id))
        lot = listings.public_lot(tx, lot_id)
    answer_if_parked([lot])
    return out


@router.get("/lots/{lot_id}/award")
def award(lot_id: Id) -> AwardOut:
    """当前成交（只含价格与号牌以外的公开内容）。"""
    with transaction(read_only=True) as tx:
        listings.public_lot(tx, lot_id)
        found = bidding.living_award(tx, lot_id)
        if found is None:
            raise NotFound("本标的没有成交")
        return AwardOut.model_validate(found)


@router.post("/lots/{lot_id}/objections", status_code=201)
def file_objection(lot_id: Id, body: ObjectionIn, who: Annotated[Actor, may(P.OBJECTION_FILE)]) -> ObjectionOut:
    """公示期内实名书面异议（L71→L72）。"""
    with transaction() as tx:
        return ObjectionOut.model_validate(
            objection.object_to(tx, who, lot_id, interest=body.interest, grounds=body.grounds)
        )


@router.get("/lots/{lot_id}/objections")
def objections(lot_id: Id, who: Annotated[Actor, may(P.OBJECTION_HANDLE)]) -> list[ObjectionOut]:
    """标的收到的异议。"""
    with transaction(read_only=True) as tx:
        listings.one_lot(tx, lot_id, seen_by=who)
        return [ObjectionOut.model_validate(o) for o in queries.objections(tx, lot_id)]


@router.post("/objections/{objection_id}/answer")
def answer_objection(objection_id: Id, body: AnswerIn, who: Annotated[Actor, may(P.OBJECTION_HANDLE)]) -> ObjectionOut:
    """答复异议：不成立则公示续计；成立则按类顺延、重新组织或终止。"""
    with transaction() as tx:
        return ObjectionOut.model_validate(
            objection.answer(tx, who, objection_id, upheld=body.upheld, text=body.answer, reason=body.reason_code)
        )


@router.post("/objections/{objection_id}/appeal")
def appeal(objection_id: Id, body: AppealIn, who: Annotated[Actor, may(P.OBJECTION_FILE)]) -> ObjectionOut:
    """异议人对不成立的答复申请监管部门或联席会议复核，公示再次中断（L71→L72）。"""
    with transaction() as tx:
        return ObjectionOut.model_validate(objection.appeal(tx, who, objection_id, grounds=body.grounds))


@router.post("/objections/{objection_id}/review")
def review_objection(objection_id: Id, body: AnswerIn, who: Annotated[Actor, may(P.OBJECTION_REVIEW)]) -> ObjectionOut:
    """监管部门或联席会议复核：维持答复，或支持异议并给出公开原因码。"""
    with transaction() as tx:
        return ObjectionOut.model_validate(
            objection.review(tx, who, objection_id, upheld=body.upheld, text=body.answer, reason=body.reason_code)
        )


@router.post("/lots/{lot_id}/default")
def default(lot_id: Id, body: DefaultIn, who: Annotated[Actor, may(P.AWARD_DECIDE)]) -> LotOut:
    """认定竞得人违约（→L74），保证金不退。"""
    with transaction() as tx:
        return lot_out(result.default(tx, who, lot_id, reason=body.reason_code, note=body.note))


@router.post("/lots/{lot_id}/pass-on")
def pass_on(lot_id: Id, who: Annotated[Actor, may(P.AWARD_DECIDE)]) -> LotOut:
    """顺延至下一候选人；无合格候选则流标。"""
    with transaction() as tx:
        return lot_out(result.pass_on(tx, who, lot_id))


@router.post("/lots/{lot_id}/annul")
def annul(lot_id: Id, body: ReasonIn, who: Annotated[Actor, may(P.AWARD_DECIDE)]) -> LotOut:
    """不顺延，重新组织（L74→L76）。"""
    with transaction() as tx:
        return lot_out(result.annul(tx, who, lot_id, reason=body.reason_code))


def contract_out(tx: Tx, row: Contract) -> ContractOut:
    """A contract with its text, its state and its instalments."""
    return ContractOut(
        **{c: getattr(row, c) for c in ContractOut.model_fields if hasattr(row, c)},
        state_name=CONTRACT_STATE_ZH[row.state],
        content_sha256=row.content_hash.hex(),
        dues=[DueOut.model_validate(d) for d in queries.dues(tx, row.id)],
    )


@router.get("/lots/{lot_id}/contract")
def show_contract(lot_id: Id, who: Annotated[Actor, may(P.CONTRACT_READ)]) -> ContractOut:
    """合同文本（当事人与在其范围内的工作人员可见）。"""
    with transaction(read_only=True) as tx:
        row = queries.living_contract(tx, lot_id)
        lot = listings.public_lot(tx, lot_id)
        if row is None or not (queries.party_to(tx, row, who) or (who.is_official and who.sees(lot.region_code))):
            raise NotFound("尚无合同")
        return contract_out(tx, row)


@router.post("/lots/{lot_id}/sign")
def sign(lot_id: Id, body: SignIn, who: Annotated[Actor, may(P.CONTRACT_SIGN)]) -> ContractOut:
    """签署合同：签的是指明哈希的文本；双方签毕合同成立（L73→L80→L81）。"""
    with transaction() as tx:
        signed = contract.sign(tx, who, lot_id, content_sha256=body.content_sha256)
        log = receipts.newest(tx, f"contract/{signed.id}", ["contract.sign"])
        out = contract_out(tx, signed).model_copy(update={"log": log})
        lot = listings.public_lot(tx, lot_id)
    answer_if_parked([lot])
    return out


@router.post("/lots/{lot_id}/payments")
def pay(lot_id: Id, body: PaymentIn, who: Annotated[Actor, may(P.MONEY_POST)]) -> LotOut:
    """财务岗登记到账价款；首期款与服务费到齐即结算（L81→L82）。"""
    with transaction() as tx:
        lot = contract.pay(tx, who, lot_id, **body.model_dump())
        out = lot_out(lot)
    answer_if_parked([lot])
    return out


@router.post("/lots/{lot_id}/settle")
def settle(lot_id: Id, who: Annotated[Actor, may(P.MONEY_POST)]) -> LotOut:
    """保证金已足以抵付首期款与服务费时，财务岗直接结算（L81→L82）。"""
    with transaction() as tx:
        lot = contract.settle(tx, who, lot_id)
        out = lot_out(lot)
    answer_if_parked([lot])
    return out


@router.post("/lots/{lot_id}/distribute-forfeit")
def distribute(lot_id: Id, body: ForfeitIn, who: Annotated[Actor, may(P.MONEY_POST)]) -> LotOut:
    """财务岗发起罚没保证金的分配：费用、再次交易差额、余额归转出方。"""
    with transaction() as tx:
        return lot_out(contract.distribute(tx, who, lot_id, **body.model_dump()))


@router.get("/lots/{lot_id}/owed")
def owed(lot_id: Id, who: Annotated[Actor, may(P.MONEY_POST)]) -> OwedOut:
    """受让方尚应缴纳的首期款与服务费。"""
    with transaction(read_only=True) as tx:
        amount, name = contract.owed(tx, who, lot_id)
    return OwedOut(amount_fen=amount, payer_name=name)


def _certificate_out(row: Certificate) -> CertificateOut:
    return CertificateOut(
        cert_no=row.cert_no, status=row.status, issued_at=row.issued_at, body=row.body, body_sha256=row.body_hash.hex()
    )


@router.post("/lots/{lot_id}/certificate/prepare", status_code=201)
def prepare(lot_id: Id, who: Annotated[Actor, may(P.CERTIFICATE_PREPARE)]) -> CertificateOut:
    """鉴证岗拟制鉴证书。"""
    with transaction() as tx:
        return _certificate_out(certificate.prepare(tx, who, lot_id))


@router.post("/lots/{lot_id}/certificate/issue")
def issue(lot_id: Id, body: FilingIn, who: Annotated[Actor, may(P.CERTIFICATE_ISSUE)]) -> CertificateOut:
    """分管签发鉴证书（L82→L85→L86），与拟制不得为同一人；备案情况一并登记。"""
    with transaction() as tx:
        out = _certificate_out(certificate.issue(tx, who, lot_id, filing=body.model_dump(exclude_none=True)))
        lot = listings.public_lot(tx, lot_id)
    answer_if_parked([lot])
    return out


@router.get("/certificates/{cert_no}")
def verify(cert_no: Annotated[str, Path(pattern=r"^[0-9]{14}[0-9X]$")]) -> CertificateOut:
    """凭编号公开验真。"""
    with transaction(read_only=True) as tx:
        return _certificate_out(queries.public_certificate(tx, cert_no))


@router.post("/lots/{lot_id}/archive")
def archive(lot_id: Id, who: Annotated[Actor, may(P.ARCHIVE_FILE)]) -> LotOut:
    """归档（L86→L90）：资金账须已平。"""
    with transaction() as tx:
        lot = certificate.archive(tx, who, lot_id)
        out = lot_out(lot)
    answer_if_parked([lot])
    return out
