"""What the law's case takes from an entry: who wants to become the transferee, and what it says of him."""

from datetime import date
from typing import Any

from app.base.days import beijing_day
from app.base.db import Tx
from app.base.findings import Outcome, worst
from app.listing import queries as listings
from app.listing.facts import case_of
from app.listing.models import Listing, Lot
from app.qualification import queries
from app.qualification.models import Entry
from app.registry import queries as registry
from app.rules.book import Judgment, Step
from app.rules.catalogue import judge


def transferee_of(tx: Tx, listing: Listing, entry: Entry) -> dict[str, Any]:
    """Section `transferee`: what the registry knows, and what the reviewer established beyond it."""
    known = registry.transferee_facts(tx, registry.party(tx, entry.party_id), listing.transferor_party_id)
    return {**known, **entry.facts}


def _claim(tx: Tx, lot: Lot, entry: Entry) -> dict[str, Any]:
    """Section `priority_claim`: on what the entry bases its priority, and on what others of the round base theirs."""
    others = {e.priority_basis for e in queries.of_lot(tx, lot) if e.priority_basis and e.id != entry.id}
    return {
        "basis": entry.priority_basis,
        "competing_bases": sorted(others),
        "claim_date": beijing_day(entry.applied_at),
        "written_notice_given": True,
    }


def judged(tx: Tx, lot: Lot, entry: Entry, on: date) -> Judgment:
    """What the law says of this bidder that it does not say of the lot without him; PASS is left out."""
    listing = listings.listing_of(tx, lot)
    step = Step.S6 if entry.priority_basis else Step.S5
    without = {(f.rule_id, f.outcome) for f in judge(case_of(tx, listing, lot, step, on=on)).findings}
    claim: dict[str, Any] = {"priority_claim": _claim(tx, lot, entry)} if entry.priority_basis else {}
    case = case_of(tx, listing, lot, step, on=on, transferee=transferee_of(tx, listing, entry), **claim)
    new = tuple(
        f for f in judge(case).findings if f.outcome is not Outcome.PASS and (f.rule_id, f.outcome) not in without
    )
    return Judgment(worst([f.outcome for f in new]), new, ())
