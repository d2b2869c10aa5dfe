"""Sealed offers: nobody opens them early, two holders open all at once, anybody opens them again afterwards."""

import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from app.audit.models import AuditEvent
from app.base.actor import Role
from app.base.db import Sessions, Tx, connect, transaction
from app.base.errors import Conflict, Invalid, NotFound, Problem, Refused
from app.bidding import envelope, queries, sealed_queries
from app.bidding.actions import pause, priority, sealed_keys, sealed_offers, sealed_opening
from app.bidding.actions.check import evidence
from app.bidding.actions.outage import beat, reopen_due
from app.bidding.actions.place import PlaceBid, place
from app.bidding.actions.replay import recompute
from app.bidding.actions.sealed_keys import Ceremony, DeliveredShare
from app.bidding.actions.sealed_offers import Envelope
from app.bidding.actions.sealed_opening import Given, Receipt, seal_due
from app.bidding.actions.time import advance_due
from app.bidding.invariants import Fault, faults
from app.bidding.models import Award, Session
from app.bidding.sealed_models import OpenedOffer, SealedOffer, SealedRound
from app.bidding.states import RoundState, SealVerdict
from app.identity.models import Organisation
from app.identity.permissions import P
from app.listing.actions.draft import _overrides
from app.listing.bidding_schemas import BiddingIn
from app.listing.models import Lot
from app.listing.states import LotState
from app.rules.bidding import Phase, Verdict
from app.rules.modes import bidding_defaults, mode_defaults
from tests.bidding.house import START, House, open_house
from tests.bidding.retold import retold
from tests.people import account, actor


def _client() -> Any:
    """The bidder's own tool, as he has it: one file."""
    path = Path(__file__).parents[2] / "verify/nongjiao_seal.py"
    spec = spec_from_file_location("nongjiao_seal_of_a_bidder", path)
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


S = _client()
RULES = mode_defaults("one_shot") | {"free_seconds": 3600, "requote_rounds": 1}


@pytest.fixture(scope="module")
def bound(clone: Any, _keys: None) -> Iterator[Engine]:
    """One demonstration for all tests here, whose clock may be shifted: each brings its own lot."""
    engine = connect(clone())
    with transaction() as tx:
        tx.execute(text("INSERT INTO installation (kind) VALUES ('demo')"))
        tx.execute(text("INSERT INTO clock_shift (shift) VALUES (interval '0')"))
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


def tick() -> int:
    """What runs in production, in its order."""
    done = 0
    for do in (beat, reopen_due, advance_due, seal_due):
        with transaction() as tx:
            done += do(tx)
    return done


