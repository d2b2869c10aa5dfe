"""Commitments to personal fields: checkable with the salt, silent without it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit import commitment
from app.base.db import Tx


def test_a_commitment_opens_to_its_own_value_alone(tx: Tx) -> None:
    made = commitment.committed(tx, "person/1", "name", "演示人")
    assert commitment.opens(tx, made, "person/1", "name", "演示人") is True
    assert commitment.opens(tx, made, "person/1", "name", "演示者") is False


@pytest.mark.parametrize(("subject", "field"), [("person/2", "name"), ("person/1", "phone")])
def test_a_commitment_cannot_be_moved(tx: Tx, subject: str, field: str) -> None:
    made = commitment.committed(tx, "person/1", "name", "演示人")
    commitment.committed(tx, subject, field, "演示人")
    assert commitment.opens(tx, made, subject, field, "演示人") is None


def test_equal_values_do_not_show_that_they_are_equal(tx: Tx) -> None:
    assert commitment.committed(tx, "person/1", "name", "甲") != commitment.committed(tx, "person/1", "name", "甲")


def test_once_erased_it_tells_nothing(tx: Tx) -> None:
    made = [commitment.committed(tx, "person/1", field, "甲") for field in ("name", "phone")]
    kept = commitment.committed(tx, "person/2", "name", "乙")
    assert commitment.erase(tx, "person/1") == 2
    assert [commitment.opens(tx, c, "person/1", f, "甲") for c, f in zip(made, ("name", "phone"), strict=True)] == [
        None,
        None,
    ]
    assert commitment.opens(tx, kept, "person/2", "name", "乙") is True


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32), st.text(), st.text())
def test_another_salt_or_value_gives_another_commitment(a: bytes, b: bytes, x: str, y: str) -> None:
    assert (commitment.commit(a, "s", "f", x) == commitment.commit(b, "s", "f", y)) == ((a, x) == (b, y))
