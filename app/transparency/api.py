"""The public log: signed heads, proofs, leaves, tiles and receipts. Open to everybody, signed in or not."""

import re
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import PlainTextResponse

from app.audit import sequencer
from app.audit.canonical import plain
from app.audit.checkpoint import ED25519, Verifier
from app.audit.models import LogHead, LogLeaf
from app.audit.receipts import receipt_of
from app.audit.tree import WIDTH, leaf_hash
from app.base.db import Tx, transaction
from app.base.errors import Invalid, NotFound
from app.base.paging import MAX_PAGE, Page, cursor_of, key_of
from app.transparency import actions, queries
from app.transparency.keeper import STALE, Keeper
from app.transparency.schemas import (
    MAX_LEAVES,
    CosignatureIn,
    HeadOut,
    KeyOut,
    LeafOut,
    LeavesOut,
    ProofOut,
    PublishedOut,
    ReceiptOut,
    StatusOut,
)  # fmt: skip
from app.web.routes import StrictRoute

router = APIRouter(prefix="/api/v1/log", tags=["log 公开日志"], route_class=StrictRoute)

_Size = Annotated[int, Query(ge=0, lt=2**62)]
_INDEX = re.compile(r"(?:x[0-9]{3}/)*[0-9]{3}\Z", re.ASCII)
_PARTIAL = re.compile(r"(.+)\.p/([1-9][0-9]{0,2})\Z", re.ASCII)
_FOREVER = {"cache-control": "public, max-age=31536000, immutable"}


def _keeper(request: Request) -> Keeper:
    keeper: Keeper = request.app.state.log
    return keeper


def _note(tx: Tx, head: LogHead) -> str:
    return head.note + "".join(c.line for c in queries.cosignatures(tx, head.size))


def _head(tx: Tx, keeper: Keeper, head: LogHead) -> HeadOut:
    cosigned = [c.witness for c in queries.cosignatures(tx, head.size)]
    return HeadOut(
        id=head.id, size=head.size, root=head.root.hex(), at=head.at, cosigned_by=cosigned,
        has_quorum=keeper.policy.is_met(cosigned), checkpoint=_note(tx, head),
    )  # fmt: skip


def _vkeys(tx: Tx) -> list[KeyOut]:
    return [
        KeyOut(vkey=Verifier(k.name, ED25519, k.public_key).vkey(), not_before=k.not_before, not_after=k.not_after)
        for k in queries.keys(tx)
    ]


def _leaf(leaf: LogLeaf) -> LeafOut:
    body = leaf.body.decode()
    shown = None if queries.is_withheld(body) else body
    return LeafOut(index=leaf.index, event_id=leaf.event_id, leaf_hash=leaf.leaf_hash.hex(), body=shown)


@router.get("/checkpoint", response_class=PlainTextResponse)
def checkpoint() -> PlainTextResponse:
    """最新的签名树头（C2SP 检查点），附见证方签名。"""
    with transaction(read_only=True) as tx:
        head = queries.latest_head(tx)
        if head is None:
            raise NotFound("尚未签发树头")
        return PlainTextResponse(_note(tx, head))


@router.get("/status")
def status(request: Request) -> StatusOut:
    """日志大小、待编入的事件数、最新树头及其见证情况。"""
    keeper = _keeper(request)
    with transaction(read_only=True) as tx:
        head, lag = queries.latest_head(tx), sequencer.lag(tx)
        return StatusOut(
            origin=keeper.signers[0].name,
            size=sequencer.size(tx),
            n_waiting=lag.n_waiting,
            head=_head(tx, keeper, head) if head else None,
            is_stale=head is None or tx.wall_clock() - head.at > STALE,
        )


@router.get("/heads")
def heads(
    request: Request,
    cursor: Annotated[str | None, Query(max_length=40)] = None,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 20,
) -> Page[HeadOut]:
    """历次签名树头，新者在前。"""
    with transaction(read_only=True) as tx:
        rows = queries.heads(tx, before=key_of(cursor), limit=limit + 1)
        items = [_head(tx, _keeper(request), head) for head in rows[:limit]]
    return Page(items=items, next_cursor=cursor_of(items[-1].id) if len(rows) > limit else None)


@router.get("/keys")
def keys() -> list[KeyOut]:
    """签署树头的公钥及其有效期。"""
    with transaction(read_only=True) as tx:
        return _vkeys(tx)


@router.get("/policy", response_class=PlainTextResponse)
def policy(request: Request) -> PlainTextResponse:
    """见证方名单与法定人数（C2SP tlog-policy）。"""
    return PlainTextResponse(_keeper(request).policy.text)


@router.get("/proofs/inclusion")
def inclusion(leaf: _Size, size: _Size) -> ProofOut:
    """第 leaf 条记录在前 size 条组成的树中的包含证明。"""
    with transaction(read_only=True) as tx:
        if size > sequencer.size(tx):
            raise NotFound("日志尚无这么多条记录")
        if leaf >= size:
            raise Invalid("leaf 须小于 size", field="leaf")
        tree = sequencer.tree(tx, size, leaf=leaf)
        proof = tree.inclusion(leaf)
        root = tree.root_over(leaf, proof)
        return ProofOut(first=leaf, size=size, root=root.hex(), proof=[p.hex() for p in proof])


