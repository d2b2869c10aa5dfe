"""Where the notice asks for an offer in the free period: who made none is refused later, by platform, replay and verifier."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app.base.db import transaction
from app.bidding import queries
from app.bidding.actions.check import evidence
from app.bidding.actions.outage import beat
from app.bidding.actions.place import PlaceBid, place
from app.bidding.actions.replay import recompute
from app.bidding.actions.time import advance_due
from app.bidding.invariants import faults
from app.bidding.models import Session
from app.listing.bidding_schemas import BiddingIn
from app.listing.models import Lot
from app.rules.bidding import Verdict
from tests.bidding.house import START, STEP, House, open_house
from tests.bidding.retold import retold
from tests.people import actor
from verify import nongjiao_verify as tool

RULES: dict[str, Any] = {"free_seconds": 600, "timed_seconds": 180, "prep_seconds": 0, "timed_requires_free_bid": True}


@pytest.fixture(autouse=True)
def _demonstration(database: Engine) -> None:
    """Its clock may be shifted."""
    with transaction() as tx:
        tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
        tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '0')"))


def let_pass(seconds: float) -> None:
    with transaction() as tx:
        tx.execute(text("UPDATE clock_shift SET shift = shift + make_interval(secs => :s)"), {"s": seconds})
    for do in (beat, advance_due):
        with transaction() as tx:
            do(tx)


def a_house(**rules: Any) -> House:
    with transaction() as tx:
        house = open_house(tx, bidders=3, **(RULES | rules))
        lot = tx.get_one(Lot, house.lots[0])
        row = tx.scalars(select(Session).where(Session.lot_id == lot.id)).one()
        row.rules = row.rules | {"cap_fen": None}
    let_pass(0)
    return house


def bid(house: House, i: int, fen: int) -> Verdict:
    with transaction() as tx:
        sent = PlaceBid(f"key-{fen}-{i}", fen, fen)
        return place(tx, actor(tx, house.bidders[i]), house.lots[0], sent).bid.verdict


def test_a_late_comer_is_refused_and_recorded_and_the_others_go_on() -> None:
    house = a_house()
    assert bid(house, 0, START) is Verdict.LEADING
    assert bid(house, 1, START + STEP) is Verdict.LEADING
    assert bid(house, 2, START + STEP + 1) is not Verdict.LEADING
    let_pass(601)
    assert bid(house, 2, START + 2 * STEP) is Verdict.FREE_BID_MISSING
    assert bid(house, 0, START + 2 * STEP) is Verdict.LEADING
    let_pass(181)
    with transaction(read_only=True) as tx:
        row = queries.session(tx, tx.get_one(Lot, house.lots[0]))
        assert row.closed_at is not None
        assert row.free_bidders == ["P0001", "P0002"]
        assert faults(evidence(tx, row)) == []
        said = recompute(tx, house.lots[0])
        assert (said["winner"], said["agrees"], said["contradictions"]) == ("P0001", True, [])
        retold(tx, row)


def test_invariants_and_verifier_find_one_who_was_let_in_late() -> None:
    house = a_house(timed_requires_free_bid=False)
    assert bid(house, 0, START) is Verdict.LEADING
    let_pass(601)
    assert bid(house, 2, START + STEP) is Verdict.LEADING
    with transaction(read_only=True) as tx:
        row = queries.session(tx, tx.get_one(Lot, house.lots[0]))
        held = evidence(tx, row)
        assert held.rules is not None
        found = faults(replace(held, rules=replace(held.rules, timed_requires_free_bid=True)))
        assert "P4" in {fault.law for fault in found}
    with transaction() as tx:
        row = queries.session(tx, tx.get_one(Lot, house.lots[0]))
        row.rules = row.rules | {"timed_requires_free_bid": True}
        with pytest.raises(tool.Lie, match="FREE_BID_MISSING"):
            retold(tx, row)


def test_two_at_once_in_the_last_free_moment_are_both_kept() -> None:
    house = a_house()
    ready = Barrier(2)

    def one(i: int) -> Verdict:
        ready.wait()
        return bid(house, i, START + i * STEP)

    with ThreadPoolExecutor(2) as pool:
        verdicts = list(pool.map(one, (0, 1)))
    accepted = {f"P000{i + 1}" for i, verdict in enumerate(verdicts) if verdict is Verdict.LEADING}
    assert "P0002" in accepted
    with transaction(read_only=True) as tx:
        assert set(queries.session(tx, tx.get_one(Lot, house.lots[0])).free_bidders) == accepted


def test_a_notice_without_a_timed_period_cannot_ask_for_it() -> None:
    assert BiddingIn(timed_requires_free_bid=True).timed_requires_free_bid
    with pytest.raises(ValueError, match="timed_requires_free_bid"):
        BiddingIn(timed_requires_free_bid=True, timed_seconds=0, extension="APPEND")
    with pytest.raises(ValueError, match="限时期条件"):
        BiddingIn(timed_requires_free_bid=True, mode="hall")
