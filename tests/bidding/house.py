"""Lots at auction without the months before: rows as the earlier areas would have left them, written at once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import insert, text

from app.audit.actions import record
from app.base.actor import Role
from app.base.db import Tx
from app.bidding.models import Session
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.money.models import Deposit, LedgerAccount, LedgerEntry, Posting
from app.qualification.models import Entry
from app.rules.bidding import Phase
from app.rules.modes import bidding_defaults
from tests.people import account

REGION = "411002001"
START, STEP = 100_000, 1_000
DEPOSIT = 500_000


@dataclass(frozen=True)
class House:
    """The lots of one sale, and the accounts that may bid on every one of them, with their plates."""

    lots: list[int]
    bidders: list[int]

    def plate(self, bidder: int) -> str:
        return f"P{self.bidders.index(bidder) + 1:04d}"


def open_house(
    tx: Tx, *, lots: int = 1, bidders: int = 4, opens_in: float = 0, apart: float = 0, **rules: Any
) -> House:
    """Announced, qualified, deposits held, sessions set up; the i-th lot opens `opens_in + i * apart` seconds on.

    References to what lies before (parties, persons who decided) are not looked at: the rows are written as a
    replica writes them.
    """
    people = [account(tx, Role.BIDDER, region="411000") for _ in range(bidders)]
    tx.execute(text("SET LOCAL session_replication_role = replica"))
    now = tx.clock()
    made = []
    for i in range(lots):
        listing = Listing(
            project_no=f"演示-{now.timestamp():.6f}-{i}", region_code=REGION, category="unallocated_collective_land",
            right_kind="management", method="auction", award_mode="ascending", title="演示地块", transferor_party_id=1,
            opened_by_account=people[0], terms={}, declared={}, parameters={}, is_demo=False, created_at=now,
        )  # fmt: skip
        tx.add(listing)
        tx.flush()
        opens = now + timedelta(seconds=opens_in + i * apart)
        said = bidding_defaults("unallocated_collective_land") | {"priority": "NONE"} | rules
        lot = Lot(
            listing_id=listing.id, lot_no=1, region_code=REGION, title="演示地块", state=LotState.SCHEDULED,
            state_since=now, quantity=10, unit="亩", price_basis="yuan_per_mu_year", start_fen=START, floor_fen=START,
            step_fen=STEP, deposit_fen=DEPOSIT, months=12, rules=said, round_no=1, auction_at=opens,
        )  # fmt: skip
        tx.add(lot)
        tx.flush()
        row = Session(
            lot_id=lot.id, round_no=1, region_code=REGION, rules=said | {"start_fen": START, "step_fen": STEP},
            opens_at=opens, phase=Phase.WAITING, end_at=opens, seq=0, n_heard=0,
        )  # fmt: skip
        tx.add(row)
        tx.flush()
        record(tx, None, "auction.schedule", f"session/{row.id}", region=REGION, lot=lot.id, opens_at=opens)
        for j, who in enumerate(people):
            _enter(tx, lot, j, who)
        made.append(lot.id)
    tx.flush()
    tx.execute(text("SET LOCAL session_replication_role = origin"))
    tx.execute(
        text("""UPDATE ledger_account a SET balance_fen =
                (SELECT COALESCE(sum(amount_fen), 0) FROM ledger_entry e WHERE e.account_id = a.id)""")
    )
    return House(made, people)


def _enter(tx: Tx, lot: Lot, j: int, who: int) -> None:
    now, party = tx.clock(), 1_000 + j
    entry = Entry(
        lot_id=lot.id, round_no=1, party_id=party, account_id=who, person_id=who, plate=f"P{j + 1:04d}",
        state="qualified", declaration="承诺（演示）", applied_at=now, decided_at=now,
    )  # fmt: skip
    tx.add(entry)
    tx.flush()
    reference = f"BANK-{lot.id}-{j}"
    deposit = Deposit(
        lot_id=lot.id, entry_id=entry.id, party_id=party, region_code=REGION, state="held", amount_fen=DEPOSIT,
        applicant_name="演示人", subaccount_no=f"S{lot.id}-{j}", payer_name="演示人", bank_reference=reference,
        held_at=now,
    )  # fmt: skip
    posting = Posting(
        event="DEP_IN", lot_id=lot.id, party_id=party, region_code=REGION, reference=f"deposit/{entry.id}",
        bank_reference=reference, amount_fen=DEPOSIT, at=now,
    )  # fmt: skip
    bank, escrow = (LedgerAccount(kind=kind, lot_id=lot.id, party_id=party) for kind in ("bank", "deposit_escrow"))
    tx.add_all([deposit, posting, bank, escrow])
    tx.flush()
    tx.execute(
        insert(LedgerEntry),
        [
            {"posting_id": posting.id, "account_id": bank.id, "amount_fen": DEPOSIT},
            {"posting_id": posting.id, "account_id": escrow.id, "amount_fen": -DEPOSIT},
        ],
    )
