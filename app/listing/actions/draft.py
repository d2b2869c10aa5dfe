"""Drafting a listing: what is sold, at what price, under which rules of bidding."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from app.audit.actions import record
from app.base.actor import Actor
from app.base.days import beijing_day, months_between
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, NotFound
from app.base.money import PriceBasis, annual_fen, total_fen
from app.compliance.queries import parameters
from app.listing import queries
from app.listing.actions.moves import take_duty
from app.listing.bidding_schemas import BiddingIn
from app.listing.models import Listing, ListingDocument, Lot, LotItem
from app.listing.schemas import CATEGORY_CODE, ItemIn, ListingIn, LotIn
from app.listing.states import LOT, LotState
from app.registry import queries as registry
from app.rules.deposit import standard_deposit_fen
from app.rules.modes import bidding_defaults, default_step_fen, mode_defaults


def draft(tx: Tx, who: Actor, body: ListingIn) -> Listing:
    """A new listing with its lots, in draft. Its facts come from the registry; prices are checked to add up.

    Raises NotFound for a village, party, parcel or asset outside the actor's scope, Invalid naming the field.
    """
    if not who.sees(body.region_code):
        raise NotFound("没有这个区划，或不在您的范围内")
    registry.region(tx, body.region_code)
    registry.party(tx, body.transferor_party_id, seen_by=who)
    now = tx.clock()
    listing = Listing(
        project_no=_project_no(tx, body),
        region_code=body.region_code,
        category=body.category.value,
        right_kind=body.right,
        method=body.method,
        award_mode=body.award_mode,
        title=body.title,
        transferor_party_id=body.transferor_party_id,
        organisation_id=who.organisation_id,
        opened_by_account=who.account_id,
        resolution_id=body.resolution_id,
        terms=body.terms.model_dump(mode="json"),
        declared=body.declared,
        is_demo=tx.is_demo(),
        source_note=body.source_note,
        created_at=now,
    )
    tx.add(listing)
    tx.flush()
    defaults = parameters(tx, listing.county_code, listing.category, beijing_day(now))
    for number, lot_in in enumerate(body.lots, 1):
        lot = _lot(listing, number, lot_in, defaults, f"lots[{number - 1}]", now)
        tx.add(lot)
        tx.flush()
        for i, item in enumerate(lot_in.items):
            _check_item(tx, who, item, f"lots[{number - 1}].items[{i}]")
            tx.add(LotItem(lot_id=lot.id, **item.model_dump()))
        take_duty(tx, who, lot, "apply", now=now)
        record(
            tx, who, "lot.draft", f"lot/{lot.id}", region=lot.region_code,
            after={"state": LotState.DRAFT}, listing=listing.id, start_fen=lot.start_fen, quantity=lot.quantity,
        )  # fmt: skip
    record(
        tx, who, "listing.draft", f"listing/{listing.id}", region=listing.region_code,
        project_no=listing.project_no, category=listing.category, method=listing.method,
    )  # fmt: skip
    tx.flush()
    return listing


def _project_no(tx: Tx, body: ListingIn) -> str:
    number = registry.next_number(tx, "listing")
    return f"XC-{body.region_code[:6]}-{CATEGORY_CODE[body.category]}-{tx.today().year}-{number:06d}"


def _check_item(tx: Tx, who: Actor, item: ItemIn, path: str) -> None:
    if item.parcel_id is not None:
        parcel = registry.parcel(tx, item.parcel_id, seen_by=who)
        if item.quantity > parcel.area_mu:
            raise Invalid("面积超过地块登记面积", field=f"{path}.quantity")
    elif item.asset_id is not None:
        registry.asset(tx, item.asset_id, seen_by=who)


def _lot(listing: Listing, number: int, body: LotIn, defaults: dict[str, Any], path: str, now: datetime) -> Lot:
    quantity = sum((item.quantity for item in body.items), Decimal(0))
    months = months_between(body.term_start, body.term_end) if body.term_start and body.term_end else 0
    if body.price_basis in {PriceBasis.MU_YEAR, PriceBasis.YEAR, PriceBasis.M2_MONTH} and months == 0:
        raise Invalid("按期计价须给出期限", field=f"{path}.term_start")
    _check_composite(body, months, path)
    rules = bidding_defaults(listing.category) | _overrides(body.bidding, defaults)
    _check_mode(listing, body, rules["mode"], path)
    if rules["mode"] in {"tender", "negotiation", "reverse"}:
        rules["priority"] = "NONE"
    elif rules["mode"] != "ascending" and rules["priority"] != "NONE":
        rules["priority"] = "P_ASK"  # nobody can match on the spot what nobody can see
    step = body.step_fen or default_step_fen(body.start_fen, body.price_basis)
    if body.cap_fen is not None and body.cap_fen < body.start_fen + step:
        raise Invalid("最高限价须高于起始价至少一个加价幅度", field=f"{path}.cap_fen")
    deposit = body.deposit_fen
    if deposit is None:
        deposit = standard_deposit_fen(
            first_year_fen=annual_fen(body.start_fen, body.price_basis, quantity, months),
            total_fen=total_fen(body.start_fen, body.price_basis, quantity, months),
            recurring=months > 0,
            household_land=listing.category == "household_land_management",
        )
    return Lot(
        listing_id=listing.id, lot_no=number, region_code=listing.region_code, title=body.title,
        state=LotState.DRAFT, state_since=now, due_undetermined=False, n_supplements=0, round_no=1, n_extensions=0,
        held=[], quantity=quantity, unit=body.unit, price_basis=body.price_basis, start_fen=body.start_fen,
        floor_fen=body.floor_fen or body.start_fen, step_fen=step, cap_fen=body.cap_fen, deposit_fen=deposit,
        term_start=body.term_start, term_end=body.term_end, months=months, rules=rules,
    )  # fmt: skip


def _overrides(bidding: BiddingIn, defaults: dict[str, Any]) -> dict[str, Any]:
    given = {k: v for k, v in bidding.model_dump().items() if v is not None}
    given.setdefault("extension_cycles", defaults["max_extensions"])
    given.setdefault("min_bidders", defaults["min_bidders"])
    return mode_defaults(bidding.mode or "ascending") | given


def _check_mode(listing: Listing, body: LotIn, mode: str, path: str) -> None:
    """What only some modes may have (procedure 2.3, 2.5, 2.6), and the one award mode that fits them."""
    for only in ("tender", "negotiation"):
        if mode == only != listing.award_mode:
            raise Invalid(f"这种交易方式的成交方式（award_mode）须为 {only}", field="award_mode")
    if listing.award_mode == "tender" != mode:
        raise Invalid("成交方式为招标的，交易方式须为 tender", field=f"{path}.bidding.mode")
    if mode == "descending":
        if listing.category in {"household_land_management", "construction_land"}:
            raise Invalid("家庭承包地和集体经营性建设用地不得降价竞价", field=f"{path}.bidding.mode")
        if body.floor_fen is None or body.floor_fen >= body.start_fen:
            raise Invalid("降价竞价须给出低于起始价的底价", field=f"{path}.floor_fen")
    if body.bidding.cap_window_seconds is not None and body.cap_fen is None:
        raise Invalid("没有最高限价的，没有同价窗口", field=f"{path}.bidding.cap_window_seconds")
    if mode != "ascending" and body.cap_fen is not None:
        raise Invalid("只有增价竞价有最高限价", field=f"{path}.cap_fen")


def _check_composite(body: LotIn, months: int, path: str) -> None:
    """One lot with several unit prices is sold for its total, and the total must be the sum to the fen."""
    own = [item for item in body.items if item.start_fen is not None]
    if not own:
        return
    if len(own) != len(body.items) or body.price_basis is not PriceBasis.TOTAL:
        raise Invalid("分项单价须每项都有，且整宗按总价计", field=f"{path}.price_basis")
    total = sum(total_fen(item.start_fen or 0, PriceBasis.MU_YEAR, item.quantity, months) for item in own)
    if total != body.start_fen:
        raise Invalid(f"起始总价与分项之和不符，应为 {total} 分", field=f"{path}.start_fen")


def start_total_fen(lot: Lot) -> int:
    """The whole price of the lot at its starting price, in fen."""
    return total_fen(lot.start_fen, lot.price_basis, lot.quantity, lot.months)


def attach(tx: Tx, who: Actor, listing_id: int, kind: str, document_id: int) -> ListingDocument:
    """Attaches a document of the registry for one purpose. Raises Conflict once a lot of the listing has ended."""
    listing, lots = queries.lock_lots(tx, listing_id, seen_by=who)
    if all(not LOT.verbs(lot.state) for lot in lots):
        raise Conflict("项目已结束", extra={"state": lots[0].state})
    registry.document(tx, document_id, seen_by=who)
    if any(d.kind == kind and d.document_id == document_id for d in queries.documents(tx, listing_id)):
        raise Conflict("该材料已提交", field="document_id", reason="DOCUMENT_ATTACHED")
    row = ListingDocument(listing_id=listing_id, kind=kind, document_id=document_id, attached_at=tx.clock())
    tx.add(row)
    tx.flush()
    record(
        tx, who, "listing.attach", f"listing/{listing_id}", region=listing.region_code, kind=kind, document=document_id
    )
    return row
