"""Every read of listings and lots, with its lock and its scope."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Final

from sqlalchemy import Select, or_, select

from app.base.actor import Actor, in_scope
from app.base.db import Tx
from app.base.errors import NotFound
from app.ground.queries import Box, asked, distance, meets
from app.listing.models import Listing, ListingDocument, Lot, LotItem, LotPlace, Notice, ReviewCase
from app.listing.states import PUBLIC_STATES, LotState
from app.registry import queries as registry

NEWEST: Final = 2**63 - 1
"""Where a list that shows the newest first begins."""


def _seen(query: Select[Listing], who: Actor) -> Select[Listing]:
    """What lies in the actor's regions; a transferor sees only what his organisation, or he himself, opened."""
    query = query.where(in_scope(Listing.region_code, who))
    if not who.is_official:
        own = Listing.opened_by_account == who.account_id
        if who.organisation_id is not None:
            own = or_(own, Listing.organisation_id == who.organisation_id)
        query = query.where(own)
    return query


def one(tx: Tx, listing_id: int, *, seen_by: Actor) -> Listing:
    listing = tx.scalar(_seen(select(Listing).where(Listing.id == listing_id), seen_by))
    if listing is None:
        raise NotFound("没有这个项目")
    return listing


def lots_of(tx: Tx, listing_id: int) -> list[Lot]:
    return list(tx.scalars(select(Lot).where(Lot.listing_id == listing_id).order_by(Lot.id)))


