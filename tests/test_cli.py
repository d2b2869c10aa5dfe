"""The commands as an operator runs them: real processes, a real server, real signals."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parents[1]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a command in a process group of its own, over a data folder of this test's own."""
    begun: list[subprocess.Popen[str]] = []

    def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", *arguments],
            cwd=ROOT,
            env={"PATH": os.defpath, "PYTHONUTF8": "1", "DATA_DIR": str(tmp_path / "data"), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        begun.append(process)
        return process

    yield start
    for process in begun:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def _until_it_serves(process: "subprocess.Popen[str]") -> None:
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if "Uvicorn running" in line:
            return
    pytest.fail("".join(said))


def _postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


@pytest.mark.parametrize("asked", [signal.SIGINT, signal.SIGTERM])
def test_serving_stops_cleanly_when_its_group_is_told_to(start: Start, tmp_path: Path, asked: signal.Signals) -> None:
    port = _free_port()
    process = start("serve", PORT=str(port))
    _until_it_serves(process)
    with urlopen(f"http://127.0.0.1:{port}/api/v1/ready", timeout=5) as answer:
        assert answer.status == 200
    postmaster = _postmaster(tmp_path / "data")
    os.killpg(process.pid, asked)
    assert process.wait(30) == 0
    assert not Path(f"/proc/{postmaster}").exists()
    assert not (tmp_path / "data" / "postgres" / "postmaster.pid").exists()


def test_a_killed_process_takes_its_database_down_and_the_next_one_goes_on(start: Start, tmp_path: Path) -> None:
    first = start("serve", PORT=str(_free_port()))
    _until_it_serves(first)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait(5)
    again = start("serve", PORT=str(_free_port()))
    _until_it_serves(again)
    os.killpg(again.pid, signal.SIGINT)
    assert again.wait(30) == 0


def test_a_port_in_use_is_named_before_anything_is_begun(start: Start, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = start("serve", PORT=str(port))
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in said
    assert not (tmp_path / "data").exists()


def test_the_doctor_names_the_version_and_asks_for_a_migration(start: Start, clone: Any) -> None:
    url = clone()
    well = start("doctor", DATABASE_URL=url)
    said, _ = well.communicate(timeout=30)
    assert (well.returncode, "PostgreSQL 1" in said) == (0, True), said
    from_nothing = start("doctor")
    said, _ = from_nothing.communicate(timeout=60)
    assert (from_nothing.returncode, "migrate" in said) == (1, True), said
