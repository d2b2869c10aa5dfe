"""The checker is checked: a good history passes, and each property has a history that breaks it alone."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.bidding.invariants import (
    LAWS as ROW_LAWS,
)  # fmt: skip
from app.bidding.invariants import (
    AwardFacts,
    BidFacts,
    DepositFacts,
    Evidence,
    LoggedBid,
)
from app.rules.bidding import Extension, Offer, Phase, Rules, Verdict, hear, open_auction
from app.rules.outage import interrupt, reopen
from app.rules.replay import Heard, Interrupted, play
from tests.bidding.history import LAWS as CALL_LAWS
from tests.bidding.history import Call, violations

OPENS = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
RULES = Rules(
    start_fen=100_000, step_fen=1_000, opens_at=OPENS, free=timedelta(minutes=10), extension=Extension.ANTI_SNIPE,
    snipe_window=timedelta(minutes=1), snipe_delay=timedelta(minutes=1),
)  # fmt: skip
PLATES = {1: "P0001", 2: "P0002"}
OFFERS = [(1, 100_000, 5), (2, 101_000, 60), (2, 102_000, 90), (1, 103_000, 120), (2, 104_000, 598), (1, 104_500, 620)]


def _events(bids: tuple[BidFacts, ...]) -> tuple[Heard, ...]:
    return tuple(Heard(b.at, Offer(b.plate, b.amount_fen, b.rank), b.verdict) for b in bids)


def good() -> tuple[list[Call], Evidence]:
    """Six offers, two of them refused, the fifth near the end, which it moves; closed, won, logged, deposits held."""
    auction, bids, calls = open_auction(RULES), [], []
    for n, (bidder, fen, second) in enumerate(OFFERS, start=1):
        at = OPENS + timedelta(seconds=second)
        auction, verdict = hear(auction, Offer(PLATES[bidder], fen), at)
        seq = auction.seq if verdict is Verdict.LEADING else None
        bids.append(BidFacts(n, seq, bidder, PLATES[bidder], fen, None, verdict, at, auction.end_at, f"key-{n:05d}"))
        receipt = {
            "n": n, "seq": seq, "plate": PLATES[bidder], "amount_fen": fen, "verdict": verdict.value,
            "at": at.isoformat(), "replayed": False,
        }  # fmt: skip
        calls.append(
            Call(
                7, PLATES[bidder], fen, f"key-{n:05d}", second - 0.01, second + 0.01, at - timedelta(milliseconds=10),
                at + timedelta(milliseconds=10), 201 if seq else 409, receipt if seq else {"receipt": receipt},
            )
        )  # fmt: skip
    last = calls[0]
    calls.append(
        replace(last, t0=700.0, t1=700.1, w0=OPENS + timedelta(seconds=700), body=last.body | {"replayed": True})
    )
    rows = tuple(bids)
    return calls, Evidence(
        session_id=1, lot_id=7, rules=RULES, phase=Phase.ENDED, seq=4, n_heard=6, best_fen=auction.best_fen,
        leader=auction.leader, end_at=auction.end_at, closed_at=auction.end_at + timedelta(milliseconds=300), bids=rows,
        events=_events(rows), awards=(AwardFacts(2, "P0002", 104_000, "auction", alive=True),),
        deposits=(DepositFacts(1, "held", 500, 1), DepositFacts(2, "held", 500, 0)), escrow_fen=1_000, ledger_fen=0,
        logged=tuple(LoggedBid(b.n, b.seq, b.plate, b.amount_fen, b.verdict.value) for b in rows), n_closed=1,
    )  # fmt: skip


def with_bids(e: Evidence, change: Callable[[BidFacts], BidFacts]) -> Evidence:
    """The same history with other rows, logged and replayed as they now stand."""
    bids = tuple(change(b) for b in e.bids)
    logged = tuple(LoggedBid(b.n, b.seq, b.plate, b.amount_fen, b.verdict.value) for b in bids)
    return replace(e, bids=bids, events=_events(bids), logged=logged)


def test_a_good_history_has_no_fault() -> None:
    calls, evidence = good()
    assert violations(calls, [evidence]) == []
    assert [b.verdict for b in evidence.bids] == [
        "LEADING", "LEADING", "SELF_OUTBID", "LEADING", "LEADING", "STEP_TOO_SMALL",
    ]  # fmt: skip
    assert evidence.end_at == OPENS + timedelta(seconds=658)


def answer(calls: list[Call], i: int, **over: Any) -> list[Call]:
    """The calls with one answer changed."""
    changed = replace(calls[i], body=calls[i].body | over)
    return [*calls[:i], changed, *calls[i + 1 :]]


Broken = tuple[list[Call], Evidence]


def not_sent(calls: list[Call], e: Evidence) -> Broken:
    unknown = replace(calls[1], status=None, body={}, amount_fen=101_500)
    return [calls[0], unknown, *calls[2:]], e


def not_kept(calls: list[Call], e: Evidence) -> Broken:
    ghost = calls[1].body | {"n": 7, "seq": 5, "at": (OPENS + timedelta(seconds=650)).isoformat()}
    late = replace(
        calls[1], key="key-ghost", amount_fen=101_000, t0=649.9, t1=650.1, body=ghost,
        w0=OPENS + timedelta(seconds=649), w1=OPENS + timedelta(seconds=651),
    )  # fmt: skip
    return [*calls, late], e


def a_number_twice(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, n_heard=7)


def half_a_step(calls: list[Call], e: Evidence) -> Broken:
    halved = with_bids(e, lambda b: replace(b, amount_fen=100_500) if b.n == 2 else b)
    calls = [
        replace(c, amount_fen=100_500, body=c.body | {"amount_fen": 100_500}) if c.key == "key-00002" else c
        for c in calls
    ]
    # The replay would see it too; without its events the prices themselves must tell.
    return calls, replace(halved, events=())


def closed_early(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, closed_at=e.end_at - timedelta(milliseconds=1))


def heard_elsewhen(calls: list[Call], e: Evidence) -> Broken:
    skewed = (OPENS + timedelta(seconds=60, milliseconds=1500)).isoformat()
    return answer(calls, 1, at=skewed), e


def an_end_taken_back(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(
        e, bids=tuple(replace(b, end_at_after=b.end_at_after + timedelta(hours=1)) if b.n == 2 else b for b in e.bids)
    )


def another_winner(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, awards=(AwardFacts(1, "P0001", 103_000, "auction", alive=True),))


def out_of_order(calls: list[Call], e: Evidence) -> Broken:
    late = replace(calls[1], t0=500.0, t1=500.1)
    return [calls[0], late, *calls[2:]], e


def stood_still_for_one(calls: list[Call], e: Evidence) -> Broken:
    refused = replace(calls[0], key="key-other", status=409, body={"reason": "FROZEN"})
    return [*calls, refused], e


def two_answers(calls: list[Call], e: Evidence) -> Broken:
    again = replace(calls[3], key="key-00001", t0=119.98, t1=120.02)
    return [*calls[:3], again, *calls[4:]], replace(
        e, bids=tuple(replace(b, key="key-00001", bidder=9) if b.n == 4 else b for b in e.bids)
    )


def a_key_twice(calls: list[Call], e: Evidence) -> Broken:
    doubled = tuple(replace(b, key="key-00001") if b.n == 4 else b for b in e.bids)
    unknown = replace(calls[3], key="key-00001", status=None, body={})
    return [*calls[:3], unknown, *calls[4:]], replace(e, bids=doubled)


def paid_out_twice(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, deposits=(DepositFacts(1, "held", 500, 2), e.deposits[1]))


def taken_from_escrow(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, escrow_fen=500)


def unlogged(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, logged=e.logged[:-1])


def closed_twice(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, n_closed=2)


def a_broken_chain(calls: list[Call], e: Evidence) -> Broken:
    return calls, replace(e, chain_fault="link@3")


@pytest.mark.parametrize(
    ("law", "spoil"),
    [
        ("P0", not_sent), ("P1", not_kept), ("P2", a_number_twice), ("P3", half_a_step), ("P4", closed_early),
        ("P4", heard_elsewhen), ("P5", an_end_taken_back), ("P6", another_winner), ("P7", out_of_order),
        ("P7", stood_still_for_one), ("P8", two_answers), ("P8", a_key_twice), ("P9", paid_out_twice),
        ("P9", taken_from_escrow), ("P10", unlogged), ("P10", closed_twice), ("P10", a_broken_chain),
    ],
)  # fmt: skip
def test_each_property_is_broken_by_a_history_that_breaks_it_alone(
    law: str, spoil: Callable[[list[Call], Evidence], Broken]
) -> None:
    calls, evidence = spoil(*good())
    assert {fault.law for fault in violations(calls, [evidence])} == {law}


def test_every_property_has_its_history() -> None:
    assert set(ROW_LAWS) | set(CALL_LAWS) == {f"P{n}" for n in range(11)}


def test_an_outage_explains_a_refusal_and_moves_the_end() -> None:
    """What was refused between the last heartbeat and the discovery is no contradiction."""
    stop, found = OPENS + timedelta(seconds=595), OPENS + timedelta(seconds=700)
    ended = Heard(found - timedelta(seconds=1), Offer("P0001", 100_000), Verdict.ENDED)
    auction, wrong = play(
        RULES, [Interrupted(stop, reopened=False), ended, Interrupted(found + timedelta(minutes=15), reopened=True)]
    )
    assert wrong == []
    assert auction.phase is Phase.FREE
    assert auction.end_at == found + timedelta(minutes=15, seconds=5) + RULES.snipe_delay
    stopped = interrupt(open_auction(RULES), stop)
    assert reopen(stopped, found).end_at == found + timedelta(seconds=5) + RULES.snipe_delay
