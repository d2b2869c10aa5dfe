"""Cursors: opaque, and only ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.errors import Invalid
from app.base.paging import cursor_of, key_of


@given(st.integers(0, 2**63 - 1))
def test_a_cursor_leads_back_to_its_key(key: int) -> None:
    assert key_of(cursor_of(key)) == key


def test_no_cursor_is_the_beginning() -> None:
    assert key_of(None) is None


@given(st.text(max_size=30))
def test_any_other_text_is_refused_or_is_exactly_ours(text: str) -> None:
    try:
        key = key_of(text)
    except Invalid:
        return
    assert key is not None
    assert cursor_of(key) == text


@pytest.mark.parametrize(
    "text", ["", "A", "MQ==", "LTE", "MDE", cursor_of(5) + "=", "OTIyMzM3MjAzNjg1NDc3NTgwOA", "中", "\x00", "K1E"]
)
def test_near_misses_are_refused(text: str) -> None:
    with pytest.raises(Invalid) as refused:
        key_of(text)
    assert refused.value.field == "cursor"
