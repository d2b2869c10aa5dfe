"""The stage of every story is its own: a copy of one demonstration that was furnished once."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.stories.stage import Stage, furnished, staged


@pytest.fixture(scope="session")
def demonstration(clone: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, dict[str, str]]:
    """A furnished demonstration to copy: its database, its folder, and the tokens of its people."""
    url, folder = clone(), tmp_path_factory.mktemp("demonstration")
    return url, folder, furnished(url, folder)


@pytest.fixture
def stage(clone: Any, demonstration: tuple[str, Path, dict[str, str]], tmp_path: Path) -> Iterator[Stage]:
    url, folder, tokens = demonstration
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    with staged(clone(url), tmp_path, tokens) as made:
        yield made


@pytest.fixture(scope="module")
def theatre(
    clone: Any, demonstration: tuple[str, Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    """One stage for a whole file, with one drafted listing; for tests that leave it as it was."""
    url, folder, tokens = demonstration
    own = tmp_path_factory.mktemp("theatre")
    shutil.copytree(folder, own, dirs_exist_ok=True)
    with staged(clone(url), own, tokens) as made:
        made.draft()
        yield made
