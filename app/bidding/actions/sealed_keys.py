"""Share holders, and the keys of a sealed session: made elsewhere, announced here, never complete here before the close."""

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import delete, select

from app.audit.actions import record
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Conflict, Invalid, Refused
from app.bidding import queries, sealed_queries
from app.bidding.actions.fold import SEALED_MODE
from app.bidding.envelope import HOLDERS, RULES, SEALED_SHARE, THRESHOLD, is_key, lot_name
from app.bidding.models import Session
from app.bidding.sealed_models import KeyShare, SealedRound, ShareHolder
from app.bidding.states import RoundState
from app.identity import queries as identity
from app.identity.models import Organisation
from app.identity.permissions import P
from app.listing import queries as listings
from app.listing.actions import notice
from app.listing.actions.moves import take_duty
from app.listing.models import Lot
from app.listing.states import LotState


@dataclass(frozen=True, slots=True)
class DeliveredShare:
    """One share, sealed to its holder's own key."""

    holder_id: int
    number: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class Ceremony:
    """What one ceremony gives out: the public half, and a sealed share a holder."""

    public_key: bytes
    shares: tuple[DeliveredShare, ...]


def register_holder(tx: Tx, who: Actor, public_key: bytes) -> ShareHolder:
    """Registers the key under which this person keeps shares from now on. Shares under an earlier key stay his.

    Raises Refused for a person of no organisation, Invalid for what is no key, Conflict for a known one.
    """
    if who.organisation_id is None:
        raise Refused("份额须由单位指派的人员保管", reason="NO_ORGANISATION")
    if not is_key(public_key):
        raise Invalid("不是有效的 X25519 公钥", field="public_key")
    if tx.scalar(select(ShareHolder.id).where(ShareHolder.public_key == public_key)) is not None:
        raise Conflict("该公钥已登记", field="public_key", reason="KEY_KNOWN")
    now = tx.clock()
    before = sealed_queries.present_holder(tx, who.account_id)
    if before is not None:
        before.retired_at = now
        tx.flush()
    holder = ShareHolder(
        account_id=who.account_id, person_id=who.person_id, organisation_id=who.organisation_id,
        public_key=public_key, registered_at=now,
    )  # fmt: skip
    tx.add(holder)
    tx.flush()
    record(
        tx, who, "share_holder.register", f"share_holder/{holder.id}",
        region=tx.get_one(Organisation, who.organisation_id).region_code,
        organisation=who.organisation_id, public_key=public_key, replaces=before.id if before else None,
    )  # fmt: skip
    return holder


def sealed_session(tx: Tx, lot_id: int) -> Session:
    """The latest session of a locked lot, locked too. Raises Conflict where its offers are not sealed."""
    row = queries.lock_session(tx, lot_id)
    if row.rules["mode"] != SEALED_MODE:
        raise Conflict("本标的不是一次性密封报价", reason="NOT_SEALED")
    return row


