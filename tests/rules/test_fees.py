"""服务费: the vectors of the specification, and the laws every tariff of this kind obeys."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.base.money import fen_from_yuan
from app.rules.fees import TABLE, computed_fee_fen, fees_of_deal, read_table, service_fee_fen, steps

BOTH = (("transferor", "enterprise"), ("transferee", "cooperative"))
AMOUNTS = st.integers(1, 10**13)


@pytest.mark.parametrize(
    ("amount", "fee"),
    [
        ("8000", "200"),
        ("15384.61", "200.00"),
        ("100000", "1300"),
        ("500000", "6500"),
        ("1000000", "12500"),
        ("2646500", "28965"),
        ("5000000", "52500"),
        ("10000000", "92500"),
        ("15000000", "117500"),
        ("20000000", "142500"),
        ("39000000", "199500"),
    ],
)
def test_the_published_vectors_hold(amount: str, fee: str) -> None:
    assert service_fee_fen(fen_from_yuan(amount), "transferee", "individual") == fen_from_yuan(fee)


def test_eight_thousand_yuan_would_pay_104_without_the_minimum() -> None:
    assert computed_fee_fen(fen_from_yuan("8000")) == fen_from_yuan("104")


@pytest.mark.parametrize(("fen", "fee"), [(1_538_461, 20_000), (1_538_500, 20_001)])
def test_the_minimum_gives_way_exactly_where_the_table_exceeds_it(fen: int, fee: int) -> None:
    assert service_fee_fen(fen, "transferee", "individual") == fee


@pytest.mark.parametrize(
    "kind", ["household", "collective_economic_organisation", "village_committee", "villager_group"]
)
def test_a_household_or_collective_that_transfers_pays_nothing(kind: str) -> None:
    assert service_fee_fen(10**9, "transferor", kind) == 0
    assert service_fee_fen(10**9, "transferee", kind) > 0


@pytest.mark.parametrize("kind", ["individual", "enterprise", "cooperative"])
def test_anybody_else_who_transfers_pays_by_the_table(kind: str) -> None:
    assert service_fee_fen(10**7, "transferor", kind) == service_fee_fen(10**7, "transferee", kind) == 130_000


def test_no_deal_no_fee() -> None:
    assert service_fee_fen(0, "transferee", "individual") == 0
    assert set(fees_of_deal(0, 0, BOTH).values()) == {0}
    assert set(fees_of_deal(0, 0, BOTH, replace(TABLE, sides="shared")).values()) == {0}
    assert set(fees_of_deal(0, 0, BOTH, replace(TABLE, minimum_per="deal")).values()) == {0}


def test_a_side_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="broker"):
        service_fee_fen(100, "broker", "individual")


@given(AMOUNTS)
def test_the_bands_share_out_the_whole_amount(amount: int) -> None:
    assert sum(part for _, part in steps(amount)) == amount


@given(AMOUNTS, AMOUNTS)
def test_a_dearer_deal_never_pays_less(a: int, b: int) -> None:
    low, high = sorted((a, b))
    assert computed_fee_fen(low) <= computed_fee_fen(high)


def test_by_default_the_base_is_the_whole_term_and_each_side_pays_by_itself() -> None:
    assert fees_of_deal(10**7, 10**6, BOTH) == {"transferor": 130_000, "transferee": 130_000}


def test_the_base_may_be_read_as_the_first_year() -> None:
    by_year = replace(TABLE, fee_base="first_year")
    assert fees_of_deal(10**9, 10**7, BOTH, by_year) == {"transferor": 130_000, "transferee": 130_000}


def test_one_fee_may_be_shared_by_both_sides() -> None:
    shared = replace(TABLE, sides="shared")
    assert fees_of_deal(10**7, 0, BOTH, shared) == {"transferor": 65_000, "transferee": 65_000}
    assert fees_of_deal(10**5, 0, BOTH, shared) == {"transferor": 10_000, "transferee": 10_000}
    exempt = (("transferor", "household"), ("transferee", "enterprise"))
    assert fees_of_deal(10**7, 0, exempt, shared) == {"transferor": 0, "transferee": 65_000}


def test_the_minimum_may_hold_for_the_deal() -> None:
    per_deal = replace(TABLE, minimum_per="deal")
    assert fees_of_deal(800_000, 0, BOTH, per_deal) == {"transferor": 10_400, "transferee": 10_400}
    assert fees_of_deal(100_000, 0, BOTH, per_deal) == {"transferor": 10_000, "transferee": 10_000}
    exempt = (("transferor", "household"), ("transferee", "enterprise"))
    assert fees_of_deal(100_000, 0, exempt, per_deal) == {"transferor": 0, "transferee": 20_000}


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(ValueError, match="fee_base"):
        read_table({"fee_base": "quarter", "sides": "each", "minimum_per": "side"})
