"""Hall, falling price, tender, negotiation, procurement: from the schedule to an award that replay confirms."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app.base.actor import Role
from app.base.db import Sessions, connect, transaction
from app.base.errors import Invalid, NotFound, Problem, Refused
from app.bidding import act_queries, queries
from app.bidding.act_models import TradeAct
from app.bidding.actions import acts, arrange, pause
from app.bidding.actions.acts import Act, acts_due
from app.bidding.actions.check import evidence
from app.bidding.actions.outage import beat, reopen_due
from app.bidding.actions.place import PlaceBid, place
from app.bidding.actions.replay import recompute
from app.bidding.actions.time import advance_due
from app.bidding.invariants import faults
from app.bidding.models import Award, Session
from app.bidding.states import ACT_TAKEN, ACT_VERDICT_ZH
from app.compliance.actions import load_year
from app.identity.permissions import P
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import Verdict
from app.rules.modes import mode_defaults
from tests.bidding.house import START, STEP, House, open_house
from tests.bidding.retold import retold
from tests.people import account, actor

FLOOR = START - 5 * STEP
_key = count(1)


@pytest.fixture(scope="module")
def bound(clone: Any, _keys: None) -> Iterator[Engine]:
    """One demonstration for all tests here, whose clock may be shifted: each brings its own lot."""
    engine = connect(clone())
    with transaction() as tx:
        tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
        tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '0')"))
        for year in (tx.clock().year, tx.clock().year + 1):
            load_year(tx, None, year, source="演示安排", exceptions={})
    yield engine
    engine.dispose()


@pytest.fixture(autouse=True)
def _database(bound: Engine) -> None:
    Sessions.configure(bind=bound)  # another module's test may have been between


def let_pass(seconds: float, *, beating: bool = True) -> None:
    """Shifts the platform's clock; without a heartbeat the real time passes too, for whoever looks at the pulse."""
    with transaction() as tx:
        tx.execute(text("UPDATE clock_shift SET shift = shift + make_interval(secs => :s)"), {"s": seconds})
        lag = 0 if beating else seconds
        tx.execute(text("UPDATE pulse SET beat_at = clock_timestamp() - make_interval(secs => :s)"), {"s": lag})
    tick()


def tick() -> None:
    """What runs in production, in its order."""
    for do in (beat, reopen_due, advance_due, acts_due):
        with transaction() as tx:
            do(tx)


class Room:
    """A lot of a mode with bidders, a recorder, and somebody of the supervision."""

    def __init__(self, mode: str, *, bidders: int = 3, opens_in: float = 60, **rules: Any) -> None:
        with transaction() as tx:
            self.house: House = open_house(
                tx, bidders=bidders, opens_in=opens_in, **(mode_defaults(mode) | {"priority": "NONE"} | rules)
            )
            self.lot, self.mode = self.house.lots[0], mode
            self.recorder = account(tx, Role.CENTRE_AUCTIONEER, region="411002")
            self.second = account(tx, Role.SUPERVISOR, region="411002")
            lot = tx.get_one(Lot, self.lot)
            lot.floor_fen = FLOOR
            if mode == "negotiation":
                lot.state = LotState.NEGOTIATING
            tx.flush()
            row = tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()
            row.rules = row.rules | arrange.more_rules(tx, lot, row, n_qualified=bidders)

    def row(self) -> Session:
        with transaction(read_only=True) as tx:
            return tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()

    def state(self) -> LotState:
        with transaction(read_only=True) as tx:
            return tx.get_one(Lot, self.lot).state

    def opened(self) -> "Room":
        let_pass(60)
        return self

    def do(self, account_id: int, permission: P, act: Callable[..., Any], *args: Any, **over: Any) -> Any:
        with transaction() as tx:
            return act(tx, actor(tx, account_id, permission), *args, **over)

    def act(self, kind: str, plate: int | None = None, *, key: str = "", by: int = 0, **body: Any) -> str:
        """The recorder's act, or the second's where `by` says so; the verdict."""
        who = by or self.recorder
        named = None if plate is None else self.house.plate(self.house.bidders[plate])
        permission = P.AUCTION_COSIGN if who == self.second else P.AUCTION_SCHEDULE
        sent = Act(self.mode, kind, key or f"staff-{next(_key)}", body, named)
        return str(self.do(who, permission, acts.enter, self.lot, sent)[0].verdict)

    def offer(self, i: int, kind: str, *, key: str = "", **body: Any) -> str:
        sent = Act(self.mode, kind, key or f"bidder-{next(_key)}", body)
        return str(self.do(self.house.bidders[i], P.BID_PLACE, acts.offer, self.lot, sent)[0].verdict)

    def won(self) -> tuple[str | None, int | None]:
        """Winner and price by replay, which agrees with the award; nothing that is promised is broken."""
        with transaction(read_only=True) as tx:
            said = recompute(tx, self.lot)
            assert (said["agrees"], said["contradictions"]) == (True, [])
            row = tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()
            assert faults(evidence(tx, row)) == []
            retold(tx, row)
            award = tx.scalars(select(Award).where(Award.lot_id == self.lot)).one_or_none()
            assert (award.price_fen if award else None) == said["price_fen"]
            assert len(act_queries.acts(tx, row.id)) == act_queries.n_acts(tx, row.id)
        return said["winner"], said["price_fen"]