class Hall:
    """A sealed lot with bidders, three holders of three organisations with their keys, and whoever schedules."""

    def __init__(self, *, bidders: int = 3, **rules: Any) -> None:
        with transaction() as tx:
            self.house: House = open_house(tx, bidders=bidders, opens_in=60, **RULES | rules)
            self.lot = self.house.lots[0]
            self.auctioneer = account(tx, Role.CENTRE_AUCTIONEER, region="411002")
            self.holders = []
            posts = (Role.CENTRE_APPROVER, "centre"), (Role.SUPERVISOR, "department"), (
                Role.JOINT_CONFERENCE, "joint_conference",
            )  # fmt: skip
            for role, kind in posts:
                made = Organisation(name=f"演示{kind}{self.lot}", kind=kind, region_code="411002")
                tx.add(made)
                tx.flush()
                self.holders.append(account(tx, role, region="411002", organisation_id=made.id))
        self.keys = [S.new_key() for _ in self.holders]
        self.ids = [
            self.do(who, P.SHARE_HOLD, sealed_keys.register_holder, key[1]).id
            for who, key in zip(self.holders, self.keys, strict=True)
        ]

    def do(self, account_id: int, permission: P, act: Callable[..., Any], *args: Any) -> Any:
        with transaction() as tx:
            return act(tx, actor(tx, account_id, permission), *args)

    def ceremony(self, number: int) -> Ceremony:
        name = envelope.lot_name(self.lot, 1, number)
        public, shares = S.ceremony(name, [key[1] for key in self.keys])
        delivered = (DeliveredShare(h, i, s) for i, (h, s) in enumerate(zip(self.ids, shares, strict=True), 1))
        return Ceremony(public, tuple(delivered))

    def announce(self, n: int = 2) -> "Hall":
        self.do(
            self.auctioneer, P.AUCTION_SCHEDULE, sealed_keys.announce, self.lot, [self.ceremony(i) for i in range(n)]
        )
        return self

    def opened(self) -> "Hall":
        """Announced, and its hour has come."""
        self.announce(1 + self.row().rules["requote_rounds"])
        let_pass(60)
        return self

    def row(self) -> Session:
        with transaction(read_only=True) as tx:
            return tx.scalars(select(Session).where(Session.lot_id == self.lot)).one()

    def state(self) -> LotState:
        with transaction(read_only=True) as tx:
            return tx.get_one(Lot, self.lot).state

    def round(self, number: int = 0) -> SealedRound:
        with transaction(read_only=True) as tx:
            return sealed_queries.round_of(tx, self.row().id, number)

    def sealed(self, i: int, fen: int, number: int = 0) -> tuple[Any, Any, Any]:
        """The bidder's tool at work: place, envelope, receipt."""
        place_ = S.Place(envelope.lot_name(self.lot, 1, number), self.house.plate(self.house.bidders[i]), "one_shot/1")
        return (place_, *S.seal(self.round(number).public_key, place_, fen))

    def put(self, i: int, place_: Any, sent: Any, key: str = "") -> SealedOffer:
        said = Envelope(
            key or sent.commitment[:20], place_.lot, place_.bidder, place_.rules, sent.ciphertext,
            bytes.fromhex(sent.commitment),
        )  # fmt: skip
        offer: SealedOffer = self.do(self.house.bidders[i], P.BID_PLACE, sealed_offers.put, self.lot, said)[0]
        return offer

    def offer(self, i: int, fen: int, number: int = 0) -> Any:
        """Seals and sends; the receipt that the bidder keeps."""
        place_, sent, receipt = self.sealed(i, fen, number)
        assert self.put(i, place_, sent).verdict is SealVerdict.SEALED
        return receipt

    def share(self, h: int, number: int = 0) -> tuple[int, bytes]:
        """The holder's tool at work, on what was delivered to him."""
        with transaction(read_only=True) as tx:
            own = sealed_queries.share_held_by(tx, self.round(number).id, self.holders[h])
        opened: tuple[int, bytes] = S.open_share(
            self.keys[h][0], envelope.lot_name(self.lot, 1, number), own.number, own.sealed
        )
        return opened

    def give(self, h: int, number: int = 0) -> Given:
        come: Given = self.do(
            self.holders[h], P.SHARE_HOLD, sealed_opening.give, self.lot, number, *self.share(h, number)
        )
        return come

    def lose(self, h: int, number: int = 0) -> None:
        self.do(self.holders[h], P.SHARE_HOLD, sealed_opening.lose, self.lot, number, "介质损坏（演示）")

    def show(self, i: int, receipt: Any, number: int = 0) -> None:
        said = Receipt(
            envelope.lot_name(self.lot, 1, number), self.house.plate(self.house.bidders[i]), "one_shot/1",
            receipt.amount_fen, bytes.fromhex(receipt.nonce),
        )  # fmt: skip
        self.do(self.house.bidders[i], P.BID_PLACE, sealed_opening.reveal, self.lot, said)

    def award(self) -> tuple[str, int, str]:
        with transaction(read_only=True) as tx:
            made = tx.scalars(select(Award).where(Award.lot_id == self.lot)).one()
            return self.house.plate(self._bidder(tx, made.entry_id)), made.price_fen, made.way

    def _bidder(self, tx: Tx, entry_id: int) -> int:
        return int(tx.execute(text("SELECT account_id FROM entry WHERE id = :e"), {"e": entry_id}).scalar_one())

    def replay(self) -> dict[str, Any]:
        with transaction(read_only=True) as tx:
            return recompute(tx, self.lot)

    def events(self) -> list[AuditEvent]:
        with transaction(read_only=True) as tx:
            return list(
                tx.scalars(select(AuditEvent).where(AuditEvent.subject == f"lot/{self.lot}").order_by(AuditEvent.seq))
            )

    def faults(self) -> list[Fault]:
        with transaction(read_only=True) as tx:
            retold(tx, self.row())
            return faults(evidence(tx, self.row()))


