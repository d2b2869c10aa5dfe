"""The verifier tells every mode from its leaves: the honest deal is counted, another winner or price is a lie."""

from typing import Any

import pytest

from verify import nongjiao_verify as tool

OPENS = "2026-11-24T01:00:00.000000Z"
BASE: dict[str, Any] = {"start_fen": 1000, "step_fen": 100, "floor_fen": 600}


def act(kind: str, plate: str | None, verdict: str, at: str = OPENS, **body: Any) -> tuple[str, dict[str, Any]]:
    return "trade.hear", {"kind": kind, "plate": plate, "verdict": verdict, "at": at, "body": body}


def quote(plate: str, fen: int, second: int) -> tuple[str, dict[str, Any]]:
    return "bid.hear", {
        "plate": plate, "amount_fen": fen, "verdict": "LEADING", "at": f"2026-11-24T01:00:{second:02d}.000000Z",
    }  # fmt: skip


def sheet(first: int, second: int) -> tuple[str, dict[str, Any]]:
    return act("sheet", None, "TAKEN", marks={"A1": {"plan": first}, "B2": {"plan": second}})


TALES: dict[str, tuple[dict[str, Any], list[tuple[str, dict[str, Any]]], str, int]] = {
    "hall": (
        {},
        [
            act("enter", "A1", "ENTERED", amount_fen=1000),
            act("enter", "B2", "STEP_TOO_SMALL", amount_fen=1050),
            act("enter", "B2", "ENTERED", amount_fen=1100),
            act("enter", "A1", "ENTERED", amount_fen=1500),
            act("strike", None, "ENTERED"),
            act("hammer", None, "CALL_THRICE"),
            *[act("call", None, "ENTERED")] * 3,
            act("hammer", None, "ENTERED"),
        ],
        "B2",
        1100,
    ),
    "descending": (
        {"tick_seconds": 60, "counter_seconds": 60, "timed_seconds": 60},
        [
            act("accept", "A1", "LEADING", "2026-11-24T01:02:30.000000Z"),
            act("counter", "B2", "LEADING", "2026-11-24T01:02:50.000000Z", amount_fen=900),
            act("counter", "A1", "ENDED", "2026-11-24T01:04:00.000000Z", amount_fen=1000),
        ],
        "B2",
        900,
    ),
    "negotiation": (
        {},
        [act("offer", "A1", "TAKEN", amount_fen=900), act("minutes", None, "TAKEN"), act("agree", "A1", "TAKEN")],
        "A1",
        1000,
    ),
    "one_shot": (
        {},
        [
            quote("A1", 1200, 5),
            quote("B2", 1200, 9),
            ("seal.requote", {"plates": ["A1", "B2"], "price_fen": 1200}),
            quote("B2", 1250, 40),
        ],
        "B2",
        1250,
    ),
    "tender": (
        {"weights": {"price": 50, "plan": 50}, "tenders_at_least": 2, "trim_from": 5},
        [
            act("offer", "A1", "TAKEN", price_fen=1000),
            act("offer", "B2", "TAKEN", price_fen=800),
            *[sheet(100, 4000), sheet(9000, 4100), sheet(100, 4200), sheet(100, 4300), sheet(0, 0)],
            act("decide", None, "TAKEN"),
        ],
        "B2",
        800,
    ),
}


def tell(mode: str, *, winner: str, price: int, given_to: str | None = None) -> Any:
    rules, acts, _, _ = TALES[mode]
    told = [
        ("lot.schedule", {"rules": BASE | rules | {"mode": mode}, "opens_at": OPENS}),
        *acts,
        ("lot.close", {"winner": winner, "price_fen": price}),
        ("lot.win", {"plate": given_to or winner, "price_fen": price}),
    ]
    verifier = tool.Verifier([])
    for n, (name, facts) in enumerate(told):
        verifier.auction(tool.Leaf(n, n, "", b""), {"act": name, "subject": "lot/1", "seq": n + 1, "facts": facts})
    return verifier.report.n


@pytest.mark.parametrize("mode", TALES)
def test_the_deal_of_every_mode_is_told_again(mode: str) -> None:
    _, _, winner, price = TALES[mode]
    found = tell(mode, winner=winner, price=price)
    assert (found["重算的其他方式场次"], found["重算的成交"]) == (1, 1)


@pytest.mark.parametrize("mode", TALES)
def test_another_winner_or_price_is_a_lie(mode: str) -> None:
    _, _, winner, price = TALES[mode]
    other = "A1" if winner == "B2" else "B2"
    for lie in ({"winner": other, "price": price}, {"winner": winner, "price": price + 1}):
        with pytest.raises(tool.Lie, match="重算应为"):
            tell(mode, **lie)  # type: ignore[arg-type]  # a name and a number, each under its own key
    with pytest.raises(tool.Lie, match="收盘和优先权答复应为"):
        tell(mode, winner=winner, price=price, given_to=other)
