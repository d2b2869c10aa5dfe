"""The divisions, loaded: in a transaction, committed, or behind the whole application."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.base.db import connect
from tests.people import serve


@pytest.fixture
def settled(clone: Any, divided: str) -> Iterator[Engine]:
    """A database of the test's own with the divisions committed."""
    bound = connect(clone(divided))
    yield bound
    bound.dispose()


@pytest.fixture(scope="module")
def client(clone: Any, divided: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application over one database for the tests of a file: they share the land, each with its own parcels."""
    folder: Path = tmp_path_factory.mktemp("data")
    (folder / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(clone(divided), folder) as made:
        yield made