def refused(act: Callable[[], Any]) -> Problem:
    with pytest.raises(Problem) as caught:
        act()
    return caught.value


def test_three_bidders_seal_nobody_opens_early_two_holders_open_and_anybody_checks() -> None:
    hall = Hall().opened()
    assert hall.state() is LotState.SEALED
    assert hall.row().phase is Phase.SEALED
    for i, fen in enumerate((START + 700, START + 900, START)):
        hall.offer(i, fen)
    hall.offer(0, START + 800)  # changes his mind; the last one counts
    assert [hall.give(0), hall.give(1)] == [Given.NOT_CLOSED, Given.NOT_CLOSED]
    with transaction(read_only=True) as tx:
        assert tx.scalars(select(OpenedOffer)).all() == []
        assert not tx.scalars(text("SELECT 1 FROM key_share WHERE given IS NOT NULL")).all()
        assert queries.bids(tx, hall.row().id) == []
    before = [e for e in hall.events() if e.act.startswith("seal.")]
    assert sum(e.act == "seal.hear" and "amount_fen" not in e.facts for e in before) == 4
    assert sum(e.act == "seal.refuse_early" for e in before) == 2

    let_pass(3600)
    assert hall.round().state is RoundState.CLOSED
    place_, sent, _ = hall.sealed(2, START + 10_000)
    assert hall.put(2, place_, sent).verdict is SealVerdict.ENDED
    assert hall.give(2) is Given.WAITING
    assert hall.state() is LotState.SEALED
    assert hall.give(0) is Given.OPENED

    assert hall.award() == ("P0002", START + 900, "auction")
    assert hall.state() is LotState.WON
    told = hall.replay()
    assert (told["agrees"], told["winner"], told["price_fen"]) == (True, "P0002", START + 900)
    assert hall.faults() == []
    with transaction(read_only=True) as tx:  # the losers stand ready in the order of their offers
        assert [p for _, p in queries.candidates(tx, tx.get_one(Lot, hall.lot))] == [START + 800, START]
    one = hall.round()
    assert one.private_key is not None
    with transaction(read_only=True) as tx:
        offers = [o for o in sealed_queries.offers(tx, one.id) if o.verdict is SealVerdict.SEALED]
        found = sealed_queries.opened(tx, [o.id for o in offers])
    for o in offers:
        assert o.ciphertext is not None
        assert o.commitment is not None
        again = S.open_one(
            one.private_key, S.Place(one.lot_name, o.plate, "one_shot/1"), S.Envelope(o.ciphertext, o.commitment.hex())
        )
        assert again.amount_fen == found[o.id].amount_fen
    assert len(offers) == 4


def test_the_tied_quote_again_and_only_they() -> None:
    hall = Hall().opened()
    for i, fen in enumerate((START + 900, START + 900, START)):
        hall.offer(i, fen)
    let_pass(3600)
    hall.give(0), hall.give(1)
    assert hall.state() is LotState.SEALED
    assert hall.round(1).state is RoundState.SEALING
    place_, sent, _ = hall.sealed(2, START + 5_000, 1)
    assert hall.put(2, place_, sent).verdict is SealVerdict.NOT_TIED
    hall.offer(0, START + 899, 1)  # below what he stands at: he stays there
    hall.offer(1, START + 950, 1)
    assert hall.give(2, 1) is Given.NOT_CLOSED
    let_pass(600)
    assert [hall.give(1, 1), hall.give(2, 1)] == [Given.WAITING, Given.OPENED]
    assert hall.award() == ("P0002", START + 950, "auction")
    assert hall.replay()["agrees"] is True
    assert hall.faults() == []


def test_who_ties_and_stays_silent_loses_to_who_came_first() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(1, START + 900)
    hall.offer(0, START + 900)
    let_pass(3600)
    hall.give(0), hall.give(1)
    let_pass(600)  # nobody quoted again: nothing to open
    assert hall.round(1).state is RoundState.REVEALED
    assert hall.award() == ("P0002", START + 900, "auction")
    assert hall.replay()["agrees"] is True


