"""Signing in, staying in, and being out within a second, on every worker."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine, select, text

from app.audit.models import AuditEvent
from app.base.actor import Role
from app.base.db import Sessions, Tx, transaction
from app.identity import actions, queries
from app.identity.auth import Doorkeeper
from app.identity.models import LoginFailure, LoginSession
from app.identity.permissions import P
from app.identity.ticks import forget
from app.identity.tokens import load_or_make
from tests.people import (
    PASSWORD,
    actor,
    ask_token,
    bearer,
    committed,
    login_of,
    problem,
    serve,
)

ME = "/api/v1/auth/me"


def password_grant(client: TestClient, login: str, password: str = PASSWORD) -> Any:
    return ask_token(client, grant_type="password", username=login, password=password)


def renew(client: TestClient, refresh: str) -> Any:
    return ask_token(client, grant_type="refresh_token", refresh_token=refresh)


@pytest.fixture
def two_workers(url: str, tmp_path: Path) -> Iterator[tuple[TestClient, TestClient]]:
    """Two applications over one database, as two processes would be: each remembers for itself."""
    (tmp_path / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(url, tmp_path) as one:
        first = Sessions.kw["bind"]
        with serve(url, tmp_path) as other:
            Sessions.configure(bind=first)  # one process has one pool; it must outlive both
            yield one, other


def out_within_a_second(
    client: TestClient, headers: dict[str, str], changed_at: float, gone: Callable[[Any], bool]
) -> None:
    while True:
        asked_at = monotonic()
        answer = client.get(ME, headers=headers)
        if gone(answer):
            return
        assert asked_at - changed_at < 1.0, "still let in a second after the change"


def is_401(answer: Any) -> bool:
    return bool(answer.status_code == 401)


def test_a_disabled_account_is_out_on_both_workers(two_workers: tuple[TestClient, TestClient]) -> None:
    one, other = two_workers
    victim, operator = committed(Role.CENTRE_REVIEWER), committed(Role.OPERATOR)
    headers, boss = bearer(one, victim), bearer(one, operator)
    for _ in range(3):
        assert one.get(ME, headers=headers).status_code == other.get(ME, headers=headers).status_code == 200
    answer = one.post(f"/api/v1/accounts/{victim}/disable", json={"reason": "离岗"}, headers=boss)
    assert answer.status_code == 204
    changed_at = monotonic()
    out_within_a_second(one, headers, changed_at, is_401)
    out_within_a_second(other, headers, changed_at, is_401)
    assert one.post(f"/api/v1/accounts/{victim}/enable", headers=boss).status_code == 204
    assert is_401(one.get(ME, headers=headers)), "an old session came back to life"
    assert password_grant(one, login_of(victim)).status_code == 200


def test_a_revoked_role_is_gone_on_both_workers(two_workers: tuple[TestClient, TestClient]) -> None:
    one, other = two_workers
    clerk, operator = committed(), committed(Role.OPERATOR)
    boss = bearer(one, operator)
    granted = one.post(
        f"/api/v1/accounts/{clerk}/roles", json={"role": "supervisor", "region_code": "411002"}, headers=boss
    )
    assert granted.status_code == 201, granted.text
    headers = bearer(one, clerk)
    assert "audit:read" in other.get(ME, headers=headers).json()["permissions"]
    assert other.get(ME, headers=headers).json()["permissions"]["audit:read"] == ["411002"]
    assert one.delete(f"/api/v1/accounts/{clerk}/roles/{granted.json()['id']}", headers=boss).status_code == 204
    changed_at = monotonic()
    for worker in two_workers:
        out_within_a_second(worker, headers, changed_at, lambda a: "audit:read" not in a.json()["permissions"])
    problem(one.delete(f"/api/v1/accounts/{clerk}/roles/{granted.json()['id']}", headers=boss), 404, "not-found")


def test_signing_out_ends_the_session_on_both_workers(two_workers: tuple[TestClient, TestClient]) -> None:
    one, other = two_workers
    account = committed(Role.BIDDER)
    given = password_grant(one, login_of(account)).json()
    headers = {"Authorization": f"Bearer {given['access_token']}"}
    assert other.get(ME, headers=headers).status_code == 200
    assert one.post("/api/v1/auth/sign-out", headers=headers).status_code == 204
    out_within_a_second(other, headers, monotonic(), is_401)
    problem(renew(one, given["refresh_token"]), 401, "unauthenticated")


def test_a_change_by_a_slow_transaction_is_not_overlooked(database: Engine, tmp_path: Path) -> None:
    """Its note carries an older transaction number than notes that were read long before it was committed."""
    key = load_or_make(tmp_path / "k.pem")
    slow_account, quick_account = committed(Role.BIDDER), committed(Role.BIDDER)
    tokens = {a: actions.sign_in(key, login_of(a), PASSWORD, demo=False).access for a in (slow_account, quick_account)}
    door = Doorkeeper(key)
    door.look()
    for token in tokens.values():
        door.admit(token)
    with transaction() as slow:
        actions.note_change(slow, slow_account)
        slow.flush()
        with transaction() as quick:
            actions.note_change(quick, quick_account)
        door.look()
        assert door.remembered(tokens[quick_account]) is None
        door.look()
        assert door.remembered(tokens[slow_account]) is not None
    door.look()
    assert door.remembered(tokens[slow_account]) is None


def test_what_is_remembered_is_not_trusted_while_nobody_looks(database: Engine, tmp_path: Path) -> None:
    key = load_or_make(tmp_path / "k.pem")
    token = actions.sign_in(key, login_of(committed(Role.BIDDER)), PASSWORD, demo=False).access
    door = Doorkeeper(key)
    door.admit(token)
    door.look()
    assert door.remembered(token) is None, "remembered before anybody watched for changes"
    door.admit(token)
    assert door.remembered(token) is not None
    database.dispose()
    with transaction() as tx:
        tx.execute(text("ALTER TABLE identity_change RENAME TO elsewhere"))
    door.look()
    began = monotonic()
    while door.remembered(token) is not None:
        assert monotonic() - began < 1.0


def test_what_changes_while_it_is_read_is_not_remembered(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = load_or_make(tmp_path / "k.pem")
    account = committed(Role.BIDDER)
    token = actions.sign_in(key, login_of(account), PASSWORD, demo=False).access
    door = Doorkeeper(key)
    door.look()
    read = queries.actor

    def read_and_see_a_change(tx: Tx, account_id: int, **options: Any) -> Any:
        found = read(tx, account_id, **options)
        with transaction() as other:
            actions.note_change(other, account)
        door.look()
        return found

    monkeypatch.setattr(queries, "actor", read_and_see_a_change)
    door.admit(token)
    assert door.remembered(token) is None
    monkeypatch.setattr(queries, "actor", read)
    door.admit(token)
    assert door.remembered(token) is not None


def test_a_refresh_token_is_used_once_and_its_reuse_ends_the_session(served: TestClient) -> None:
    account = committed(Role.BIDDER)
    first = password_grant(served, login_of(account)).json()
    second = renew(served, first["refresh_token"]).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert renew(served, "no such token").status_code == 401
    headers = {"Authorization": f"Bearer {second['access_token']}"}
    assert served.get(ME, headers=headers).status_code == 200
    problem(renew(served, first["refresh_token"]), 401, "unauthenticated")
    problem(renew(served, second["refresh_token"]), 401, "unauthenticated")
    out_within_a_second(served, headers, monotonic(), is_401)
    with transaction(read_only=True) as tx:
        ended = tx.scalars(select(AuditEvent).where(AuditEvent.act == "session.end")).all()
        assert [e.facts["reason"] for e in ended] == ["refresh token used twice"]


def test_of_two_renewals_at_once_one_wins_and_the_session_ends(served: TestClient) -> None:
    refresh = password_grant(served, login_of(committed(Role.BIDDER))).json()["refresh_token"]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: renew(served, refresh), range(4)))
    assert sorted(a.status_code for a in answers) == [200, 401, 401, 401]
    winner = next(a for a in answers if a.status_code == 200).json()
    assert renew(served, winner["refresh_token"]).status_code == 401


def test_a_disabled_account_cannot_renew_and_is_not_called_a_thief(served: TestClient) -> None:
    account, operator = committed(Role.BIDDER), committed(Role.OPERATOR)
    refresh = password_grant(served, login_of(account)).json()["refresh_token"]
    with transaction() as tx:
        actions.disable_account(tx, actor(tx, operator, P.ACCOUNT_MANAGE), account, reason="离岗")
    assert renew(served, refresh).status_code == 401
    with transaction(read_only=True) as tx:
        assert tx.scalars(select(LoginSession.end_reason)).all() == ["disabled"]


def test_wrong_names_and_wrong_passwords_get_the_same_answers_up_to_the_limit(served: TestClient) -> None:
    account = committed(Role.BIDDER)
    known = [password_grant(served, login_of(account), "wrong password!") for _ in range(6)]
    unknown = [password_grant(served, "nobody-here", "wrong password!") for _ in range(6)]

    def seen(answer: Any) -> Any:
        return answer.status_code, {k: v for k, v in answer.json().items() if k != "request_id"}, answer.headers.keys()

    assert [seen(a) for a in known] == [seen(a) for a in unknown]
    assert [a.status_code for a in known] == [401] * 5 + [429]
    assert known[5].headers["retry-after"] == "900"
    problem(password_grant(served, login_of(account)), 429, "too-many")
    problem(password_grant(served, login_of(account).upper()), 429, "too-many")
    with transaction() as tx:
        assert len(tx.scalars(select(AuditEvent.id).where(AuditEvent.act == "session.lock")).all()) == 2
        tx.execute(text("UPDATE login_failure SET at = at - interval '15 minutes 1 second'"))
    with transaction() as tx:
        forget(tx)
        assert tx.scalars(select(LoginFailure.id)).all() == []
    assert password_grant(served, login_of(account)).status_code == 200


def test_attempts_at_the_same_time_are_all_counted(served: TestClient) -> None:
    login = login_of(committed(Role.BIDDER))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: password_grant(served, login, f"wrong password {n}"), range(8)))
    assert sorted(a.status_code for a in answers) == [401] * 5 + [429] * 3


def test_a_good_sign_in_forgets_the_failures_before_it(served: TestClient) -> None:
    login = login_of(committed(Role.BIDDER))
    for _ in range(2):
        for _ in range(4):
            assert password_grant(served, login, "wrong password!").status_code == 401
        assert password_grant(served, login).status_code == 200
    with transaction(read_only=True) as tx:
        assert tx.scalars(select(LoginFailure.id)).all() == []


def test_accounts_of_the_demonstration_are_nobodys_elsewhere(url: str, tmp_path: Path) -> None:
    for demo, status in ((False, 401), (True, 200)):
        with serve(url, tmp_path, demo=demo) as client:
            account = committed(Role.BIDDER, is_demo=True)
            assert password_grant(client, login_of(account)).status_code == status


def test_a_sign_in_that_meets_a_disabling_stays_out(
    database: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is shut between the check of the password and the start of the session."""
    account, operator = committed(Role.BIDDER), committed(Role.OPERATOR)
    verified = actions.sessions._verified

    def slowly(*args: Any, **options: Any) -> Any:
        found = verified(*args, **options)
        with transaction() as tx:
            actions.disable_account(tx, actor(tx, operator, P.ACCOUNT_MANAGE), account, reason="离岗")
        return found

    monkeypatch.setattr(actions.sessions, "_verified", slowly)
    with pytest.raises(Exception, match="登录名或密码有误"):
        actions.sign_in(load_or_make(tmp_path / "k.pem"), login_of(account), PASSWORD, demo=False)
    with transaction(read_only=True) as tx:
        assert tx.scalars(select(LoginSession.id)).all() == []


