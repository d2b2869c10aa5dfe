"""The pages made from the code are those that lie in docs/."""

import pytest

from app.base.schema import ROOT
from app.handbook import PAGES


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_made_page_is_fresh(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == PAGES[name](), "run: python -m app.cli handbook"
