"""Reads of sealed rounds, shares and envelopes, with their locks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, func, or_, select

from app.audit.models import AuditEvent
from app.base.db import Tx
from app.base.errors import NotFound
from app.bidding.actions.fold import SEALED_MODE
from app.bidding.models import Session
from app.bidding.sealed_models import KeyShare, OpenedOffer, SealedOffer, SealedRound, ShareHolder
from app.bidding.states import RoundState, SealVerdict
from app.identity.models import Organisation
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import Phase

LIVE = (RoundState.SEALING, RoundState.CLOSED, RoundState.REVEALING)


def holders(tx: Tx) -> list[tuple[ShareHolder, str]]:
    """The present holders, each with the name of his organisation."""
    rows = tx.execute(
        select(ShareHolder, Organisation.name)
        .join(Organisation, Organisation.id == ShareHolder.organisation_id)
        .where(ShareHolder.retired_at.is_(None))
        .order_by(ShareHolder.id)
    )
    return [(holder, name) for holder, name in rows]


def present_holder(tx: Tx, account_id: int) -> ShareHolder | None:
    return tx.scalar(select(ShareHolder).where(ShareHolder.account_id == account_id, ShareHolder.retired_at.is_(None)))


def rounds(tx: Tx, session_id: int) -> list[SealedRound]:
    """In the order in which they are used; locked by the session's lock."""
    return list(
        tx.scalars(select(SealedRound).where(SealedRound.session_id == session_id).order_by(SealedRound.number))
    )


def live_round(tx: Tx, session_id: int) -> SealedRound | None:
    """The round in which something is still to be done: taking envelopes, or opening them."""
    return tx.scalar(select(SealedRound).where(SealedRound.session_id == session_id, SealedRound.state.in_(LIVE)))


def round_of(tx: Tx, session_id: int, number: int) -> SealedRound:
    found = tx.scalar(select(SealedRound).where(SealedRound.session_id == session_id, SealedRound.number == number))
    if found is None:
        raise NotFound("没有这一轮密封报价")
    return found


def shares(tx: Tx, round_id: int) -> list[tuple[KeyShare, ShareHolder, str]]:
    """A round's shares with their holders and the names of their organisations."""
    rows = tx.execute(
        select(KeyShare, ShareHolder, Organisation.name)
        .join(ShareHolder, ShareHolder.id == KeyShare.holder_id)
        .join(Organisation, Organisation.id == ShareHolder.organisation_id)
        .where(KeyShare.round_id == round_id)
        .order_by(KeyShare.number)
    )
    return [(share, holder, name) for share, holder, name in rows]


def share_held_by(tx: Tx, round_id: int, account_id: int) -> KeyShare:
    """The share that this account keeps of a round. Raises NotFound for everybody else."""
    found = tx.scalar(
        select(KeyShare)
        .join(ShareHolder, ShareHolder.id == KeyShare.holder_id)
        .where(KeyShare.round_id == round_id, ShareHolder.account_id == account_id)
    )
    if found is None:
        raise NotFound("您不保管本标的的份额")
    return found


def offer_by_key(tx: Tx, session_id: int, entry_id: int, key: str) -> SealedOffer | None:
    return tx.scalar(
        select(SealedOffer).where(
            SealedOffer.session_id == session_id, SealedOffer.entry_id == entry_id, SealedOffer.key == key
        )
    )


def own_offers(tx: Tx, session_id: int, entry_id: int) -> list[SealedOffer]:
    return list(
        tx.scalars(
            select(SealedOffer)
            .where(SealedOffer.session_id == session_id, SealedOffer.entry_id == entry_id)
            .order_by(SealedOffer.id)
        )
    )


def n_offers(tx: Tx, round_id: int, *, entry_id: int | None = None) -> int:
    query = select(func.count()).select_from(SealedOffer).where(SealedOffer.round_id == round_id)
    if entry_id is not None:
        query = query.where(SealedOffer.entry_id == entry_id)
    return tx.execute(query).scalar_one()


def has_ciphertext(tx: Tx, session_id: int, ciphertext: bytes) -> bool:
    """Whether this very envelope was taken in the session before."""
    return (
        tx.scalar(
            select(SealedOffer.id)
            .where(
                SealedOffer.session_id == session_id,
                SealedOffer.verdict == SealVerdict.SEALED,
                SealedOffer.ciphertext == ciphertext,
            )
            .limit(1)
        )
        is not None
    )


def offers(tx: Tx, round_id: int) -> list[SealedOffer]:
    """All that was heard in a round, in order."""
    return list(tx.scalars(select(SealedOffer).where(SealedOffer.round_id == round_id).order_by(SealedOffer.n)))


def opened(tx: Tx, offer_ids: Sequence[int]) -> dict[int, OpenedOffer]:
    """What is known of these envelopes, by their ids."""
    return {o.offer_id: o for o in tx.scalars(select(OpenedOffer).where(OpenedOffer.offer_id.in_(offer_ids)))}


def logged_close(tx: Tx, one: SealedRound) -> dict[str, Any] | None:
    """What the log said when this round was closed."""
    session = tx.get_one(Session, one.session_id)
    facts: dict[str, Any] | None = tx.scalar(
        select(AuditEvent.facts)
        .where(
            AuditEvent.subject == f"lot/{session.lot_id}",
            AuditEvent.act == "seal.close",
            AuditEvent.facts.contains({"lot": one.lot_name}),
        )
        .order_by(AuditEvent.seq)
        .limit(1)
    )
    return facts


def due(tx: Tx, now: datetime, *, limit: int) -> list[int]:
    """Lots whose sealed session has something to do by now, and whose row nobody holds; the lots are locked."""
    period = and_(
        Session.phase.in_((Phase.WAITING, Phase.SEALED)),
        Session.end_at <= now,
        select(SealedRound.id).where(SealedRound.session_id == Session.id).exists(),
    )
    overdue = select(SealedRound.id).where(SealedRound.session_id == Session.id, SealedRound.due_at <= now).exists()
    return list(
        tx.scalars(
            select(Lot.id)
            .join(Session, (Session.lot_id == Lot.id) & (Session.round_no == Lot.round_no))
            .where(
                Session.closed_at.is_(None),
                Session.rules["mode"].astext == SEALED_MODE,
                or_(period, overdue),
                Lot.state.in_((LotState.SCHEDULED, LotState.SEALED)),
            )
            .order_by(Lot.id)
            .limit(limit)
            .with_for_update(skip_locked=True, of=Lot)
        )
    )
