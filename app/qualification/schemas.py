"""Entries on the wire: a bidder sees his own whole, an officer sees who, never under which plate."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from app.base.wire import Fen, In, LongText, Out
from app.qualification.states import EntryState


class EntryIn(In):
    """报名. `quote_fen` is what is offered if nobody else enters; `priority_basis` claims a priority."""

    declaration: LongText
    quote_fen: Fen | None = None
    priority_basis: Annotated[str, Field(pattern=r"^(co_owner|collective_member|former_lessee)$")] | None = None
    priority_evidence: LongText | None = None


class DecisionIn(In):
    qualified: bool
    reason: LongText | None = None
    priority_rank: Annotated[int, Field(ge=1, le=9)] | None = None


class OwnEntryOut(Out):
    id: int
    lot_id: int
    round_no: int
    plate: str
    state: EntryState
    quote_fen: int | None
    priority_basis: str | None
    priority_rank: int | None
    reason: str | None
    applied_at: datetime
    decided_at: datetime | None


class EntryOut(Out):
    """What the officer who judges an entry sees."""

    id: int
    lot_id: int
    round_no: int
    party_id: int
    party_kind: str
    party_name: str
    state: EntryState
    declaration: str
    priority_basis: str | None
    priority_evidence: str | None
    priority_rank: int | None
    deposit_state: str | None
    reason: str | None
    applied_at: datetime
