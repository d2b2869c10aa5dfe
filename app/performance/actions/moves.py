"""The one way a contract changes its state: by the table, with what was said kept beside it and in the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.audit.actions import record
from app.audit.canonical import plain
from app.base.actor import Actor
from app.base.db import Tx
from app.base.findings import Finding
from app.deal.models import Contract
from app.deal.states import CONTRACT
from app.listing import queries as listings
from app.listing.actions.law import settled_by_law
from app.listing.models import Lot
from app.performance.models import ContractEvent
from app.rules.book import RULEBOOK_VERSION, Step


def advance(
    tx: Tx,
    who: Actor | None,
    contract: Contract,
    lot: Lot,
    verb: str,
    *,
    now: datetime,
    side: str | None = None,
    text: str | None = None,
    findings: Sequence[Finding] | None = None,
    **facts: Any,
) -> ContractEvent:
    """Takes a locked contract along its table, keeps what was said, and records it. Raises Conflict from another state."""
    before = contract.state
    contract.state = CONTRACT.after(before, verb)
    event = ContractEvent(
        contract_id=contract.id, verb=verb, side=side, person_id=who.person_id if who else None, at=now, text=text,
        facts=plain(facts),
    )  # fmt: skip
    tx.add(event)
    tx.flush()
    record(
        tx, who, f"contract.{verb}", f"contract/{contract.id}", region=lot.region_code, findings=findings or (),
        rulebook=None if findings is None else RULEBOOK_VERSION, before={"state": before},
        after={"state": contract.state}, lot=lot.id, side=side, event=event.id, **facts,
    )  # fmt: skip
    return event


def judged(
    tx: Tx,
    who: Actor,
    contract: Contract,
    lot: Lot,
    step: Step,
    *,
    now: datetime,
    verb: str,
    **sections: Mapping[str, Any],
) -> Sequence[Finding]:
    """What the law says of an act under this contract. Raises Refused on BLOCK; HOLD and REVIEW park the lot."""
    listing = listings.listing_of(tx, lot)
    return settled_by_law(
        tx, who, listing, lot, step, now=now, verb=verb, contract_no=contract.contract_no,
        **{name: dict(facts) for name, facts in sections.items()},
    )  # fmt: skip
