"""Listings, their review and their notices."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from app.audit import receipts
from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.ground.schemas import box_of
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries
from app.listing.actions import draft, law, notice, review
from app.listing.models import Listing, Lot
from app.listing.schemas import (
    AmendIn,
    DecideIn,
    DocumentIn,
    ListingIn,
    ListingOut,
    LotOut,
    MoveIn,
    NoticeOut,
    PublicLotOut,
    PublishIn,
    RelistIn,
    ReturnIn,
    ReviewCaseOut,
)  # fmt: skip
from app.listing.states import STATE_ZH, LotState
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["listing 挂牌"])

ListingId = Annotated[int, Path(ge=1, lt=2**63)]
LotId = Annotated[int, Path(ge=1, lt=2**63)]
Cursor = Annotated[str | None, Query(max_length=40)]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]
Region = Annotated[str | None, Query(pattern=r"^[0-9]{4,12}$")]


def lot_out(lot: Lot) -> LotOut:
    """A lot for its parties and officers."""
    columns = {c: getattr(lot, c) for c in LotOut.model_fields if hasattr(lot, c)}
    return LotOut(**columns, state_name=STATE_ZH[lot.state], start_total_fen=draft.start_total_fen(lot))


def listing_out(tx: Tx, listing: Listing) -> ListingOut:
    """A listing with its lots."""
    columns = {c: getattr(listing, c) for c in ListingOut.model_fields if hasattr(listing, c)}
    return ListingOut(**columns, lots=[lot_out(lot) for lot in queries.lots_of(tx, listing.id)])


def public_out(lot: Lot, listing: Listing) -> PublicLotOut:
    """A lot for everybody."""
    return PublicLotOut(
        **{c: getattr(lot, c) for c in PublicLotOut.model_fields if hasattr(lot, c)},
        project_no=listing.project_no,
        category=listing.category,
        method=listing.method,
        state_name=STATE_ZH[lot.state],
        start_total_fen=draft.start_total_fen(lot),
        is_demo=listing.is_demo,
    )


def _after(listing_id: int, who: Actor, step: Any, *, filed: str | None = None) -> ListingOut:
    """Runs one step over a listing's lots. What the law parks is kept parked, and answered as refused, after commit."""
    with transaction() as tx:
        lots = step(tx)
        out = listing_out(tx, queries.one(tx, listing_id, seen_by=who))
        if filed:
            found = (receipts.newest(tx, f"lot/{lot.id}", [filed]) for lot in out.lots)
            out.receipts = [receipt for receipt in found if receipt]
    law.answer_if_parked(lots)
    return out


@router.post("/listings", status_code=201)
def create(body: ListingIn, who: Annotated[Actor, may(P.LISTING_DRAFT)]) -> ListingOut:
    """起草项目：标的事实取自登记簿。"""
    with transaction() as tx:
        return listing_out(tx, draft.draft(tx, who, body))


@router.get("/listings")
def index(
    who: Annotated[Actor, may(P.LISTING_READ)],
    state: LotState | None = None,
    region: Region = None,
    category: Annotated[str | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ListingOut]:
    """本人范围内的项目，最新在前。"""
    with transaction(read_only=True) as tx:
        rows = queries.page(
            tx, seen_by=who, after=key_of(cursor), limit=limit + 1, state=state, region=region, category=category
        )
        items = [listing_out(tx, row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.get("/listings/{listing_id}")
def show(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_READ)]) -> ListingOut:
    """一个项目。"""
    with transaction(read_only=True) as tx:
        return listing_out(tx, queries.one(tx, listing_id, seen_by=who))


@router.post("/listings/{listing_id}/documents", status_code=201)
def attach(listing_id: ListingId, body: DocumentIn, who: Annotated[Actor, may(P.LISTING_READ)]) -> ListingOut:
    """提交材料。"""
    with transaction() as tx:
        draft.attach(tx, who, listing_id, body.kind, body.document_id)
        return listing_out(tx, queries.one(tx, listing_id, seen_by=who))


@router.post("/listings/{listing_id}/submit")
def submit(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_SUBMIT)]) -> ListingOut:
    """申报（L00→L10）。"""
    return _after(listing_id, who, lambda tx: review.submit(tx, who, listing_id), filed="lot.submit")


