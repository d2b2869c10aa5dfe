"""Entering for a lot, and being judged fit to bid."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.base.actor import Actor
from app.base.db import Tx, transaction
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.identity.auth import may
from app.identity.permissions import P
from app.listing import queries as listings
from app.money.queries import deposit_of_entry
from app.qualification import actions, queries
from app.qualification.models import Entry
from app.qualification.schemas import DecisionIn, EntryIn, EntryOut, OwnEntryOut
from app.registry.queries import public
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1", route_class=StrictRoute, tags=["qualification 报名"])

Id = Annotated[int, Path(ge=1, lt=2**63)]


def _officer_out(tx: Tx, entry: Entry) -> EntryOut:
    deposit = deposit_of_entry(tx, entry.id)
    return EntryOut(
        **{c: getattr(entry, c) for c in EntryOut.model_fields if hasattr(entry, c)},
        party_kind=public.party_kind(tx, entry.party_id),
        party_name=public.party_name(tx, entry.party_id),
        deposit_state=deposit.state.value if deposit else None,
    )


@router.post("/lots/{lot_id}/entries", status_code=201)
def enter(lot_id: Id, body: EntryIn, who: Annotated[Actor, may(P.ENTRY_REGISTER)]) -> OwnEntryOut:
    """报名；得到随机竞价号牌。"""
    with transaction() as tx:
        return OwnEntryOut.model_validate(actions.enter(tx, who, lot_id, **body.model_dump()))


@router.get("/entries/mine")
def mine(
    who: Annotated[Actor, may(P.ENTRY_REGISTER)],
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 50,
) -> Page[OwnEntryOut]:
    """本人的报名。"""
    with transaction(read_only=True) as tx:
        rows = queries.of_account(tx, who, after=key_of(cursor), limit=limit + 1)
    items = [OwnEntryOut.model_validate(row) for row in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.post("/entries/{entry_id}/withdraw")
def withdraw(entry_id: Id, who: Annotated[Actor, may(P.ENTRY_REGISTER)]) -> OwnEntryOut:
    """报名截止前退出。"""
    with transaction() as tx:
        return OwnEntryOut.model_validate(actions.withdraw(tx, who, entry_id))


@router.get("/lots/{lot_id}/entries")
def entries(lot_id: Id, who: Annotated[Actor, may(P.ENTRY_READ)]) -> list[EntryOut]:
    """资格审查岗所见的报名（不显示号牌）。"""
    with transaction(read_only=True) as tx:
        lot = listings.one_lot(tx, lot_id, seen_by=who)
        return [_officer_out(tx, entry) for entry in queries.of_lot(tx, lot)]


@router.post("/entries/{entry_id}/decide")
def decide(entry_id: Id, body: DecisionIn, who: Annotated[Actor, may(P.ENTRY_QUALIFY)]) -> EntryOut:
    """资格审查决定；优先权主张成立的给出顺位。依法不得受让的不能审查通过。"""
    known = body.transferee.model_dump(exclude_none=True) if body.transferee else {}
    with transaction() as tx:
        return _officer_out(
            tx, actions.decide(tx, who, entry_id, **body.model_dump(exclude={"transferee"}), established=known)
        )
