"""Shapes of the log on the wire. Hashes are lower-case hex."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.audit.receipts import LogReceipt
from app.base.wire import Count, In, Out

MAX_LEAVES = 1000


class LeafOut(Out):
    """`body` is the leaf: its UTF-8 bytes are what is hashed. It is withheld (null) where it tells of bidders, money or
    accounts; the hash still proves that it is there, unchanged.
    """

    index: int
    event_id: int
    leaf_hash: str
    body: str | None


class LeavesOut(Out):
    """Leaves from an index on. `next` is the index to ask from next; the same again where nothing has come yet."""

    leaves: list[LeafOut]
    next: int
    size: int


class ProofOut(Out):
    """Hashes in the order of RFC 6962."""

    first: int
    size: int
    root: str
    proof: list[str]


class ReceiptOut(LogReceipt):
    """What the holder of an act keeps. Proof and checkpoint are there as soon as a signed head covers the leaf."""

    keys: list[str]


class HeadOut(Out):
    id: int
    size: int
    root: str
    at: datetime
    cosigned_by: list[str]
    has_quorum: bool
    checkpoint: str


class PublishedOut(Out):
    """The head under which a notice was published: the first that a quorum of witnesses cosigned over the leaf of its
    publication; the first signed one where no quorum is there yet, which `head.has_quorum` says. None until signed.
    """

    lot_id: int
    act: str
    at: datetime
    event_id: int
    leaf_index: int | None
    head: HeadOut | None


class KeyOut(Out):
    vkey: str
    not_before: datetime
    not_after: datetime | None


class StatusOut(Out):
    """`n_waiting` counts committed events that have no leaf yet."""

    origin: str
    size: int
    n_waiting: int
    head: HeadOut | None
    is_stale: bool


class CosignatureIn(In):
    size: Count
    line: Annotated[str, Field(min_length=10, max_length=1000)]
