"""What arrives together is heard together: each for himself, in order, and nobody is lost in the crowd."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Thread
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, func, select, text

from app.audit.actions import verify_chain
from app.base.actor import Actor
from app.base.db import transaction
from app.base.errors import Invalid, NotFound, Refused, Unavailable
from app.bidding import queries
from app.bidding.actions.check import check_all
from app.bidding.actions.fold import auction_of
from app.bidding.actions.place import Asked, Heard, PlaceBid, place_all
from app.bidding.lane import Lane
from app.bidding.models import Bid, Session
from app.listing import queries as listings
from app.rules.bidding import Offer, Verdict, hear
from tests.bidding.house import START, STEP, House, open_house
from tests.people import actor

LONG = {"free_seconds": 3600, "timed_seconds": 0}


@pytest.fixture
def house(database: Engine) -> House:
    with transaction() as tx:
        return open_house(tx, lots=2, bidders=4, **LONG)


@pytest.fixture
def people(house: House) -> list[Actor]:
    with transaction(read_only=True) as tx:
        return [actor(tx, who) for who in house.bidders]


def heard(answer: Any) -> Heard:
    assert isinstance(answer, Heard), answer
    return answer


def ask_all(*asked: Asked) -> list[Any]:
    with transaction() as tx:
        return list(place_all(tx, asked))


def test_one_lock_one_instant_one_number_after_another(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    answers = [
        heard(a)
        for a in ask_all(*(Asked(people[i], lot, PlaceBid(f"key-{i}-00000", START + i * STEP)) for i in range(4)))
    ]
    assert [a.bid.n for a in answers] == [1, 2, 3, 4]
    assert [a.bid.seq for a in answers] == [1, 2, 3, 4]
    assert len({a.bid.at for a in answers}) == 1
    assert len({a.log.event_id for a in answers if a.log}) == 4
    with transaction(read_only=True) as tx:
        assert verify_chain(tx, f"lot/{lot}")[1] is None
        assert check_all(tx) == {}


def test_what_is_wrong_with_one_is_his_alone(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    with transaction() as tx:
        stranger = actor(tx, open_house(tx, bidders=1).bidders[0])
    answers = ask_all(
        Asked(stranger, lot, PlaceBid("key-of-a-stranger", START)),
        Asked(people[0], 2**40, PlaceBid("key-of-no-lot", START)),
        Asked(people[0], lot, PlaceBid("key-too-low-00", START - STEP)),
        Asked(people[1], lot, PlaceBid("key-good-00000", START)),
        Asked(people[1], lot, PlaceBid("key-good-00000", START)),
        Asked(people[1], lot, PlaceBid("key-good-00000", START + STEP)),
        Asked(people[2], lot, PlaceBid("key-good-00000", START + STEP)),
    )
    assert isinstance(answers[0], Refused)
    assert answers[0].reason == Verdict.NOT_QUALIFIED
    assert isinstance(answers[1], NotFound)
    assert heard(answers[2]).bid.verdict is Verdict.BELOW_START
    assert heard(answers[3]).bid.verdict is Verdict.LEADING
    assert not heard(answers[3]).replayed
    again = heard(answers[4])
    assert again.replayed
    assert again.bid.n == heard(answers[3]).bid.n
    assert again.log == heard(answers[3]).log
    assert isinstance(answers[5], Invalid)
    assert answers[5].reason == "KEY_REUSED"
    assert heard(answers[6]).bid.verdict is Verdict.LEADING, "a key is its bidder's own"


def test_an_answer_given_again_waits_for_the_standby_too(house: House, people: list[Actor]) -> None:
    asked = Asked(people[0], house.lots[0], PlaceBid("key-once-0000", START))
    ask_all(asked)
    assigned = text("SELECT pg_current_xact_id_if_assigned()")
    with transaction() as tx:
        assert heard(place_all(tx, [asked])[0]).replayed
        before = tx.scalar(text("SELECT pg_current_wal_insert_lsn()::text"))
        assert heard(place_all(tx, [asked])[0]).replayed
        grown = text("SELECT pg_current_wal_insert_lsn() > CAST(:before AS pg_lsn)")
        assert tx.scalar(grown, {"before": before}) is True, "the locks are held already: this is the fence"
        assert tx.scalar(assigned) is not None
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(func.count()).select_from(Bid)) == 1


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-2, 14), st.booleans()), min_size=1, max_size=12))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_batch_says_what_one_after_another_would(database: Engine, offers: list[tuple[int, int, bool]]) -> None:
    with transaction() as tx:
        house = open_house(tx, bidders=3, **LONG)
    lot = house.lots[0]
    with transaction() as tx:
        people = [actor(tx, who) for who in house.bidders]
        state = auction_of(queries.session(tx, listings.public_lot(tx, lot)))
        asked = [
            PlaceBid(f"key-{n:06d}", START + steps * STEP, START + steps * STEP if sure else None)
            for n, (_, steps, sure) in enumerate(offers)
        ]
        answers = place_all(tx, [Asked(people[i], lot, one) for (i, _, _), one in zip(offers, asked, strict=True)])
    for (i, _, _), one, answer in zip(offers, asked, answers, strict=True):
        bid = heard(answer).bid
        state, verdict = hear(
            state, Offer(house.plate(people[i].account_id), one.amount_fen, None, one.confirm_fen), bid.at
        )
        assert (bid.verdict, bid.seq) == (verdict, state.seq if verdict is Verdict.LEADING else None)


def test_two_crowds_at_the_same_lots_in_contrary_order_never_deadlock(house: House, people: list[Actor]) -> None:
    def crowd(i: int) -> None:
        lots = house.lots if i else house.lots[::-1]
        for n in range(25):
            for answer in ask_all(*(Asked(people[i], lot, PlaceBid(f"key-{i}-{n:06d}", START)) for lot in lots)):
                heard(answer)

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(crowd, i) for i in range(2)]:
            done.result()
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(func.count()).select_from(Bid)) == 100
        assert check_all(tx) == {}


@contextmanager
def opened(**options: Any) -> Iterator[tuple[Lane, Any]]:
    """A lane at work, and a way to ask it from here."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    lane = Lane(**options)
    lane.start()

    def ask(asked: Asked) -> "Future[Heard]":
        return asyncio.run_coroutine_threadsafe(lane.ask(asked), loop)

    try:
        yield lane, ask
    finally:
        lane.stop()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@contextmanager
