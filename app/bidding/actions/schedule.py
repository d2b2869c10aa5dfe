"""From qualification to a session: how many there are decides the way (procedure 1.3 E7, 2.9)."""

from app.audit.actions import record
from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict
from app.bidding.actions import arrange, lottery
from app.bidding.actions.time import award
from app.bidding.models import Session
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.law import parked, settled_by_law
from app.listing.actions.moves import move, take_duty
from app.listing.models import Lot
from app.listing.states import LotState
from app.qualification import queries as qualification
from app.rules.bidding import Phase
from app.rules.book import Step
from app.rules.trading import single
from app.rules.trading.single import Way


def schedule(tx: Tx, who: Actor, lot_id: int) -> Lot:
    """Sets the session up where enough may bid; else extends, gives the lot to the only one, or fails it.

    Raises Conflict while an entry is undecided, or too late for the announced hour (then the hour moves on).
    """
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    listing = listings.listing_of(tx, lot)
    now = tx.clock()
    if lot.state is not LotState.QUALIFYING:
        raise Conflict(f"当前状态（{lot.state}）不能安排竞价", reason="ILLEGAL_TRANSITION", extra={"state": lot.state})
    undecided = qualification.n_undecided(tx, lot)
    if undecided:
        raise Conflict(f"还有{undecided}个报名未作资格审查决定", reason="ENTRIES_UNDECIDED", extra={"state": lot.state})
    findings = settled_by_law(
        tx, who, listing, lot, Step.S7, now=now, verb="schedule",
        auction={"announcement_date": listings.announcement(tx, lot).starts_on, "date": beijing_day(max(lot.auction_at or now, now))},
    )  # fmt: skip
    if parked(lot):
        return lot
    take_duty(tx, who, lot, "auction", now=now)
    ready = qualification.ready(tx, lot)
    then = single.way(
        single.Policy(lot.rules["one_bidder"]), n_qualified=len(ready), n_extended=lot.n_extensions,
        extensions_announced=int(lot.rules["extension_cycles"]),
    )  # fmt: skip
    mode = lot.rules["mode"]
    if mode == "negotiation" and ready:
        then = Way.COMPETE  # to negotiate is not to compete: one is enough
    if then is Way.COMPETE:
        if lot.auction_at is None or lot.auction_at < now:
            lot.auction_at = notice.next_hour(tx, now)
        opens_at = now if mode == "negotiation" else lot.auction_at
        row = Session(
            lot_id=lot.id, round_no=lot.round_no, region_code=lot.region_code,
            rules=dict(lot.rules) | {"start_fen": lot.start_fen, "step_fen": lot.step_fen, "cap_fen": lot.cap_fen},
            opens_at=opens_at, phase=Phase.WAITING, end_at=opens_at, seq=0, n_heard=0,
        )  # fmt: skip
        row.rules = row.rules | arrange.more_rules(tx, lot, row, n_qualified=len(ready))
        tx.add(row)
        tx.flush()
        if lottery.may_be_needed(row.rules):
            row.rules = row.rules | lottery.prepare(tx, row)
        record(
            tx, who, "auction.schedule", f"session/{row.id}", region=lot.region_code,
            lot=lot.id, opens_at=row.opens_at, rules=row.rules,
        )  # fmt: skip
        verb = "negotiate" if mode == "negotiation" else "schedule"
        return move(tx, who, lot, verb, now=now, findings=findings, opens_at=row.opens_at, rules=row.rules)
    if then is Way.EXTEND:
        return notice.extend(tx, lot, now=now)
    if then is not Way.DIRECT:
        return notice.fail(tx, lot, "NOT_ENOUGH_BIDDERS" if ready else "NO_ENTRY", now=now)
    only = ready[0]
    price = single.direct_price_fen(lot.start_fen, only.quote_fen, rising=mode != "reverse")
    award(tx, lot, only, price, way="single", now=now, n_rounds=1)
    record(tx, who, "auction.single", f"listing/{listing.id}", region=lot.region_code, lot=lot.id, price_fen=price)
    return lot
