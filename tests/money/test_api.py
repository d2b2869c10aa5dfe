"""Money over HTTP: who may, what is refused, what the public may count for itself."""

from fastapi.testclient import TestClient

from app.base.actor import Role
from app.base.db import transaction
from tests.money.make import APPLICANT, LOT, expected
from tests.people import bearer, committed, problem


def _receipt(**over: object) -> dict[str, object]:
    return {"entry_id": 1, "amount_fen": 500_000, "payer_name": APPLICANT, "bank_reference": "BANK-1"} | over


def test_a_deposit_comes_in_and_goes_back_over_http(served: TestClient) -> None:
    cashier = bearer(served, committed(Role.CENTRE_CASHIER, region="411081"))
    approver = bearer(served, committed(Role.CENTRE_APPROVER, region="411081"))
    stranger = bearer(served, committed(Role.CENTRE_CASHIER, region="411082"))
    with transaction() as tx:
        expected(tx)
    problem(served.post("/api/v1/deposits", json=_receipt(), headers=stranger), 404, "not-found")
    refused = problem(
        served.post("/api/v1/deposits", json=_receipt(payer_name="他人"), headers=cashier), 409, "refused"
    )
    assert refused["reason"] == "PAYER_MISMATCH"
    for _ in range(2):
        answer = served.post("/api/v1/deposits", json=_receipt(), headers=cashier)
        assert (answer.status_code, answer.json()["state"]) == (201, "held")
    problem(served.get(f"/api/v1/lots/{LOT}/ledger", headers=stranger), 404, "not-found")
    book = served.get(f"/api/v1/lots/{LOT}/ledger", headers=cashier).json()
    assert [(p["event"], p["amount_fen"], sum(e["amount_fen"] for e in p["entries"])) for p in book["postings"]] == [
        ("DEP_IN", 500_000, 0)
    ]
    assert (book["settled"], book["deposits"]["in_transit_fen"]) == (False, 500_000)
    asked = {"entry_id": 1, "kind": "refund", "cause": "流标"}
    order = served.post("/api/v1/money-orders", json=asked, headers=cashier).json()
    problem(served.post(f"/api/v1/money-orders/{order['id']}/approve", json={}, headers=cashier), 403, "forbidden")
    answer = served.post(f"/api/v1/money-orders/{order['id']}/approve", json={}, headers=approver)
    assert answer.json()["state"] == "approved"
    late = served.post(f"/api/v1/money-orders/{order['id']}/reject", json={"reason": "迟"}, headers=approver)
    assert problem(late, 409, "conflict")["state"] == "approved"
    book = served.get(f"/api/v1/lots/{LOT}/ledger?limit=1", headers=cashier).json()
    assert book["settled"]
    rest = served.get(f"/api/v1/lots/{LOT}/ledger", params={"cursor": book["next_cursor"]}, headers=cashier).json()
    assert [p["event"] for p in rest["postings"]] == ["DEP_REFUND"]
    assert served.get("/api/v1/money-orders?state=approved", headers=cashier).json()["items"][0]["id"] == order["id"]
    assert served.get(f"/api/v1/deposits?lot_id={LOT}", headers=cashier).json()["items"][0]["state"] == "released"


def test_the_public_may_count_the_service_fee(served: TestClient) -> None:
    answer = served.get("/api/v1/service-fee", params={"amount_fen": 1_500_000_000}).json()
    assert answer["computed_fen"] == 11_750_000
    fees = {s["side"]: (s["exempt"], s["fee_fen"]) for s in answer["sides"]}
    assert fees == {"transferor": (True, 0), "transferee": (False, 11_750_000)}
    assert "许昌" in answer["citation"]
    assert sum(b["part_fen"] for b in answer["bands"]) == 1_500_000_000


def test_an_amount_in_a_query_is_plain_digits(served: TestClient) -> None:
    for wrong in ("1_000", "１２３", "1e9", "-5", "0", "1.0", "true", "NaN", "9" * 30, ""):
        body = problem(served.get("/api/v1/service-fee", params={"amount_fen": wrong}), 422, "invalid")
        assert "amount_fen" in str(body)
