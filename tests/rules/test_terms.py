"""规则用语（案件格式第五节的函数）：直接的向量，不借规则之口。"""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.base.days import Undetermined, add_months, add_years, at_least_months, at_least_years, over_years
from app.rules import terms
from app.rules.facts import Case
from app.rules.reading import read_case
from tests.rules.making import document


def case(**said: Any) -> Case:
    return read_case(document(**said))


@pytest.mark.parametrize(
    ("start", "years", "expected"),
    [("2024-02-29", 1, "2025-02-28"), ("2024-02-29", 4, "2028-02-29"), ("2026-10-01", 30, "2056-10-01")],
)
def test_a_year_later_is_the_same_day_or_the_month_s_last(start: str, years: int, expected: str) -> None:
    assert add_years(date.fromisoformat(start), years) == date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("start", "months", "expected"),
    [("2026-08-31", 1, "2026-09-30"), ("2026-08-31", 6, "2027-02-28"), ("2026-11-30", 3, "2027-02-28")],
)
def test_a_month_later_is_the_same_day_or_the_month_s_last(start: str, months: int, expected: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(expected)


@pytest.mark.parametrize(("end", "over", "at_least"), [
    ("2046-09-29", False, False), ("2046-09-30", False, True), ("2046-10-01", True, True),
])  # fmt: skip
def test_twenty_years_with_both_days_inside(end: str, over: bool, at_least: bool) -> None:
    start, last = date(2026, 10, 1), date.fromisoformat(end)
    assert (over_years(start, last, 20), at_least_years(start, last, 20)) == (over, at_least)


def test_six_months_with_both_days_inside() -> None:
    assert not at_least_months(date(2026, 1, 1), date(2026, 6, 29), 6)
    assert at_least_months(date(2026, 1, 1), date(2026, 6, 30), 6)


def test_days_leave_the_first_one_out_and_never_leave_the_calendar() -> None:
    assert terms.days(date(2026, 11, 1), date(2026, 11, 1)) == 0
    assert terms.days(date(2026, 11, 1), date(2026, 12, 1)) == 30
    assert terms.plus(date(2026, 11, 1), 15) == date(2026, 11, 16)
    assert terms.plus(date(2026, 11, 1), 10**12) == date.max


def test_working_days_count_make_up_days_and_leave_holidays_out() -> None:
    c = case()
    assert terms.wd(c, date(2026, 9, 30), date(2026, 10, 8)) == 1, "国庆假期之后第一天"
    assert terms.wd(c, date(2026, 10, 9), date(2026, 10, 10)) == 1, "调休的星期六上班"
    assert terms.wd(c, date(2026, 11, 20), date(2026, 11, 23)) == 1


def test_a_day_before_the_limit_is_in_time_whatever_the_year_and_one_after_it_asks_the_calendar() -> None:
    c = case()
    assert terms.in_time(c, date(2031, 5, 1), date(2031, 5, 1))
    assert terms.in_time(c, date(2026, 11, 23), date(2026, 11, 21)), "星期六届满，顺延至星期一"
    assert not terms.in_time(c, date(2026, 11, 24), date(2026, 11, 21))
    with pytest.raises(Undetermined):
        terms.in_time(c, date(2031, 5, 2), date(2031, 5, 1))


@pytest.mark.parametrize(
    ("born", "said", "expected"),
    [
        ("2008-11-23", {}, True),
        ("2008-11-24", {}, False),
        ("2010-11-23", {"own_labour_income": True}, True),
        ("2010-11-24", {"own_labour_income": True}, False),
        ("1980-01-01", {"legal_capacity": "limited"}, False),
        ("1980-01-01", {"legal_capacity": "none", "guardian_consent": True}, True),
    ],
)
def test_full_capacity_begins_with_eighteen_or_with_sixteen_on_one_s_own_income(
    born: str, said: dict[str, Any], expected: bool
) -> None:
    c = case(transferee={"birth_date": born, **said})
    assert terms.capable(c, c.transferee) is expected


@pytest.mark.parametrize(
    ("yes", "total", "expected"), [(200, 300, True), (199, 300, False), (2, 3, True), (0, 0, True)]
)
def test_two_thirds_are_counted_in_integers(yes: int, total: int, expected: bool) -> None:
    assert terms.two_thirds(yes, total) is expected


def test_shares_of_those_who_consent_are_exact() -> None:
    owners = [
        {"share_num": 1, "share_den": 3, "consents": True},
        {"share_num": 1, "share_den": 3, "consents": True},
        {"share_num": 1, "share_den": 3, "consents": False},
    ]
    c = case(co_ownership={"kind": "by_share", "owners": owners})
    assert terms.consenting_share(c) == Fraction(2, 3)
    assert not terms.all_owners_consent(c)


@pytest.mark.parametrize(
    ("party", "member", "parameters", "expected"),
    [
        ("enterprise", False, {}, True),
        ("enterprise", True, {}, False),
        ("village_committee", None, {}, False),
        ("government", None, {}, False),
        ("individual", False, {}, True),
        ("individual", False, {"capital_scope_natural_person": False}, False),
        ("cooperative", False, {"capital_scope_cooperative": False}, False),
        ("family_farm", False, {}, True),
    ],
)
def test_who_counts_as_social_capital(
    party: str, member: bool | None, parameters: dict[str, Any], expected: bool
) -> None:
    known = {} if member is None else {"is_collective_member": member}
    c = case(transferee={"party_type": party, **known}, county_parameters=parameters)
    assert terms.is_social_capital(c) is expected


@pytest.mark.parametrize(
    ("area", "places", "expected"),
    [
        ("499.99", [("a", "411003")], "township"),
        ("500", [("a", "411003")], "county"),
        ("999.99", [("a", "411003")], "county"),
        ("1000", [("a", "411003")], "city"),
        ("1", [("a", "411003"), ("b", "411003")], "county"),
        ("1", [("a", "411003"), ("b", "411002")], "city"),
    ],
)
def test_the_level_of_review_by_area_and_by_crossing_a_border(
    area: str, places: list[tuple[str, str]], expected: str
) -> None:
    c = case(parcels=[{"township_code": town, "county_code": county, "area_mu": "1"} for town, county in places])
    assert terms.required_level(c, Decimal(area)) == expected
    assert terms.total_area(c) == len(places)


def test_crossing_a_border_can_be_switched_off_by_the_county() -> None:
    parcels = [{"township_code": "a", "county_code": "411003"}, {"township_code": "b", "county_code": "411003"}]
    off = case(parcels=parcels, county_parameters={"capital_cross_boundary_upgrade": False})
    assert terms.required_level(off, Decimal(1)) == "township"
    assert [terms.rank(level) for level in ("township", "county", "city")] == [0, 1, 2]


def test_a_review_takes_twenty_working_days_or_thirty() -> None:
    assert terms.review_days(case()) == 20
    assert terms.review_days(case(capital_review={"extended": True})) == 30


def test_notice_days_are_the_county_s() -> None:
    c = case(county_parameters={"notice_days": 12})
    days = [terms.notice_days(c, kind) for kind in ("standard", "small_household", "relist")]
    assert days == [12, 5, 5]


AWARD = {"unit_price_yuan": "800", "term_months": 36, "first_payment_date": "2026-12-01"}


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({}, True),
        ({"unit_price_yuan": "799.99"}, False),
        ({"unit_price_yuan": "800.01"}, True),
        ({"term_months": 35}, False),
        ({"term_months": 37}, False),
        ({"first_payment_date": "2026-12-02"}, False),
        ({"first_payment_date": "2026-11-30"}, True),
    ],
)
def test_the_same_conditions(claim: dict[str, Any], expected: bool) -> None:
    c = case(award=AWARD, priority_claim={**AWARD, **claim})
    assert terms.same_conditions(c) is expected
    assert terms.known_different(c) is not expected