def refusal(act: Callable[..., Any], *args: Any, **over: Any) -> Problem:
    with pytest.raises(Problem) as caught:
        act(*args, **over)
    return caught.value


def test_a_hall_auction_is_entered_live_and_another_person_lets_the_hammer_fall() -> None:
    room = Room("hall")
    assert room.act("enter", 0, amount_fen=START) == "NOT_OPEN"
    room.opened()
    assert room.state() is LotState.FREE_BIDDING
    assert room.act("enter", 0, amount_fen=START - 1) == "BELOW_START"
    assert room.act("enter", 0, amount_fen=START) == "ENTERED"
    assert room.act("enter", 0, amount_fen=START + STEP) == "SELF_OUTBID"
    assert room.act("enter", 1, amount_fen=START + STEP - 1) == "STEP_TOO_SMALL"
    assert room.offer(1, "enter", amount_fen=START + STEP, online=True) == "ENTERED"
    assert room.act("enter", 2, amount_fen=START + 9 * STEP) == "ENTERED"
    assert room.act("strike") == "ENTERED"
    for _ in range(2):
        assert room.act("call") == "ENTERED"
    assert room.act("hammer", by=room.second) == "CALL_THRICE"
    assert room.act("call") == "ENTERED"
    assert room.act("hammer") == "FOUR_EYES"
    assert room.act("hammer", by=room.second) == "ENTERED"
    assert room.state() is LotState.WON
    assert room.won() == ("P0002", START + STEP)
    with transaction(read_only=True) as tx:
        left = queries.candidates(tx, tx.get_one(Lot, room.lot))
    assert [price for _, price in left] == [START]
    assert refusal(room.act, "call").reason == "ENDED"


def test_nobody_calls_for_a_plate_that_is_not_in_the_hall_nor_bids_on_the_ladder_there() -> None:
    room = Room("hall").opened()
    sent = Act("hall", "enter", "stranger-1", {"amount_fen": START}, "P9999")
    problem = refusal(room.do, room.recorder, P.AUCTION_SCHEDULE, acts.enter, room.lot, sent)
    assert isinstance(problem, Invalid)
    assert problem.field == "plate"
    ladder = refusal(room.do, room.house.bidders[0], P.BID_PLACE, place, room.lot, PlaceBid("ladder-0001", START))
    assert ladder.reason == Verdict.OTHER_MODE
    other = Act("descending", "accept", "other-mode-1", {})
    assert isinstance(refusal(room.do, room.house.bidders[0], P.BID_PLACE, acts.offer, room.lot, other), NotFound)
    with transaction() as tx:
        stranger = account(tx, Role.BIDDER, region="411000")
    assert isinstance(refusal(room.do, stranger, P.BID_PLACE, acts.offer, room.lot, other), Refused)


def test_the_same_key_is_the_same_act_and_never_another() -> None:
    room = Room("hall").opened()
    for _ in range(2):
        assert room.act("enter", 0, key="the-same-key", amount_fen=START) == "ENTERED"
    with transaction(read_only=True) as tx:
        assert act_queries.n_acts(tx, room.row().id) == 1
    assert refusal(room.act, "enter", 0, key="the-same-key", amount_fen=START + STEP).reason == "KEY_REUSED"


def test_a_hall_that_nobody_closes_sells_nothing() -> None:
    room = Room("hall").opened()
    room.act("enter", 0, amount_fen=START)
    let_pass(8 * 3600)
    assert room.state() is LotState.FAILED
    with transaction(read_only=True) as tx:
        assert tx.get_one(Lot, room.lot).reason_code == "NOT_FINISHED"
    assert room.won() == (None, None)


def test_acts_are_only_added() -> None:
    room = Room("hall").opened()
    room.act("enter", 0, amount_fen=START)
    for change in ("UPDATE trade_act SET plate = 'X'", "DELETE FROM trade_act"):
        with pytest.raises(Exception, match="trade_act"), transaction() as tx:
            tx.execute(text(change))


