"""The real application's answers where something is wrong: always a problem, never a secret, and it recovers."""

from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.base.actor import Role
from tests.people import bearer, committed, problem, serve


def test_the_answers_of_the_application_are_problems_with_security_headers(served: TestClient) -> None:
    operator = bearer(served, committed(Role.OPERATOR))
    bidder = bearer(served, committed(Role.BIDDER))
    problem(served.get("/api/v1/nowhere"), 404, "not-found")
    problem(served.get("/api/v1/auth/token"), 405, "method-not-allowed")
    problem(served.get("/api/v1/accounts"), 401, "unauthenticated")
    forbidden = problem(served.get("/api/v1/accounts", headers=bidder), 403, "forbidden")
    assert (forbidden["reason"], forbidden["permission"]) == ("PERMISSION", "account:read")
    problem(served.post("/api/v1/accounts", data={"a": "b"}, headers=operator), 415, "unsupported-media-type")
    problem(served.post("/api/v1/accounts", json={}, headers=operator), 422, "invalid")
    big = served.post(
        "/api/v1/accounts", content=b"[" + b"1," * 600_000, headers=operator | {"content-type": "application/json"}
    )
    problem(big, 413, "too-large")
    answer = served.post("/api/v1/auth/token", json={"grant_type": "password", "password": "a secret of mine"})
    problem(answer, 415, "unsupported-media-type")
    assert "a secret of mine" not in answer.text
    for name in (
        "content-security-policy",
        "x-content-type-options",
        "referrer-policy",
        "x-request-id",
        "cache-control",
    ):
        assert name in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_the_interactive_documents_may_run_their_own_script(served: TestClient) -> None:
    page = served.get("/docs")
    assert page.status_code == 200
    assert "script-src 'self' 'unsafe-inline'" in page.headers["content-security-policy"]
    assert "http://" not in page.text.replace("http://testserver", "")
    assert "https://" not in page.text
    description = served.get("/openapi.json").json()
    stream = description["paths"]["/api/v1/lots/{lot_id}/auction/stream"]["get"]["responses"]["200"]
    assert list(stream["content"]) == ["text/event-stream"]
    assert "unsafe-inline" not in served.get("/api/v1/health").headers["content-security-policy"]


def test_without_a_database_the_service_says_later_and_stays_alive(tmp_path: Path) -> None:
    nowhere = f"postgresql+psycopg://postgres@/none?host={tmp_path}"
    with serve(nowhere, tmp_path) as client:
        assert client.get("/api/v1/health").status_code == 200
        for answer in (
            client.get("/api/v1/ready"),
            client.post("/api/v1/auth/token", data={"grant_type": "password", "username": "x", "password": "y"}),
        ):
            problem(answer, 503, "unavailable")
            assert int(answer.headers["retry-after"]) >= 1
            assert "postgres" not in answer.text.lower()


@pytest.mark.parametrize("path", ["/api/v1/health", "/api/v1/ready"])
def test_a_probe_needs_nobody(served: TestClient, path: str) -> None:
    assert served.get(path).status_code == 200
