"""The divisions, loaded: in a transaction, committed, or behind the whole application."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from app.base.db import Tx, transaction
from app.registry.actions import load_regions
from tests.people import serve


@pytest.fixture
def land(tx: Tx) -> Tx:
    """A transaction in which the divisions are there."""
    load_regions(tx)
    return tx


@pytest.fixture
def settled(database: Engine) -> Engine:
    """A database of the test's own with the divisions committed."""
    with transaction() as tx:
        load_regions(tx)
    return database


@pytest.fixture(scope="module")
def client(clone: Any, _keys: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The application over one database for the tests of a file: they share the land, each with its own parcels."""
    folder: Path = tmp_path_factory.mktemp("data")
    (folder / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(clone(), folder) as made:
        with transaction() as tx:
            load_regions(tx)
        yield made