def test_a_falling_price_is_taken_and_then_climbs_until_nobody_goes_above() -> None:
    room = Room("descending")
    assert room.offer(0, "accept") == "NOT_OPEN"
    room.opened()
    assert room.offer(1, "counter", amount_fen=START) == "NOT_OPEN"
    let_pass(125)
    assert room.offer(0, "accept", price_fen=START) == "LEADING"
    taken = START - 2 * STEP
    assert room.offer(1, "accept") == "STEP_TOO_SMALL"
    assert room.offer(1, "counter", amount_fen=taken + STEP - 1) == "STEP_TOO_SMALL"
    assert room.offer(0, "counter", amount_fen=taken + STEP) == "SELF_OUTBID"
    assert room.offer(1, "counter", amount_fen=taken + STEP) == "LEADING"
    let_pass(59)
    assert room.state() is LotState.FREE_BIDDING
    let_pass(2)
    assert room.state() is LotState.WON
    assert room.won() == ("P0002", taken + STEP)


def test_nobody_takes_the_floor_after_its_time_and_the_lot_fails() -> None:
    room = Room("descending").opened()
    let_pass(5 * 60 + 179)
    assert room.state() is LotState.FREE_BIDDING
    let_pass(2)
    assert room.state() is LotState.FAILED
    assert room.won() == (None, None)


def test_the_floor_itself_can_be_taken() -> None:
    room = Room("descending").opened()
    let_pass(5 * 60 + 150)
    assert room.offer(2, "accept") == "LEADING"
    let_pass(61)
    assert room.won() == ("P0003", FLOOR)


def test_of_two_who_take_the_price_at_once_one_takes_it() -> None:
    """Red without the lock: both would hear that they lead."""
    room = Room("descending", bidders=4).opened()
    start = Barrier(4)

    def accept(i: int) -> str:
        start.wait()
        return room.offer(i, "accept")

    with ThreadPoolExecutor(4) as pool:
        heard = sorted(pool.map(accept, range(4)))
    assert heard == ["LEADING", "STEP_TOO_SMALL", "STEP_TOO_SMALL", "STEP_TOO_SMALL"]
    let_pass(61)
    assert room.won()[1] == START


def test_a_freeze_stops_the_fall_and_gives_the_time_back() -> None:
    room = Room("descending").opened()
    let_pass(65)
    room.do(room.recorder, P.AUCTION_FREEZE, pause.ask, room.lot, "freeze", reason="SYSTEM_FAILURE", note=None)
    room.do(room.second, P.AUCTION_COSIGN, pause.cosign, room.lot)
    assert room.offer(0, "accept") == "FROZEN"
    end = room.row().end_at
    let_pass(600)
    room.do(room.recorder, P.AUCTION_FREEZE, pause.ask, room.lot, "unfreeze", reason=None, note=None)
    room.do(room.second, P.AUCTION_COSIGN, pause.cosign, room.lot)
    assert room.row().end_at - end >= timedelta(seconds=600)
    assert room.offer(0, "accept") == "LEADING"
    let_pass(61)
    assert room.won() == ("P0001", START - STEP)


def test_an_outage_while_the_price_falls_stops_it_and_gives_a_period_back() -> None:
    room = Room("descending").opened()
    let_pass(125)
    let_pass(30, beating=False)
    assert room.state() is LotState.FROZEN
    let_pass(15 * 60 + 1)
    assert room.state() is LotState.FREE_BIDDING
    assert room.offer(0, "accept") == "LEADING"
    let_pass(61)
    assert room.won() == ("P0001", START - STEP)


JUDGES = [{"code": f"J{n}", "village": n == 1} for n in range(1, 6)]
CRITERIA = {"plan": 1200, "capacity": 1000, "villagers": 500, "ecology": 300, "credit": 400}


