"""Sealed offers on the wire: bytes in lower-case hex, as the tools print them."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.audit.receipts import LogReceipt
from app.base.wire import Fen, Id, In, LongText, Out
from app.bidding.states import RoundState, SealVerdict
from app.rules.bidding import Phase

Key32 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="32字节，十六进制")]
Ciphertext = Annotated[str, Field(pattern=r"^([0-9a-f]{2}){1,2000}$", description="560字节，十六进制")]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9._:/-]{1,100}$")]
SealedShare = Annotated[str, Field(pattern=r"^[1-3]:[0-9a-f]{162}$", description="编号:81字节密文")]
RoundNo = Annotated[int, Field(strict=True, ge=0, le=2, description="0为首轮，其后为再次报价")]


class HolderIn(In):
    """The public key under which one keeps shares from now on; the private half stays with oneself."""

    public_key: Key32


class HolderOut(Out):
    id: int
    organisation: str
    public_key: str
    registered_at: datetime


class ShareIn(In):
    holder_id: Id
    sealed_share: SealedShare


class KeyIn(In):
    """What one ceremony printed: the public half, and a share sealed to each of three holders."""

    public_key: Key32
    shares: Annotated[list[ShareIn], Field(min_length=3, max_length=3)]


class KeysIn(In):
    keys: Annotated[list[KeyIn], Field(min_length=1, max_length=3)]


class EnvelopeIn(In):
    """The line that `seal` prints. Amount and nonce stay with the bidder."""

    lot: Name
    bidder: Name
    rules: Name
    ciphertext: Ciphertext
    commitment: Key32


class WithdrawIn(In):
    lot: Name
    bidder: Name
    rules: Name


class EnvelopeOut(Out):
    """What an envelope was answered; `replayed` where the same key had been answered before."""

    lot_id: int
    round: int
    n: int
    plate: str
    verdict: SealVerdict
    message: str
    commitment: str | None
    ciphertext_sha256: str | None
    at: datetime
    replayed: bool
    log: LogReceipt | None = None
    """日志回执：请保存，可离线核验（docs/log.md）。"""


class GiveIn(In):
    """A share in clear, as `share` prints it; only after the close."""

    round: RoundNo
    share: Annotated[str, Field(pattern=r"^[1-3]:[0-9a-f]{64}$")]


class GivenOut(Out):
    outcome: str
    message: str
    round: int


class ConfirmIn(In):
    """The SHA-256 of the opened share, as `share --digest` prints it; the share itself stays with its holder."""

    round: RoundNo
    digest: Key32


class LoseIn(In):
    round: RoundNo
    note: LongText


class OwnShareOut(Out):
    """A share as delivered to its holder, to be opened with his own private key."""

    round: int
    lot: str
    sealed_share: str
    state: RoundState


class ReceiptIn(In):
    """The receipt that the bidder's tool saved; asked for only where two shares are lost."""

    lot: Name
    bidder: Name
    rules: Name
    amount_fen: Fen
    nonce: Key32


class ShownOut(Out):
    round: int
    amount_fen: int
    at: datetime


class OpenedOut(Out):
    """An envelope after the opening: all that is needed to open it again."""

    n: int
    plate: str
    at: datetime
    lot: str
    bidder: str
    rules: str
    ciphertext: str
    commitment: str
    amount_fen: int | None
    fault: str | None
    counts: bool


class RoundOut(Out):
    """One round: before the close its key alone; after the opening the private half and every envelope."""

    round: int
    lot: str
    rules: str
    public_key: str
    public_key_sha256: str
    state: RoundState
    state_name: str
    holders: list[str]
    confirmed_by: list[str]
    """Whose organisations have confirmed that they can open their shares."""
    announced_at: datetime
    closed_at: datetime | None
    due_at: datetime | None
    opened_at: datetime | None
    private_key: str | None
    opened_by: list[str]
    offers: list[OpenedOut]


class SealedOut(Out):
    """`seal_for`: what an envelope sent now must be bound to, besides the bidder's own plate."""

    lot_id: int
    phase: Phase
    opens_at: datetime
    end_at: datetime
    now: datetime
    threshold: int
    seal_for: RoundOut | None
    rounds: list[RoundOut]
