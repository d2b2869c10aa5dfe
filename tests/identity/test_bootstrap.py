"""The command that makes the first operator, as its user runs it."""

import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from app.cli import cli
from tests.people import ask_token, problem, resident_id, serve

ASKED = ["bootstrap", "--login", "first-op", "--name", "演示人"]


@pytest.fixture
def run(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))

    def run(*arguments: str, typed: str = "") -> Any:
        return CliRunner().invoke(cli, [*ASKED, *arguments], input=typed)

    return run


def sign_in(client: TestClient, password: str) -> Any:
    return ask_token(client, grant_type="password", username="first-op", password=password)


def test_a_generated_password_is_shown_once_and_must_be_changed(run: Any, url: str, tmp_path: Path) -> None:
    made = run("--id-number", resident_id(910_001), "--generate")
    assert made.exit_code == 0, made.output
    password = re.findall(r"：(\S+)$", made.output, re.MULTILINE)[-1]
    again = run("--id-number", resident_id(910_002), "--generate")
    assert again.exit_code == 1
    assert "已有系统运维账号" in again.output
    with serve(url, tmp_path) as client:
        headers = {"Authorization": f"Bearer {sign_in(client, password).json()['access_token']}"}
        refused = problem(client.get("/api/v1/accounts", headers=headers), 403, "forbidden")
        assert refused["reason"] == "PASSWORD_CHANGE_REQUIRED"
        change = {"old_password": password, "new_password": "my own long password"}
        assert client.post("/api/v1/auth/change-password", json=change, headers=headers).status_code == 204
        mine = {"Authorization": f"Bearer {sign_in(client, 'my own long password').json()['access_token']}"}
        assert [a["login"] for a in client.get("/api/v1/accounts", headers=mine).json()["items"]] == ["first-op"]


def test_a_typed_password_is_not_repeated(run: Any, url: str, tmp_path: Path) -> None:
    made = run("--id-number", resident_id(910_003), typed="typed by a person\n")
    assert made.exit_code == 0, made.output
    assert "typed by a person" not in made.output
    with serve(url, tmp_path) as client:
        assert sign_in(client, "typed by a person").status_code == 200


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (["--id-number", "1" * 18, "--generate"], "", "地址码有误|校验码|出生日期"),
        (["--id-number", "123", "--generate"], "", "id_number：太短"),
        (["--id-number", resident_id(910_004)], "short\n", "password：太短"),
        (["--id-number", resident_id(910_004), "--login", "Upper Case", "--generate"], "", "login：格式不符"),
    ],
)
def test_what_cannot_be_is_refused_in_plain_words(run: Any, arguments: list[str], typed: str, said: str) -> None:
    refused = run(*arguments, typed=typed)
    assert refused.exit_code == 1
    assert re.search(said, refused.output), refused.output
    assert "Traceback" not in refused.output