def test_software_signs_in_with_its_secret_and_is_shut_out_at_once(served: TestClient) -> None:
    account, operator = committed(Role.VILLAGE_CLERK, region="411002001"), committed(Role.OPERATOR)
    boss = bearer(served, operator)
    made = served.post("/api/v1/api-clients", json={"name": "村务软件", "account_id": account}, headers=boss).json()
    id_, secret = made["client_id"], made["client_secret"]
    basic = served.post("/api/v1/auth/token", data={"grant_type": "client_credentials"}, auth=(id_, secret))
    form = ask_token(served, grant_type="client_credentials", client_id=id_, client_secret=secret)
    for given in (basic, form):
        assert given.status_code == 200, given.text
        assert given.json()["refresh_token"] is None
        headers = {"Authorization": f"Bearer {given.json()['access_token']}"}
        body = served.get(ME, headers=headers).json()
        assert (body["account_id"], body["client_id"]) == (account, id_)
    for wrong in ({"client_id": id_, "client_secret": "x"}, {"client_id": "cl_none", "client_secret": secret}):
        problem(ask_token(served, grant_type="client_credentials", **wrong), 401, "unauthenticated")
    assert served.post(f"/api/v1/api-clients/{id_}/disable", headers=boss).status_code == 204
    out_within_a_second(served, headers, monotonic(), is_401)
    problem(
        ask_token(served, grant_type="client_credentials", client_id=id_, client_secret=secret), 401, "unauthenticated"
    )
    problem(served.post(f"/api/v1/api-clients/{id_}/disable", headers=boss), 404, "not-found")


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({}, "grant_type"),
        ({"grant_type": "implicit"}, "grant_type"),
        ({"grant_type": "password", "password": "x"}, "username"),
        ({"grant_type": "password", "username": "x"}, "password"),
        ({"grant_type": "refresh_token"}, "refresh_token"),
        ({"grant_type": "client_credentials"}, "client_id"),
        ({"grant_type": "password", "username": "x" * 201, "password": "y"}, "username"),
    ],
)
def test_an_incomplete_request_for_a_token_names_what_is_missing(
    served: TestClient, form: dict[str, str], field: str
) -> None:
    assert problem(served.post("/api/v1/auth/token", data=form), 422, "invalid")["field"] == field


