"""The auction over HTTP: every refusal has its code, a key has one answer, freezes give time back, priority is asked."""

import pytest

from app.demo.player import Json, instant
from tests.stories.stage import DEAL, Stage, another

OFFICE = "changge"


def in_free_bidding(stage: Stage) -> Json:
    return stage.walk(until="L61")


def refusal(stage: Stage, lot: Json, n: int, fen: int, key: str, **over: object) -> Json:
    body = {"amount_fen": fen} | over
    return stage.refused(f"bidder{n}", f"/lots/{lot['id']}/bids", body, key=key)


def test_each_refusal_carries_its_code_and_a_refused_bid_changes_nothing(stage: Stage) -> None:
    lot = in_free_bidding(stage)
    assert refusal(stage, lot, 1, 79_000, "k-below-1")["reason"] == "BELOW_START"
    assert refusal(stage, lot, 1, 80_500, "k-multi-1")["reason"] == "STEP_NOT_MULTIPLE"
    assert refusal(stage, lot, 3, 80_000, "k-third-1")["reason"] == "NOT_QUALIFIED"
    stage.bid(lot, 1, 80_000, "k-first-1")
    assert refusal(stage, lot, 1, 81_000, "k-self-01")["reason"] == "SELF_OUTBID"
    assert refusal(stage, lot, 2, 80_000, "k-small-1")["reason"] == "STEP_TOO_SMALL"
    assert refusal(stage, lot, 2, 800_000, "k-jump-01")["reason"] == "CONFIRM_JUMP"
    assert refusal(stage, lot, 2, 81_000, "k-stale-1", expected_seq=0)["reason"] == "STALE_SCREEN"
    shown = stage.get(None, f"/lots/{lot['id']}/auction")
    assert (shown["seq"], shown["best_fen"], shown["next_fen"]) == (1, 80_000, 81_000)


def test_one_key_has_one_effect_and_one_answer(stage: Stage) -> None:
    lot = in_free_bidding(stage)
    first = stage.bid(lot, 1, 80_000, "same-key-1")
    again = stage.bid(lot, 1, 80_000, "same-key-1")
    assert again == first | {"replayed": True}
    problem = refusal(stage, lot, 1, 82_000, "same-key-1")
    assert (problem["status"], problem["reason"]) == (422, "KEY_REUSED")
    assert len(stage.get(None, f"/lots/{lot['id']}/bids")["items"]) == 1


def test_a_bid_without_a_key_is_told_so(stage: Stage) -> None:
    lot = in_free_bidding(stage)
    problem = stage.refused("bidder1", f"/lots/{lot['id']}/bids", {"amount_fen": 80_000})
    assert (problem["status"], problem["field"]) == (422, "Idempotency-Key")


def test_no_bid_before_the_opening_and_none_at_the_end(stage: Stage) -> None:
    lot = stage.walk(until="L60")
    assert refusal(stage, lot, 1, 80_000, "early-001")["reason"] == "NOT_OPEN"
    stage.pass_time(lot["auction_at"])
    stage.bid(lot, 1, 80_000, "in-time-01")
    while stage.lot()["state"] in {"L61", "L62"}:
        stage.pass_time(stage.get(None, f"/lots/{lot['id']}/auction")["end_at"])
    assert refusal(stage, lot, 2, 81_000, "late-0001")["reason"] == "ENDED"
    assert stage.lot()["state"] == "L70"


def test_in_the_timed_period_each_bid_starts_a_whole_period_anew(stage: Stage) -> None:
    lot = in_free_bidding(stage)
    stage.bid(lot, 1, 80_000, "free-0001")
    stage.pass_time(stage.get(None, f"/lots/{lot['id']}/auction")["end_at"])
    before = stage.get(None, f"/lots/{lot['id']}/auction")
    assert before["phase"] == "TIMED"
    receipt = stage.bid(lot, 2, 81_000, "timed-001")
    after = stage.get(None, f"/lots/{lot['id']}/auction")
    assert instant(after["end_at"]) >= instant(before["end_at"])
    assert (instant(after["end_at"]) - instant(receipt["at"])).total_seconds() == 180


def test_a_freeze_takes_two_and_gives_the_time_back(stage: Stage) -> None:
    lot = in_free_bidding(stage)
    path = f"/lots/{lot['id']}"
    stage.post(f"{OFFICE}-auctioneer", f"{path}/freeze", {"reason_code": "SYSTEM_FAILURE", "note": "网络中断"})
    assert stage.lot()["state"] == "L61", "会签之前竞价继续"
    stage.post(f"{OFFICE}-supervisor", f"{path}/cosign-pause")
    left = instant(stage.get(None, f"{path}/auction")["end_at"])
    assert stage.lot()["state"] == "L67"
    assert refusal(stage, lot, 1, 80_000, "frozen-01")["reason"] == "FROZEN"
    stage.pass_time("2026-01-28T09:00:00+08:00")
    stage.post(f"{OFFICE}-auctioneer", f"{path}/unfreeze", {"note": "已修复"})
    stage.post(f"{OFFICE}-supervisor", f"{path}/cosign-pause")
    assert stage.lot()["state"] == "L61"
    assert instant(stage.get(None, f"{path}/auction")["end_at"]) > left
    stage.bid(lot, 1, 80_000, "thawed-01")
    while stage.lot()["state"] in {"L61", "L62"}:
        stage.pass_time(stage.get(None, f"{path}/auction")["end_at"])
    replay = stage.get(None, f"{path}/replay")
    assert replay["agrees"], replay["contradictions"]