def test_a_holder_of_priority_is_asked_at_the_price_that_was_sealed() -> None:
    hall = Hall(bidders=2, priority="P_ASK", allow_counter=False).opened()
    with transaction() as tx:
        tx.execute(
            text("UPDATE entry SET priority_rank = 1, priority_basis = 'member' WHERE lot_id = :l AND plate = 'P0001'"),
            {"l": hall.lot},
        )
    hall.offer(0, START)
    hall.offer(1, START + 900)
    let_pass(3600)
    hall.give(0), hall.give(1)
    assert hall.state() is LotState.PRIORITY
    with transaction(read_only=True) as tx:
        ask = queries.asks(tx, hall.row().id)[0]
    assert ask.price_fen == START + 900
    with transaction() as tx:
        priority.answer(tx, actor(tx, hall.house.bidders[0], P.BID_PLACE), ask.id, agree=True, counter_fen=None)
    assert hall.award() == ("P0001", START + 900, "priority")
    assert hall.replay()["agrees"] is True
    assert hall.faults() == []


def test_one_valid_offer_is_no_competition_where_the_notice_wants_two() -> None:
    hall = Hall(bidders=2, one_bidder="NEED_TWO").opened()
    hall.offer(0, START)
    hall.offer(1, START - 1)  # opened, and found to lie below the start
    let_pass(3600)
    hall.give(0), hall.give(1)
    assert hall.state() is LotState.FAILED
    assert hall.replay() | {"winner": None, "agrees": True} == hall.replay()
    assert hall.faults() == []


def test_what_cannot_be_read_is_named_and_stops_nothing() -> None:
    hall = Hall(bidders=4).opened()
    place_, sent, _ = hall.sealed(0, START + 9_000)
    hall.put(0, place_, S.Envelope(sent.ciphertext[:-1] + bytes([sent.ciphertext[-1] ^ 1]), sent.commitment))
    other, theirs, _ = hall.sealed(3, START + 8_000)
    hall.put(1, S.Place(place_.lot, hall.house.plate(hall.house.bidders[1]), place_.rules), theirs)
    lying, lied, _ = hall.sealed(2, START + 7_000)
    hall.put(2, lying, S.Envelope(lied.ciphertext, sent.commitment))
    hall.offer(3, START + 100)
    let_pass(3600)
    hall.give(0), hall.give(1)
    with transaction(read_only=True) as tx:
        found = tx.execute(
            select(SealedOffer.plate, OpenedOffer.fault).join(OpenedOffer, OpenedOffer.offer_id == SealedOffer.id)
        ).all()
    assert {row.plate: row.fault for row in found} == {
        "P0001": "NOT_FOR_THIS_PLACE", "P0002": "NOT_FOR_THIS_PLACE", "P0003": "NOT_AS_COMMITTED", "P0004": None,
    }  # fmt: skip
    assert hall.award() == ("P0004", START + 100, "auction")
    assert hall.replay()["agrees"] is True
    assert hall.faults() == []
    assert other.lot == place_.lot


def test_an_amount_that_no_contract_can_name_does_not_hold_up_the_others() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, 10**15 - 1)
    hall.offer(1, START)
    let_pass(3600)
    hall.give(0), hall.give(1)
    assert hall.award() == ("P0002", START, "auction")
    assert hall.replay()["agrees"] is True


def test_an_envelope_for_elsewhere_is_refused_while_it_can_be_mended() -> None:
    hall = Hall().opened()
    place_, sent, _ = hall.sealed(0, START)
    wrong = [
        (S.Place("lot/999/1.0", place_.bidder, place_.rules), "WRONG_LOT"),
        (S.Place(place_.lot, "P0002", place_.rules), "WRONG_BIDDER"),
        (S.Place(place_.lot, place_.bidder, "ascending/1"), "WRONG_RULES"),
    ]
    for elsewhere, why in wrong:
        caught = refused(lambda p=elsewhere: hall.put(0, p, sent))  # type: ignore[misc]
        assert (type(caught), caught.reason) == (Invalid, why)
    short = refused(lambda: hall.put(0, place_, S.Envelope(sent.ciphertext[:-1], sent.commitment)))
    assert (short.reason, short.field) == ("WRONG_SIZE", "ciphertext")