def sheet(*plates: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {f"P{n + 1:04d}": CRITERIA | {"plan": plan} for n, plan in plates}


def test_a_tender_is_decided_by_the_announced_weights_and_every_sheet() -> None:
    room = Room("tender").opened()
    assert room.state() is LotState.EVALUATING
    assert room.act("panel", judges=JUDGES[:4]) == "PANEL_UNLAWFUL"
    assert room.act("panel", judges=JUDGES) == "TAKEN"
    assert room.act("panel", judges=JUDGES) == "PANEL_STANDS"
    for i, fen in enumerate((START, START + STEP, START + 2 * STEP)):
        assert room.act("offer", i, price_fen=fen) == "TAKEN"
    assert room.act("offer", 0, price_fen=START) == "OFFER_STANDS"
    assert room.act("decide", by=room.second) == "SHEETS_MISSING"
    assert room.act("sheet", judge="J9", marks=sheet((0, 1500), (1, 0), (2, 0))) == "NO_SUCH_JUDGE"
    assert room.act("sheet", judge="J1", marks=sheet((0, 1500), (1, 0))) == "SHEET_NOT_WHOLE"
    assert room.act("sheet", judge="J1", marks=sheet((0, 1501), (1, 0), (2, 0))) == "MARK_OUT_OF_RANGE"
    for judge in JUDGES:
        assert room.act("sheet", judge=judge["code"], marks=sheet((0, 1500), (1, 100), (2, 800))) == "TAKEN"
    assert room.act("sheet", judge="J1", marks=sheet((0, 1500), (1, 0), (2, 0))) == "SHEET_STANDS"
    assert room.act("offer", 1, price_fen=START) == "SCORING_BEGUN"
    assert room.act("decide") == "FOUR_EYES"
    assert room.act("decide", by=room.second) == "TAKEN"
    assert room.won() == ("P0001", START)
    with transaction(read_only=True) as tx:
        left = queries.candidates(tx, tx.get_one(Lot, room.lot))
    assert [price for _, price in left] == [START + 2 * STEP, START + STEP]


def test_a_tender_in_which_every_offer_is_vetoed_fails() -> None:
    room = Room("tender").opened()
    room.act("panel", judges=JUDGES)
    for i in range(3):
        room.act("offer", i, price_fen=FLOOR - 1)
    for judge in JUDGES:
        room.act("sheet", judge=judge["code"], marks=sheet((0, 1), (1, 2), (2, 3)))
    room.act("decide", by=room.second)
    assert room.state() is LotState.FAILED
    assert room.won() == (None, None)


MINUTES: dict[str, Any] = {"n_panel": 3, "n_supervisors": 1, "minutes_sha256": "a" * 64, "recording_sha256": "b" * 64}


@pytest.mark.parametrize(("offered", "price"), [(START - STEP, START), (START + 1, START + 1)])
def test_talks_end_at_the_higher_of_the_listed_and_the_offered_price(offered: int, price: int) -> None:
    room = Room("negotiation", bidders=1, opens_in=0)
    assert room.act("agree", 0, by=room.second) == "NO_OFFER"
    assert room.offer(0, "offer", amount_fen=offered) == "TAKEN"
    assert room.act("agree", 0, by=room.second) == "TALKS_FAULTY"
    assert room.act("minutes", **MINUTES | {"n_panel": 2}) == "TAKEN"
    assert room.act("agree", 0, by=room.second) == "TALKS_FAULTY"
    assert room.act("minutes", **MINUTES) == "TAKEN"
    assert room.act("agree", 0) == "FOUR_EYES"
    assert room.act("agree", 0, by=room.second) == "TAKEN"
    assert room.won() == ("P0001", price)


def test_talks_that_do_not_end_in_time_fail() -> None:
    room = Room("negotiation", bidders=1, opens_in=0)
    room.offer(0, "offer", amount_fen=START)
    let_pass((room.row().rules["free_seconds"]) + 2)
    assert room.state() is LotState.FAILED
    assert room.won() == (None, None)


def test_procurement_goes_to_the_lowest_offer_under_the_budget() -> None:
    room = Room("reverse", free_seconds=60, timed_seconds=60).opened()

    def bid(i: int, fen: int) -> Verdict:
        said = PlaceBid(f"reverse-{next(_key)}", fen)
        verdict: Verdict = room.do(room.house.bidders[i], P.BID_PLACE, place, room.lot, said).bid.verdict
        return verdict

    assert bid(0, START + STEP) is Verdict.BELOW_START
    assert bid(0, START) is Verdict.LEADING
    assert bid(1, START - STEP + 1) is Verdict.STEP_TOO_SMALL
    assert bid(1, START - STEP) is Verdict.LEADING
    assert bid(2, START - 2 * STEP) is Verdict.LEADING
    let_pass(61)
    let_pass(61)
    assert room.state() is LotState.WON
    assert room.won() == ("P0003", START - 2 * STEP)
    with transaction(read_only=True) as tx:
        left = queries.candidates(tx, tx.get_one(Lot, room.lot))
    assert [price for _, price in left] == [START - STEP, START]


def test_a_forged_act_is_found_by_replay() -> None:
    room = Room("hall").opened()
    room.act("enter", 0, amount_fen=START)
    for _ in range(3):
        room.act("call")
    room.act("hammer", by=room.second)
    with transaction() as tx:
        tx.execute(text("SET LOCAL session_replication_role = replica"))
        tx.execute(
            text("UPDATE trade_act SET body = jsonb_set(body, '{amount_fen}', '1') WHERE session_id = :s AND n = 1"),
            {"s": room.row().id},
        )
    with transaction(read_only=True) as tx:
        assert not recompute(tx, room.lot)["agrees"]


def test_every_answer_reads_in_chinese() -> None:
    assert set(ACT_VERDICT_ZH) >= ACT_TAKEN
    with transaction(read_only=True) as tx:
        heard = set(tx.scalars(select(TradeAct.verdict)))
    assert heard <= set(ACT_VERDICT_ZH)
