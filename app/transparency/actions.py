"""Signing heads and taking cosignatures in. These rows are the log's own evidence, so they are no events in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import text

from app.audit import sequencer
from app.audit.actions import record
from app.audit.checkpoint import BadNote, Checkpoint, Signer, note, split
from app.audit.models import LogHead
from app.audit.tree import BadProof, verify_consistency
from app.base.actor import Actor
from app.base.db import Tx
from app.base.errors import Invalid, NotFound, Refused
from app.transparency import queries
from app.transparency.models import LogCosignature, LogKey
from app.transparency.witnesses import Policy, witness_of

log = structlog.get_logger()

AT_LEAST_EVERY: Final = timedelta(minutes=1)
AT_MOST_EVERY: Final = timedelta(seconds=1)
"""Witnesses must keep pace with the heads."""


def publish(
    tx: Tx,
    signers: Sequence[Signer],
    *,
    at_most_every: timedelta = AT_MOST_EVERY,
    at_least_every: timedelta = AT_LEAST_EVERY,
) -> LogHead | None:
    """Signs the head of the log if one is due. None if not, or if somebody else is at it.

    Raises Refused (LOG_FORKED) where the tree does not continue the head last signed: two heads that contradict each
    other are never signed. Freshness is a matter of real time, which no demonstration shifts.
    """
    if not tx.scalar(text(f"SELECT pg_try_advisory_xact_lock({sequencer.LOCK})")):
        return None
    now = tx.wall_clock()
    last, size = queries.latest_head(tx), sequencer.size(tx)
    if last is not None and now - last.at < (at_most_every if size > last.size else at_least_every):
        return None
    tree = sequencer.tree(tx, size)
    try:
        root = tree.root()
        if last is not None:
            verify_consistency(last.size, size, last.root, root, tree.consistency(min(last.size, size)))
    except (BadProof, ValueError) as e:
        raise Refused("日志与已签发的树头不一致，停止签发新树头", reason="LOG_FORKED") from e
    current = _current(tx, signers, now)
    if not current:
        raise Refused("没有在有效期内的日志签名密钥", reason="NO_LOG_KEY")
    body = Checkpoint(current[0].name, size, root).text()
    head = LogHead(size=size, root=root, at=now, note=note(body, [s.line(body) for s in current]))
    tx.add(head)
    tx.flush()
    return head


def _current(tx: Tx, signers: Sequence[Signer], now: datetime) -> list[Signer]:
    """The signers whose keys are valid now; a key never seen before is announced."""
    known = {key.public_key: key for key in queries.keys(tx)}
    current = []
    for signer in signers:
        key = known.get(signer.public)
        if key is None:
            tx.add(LogKey(name=signer.name, public_key=signer.public, not_before=now))
        if key is None or key.not_after is None or now < key.not_after:
            current.append(signer)
    return current


def retire_key(tx: Tx, who: Actor | None, public_key: bytes, not_after: datetime, *, region: str) -> LogKey:
    """Ends a key's time. Heads signed before stay good; until then both keys sign.

    Raises NotFound for a key never announced, Invalid for an end before its beginning.
    """
    key = next((k for k in queries.keys(tx) if k.public_key == public_key), None)
    if key is None:
        raise NotFound("没有这把日志签名密钥")
    if not_after < key.not_before:
        raise Invalid("失效时间早于生效时间", field="not_after")
    ended = LogKey(name=key.name, public_key=public_key, not_before=key.not_before, not_after=not_after)
    tx.add(ended)
    tx.flush()
    record(tx, who, "log.retire_key", f"log_key/{key.id}", region=region, public_key=public_key, not_after=not_after)
    return ended


def cosign(tx: Tx, policy: Policy, size: int, line: str) -> LogCosignature | None:
    """Keeps a witness's cosignature of the newest head of this size; None if it is there already.

    Raises NotFound if no head has this size, Invalid (BAD_COSIGNATURE) unless a witness of the policy signed it.
    """
    head = queries.head_of_size(tx, size)
    if head is None:
        raise NotFound("没有这一大小的树头")
    try:
        witness = witness_of(policy, split(head.note)[0], line)
    except BadNote as e:
        raise Invalid("不是见证方对该树头的有效签名", field="line", reason="BAD_COSIGNATURE") from e
    tx.execute(text("SELECT pg_advisory_xact_lock(hashtext('nongjiao.cosign'))"))
    if queries.has_cosigned(tx, head.id, witness.name):
        return None
    made = LogCosignature(head_id=head.id, witness=witness.name, line=line.rstrip("\n") + "\n", at=tx.wall_clock())
    tx.add(made)
    tx.flush()
    return made
