"""People of the tests: valid numbers, accounts that hold roles, and the application over a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from app.audit.actions import record
from app.base.actor import Actor, Role
from app.base.db import Tx, transaction
from app.identity import actions, queries
from app.identity.permissions import P
from app.settings import Settings
from tests.apps import lent

PASSWORD = "correct horse 许昌 battery"
_next = count(1)


def resident_id(n: int) -> str:
    """The n-th valid number of a person who does not exist."""
    born = date(1970, 1, 1) + timedelta(days=n // 1000)
    body = f"411002{born:%Y%m%d}{n % 1000:03d}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


@cache
def password_hash() -> str:
    return actions.hash_password(PASSWORD)


def account(tx: Tx, *roles: Role, region: str = "411000", person_id: int | None = None, **over: Any) -> int:
    """A new account that holds the roles in the region; of a new person unless one is given."""
    n = next(_next)
    if person_id is None:
        person_id = actions.add_person(tx, name="演示人", id_number=resident_id(n)).id
    opened = actions.open_account(
        tx, None, login=f"user-{n}", password_hash=password_hash(), person_id=person_id, **over
    )
    for role in roles:
        actions.grant_role(tx, None, opened.id, role, region)
    return opened.id


def actor(tx: Tx, account_id: int, permission: P | None = None) -> Actor:
    """The account acting, in the scope of a permission if one is named."""
    who = queries.actor(tx, account_id)
    assert who is not None
    return who if permission is None else who.acting(permission)


def login_of(account_id: int) -> str:
    with transaction(read_only=True) as tx:
        return queries.login_of(tx, account_id)


@contextmanager
def serve(url: str, folder: Path, **settings: Any) -> Iterator[TestClient]:
    """The application over a database; errors that nobody foresaw come as answers, as they do to a client."""
    with (
        lent(Settings(database_url=url, data_dir=folder, **settings)) as app,
        TestClient(app, base_url="http://testserver", raise_server_exceptions=True) as client,
    ):
        yield client


def ask_token(client: TestClient, **form: str) -> Any:
    return client.post("/api/v1/auth/token", data=form)


def bearer(client: TestClient, account_id: int) -> dict[str, str]:
    """The headers of somebody who has just signed in."""
    answer = ask_token(client, grant_type="password", username=login_of(account_id), password=PASSWORD)
    assert answer.status_code == 200, answer.text
    return {"Authorization": f"Bearer {answer.json()['access_token']}"}


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The body of a problem, checked for what every problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body.keys() >= {"type", "title", "status", "detail", "code", "request_id"}
    assert (body["status"], body["code"]) == (status, code)
    assert body["request_id"] == answer.headers["x-request-id"]
    return body


def committed(*roles: Role, **over: Any) -> int:
    """As `account`, in a transaction of its own."""
    with transaction() as tx:
        return account(tx, *roles, **over)


def say(act: str, subject: str, *, who: Actor | None = None, region: str = "411002001", **over: Any) -> int:
    """An event of the log alone, in a transaction of its own; returns its id."""
    with transaction() as tx:
        return record(tx, who, act, subject, region=region, **over).id
