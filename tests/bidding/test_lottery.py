"""Several at one price: the window at the cap, ranks, and a lottery that nobody could choose and anybody draws again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text

from app.audit.actions import record
from app.base.actor import Role
from app.base.db import transaction
from app.base.errors import Problem
from app.bidding import queries
from app.bidding.actions import lottery
from app.bidding.actions.check import evidence
from app.bidding.actions.drawing import draws_due
from app.bidding.actions.fold import keep, state_of
from app.bidding.actions.outage import beat
from app.bidding.actions.place import PlaceBid, place
from app.bidding.actions.replay import recompute
from app.bidding.actions.time import advance_due
from app.bidding.invariants import faults
from app.bidding.models import Award, Session
from app.identity.permissions import P
from app.listing.models import Lot, LotDuty
from app.qualification.models import Entry
from app.rules.bidding import Phase, Verdict, freeze, resume
from tests.bidding.house import START, STEP, open_house
from tests.people import account, actor, bearer, committed, problem
from tests.transparency.conftest import Log, open_log
from tests.verify.test_verifier import verify

CAP = START + 3 * STEP
CAPPED: dict[str, Any] = {"free_seconds": 600, "timed_seconds": 0, "cap_fen": CAP, "cap_window_seconds": 300}
NUMBER = bytes(range(32))
PROMISE = sha256(NUMBER).hexdigest()


@pytest.fixture
def log(database: Engine, tmp_path: Path) -> Iterator[Log]:
    with transaction() as tx:
        tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
        tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '0')"))
    with open_log(tmp_path) as made:
        yield made


class Sale:
    """One lot with a lottery prepared, its bidders, and somebody of the supervision."""

    def __init__(self, log: Log, *, bidders: int = 4, ranks: dict[int, int] | None = None, **rules: Any) -> None:
        self.log = log
        with transaction() as tx:
            self.house = open_house(tx, bidders=bidders, opens_in=60, **(CAPPED | rules))
            self.lot = self.house.lots[0]
            self.supervisor = account(tx, Role.SUPERVISOR, region="411002")
            tx.execute(text("SET LOCAL session_replication_role = replica"))  # the bidders' parties are not there
            for i, rank in (ranks or {}).items():
                entry = tx.scalars(select(Entry).where(Entry.lot_id == self.lot, Entry.plate == self.plate(i))).one()
                entry.priority_basis, entry.priority_rank = "member", rank
            tx.flush()
            tx.execute(text("SET LOCAL session_replication_role = origin"))
            row = tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()
            row.rules = row.rules | lottery.prepare(tx, row)
            record(
                tx, None, "lot.schedule", f"lot/{self.lot}", region="411002001", rules=row.rules, opens_at=row.opens_at
            )

    def plate(self, i: int) -> str:
        return self.house.plate(self.house.bidders[i])

    def promise(self, promised: str = PROMISE, *, by: int | None = None) -> None:
        with transaction() as tx:
            lottery.promise(tx, actor(tx, by or self.supervisor, P.AUCTION_COSIGN), self.lot, promised)

    def reveal(self, number: bytes = NUMBER) -> None:
        with transaction() as tx:
            lottery.reveal(tx, actor(tx, self.supervisor, P.AUCTION_COSIGN), self.lot, number)

    def shown(self) -> Any:
        return self.log.client.get(f"/api/v1/lots/{self.lot}/lottery").json()

    def bid(self, i: int, fen: int) -> Verdict:
        with transaction() as tx:
            sent = PlaceBid(f"key-{fen}-{i}-{tx.clock().timestamp()}", fen, fen)
            return place(tx, actor(tx, self.house.bidders[i]), self.lot, sent).bid.verdict

    def pass_(self, seconds: float) -> None:
        with transaction() as tx:
            tx.execute(text("UPDATE clock_shift SET shift = shift + make_interval(secs => :s)"), {"s": seconds})
            tx.execute(text("UPDATE pulse SET beat_at = clock_timestamp()"))
        self.tick()

    def tick(self) -> None:
        for do in (beat, advance_due, draws_due):
            with transaction() as tx:
                do(tx)

    def row(self) -> Session:
        with transaction(read_only=True) as tx:
            return tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()

    def award(self) -> Award | None:
        """The award if there is one; replay, invariants and the independent verifier agree with it."""
        self.log.keep()
        assert verify(self.log)["重算的竞价场次"] == 1
        with transaction(read_only=True) as tx:
            row = tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()
            assert faults(evidence(tx, row)) == []
            made = tx.scalars(select(Award).where(Award.lot_id == self.lot)).one_or_none()
            if made is not None:
                said = recompute(tx, self.lot)
                assert (said["agrees"], said["contradictions"]) == (True, [])
            return made

    def winner(self) -> str:
        made = self.award()
        assert made is not None
        with transaction(read_only=True) as tx:
            return str(tx.get_one(Entry, made.entry_id).plate)


def test_who_agrees_to_the_cap_in_its_window_is_drawn_among(log: Log) -> None:
    sale = Sale(log)
    sale.promise()
    sale.pass_(61)
    assert sale.bid(0, START) is Verdict.LEADING
    assert sale.bid(1, CAP) is Verdict.LEADING
    assert (sale.row().phase, sale.row().tied) == (Phase.CAP, [])
    assert sale.bid(0, CAP + STEP) is Verdict.OVER_CAP
    assert sale.bid(0, CAP - STEP) is Verdict.STEP_TOO_SMALL
    assert [sale.bid(2, CAP), sale.bid(0, CAP)] == [Verdict.AGREED] * 2
    assert [sale.bid(2, CAP), sale.bid(1, CAP)] == [Verdict.SELF_OUTBID] * 2
    assert log.client.get(f"/api/v1/lots/{sale.lot}/auction").json()["tied"] == [sale.plate(i) for i in (1, 2, 0)]
    sale.pass_(299)
    assert sale.row().closed_at is None
    sale.pass_(2)
    assert sale.bid(3, CAP) is Verdict.ENDED
    assert sale.award() is None, "the numbers are asked for first"
    assert sale.shown()["platform_number"] is None

    assert reason(lambda: sale.reveal(b"\x01" * 32)) == "NUMBER_DIFFERS"
    sale.reveal()
    sale.tick()  # the signed head of award() covers the close
    made, said = sale.award(), sale.shown()
    assert made is not None
    assert (made.way, made.price_fen) == ("lottery", CAP)
    parts = [bytes.fromhex(said[name]) for name in ("log_root", "supervisor_number", "platform_number")]
    seed = sha256(b"".join(parts)).digest()
    order = sorted((sale.plate(i) for i in range(3)), key=lambda plate: sha256(seed + plate.encode()).digest())
    assert said["drawn"] == order
    assert sale.winner() == order[0]
    assert sha256(parts[2]).hexdigest() == said["platform_commitment"] == sale.row().rules["lottery"]["platform"]
    with transaction(read_only=True) as tx:
        left = queries.candidates(tx, tx.get_one(Lot, sale.lot))
        plates = [tx.get_one(Entry, entry_id).plate for entry_id, _ in left]
    assert plates == order[1:], "who falls away is followed by the next drawn"
    assert verify(log)["重算的抽签"] == 1
    assert reason(sale.reveal) == "NOTHING_TO_REVEAL"


def test_alone_at_the_cap_there_is_nothing_to_draw(log: Log) -> None:
    sale = Sale(log)
    sale.pass_(61)
    assert sale.bid(1, CAP) is Verdict.LEADING
    sale.pass_(301)
    made = sale.award()
    assert made is not None
    assert (made.way, sale.winner()) == ("auction", sale.plate(1))
    assert sale.shown()["asked_at"] is None


def test_priority_goes_before_the_lottery(log: Log) -> None:
    sale = Sale(log, priority="P_IN", ranks={2: 1})
    sale.pass_(61)
    sale.bid(1, CAP)
    assert [sale.bid(0, CAP), sale.bid(2, CAP)] == [Verdict.AGREED] * 2
    sale.pass_(301)
    assert sale.winner() == sale.plate(2)


def test_holders_of_one_rank_at_one_price_are_drawn_among(log: Log) -> None:
    sale = Sale(log, priority="P_IN", same_rank="LOTTERY", cap_fen=None, ranks={1: 1, 2: 1, 3: 2})
    sale.pass_(61)
    assert [sale.bid(0, START), sale.bid(1, START), sale.bid(2, START), sale.bid(3, START)] == [
        Verdict.LEADING, Verdict.LEADING, Verdict.AGREED, Verdict.STEP_TOO_SMALL,
    ]  # fmt: skip
    sale.pass_(601)
    assert sale.award() is None
    sale.tick()
    made = sale.award()
    assert made is not None
    assert made.way == "lottery"
    assert sale.winner() == sale.shown()["drawn"][0]
    assert set(sale.shown()["drawn"]) == {sale.plate(1), sale.plate(2)}


def test_a_higher_offer_ends_a_tie_of_one_rank(log: Log) -> None:
    sale = Sale(log, priority="P_IN", same_rank="LOTTERY", cap_fen=None, ranks={1: 1, 2: 1})
    sale.pass_(61)
    for i in (0, 1, 2):
        sale.bid(i, START)
    assert len(sale.row().tied) == 2
    assert sale.bid(0, START + STEP) is Verdict.LEADING
    assert sale.row().tied == []
    sale.pass_(601)
    assert sale.winner() == sale.plate(0)


def reason(act: Callable[[], Any]) -> str:
    """Why an act is refused."""
    with pytest.raises(Problem) as refused:
        act()
    return str(refused.value.reason)


def tied(log: Log, *, promised: bool) -> Sale:
    sale = Sale(log)
    if promised:
        sale.promise()
    sale.pass_(61)
    sale.bid(0, CAP)
    sale.bid(1, CAP)
    sale.pass_(301)
    return sale


def test_nobody_holds_a_lot_hostage_by_keeping_his_number(log: Log) -> None:
    sale = tied(log, promised=True)
    log.keep()
    sale.pass_(86_000)
    assert sale.award() is None
    sale.pass_(500)
    assert sale.award() is not None
    assert (sale.shown()["supervisor_number"], sale.shown()["supervisor_commitment"]) == (None, PROMISE)
    assert sale.winner() == sale.shown()["drawn"][0]


def test_nothing_is_drawn_before_a_signed_head_covers_the_close(log: Log) -> None:
    sale = tied(log, promised=False)
    log_size = sale.shown()["log_size"]
    sale.tick()
    assert (log_size, sale.shown()["drawn"]) == (None, None)
    log.keep()
    sale.tick()
    assert sale.shown()["drawn"] is not None


def test_a_promise_is_made_once_before_the_opening_and_not_by_who_runs_the_auction(log: Log) -> None:
    sale = Sale(log)
    with transaction() as tx:
        both = account(tx, Role.SUPERVISOR, region="411002")
        person = actor(tx, both).person_id
        tx.add(LotDuty(lot_id=sale.lot, duty="auction", person_id=person, at=tx.clock()))
    assert reason(lambda: sale.promise(by=both)) == "FOUR_EYES"
    assert reason(sale.reveal) == "NOTHING_TO_REVEAL"
    sale.promise()
    assert reason(sale.promise) == "COMMITMENT_STANDS"
    late = Sale(log)
    late.pass_(61)
    assert reason(late.promise) == "TOO_LATE"
    without = Sale(log, cap_fen=None)
    with transaction() as tx:
        tx.execute(text("DELETE FROM lottery WHERE session_id = :id"), {"id": without.row().id})
    assert reason(without.promise) == "NO_LOTTERY"


def test_the_routes_ask_for_the_supervision_and_for_thirty_two_bytes(client: TestClient) -> None:
    supervisor = bearer(client, committed(Role.SUPERVISOR))
    for verb, field in (("promise", "commitment"), ("reveal", "number")):
        path = f"/api/v1/lots/1/lottery/{verb}"
        bad = client.post(path, headers=supervisor, json={field: "不是十六进制"})
        assert problem(bad, 422, "invalid")["field"] == field
        problem(client.post(path, headers=supervisor, json={field: "00" * 32}), 404, "not-found")
        stranger = bearer(client, committed(Role.BIDDER))
        problem(client.post(path, headers=stranger, json={field: "00" * 32}), 403, "forbidden")
    problem(client.get("/api/v1/lots/1/lottery"), 404, "not-found")


@pytest.mark.parametrize(
    "lie",
    [
        "UPDATE lottery SET drawn = jsonb_build_array(drawn -> 1, drawn -> 0)",
        "UPDATE lottery SET platform_number = decode(repeat('00', 32), 'hex')",
    ],
)
def test_a_lottery_that_was_edited_no_longer_agrees(log: Log, lie: str) -> None:
    sale = tied(log, promised=False)
    log.keep()
    sale.tick()
    assert sale.award() is not None
    with transaction() as tx:
        tx.execute(text(lie))
    with transaction(read_only=True) as tx:
        said = recompute(tx, sale.lot)
        assert said["contradictions"] != []
        assert not said["agrees"]


def test_two_who_agree_at_once_are_both_tied_and_once_each(log: Log) -> None:
    sale = Sale(log)
    sale.pass_(61)
    sale.bid(0, CAP)
    gate = Barrier(4)

    def agree(i: int) -> Verdict:
        gate.wait()
        return sale.bid(i, CAP)

    with ThreadPoolExecutor(4) as pool:
        heard = sorted(pool.map(agree, (1, 1, 2, 2)))
    assert heard == sorted([Verdict.AGREED, Verdict.AGREED, Verdict.SELF_OUTBID, Verdict.SELF_OUTBID])
    assert len(sale.row().tied) == 3


def test_a_freeze_in_the_window_keeps_its_time_and_who_is_tied(log: Log) -> None:
    sale = Sale(log)
    sale.pass_(61)
    sale.bid(0, CAP)
    sale.bid(1, CAP)
    with transaction() as tx:
        row = queries.lock_session(tx, sale.lot)
        now = tx.clock()
        before = state_of(row)
        later = resume(freeze(before, now), now + timedelta(hours=1))
        assert (later.phase, later.tied, later.end_at) == (Phase.CAP, before.tied, before.end_at + timedelta(hours=1))
        keep(row, freeze(before, now))
        assert state_of(row).tied == before.tied
