"""The README is true: each of its curl commands runs, in order, against the demonstration it speaks of."""

import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any

import httpx2
import pytest
import uvicorn

from app.demo.client import Client
from app.demo.player import Player
from app.demo.script import deals
from app.furnish import furnish
from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parents[1]


@pytest.fixture
def served(clone: Any, tmp_path: Path) -> Iterator[str]:
    """A real server over a demonstration whose first deal has been played; its address."""
    settings = Settings(database_url=clone(), data_dir=tmp_path, demo=True)
    furnish(settings)
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
    thread = Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    base = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    with httpx2.Client(base_url=base, timeout=30) as http:
        player = Player(Client(http), lambda _: None)
        while (wait := player._advance(deals()[0])) is not None:
            player._let_time_pass(wait)
    yield base
    server.should_exit = True
    thread.join()


def commands(text: str) -> list[str]:
    """The shell blocks that speak to the server."""
    return [block for block in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "curl" in block]


def documents(said: str) -> Iterator[Any]:
    """The JSON documents in a stream of them."""
    at, decoder = 0, json.JSONDecoder()
    while at < len(said):
        if said[at] in "[{":
            found, at = decoder.raw_decode(said, at)
            yield found
        else:
            at += 1


def test_each_curl_command_of_the_readme_runs(served: str) -> None:
    blocks = commands((ROOT / "README.md").read_text("utf-8"))
    assert len(blocks) == 4
    script = "\necho\n".join(blocks).replace("http://127.0.0.1:8000", served).replace("curl -s ", "curl -sS --fail ")
    done = subprocess.run(["sh", "-euc", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    answers = list(documents(done.stdout))
    verdicts = [a for a in answers if isinstance(a, dict) and "verdict" in a]
    assert verdicts[0]["verdict"] == "BLOCK"
    blocks_found = [f["rule_id"] for f in verdicts[0]["findings"] if f["verdict"] == "BLOCK"]
    assert "LCL-38-3" in blocks_found