def test_the_same_key_gives_the_same_answer_and_another_body_none() -> None:
    hall = Hall().opened()
    place_, sent, _ = hall.sealed(0, START)
    first = hall.put(0, place_, sent, "key-00001")
    copied = hall.put(1, S.Place(place_.lot, "P0002", place_.rules), sent, "copied-01")
    assert copied.verdict is SealVerdict.DUPLICATE  # an envelope once sent is nobody else's
    let_pass(3600)
    assert hall.put(0, place_, sent, "key-00001").id == first.id  # even after the close
    _, another, _ = hall.sealed(0, START + 1)
    assert refused(lambda: hall.put(0, place_, another, "key-00001")).reason == "KEY_REUSED"


def test_a_withdrawn_offer_counts_for_nothing() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START + 900)
    hall.offer(1, START)
    back = Envelope("back-0001", hall.round().lot_name, "P0001", "one_shot/1")
    offer = hall.do(hall.house.bidders[0], P.BID_PLACE, sealed_offers.put, hall.lot, back)[0]
    assert offer.verdict is SealVerdict.WITHDRAWN
    let_pass(3600)
    hall.give(0), hall.give(1)
    assert hall.award() == ("P0002", START, "auction")
    assert hall.replay()["agrees"] is True


def test_two_lost_shares_leave_the_receipts() -> None:
    hall = Hall().opened()
    kept = [hall.offer(i, fen) for i, fen in enumerate((START + 700, START + 900, START + 100))]
    hall.lose(0)  # known early: nothing happens before the close
    let_pass(3600)
    assert refused(lambda: hall.show(1, kept[1])).reason == "NOT_REVEALING"
    hall.lose(1)
    assert hall.round().state is RoundState.REVEALING
    hall.show(0, kept[0])
    forged = S.Receipt(START + 9_000, kept[1].nonce)
    assert refused(lambda: hall.show(1, forged)).reason == "NOT_AS_COMMITTED"
    hall.show(1, kept[1])
    hall.show(1, kept[1])  # again changes nothing
    assert hall.state() is LotState.SEALED
    let_pass(86_400)  # the third stays silent
    assert hall.award() == ("P0002", START + 900, "auction")
    assert hall.round().state is RoundState.REVEALED
    assert hall.replay()["agrees"] is True
    assert hall.faults() == []


def test_shares_that_turn_up_open_even_who_stayed_silent() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START + 900)
    hall.offer(1, START)
    let_pass(3600)
    let_pass(1800)  # nobody gave a share in time
    assert hall.round().state is RoundState.REVEALING
    assert [hall.give(1), hall.give(2)] == [Given.WAITING, Given.OPENED]
    assert hall.award() == ("P0001", START + 900, "auction")


def test_one_false_share_waits_for_the_third() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START)
    hall.offer(1, START + 1)
    digest = sha256(hall.share(1)[1]).digest()
    for _ in range(2):
        hall.do(hall.holders[1], P.SHARE_HOLD, sealed_opening.confirm, hall.lot, 0, digest)
    let_pass(3600)
    other = refused(lambda: hall.do(hall.holders[1], P.SHARE_HOLD, sealed_opening.give, hall.lot, 0, 2, bytes(32)))
    assert other.reason == "NOT_AS_CONFIRMED"
    number, share = hall.share(0)
    false = bytes(b ^ 1 for b in share)
    hall.do(hall.holders[0], P.SHARE_HOLD, sealed_opening.give, hall.lot, 0, number, false)
    assert hall.give(1) is Given.NOT_FITTING
    assert hall.give(2) is Given.OPENED
    assert hall.award()[1] == START + 1