def held(lot: int) -> Iterator[None]:
    """Somebody has the lot, so whoever wants it waits."""
    with transaction() as tx:
        listings.lock_public_lots(tx, {lot})
        yield


def until_somebody_waits() -> None:
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while True:
        with transaction(read_only=True) as tx:
            if tx.scalar(waiting):
                return


def test_what_comes_while_a_commit_is_under_way_is_the_next_batch(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    with opened() as (_, ask):
        with held(lot):
            first = ask(Asked(people[0], lot, PlaceBid("key-first-000", START)))
            until_somebody_waits()
            others = [ask(Asked(people[i], lot, PlaceBid(f"key-{i}-000000", START + i * STEP))) for i in (1, 2, 3)]
        instants = [f.result(10).bid.at for f in (first, *others)]
    assert instants[0] < instants[1] == instants[2] == instants[3]


def test_whoever_hangs_up_has_bid_all_the_same(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    with opened() as (_, ask), held(lot):
        gone = ask(Asked(people[0], lot, PlaceBid("key-gone-0000", START)))
        until_somebody_waits()
        gone.cancel()
    with transaction(read_only=True) as tx:
        assert tx.scalars(select(Bid.key)).all() == ["key-gone-0000"]


def test_a_full_queue_says_so_at_once_and_hears_nothing(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    with opened(depth=1) as (_, ask):
        with held(lot):
            first = ask(Asked(people[0], lot, PlaceBid("key-first-000", START)))
            until_somebody_waits()
            second = ask(Asked(people[1], lot, PlaceBid("key-second-00", START + STEP)))
            with pytest.raises(Unavailable) as refused:
                ask(Asked(people[2], lot, PlaceBid("key-third-000", START + 2 * STEP))).result(10)
        assert (refused.value.status, refused.value.retry_after) == (503, 1)
        assert [f.result(10).bid.seq for f in (first, second)] == [1, 2]
    with transaction(read_only=True) as tx:
        assert tx.scalar(select(func.count()).select_from(Bid)) == 2


def test_the_end_answers_everybody_who_waits_and_takes_nobody_more(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    with opened() as (lane, ask):
        with held(lot):
            waiting = [ask(Asked(people[i], lot, PlaceBid(f"key-{i}-000000", START + i * STEP))) for i in range(3)]
            until_somebody_waits()
            ending = Thread(target=lane.stop)
            ending.start()
            is_open = True
            while is_open:
                late = ask(Asked(people[3], lot, PlaceBid("key-late-0000", START + 9 * STEP)))
                try:
                    late.result(timeout=0.05)
                except Unavailable:
                    is_open = False
                except TimeoutError:
                    continue  # it came before the end, and waits with the others
        ending.join()
        assert {f.result(10).bid.verdict for f in waiting} == {Verdict.LEADING}


def test_a_batch_that_fails_fails_for_its_culprit_alone(house: House, people: list[Actor]) -> None:
    lot = house.lots[0]
    with opened() as (_, ask):
        with held(lot):
            first = ask(Asked(people[0], lot, PlaceBid("key-first-000", START)))
            until_somebody_waits()
            culprit = ask(Asked(people[1], lot, PlaceBid("k" * 65, START + STEP)))
            innocent = ask(Asked(people[2], lot, PlaceBid("key-innocent", START + STEP)))
        assert first.result(10).bid.seq == 1
        assert "value too long" in str(culprit.exception(10))
        assert innocent.result(10).bid.seq == 2
    with transaction(read_only=True) as tx:
        assert tx.scalars(select(Session.n_heard).where(Session.lot_id == lot)).one() == 2
        assert check_all(tx) == {}