def lock_lots(tx: Tx, listing_id: int, *, seen_by: Actor) -> tuple[Listing, list[Lot]]:
    """A listing with all its lots locked in the order of their ids."""
    listing = one(tx, listing_id, seen_by=seen_by)
    lots = list(
        tx.scalars(
            select(Lot)
            .where(Lot.listing_id == listing_id)
            .order_by(Lot.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    return listing, lots


def lock_lot(tx: Tx, lot_id: int, *, seen_by: Actor | None) -> Lot:
    """One lot, locked. `seen_by` None is for what time does."""
    if seen_by is not None:
        one_lot(tx, lot_id, seen_by=seen_by)
    lot = tx.scalar(select(Lot).where(Lot.id == lot_id).with_for_update().execution_options(populate_existing=True))
    if lot is None:
        raise NotFound("没有这个标的")
    return lot


def lock_public_lot(tx: Tx, lot_id: int) -> Lot:
    """A lot that the public may see, locked: for what any signed-in person may do to it (enter, bid, object)."""
    lot = lock_lot(tx, lot_id, seen_by=None)
    if lot.state not in PUBLIC_STATES:
        raise NotFound("没有这个标的")
    return lot


def lock_public_lots(tx: Tx, lot_ids: Collection[int]) -> dict[int, Lot]:
    """Those of the lots that the public may see, by id, locked in the order of their ids."""
    found = tx.scalars(
        select(Lot)
        .where(Lot.id.in_(sorted(lot_ids)))
        .order_by(Lot.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {lot.id: lot for lot in found if lot.state in PUBLIC_STATES}


def one_lot(tx: Tx, lot_id: int, *, seen_by: Actor) -> Lot:
    lot = tx.get(Lot, lot_id)
    if lot is None:
        raise NotFound("没有这个标的")
    one(tx, lot.listing_id, seen_by=seen_by)
    return lot


def public_lot(tx: Tx, lot_id: int) -> Lot:
    lot = tx.scalar(select(Lot).where(Lot.id == lot_id, Lot.state.in_(PUBLIC_STATES)))
    if lot is None:
        raise NotFound("没有这个标的")
    return lot


def listing_of(tx: Tx, lot: Lot) -> Listing:
    return tx.execute(select(Listing).where(Listing.id == lot.listing_id)).scalar_one()


def page(
    tx: Tx,
    *,
    seen_by: Actor,
    after: int | None,
    limit: int,
    state: LotState | None = None,
    region: str | None = None,
    category: str | None = None,
) -> list[Listing]:
    """Newest first."""
    query = _seen(select(Listing), seen_by)
    if state is not None:
        query = query.where(Listing.id.in_(select(Lot.listing_id).where(Lot.state == state)))
    if region is not None:
        query = query.where(Listing.region_code.startswith(region, autoescape=True))
    if category is not None:
        query = query.where(Listing.category == category)
    if after is not None:
        query = query.where(Listing.id < after)
    return list(tx.scalars(query.order_by(Listing.id.desc()).limit(limit)))


def page_public(
    tx: Tx,
    *,
    after: int | None,
    limit: int,
    state: LotState | None,
    region: str | None,
    category: str | None,
    box: Box | None = None,
) -> list[tuple[Lot, Listing]]:
    """Lots that the public may see, newest first. In a box: those with a parcel whose shape's box meets it."""
    query = select(Lot, Listing).join(Listing, Listing.id == Lot.listing_id).where(Lot.state.in_(PUBLIC_STATES))
    if state is not None:
        query = query.where(Lot.state == state)
    if region is not None:
        query = query.where(Lot.region_code.startswith(region, autoescape=True))
    if category is not None:
        query = query.where(Listing.category == category)
    before = after or NEWEST
    if box is None:
        query = query.where(Lot.id < before).order_by(Lot.id.desc())
        return [(lot, listing) for lot, listing in tx.execute(query.limit(limit))]
    back = distance(LotPlace.lot_id, before)
    places = (
        select(back.label("back")).where(meets("lot_place"), LotPlace.lot_id < before).group_by(back).order_by(back)
    ).subquery()
    query = query.join(places, Lot.id == before - places.c.back).order_by(places.c.back)
    return [(lot, listing) for lot, listing in tx.execute(query.limit(limit), asked(box))]


def items(tx: Tx, lot_id: int) -> list[LotItem]:
    return list(tx.scalars(select(LotItem).where(LotItem.lot_id == lot_id).order_by(LotItem.id)))


def households_of(tx: Tx, lot: Lot, transferor_party_id: int) -> list[tuple[str, Decimal]]:
    """To whom a lot's price is paid, household by household with its area (逐户付款到户); empty: to the transferor as one."""
    parcels = [item.parcel_id for item in items(tx, lot.id) if item.parcel_id is not None]
    return registry.households_of(tx, parcels, transferor_party_id) if parcels else []


def documents(tx: Tx, listing_id: int) -> list[ListingDocument]:
    return list(
        tx.scalars(select(ListingDocument).where(ListingDocument.listing_id == listing_id).order_by(ListingDocument.id))
    )


def notices(tx: Tx, lot_id: int) -> list[Notice]:
    """All notices of a lot, oldest first."""
    return list(tx.scalars(select(Notice).where(Notice.lot_id == lot_id).order_by(Notice.id)))


def announcement(tx: Tx, lot: Lot) -> Notice:
    """The announcement that holds in the lot's present round: the latest version."""
    return tx.execute(
        select(Notice)
        .where(Notice.lot_id == lot.id, Notice.round_no == lot.round_no, Notice.kind.in_(("announcement", "amendment")))
        .order_by(Notice.version.desc())
        .limit(1)
    ).scalar_one()


def entry_due(tx: Tx, now: datetime, *, limit: int) -> list[Lot]:
    """Lots whose time for entries is over, locked; those locked elsewhere are left to the next round."""
    return list(
        tx.scalars(
            select(Lot)
            .where(Lot.state.in_((LotState.NOTICED, LotState.EXTENDED)), Lot.entry_closes_at <= now)
            .order_by(Lot.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def supplement_overdue(tx: Tx, today: object, *, limit: int) -> list[Lot]:
    """Lots whose applicant let the time for supplements pass, locked."""
    return list(
        tx.scalars(
            select(Lot)
            .where(Lot.state == LotState.SUPPLEMENT, Lot.due_on < today)
            .order_by(Lot.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
    )


def review_cases(tx: Tx, *, seen_by: Actor, after: int | None, limit: int) -> list[ReviewCase]:
    """The queue of undecided questions in the actor's regions, oldest first."""
    query = select(ReviewCase).where(in_scope(ReviewCase.region_code, seen_by), ReviewCase.decision.is_(None))
    if after is not None:
        query = query.where(ReviewCase.id > after)
    return list(tx.scalars(query.order_by(ReviewCase.id).limit(limit)))