def test_a_null_character_in_a_name_is_no_server_error(served: TestClient) -> None:
    assert password_grant(served, "a\x00b", "c\x00d").status_code in {401, 422}
    answer = ask_token(served, grant_type="client_credentials", client_id="a\x00b", client_secret="c")
    assert answer.status_code in {401, 422}


def test_a_changed_password_ends_every_session(served: TestClient) -> None:
    account = committed(Role.BIDDER)
    here, there = bearer(served, account), bearer(served, account)
    path, new = "/api/v1/auth/change-password", " blanks belong to a password "
    wrong = served.post(path, json={"old_password": "not this one", "new_password": new}, headers=here)
    assert problem(wrong, 422, "invalid")["field"] == "old_password"
    assert new not in wrong.text
    same = served.post(path, json={"old_password": PASSWORD, "new_password": PASSWORD}, headers=here)
    assert problem(same, 422, "invalid")["field"] == "new_password"
    assert served.post(path, json={"old_password": PASSWORD, "new_password": new}, headers=here).status_code == 204
    for headers in (here, there):
        out_within_a_second(served, headers, monotonic(), is_401)
    assert password_grant(served, login_of(account)).status_code == 401
    assert password_grant(served, login_of(account), new).status_code == 200


def test_with_a_one_time_password_nothing_can_be_done_but_change_it(served: TestClient) -> None:
    account = committed(Role.OPERATOR, one_time_password=True)
    headers = bearer(served, account)
    assert served.get(ME, headers=headers).json()["must_change_password"] is True
    refused = problem(served.get("/api/v1/accounts", headers=headers), 403, "forbidden")
    assert refused["reason"] == "PASSWORD_CHANGE_REQUIRED"
    change = {"old_password": PASSWORD, "new_password": "my own long password"}
    assert served.post("/api/v1/auth/change-password", json=change, headers=headers).status_code == 204
    again = password_grant(served, login_of(account), "my own long password").json()["access_token"]
    assert served.get("/api/v1/accounts", headers={"Authorization": f"Bearer {again}"}).status_code == 200