def test_different_conditions_are_known_from_one_fact_alone() -> None:
    c = case(award={"unit_price_yuan": "800"}, priority_claim={"unit_price_yuan": "1"})
    assert terms.known_different(c)
    assert not terms.known_different(case(award={"unit_price_yuan": "800"}, priority_claim={"term_months": 1}))


@pytest.mark.parametrize(
    ("claim", "expected"),
    [
        ({"notice_served_date": "2026-11-01"}, "2026-11-16"),
        ({"notice_served_date": "2026-11-01", "notice_period_days": 10}, "2026-11-16"),
        ({"notice_served_date": "2026-11-01", "notice_period_days": 20}, "2026-11-21"),
        ({"knowledge_date": "2026-11-01"}, "2026-11-16"),
        ({"right_transfer_date": "2026-08-31"}, "2027-02-28"),
    ],
)
def test_until_when_a_co_owner_may_claim(claim: dict[str, Any], expected: str) -> None:
    assert terms.co_owner_deadline(case(priority_claim=claim)) == date.fromisoformat(expected)


def test_the_bases_of_a_claim_are_counted_once_each() -> None:
    c = case(priority_claim={"basis": "co_owner", "competing_bases": ["tenant_purchase", "co_owner"]})
    assert terms.distinct_bases(c) == 2
    assert terms.bases_are(c, "co_owner", "tenant_purchase")
    assert not terms.bases_are(c, "co_owner")


