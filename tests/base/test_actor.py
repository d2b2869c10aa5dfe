"""Regions as prefixes: scope in the query and scope in Python are the same."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import literal, select

from app.base.actor import Actor, in_scope, region_prefix
from app.base.db import Tx

CODES = st.from_regex(r"41(10(0[0-4](0(0[0-2](00[0-2])?)?)?)?)?", fullmatch=True) | st.from_regex(
    r"41100[024](00[0-2](00[0-2])?)?", fullmatch=True
)


def who(*prefixes: str) -> Actor:
    return Actor(account_id=1, person_id=1, organisation_id=None, name="演示人", prefixes=prefixes)


@pytest.mark.parametrize(
    ("code", "prefix"),
    [
        ("411000", "4110"), ("411002", "411002"), ("411002001", "411002001"), ("411002001200", "411002001200"),
        ("410000", "41"), ("411002000", "411002"), ("411002000000", "411002"), ("411000000000", "4110"),
        ("411002001000", "411002001"), ("4110", "4110"), ("411010", "411010"),
    ],
)  # fmt: skip
def test_the_prefix_of_a_division(code: str, prefix: str) -> None:
    assert region_prefix(code) == prefix


@given(CODES)
def test_a_division_lies_in_itself_and_its_prefix_is_final(code: str) -> None:
    prefix = region_prefix(code)
    assert code.startswith(prefix)
    assert region_prefix(prefix) == prefix or len(prefix) in {4, 6, 9}
    assert who(prefix).sees(code)


@given(CODES, CODES, CODES)
def test_scope_is_transitive_and_siblings_do_not_see_each_other(a: str, b: str, c: str) -> None:
    if who(a).sees(b) and who(b).sees(c):
        assert who(a).sees(c)
    if len(a) == len(b) and a != b:
        assert not who(a).sees(b)


@given(code=CODES, prefixes=st.lists(CODES, max_size=3))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_query_and_the_actor_agree_on_what_is_in_scope(tx: Tx, code: str, prefixes: list[str]) -> None:
    acting = who(*prefixes)
    in_query = tx.execute(select(in_scope(literal(code), acting))).scalar_one()  # type: ignore[arg-type]  # as a column
    assert in_query is acting.sees(code)


@pytest.mark.parametrize("prefix", ["%", "_", "4_", "\\"])
def test_a_prefix_is_no_pattern(tx: Tx, prefix: str) -> None:
    assert not tx.execute(select(in_scope(literal("411002"), who(prefix)))).scalar_one()  # type: ignore[arg-type]


def test_without_a_region_nothing_is_seen(tx: Tx) -> None:
    assert not tx.execute(select(in_scope(literal("411002"), who()))).scalar_one()  # type: ignore[arg-type]
    assert not who().sees("411002")