@router.get("/proofs/consistency")
def consistency(first: Annotated[int, Query(alias="from", ge=0, lt=2**62)], to: _Size) -> ProofOut:
    """前 to 条组成的树延续前 from 条组成的树的一致性证明。"""
    with transaction(read_only=True) as tx:
        if to > sequencer.size(tx):
            raise NotFound("日志尚无这么多条记录")
        if first > to:
            raise Invalid("from 不得大于 to", field="from")
        tree = sequencer.tree(tx, to)
        return ProofOut(first=first, size=to, root=tree.root().hex(), proof=[p.hex() for p in tree.consistency(first)])


@router.get("/leaves")
def leaves(
    first: Annotated[int, Query(alias="from", ge=0, lt=2**62)] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_LEAVES)] = 100,
) -> LeavesOut:
    """自序号 from 起的记录；序号即游标，跟随者不会漏行。"""
    with transaction(read_only=True) as tx:
        rows = queries.leaves(tx, first=first, limit=limit)
        return LeavesOut(leaves=[_leaf(row) for row in rows], next=first + len(rows), size=sequencer.size(tx))


@router.get("/tile/{level}/{place:path}", response_class=Response)
def tile(level: Annotated[int, Path(ge=0, le=7)], place: Annotated[str, Path(max_length=80)]) -> Response:
    """哈希砖（C2SP tlog-tiles），供镜像使用。"""
    partial = _PARTIAL.match(place)
    path, width = (partial[1], int(partial[2])) if partial else (place, WIDTH)
    if not _INDEX.match(path) or width > WIDTH or (partial and width == WIDTH):
        raise NotFound
    index = int(path.replace("x", "").replace("/", ""))
    with transaction(read_only=True) as tx:
        if index >= 2**54 or WIDTH * index + width > sequencer.size(tx) >> 8 * level:
            raise NotFound
        hashes = sequencer.fetch_tile(tx, level, index, width)
    return Response(hashes, media_type="application/octet-stream", headers=_FOREVER)


@router.get("/events/{event_id}/receipt")
def receipt(event_id: Annotated[int, Path(ge=1, lt=2**63)]) -> ReceiptOut:
    """一次行为的回执：事件、链哈希、序号、证明与签名树头，可离线核验。"""
    with transaction(read_only=True) as tx:
        event = queries.event(tx, event_id)
        if event is None:
            raise NotFound
        leaf, head = queries.leaf_of(tx, event_id), queries.latest_head(tx)
        given = receipt_of(event)
        body = leaf.body if leaf else given.body.encode()
        if queries.is_withheld(body.decode()):
            raise NotFound
        covered = leaf is not None and head is not None and leaf.index < head.size
        proof = (
            sequencer.tree(tx, head.size, leaf=leaf.index).inclusion(leaf.index) if covered and head and leaf else None
        )
        return ReceiptOut(
            event_id=event_id,
            body=body.decode(),
            chain_hash=plain(event.hash),
            leaf_hash=leaf_hash(body).hex(),
            leaf_index=leaf.index if leaf else None,
            size=head.size if covered and head else None,
            proof=[p.hex() for p in proof] if proof is not None else None,
            checkpoint=_note(tx, head) if covered and head else None,
            fetch_at=given.fetch_at,
            keys=[k.vkey for k in _vkeys(tx)],
        )


@router.get("/lots/{lot_id}/result")
def published(request: Request, lot_id: Annotated[int, Path(ge=1, lt=2**63)]) -> PublishedOut:
    """成交公示是在哪一个（经见证的）签名树头之下发布的。"""
    with transaction(read_only=True) as tx:
        event = queries.result_published(tx, lot_id)
        if event is None:
            raise NotFound("尚无成交公示")
        leaf, keeper = queries.leaf_of(tx, event.id), _keeper(request)
        heads = [_head(tx, keeper, h) for h in queries.heads_over(tx, leaf.index, limit=100)] if leaf else []
        head = next((h for h in heads if h.has_quorum), heads[0] if heads else None)
        return PublishedOut(
            lot_id=lot_id,
            act=event.act,
            at=event.at,
            event_id=event.id,
            leaf_index=leaf.index if leaf else None,
            head=head,
        )


@router.post("/witness-cosignatures", status_code=201)
def cosign(request: Request, body: CosignatureIn) -> HeadOut:
    """见证方交来对树头的签名；签名本身即身份凭证。"""
    keeper = _keeper(request)
    with transaction() as tx:
        actions.cosign(tx, keeper.policy, body.size, body.line)
        head = queries.head_of_size(tx, body.size)
        if head is None:
            raise NotFound
        return _head(tx, keeper, head)
