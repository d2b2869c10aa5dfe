"""The stage of every story is its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.stage import Stage, staged


@pytest.fixture
def stage(clone: Any, tmp_path: Path) -> Iterator[Stage]:
    with staged(clone(), tmp_path) as made:
        yield made