@router.post("/listings/{listing_id}/supplement")
def supplement(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_SUBMIT)]) -> ListingOut:
    """补正后再次申报（L12→L10）。"""
    return _after(listing_id, who, lambda tx: review.supplement(tx, who, listing_id), filed="lot.supplement")


@router.post("/listings/{listing_id}/withdraw")
def withdraw(listing_id: ListingId, body: MoveIn, who: Annotated[Actor, may(P.LISTING_WITHDRAW)]) -> ListingOut:
    """公告前撤回（→T1）。"""
    return _after(listing_id, who, lambda tx: review.withdraw(tx, who, listing_id, body.note))


@router.post("/listings/{listing_id}/take")
def take(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_PREREVIEW)]) -> ListingOut:
    """乡镇接件（L10→L11）。"""
    return _after(listing_id, who, lambda tx: review.take(tx, who, listing_id))


@router.post("/listings/{listing_id}/prereview")
def prereview(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_PREREVIEW)]) -> ListingOut:
    """乡镇初审通过（L11→L20）。"""
    return _after(listing_id, who, lambda tx: review.prereview(tx, who, listing_id))


@router.post("/listings/{listing_id}/accept")
def accept(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_ACCEPT)]) -> ListingOut:
    """县中心受理（L20→L21），给出受理号。"""
    return _after(listing_id, who, lambda tx: review.accept(tx, who, listing_id))


@router.post("/listings/{listing_id}/review")
def first_review(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_REVIEW)]) -> ListingOut:
    """县中心初审。"""
    return _after(listing_id, who, lambda tx: review.review(tx, who, listing_id))


@router.post("/listings/{listing_id}/approve")
def approve(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_APPROVE)]) -> ListingOut:
    """县中心复核（L21→L30 或 L22），与初审不得为同一人。"""
    return _after(listing_id, who, lambda tx: review.approve(tx, who, listing_id))


@router.post("/listings/{listing_id}/cosign")
def cosign(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_COSIGN)]) -> ListingOut:
    """前置会签通过（L22→L30）。"""
    return _after(listing_id, who, lambda tx: review.cosign(tx, who, listing_id))


def _send_back(listing_id: int, body: ReturnIn, who: Actor) -> ListingOut:
    return _after(listing_id, who, lambda tx: review.send_back(tx, who, listing_id, body.missing))


def _reject(listing_id: int, body: MoveIn, who: Actor) -> ListingOut:
    return _after(listing_id, who, lambda tx: review.reject(tx, who, listing_id, body.reason_code, body.note))


@router.post("/listings/{listing_id}/return")
def return_from_centre(
    listing_id: ListingId, body: ReturnIn, who: Annotated[Actor, may(P.LISTING_REVIEW)]
) -> ListingOut:
    """县中心一次性告知补正（→L12）。"""
    return _send_back(listing_id, body, who)


@router.post("/listings/{listing_id}/return-from-town")
def return_from_town(
    listing_id: ListingId, body: ReturnIn, who: Annotated[Actor, may(P.LISTING_PREREVIEW)]
) -> ListingOut:
    """乡镇一次性告知补正（L11→L12）。"""
    return _send_back(listing_id, body, who)


@router.post("/listings/{listing_id}/reject")
def reject_at_centre(listing_id: ListingId, body: MoveIn, who: Annotated[Actor, may(P.LISTING_APPROVE)]) -> ListingOut:
    """县中心驳回（→L13），须给公开原因码。"""
    return _reject(listing_id, body, who)


@router.post("/listings/{listing_id}/reject-from-town")
def reject_in_town(listing_id: ListingId, body: MoveIn, who: Annotated[Actor, may(P.LISTING_PREREVIEW)]) -> ListingOut:
    """乡镇不予受理（L11→L13），须给公开原因码。"""
    return _reject(listing_id, body, who)


@router.post("/listings/{listing_id}/preview")
def preview(listing_id: ListingId, who: Annotated[Actor, may(P.LISTING_PUBLISH)]) -> ListingOut:
    """预挂牌（L30→L31）：信息预披露，不收报名与保证金。"""
    return _after(listing_id, who, lambda tx: review.preview(tx, who, listing_id))


@router.post("/listings/{listing_id}/publish")
def publish(listing_id: ListingId, body: PublishIn, who: Annotated[Actor, may(P.LISTING_PUBLISH)]) -> ListingOut:
    """发布流转公告（L30→L40），同时开放报名；县级参数在此固定。"""
    return _after(listing_id, who, lambda tx: notice.publish(tx, who, listing_id, auction_at=body.auction_at))


