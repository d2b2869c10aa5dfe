"""An outage decides nothing: what it could have decided is stopped, told to everybody, and goes on with more time."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app.audit.models import AuditEvent
from app.base.db import Tx, transaction
from app.bidding import queries
from app.bidding.actions import replay
from app.bidding.actions.check import check_all, check_due
from app.bidding.actions.outage import beat, reopen_due
from app.bidding.actions.place import PlaceBid, place
from app.bidding.actions.time import advance_due
from app.bidding.models import Outage, Session
from app.listing.models import Lot, Notice
from app.listing.states import LotState
from app.rules.bidding import Phase, Verdict
from tests.bidding.house import START, STEP, House, open_house
from tests.people import actor

FREE = {"free_seconds": 600, "timed_seconds": 0, "extension": "ANTI_SNIPE"}
TIMED = {"free_seconds": 600, "timed_seconds": 180}


@pytest.fixture(autouse=True)
def _demonstration(database: Engine) -> None:
    """Its clock may be shifted."""
    with transaction() as tx:
        tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
        tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '0')"))


def let_pass(seconds: float, *, beating: bool = True) -> None:
    """Shifts the platform's clock; without a heartbeat the real time passes too, for whoever looks at the pulse."""
    with transaction() as tx:
        tx.execute(text("UPDATE clock_shift SET shift = shift + make_interval(secs => :s)"), {"s": seconds})
        if not beating:
            tx.execute(text("UPDATE pulse SET beat_at = beat_at - make_interval(secs => :s)"), {"s": seconds})


def bid(house: House, lot: int, i: int, fen: int, key: str = "") -> Any:
    with transaction() as tx:
        return place(tx, actor(tx, house.bidders[i]), lot, PlaceBid(key or f"key-{fen}-{i}", fen, fen)).bid


def row_of(tx: Tx, lot: int) -> Session:
    return tx.scalars(select(Session).where(Session.lot_id == lot)).one()


def a_house(**rules: Any) -> House:
    with transaction() as tx:
        house = open_house(tx, **rules)
    with transaction() as tx:
        beat(tx)
    return house


def ends_at(lot: int) -> datetime:
    with transaction(read_only=True) as tx:
        return row_of(tx, lot).end_at


def tick(what: Any) -> int:
    with transaction() as tx:
        return int(what(tx))


def test_an_outage_over_the_end_stops_the_lot_and_gives_the_time_back(database: Engine) -> None:
    house = a_house(**FREE)
    lot = house.lots[0]
    bid(house, lot, 0, START)
    let_pass(595)
    let_pass(60, beating=False)
    assert tick(advance_due) == 0  # whoever ticks first does not close it
    late = bid(house, lot, 1, START + STEP)
    assert late.verdict is Verdict.ENDED
    assert tick(beat) == 1
    with transaction(read_only=True) as tx:
        row, state, outage = row_of(tx, lot), tx.get_one(Lot, lot), tx.scalars(select(Outage)).one()
        assert (row.phase, state.state, state.reason_code) == (Phase.FROZEN, LotState.FROZEN, "SYSTEM_FAILURE")
        assert timedelta(seconds=4) < outage.remaining < timedelta(seconds=6)
        told = tx.scalars(select(Notice).where(Notice.lot_id == lot)).one()
        assert (told.kind, told.body["reason"]) == ("interruption", "系统故障")
        assert datetime.fromisoformat(told.body["reopens_at"]) == outage.reopens_at
    assert tick(reopen_due) == 0
    assert bid(house, lot, 1, START + STEP, "while-stopped").verdict is Verdict.FROZEN
    let_pass(15 * 60)
    assert tick(reopen_due) == 1
    with transaction(read_only=True) as tx:
        row, now = row_of(tx, lot), tx.clock()
        assert row.phase is Phase.FREE
        assert row.end_at - now > outage.remaining + timedelta(minutes=5) - timedelta(seconds=2)
    assert bid(house, lot, 1, START + STEP, "after-all").verdict is Verdict.LEADING
    let_pass((ends_at(lot) - now).total_seconds())
    assert tick(advance_due) == 1
    with transaction(read_only=True) as tx:
        again = replay.recompute(tx, lot)
        assert (again["winner"], again["price_fen"], again["agrees"]) == (
            house.plate(house.bidders[1]),
            START + STEP,
            True,
        )
        assert check_all(tx) == {}


def test_a_lot_whose_end_a_late_offer_found_first_is_closed_all_the_same(database: Engine) -> None:
    house = a_house(**FREE)
    lot = house.lots[0]
    bid(house, lot, 0, START)
    let_pass(601)
    assert bid(house, lot, 1, START + STEP).verdict is Verdict.ENDED
    assert tick(advance_due) == 1
    with transaction(read_only=True) as tx:
        assert tx.get_one(Lot, lot).state is LotState.WON


@pytest.mark.parametrize(
    ("rules", "before", "gap", "hit"),
    [
        (FREE, 299, 6, False),  # 301 seconds were left: not the last minutes
        (FREE, 301, 6, True),
        (FREE, 301, 4, False),  # a hiccup
        (TIMED, 590, 6, False),  # the timed period is still to come, whole
        (TIMED, 590, 60, True),  # a part of the timed period was lost
        (TIMED, 700, 6, True),
        (TIMED, 0, 3600, True),  # all of it was lost
        (FREE | {"opens_in": 30}, 0, 3600, True),  # it would have opened and ended unseen
        (FREE | {"opens_in": 3600}, 0, 60, False),
    ],
)
def test_only_what_an_outage_could_have_decided_is_stopped(
    database: Engine, rules: dict[str, Any], before: float, gap: float, *, hit: bool
) -> None:
    house = a_house(**rules)
    let_pass(before)
    if before:
        tick(advance_due)
    let_pass(gap, beating=False)
    assert tick(beat) == hit
    with transaction(read_only=True) as tx:
        assert (tx.get_one(Lot, house.lots[0]).state is LotState.FROZEN) is hit
    assert tick(beat) == 0


def test_an_offer_accepted_between_recovery_and_discovery_counts(database: Engine) -> None:
    house = a_house(**FREE)
    lot = house.lots[0]
    let_pass(500)
    let_pass(60, beating=False)
    heard = bid(house, lot, 0, START)
    assert heard.verdict is Verdict.LEADING
    assert tick(beat) == 1
    with transaction(read_only=True) as tx:
        outage = tx.scalars(select(Outage)).one()
        assert (outage.stopped_at, outage.n_after) == (heard.at, 1)
        assert row_of(tx, lot).leader == heard.plate


def test_the_supervision_is_told_of_a_contradiction_once(database: Engine) -> None:
    house = a_house(**FREE)
    lot = house.lots[0]
    bid(house, lot, 0, START)
    assert tick(check_due) == 1
    assert tick(check_due) == 0
    with transaction() as tx:
        tx.execute(text("UPDATE auction_session SET best_fen = best_fen + 1, closed_at = now(), phase = 'ENDED'"))
    assert tick(check_due) == 1
    assert tick(check_due) == 0
    with transaction(read_only=True) as tx:
        event = tx.scalars(select(AuditEvent).where(AuditEvent.act == "auction.fault")).one()
        assert {f["law"] for f in event.facts["found"]} >= {"P4", "P6", "P10"}
        assert queries.outages(tx, 1) == []
