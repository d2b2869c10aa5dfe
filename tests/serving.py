"""Fixtures of tests that speak HTTP; a folder's conftest imports them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.people import serve


@pytest.fixture
def url(clone: Any, _keys: None) -> str:
    """A migrated, empty database."""
    return str(clone())


@pytest.fixture
def served(url: str, tmp_path: Path) -> Iterator[TestClient]:
    """The application over a database of this test's own."""
    (tmp_path / "sealing-key").write_bytes(b"\x07" * 32)
    with serve(url, tmp_path) as client:
        yield client