def announce(tx: Tx, who: Actor, lot_id: int, ceremonies: list[Ceremony]) -> list[SealedRound]:
    """Announces the keys of a sealed session: one for the first round, one for each time the tied may quote again.

    Each key is published once its round was opened, so no two rounds share one. Too late for the announced hour, the
    hour moves on: nobody shall find a session open without a key. Until the session begins, other keys may take their
    place (a holder could not open his share); everybody is told again. Raises Invalid naming the field.
    """
    lot = listings.lock_lot(tx, lot_id, seen_by=who)
    row = sealed_session(tx, lot_id)
    now = tx.clock()
    if lot.state is not LotState.SCHEDULED:
        raise Conflict("当前状态不能公布密钥", reason="ILLEGAL_TRANSITION", extra={"state": lot.state})
    before = {r.number: r for r in sealed_queries.rounds(tx, row.id)}
    if before and row.opens_at <= now:
        raise Conflict("报价期已开始，不得更换密钥", reason="KEY_ANNOUNCED", extra={"state": lot.state})
    replaced_keys = [r.public_key.hex() for r in before.values()]
    wanted = 1 + int(row.rules["requote_rounds"])
    if len(ceremonies) != wanted:
        raise Invalid(f"须公布{wanted}把密钥：首轮及各次再报价各一把", field="keys")
    if len({c.public_key for c in ceremonies}) != wanted:
        raise Invalid("各轮密钥不得相同", field="keys")
    for i, ceremony in enumerate(ceremonies):
        _check(tx, who, lot, ceremony, f"keys[{i}]")
    take_duty(tx, who, lot, "auction", now=now)
    if row.opens_at <= now:
        lot.auction_at = row.opens_at = row.end_at = notice.next_hour(tx, now)
    made = []
    for number, ceremony in enumerate(ceremonies):
        one = before.get(number) or SealedRound(
            session_id=row.id, number=number, lot_name=lot_name(lot.id, row.round_no, number), state=RoundState.RESERVE
        )
        one.public_key, one.announced_at = ceremony.public_key, now
        tx.add(one)
        tx.flush()
        tx.execute(delete(KeyShare).where(KeyShare.round_id == one.id))
        tx.add_all(
            KeyShare(round_id=one.id, number=s.number, holder_id=s.holder_id, sealed=s.sealed) for s in ceremony.shares
        )
        made.append(one)
    tx.flush()
    told = [
        {"round": r.number, "lot": r.lot_name, "public_key": r.public_key, "sha256": sha256(r.public_key).digest()}
        for r in made
    ]
    kept_by = [name for _, _, name in sealed_queries.shares(tx, made[0].id)]
    record(
        tx, who, "seal.announce", f"lot/{lot.id}", region=lot.region_code, session=row.id, keys=told, rules=RULES,
        holders=[s.holder_id for s in ceremonies[0].shares], threshold=THRESHOLD, opens_at=row.opens_at,
        replaces=replaced_keys,
    )  # fmt: skip
    notice.tell(
        tx, lot, "sealed_keys", now, keys=told, rules=RULES, holders=kept_by, threshold=THRESHOLD,
        opens_at=row.opens_at, replaces=bool(before),
    )  # fmt: skip
    return made


def _check(tx: Tx, who: Actor, lot: Lot, ceremony: Ceremony, path: str) -> None:
    """Three shares to three present holders of three organisations, none of whom made the key."""
    if not is_key(ceremony.public_key):
        raise Invalid("不是有效的 X25519 公钥", field=f"{path}.public_key")
    if tx.scalar(select(SealedRound.id).where(SealedRound.public_key == ceremony.public_key)) is not None:
        raise Invalid("该公钥已用过，每场须重新生成", field=f"{path}.public_key")
    if sorted(s.number for s in ceremony.shares) != list(range(1, HOLDERS + 1)):
        raise Invalid(f"须有编号1至{HOLDERS}的份额各一份", field=f"{path}.shares")
    known = {holder.id: holder for holder, _ in sealed_queries.holders(tx)}
    seen: list[ShareHolder] = []
    for i, share in enumerate(ceremony.shares):
        holder = known.get(share.holder_id)
        if holder is None:
            raise Invalid("没有这个保管人，或其公钥已更换", field=f"{path}.shares[{i}].holder_id")
        if len(share.sealed) != SEALED_SHARE:
            raise Invalid(f"加密份额须为{SEALED_SHARE}字节", field=f"{path}.shares[{i}].sealed_share")
        keeps = identity.actor(tx, holder.account_id)
        if keeps is None or not keeps.acting(P.SHARE_HOLD).sees(lot.region_code):
            raise Invalid("该保管人无权保管本地区的份额", field=f"{path}.shares[{i}].holder_id")
        if holder.person_id == who.person_id:
            raise Refused("生成密钥的人不得保管份额", reason="SEPARATION_OF_DUTIES")
        seen.append(holder)
    if len({h.organisation_id for h in seen}) != HOLDERS or len({h.person_id for h in seen}) != HOLDERS:
        raise Invalid("三份须由三家不同单位的三个人保管", field=f"{path}.shares")