def test_refresh_tokens_are_forgotten_only_when_no_session_can_use_them(database: Engine, tmp_path: Path) -> None:
    key = load_or_make(tmp_path / "k.pem")
    refresh = actions.sign_in(key, login_of(committed(Role.BIDDER)), PASSWORD, demo=False).refresh
    assert refresh is not None
    with transaction() as tx:
        tx.execute(text("UPDATE refresh_token SET issued_at = issued_at - interval '11 hours 59 minutes'"))
        assert forget(tx) == 0
    assert actions.renew(key, refresh).refresh is not None
    with transaction() as tx:
        tx.execute(text("UPDATE refresh_token SET issued_at = issued_at - interval '12 hours 1 second'"))
        assert forget(tx) == 2


def test_a_session_ends_with_its_day_even_where_a_token_would_go_on(database: Engine, tmp_path: Path) -> None:
    key = load_or_make(tmp_path / "k.pem")
    token = actions.sign_in(key, login_of(committed(Role.BIDDER)), PASSWORD, demo=False)
    with transaction() as tx:
        tx.execute(text("UPDATE login_session SET expires_at = clock_timestamp()"))
        claims = key.verify(token.access)
        assert queries.actor(tx, claims.account_id, session_id=claims.session_id) is None
    with pytest.raises(Exception, match="重新登录"):
        Doorkeeper(key).admit(token.access)
    assert token.refresh is not None
    with pytest.raises(Exception, match="重新登录"):
        actions.renew(key, token.refresh)


def test_an_address_that_only_fails_is_sent_away_and_another_is_not(served: TestClient) -> None:
    def fail(n: int) -> Any:
        return ask_token(served, grant_type="client_credentials", client_id=f"none-{n}", client_secret="x" * 20)

    answers = [fail(n).status_code for n in range(62)]
    assert set(answers[:60]) == {401}
    last = problem(fail(99), 429, "too-many")
    assert last["detail"].startswith("登录失败次数过多")
