"""Lots traded in a hall, by a falling price, by tender, by talks and for procurement, over nothing but the public API."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.demo.player import instant
from tests.stories.stage import Stage, another
from tests.stories.test_receipts import Near, keep
from verify import nongjiao_verify as tool

THREE = another(bidders=(1, 2, 3))
RECORDER, SECOND = "changge-auctioneer", "changge-supervisor"


def plate(stage: Stage, lot: Any, n: int) -> str:
    mine = stage.client.everything(f"bidder{n}", "/entries/mine")
    return str(next(e["plate"] for e in mine if e["lot_id"] == lot["id"]))


def traded(stage: Stage, lot: Any, winner: int, fen: int) -> None:
    """Won as replay says, and carried to its certificate like every other lot."""
    said = stage.get(None, f"/lots/{lot['id']}/replay")
    assert (said["agrees"], said["winner"], said["price_fen"]) == (True, plate(stage, lot, winner), fen)
    assert stage.walk(THREE, until="L86")["state"] == "L86"


def verified(stage: Stage, folder: Path) -> dict[str, int]:
    """What the independent verifier counted over the whole log."""
    note, keys = keep(folder)
    verifier = tool.Verifier(keys)
    for leaf in Near(stage).leaves(tool.trusted(note, keys, "checkpoint").size):
        verifier.leaf(leaf)
    return dict(verifier.report.n)


def test_a_hall_is_recorded_live_and_its_lot_goes_on_to_the_certificate(stage: Stage, tmp_path: Path) -> None:
    lot = stage.walk(THREE, until="L60", bidding={"mode": "hall", "free_seconds": None, "timed_seconds": None})
    base = f"/lots/{lot['id']}"
    stage.pass_time(lot["auction_at"])
    called = {"plate": plate(stage, lot, 1), "amount_fen": 80_000}
    answer = stage.post(RECORDER, f"{base}/hall/calls", called, key="call-0001")
    assert (answer["verdict"], answer["message"]) == ("ENTERED", "已录入")
    assert stage.post(RECORDER, f"{base}/hall/calls", called, key="call-0001") == answer | {"replayed": True}
    stage.post("bidder2", f"{base}/hall/bids", {"amount_fen": 81_000}, key="online-01")
    low = stage.refused(RECORDER, f"{base}/hall/calls", called, key="call-0002")
    assert (low["status"], low["reason"], low["act"]["n"]) == (409, "STEP_TOO_SMALL", 3)
    assert stage.refused("bidder1", f"{base}/hall/calls", called, key="call-0003")["status"] == 403
    for n in range(3):
        stage.post(RECORDER, f"{base}/hall/call-price", {}, key=f"price-{n:03d}")
    assert stage.refused(SECOND, f"{base}/hall/hammer", {"note": 1}, key="hammer-01")["status"] == 422
    stage.post(SECOND, f"{base}/hall/hammer", {}, key="hammer-02")
    acts = stage.get(None, f"{base}/acts")["items"]
    assert [a["kind"] for a in acts] == ["enter", "enter", "enter", "call", "call", "call", "hammer"]
    traded(stage, lot, 2, 81_000)
    assert verified(stage, tmp_path)["重算的其他方式场次"] == 1


def test_a_falling_price_is_shown_by_the_server_s_clock_and_taken(stage: Stage) -> None:
    rules = {"mode": "descending", "free_seconds": None, "timed_seconds": None, "tick_seconds": 60}
    lot = stage.walk(THREE, until="L60", bidding=rules, floor_fen=70_000)
    base = f"/lots/{lot['id']}"
    stage.pass_time(lot["auction_at"])
    shown = stage.get(None, f"{base}/falling")
    assert (shown["price_fen"], shown["leader"]) == (80_000, None)
    stage.post("bidder3", f"{base}/falling/accept", {"price_fen": 80_000}, key="accept-01")
    stage.post("bidder1", f"{base}/falling/counter", {"amount_fen": 81_000}, key="counter-1")
    shown = stage.get(None, f"{base}/falling")
    assert (shown["price_fen"], shown["leader"]) == (81_000, plate(stage, lot, 1))
    stage.pass_time(shown["end_at"])
    traded(stage, lot, 1, 81_000)


def test_a_tender_is_opened_scored_and_decided_by_two(stage: Stage) -> None:
    weights = {"price": 60, "plan": 40}
    rules = {"mode": "tender", "free_seconds": None, "timed_seconds": None, "one_bidder": None, "weights": weights}
    drafted = stage.player._draft(THREE)
    drafted["award_mode"] = "tender"
    drafted["lots"][0] |= {"floor_fen": 80_000}
    drafted["lots"][0]["bidding"] |= rules
    stage.post("changge-clerk", "/listings", drafted)
    lot = stage.walk(THREE, until="L60")
    base = f"/lots/{lot['id']}"
    stage.pass_time(lot["auction_at"])
    judges = [{"code": f"J{n}", "village": n == 1} for n in range(1, 6)]
    stage.post(RECORDER, f"{base}/tender/panel", {"judges": judges}, key="panel-001")
    plates = [plate(stage, lot, n) for n in (1, 2, 3)]
    for n, fen in enumerate((80_000, 90_000, 100_000)):
        stage.post(RECORDER, f"{base}/tender/offers", {"plate": plates[n], "price_fen": fen}, key=f"tender-{n:03d}")
    assert stage.get(None, f"{base}/acts")["items"] == []
    marks = {p: {"plan": mark} for p, mark in zip(plates, (4_000, 3_000, 1_000), strict=True)}
    for judge in judges:
        sheet = {"judge": judge["code"], "marks": marks}
        stage.post(RECORDER, f"{base}/tender/sheets", sheet, key=f"sheet-{judge['code']}x")
    stage.post(SECOND, f"{base}/tender/decide", {}, key="decide-01")
    assert len(stage.get(None, f"{base}/acts")["items"]) == 10
    traded(stage, lot, 1, 80_000)


def test_talks_with_the_only_one_end_in_a_record_and_a_price(stage: Stage) -> None:
    one = another(bidders=(1,))
    rules = {"mode": "negotiation", "free_seconds": None, "timed_seconds": None, "ground": "only_one"}
    lot = stage.walk(one, until="L66", bidding=rules)
    base = f"/lots/{lot['id']}"
    stage.post("bidder1", f"{base}/talks/offers", {"amount_fen": 82_000}, key="talks-001")
    minutes = {"n_panel": 3, "n_supervisors": 1, "minutes_sha256": "a" * 64, "recording_sha256": "b" * 64}
    agreed = {"plate": plate(stage, lot, 1)}
    assert stage.refused(SECOND, f"{base}/talks/agree", agreed, key="agree-001")["reason"] == "TALKS_FAULTY"
    stage.post(RECORDER, f"{base}/talks/minutes", minutes, key="minutes-1")
    stage.post(SECOND, f"{base}/talks/agree", agreed, key="agree-002")
    said = stage.get(None, f"{base}/replay")
    assert (said["agrees"], said["price_fen"]) == (True, 82_000)


def test_procurement_falls_from_the_budget(stage: Stage, tmp_path: Path) -> None:
    lot = stage.walk(until="L60", bidding={"mode": "reverse", "timed_seconds": None})
    stage.pass_time(lot["auction_at"])
    stage.bid(lot, 1, 80_000, "reverse-1")
    stage.bid(lot, 2, 79_000, "reverse-2")
    assert stage.get(None, f"/lots/{lot['id']}/auction")["next_fen"] == 78_000
    high = stage.refused("bidder1", f"/lots/{lot['id']}/bids", {"amount_fen": 79_000}, key="reverse-3")
    assert high["reason"] == "STEP_TOO_SMALL"
    while (state := stage.lot()["state"]) in {"L61", "L62"}:
        stage.pass_time(stage.get(None, f"/lots/{lot['id']}/auction")["end_at"])
    assert state == "L70"
    said = stage.get(None, f"/lots/{lot['id']}/replay")
    assert (said["agrees"], said["winner"], said["price_fen"]) == (True, plate(stage, lot, 2), 79_000)
    assert verified(stage, tmp_path)["重算的竞价场次"] == 1


@pytest.mark.parametrize(("extension", "gains"), [("ANTI_SNIPE", 60), ("APPEND", 120)])
def test_a_late_offer_lengthens_a_free_period_by_the_announced_rule(stage: Stage, extension: str, gains: int) -> None:
    """The offer comes a minute before the end: two minutes from then on, or two minutes more."""
    rules = {"extension": extension, "timed_seconds": 0, "snipe_window_seconds": 90, "snipe_delay_seconds": 120}
    lot = stage.walk(until="L60", bidding=rules | {"step_rule": "AT_LEAST", "step_max_fen": 5_000})
    stage.pass_time(lot["auction_at"])
    base = f"/lots/{lot['id']}"
    stage.bid(lot, 1, 80_000, "early-001")
    end = instant(stage.get(None, f"{base}/auction")["end_at"])
    assert end == instant(lot["auction_at"]) + timedelta(hours=1)
    high = stage.refused("bidder2", f"{base}/bids", {"amount_fen": 85_001, "confirm_fen": 85_001}, key="high-0001")
    assert high["reason"] == "STEP_TOO_LARGE"
    stage.pass_time((end - timedelta(seconds=60)).isoformat())
    stage.bid(lot, 2, 81_001, "late-0001")
    late = instant(stage.get(None, f"{base}/auction")["end_at"])
    assert timedelta(seconds=gains) <= late - end < timedelta(seconds=gains + 30)
    stage.pass_time(late.isoformat())
    said = stage.get(None, f"{base}/replay")
    assert (said["agrees"], said["price_fen"]) == (True, 81_001)


@pytest.mark.parametrize(
    ("bidding", "over", "field"),
    [
        ({"mode": "descending", "free_seconds": None}, {}, "lots[0].floor_fen"),
        ({"mode": "descending"}, {"floor_fen": 70_000}, "lots[0].bidding"),
        ({"mode": "tender"}, {}, "award_mode"),
        ({"mode": "negotiation", "ground": "renewal"}, {}, "award_mode"),
        ({"mode": "negotiation"}, {}, "lots[0].bidding"),
        ({"mode": "hall"}, {"cap_fen": 90_000}, "lots[0].cap_fen"),
        ({"mode": "hall", "weights": {"price": 100}}, {}, "lots[0].bidding"),
        ({"mode": "tender", "weights": {"price": 50}}, {}, "lots[0].bidding"),
        ({"extension": "ANTI_SNIPE"}, {}, "lots[0].bidding"),
        ({"extension": "RESET", "timed_seconds": 0}, {}, "lots[0].bidding"),
        ({"timed_seconds": 29}, {}, "lots[0].bidding"),
        ({"snipe_window_seconds": 60}, {}, "lots[0].bidding"),
    ],
)
def test_a_mode_that_does_not_fit_names_its_field(stage: Stage, bidding: Any, over: Any, field: str) -> None:
    body = stage.player._draft(THREE)
    body["lots"][0] |= over
    body["lots"][0]["bidding"] |= bidding
    problem = stage.refused("changge-clerk", "/listings", body)
    assert problem["status"] == 422
    assert field in str(problem)
