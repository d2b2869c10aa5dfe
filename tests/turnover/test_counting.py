"""The tick that looks among the awards for what has become final, and for what has fallen since."""

from datetime import UTC, datetime
from decimal import Decimal

from sqlalchemy import select

from app.base.actor import Role
from app.base.db import Tx
from app.base.money import PriceBasis, fen_from_yuan, total_fen
from app.bidding.models import Award
from app.bidding.states import AwardState
from app.identity.models import Account
from app.listing.models import Listing, Lot
from app.listing.states import LotState
from app.qualification.models import Entry
from app.qualification.states import EntryState
from app.registry.states import PartyKind
from app.turnover import queries, ticks
from app.turnover.models import DealFact
from tests.people import account
from tests.registry.make import VILLAGE, party

OVER = datetime(2026, 3, 31, 16, tzinfo=UTC)
"""Midnight in Beijing: the publicity's last day was 31 March."""


def award(tx: Tx, *, state: AwardState = AwardState.FINAL, mu: str = "557", is_demo: bool = True) -> Award:
    """One of 奔牛's lots, as the deal leaves it when its publicity is over."""
    opened_by, bidder = account(tx, Role.VILLAGE_CLERK), account(tx, Role.BIDDER)
    transferor, transferee = party(tx, PartyKind.VILLAGER_GROUP), party(tx, PartyKind.ENTERPRISE)
    listing = Listing(
        project_no=f"X-{bidder}", region_code=VILLAGE, category="unallocated_collective_land", right_kind="land_management",
        method="lease", award_mode="competitive_bidding", title="何家塘", transferor_party_id=transferor.id,
        opened_by_account=opened_by, terms={}, declared={}, is_demo=is_demo, created_at=OVER,
    )  # fmt: skip
    tx.add(listing)
    tx.flush()
    quantity = Decimal(mu)
    lot = Lot(
        listing_id=listing.id, lot_no=1, region_code=VILLAGE, title="何家塘", state=LotState.AWAITING_CONTRACT,
        state_since=OVER, quantity=quantity, unit="亩", price_basis=PriceBasis.MU_YEAR, start_fen=65_000, floor_fen=65_000,
        step_fen=1_000, deposit_fen=0, months=31, rules={"mode": "ascending"}, held=[],
    )  # fmt: skip
    tx.add(lot)
    tx.flush()
    entry = Entry(
        lot_id=lot.id, round_no=1, party_id=transferee.id, account_id=bidder,
        person_id=tx.execute(select(Account.person_id).where(Account.id == bidder)).scalar_one(), plate="A43F2A5",
        state=EntryState.QUALIFIED, declaration="真实", applied_at=OVER,
    )  # fmt: skip
    tx.add(entry)
    tx.flush()
    won = Award(
        lot_id=lot.id, round_no=1, entry_id=entry.id, price_fen=71_000,
        total_fen=total_fen(71_000, PriceBasis.MU_YEAR, quantity, 31), way="auction", state=state, won_at=OVER,
        publicity_ends_at=OVER, n_entries=6, n_qualified=3, n_rounds=7,
    )  # fmt: skip
    tx.add(won)
    tx.flush()
    return won


def test_a_final_award_is_counted_once_on_its_beijing_day(land: Tx) -> None:
    tx = land
    won = award(tx)
    award(tx, state=AwardState.CONFIRMED)
    assert (ticks.collect_due(tx), ticks.collect_due(tx)) == (1, 0)
    fact = tx.execute(select(DealFact)).scalar_one()
    assert (fact.award_id, fact.on_day.isoformat(), fact.category) == (won.id, "2026-04-01", "A2")
    assert (fact.transferor_kind, fact.transferee_kind, fact.is_demo) == ("villager_group", "enterprise", True)
    assert fact.final_total_fen == fen_from_yuan("1021630.83")
    assert fact.first_year_fen == 71_000 * 557
    assert (fact.area_mu, fact.n_registered, fact.n_rounds) == (Decimal(557), 6, 7)


def test_an_award_that_falls_is_taken_back_once(land: Tx) -> None:
    tx = land
    won = award(tx)
    ticks.collect_due(tx)
    won.state = AwardState.DEFAULTED
    tx.flush()
    assert (ticks.collect_due(tx), ticks.collect_due(tx)) == (1, 0)
    assert queries.figures(tx, demo=True)[0].n_deals == 0
    assert queries.recount(tx)[1] == 0


def test_a_term_of_half_a_year_counts_no_more_than_its_price(land: Tx) -> None:
    tx = land
    won = award(tx)
    won.total_fen = 1_000
    tx.flush()
    ticks.collect_due(tx)
    assert tx.execute(select(DealFact.first_year_fen)).scalar_one() == 1_000