def test_nothing_opens_without_a_key() -> None:
    hall = Hall()
    let_pass(3600 + 60)
    assert (hall.state(), hall.row().phase) == (LotState.SCHEDULED, Phase.WAITING)
    put = Envelope("early-001", envelope.lot_name(hall.lot, 1, 0), "P0001", "one_shot/1")
    caught = refused(lambda: hall.do(hall.house.bidders[0], P.BID_PLACE, sealed_offers.put, hall.lot, put))
    assert (type(caught), caught.reason) == (Refused, SealVerdict.NOT_OPEN)


def test_an_envelope_before_the_hour_is_refused_and_an_open_offer_at_any() -> None:
    hall = Hall().announce()
    place_, sent, _ = hall.sealed(0, START)
    assert hall.put(0, place_, sent).verdict is SealVerdict.NOT_OPEN
    let_pass(60)
    assert hall.put(0, place_, sent, "key-again").verdict is SealVerdict.SEALED
    open_one = PlaceBid("open-0001", START)
    caught = refused(lambda: hall.do(hall.house.bidders[0], P.BID_PLACE, place, hall.lot, open_one))
    assert (type(caught), caught.reason) == (Refused, Verdict.SEALED_ONLY)


def test_keys_are_kept_by_three_organisations_none_of_which_made_them() -> None:
    hall = Hall()
    good = [hall.ceremony(0), hall.ceremony(1)]

    def announce(*made: Ceremony) -> Any:
        return hall.do(hall.auctioneer, P.AUCTION_SCHEDULE, sealed_keys.announce, hall.lot, list(made))

    assert refused(lambda: announce(good[0])).field == "keys"
    assert refused(lambda: announce(good[0], good[0])).field == "keys"
    twice = Ceremony(
        good[0].public_key, (good[0].shares[0], good[0].shares[1], DeliveredShare(hall.ids[1], 3, b"\0" * 81))
    )
    assert refused(lambda: announce(twice, good[1])).field == "keys[0].shares"
    weak = Ceremony(bytes(32), good[0].shares)
    assert refused(lambda: announce(weak, good[1])).field == "keys[0].public_key"
    announce(*good)
    announce(hall.ceremony(0), hall.ceremony(1))  # a holder could not open his share: made anew
    assert hall.share(0)[0] == 1
    let_pass(60)
    assert isinstance(refused(lambda: announce(hall.ceremony(0), hall.ceremony(1))), Conflict)
    stranger = refused(lambda: hall.do(hall.auctioneer, P.SHARE_HOLD, sealed_opening.give, hall.lot, 0, 1, bytes(32)))
    assert isinstance(stranger, NotFound)


def test_two_holders_at_the_same_instant_open_once() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START)
    hall.offer(1, START + 1)
    let_pass(3600)
    ready = Barrier(3)
    shares = [hall.share(h) for h in range(3)]

    def give(h: int) -> str:
        ready.wait()
        try:
            return hall.do(hall.holders[h], P.SHARE_HOLD, sealed_opening.give, hall.lot, 0, *shares[h]).value  # type: ignore[no-any-return]
        except Problem as e:
            return type(e).__name__

    with ThreadPoolExecutor(3) as pool:
        came = sorted(pool.map(give, range(3)))
    assert came == ["Conflict", "OPENED", "WAITING"]
    assert sum(e.act == "seal.open" for e in hall.events()) == 1
    assert hall.award()[1] == START + 1


def test_an_opening_that_breaks_off_opens_nothing() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START)
    hall.offer(1, START + 1)
    let_pass(3600)
    hall.give(0)
    with transaction() as tx:
        who = actor(tx, hall.holders[1], P.SHARE_HOLD)
        assert sealed_opening.give(tx, who, hall.lot, 0, *hall.share(1)) is Given.OPENED
        tx.session.rollback()  # what the database does when its client is killed
    one = hall.round()
    assert (one.state, one.private_key, hall.row().leader) == (RoundState.CLOSED, None, None)
    with transaction(read_only=True) as tx:
        assert not sealed_queries.opened(tx, [o.id for o in sealed_queries.offers(tx, one.id)])
    assert hall.give(1) is Given.OPENED
    assert hall.award()[1] == START + 1


