"""Entries on the wire: a bidder sees his own whole, an officer sees who, never under which plate."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from app.base.wire import Count, Fen, In, LongText, Out
from app.qualification.states import EntryState


class EntryIn(In):
    """报名. `quote_fen` is what is offered if nobody else enters; `priority_basis` claims a priority."""

    declaration: LongText
    quote_fen: Fen | None = None
    priority_basis: (
        Annotated[str, Field(pattern=r"^(co_owner|collective_member|land_renewal|tenant_purchase|tenant_renewal)$")]
        | None
    ) = None
    priority_evidence: LongText | None = None


class TransfereeFacts(In):
    """What the reviewer established of a bidder, in the words of `transferee` in the case format; what is left out is
    not judged.
    """

    own_labour_income: bool | None = None
    guardian_consent: bool | None = None
    is_collective_member: bool | None = None
    is_urban_resident: bool | None = None
    has_agricultural_capacity: bool | None = None
    credit_reviewed: bool | None = None
    manager_related: bool | None = None
    cooperative_members_total: Count | None = None
    cooperative_members_farmers: Count | None = None
    cooperative_has_public_body: bool | None = None
    existing_homesteads: Count | None = None


class DecisionIn(In):
    """资格审查决定. A REVIEW finding of the law asks for a reason, which is the person's recorded decision on it."""

    qualified: bool
    transferee: TransfereeFacts | None = None
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
    findings: list[dict[str, Any]]
    reason: str | None
    applied_at: datetime