def test_nobody_bids_and_the_lot_fails_with_its_public_reason(stage: Stage) -> None:
    lot = in_free_bidding(stage)
    while stage.lot()["state"] in {"L61", "L62"}:
        stage.pass_time(stage.get(None, f"/lots/{lot['id']}/auction")["end_at"])
    assert (stage.lot()["state"], stage.lot()["reason_code"]) == ("L75", "NO_BID")
    orders = stage.client.everything(f"{OFFICE}-cashier", "/money-orders", lot_id=lot["id"])
    assert len(orders) == 2


def with_priority(stage: Stage, protocol: str) -> tuple[Json, Json]:
    """A lot in free bidding with one holder of priority (bidder 2); the lot and his entry."""
    deal = another(bidders=())
    lot = stage.walk(deal, until="L40", bidding={"priority": protocol})
    stage.enter(lot, 1)
    claim = {"declaration": "承诺", "priority_basis": "land_renewal", "priority_evidence": "原租赁合同（演示）"}
    entry = stage.post("bidder2", f"/lots/{lot['id']}/entries", claim)
    stage.player._deposit(DEAL, lot, 2, entry)
    stage.post(f"{OFFICE}-reviewer", f"/entries/{entry['id']}/decide", {"qualified": True, "priority_rank": 1})
    stage.pass_time(lot["entry_closes_at"])
    stage.post(f"{OFFICE}-auctioneer", f"/lots/{lot['id']}/schedule")
    stage.pass_time(stage.lot(deal)["auction_at"])
    return stage.lot(deal), entry


def close(stage: Stage, lot: Json) -> None:
    deal = another(bidders=())
    while stage.lot(deal)["state"] in {"L61", "L62"}:
        stage.pass_time(stage.get(None, f"/lots/{lot['id']}/auction")["end_at"])


def test_a_holder_of_priority_matches_the_best_price_in_the_room(stage: Stage) -> None:
    lot, entry = with_priority(stage, "P_IN")
    stage.bid(lot, 1, 80_000, "first-001")
    stage.bid(lot, 2, 80_000, "match-001")
    assert stage.get(None, f"/lots/{lot['id']}/auction")["leader"] == entry["plate"]
    assert refusal(stage, lot, 1, 80_000, "again-001")["reason"] == "PRIORITY_ONLY"
    close(stage, lot)
    assert stage.get(None, f"/lots/{lot['id']}/replay")["winner"] == entry["plate"]


@pytest.mark.parametrize("answer", ["agrees", "declines", "is silent"])
def test_a_holder_of_priority_is_asked_after_the_close(stage: Stage, answer: str) -> None:
    lot, entry = with_priority(stage, "P_ASK")
    stage.bid(lot, 1, 80_000, "first-001")
    close(stage, lot)
    assert stage.lot(another(bidders=()))["state"] == "L63"
    ask = stage.get("bidder2", f"/lots/{lot['id']}/asks/mine")[0]
    if answer == "agrees":
        stage.post("bidder2", f"/asks/{ask['id']}/answer", {"agree": True})
        counter = stage.get("bidder1", f"/lots/{lot['id']}/asks/mine")[0]
        stage.post("bidder1", f"/asks/{counter['id']}/answer", {"agree": False})
    elif answer == "declines":
        stage.post("bidder2", f"/asks/{ask['id']}/answer", {"agree": False})
    else:
        stage.pass_time(ask["closes_at"])
    award = stage.get(None, f"/lots/{lot['id']}/award")
    replay = stage.get(None, f"/lots/{lot['id']}/replay")
    assert replay["agrees"]
    assert (replay["winner"] == entry["plate"]) is (answer == "agrees")
    assert award["way"] == ("priority" if answer == "agrees" else "auction")


def test_a_counter_offer_is_put_to_the_holder_again(stage: Stage) -> None:
    lot, entry = with_priority(stage, "P_ASK")
    stage.bid(lot, 1, 80_000, "first-001")
    close(stage, lot)
    path = f"/lots/{lot['id']}"
    first = stage.get("bidder2", f"{path}/asks/mine")[0]
    stage.post("bidder2", f"/asks/{first['id']}/answer", {"agree": True})
    counter = stage.get("bidder1", f"{path}/asks/mine")[0]
    low = stage.refused("bidder1", f"/asks/{counter['id']}/answer", {"agree": True, "counter_fen": 80_500})
    assert low["field"] == "counter_fen"
    stage.post("bidder1", f"/asks/{counter['id']}/answer", {"agree": True, "counter_fen": 85_000})
    second = stage.get("bidder2", f"{path}/asks/mine")[-1]
    assert second["price_fen"] == 85_000
    stage.post("bidder2", f"/asks/{second['id']}/answer", {"agree": False})
    assert stage.get(None, f"{path}/award")["price_fen"] == 85_000
    assert stage.get(None, f"{path}/replay")["agrees"]
    assert entry["plate"] != stage.get(None, f"{path}/replay")["winner"]