def _lot_after(step: Any) -> LotOut:
    with transaction() as tx:
        lot = step(tx)
        out = lot_out(lot)
    law.answer_if_parked([lot])
    return out


@router.post("/lots/{lot_id}/amend")
def amend(lot_id: LotId, body: AmendIn, who: Annotated[Actor, may(P.LISTING_PUBLISH)]) -> LotOut:
    """变更公告：实质变更重新计算公告期。"""
    return _lot_after(lambda tx: notice.amend(tx, who, lot_id, body))


@router.post("/lots/{lot_id}/suspend")
def suspend(lot_id: LotId, body: MoveIn, who: Annotated[Actor, may(P.LISTING_SUSPEND)]) -> LotOut:
    """公告中止（L40→L42）。"""
    return _lot_after(lambda tx: notice.suspend(tx, who, lot_id, body.reason_code, body.note))


@router.post("/lots/{lot_id}/resume")
def resume(lot_id: LotId, body: MoveIn, who: Annotated[Actor, may(P.LISTING_SUSPEND)]) -> LotOut:
    """公告恢复（L42→L40）。"""
    return _lot_after(lambda tx: notice.resume(tx, who, lot_id, body.note))


@router.post("/lots/{lot_id}/terminate")
def terminate(lot_id: LotId, body: MoveIn, who: Annotated[Actor, may(P.LISTING_TERMINATE)]) -> LotOut:
    """终止（→T2），须给公开原因码。"""
    return _lot_after(lambda tx: notice.terminate(tx, who, lot_id, body.reason_code, body.note))


@router.post("/lots/{lot_id}/relist")
def relist(lot_id: LotId, body: RelistIn, who: Annotated[Actor, may(P.LISTING_RELIST)]) -> LotOut:
    """流标或撤销后重新挂牌（→L30），可在授权区间内降价。"""
    return _lot_after(lambda tx: notice.relist(tx, who, lot_id, body.start_fen, body.note))


@router.get("/review-cases")
def review_cases(
    who: Annotated[Actor, may(P.LISTING_READ)], cursor: Cursor = None, limit: Limit = 50
) -> Page[ReviewCaseOut]:
    """等待人工判断的规则事项。"""
    with transaction(read_only=True) as tx:
        rows = queries.review_cases(tx, seen_by=who, after=key_of(cursor), limit=limit + 1)
    items = [ReviewCaseOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/review-cases/{case_id}/decide", status_code=204)
def decide(case_id: ListingId, body: DecideIn, who: Annotated[Actor, may(P.LISTING_APPROVE)]) -> None:
    """对规则交由人工判断的事项作出决定并说明理由。"""
    with transaction() as tx:
        law.decide(tx, who, case_id, decision=body.decision, reason=body.reason)


@router.get("/lots")
def lots(
    state: LotState | None = None,
    region: Region = None,
    category: Annotated[str | None, Query(max_length=40)] = None,
    box: Annotated[str | None, Query(max_length=100, description="西,南,东,北；只列地块图形在框内的")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublicLotOut]:
    """公开的标的，最新在前。"""
    with transaction(read_only=True) as tx:
        rows = queries.page_public(
            tx, after=key_of(cursor), limit=limit + 1, state=state, region=region, category=category,
            box=None if box is None else box_of(box),
        )  # fmt: skip
    items = [public_out(lot, listing) for lot, listing in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.get("/lots/{lot_id}")
def lot(lot_id: LotId) -> PublicLotOut:
    """一个公开的标的。"""
    with transaction(read_only=True) as tx:
        row = queries.public_lot(tx, lot_id)
        return public_out(row, queries.listing_of(tx, row))


@router.get("/lots/{lot_id}/notices")
def notices(lot_id: LotId) -> list[NoticeOut]:
    """标的的全部公告，按发布先后。"""
    with transaction(read_only=True) as tx:
        queries.public_lot(tx, lot_id)
        rows = queries.notices(tx, lot_id)
    return [
        NoticeOut(**{c: getattr(n, c) for c in NoticeOut.model_fields if hasattr(n, c)}, body_sha256=n.body_hash.hex())
        for n in rows
    ]