def test_an_outage_over_the_end_gives_the_time_back() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START)
    let_pass(3590)
    let_pass(60, beating=False)
    assert hall.state() is LotState.FROZEN
    place_, sent, _ = hall.sealed(1, START + 1)
    assert hall.put(1, place_, sent).verdict is SealVerdict.FROZEN
    assert hall.give(0) is Given.NOT_CLOSED
    let_pass(15 * 60)
    assert (hall.state(), hall.row().phase) == (LotState.SEALED, Phase.SEALED)
    hall.offer(1, START + 1)
    let_pass(600)
    hall.give(0), hall.give(1)
    assert hall.award() == ("P0002", START + 1, "auction")
    assert hall.faults() == []


def test_an_outage_in_the_second_round_gives_the_time_back_too() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START)
    hall.offer(1, START)
    let_pass(3600)
    hall.give(0), hall.give(1)
    let_pass(580)
    let_pass(60, beating=False)
    assert hall.state() is LotState.FROZEN
    let_pass(15 * 60)
    hall.offer(1, START + 1, 1)
    let_pass(600)
    hall.give(0, 1), hall.give(1, 1)
    assert hall.award() == ("P0002", START + 1, "auction")


def test_a_freeze_keeps_what_was_left_of_the_period() -> None:
    hall = Hall(bidders=2).opened()
    let_pass(3000)

    def ask(kind: str, reason: str | None) -> None:
        with transaction() as tx:
            who = actor(tx, hall.auctioneer, P.AUCTION_FREEZE)
            pause.ask(tx, who, hall.lot, kind, reason=reason, note="演示")
        hall.do(hall.holders[1], P.AUCTION_COSIGN, pause.cosign, hall.lot)

    ask("freeze", "JUDICIAL_NOTICE")
    assert hall.state() is LotState.FROZEN
    let_pass(86_400)
    ask("unfreeze", None)
    assert hall.state() is LotState.SEALED
    hall.offer(0, START)
    let_pass(595)
    hall.offer(1, START + 1)
    let_pass(10)
    hall.give(0), hall.give(1)
    assert hall.award()[1] == START + 1


TAMPERING = (
    "UPDATE sealed_offer SET commitment = sha256('x') WHERE round_id = :r AND n = 1",
    "UPDATE sealed_offer SET verdict = 'NOT_OPEN' WHERE round_id = :r AND n = 1",
    "UPDATE opened_offer SET amount_fen = 7 WHERE offer_id = (SELECT id FROM sealed_offer WHERE round_id = :r AND n = 1)",
    "DELETE FROM opened_offer WHERE offer_id = (SELECT id FROM sealed_offer WHERE round_id = :r AND n = 1)",
    "UPDATE sealed_offer SET received_at = received_at - interval '1 s' WHERE round_id = :r AND n = 2",
    "UPDATE sealed_round SET private_key = sha256('x') WHERE id = :r",
)


def test_whoever_changes_a_row_afterwards_is_found_out() -> None:
    hall = Hall(bidders=2).opened()
    hall.offer(0, START)
    hall.offer(1, START + 1)
    let_pass(3600)
    hall.give(0), hall.give(1)
    assert hall.replay()["agrees"] is True
    one, row = hall.round(), hall.row()
    for sql in TAMPERING:
        with transaction() as tx:
            tx.execute(text(sql), {"r": one.id})
            assert recompute(tx, hall.lot)["agrees"] is False, sql
            assert "P6" in {f.law for f in faults(evidence(tx, row))}, sql
            tx.session.rollback()


def test_the_notice_says_that_offers_are_sealed() -> None:
    said = BiddingIn.model_validate({"mode": "one_shot", "free_seconds": 7200})
    defaults = {"max_extensions": 1, "min_bidders": 2}
    rules = bidding_defaults("collective_asset") | _overrides(said, defaults)
    assert rules["mode"] == "one_shot"
    assert rules["rule_version"] == "one_shot/1"
    assert (rules["free_seconds"], rules["timed_seconds"], rules["requote_rounds"]) == (7200, 0, 1)
    for wrong in (
        {"mode": "one_shot", "timed_seconds": 60},
        {"requote_rounds": 1},
        {"mode": "one_shot", "free_seconds": 60},
    ):
        with pytest.raises(ValueError, match="密封"):
            BiddingIn.model_validate(wrong)
