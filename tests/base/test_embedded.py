"""The embedded server: attach, survive a kill, take long paths."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.base.embedded import EmbeddedPostgres


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Longer than a socket's path may be."""
    return tmp_path_factory.mktemp("x" * 90) / "data"


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder).start()
    yield server
    server.stop()


def _count(server: EmbeddedPostgres) -> int:
    with server.connect("kept") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (x int)")
        connection.execute("INSERT INTO kept VALUES (1)")
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    assert row
    return int(row[0])


def test_a_second_start_attaches_and_its_stop_leaves_the_server_alone(server: EmbeddedPostgres, folder: Path) -> None:
    assert server.database("kept") == server.database("kept")
    second = EmbeddedPostgres(folder).start()
    assert second.process is None
    before = _count(second)
    second.stop()
    assert _count(server) == before + 1


def test_a_killed_server_starts_again_with_every_row(server: EmbeddedPostgres, folder: Path) -> None:
    server.database("kept")
    before = _count(server)
    assert server.process
    os.kill(server.process.pid, signal.SIGKILL)  # not reaped: a zombie still holds the pid file's number
    again = EmbeddedPostgres(folder).start()
    assert again.process
    assert _count(again) == before + 1
    again.stop()


def test_a_folder_that_was_never_finished_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    (folder / "PG_VERSION").write_text("18\n")
    server = EmbeddedPostgres(folder, throwaway=True).start()
    assert _count_databases(server) == 3
    server.stop()
    assert not folder.exists()


def _count_databases(server: EmbeddedPostgres) -> int:
    with server.connect() as connection:
        row = connection.execute("SELECT count(*) FROM pg_database").fetchone()
    assert row
    return int(row[0])