def test_what_is_a_house_and_what_is_signed() -> None:
    assert terms.is_house(case(category="idle_house"))
    assert terms.is_house(case(category="collective_asset", asset={"kind": "house"}))
    assert not terms.is_house(case(category="collective_asset", asset={"kind": "equipment"}))
    assert terms.signed(case(contract={"signed_date": "2026-11-23"}))
    assert not terms.signed(case(contract={"signed_date": "2026-11-24"}))
    assert not terms.signed(case())


LOT = {"kind": "goods", "estimate_yuan": "1000000"}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({}, True),
        ({"budget_funds_yuan": "1999999.99"}, False),
        ({"total_investment_yuan": "20000000"}, True),
        ({"total_investment_yuan": "20000000.01"}, False),
        ({"lots": [LOT, {"kind": "works", "estimate_yuan": "3999999.99"}]}, False),
        ({"lots": [{"kind": "services", "estimate_yuan": "1000000"}]}, True),
        ({"lots": [{"kind": "services", "estimate_yuan": "999999.99"}]}, False),
    ],
)
def test_what_must_be_tendered(said: dict[str, Any], expected: bool) -> None:
    project = {"budget_funds_yuan": "2000000", "total_investment_yuan": "2000000", "lots": [LOT, LOT], **said}
    assert terms.mandatory_tender(case(category="procurement", procurement=project)) is expected


def test_a_contract_right_ends_with_its_signed_extension_and_never_by_guess() -> None:
    plain, extended = (
        case(
            parcels=[{"contract_end": "2027-09-30", "extension_end": "2057-09-30", "extension_signed": signed}]
        ).parcels[0]
        for signed in (False, True)
    )
    assert terms.effective_end(plain) == date(2027, 9, 30)
    assert terms.effective_end(extended) == date(2057, 9, 30)


@pytest.mark.parametrize(("start", "end", "expected"), [
    ("2026-01-01", "2026-09-30", False), ("2026-01-01", "2026-10-01", True), ("2026-12-31", "2027-12-31", True),
    ("2027-01-01", "2027-12-31", False),
])  # fmt: skip
def test_contracts_overlap_from_the_first_common_day(start: str, end: str, expected: bool) -> None:
    old = {"existing_contracts": [{"start": "2026-10-01", "end": "2026-12-31"}]}
    c = case(parcels=[old], term={"start": start, "end": end})
    assert terms.overlaps(c, c.parcels[0]) is expected


def test_the_longest_terms_and_the_county_s_homestead_limits() -> None:
    assert terms.max_years("commercial_tourism_entertainment") == 40
    assert terms.max_years("industrial") == 50
    c = case(category="homestead")
    kinds = ("suburban_or_scarce_plain", "plain", "hill")
    assert [terms.homestead_limit(c, kind) for kind in kinds] == [134, 167, 200]  # type: ignore[arg-type]
    assert terms.contains("不得买断", "买断")
    assert not terms.contains("出租", "买断")
