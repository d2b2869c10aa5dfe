"""`kill -9` in the middle of the demonstration: nothing acknowledged is lost, and the play goes on."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from app.demo.client import Client
from app.demo.player import Player
from app.demo.script import deals

ROOT = Path(__file__).parents[2]
PORT = "8377"
BASE = f"http://127.0.0.1:{PORT}"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A data folder; whatever still runs in it at the end is ended."""
    yield tmp_path / "data"
    pid = tmp_path / "data" / "postgres" / "postmaster.pid"
    if pid.exists():
        os.kill(int(pid.read_text().split()[0]), signal.SIGINT)


def _serve(folder: Path) -> "subprocess.Popen[bytes]":
    environment = {"PATH": os.defpath, "PYTHONUTF8": "1", "DATA_DIR": str(folder), "DEMO": "true", "PORT": PORT}
    return subprocess.Popen(
        [sys.executable, "-m", "app.cli", "serve"], cwd=ROOT, env=environment, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def _until(done: "subprocess.Popen[bytes]", what: str) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert done.poll() is None, "the server ended by itself"
        try:
            said = httpx2.get(f"{BASE}/api/v1/{what}", timeout=2)
        except httpx2.TransportError:
            continue
        if said.is_success and re.search(r'"status":"ready"|"state":"L(4|5|6|7|8)', said.text):
            return
    raise AssertionError(what)


@pytest.mark.storm
def test_a_demonstration_killed_in_the_middle_loses_nothing_and_goes_on(folder: Path) -> None:
    server = _serve(folder)
    _until(server, "lots?state=L40")
    before = httpx2.get(f"{BASE}/api/v1/lots", params={"limit": 100}).json()["items"]
    os.killpg(server.pid, signal.SIGKILL)
    server.wait()

    server = _serve(folder)
    _until(server, "ready")
    after = {lot["id"] for lot in httpx2.get(f"{BASE}/api/v1/lots", params={"limit": 100}).json()["items"]}
    assert {lot["id"] for lot in before} <= after
    with httpx2.Client(base_url=BASE, timeout=30) as http:
        player = Player(Client(http), lambda _: None)
        deadline = time.monotonic() + 240
        first = deals()[0]
        while time.monotonic() < deadline:
            states = {lot["state"] for lot in player._listing(first)["lots"]}
            if states == {"L90"}:
                break
        totals = [
            http.get(f"/api/v1/lots/{lot['id']}/award").json()["total_fen"] for lot in player._listing(first)["lots"]
        ]
    os.killpg(server.pid, signal.SIGINT)
    server.wait(60)
    assert sum(totals) == 264_654_750
