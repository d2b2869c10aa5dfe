"""Disputes, and how a contract ends: dissolved, expired, renewed, relisted, handed back, closed.

The platform enters what happened and on what paper; it does not say whether a dissolution is valid (procedure 1.4).
"""

from datetime import date
from typing import Any

from app.base.actor import Actor
from app.base.days import beijing_day
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.deal.models import Contract
from app.deal.states import ContractState
from app.listing import queries as listings
from app.listing.actions.law import parked
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.performance import queries
from app.performance.actions.change import end_possession
from app.performance.actions.moves import advance, judged
from app.rules.book import Step

_HOUSEHOLD = frozenset({"household_land_management", "household_contract_right"})
_ISSUED = frozenset({"unallocated_collective_land", "four_wastes", "forest"})


def dispute(tx: Tx, who: Actor, contract_id: int, *, forum: str, docket_no: str | None, text: str) -> Contract:
    """Either party enters that the matter is before mediation, arbitration or a court."""
    contract, lot, side = queries.as_party(tx, who, contract_id)
    advance(tx, who, contract, lot, "dispute", now=tx.clock(), side=side, text=text, forum=forum, docket_no=docket_no)
    return contract


def reconcile(tx: Tx, who: Actor, contract_id: int, *, text: str) -> Contract:
    """The centre enters that the dispute is settled and performance goes on, on the paper that both signed."""
    contract, lot = queries.as_official(tx, who, contract_id)
    advance(tx, who, contract, lot, "reconcile", now=tx.clock(), text=text)
    return contract


def by_of(listing: Listing, side: str) -> str:
    """In the words of the law, who ends the contract."""
    if listing.category in _HOUSEHOLD:
        return "contractor" if side == "transferor" else "transferee"
    if listing.category in _ISSUED:
        return "issuer" if side == "transferor" else "transferee"
    return "lessor" if side == "transferor" else "lessee"


def dissolve(
    tx: Tx, who: Actor, contract_id: int, *, ground: str, known_on: date, delivered_on: date | None,
    abandoned_since: date | None, ended_on: date, text: str,
) -> tuple[Contract, Lot]:  # fmt: skip
    """A party ends the contract by notice, on a ground that the law or the contract gives (LCL-42, CC-722, CC-564-565).

    Refused on a ground that is none; parked while the demand or the notice is missing.
    """
    contract, lot, side = queries.as_party(tx, who, contract_id)
    now = tx.clock()
    today = beijing_day(now)
    for field, day in (("known_on", known_on), ("delivered_on", delivered_on), ("abandoned_since", abandoned_since)):
        if day is not None and day > today:
            raise Invalid("不得晚于今日", field=field)
    listing = listings.listing_of(tx, lot)
    asked = queries.last_event(tx, contract.id, "demand")
    termination: dict[str, Any] = {
        "by": by_of(listing, side), "ground": ground, "known_date": known_on, "demand_made": asked is not None,
        "notice_delivered": delivered_on is not None,
    }  # fmt: skip
    if asked is not None:
        termination["grace_end"] = asked.facts["grace_end_on"]
    if abandoned_since is not None:
        termination["abandonment_start"] = abandoned_since
    findings = judged(tx, who, contract, lot, Step.S15, now=now, verb="dissolve", termination=termination)
    if parked(lot):
        return contract, lot
    if ground == "rent_arrears" and asked is not None and str(today) <= asked.facts["grace_end_on"]:
        raise Refused("催告给予的期限尚未届满", reason="GRACE_RUNS", field="ground")
    advance(
        tx, who, contract, lot, "dissolve", now=now, side=side, text=text, findings=findings, ground=ground,
        known_on=known_on, delivered_on=delivered_on, abandoned_since=abandoned_since, ended_on=ended_on,
    )  # fmt: skip
    end_possession(tx, contract, last_day=ended_on, reason=f"解除：{ground}")
    return contract, lot


def dissolve_by_decision(
    tx: Tx, who: Actor, contract_id: int, *, forum: str, docket_no: str, ended_on: date, text: str
) -> Contract:
    """The centre enters an award or a judgment that ended the contract."""
    contract, lot = queries.as_official(tx, who, contract_id)
    advance(
        tx,
        who,
        contract,
        lot,
        "dissolve",
        now=tx.clock(),
        text=text,
        forum=forum,
        docket_no=docket_no,
        ended_on=ended_on,
    )
    end_possession(tx, contract, last_day=ended_on, reason=f"{forum} {docket_no}")
    return contract


def follow(tx: Tx, who: Actor, contract_id: int, verb: str, *, project_no: str) -> Contract:
    """The thing goes on through a new trade of the platform: `renew` with the same transferee, `relist` in the open."""
    contract, lot, side = queries.as_party(tx, who, contract_id)
    if side != "transferor":
        raise Conflict("由转出方办理", reason="NOT_YOUR_ACT", extra={"state": contract.state})
    found = queries.follow_up(tx, contract, project_no)
    if found is None:
        raise Invalid("没有转出方的这个项目", field="project_no")
    _, later, party = found
    if verb == "renew" and party != contract.transferee_party_id:
        raise Refused("续约须与原受让方经平台签订新合同", reason="NOT_RENEWED", field="project_no")
    if verb == "relist" and later.state in {LotState.DRAFT, LotState.REJECTED, LotState.WITHDRAWN}:
        raise Refused("该项目尚未进场", reason="NOT_LISTED", field="project_no")
    advance(tx, who, contract, lot, verb, now=tx.clock(), side=side, project_no=project_no, next_lot=later.id)
    return contract


def recover(tx: Tx, who: Actor, contract_id: int, *, handed_over_on: date, condition: str) -> Contract:
    """The transferor enters that he has the thing back, and in what condition (复垦、附着物)."""
    contract, lot, side = queries.as_party(tx, who, contract_id)
    now = tx.clock()
    if side != "transferor":
        raise Conflict("由转出方确认收回", reason="NOT_YOUR_ACT", extra={"state": contract.state})
    if handed_over_on > beijing_day(now):
        raise Invalid("不得晚于今日", field="handed_over_on")
    advance(tx, who, contract, lot, "recover", now=now, side=side, text=condition, handed_over_on=handed_over_on)
    return contract


def close(tx: Tx, who: Actor, contract_id: int) -> Contract:
    """The archivist closes the file: only with no rent overdue, unless an end before its time settles it otherwise."""
    contract, lot = queries.as_official(tx, who, contract_id)
    now = tx.clock()
    owed = queries.overdue(tx, [contract.id], beijing_day(now))
    ended_early = queries.last_event(tx, contract.id, "dissolve") is not None
    if owed and not ended_early and contract.state is not ContractState.CLOSED:
        raise Refused("尚有租金未付清", reason="RENT_OVERDUE", extra={"overdue_fen": owed[contract.id][1]})
    advance(tx, who, contract, lot, "close", now=now)
    return contract
